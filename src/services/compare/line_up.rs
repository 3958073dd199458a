//! Lines up the answers of a run: a case a row, a variant a column, with totals.

use std::collections::{BTreeMap, HashMap};

use super::model::{Baseline, ComparedAnswer, ComparedCase, Comparison, NoVariant, RecordedCall, VariantTotals};
use crate::domain::diff::{AnswerDiff, Said};
use crate::domain::ids::{SpanId, TraceId, VariantId};
use crate::domain::run::{Case, ResultStatus, Run, RunResult};

/// Lines up a run's results, without scores. `cases` are the recordings that are still there.
pub fn compare(run: &Run, results: &[RunResult], cases: &[Case], baseline: &Baseline) -> Result<Comparison, NoVariant> {
    let known: Vec<&str> = run.variants.iter().map(|variant| variant.id.as_str()).collect();
    let base = match baseline {
        Baseline::Recorded => VariantId::from("recorded"),
        Baseline::Variant(id) if known.contains(&id.as_str()) => id.clone(),
        Baseline::Variant(id) if id.as_str() == "recorded" => id.clone(),
        Baseline::Variant(id) => {
            return Err(NoVariant { asked: id.as_str().chars().take(40).collect(), known: known.join(", ") });
        }
    };
    let recorded: HashMap<(&TraceId, &SpanId), &Case> =
        cases.iter().map(|case| ((&case.trace_id, &case.span_id), case)).collect();
    let mut by_case: HashMap<(&TraceId, &SpanId), Vec<&RunResult>> = HashMap::new();
    let mut order: Vec<(&TraceId, &SpanId)> = run.choice.spans.iter().map(|(trace, span)| (trace, span)).collect();
    for result in results {
        let key = (&result.trace_id, &result.span_id);
        if !by_case.contains_key(&key) && !order.contains(&key) {
            order.push(key);
        }
        by_case.entry(key).or_default().push(result);
    }
    let place = |result: &RunResult| known.iter().position(|id| *id == result.variant.as_str());
    let compared: Vec<ComparedCase> = order
        .into_iter()
        .map(|key| {
            let mut answers = by_case.remove(&key).unwrap_or_default();
            answers.sort_by_key(|result| (place(result), result.sample));
            one_case(key, &answers, recorded.get(&key).copied(), &base)
        })
        .collect();
    let own = run.variants.iter().map(|variant| {
        let prompt = variant.prompt.as_ref().map(ToString::to_string);
        totals(variant.id.clone(), variant.model.to_string(), prompt, &compared)
    });
    let variants = std::iter::once(recorded_totals(cases)).chain(own).collect();
    Ok(Comparison {
        run_id: run.run_id.clone(),
        baseline: base,
        evaluators: Vec::new(),
        variants,
        differences: Vec::new(),
        baselines: Vec::new(),
        decided: run.decided.clone(),
        cases: compared,
    })
}

fn one_case(
    (trace_id, span_id): (&TraceId, &SpanId),
    answers: &[&RunResult],
    case: Option<&Case>,
    base: &VariantId,
) -> ComparedCase {
    let of_base = answers.iter().find(|result| result.variant == *base && result.status == ResultStatus::Ok);
    let (text, calls) = match (base.as_str(), of_base) {
        ("recorded", _) => {
            (case.and_then(|case| case.answer.clone()), case.map(|case| case.answer_tool_calls.as_slice()))
        }
        (_, Some(result)) => (result.output_text.clone(), Some(result.tool_calls.as_slice())),
        (_, None) => (None, None),
    };
    let base = Said { text: text.as_deref(), calls: calls.unwrap_or_default() };
    let answers: Vec<ComparedAnswer> = answers
        .iter()
        .map(|result| {
            let said = Said { text: result.output_text.as_deref(), calls: &result.tool_calls };
            let comparable = !base.is_nothing() && result.status == ResultStatus::Ok;
            let diff = comparable.then(|| AnswerDiff::between(base, said));
            ComparedAnswer {
                result: (*result).clone(),
                change: diff.as_ref().map(AnswerDiff::ratio),
                changed: diff.as_ref().map(AnswerDiff::is_change),
                diff,
                rating: None,
                scores: BTreeMap::new(),
                reasons: BTreeMap::new(),
            }
        })
        .collect();
    ComparedCase {
        trace_id: trace_id.clone(),
        span_id: span_id.clone(),
        question: case.map(|case| case.question.clone()),
        recorded: case.and_then(|case| case.answer.clone()),
        recorded_call: case.map(recorded_call).unwrap_or_default(),
        baseline: text,
        moved: answers.iter().filter_map(|answer| answer.change).reduce(f64::max),
        answers,
        recorded_scores: BTreeMap::new(),
    }
}

fn recorded_call(case: &Case) -> RecordedCall {
    let milliseconds = |nanos: Option<i64>| nanos.filter(|nanos| *nanos >= 0).map(|nanos| nanos as f64 / 1e6);
    RecordedCall {
        model: case.model.clone(),
        tool_calls: case.answer_tool_calls.clone(),
        input_tokens: case.usage.input,
        output_tokens: case.usage.output,
        cost_usd: case.cost.amount(),
        latency_ms: milliseconds(case.duration_ns),
        ttft_ms: milliseconds(case.ttft_ns),
    }
}

fn totals(variant: VariantId, model: String, prompt: Option<String>, cases: &[ComparedCase]) -> VariantTotals {
    let own = || cases.iter().flat_map(|case| &case.answers).filter(|answer| answer.result.variant == variant);
    let results = || own().map(|answer| &answer.result);
    let fresh = || results().filter(|result| result.status == ResultStatus::Ok && !result.from_cache);
    let changes: Vec<f64> = own().filter_map(|answer| answer.change).collect();
    let compared = changes.len() as u64;
    let different = own().filter(|answer| answer.changed == Some(true)).count() as u64;
    let share = |part: f64| (compared > 0).then(|| part / compared as f64);
    VariantTotals {
        results: results().count() as u64,
        ok: results().filter(|result| result.status == ResultStatus::Ok).count() as u64,
        failed: results()
            .filter(|result| {
                !matches!(result.status, ResultStatus::Ok | ResultStatus::Skipped | ResultStatus::Diverged)
            })
            .count() as u64,
        cost_usd: known_sum(results().map(|result| result.cost_usd)),
        input_tokens: known_sum(results().map(|result| result.input_tokens)),
        output_tokens: known_sum(results().map(|result| result.output_tokens)),
        latency_p50_ms: median(fresh().filter_map(|result| result.latency_ms).collect()),
        ttft_p50_ms: median(fresh().filter_map(|result| result.ttft_ms).collect()),
        changed: different,
        compared,
        changed_share: share(different as f64),
        mean_change: share(changes.iter().sum()),
        rated_good: 0,
        rated_bad: 0,
        scores: BTreeMap::new(),
        variant,
        model,
        prompt,
    }
}

fn recorded_totals(cases: &[Case]) -> VariantTotals {
    let milliseconds = |nanos: i64| (nanos >= 0).then_some(nanos as f64 / 1e6);
    VariantTotals {
        variant: VariantId::from("recorded"),
        model: "recorded".to_owned(),
        prompt: None,
        results: cases.len() as u64,
        ok: cases.iter().filter(|case| case.answer.is_some() || !case.answer_tool_calls.is_empty()).count() as u64,
        failed: 0,
        cost_usd: known_sum(cases.iter().map(|case| case.cost.amount())),
        input_tokens: known_sum(cases.iter().map(|case| case.usage.input)),
        output_tokens: known_sum(cases.iter().map(|case| case.usage.output)),
        latency_p50_ms: median(cases.iter().filter_map(|case| case.duration_ns.and_then(milliseconds)).collect()),
        ttft_p50_ms: median(cases.iter().filter_map(|case| case.ttft_ns.and_then(milliseconds)).collect()),
        changed: 0,
        compared: 0,
        changed_share: None,
        mean_change: None,
        rated_good: 0,
        rated_bad: 0,
        scores: BTreeMap::new(),
    }
}

/// The sum of what is known; `None` where nothing is, which is not zero.
fn known_sum<T: Default + std::ops::Add<Output = T>>(values: impl Iterator<Item = Option<T>>) -> Option<T> {
    values.flatten().fold(None, |sum, value| Some(sum.unwrap_or_default() + value))
}

/// The lower median.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied()
}

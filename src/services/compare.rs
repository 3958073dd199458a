//! Lines up the answers of a run: a case a row, a variant a column, with totals.

use std::collections::HashMap;

use serde::Serialize;

use crate::domain::diff::{change_ratio, word_diff};
use crate::domain::ids::{RunId, SpanId, TraceId, VariantId};
use crate::domain::money::Money;
use crate::domain::run::{Case, ResultStatus, Run, RunResult};

/// What the answers are compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Baseline {
    /// The recorded answers.
    #[default]
    Recorded,
    /// The answers of a variant of the run.
    Variant(VariantId),
}

/// One answer beside the baseline's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparedAnswer {
    /// The result.
    pub result: RunResult,
    /// How much differs from the baseline's answer: 0 for equal texts, 1 where nothing is in both; `None` where one of
    /// them has no answer.
    pub change: Option<f64>,
    /// Whether text or tool calls differ; `None` where one of them has no answer.
    pub changed: Option<bool>,
}

/// A case with all of its answers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparedCase {
    /// Its trace.
    pub trace_id: TraceId,
    /// Its span.
    pub span_id: SpanId,
    /// The question, where the recording is still there.
    pub question: Option<String>,
    /// The recorded answer.
    pub recorded: Option<String>,
    /// What the others are compared with.
    pub baseline: Option<String>,
    /// The answers by variant and sample.
    pub answers: Vec<ComparedAnswer>,
}

/// A variant's figures over all cases.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VariantTotals {
    /// The variant; `recorded` for the recorded answers.
    pub variant: VariantId,
    /// `provider/model`, or `recorded`.
    pub model: String,
    /// `name@version`.
    pub prompt: Option<String>,
    /// Results.
    pub results: u64,
    /// Of them answered.
    pub ok: u64,
    /// Of them failed, incomplete or unknown.
    pub failed: u64,
    /// Cost of those whose cost is known; `None` where none is.
    pub cost_usd: Option<Money>,
    /// Input tokens, alike.
    pub input_tokens: Option<u64>,
    /// Output tokens, alike.
    pub output_tokens: Option<u64>,
    /// Half of the answers took at most this long, in milliseconds; those from the cache are left out.
    pub latency_p50_ms: Option<f64>,
    /// Half of them began within this time, in milliseconds.
    pub ttft_p50_ms: Option<f64>,
    /// Answers that differ from the baseline's.
    pub changed: u64,
    /// Answers that could be compared.
    pub compared: u64,
    /// `changed / compared`.
    pub changed_share: Option<f64>,
    /// The mean of how much they differ.
    pub mean_change: Option<f64>,
}

/// A run, lined up.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The run.
    pub run_id: RunId,
    /// What the answers are compared with: `recorded`, or a variant.
    pub baseline: VariantId,
    /// By variant, the recorded answers first.
    pub variants: Vec<VariantTotals>,
    /// By case, in the order of the run.
    pub cases: Vec<ComparedCase>,
}

/// Why a run cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the run has no variant `{asked}`: it has recorded, {known}")]
pub struct NoVariant {
    asked: String,
    known: String,
}

/// Lines up a run's results. `cases` are the recordings that are still there.
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
    Ok(Comparison { run_id: run.run_id.clone(), baseline: base, variants, cases: compared })
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
    let known = text.is_some() || calls.is_some_and(|calls| !calls.is_empty());
    let answers = answers
        .iter()
        .map(|result| {
            let comparable = known && result.status == ResultStatus::Ok;
            let (old, new) = (text.as_deref().unwrap_or(""), result.output_text.as_deref().unwrap_or(""));
            // Ids of calls differ from answer to answer.
            let same_calls = calls
                .unwrap_or_default()
                .iter()
                .map(|call| (&call.name, &call.arguments))
                .eq(result.tool_calls.iter().map(|call| (&call.name, &call.arguments)));
            ComparedAnswer {
                result: (*result).clone(),
                change: comparable.then(|| change_ratio(&word_diff(old, new))),
                changed: comparable.then(|| old.trim() != new.trim() || !same_calls),
            }
        })
        .collect();
    ComparedCase {
        trace_id: trace_id.clone(),
        span_id: span_id.clone(),
        question: case.map(|case| case.question.clone()),
        recorded: case.and_then(|case| case.answer.clone()),
        baseline: text,
        answers,
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
        failed: results().filter(|result| !matches!(result.status, ResultStatus::Ok | ResultStatus::Skipped)).count()
            as u64,
        cost_usd: known_sum(results().map(|result| result.cost_usd)),
        input_tokens: known_sum(results().map(|result| result.input_tokens)),
        output_tokens: known_sum(results().map(|result| result.output_tokens)),
        latency_p50_ms: median(fresh().filter_map(|result| result.latency_ms).collect()),
        ttft_p50_ms: median(fresh().filter_map(|result| result.ttft_ms).collect()),
        changed: different,
        compared,
        changed_share: share(different as f64),
        mean_change: share(changes.iter().sum()),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::run::CaseChoice;
    use crate::domain::time::Timestamp;
    use crate::services::replay::testing::{case, variant};

    fn result(trace: &str, variant: &str, text: &str, latency: f64) -> RunResult {
        RunResult {
            run_id: "r".into(),
            result_id: format!("r-{trace}-{variant}").into(),
            trace_id: trace.into(),
            span_id: "span".into(),
            variant: variant.into(),
            model: "p/m".into(),
            prompt: None,
            sample: 0,
            status: ResultStatus::Ok,
            output_text: Some(text.into()),
            tool_calls: Vec::new(),
            finish_reason: None,
            input_tokens: Some(10),
            output_tokens: None,
            cached_input_tokens: None,
            reasoning_tokens: None,
            cost_usd: Some("0.5".parse().unwrap()),
            cost_source: "computed".into(),
            latency_ms: Some(latency),
            ttft_ms: None,
            attempts: 1,
            from_cache: false,
            error: None,
        }
    }

    fn run() -> Run {
        let spans = ["t1", "t2"].map(|trace| (TraceId::from(trace), SpanId::from("span"))).to_vec();
        Run {
            run_id: "r".into(),
            created_at: Timestamp::default(),
            filter: String::new(),
            variants: vec![variant("A", "p/m"), variant("B", "p/n")],
            samples: 1,
            cases: 2,
            max_cost: None,
            estimated_cost: None,
            choice: CaseChoice { spans, ..CaseChoice::default() },
            cache: crate::domain::run::CachePolicy::Use,
        }
    }

    #[test]
    fn answers_stand_beside_the_recorded_ones() {
        let mut failed = result("t2", "B", "", 9.0);
        failed.status = ResultStatus::Failed;
        let results = [result("t2", "A", "None at all!", 3.0), result("t1", "A", "60 requests.", 1.0), failed];
        let made = compare(&run(), &results, &[case("t1"), case("t2")], &Baseline::Recorded).unwrap();
        let first = &made.cases[0];
        assert_eq!((first.trace_id.as_str(), first.baseline.as_deref()), ("t1", Some("60 requests.")));
        assert_eq!((first.answers[0].change, first.answers[0].changed), (Some(0.0), Some(false)));
        assert!(made.cases[1].answers[0].change.unwrap() > 0.5);
        assert_eq!(made.cases[1].answers[1].changed, None);
        let a = &made.variants[1];
        assert_eq!((a.changed, a.compared, a.changed_share), (1, 2, Some(0.5)));
        assert_eq!((a.latency_p50_ms, a.input_tokens, a.output_tokens), (Some(1.0), Some(20), None));
        assert_eq!(a.cost_usd, Some("1".parse().unwrap()));
        assert_eq!((made.variants[2].failed, made.variants[2].changed_share), (1, None));
    }

    #[test]
    fn a_variant_can_be_the_baseline() {
        let results = [result("t1", "A", "x", 1.0), result("t1", "B", "x", 1.0)];
        let baseline = Baseline::Variant("A".into());
        let made = compare(&run(), &results, &[], &baseline).unwrap();
        assert_eq!(made.cases[0].answers[1].changed, Some(false));
        let wrong = compare(&run(), &results, &[], &Baseline::Variant("Z".into())).unwrap_err();
        assert_eq!(wrong.to_string(), "the run has no variant `Z`: it has recorded, A, B");
    }
}

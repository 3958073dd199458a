//! Scores every answer of a comparison and takes means.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::differences::{differences, seed_of};
use super::model::{ComparedCase, Comparison, Scored, Scores};
use super::steadiness::steadiness;
use super::tools::Judges;
use crate::domain::chunk::Chunk;
use crate::domain::chunk_edit::edit_chunks;
use crate::domain::ids::{SpanId, TraceId, VariantId};
use crate::domain::run::{Case, ResultStatus, Run, RunResult};
use crate::domain::statistics::Scale;
use crate::evaluators::{Answer, Evaluator, Score, Subject};

/// The variant that stands for the recorded answers.
pub(super) const RECORDED: &str = "recorded";

/// Adds scores, their means and paired differences to a comparison. `schemas` are the output schemas of the variants'
/// prompts. The same run always gives the same digits.
pub fn judge(
    comparison: &mut Comparison,
    run: &Run,
    cases: &[Case],
    judges: &Judges,
    schemas: &BTreeMap<VariantId, Value>,
) {
    let recorded: HashMap<(&TraceId, &SpanId), &Case> =
        cases.iter().map(|case| ((&case.trace_id, &case.span_id), case)).collect();
    for compared in &mut comparison.cases {
        let case = recorded.get(&(&compared.trace_id, &compared.span_id)).copied();
        if let Some(case) = case {
            (compared.recorded_scores, _) = scores(judges, &of_recording(case));
        }
        for answer in compared.answers.iter_mut().filter(|answer| answer.result.status == ResultStatus::Ok) {
            let chunks = case.map(|case| chunks_given(case, run, &answer.result.variant)).unwrap_or_default();
            let schema = schemas.get(&answer.result.variant);
            let subject = of_answer(&answer.result, case, &chunks, schema);
            (answer.scores, answer.reasons) = scores(judges, &subject);
        }
    }
    comparison.evaluators =
        judges.list.iter().map(|(name, judge)| Scored { name: name.clone(), kind: judge.kind() }).collect();
    for totals in &mut comparison.variants {
        totals.scores = means(&comparison.cases, &comparison.evaluators, &totals.variant);
    }
    let shares: Vec<&str> = comparison
        .evaluators
        .iter()
        .filter(|scored| scored.kind.scale == Scale::YesNo || scored.kind.unit.is_empty())
        .map(|scored| scored.name.as_str())
        .collect();
    for case in &mut comparison.cases {
        case.moved = moved(case, &comparison.baseline, &shares);
    }
    comparison.differences = differences(comparison, run, seed_of(run));
    comparison.baselines = steadiness(comparison, run);
}

fn scores(judges: &Judges, subject: &Subject<'_>) -> (Scores, BTreeMap<String, String>) {
    let (mut scores, mut reasons) = (Scores::new(), BTreeMap::new());
    for (name, judge) in &judges.list {
        if let Some(score) = judge.evaluate(subject) {
            if let Some(reason) = &score.reason {
                reasons.insert(name.clone(), reason.clone());
            }
            scores.insert(name.clone(), Score { reason: None, ..score });
        }
    }
    (scores, reasons)
}

fn of_recording(case: &Case) -> Subject<'_> {
    Subject {
        answer: Answer { text: case.answer.as_deref().unwrap_or_default(), tool_calls: &case.answer_tool_calls },
        expected: None,
        chunks: &case.chunks,
        finish_reason: case.finish_reason.as_deref(),
        cost: case.cost.amount(),
        latency_ms: case.duration_ns.filter(|nanos| *nanos >= 0).map(|nanos| nanos as f64 / 1e6),
        schema: None,
    }
}

/// The score of an answer as soon as it is there; `None` where there is nothing to judge.
pub(super) fn score_of_result(
    judge: &dyn Evaluator,
    result: &RunResult,
    case: Option<&Case>,
    run: &Run,
    schema: Option<&Value>,
) -> Option<f64> {
    if result.status != ResultStatus::Ok {
        return None;
    }
    let chunks = case.map(|case| chunks_given(case, run, &result.variant)).unwrap_or_default();
    let score = judge.evaluate(&of_answer(result, case, &chunks, schema))?;
    Some(score.value.as_number())
}

/// The score of a recorded answer.
pub(super) fn score_of_recording(judge: &dyn Evaluator, case: &Case) -> Option<f64> {
    judge.evaluate(&of_recording(case)).map(|score| score.value.as_number())
}

fn of_answer<'a>(
    result: &'a RunResult,
    case: Option<&'a Case>,
    chunks: &'a [Chunk],
    schema: Option<&'a Value>,
) -> Subject<'a> {
    let expected = case.filter(|case| case.answer.is_some() || !case.answer_tool_calls.is_empty());
    Subject {
        answer: Answer { text: result.output_text.as_deref().unwrap_or_default(), tool_calls: &result.tool_calls },
        expected: expected.map(|case| of_recording(case).answer),
        chunks,
        finish_reason: result.finish_reason.as_deref(),
        // What comes from the cache costs nothing and takes no time, which says nothing of the model.
        cost: result.cost_usd.filter(|_| !result.from_cache),
        latency_ms: result.latency_ms.filter(|_| !result.from_cache),
        schema,
    }
}

/// The chunks that the model of a variant was given.
fn chunks_given(case: &Case, run: &Run, variant: &VariantId) -> Vec<Chunk> {
    let known = run.variants.iter().find(|known| known.id == *variant).map(|known| known.for_trace(&case.trace_id));
    let edits = known.as_ref().map(|known| known.overrides.chunks.as_slice());
    // A variant that names a chunk which there is not was never asked.
    edit_chunks(&case.chunks, edits.unwrap_or_default()).unwrap_or_else(|_| case.chunks.clone())
}

/// The score of a variant on a case: the mean over its samples.
pub(super) fn score_of(case: &ComparedCase, variant: &VariantId, evaluator: &str) -> Option<f64> {
    if variant.as_str() == RECORDED {
        return case.recorded_scores.get(evaluator).map(|score| score.value.as_number());
    }
    let own = case.answers.iter().filter(|answer| answer.result.variant == *variant);
    mean(own.filter_map(|answer| answer.scores.get(evaluator)).map(|score| score.value.as_number()))
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0_u64), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f64)
}

fn means(cases: &[ComparedCase], evaluators: &[Scored], variant: &VariantId) -> BTreeMap<String, f64> {
    let of = |scored: &Scored| {
        let values = cases.iter().filter_map(|case| score_of(case, variant, &scored.name));
        Some((scored.name.clone(), mean(values)?))
    };
    evaluators.iter().filter_map(of).collect()
}

/// The largest change of a text or of a score from 0 to 1.
fn moved(case: &ComparedCase, baseline: &VariantId, shares: &[&str]) -> Option<f64> {
    let scores = shares.iter().flat_map(|evaluator| {
        let base = score_of(case, baseline, evaluator);
        case.answers
            .iter()
            .filter_map(move |answer| Some((answer.scores.get(*evaluator)?.value.as_number() - base?).abs()))
    });
    case.answers.iter().filter_map(|answer| answer.change).chain(scores).reduce(f64::max)
}

//! The order by chance in which a run that may stop early asks its cases, and what may be said of it at any time.

use std::collections::HashMap;

use super::differences::{reference, seed_of};
use super::judge::RECORDED;
use super::model::{ComparedCase, Comparison, Difference};
use crate::domain::ids::{SpanId, TraceId, VariantId};
use crate::domain::run::Run;
use crate::domain::run_design::StopRule;
use crate::domain::statistics::{Clear, Look, Pair, SequentialTest, shuffled};

/// The cases of a run in the order they are asked: as they were chosen, or by chance where the run may stop early, so that
/// the first ones are like the others.
pub fn order_of_cases(run: &Run) -> Vec<usize> {
    let count = run.choice.spans.len();
    if run.until.is_some() { shuffled(count, seed_of(run)) } else { (0..count).collect() }
}

/// What may be said of a difference after the cases that both sides have all answers of, in the order they were asked; what
/// was clear before the end is what was clear then.
pub(super) fn looked_at(
    comparison: &Comparison,
    run: &Run,
    difference: &Difference,
    seed: u64,
    pair: impl Fn(&ComparedCase) -> Option<Pair>,
) -> Option<Look> {
    let cases: HashMap<(&TraceId, &SpanId), &ComparedCase> =
        comparison.cases.iter().map(|case| ((&case.trace_id, &case.span_id), case)).collect();
    let asked = is_asked(run, difference);
    let order = order_of_cases(run);
    let mut test = SequentialTest::new(order.len(), seed);
    for place in order {
        let Some((trace, span)) = run.choice.spans.get(place) else { break };
        let Some(case) = cases.get(&(trace, span)) else { break };
        if !is_there(case, &difference.variant, run.samples) || !is_there(case, &difference.baseline, run.samples) {
            break;
        }
        test.take(pair(case));
        match test.clear() {
            Some(Clear::Difference) => break,
            Some(Clear::NoDifference) if asked => break,
            Some(Clear::NoDifference) | None => {}
        }
    }
    test.last()
}

/// Whether a difference is what the run is asked to decide.
fn is_asked(run: &Run, difference: &Difference) -> bool {
    if run.until.as_ref().map(StopRule::evaluator) != Some(difference.evaluator.as_str()) {
        return false;
    }
    let Some(variant) = run.variants.iter().find(|variant| variant.id == difference.variant) else { return false };
    let base = reference(run, variant).map_or(RECORDED, |base| base.id.as_str());
    base == difference.baseline.as_str()
}

/// Whether all answers of a variant to a case are there, whatever became of them.
fn is_there(case: &ComparedCase, variant: &VariantId, samples: u32) -> bool {
    let own = case.answers.iter().filter(|answer| answer.result.variant == *variant).count();
    variant.as_str() == RECORDED || own >= samples.max(1) as usize
}

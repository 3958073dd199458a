//! Paired differences between variants.

use super::judge::{RECORDED, score_of};
use super::model::{ComparedCase, Comparison, Difference, Scored};
use super::sequence::looked_at;
use crate::domain::ids::VariantId;
use crate::domain::run::{Run, Variant};
use crate::domain::run_design::VariantRole;
use crate::domain::statistics::{Better, Pair, Scale, Verdict, paired_difference};
use crate::evaluators::Kind;

/// What the share of answers that differ from the recorded one is called beside the evaluators.
pub(super) const CHANGED: &str = "changed";

/// The seed of all chance in the comparison of a run: whoever compares it again gets the same digits.
pub(super) fn seed_of(run: &Run) -> u64 {
    let hash = blake3::hash(run.run_id.as_str().as_bytes());
    let mut seed = [0; 8];
    seed.copy_from_slice(&hash.as_bytes()[..8]);
    u64::from_le_bytes(seed)
}

/// What a variant is best compared with: the baseline that was asked beside it; else the first one that has the same model
/// and another prompt version, else the same prompt version and another model, else the first of all. The first of all
/// stands alone, and so does a baseline.
pub fn reference<'r>(run: &'r Run, variant: &Variant) -> Option<&'r Variant> {
    if variant.role == VariantRole::Baseline {
        return None;
    }
    if let Some(baseline) = run.variants.iter().find(|known| known.role == VariantRole::Baseline) {
        return Some(baseline);
    }
    let place = run.variants.iter().position(|known| known.id == variant.id)?;
    let earlier = &run.variants[..place];
    let by_prompt = earlier.iter().find(|known| known.model == variant.model);
    let by_model = earlier.iter().find(|known| known.prompt == variant.prompt);
    by_prompt.or(by_model).or(earlier.first())
}

/// Every variant against its baseline, then against the recorded answers, by evaluator; beside a baseline that was asked
/// again, also by how many answers differ from the recorded ones.
pub(super) fn differences(comparison: &Comparison, run: &Run, seed: u64) -> Vec<Difference> {
    let recorded = VariantId::from(RECORDED);
    let mut found = Vec::new();
    for variant in &run.variants {
        let base = if comparison.baseline == recorded {
            reference(run, variant).map(|variant| &variant.id)
        } else {
            Some(&comparison.baseline).filter(|base| **base != variant.id)
        };
        for base in base.into_iter().chain([&recorded]) {
            let one = |scored| difference(comparison, run, &variant.id, base, scored, seed);
            found.extend(comparison.evaluators.iter().filter_map(one));
        }
        let lane = reference(run, variant).filter(|base| base.role == VariantRole::Baseline);
        if let Some(lane) = lane.filter(|_| comparison.baseline == recorded) {
            let kind = Kind { scale: Scale::YesNo, better: Better::Neither, unit: "" };
            let changed = Scored { name: CHANGED.to_owned(), kind };
            found.extend(difference(comparison, run, &variant.id, &lane.id, &changed, seed));
        }
    }
    found
}

/// One variant against another of a comparison, by evaluator; the same digits each time.
pub fn difference_of(comparison: &Comparison, run: &Run, variant: &VariantId, baseline: &VariantId) -> Vec<Difference> {
    let one = |scored| difference(comparison, run, variant, baseline, scored, seed_of(run));
    comparison.evaluators.iter().filter_map(one).collect()
}

fn difference(
    comparison: &Comparison,
    run: &Run,
    variant: &VariantId,
    baseline: &VariantId,
    scored: &Scored,
    seed: u64,
) -> Option<Difference> {
    let pair = |case: &ComparedCase| {
        let variant = value_of(case, variant, &scored.name)?;
        Some(Pair { variant, baseline: value_of(case, baseline, &scored.name)? })
    };
    let named = Difference {
        variant: variant.clone(),
        baseline: baseline.clone(),
        evaluator: scored.name.clone(),
        cases: 0,
        mean_difference: 0.0,
        low: None,
        high: None,
        p_value: None,
        verdict: Verdict::TooFew,
    };
    if run.until.is_some() {
        // How many answers there are may depend on what they said: only a test that may be looked at any time holds.
        let look = looked_at(comparison, run, &named, seed, pair)?;
        return Some(Difference {
            cases: look.cases,
            mean_difference: look.mean,
            low: look.interval.map(|interval| interval[0]),
            high: look.interval.map(|interval| interval[1]),
            verdict: look.verdict(scored.kind.better),
            ..named
        });
    }
    let pairs: Vec<Pair> = comparison.cases.iter().filter_map(pair).collect();
    let found = paired_difference(scored.kind.scale, &pairs, seed)?;
    Some(Difference {
        cases: found.cases,
        mean_difference: found.mean,
        low: found.interval.map(|interval| interval.low),
        high: found.interval.map(|interval| interval.high),
        p_value: found.interval.map(|interval| interval.p_value),
        verdict: Verdict::of(&found, scored.kind.better),
        ..named
    })
}

/// A variant's value on a case: its mean score, or the share of its answers that changed.
fn value_of(case: &ComparedCase, variant: &VariantId, evaluator: &str) -> Option<f64> {
    if evaluator != CHANGED {
        return score_of(case, variant, evaluator);
    }
    let own = case.answers.iter().filter(|answer| answer.result.variant == *variant);
    let (changed, all) = own
        .filter_map(|answer| answer.changed)
        .fold((0_u32, 0_u32), |(changed, all), differs| (changed + u32::from(differs), all + 1));
    (all > 0).then(|| f64::from(changed) / f64::from(all))
}

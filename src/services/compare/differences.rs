//! Paired differences between variants.

use super::judge::{RECORDED, score_of};
use super::model::{Comparison, Difference, Scored};
use crate::domain::ids::VariantId;
use crate::domain::run::{Run, Variant};
use crate::domain::statistics::{Pair, Verdict, paired_difference};

/// The seed of all chance in the comparison of a run: whoever compares it again gets the same digits.
pub(super) fn seed_of(run: &Run) -> u64 {
    let hash = blake3::hash(run.run_id.as_str().as_bytes());
    let mut seed = [0; 8];
    seed.copy_from_slice(&hash.as_bytes()[..8]);
    u64::from_le_bytes(seed)
}

/// What a variant is best compared with: the first one that has the same model and another prompt version, else the same
/// prompt version and another model, else the first of all. The first of all stands alone.
pub fn reference<'r>(run: &'r Run, variant: &Variant) -> Option<&'r Variant> {
    let place = run.variants.iter().position(|known| known.id == variant.id)?;
    let earlier = &run.variants[..place];
    let by_prompt = earlier.iter().find(|known| known.model == variant.model);
    let by_model = earlier.iter().find(|known| known.prompt == variant.prompt);
    by_prompt.or(by_model).or(earlier.first())
}

/// Every variant against its baseline, then against the recorded answers, by evaluator.
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
            let one = |scored| difference(comparison, &variant.id, base, scored, seed);
            found.extend(comparison.evaluators.iter().filter_map(one));
        }
    }
    found
}

/// One variant against another of a comparison, by evaluator; the same digits each time.
pub fn difference_of(comparison: &Comparison, run: &Run, variant: &VariantId, baseline: &VariantId) -> Vec<Difference> {
    let seed = seed_of(run);
    comparison.evaluators.iter().filter_map(|scored| difference(comparison, variant, baseline, scored, seed)).collect()
}

fn difference(
    comparison: &Comparison,
    variant: &VariantId,
    baseline: &VariantId,
    scored: &Scored,
    seed: u64,
) -> Option<Difference> {
    let pairs: Vec<Pair> = comparison
        .cases
        .iter()
        .filter_map(|case| {
            let variant = score_of(case, variant, &scored.name)?;
            Some(Pair { variant, baseline: score_of(case, baseline, &scored.name)? })
        })
        .collect();
    let found = paired_difference(scored.kind.scale, &pairs, seed)?;
    Some(Difference {
        variant: variant.clone(),
        baseline: baseline.clone(),
        evaluator: scored.name.clone(),
        cases: found.cases,
        mean_difference: found.mean,
        low: found.interval.map(|interval| interval.low),
        high: found.interval.map(|interval| interval.high),
        p_value: found.interval.map(|interval| interval.p_value),
        verdict: Verdict::of(&found, scored.kind.better),
    })
}

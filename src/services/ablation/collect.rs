//! The answers of a run as tests.

use std::collections::BTreeMap;

use super::items::Items;
use crate::domain::ablation::{DropSet, Tests};
use crate::domain::ids::VariantId;
use crate::domain::run::{ResultStatus, Run, RunResult};

/// The answers to each test, by sample; tests without an answer are left out.
pub(super) fn answers(run: &Run, items: &Items, results: &[RunResult]) -> Tests {
    let mut by_variant: BTreeMap<&VariantId, BTreeMap<u32, String>> = BTreeMap::new();
    for result in results.iter().filter(|result| result.status == ResultStatus::Ok) {
        by_variant.entry(&result.variant).or_default().insert(result.sample, said(result));
    }
    let mut tests = Tests { items: items.tested.len(), ..Tests::default() };
    for variant in &run.variants {
        let answers = by_variant.remove(&variant.id);
        if let (Some(test), Some(answers)) = (items.test_of(&variant.overrides), answers) {
            tests.answers.insert(test, answers.into_values().collect());
        }
    }
    tests
}

/// What a result says: its text, and the tools it asks for.
fn said(result: &RunResult) -> String {
    let text = result.output_text.clone().unwrap_or_default();
    let calls = result.tool_calls.iter().map(|call| format!("{} {}", call.name, call.arguments));
    std::iter::once(text).chain(calls).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Tests that have a variant already.
pub(super) fn asked(run: &Run, items: &Items) -> Vec<DropSet> {
    run.variants.iter().filter_map(|variant| items.test_of(&variant.overrides)).collect()
}

//! Says which models answered in the place of those that were asked.

use std::collections::BTreeMap;

use super::notices::Notices;
use crate::domain::answering_model::other_model;
use crate::domain::run::RunResult;

/// One note for each pair of a model asked and another that answered, with how often it did.
pub(super) fn answered_by_others<'a>(results: impl Iterator<Item = &'a RunResult>, notices: &Notices) {
    let mut pairs: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for result in results {
        if let Some(other) = other_model(result) {
            *pairs.entry((&result.model, other)).or_default() += 1;
        }
    }
    for ((asked, other), times) in pairs {
        let answers = super::figures::counted(times, "answer", "answers");
        notices.note(&format!("{answers} of {asked} came from {other}"));
    }
}

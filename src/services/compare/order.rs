//! How a run is to be compared.

use super::model::{Baseline, Comparison};
use crate::evaluators::Specification;

/// In which order cases stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// As in the run.
    #[default]
    Run,
    /// Those whose answers moved most first.
    Moved,
}

/// Which cases are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// All of them.
    #[default]
    All,
    /// Those with an answer that differs from the baseline's, or that failed.
    Changed,
}

/// How a run is to be compared.
#[derive(Clone, Debug, Default)]
pub struct CompareOrder {
    /// What the answers are compared with.
    pub baseline: Baseline,
    /// The evaluators; none takes those of the configuration, else the usual ones.
    pub evaluators: Vec<Specification>,
    /// In which order cases stand.
    pub sort: Sort,
    /// Which cases are kept; totals and differences count all.
    pub keep: Keep,
}

impl CompareOrder {
    /// Sorts the cases and leaves out those that are not asked for.
    pub(super) fn arrange(&self, comparison: &mut Comparison) {
        if self.keep == Keep::Changed {
            comparison.cases.retain(super::ComparedCase::differs);
        }
        if self.sort == Sort::Moved {
            let moved = |case: &super::ComparedCase| case.moved.unwrap_or(-1.0);
            comparison.cases.sort_by(|a, b| moved(b).total_cmp(&moved(a)));
        }
    }
}

//! Rankings of several retrievers made into one.

use std::collections::BTreeMap;

use super::judgement::DocumentId;
use super::ranking::RankedList;

/// The constant of reciprocal rank fusion in the paper that proposed it.
pub const RRF_K: f64 = 60.0;

/// Fuses rankings: a document's score is the sum of 1 / (k + rank) over the rankings that hold it, ranks from 1, with k
/// not below 0 (Cormack, Clarke and Büttcher, Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning
/// Methods, SIGIR 2009).
pub fn reciprocal_rank_fusion(rankings: &[RankedList], k: f64) -> RankedList {
    let mut parts: BTreeMap<&DocumentId, Vec<f64>> = BTreeMap::new();
    for ranking in rankings {
        for (before, document) in ranking.documents().iter().enumerate() {
            parts.entry(document).or_default().push(1.0 / (k + before as f64 + 1.0));
        }
    }
    RankedList::of_scores(parts.into_iter().map(|(document, mut parts)| {
        // Added in a fixed order: which ranking comes first must not decide between equals.
        parts.sort_unstable_by(f64::total_cmp);
        (document.clone(), parts.iter().sum())
    }))
}

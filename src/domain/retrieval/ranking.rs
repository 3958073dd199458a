//! What a retriever found, best first.

use std::collections::HashSet;

use super::judgement::DocumentId;

/// Documents in the order they were retrieved, each once: where several chunks are of one document, its best place
/// counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RankedList(Vec<DocumentId>);

impl RankedList {
    /// Documents in an order that is known: ranks without scores.
    pub fn of_ranks(documents: impl IntoIterator<Item = DocumentId>) -> Self {
        let mut seen = HashSet::new();
        Self(documents.into_iter().filter(|document| seen.insert(document.clone())).collect())
    }

    /// Documents by score, the highest first; ties by id, the last in byte order first, as `trec_eval` breaks them
    /// (`form_res_rels.c`), so that a retriever gains nothing by the order in which it lists equals. A score that is not
    /// a number comes last.
    pub fn of_scores(scored: impl IntoIterator<Item = (DocumentId, f64)>) -> Self {
        // -0 equals 0 as a score, but not in the total order.
        let key = |score: f64| if score.is_nan() { f64::NEG_INFINITY } else { score + 0.0 };
        let mut scored: Vec<(DocumentId, f64)> = scored.into_iter().map(|(id, score)| (id, key(score))).collect();
        scored.sort_by(|(a, a_score), (b, b_score)| b_score.total_cmp(a_score).then_with(|| b.cmp(a)));
        Self::of_ranks(scored.into_iter().map(|(document, _)| document))
    }

    /// The documents, best first.
    pub fn documents(&self) -> &[DocumentId] {
        &self.0
    }
}

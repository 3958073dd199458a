//! What retrievers of the lab found.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::domain::retrieval::{DocumentId, Passage, RankedList};

/// A passage that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The document it is of.
    pub document: DocumentId,
    /// Its own id.
    pub passage: DocumentId,
    /// Its text; empty where a retriever of the user's gives none.
    pub text: Arc<str>,
    /// The retriever's score, where it has one; its scale is the retriever's.
    pub score: Option<f64>,
    /// What else is known of it.
    pub metadata: Arc<Map<String, Value>>,
}

impl Found {
    /// A passage of the corpus.
    pub(super) fn of(passage: &Passage, score: Option<f64>) -> Self {
        Self {
            document: passage.document.clone(),
            passage: passage.id.clone(),
            text: Arc::clone(&passage.text),
            score,
            metadata: Arc::clone(&passage.metadata),
        }
    }
}

/// The documents of what was found, of the first `k` documents at most.
pub fn documents_of(found: &[Found], k: usize) -> RankedList {
    let all = RankedList::of_ranks(found.iter().map(|one| one.document.clone()));
    RankedList::of_ranks(all.documents().iter().take(k).cloned())
}

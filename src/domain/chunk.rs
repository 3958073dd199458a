//! Retrieved chunks.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a chunk was to the span it is recorded on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChunkRole {
    /// Returned by a retriever.
    Retrieved,
    /// Given to a reranker.
    RerankerIn,
    /// Returned by a reranker.
    RerankerOut,
}

impl ChunkRole {
    /// The role's name in the tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Retrieved => "retrieved",
            Self::RerankerIn => "reranker_in",
            Self::RerankerOut => "reranker_out",
        }
    }

    /// Reads a role's name in the tables.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Retrieved, Self::RerankerIn, Self::RerankerOut].into_iter().find(|role| role.as_str() == text)
    }
}

/// One retrieved document as the retriever returned it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chunk {
    /// What it was to its span.
    pub role: ChunkRole,
    /// Its place among the chunks of the same role, from 1.
    pub rank: u32,
    /// The document's id, where recorded.
    pub document_id: Option<String>,
    /// The retriever's or reranker's score, where recorded; its scale is theirs.
    pub score: Option<f64>,
    /// The text; `None` where the recording has none.
    pub content: Option<String>,
    /// Whatever else was recorded of it.
    pub metadata: Map<String, Value>,
}

//! What the lab is asked to try.

use std::path::{Path, PathBuf};

use super::evaluation::Measures;
use crate::domain::filter::Filter;
use crate::domain::money::Money;
use crate::domain::retrieval::ChunkSize;
use crate::domain::run::ModelId;
use crate::error::AppError;

/// What is searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CorpusChoice {
    /// Every text that was ever retrieved in this workspace.
    Chunks,
    /// The documents of a file or folder.
    Files(PathBuf),
}

/// A retriever to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RetrieverChoice {
    /// By words.
    Bm25,
    /// By vectors.
    Dense,
    /// Both, fused by reciprocal ranks.
    Fused,
    /// A command of the user's, as typed; see [`super::command`].
    Command(String),
}

impl RetrieverChoice {
    /// Reads a name of ours, else takes the text for a command.
    pub fn parse(text: &str) -> Self {
        match text {
            "bm25" => Self::Bm25,
            "dense" => Self::Dense,
            "fused" => Self::Fused,
            command => Self::Command(command.to_owned()),
        }
    }

    /// Its name in tables: of a command the command itself.
    pub fn name(&self) -> &str {
        match self {
            Self::Bm25 => "bm25",
            Self::Dense => "dense",
            Self::Fused => "fused",
            Self::Command(command) => command,
        }
    }

    /// Whether it needs vectors.
    pub const fn needs_vectors(&self) -> bool {
        matches!(self, Self::Dense | Self::Fused)
    }
}

/// Where vectors come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VectorChoice {
    /// A file that holds them by id.
    File(PathBuf),
    /// A provider's embeddings endpoint.
    Model(ModelId),
}

impl VectorChoice {
    /// A file where there is one, else a model.
    pub fn parse(text: &str) -> Result<Self, AppError> {
        let path = Path::new(text);
        if path.is_file() {
            return Ok(Self::File(path.to_owned()));
        }
        text.parse().map(Self::Model).map_err(|_| {
            AppError::usage(format!("`{text}` is neither a file nor a model"))
                .hint("name a file of JSON lines with id and vector, or a model such as openai/text-embedding-3-small")
        })
    }
}

/// What to try, and within which limits.
#[derive(Clone, Debug)]
pub struct LabOrder {
    /// Which recorded traces.
    pub filter: Filter,
    /// The newest of them only.
    pub limit: usize,
    /// What is searched.
    pub corpus: CorpusChoice,
    /// Fields that a document's line must have with these values.
    pub only: Vec<(String, String)>,
    /// The questions; `None` asks those that were recorded.
    pub questions: Option<PathBuf>,
    /// Further files of ground truth.
    pub files: Vec<PathBuf>,
    /// What is tried.
    pub retrievers: Vec<RetrieverChoice>,
    /// Where vectors come from.
    pub vectors: Option<VectorChoice>,
    /// A model that puts what was found into another order.
    pub reranker: Option<ModelId>,
    /// How many of what was found it is given, at least 1.
    pub rerank_depth: usize,
    /// How documents are cut; `None` leaves them whole.
    pub size: Option<ChunkSize>,
    /// What is measured.
    pub measures: Measures,
    /// The most that may be spent.
    pub max_cost: Option<Money>,
}

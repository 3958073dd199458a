//! How the index stands.

use std::path::PathBuf;

use crate::domain::time::Timestamp;

/// How the index stands when it is first opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndexState {
    /// There is none yet, or an empty one: the first import makes it.
    New,
    /// It is fine.
    Ready,
    /// It could not be used and was put aside; call [`rebuild`](crate::store::Store::rebuild).
    PutAside {
        /// Where it is kept.
        kept: PathBuf,
        /// Why.
        reason: String,
    },
}

/// How much the index holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IndexSize {
    /// Traces.
    pub traces: u64,
    /// Spans.
    pub spans: u64,
    /// Sources.
    pub sources: u64,
    /// Runs.
    pub runs: u64,
    /// The newest start of a trace.
    pub newest: Option<Timestamp>,
}

/// One thing in which index and files differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it is about: a path, a run, a trace.
    pub subject: String,
    /// What differs, in words for the user.
    pub detail: String,
}

/// What a check of the index found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// How much was looked at.
    pub size: IndexSize,
    /// Where index and files differ; empty when all is well.
    pub differences: Vec<Difference>,
}

/// How far a rebuild is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RebuildProgress {
    /// What is being done, in words for the user.
    pub step: String,
    /// Spans so far.
    pub spans: u64,
}

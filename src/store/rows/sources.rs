//! Rows of sources, prices and prompt versions, and what an import changed.

use serde::{Deserialize, Serialize};

use crate::domain::ids::SourceId;
use crate::domain::money::Money;
use crate::domain::time::Timestamp;

/// A source of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRow {
    /// Its id.
    pub source_id: SourceId,
    /// Its path below the workspace where it is there, else absolute; `-` for standard input.
    pub path: String,
    /// The format it was read as.
    pub format: String,
    /// The BLAKE3 hash of its content in hex.
    pub content_hash: String,
    /// When it was imported last.
    pub imported_at: Timestamp,
    /// How many spans were read from it.
    pub spans: u64,
    /// What could not be used.
    pub skipped: Vec<SkippedRow>,
}

/// A record of a source that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedRow {
    /// Its line, from 1.
    pub line: Option<u64>,
    /// Why.
    pub reason: String,
}

/// What an import changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportCounts {
    /// Traces that the import touched or repeated.
    pub traces: u64,
    /// Spans read, repeated ones counted once.
    pub spans: u64,
    /// Spans that were not there before.
    pub new_spans: u64,
    /// Spans replaced by more complete ones.
    pub updated_spans: u64,
    /// Chunks of the spans read.
    pub chunks: u64,
}

/// What an import changed by one of its sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceCounts {
    /// The source.
    pub source_id: SourceId,
    /// Its spans that were not there before.
    pub new_spans: u64,
    /// Its spans that replaced less complete ones.
    pub updated_spans: u64,
}

/// A row of the `prices` table; prices in USD per million tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceEntry {
    /// The provider.
    pub provider: String,
    /// The model.
    pub model: String,
    /// Uncached input.
    pub input_per_mtok: Option<Money>,
    /// Output.
    pub output_per_mtok: Option<Money>,
    /// Input read from the cache.
    pub cached_input_per_mtok: Option<Money>,
    /// Input written to the cache.
    pub cache_write_per_mtok: Option<Money>,
    /// Reasoning, where billed apart.
    pub reasoning_per_mtok: Option<Money>,
    /// Since when, `YYYY-MM-DD`.
    pub effective_from: Option<String>,
    /// Where the price comes from.
    pub source: String,
}

/// A row of the `prompt_versions` table: a commit that changed a prompt file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromptVersionEntry {
    /// The prompt.
    pub prompt_name: String,
    /// The shortest name of the version: a tag, else the short commit.
    pub version: String,
    /// The commit in hex.
    pub commit: String,
    /// Its author.
    pub author: String,
    /// When it was committed.
    pub committed_at: Timestamp,
    /// The first line of its message.
    pub message: String,
    /// The hash of the file's content.
    pub content_hash: String,
    /// Tokens of the template, estimated.
    pub tokens: Option<u64>,
}

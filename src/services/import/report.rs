//! What an import did, file by file: the public JSON of `import --format json`.

use serde::Serialize;

/// The version of the report's shape.
const SCHEMA_VERSION: u8 = 1;

/// A record that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SkippedRecord {
    /// Its line, from 1, in files that have lines.
    pub line: Option<u64>,
    /// Why.
    pub reason: String,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was read, if not all of it.
    Imported,
    /// It was imported before and has not changed.
    Unchanged,
    /// It is no trace and was not named by the user, but found in a directory.
    Ignored,
    /// It could not be read at all, or nothing in it could.
    Failed,
}

/// What an import did with one file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FileReport {
    /// The path as given or found.
    pub path: String,
    /// The format it was read as.
    pub format: Option<String>,
    /// Different traces in it.
    pub traces: u64,
    /// Different spans in it.
    pub spans: u64,
    /// Chunks of its spans.
    pub chunks: u64,
    /// Spans that were not in the index before.
    pub new_spans: u64,
    /// Spans that are more complete than what was in the index before.
    pub updated_spans: u64,
    /// What could not be used.
    pub skipped: Vec<SkippedRecord>,
    /// What became of it.
    #[serde(skip)]
    pub outcome: Outcome,
}

impl FileReport {
    /// A file of which nothing is known but what became of it.
    pub fn empty(path: String, outcome: Outcome, reason: Option<String>) -> Self {
        let skipped = reason.map(|reason| SkippedRecord { line: None, reason }).into_iter().collect();
        Self { path, format: None, traces: 0, spans: 0, chunks: 0, new_spans: 0, updated_spans: 0, skipped, outcome }
    }
}

/// What an import did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ImportReport {
    /// The version of this document's shape.
    pub schema_version: u8,
    /// File by file, in order.
    pub files: Vec<FileReport>,
    /// Different traces in all files together.
    pub traces: u64,
    /// Different spans in all files together.
    pub spans: u64,
    /// Spans that were not in the index before.
    pub new_spans: u64,
    /// Spans that are more complete than what was in the index before.
    pub updated_spans: u64,
    /// Records that could not be used.
    pub skipped: u64,
}

impl ImportReport {
    /// The report of these files, which together hold so many traces and spans.
    pub fn of(files: Vec<FileReport>, traces: u64, spans: u64) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            new_spans: files.iter().map(|file| file.new_spans).sum(),
            updated_spans: files.iter().map(|file| file.updated_spans).sum(),
            skipped: files.iter().map(|file| file.skipped.len() as u64).sum(),
            files,
            traces,
            spans,
        }
    }

    /// Whether a file could not be read at all, or nothing in it could: exit code 4.
    pub fn has_failed_files(&self) -> bool {
        self.files.iter().any(|file| file.outcome == Outcome::Failed)
    }
}

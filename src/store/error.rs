//! What can go wrong with the index, the journals and the archive.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error;

/// Why the store could not do what was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Another process holds the index, and did not let go in time.
    #[error("the index is held by {holder}; gave up after {} s. Try again when it is done", waited.as_secs())]
    Busy {
        /// Program and process id, as far as known.
        holder: String,
        /// How long it was waited for.
        waited: Duration,
    },
    /// Another process works on the run.
    #[error("run {run} is at work in another hindcast")]
    AtWork {
        /// The run's id.
        run: String,
    },
    /// The caller cancelled.
    #[error("interrupted")]
    Interrupted,
    /// A query ran longer than it may.
    #[error("the query was stopped after {} s; narrow it, or raise the time limit", .0.as_secs())]
    Timeout(Duration),
    /// The index cannot be opened, or is of another version; it is put aside at the next [`prepare`](super::Store::prepare).
    #[error("the index is damaged or of another version ({detail}); the next command builds it anew from the files")]
    Damaged {
        /// What DuckDB or the version check said.
        detail: String,
    },
    /// The user's SQL is wrong.
    #[error("{message}")]
    Sql {
        /// What is wrong, without the quoted source.
        message: String,
        /// Line and column of the mistake, both from 1 and in characters, where DuckDB says it.
        position: Option<(usize, usize)>,
    },
    /// The user's SQL is not allowed here.
    #[error("{0}")]
    Refused(String),
    /// No such thing.
    #[error("no {what} `{id}`")]
    NotFound {
        /// `trace`, `run`, `session`, …
        what: &'static str,
        /// The id or prefix asked for.
        id: String,
    },
    /// A shortened id fits several things.
    #[error("`{id}` fits several {what}s: {}", matches.join(", "))]
    Ambiguous {
        /// `trace`, `run`, …
        what: &'static str,
        /// The prefix asked for.
        id: String,
        /// The first few that fit.
        matches: Vec<String>,
    },
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A value cannot stand in a journal or in the index.
    #[error("a record cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// DuckDB failed in another way.
    #[error("the index failed: {0}")]
    Database(String),
}

impl StoreError {
    /// An I/O error with its file.
    pub fn file(path: &Path, source: io::Error) -> Self {
        Self::File { path: path.to_owned(), source }
    }

    /// Whether a rebuild of the index helps.
    pub fn needs_rebuild(&self) -> bool {
        matches!(self, Self::Damaged { .. })
    }
}

impl From<duckdb::arrow::error::ArrowError> for StoreError {
    fn from(error: duckdb::arrow::error::ArrowError) -> Self {
        Self::Database(error.to_string())
    }
}

impl From<duckdb::Error> for StoreError {
    fn from(error: duckdb::Error) -> Self {
        let text = error.to_string();
        if text.contains("INTERRUPT") || text.contains("Interrupted!") {
            Self::Interrupted
        } else if is_damage(&text) {
            Self::Damaged { detail: first_line(&text) }
        } else {
            Self::Database(text)
        }
    }
}

/// Whether what DuckDB says means that what is on disk is not what was written.
pub(super) fn is_corruption(text: &str) -> bool {
    ["Corrupt database file", "computed checksum"].iter().any(|sign| text.contains(sign))
}

/// Whether DuckDB's message means that the file itself is of no use any more.
pub(super) fn is_damage(text: &str) -> bool {
    const SIGNS: [&str; 9] = [
        "Corrupt database file",
        "not a valid DuckDB database",
        "Failure while replaying WAL",
        "FATAL",
        "INTERNAL Error",
        "Serialization Error",
        "computed checksum",
        "database has been invalidated",
        "storage version",
    ];
    SIGNS.iter().any(|sign| text.contains(sign))
}

/// The first line of a message of several.
pub(super) fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// What the store's methods return.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

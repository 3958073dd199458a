//! What goes into an importer and what comes out of it.

use std::io::{self, Read};

use crate::domain::ids::SourceId;
use crate::domain::patch::SpanPatch;
use crate::domain::score::Score;
use crate::domain::span::Span;

/// A record that could not be used, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The line it stands on, from 1, in files that have lines.
    pub line: Option<u64>,
    /// What is wrong with it, in words for the user.
    pub reason: String,
}

/// A portion of what an importer read, small enough to be handed on at once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// Spans in the order of the file.
    pub spans: Vec<Span>,
    /// Content for spans that may stand elsewhere.
    pub patches: Vec<SpanPatch>,
    /// Scores that came apart from spans.
    pub scores: Vec<Score>,
    /// What could not be used.
    pub skipped: Vec<Skipped>,
    /// Bytes of decompressed input this batch came from.
    pub bytes: u64,
}

impl Batch {
    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty() && self.patches.is_empty() && self.scores.is_empty() && self.skipped.is_empty()
    }

    /// Takes everything of another batch behind its own.
    pub fn append(&mut self, mut other: Self) {
        self.spans.append(&mut other.spans);
        self.patches.append(&mut other.patches);
        self.scores.append(&mut other.scores);
        self.skipped.append(&mut other.skipped);
        self.bytes = self.bytes.saturating_add(other.bytes);
    }
}

/// The receiver wants no more: the user cancelled, or it failed and says so itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the import was stopped")]
pub struct SinkClosed;

/// Where batches go.
pub trait BatchSink {
    /// Takes one batch; blocks while it has no room.
    fn accept(&mut self, batch: Batch) -> Result<(), SinkClosed>;
}

/// One decompressed file or stream, without a byte order mark.
pub struct Input<'a> {
    /// The bytes.
    pub reader: Box<dyn Read + Send + 'a>,
    /// The source that its spans will name.
    pub source_id: SourceId,
}

/// Why a file could not be read to its end. What was read before it is with the sink.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file or stream failed.
    #[error("reading failed: {0}")]
    Read(#[from] io::Error),
    /// The sink wants no more.
    #[error(transparent)]
    Stopped(#[from] SinkClosed),
    /// A worker thread could not be started or died.
    #[error("a thread of the import failed: {0}")]
    Worker(String),
}

/// A reader of one format.
pub trait Importer: Sync {
    /// The name for `--as` and reports, such as `otlp-json`.
    fn name(&self) -> &'static str;

    /// One sentence that says what it reads.
    fn description(&self) -> &'static str;

    /// Whether the beginning of a file (decompressed, up to 64 KiB) looks like this format.
    fn sniff(&self, head: &[u8]) -> bool;

    /// Reads everything. Records that cannot be used are skipped with a reason and stop nothing else.
    fn read(&self, input: Input<'_>, sink: &mut dyn BatchSink) -> Result<(), ImportError>;
}

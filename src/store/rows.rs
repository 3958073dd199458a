//! The typed rows that queries return.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::SentRequest;
use crate::domain::ids::{SessionId, SourceId, SpanId, TraceId};
use crate::domain::money::Money;
use crate::domain::run::{Run, RunResult, RunStatus};
use crate::domain::score::Score;
use crate::domain::span::{Span, SpanStatus};
use crate::domain::time::Timestamp;

/// One trace of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceRow {
    /// The trace.
    pub trace_id: TraceId,
    /// Its root: the span without parent, else the earliest whose parent is missing.
    pub root_span_id: SpanId,
    /// The root's name.
    pub name: String,
    /// The earliest start of its spans.
    pub started_at: Timestamp,
    /// The root's duration in milliseconds, else from the first start to the last end; `None` where no end is known.
    pub duration_ms: Option<f64>,
    /// From the start to the first piece of the answer in milliseconds, where recorded.
    pub ttft_ms: Option<f64>,
    /// The root's status.
    pub status: SpanStatus,
    /// Whether any span failed.
    pub has_error: bool,
    /// The models that answered, each once, in the order of their first call.
    pub models: Vec<String>,
    /// How many spans.
    pub spans: u64,
    /// How many model calls, each once.
    pub llm_calls: u64,
    /// How many retrieved chunks.
    pub chunks: u64,
    /// Input tokens of all calls; `None` where none is known.
    pub input_tokens: Option<u64>,
    /// Output tokens of all calls.
    pub output_tokens: Option<u64>,
    /// Input and output tokens.
    pub tokens: Option<u64>,
    /// What the calls cost; `None` where no call's cost is known.
    pub cost_usd: Option<Money>,
    /// Whether some call's cost is unknown, so that `cost_usd` is a lower bound.
    pub cost_incomplete: bool,
    /// The conversation.
    pub session_id: Option<SessionId>,
    /// The end user.
    pub user_id: Option<String>,
    /// The customer.
    pub tenant_id: Option<String>,
    /// The deployment environment.
    pub environment: Option<String>,
    /// Tags of all spans, each once.
    pub tags: Vec<String>,
    /// The prompt of the answer's call, else of the first span that names one.
    pub prompt_name: Option<String>,
    /// Its version label.
    pub prompt_version: Option<String>,
    /// The first characters of the input, on one line.
    pub input_preview: Option<String>,
    /// The first characters of the output, on one line.
    pub output_preview: Option<String>,
    /// The end user's last numeric feedback.
    pub feedback: Option<f64>,
}

/// What the list of traces is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TraceSortField {
    /// The start.
    #[default]
    Age,
    /// The duration.
    Latency,
    /// Input and output tokens.
    Tokens,
    /// The cost.
    Cost,
    /// The status: errors, then unset, then ok.
    Status,
    /// The root's name.
    Name,
    /// The first model.
    Model,
}

impl TraceSortField {
    /// Every field, in the order of the list's columns.
    pub const ALL: [Self; 7] =
        [Self::Age, Self::Latency, Self::Tokens, Self::Cost, Self::Status, Self::Name, Self::Model];

    /// The name for `--sort`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Age => "age",
            Self::Latency => "latency",
            Self::Tokens => "tokens",
            Self::Cost => "cost",
            Self::Status => "status",
            Self::Name => "name",
            Self::Model => "model",
        }
    }

    /// Reads a name of `--sort`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == text)
    }
}

/// Which end of a sorted list comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SortDirection {
    /// Newest, slowest, dearest, worst first; names from A.
    #[default]
    Natural,
    /// The other way round.
    Reversed,
}

/// The place in a sorted list after which the next page begins; opaque to callers.
#[derive(Clone, Debug, PartialEq)]
pub struct PageKey {
    pub(super) sort_value: SortValue,
    pub(super) started_ns: i64,
    pub(super) trace_id: String,
}

/// The last row's value of the sort field.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum SortValue {
    Missing,
    Int(i64),
    Float(f64),
    Decimal(i128),
    Text(String),
}

/// One page of the list of traces.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TracePage {
    /// The rows in order.
    pub rows: Vec<TraceRow>,
    /// Where the next page begins; `None` at the end of the list.
    pub next: Option<PageKey>,
}

/// One trace, whole.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceDetail {
    /// Its row of the list.
    pub row: TraceRow,
    /// All spans by start, with messages, chunks, tool calls and their scores.
    pub spans: Vec<Span>,
    /// All scores of the trace, its spans and its replayed answers, oldest first.
    pub scores: Vec<Score>,
    /// All replayed answers of the trace, newest run first.
    pub results: Vec<RunResult>,
}

/// A conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionRow {
    /// Its id.
    pub session_id: SessionId,
    /// The first start.
    pub started_at: Timestamp,
    /// The last start.
    pub last_at: Timestamp,
    /// How many traces.
    pub traces: u64,
    /// How many of them failed.
    pub errors: u64,
    /// The end user of its last trace.
    pub user_id: Option<String>,
    /// The customer of its last trace.
    pub tenant_id: Option<String>,
    /// All tokens.
    pub tokens: Option<u64>,
    /// All cost.
    pub cost_usd: Option<Money>,
    /// The first input, shortened, on one line.
    pub first_input: Option<String>,
}

/// A trace's place in its conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionPlace {
    /// The conversation.
    pub session_id: SessionId,
    /// Its turn, from 1.
    pub turn: u64,
    /// How many turns there are.
    pub turns: u64,
    /// The trace before it.
    pub previous: Option<TraceId>,
    /// The trace after it.
    pub next: Option<TraceId>,
}

/// A run with its figures.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRow {
    /// As it was planned.
    pub run: Run,
    /// How it stands.
    pub status: RunStatus,
    /// Results so far.
    pub results: u64,
    /// Of them answered.
    pub ok: u64,
    /// Of them failed or incomplete.
    pub failed: u64,
    /// Of them sent and never heard of again.
    pub unknown: u64,
    /// Of them served from the cache.
    pub from_cache: u64,
    /// What they cost so far, reservations of unknown ones included; `None` where none is known.
    pub cost_usd: Option<Money>,
}

/// A result with the request that was sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredResult {
    /// The answer.
    pub result: RunResult,
    /// The hash by which the cache finds it; empty for requests that are not cached.
    #[serde(default)]
    pub request_hash: String,
    /// The request as sent, without secrets.
    pub request: SentRequest,
    /// When the answer was complete.
    pub created_at: Timestamp,
}

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

/// Figures of a set of traces or calls.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// How many traces (or, by model, model calls).
    pub count: u64,
    /// How many of them failed.
    pub errors: u64,
    /// What they cost; `None` where nothing is known.
    pub cost_usd: Option<Money>,
    /// Their tokens.
    pub tokens: Option<u64>,
    /// Half of them took at most this long, in milliseconds.
    pub p50_ms: Option<f64>,
    /// 95 of 100 took at most this long, in milliseconds.
    pub p95_ms: Option<f64>,
    /// The mean of the end users' feedback.
    pub feedback: Option<f64>,
}

/// Figures of one interval of time.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeFigures {
    /// Where the interval begins.
    pub start: Timestamp,
    /// Its figures.
    pub figures: Figures,
}

/// Figures of one model.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelFigures {
    /// The provider, where recorded.
    pub provider: Option<String>,
    /// The model; `None` for calls whose model is not recorded.
    pub model: Option<String>,
    /// Figures of its calls.
    pub figures: Figures,
}

/// The telemetry of a range of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Telemetry {
    /// The earliest and the latest start of a trace in the index, whatever the range.
    pub extent: Option<(Timestamp, Timestamp)>,
    /// All traces of the range.
    pub total: Figures,
    /// Per interval; empty intervals are left out.
    pub by_time: Vec<TimeFigures>,
    /// Per model, most calls first.
    pub by_model: Vec<ModelFigures>,
}

/// How the index stands when it is first opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndexState {
    /// There is none yet, or an empty one: the first import makes it.
    New,
    /// It is fine.
    Ready,
    /// It could not be used and was put aside; call [`rebuild`](super::Store::rebuild).
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

/// A run and its results so far, as replayed from a journal or read from the index.
#[derive(Clone, Debug, PartialEq)]
pub struct RunSnapshot {
    /// The run's row.
    pub row: RunRow,
    /// Its results in order.
    pub results: Vec<StoredResult>,
}

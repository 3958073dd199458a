//! Rows of traces and conversations.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{SessionId, SpanId, TraceId};
use crate::domain::money::Money;
use crate::domain::run::RunResult;
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
    pub(in crate::store) sort_value: SortValue,
    pub(in crate::store) started_ns: i64,
    pub(in crate::store) trace_id: String,
}

/// The last row's value of the sort field.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::store) enum SortValue {
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

//! Requests about traces.

use std::sync::Arc;

use crate::domain::grounding::Grounding;
use crate::domain::ids::{SpanId, TraceId};
use crate::domain::money::Money;
use crate::domain::retrieval::{DocumentId, Grade, Judgements};
use crate::domain::run::Case;
use crate::domain::span::{Span, SpanStatus};
use crate::domain::time::Timestamp;
use crate::services::golden::GoldenOffer;
use crate::services::prompts::MatchReport;
use crate::store::{CauseCount, GroundedCounts};

/// What the screens of traces and retrieval ask.
#[derive(Clone, Debug, PartialEq)]
pub enum TracesRequest {
    /// A page of the list.
    List(ListQuery),
    /// A whole trace.
    Detail(TraceId),
    /// Keep a note.
    Note {
        /// The trace.
        trace_id: TraceId,
        /// What to keep.
        text: String,
    },
    /// Keep a score.
    Score {
        /// The trace.
        trace_id: TraceId,
        /// The span, where one is meant.
        span_id: Option<SpanId>,
        /// What is judged.
        name: String,
        /// The number.
        value: f64,
    },
    /// Keep how well a document answers the question of a trace.
    Judge {
        /// The trace.
        trace_id: TraceId,
        /// The document.
        document: DocumentId,
        /// Its grade; `None` takes it back.
        grade: Option<Grade>,
    },
    /// How well documents are judged to answer the question of a trace.
    Judgements(TraceId),
    /// Keep traces as a set.
    KeepSet {
        /// The set's name.
        name: String,
        /// The traces; empty for those that match `filter`.
        traces: Vec<TraceId>,
        /// The filter, where no traces are named.
        filter: String,
    },
    /// What could be expected of the call that gave the trace its answer, were it kept as a golden case.
    OfferGolden(TraceId),
    /// Keep that call as a golden case.
    KeepGolden {
        /// The trace.
        trace_id: TraceId,
        /// What a right answer says.
        facts: Vec<String>,
    },
    /// The call that gave the trace its answer, with its chunks.
    Case(TraceId),
    /// Which version of which prompt made the call that gave the trace its answer.
    Match(TraceId),
    /// Which sentence of the answer is supported by which chunk.
    Ground(TraceId),
    /// Why answers are wrong among the traces that match a filter.
    Causes(String),
}

/// A page of the list of traces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListQuery {
    /// The filter as typed.
    pub filter: String,
    /// What to sort by.
    pub sort: Sort,
    /// Which way.
    pub order: Order,
    /// Rows before the page.
    pub offset: usize,
    /// Rows of the page at most.
    pub limit: usize,
}

/// What the list of traces can be sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// When it began.
    #[default]
    Time,
    /// How long it took.
    Latency,
    /// What it cost.
    Cost,
    /// Its tokens.
    Tokens,
    /// Its name.
    Name,
    /// Its status.
    Status,
}

impl Sort {
    /// Every column to sort by.
    pub const ALL: [Self; 6] = [Self::Time, Self::Latency, Self::Cost, Self::Tokens, Self::Name, Self::Status];

    /// The name shown, and the one of `traces --sort`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Latency => "latency",
            Self::Cost => "cost",
            Self::Tokens => "tokens",
            Self::Name => "name",
            Self::Status => "status",
        }
    }
}

/// Which way a list is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Greatest or newest first.
    #[default]
    Descending,
    /// Smallest or oldest first.
    Ascending,
}

impl Order {
    /// The other way.
    #[must_use]
    pub const fn turned(self) -> Self {
        match self {
            Self::Descending => Self::Ascending,
            Self::Ascending => Self::Descending,
        }
    }
}

/// A row of the list. All text is as recorded, and hostile.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceRow {
    /// The trace.
    pub trace_id: TraceId,
    /// The root's name.
    pub name: String,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took, in nanoseconds.
    pub duration_ns: Option<i64>,
    /// The root's status.
    pub status: SpanStatus,
    /// What was asked.
    pub question: Option<String>,
    /// What was answered.
    pub answer: Option<String>,
    /// The models that answered.
    pub models: Vec<String>,
    /// The prompt: `name@version`, `name`, or `@version` where only that is recorded.
    pub prompt: Option<String>,
    /// Tokens in and out.
    pub tokens: Option<u64>,
    /// What it cost.
    pub cost: Option<Money>,
    /// How many spans.
    pub spans: u64,
    /// How many chunks were retrieved.
    pub chunks: u64,
    /// How many sentences of the answer the chunks carry; `None` where it is not grounded.
    pub grounded: Option<GroundedCounts>,
    /// What is said about a failure.
    pub error: Option<String>,
    /// Feedback of the user: 0 bad to 1 good, where there is any.
    pub feedback: Option<f64>,
    /// The conversation.
    pub session: Option<String>,
}

/// How far the index is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Traces that match.
    pub matched: u64,
    /// All traces.
    pub all: u64,
}

/// What the services answer.
#[derive(Clone, Debug, PartialEq)]
pub enum TracesAnswer {
    /// Which prompt versions can have made the call.
    Matched(Arc<MatchReport>),
    /// A page of the list.
    Page {
        /// Rows before it.
        offset: usize,
        /// Its rows.
        rows: Vec<TraceRow>,
        /// How many there are.
        counts: Counts,
    },
    /// How many there are, counted after the page was sent.
    Counts(Counts),
    /// The filter cannot be read.
    BadFilter {
        /// Where, in code points from 0.
        position: usize,
        /// What is wrong and what was expected.
        message: String,
    },
    /// A whole trace, spans in the order of their start.
    Detail(Arc<Vec<Span>>),
    /// There is no such trace.
    NoSuchTrace(TraceId),
    /// The call that gave the trace its answer.
    Case(Arc<Case>),
    /// The trace has no model call.
    NoCase(TraceId),
    /// The note or score is on disk.
    Kept,
    /// What could be expected of a golden case.
    GoldenOffer(Arc<GoldenOffer>),
    /// The golden case is on disk, in words: where, and what is expected of it.
    GoldenKept(String),
    /// How well documents answer, as judged.
    Judgements(Judgements),
    /// What supports the answer.
    Grounding(Arc<Grounding>),
    /// The main causes of wrong answers, the most frequent first.
    Causes(Vec<CauseCount>),
}

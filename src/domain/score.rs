//! Feedback, annotations and evaluations.

use serde::{Deserialize, Serialize};

use super::ids::{ResultId, SpanId, TraceId};
use super::time::Timestamp;

/// Who or what gave a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScoreSource {
    /// An end user: a thumb, a rating.
    User,
    /// A reviewer.
    Human,
    /// A program.
    Code,
    /// A judge model.
    Llm,
    /// Sent by an API, origin unknown.
    Api,
}

impl ScoreSource {
    /// The source's name in the tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Human => "human",
            Self::Code => "code",
            Self::Llm => "llm",
            Self::Api => "api",
        }
    }

    /// Reads a source as recorders spell it; what is unknown came by an API.
    pub fn parse(text: &str) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "user" | "end_user" => Self::User,
            "human" | "annotation" => Self::Human,
            "code" | "eval" => Self::Code,
            "llm" | "judge" => Self::Llm,
            _ => Self::Api,
        }
    }
}

/// One judgement about a trace, a span or a result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The trace judged.
    pub trace_id: TraceId,
    /// The span judged; `None` for the whole trace.
    pub span_id: Option<SpanId>,
    /// The replayed answer judged; `None` for the recorded one.
    pub result_id: Option<ResultId>,
    /// What was judged: `correctness`, `thumbs`, `note`.
    pub name: String,
    /// The number, where there is one; 0 and 1 for no and yes.
    pub value: Option<f64>,
    /// The verdict in words, where there is one.
    pub label: Option<String>,
    /// Why.
    pub explanation: Option<String>,
    /// Who says so.
    pub source: ScoreSource,
    /// When.
    pub created_at: Timestamp,
}

/// The name under which a user's free-text note on a trace is kept; its text is the explanation.
pub const NOTE: &str = "note";

/// The name under which it is kept how well a retrieved document answers a trace's question: the label is the document's
/// id, the value its grade (0 not at all, 1 related, 2 answers it). The latest of a document counts; without a value it is
/// taken back.
pub const RELEVANCE: &str = "relevance";

/// The name under which a reviewer's rating of a replayed answer is kept; of several for one answer the latest counts.
pub const RATING: &str = "rating";

/// What a reviewer thinks of a replayed answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rating {
    /// Good: a thumb up, 1 as a score.
    Good,
    /// Bad: a thumb down, 0 as a score.
    Bad,
}

impl Rating {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
        }
    }

    /// Its value as a score.
    pub const fn value(self) -> f64 {
        match self {
            Self::Good => 1.0,
            Self::Bad => 0.0,
        }
    }

    /// Reads its value as a score.
    pub fn of_value(value: f64) -> Self {
        if value > 0.5 { Self::Good } else { Self::Bad }
    }
}

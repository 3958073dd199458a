//! Requests about the chunks of a case: what is known of them, what would be sent, what others there are.

use std::sync::Arc;

use crate::domain::grounding::Grounding;
use crate::domain::ids::{RunId, TraceId};
use crate::domain::run::{Case, ChunkEdit};
use crate::domain::time::Timestamp;
use crate::services::replay::Surroundings;
use crate::services::what_if::Look;
use crate::store::FoundChunk;
use crate::ui::effects::runs::RunDetail;

/// What the screen of retrieval asks.
#[derive(Clone, Debug, PartialEq)]
pub enum RetrievalRequest {
    /// What is recorded around the chunks of the case of a trace.
    Around(TraceId),
    /// What there is to know of a case with changed chunks.
    Look {
        /// The case.
        case: Arc<Case>,
        /// The changes.
        edits: Vec<ChunkEdit>,
        /// When the call was made.
        at: Timestamp,
    },
    /// Which sentences of an answer to changed chunks these support.
    Ground {
        /// The case.
        case: Arc<Case>,
        /// The changes.
        edits: Vec<ChunkEdit>,
        /// The answer.
        answer: String,
    },
    /// Chunks that were ever retrieved.
    Find(String),
    /// A series of tries on the case of a trace.
    Series {
        /// The trace.
        trace: TraceId,
        /// The run; `None` for the newest there is.
        run: Option<RunId>,
    },
}

/// What the services answer.
#[derive(Clone, Debug, PartialEq)]
pub enum RetrievalAnswer {
    /// What is recorded around the chunks.
    Around(Arc<Surroundings>),
    /// What there is to know.
    Look(Arc<Look>),
    /// What supports the answer.
    Grounded(Arc<Grounding>),
    /// What was found.
    Found(Vec<FoundChunk>),
    /// The series; nothing where there is none.
    Series(Option<Arc<RunDetail>>),
}

/// What the runs of tries on a trace are called.
pub fn series_name(trace: &TraceId) -> String {
    format!("what-if {}", trace.as_str())
}

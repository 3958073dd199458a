//! Conversations.

use super::rows::{SessionPlace, SessionRow, TraceRow};
use super::{Result, Store, TracesQuery};
use crate::domain::cancel::Cancel;
use crate::domain::ids::{SessionId, TraceId};

impl Store {
    /// The conversations of the matching traces, latest first.
    pub fn sessions(&self, _query: &TracesQuery, _cancel: &Cancel) -> Result<Vec<SessionRow>> {
        Ok(Vec::new())
    }

    /// The turns of a conversation, oldest first.
    pub fn session_traces(&self, _id: &SessionId, _cancel: &Cancel) -> Result<Vec<TraceRow>> {
        Ok(Vec::new())
    }

    /// Where a trace stands in its conversation; `None` where it belongs to none.
    pub fn session_place(&self, _id: &TraceId, _cancel: &Cancel) -> Result<Option<SessionPlace>> {
        Ok(None)
    }
}

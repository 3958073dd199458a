//! One trace, whole.

use super::error::{Result, StoreError};
use super::load::{self, Which};
use super::rows::TraceDetail;
use super::traces;
use super::{Store, ids, runs, scores};
use crate::domain::cancel::Cancel;
use crate::domain::ids::TraceId;

impl Store {
    /// A trace with everything that belongs to it.
    pub fn trace(&self, id: &TraceId, cancel: &Cancel) -> Result<TraceDetail> {
        let trace_id = id.as_str();
        self.shared.read(cancel, |conn| {
            let missing = || StoreError::NotFound { what: "trace", id: trace_id.to_owned() };
            let (row, last_ns) = traces::one(conn, trace_id)?.ok_or_else(missing)?;
            let first_ns = row.started_at.nanos();
            let which = Which {
                condition: "t.trace_id = ? AND {ns} BETWEEN ? AND ?",
                params: &[&trace_id, &first_ns, &last_ns],
            };
            let mut spans = load::spans(conn, &which)?;
            let scores = scores::of_trace(conn, trace_id)?;
            for score in scores.iter().filter(|score| score.result_id.is_none()) {
                if let Some(span) = spans.iter_mut().find(|span| score.span_id.as_ref() == Some(&span.span_id)) {
                    span.scores.push(score.clone());
                }
            }
            Ok(TraceDetail { row, spans, scores, results: runs::of_trace(conn, trace_id)? })
        })
    }

    /// The trace whose id begins so; an exact id wins over longer ones.
    pub fn resolve_trace(&self, prefix: &str, cancel: &Cancel) -> Result<TraceId> {
        self.shared.read(cancel, |conn| ids::resolve(conn, "trace", "store.traces", "trace_id", prefix)).map(Into::into)
    }
}

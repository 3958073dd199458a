//! One trace, whole.

use std::collections::HashMap;

use duckdb::{Connection, ToSql};

use super::error::{Result, StoreError};
use super::load::{self, Which};
use super::rows::TraceDetail;
use super::traces;
use super::{Store, ids, runs, scores};
use crate::domain::cancel::Cancel;
use crate::domain::ids::TraceId;
use crate::domain::span::Span;

/// Traces that are read with one statement for each table.
const TRACES_AT_ONCE: usize = 256;

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

    /// The spans of many traces, in the order of the ids and each by start; none where there is no such trace.
    pub fn spans_of(&self, traces: &[TraceId], cancel: &Cancel) -> Result<Vec<Vec<Span>>> {
        let mut found: HashMap<TraceId, Vec<Span>> = HashMap::new();
        self.shared.read(cancel, |conn| {
            for some in traces.chunks(TRACES_AT_ONCE) {
                if cancel.is_cancelled() {
                    return Err(StoreError::Interrupted);
                }
                for span in spans_of_some(conn, some)? {
                    found.entry(span.trace_id.clone()).or_default().push(span);
                }
            }
            Ok(())
        })?;
        Ok(traces.iter().map(|id| found.get(id).cloned().unwrap_or_default()).collect())
    }

    /// The trace whose id begins so; an exact id wins over longer ones.
    pub fn resolve_trace(&self, prefix: &str, cancel: &Cancel) -> Result<TraceId> {
        self.shared.read(cancel, |conn| ids::resolve(conn, "trace", "store.traces", "trace_id", prefix)).map(Into::into)
    }
}

fn spans_of_some(conn: &Connection, traces: &[TraceId]) -> Result<Vec<Span>> {
    let places = vec!["?"; traces.len()].join(", ");
    let ids: Vec<&str> = traces.iter().map(TraceId::as_str).collect();
    let bounds = format!("SELECT min(started_ns), max(last_ns) FROM store.traces WHERE trace_id IN ({places})");
    let (first, last): (Option<i64>, Option<i64>) =
        conn.query_row(&bounds, duckdb::params_from_iter(&ids), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let condition = format!("t.trace_id IN ({places}) AND {{ns}} BETWEEN ? AND ?");
    let mut params: Vec<&dyn ToSql> = ids.iter().map(|id| id as &dyn ToSql).collect();
    params.extend([&first as &dyn ToSql, &last]);
    let mut spans = load::spans(conn, &Which { condition: &condition, params: &params })?;
    let known = scores::of_traces_by_id(conn, &ids)?;
    for score in known.into_iter().filter(|score| score.result_id.is_none()) {
        let of = |span: &&mut Span| span.trace_id == score.trace_id && Some(&span.span_id) == score.span_id.as_ref();
        if let Some(span) = spans.iter_mut().find(of) {
            span.scores.push(score);
        }
    }
    Ok(spans)
}

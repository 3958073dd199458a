//! Conversations.

use duckdb::params_from_iter;
use duckdb::types::Value;

use super::error::Result;
use super::filter_sql::Writer;
use super::row_reader::RowReader;
use super::rows::{SessionPlace, SessionRow, TraceRow};
use super::traces::{self, ROW};
use super::{Store, TracesQuery};
use crate::domain::cancel::Cancel;
use crate::domain::ids::{SessionId, TraceId};

impl Store {
    /// The conversations of the matching traces, latest first, at most `limit`; order and page of the query do not matter.
    pub fn sessions(&self, query: &TracesQuery, cancel: &Cancel) -> Result<Vec<SessionRow>> {
        let matching = Writer { slice: None }.trace(&query.filter.expr);
        let sql = format!(
            "SELECT t.session_id, min(t.started_ns), max(t.started_ns), count(*), count(*) FILTER (t.status = 'error'), \
             arg_max(t.user_id, t.started_ns), arg_max(t.tenant_id, t.started_ns), sum(t.tokens)::BIGINT, sum(t.cost_usd), \
             arg_min(t.input_preview, t.started_ns) FROM store.traces t WHERE t.session_id IS NOT NULL AND {} \
             GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT {}",
            matching.text, query.limit
        );
        self.shared.read(cancel, |conn| {
            let mut statement = conn.prepare(&sql)?;
            let mut found = statement.query(params_from_iter(&matching.params))?;
            let mut sessions = Vec::new();
            while let Some(row) = found.next()? {
                let mut row = RowReader::new(row);
                sessions.push(SessionRow {
                    session_id: row.get::<String>()?.into(),
                    started_at: row.nanos()?,
                    last_at: row.nanos()?,
                    traces: row.count()?.unwrap_or(0),
                    errors: row.count()?.unwrap_or(0),
                    user_id: row.text()?,
                    tenant_id: row.text()?,
                    tokens: row.count()?,
                    cost_usd: row.money()?,
                    first_input: row.text()?,
                });
            }
            Ok(sessions)
        })
    }

    /// The turns of a conversation, oldest first.
    pub fn session_traces(&self, id: &SessionId, cancel: &Cancel) -> Result<Vec<TraceRow>> {
        let sql = format!("SELECT {ROW} FROM store.traces t WHERE t.session_id = ? ORDER BY t.started_ns, t.trace_id");
        self.shared.read(cancel, |conn| traces::rows(conn, &sql, &[Value::Text(id.as_str().to_owned())]))
    }

    /// Where a trace stands in its conversation; `None` where it belongs to none.
    pub fn session_place(&self, id: &TraceId, cancel: &Cancel) -> Result<Option<SessionPlace>> {
        self.shared.read(cancel, |conn| {
            let mut statement = conn.prepare(
                "SELECT session_id, n, turns, before, behind FROM ( \
                   SELECT session_id, trace_id, row_number() OVER w AS n, count(*) OVER (PARTITION BY session_id) AS turns, \
                     lag(trace_id) OVER w AS before, lead(trace_id) OVER w AS behind FROM store.traces \
                   WHERE session_id = (SELECT session_id FROM store.traces WHERE trace_id = ?) \
                   WINDOW w AS (PARTITION BY session_id ORDER BY started_ns, trace_id)) WHERE trace_id = ?",
            )?;
            let mut found = statement.query([id.as_str(), id.as_str()])?;
            let Some(row) = found.next()? else { return Ok(None) };
            let mut row = RowReader::new(row);
            Ok(Some(SessionPlace {
                session_id: row.get::<String>()?.into(),
                turn: row.count()?.unwrap_or(0),
                turns: row.count()?.unwrap_or(0),
                previous: row.text()?.map(Into::into),
                next: row.text()?.map(Into::into),
            }))
        })
    }
}

//! The list of traces.

use duckdb::types::Value;
use duckdb::{Connection, params_from_iter};

use super::Store;
use super::error::{Result, StoreError};
use super::filter_sql::{Slice, Sql, Writer, reads_texts};
use super::row_reader::RowReader;
use super::rows::{PageKey, SortDirection, SortValue, TracePage, TraceRow, TraceSortField};
use crate::domain::cancel::Cancel;
use crate::domain::filter::Filter;
use crate::domain::ids::TraceId;
use crate::domain::span::SpanStatus;

/// Which traces, in which order, from where.
#[derive(Clone, Debug)]
pub struct TracesQuery {
    /// Which ones.
    pub filter: Filter,
    /// What the list is sorted by.
    pub sort: TraceSortField,
    /// Which end comes first.
    pub direction: SortDirection,
    /// Begin after this place.
    pub after: Option<PageKey>,
    /// At most this many rows.
    pub limit: usize,
}

impl Default for TracesQuery {
    fn default() -> Self {
        Self {
            filter: Filter::ALL,
            sort: TraceSortField::Age,
            direction: SortDirection::Natural,
            after: None,
            limit: 100,
        }
    }
}

/// Traces of the first slice of a search in texts; each further one has four times as many.
const FIRST_SLICE: i64 = 1_000;

impl Store {
    /// One page of the list. While a text is searched, `found` gets the rows of the page as they are found, newest first.
    pub fn traces_page(
        &self,
        query: &TracesQuery,
        cancel: &Cancel,
        found: &mut dyn FnMut(&[TraceRow]),
    ) -> Result<TracePage> {
        self.shared.read(cancel, |conn| {
            let mut rows = Vec::new();
            let newest_first = query.sort == TraceSortField::Age && query.direction == SortDirection::Natural;
            if newest_first && reads_texts(&query.filter.expr) {
                for (started, spans) in slices(conn, query.after.as_ref())? {
                    if cancel.is_cancelled() {
                        return Err(StoreError::Interrupted);
                    }
                    let wanted = query.limit + 1 - rows.len();
                    let before = rows.len();
                    rows.extend(page(conn, query, Some((started, spans)), wanted)?);
                    if rows.len() > before {
                        found(&rows[before..rows.len().min(query.limit)]);
                    }
                    if rows.len() > query.limit {
                        break;
                    }
                }
            } else {
                rows = page(conn, query, None, query.limit + 1)?;
            }
            let more = rows.len() > query.limit;
            rows.truncate(query.limit);
            let next = rows.last().filter(|_| more).map(|row| key(row, query.sort));
            Ok(TracePage { rows, next })
        })
    }

    /// How many traces match.
    pub fn traces_count(&self, query: &TracesQuery, cancel: &Cancel) -> Result<u64> {
        let matching = Writer { slice: None }.trace(&query.filter.expr);
        let sql = format!("SELECT count(*) FROM store.traces t WHERE {}", matching.text);
        self.shared.read(cancel, |conn| {
            let count: i64 = conn.query_row(&sql, params_from_iter(&matching.params), |row| row.get(0))?;
            Ok(count.try_into().unwrap_or(0))
        })
    }

    /// The ids of all matching traces, newest first, at most `limit`.
    pub fn trace_ids(&self, query: &TracesQuery, cancel: &Cancel) -> Result<Vec<TraceId>> {
        let matching = Writer { slice: None }.trace(&query.filter.expr);
        let sql = format!(
            "SELECT t.trace_id FROM store.traces t WHERE {} ORDER BY t.started_ns DESC, t.trace_id LIMIT {}",
            matching.text, query.limit
        );
        self.shared.read(cancel, |conn| {
            let mut statement = conn.prepare(&sql)?;
            let ids = statement.query_map(params_from_iter(&matching.params), |row| row.get::<_, String>(0))?;
            Ok(ids.map(|id| id.map(Into::into)).collect::<duckdb::Result<_>>()?)
        })
    }

    /// The values of a field that occur, most frequent first, for completion: `model`, `session`, `user`, `tag`, ….
    pub fn field_values(&self, field: &str, prefix: &str, limit: usize, cancel: &Cancel) -> Result<Vec<String>> {
        let source = match field {
            "model" => "SELECT model AS v FROM store.spans",
            "provider" => "SELECT provider AS v FROM store.spans",
            "kind" => "SELECT kind AS v FROM store.spans",
            "name" => "SELECT name AS v FROM store.spans",
            "status" => "SELECT status AS v FROM store.traces",
            "prompt" => "SELECT prompt_name AS v FROM store.traces",
            "version" => "SELECT prompt_version AS v FROM store.traces",
            "session" => "SELECT session_id AS v FROM store.traces",
            "user" => "SELECT user_id AS v FROM store.traces",
            "tenant" => "SELECT tenant_id AS v FROM store.traces",
            "env" => "SELECT environment AS v FROM store.traces",
            "tag" => "SELECT unnest(tags) AS v FROM store.traces",
            "score" => "SELECT name AS v FROM store.scores",
            _ => return Ok(Vec::new()),
        };
        let sql = format!(
            "SELECT v FROM ({source}) WHERE v IS NOT NULL AND starts_with(lower(v), ?) \
             GROUP BY v ORDER BY count(*) DESC, v LIMIT {limit}"
        );
        let prefix = crate::domain::filter::evaluate::fold(prefix);
        self.shared.read(cancel, |conn| super::ids::list(conn, &sql, &[&prefix]))
    }
}

/// The columns of a trace's row, for [`row`].
pub(super) const ROW: &str = "t.trace_id, t.root_span_id, t.name, t.started_ns, t.duration_ms, t.ttft_ms, t.status, \
    t.has_error, t.models, t.spans, t.llm_calls, t.chunks, t.input_tokens, t.output_tokens, t.tokens, t.cost_usd, \
    t.cost_incomplete, t.session_id, t.user_id, t.tenant_id, t.environment, t.tags, t.prompt_name, t.prompt_version, \
    t.input_preview, t.output_preview, t.feedback";

/// Reads a trace's row from the columns [`ROW`].
pub(super) fn row(row: &mut RowReader<'_, '_>) -> Result<TraceRow> {
    Ok(TraceRow {
        trace_id: row.get::<String>()?.into(),
        root_span_id: row.get::<String>()?.into(),
        name: row.get()?,
        started_at: row.nanos()?,
        duration_ms: row.get()?,
        ttft_ms: row.get()?,
        status: row.text()?.and_then(|status| SpanStatus::parse(&status)).unwrap_or_default(),
        has_error: row.get()?,
        models: row.texts()?,
        spans: row.count()?.unwrap_or(0),
        llm_calls: row.count()?.unwrap_or(0),
        chunks: row.count()?.unwrap_or(0),
        input_tokens: row.count()?,
        output_tokens: row.count()?,
        tokens: row.count()?,
        cost_usd: row.money()?,
        cost_incomplete: row.get()?,
        session_id: row.text()?.map(Into::into),
        user_id: row.text()?,
        tenant_id: row.text()?,
        environment: row.text()?,
        tags: row.texts()?,
        prompt_name: row.text()?,
        prompt_version: row.text()?,
        input_preview: row.text()?,
        output_preview: row.text()?,
        feedback: row.get()?,
    })
}

/// A trace's row and the last start of its spans.
pub(super) fn one(conn: &Connection, trace_id: &str) -> Result<Option<(TraceRow, i64)>> {
    let mut statement = conn.prepare(&format!("SELECT {ROW}, t.last_ns FROM store.traces t WHERE t.trace_id = ?"))?;
    let mut rows = statement.query([trace_id])?;
    let Some(found) = rows.next()? else { return Ok(None) };
    let mut reader = RowReader::new(found);
    Ok(Some((row(&mut reader)?, reader.get()?)))
}

/// Rows of a query of [`ROW`].
pub(super) fn rows(conn: &Connection, sql: &str, params: &[Value]) -> Result<Vec<TraceRow>> {
    let mut statement = conn.prepare(sql)?;
    let mut found = statement.query(params_from_iter(params))?;
    let mut rows = Vec::new();
    while let Some(next) = found.next()? {
        rows.push(row(&mut RowReader::new(next))?);
    }
    Ok(rows)
}

fn page(conn: &Connection, query: &TracesQuery, slice: Option<(Slice, Slice)>, limit: usize) -> Result<Vec<TraceRow>> {
    let mut conditions = vec![Writer { slice: slice.map(|slice| slice.1) }.trace(&query.filter.expr)];
    if let Some((started, _)) = slice {
        conditions.push(Sql::plain(format!("t.started_ns BETWEEN {} AND {}", started.from_ns, started.to_ns)));
    }
    if let Some(after) = &query.after {
        conditions.push(beyond(after, query.sort, query.direction));
    }
    let matching = Sql::join(conditions, " AND ");
    let (column, natural) = column(query.sort);
    let direction = if descends(natural, query.direction) { "DESC" } else { "ASC" };
    let sql = format!(
        "SELECT {ROW} FROM store.traces t WHERE {} ORDER BY {column} {direction} NULLS LAST, t.started_ns DESC, t.trace_id \
         LIMIT {limit}",
        matching.text
    );
    rows(conn, &sql, &matching.params)
}

/// Which way a field's natural order goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Up,
    Down,
}

fn descends(natural: Order, direction: SortDirection) -> bool {
    (natural == Order::Down) == (direction == SortDirection::Natural)
}

fn column(sort: TraceSortField) -> (&'static str, Order) {
    match sort {
        TraceSortField::Age => ("t.started_ns", Order::Down),
        TraceSortField::Latency => ("t.duration_ms", Order::Down),
        TraceSortField::Tokens => ("t.tokens", Order::Down),
        TraceSortField::Cost => ("t.cost_usd", Order::Down),
        TraceSortField::Status => ("(CASE t.status WHEN 'error' THEN 0 WHEN 'unset' THEN 1 ELSE 2 END)", Order::Up),
        TraceSortField::Name => ("t.name", Order::Up),
        TraceSortField::Model => ("t.models[1]", Order::Up),
    }
}

fn key(row: &TraceRow, sort: TraceSortField) -> PageKey {
    let sort_value = match sort {
        TraceSortField::Age => Some(SortValue::Int(row.started_at.nanos())),
        TraceSortField::Latency => row.duration_ms.map(SortValue::Float),
        TraceSortField::Tokens => row.tokens.map(|tokens| SortValue::Int(tokens as i64)),
        TraceSortField::Cost => row.cost_usd.map(|cost| SortValue::Decimal(cost.pico())),
        TraceSortField::Status => Some(SortValue::Int(match row.status {
            SpanStatus::Error => 0,
            SpanStatus::Unset => 1,
            SpanStatus::Ok => 2,
        })),
        TraceSortField::Name => Some(SortValue::Text(row.name.clone())),
        TraceSortField::Model => row.models.first().cloned().map(SortValue::Text),
    };
    PageKey {
        sort_value: sort_value.unwrap_or(SortValue::Missing),
        started_ns: row.started_at.nanos(),
        trace_id: row.trace_id.as_str().to_owned(),
    }
}

/// The condition that a row comes after a place in the list.
fn beyond(after: &PageKey, sort: TraceSortField, direction: SortDirection) -> Sql {
    let (column, natural) = column(sort);
    let sign = if descends(natural, direction) { "<" } else { ">" };
    let mut tie = Sql::plain("(t.started_ns < ? OR (t.started_ns = ? AND t.trace_id > ?))");
    tie.params =
        vec![Value::BigInt(after.started_ns), Value::BigInt(after.started_ns), Value::Text(after.trace_id.clone())];
    let (slot, value) = match &after.sort_value {
        SortValue::Missing => return Sql::join(vec![Sql::plain(format!("{column} IS NULL")), tie], " AND "),
        SortValue::Int(number) => ("?", Value::BigInt(*number)),
        SortValue::Float(number) => ("?", Value::Double(*number)),
        SortValue::Decimal(pico) => {
            ("?::DECIMAL(38,12)", Value::Text(crate::domain::money::Money::from_pico(*pico).to_string()))
        }
        SortValue::Text(text) => ("?", Value::Text(text.clone())),
    };
    let past = Sql { text: format!("{column} {sign} {slot}"), params: vec![value.clone()] };
    let same = Sql { text: format!("{column} = {slot}"), params: vec![value] };
    Sql::join(vec![past, Sql::plain(format!("{column} IS NULL")), Sql::join(vec![same, tie], " AND ")], " OR ")
}

/// Slices of the list from the newest on: the starts of the traces in each, and of their spans.
fn slices(conn: &Connection, after: Option<&PageKey>) -> Result<Vec<(Slice, Slice)>> {
    let newest = after.map_or(i64::MAX, |after| after.started_ns);
    let mut statement = conn.prepare(
        "WITH numbered AS (SELECT started_ns, last_ns, \
             greatest(0, ceil(ln((row_number() OVER (ORDER BY started_ns DESC)) / ?) / ln(4)))::BIGINT AS slice \
           FROM store.traces WHERE started_ns <= ?) \
         SELECT min(started_ns), max(started_ns), max(last_ns) FROM numbered GROUP BY slice ORDER BY slice",
    )?;
    let found = statement
        .query_map(duckdb::params![FIRST_SLICE as f64, newest], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut slices: Vec<(Slice, Slice)> = Vec::new();
    for bounds in found {
        let (from_ns, mut to_ns, last_ns): (i64, i64, i64) = bounds?;
        // Traces that began at the same moment may stand on both sides: they belong to the newer slice.
        if let Some((newer, _)) = slices.last() {
            to_ns = to_ns.min(newer.from_ns - 1);
        }
        slices.push((Slice { from_ns, to_ns }, Slice { from_ns, to_ns: last_ns }));
    }
    Ok(slices)
}

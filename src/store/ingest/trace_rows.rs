//! The rows of `store.traces`, made from a part's own spans or, where more are known, from the index.

use std::collections::{BTreeMap, HashMap, HashSet};

use duckdb::arrow::array::RecordBatch;
use duckdb::{Connection, params};

use super::facts::{FACT_COLUMNS, FactColumns, SpanFacts};
use super::gather::{Child, Part};
use super::part_tables::append;
use super::summary;
use crate::store::error::Result;
use crate::store::row_batch::RowBatch;
use crate::store::tables::{DUPLICATE_COLUMNS, TRACE_COLUMNS};

/// Traces whose rows are put together at a time.
const TRACES_AT_ONCE: i64 = 2_000;

/// The end users' last feedback by trace.
pub(super) type Feedback = BTreeMap<String, f64>;

struct Rows {
    traces: RowBatch,
    duplicates: RowBatch,
}

impl Rows {
    fn new() -> Result<Self> {
        Ok(Self { traces: RowBatch::new(TRACE_COLUMNS)?, duplicates: RowBatch::new(DUPLICATE_COLUMNS)? })
    }

    /// Adds the row of a trace of which these are all spans, and the texts of its chunks.
    fn push(&mut self, trace_id: &str, mut spans: Vec<SpanFacts<'_>>, chunks: &[&str], feedback: &Feedback) {
        spans.sort_by_key(|span| (span.started_ns, span.span_id));
        let repeated = summary::duplicates(&spans);
        for span in repeated.iter().filter_map(|place| spans.get(*place)) {
            self.duplicates.text(Some(trace_id)).text(Some(span.span_id)).end_row();
        }
        summary::push(&mut self.traces, trace_id, &spans, &repeated, feedback.get(trace_id).copied(), chunks);
    }

    fn append(&mut self, conn: &Connection) -> Result<()> {
        append(conn, ("idx", "store", "traces"), &mut self.traces)?;
        append(conn, ("idx", "store", "duplicates"), &mut self.duplicates)
    }
}

/// The rows of traces that came with all that is known of them, by start: `order` are the rows of their spans by start, and
/// `except` the traces of which the index knows more.
pub(super) fn of_whole(
    conn: &Connection,
    part: &Part,
    order: &[u32],
    except: &HashSet<String>,
    feedback: &Feedback,
) -> Result<RecordBatch> {
    let facts = FactColumns::of_spans(&part.spans)?;
    let chunks = part.chunk_texts()?;
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut traces: Vec<(&str, Vec<usize>)> = Vec::new();
    for row in order.iter().map(|row| *row as usize) {
        let trace_id = facts.trace_id(row);
        if except.contains(trace_id) {
            continue;
        }
        let place = *places.entry(trace_id).or_insert_with(|| {
            traces.push((trace_id, Vec::new()));
            traces.len() - 1
        });
        if let Some((_, rows)) = traces.get_mut(place) {
            rows.push(row);
        }
    }
    let mut rows = Rows::new()?;
    for (trace_id, spans) in &traces {
        let span_rows: Vec<u32> = spans.iter().map(|row| *row as u32).collect();
        let below = part.below(&span_rows, Child::Chunks);
        let texts: Vec<&str> = below.iter().filter_map(|row| chunks.at(*row)).collect();
        rows.push(trace_id, spans.iter().map(|row| facts.at(*row)).collect(), &texts, feedback);
    }
    append(conn, ("idx", "store", "duplicates"), &mut rows.duplicates)?;
    rows.traces.finish()
}

/// Makes the rows of all traces in the temporary table `touched` anew from the index.
pub(super) fn refresh(conn: &Connection) -> Result<()> {
    let touched: i64 = conn.query_row("SELECT count(*) FROM touched", [], |row| row.get(0))?;
    if touched == 0 {
        return Ok(());
    }
    conn.execute_batch(
        "CREATE OR REPLACE TEMP TABLE bounds AS \
         WITH starts AS (SELECT trace_id, min(started_ns) AS first_ns, max(started_ns) AS last_ns \
                         FROM idx.store.spans SEMI JOIN touched USING (trace_id) GROUP BY trace_id) \
         SELECT *, row_number() OVER (ORDER BY first_ns, trace_id) AS n FROM starts; \
         DELETE FROM idx.store.traces WHERE trace_id IN (SELECT trace_id FROM touched); \
         DELETE FROM idx.store.duplicates WHERE trace_id IN (SELECT trace_id FROM touched);",
    )?;
    let total: i64 = conn.query_row("SELECT count(*) FROM bounds", [], |row| row.get(0))?;
    let feedback = feedback(conn, "touched")?;
    let mut rows = Rows::new()?;
    for from in (0..total).step_by(TRACES_AT_ONCE as usize) {
        refresh_some(conn, from, &feedback, &mut rows)?;
        rows.append(conn)?;
    }
    Ok(())
}

fn refresh_some(conn: &Connection, from: i64, feedback: &Feedback, rows: &mut Rows) -> Result<()> {
    let to = from + TRACES_AT_ONCE;
    // The bounds of time let DuckDB skip most of the table.
    let (first, last): (Option<i64>, Option<i64>) = conn.query_row(
        "SELECT min(first_ns), max(last_ns) FROM bounds WHERE n > ? AND n <= ?",
        params![from, to],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let mut statement = conn.prepare(&format!(
        "SELECT {FACT_COLUMNS} FROM idx.store.spans s JOIN bounds t ON t.trace_id = s.trace_id \
         WHERE t.n > ? AND t.n <= ? AND s.started_ns BETWEEN ? AND ? ORDER BY t.n"
    ))?;
    let batches = statement.query_arrow(params![from, to, first, last])?;
    let facts = batches.map(|batch| FactColumns::of_facts(&batch)).collect::<Result<Vec<_>>>()?;
    let chunks = chunk_texts(conn, (from, to), (first, last))?;
    let mut finish = |trace_id: &str, spans: Vec<SpanFacts<'_>>| {
        let texts: Vec<&str> = chunks.get(trace_id).into_iter().flatten().map(String::as_str).collect();
        rows.push(trace_id, spans, &texts, feedback);
    };
    let mut trace: (&str, Vec<SpanFacts<'_>>) = ("", Vec::new());
    for (columns, row) in facts.iter().flat_map(|columns| (0..columns.len()).map(move |row| (columns, row))) {
        if columns.trace_id(row) != trace.0 || trace.1.is_empty() {
            let whole = std::mem::replace(&mut trace, (columns.trace_id(row), Vec::new()));
            finish(whole.0, whole.1);
        }
        trace.1.push(columns.at(row));
    }
    finish(trace.0, trace.1);
    Ok(())
}

/// The texts of the chunks of a range of `bounds`, by trace.
fn chunk_texts(
    conn: &Connection,
    (from, to): (i64, i64),
    (first, last): (Option<i64>, Option<i64>),
) -> Result<HashMap<String, Vec<String>>> {
    let mut statement = conn.prepare(
        "SELECT c.trace_id, c.content FROM idx.store.chunks c JOIN bounds t ON t.trace_id = c.trace_id \
         WHERE t.n > ? AND t.n <= ? AND c.span_ns BETWEEN ? AND ? AND c.content IS NOT NULL",
    )?;
    let mut texts: HashMap<String, Vec<String>> = HashMap::new();
    let mut rows = statement.query(params![from, to, first, last])?;
    while let Some(row) = rows.next()? {
        texts.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    Ok(texts)
}

/// The end users' last feedback on the traces of a temporary table.
pub(super) fn feedback(conn: &Connection, traces: &str) -> Result<Feedback> {
    let mut statement = conn.prepare(&format!(
        "SELECT s.trace_id, arg_max(s.value, s.created_ns) FROM idx.store.scores s SEMI JOIN {traces} t \
         ON t.trace_id = s.trace_id WHERE s.source = 'user' AND s.value IS NOT NULL AND s.result_id IS NULL GROUP BY 1"
    ))?;
    let pairs = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(pairs.collect::<duckdb::Result<_>>()?)
}

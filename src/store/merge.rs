//! Merging gathered spans into an attached index.

use std::collections::BTreeMap;

use duckdb::{Connection, params};

use super::error::Result;
use super::pending;
use super::row_batch::RowBatch;
use super::row_reader::RowReader;
use super::rows::{ImportCounts, SourceCounts, SourceRow};
use super::sources;
use super::summary::{self, SpanFacts};
use super::tables::{DUPLICATE_COLUMNS, TRACE_COLUMNS};
use crate::domain::span::{SpanKind, SpanStatus};

/// Traces whose rows are put together at a time.
const TRACES_AT_ONCE: i64 = 4_000;

/// What an import goes into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The index as it is.
    Index,
    /// A new index without anything of the old one.
    Fresh,
}

/// Gathered rows in `memory.store` and an index attached as `idx`, which is the default database.
pub(super) struct Merge<'a> {
    pub conn: &'a Connection,
    pub in_order: bool,
}

/// What a merge will do.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    pub counts: ImportCounts,
    stale: u64,
}

impl Merge<'_> {
    fn count(&self, sql: &str) -> Result<u64> {
        Ok(self.conn.query_row(sql, [], |row| row.get::<_, i64>(0))?.try_into().unwrap_or(0))
    }

    /// Compares what was gathered with what is there; changes nothing.
    pub fn plan(&self) -> Result<Plan> {
        // Temporary tables are made here: a transaction may write to one database only.
        self.conn.execute_batch(
            "CREATE OR REPLACE TEMP TABLE known AS \
               SELECT n.trace_id, n.span_id, n.completeness > o.completeness AS better \
               FROM memory.store.spans n JOIN idx.store.spans o ON n.trace_id = o.trace_id AND n.span_id = o.span_id; \
             CREATE OR REPLACE TEMP TABLE stale AS SELECT trace_id, span_id FROM known WHERE NOT better; \
             CREATE OR REPLACE TEMP TABLE updated AS SELECT trace_id, span_id FROM known WHERE better; \
             CREATE OR REPLACE TEMP TABLE touched (trace_id VARCHAR, first_ns BIGINT, last_ns BIGINT, n BIGINT);",
        )?;
        let spans = self.count("SELECT count(*) FROM memory.store.spans")?;
        let updated_spans = self.count("SELECT count(*) FROM updated")?;
        let stale = self.count("SELECT count(*) FROM stale")?;
        let counts = ImportCounts {
            traces: self.count("SELECT count(DISTINCT trace_id) FROM memory.store.spans")?,
            spans,
            new_spans: spans.saturating_sub(updated_spans + stale),
            updated_spans,
            chunks: self.count("SELECT count(*) FROM memory.store.chunks")?,
        };
        self.plan_patches()?;
        self.plan_touched()?;
        Ok(Plan { counts, stale })
    }

    /// What a planned merge changes by the source that each span came from.
    pub fn by_source(&self) -> Result<Vec<SourceCounts>> {
        let mut statement = self.conn.prepare(
            "SELECT n.source_id, count(*) FILTER (k.span_id IS NULL), count(*) FILTER (k.better) \
             FROM memory.store.spans n LEFT JOIN known k ON k.trace_id = n.trace_id AND k.span_id = n.span_id \
             GROUP BY n.source_id",
        )?;
        let mut rows = statement.query([])?;
        let mut counts = Vec::new();
        while let Some(row) = rows.next()? {
            let mut row = RowReader::new(row);
            counts.push(SourceCounts {
                source_id: row.get::<String>()?.into(),
                new_spans: row.count()?.unwrap_or(0),
                updated_spans: row.count()?.unwrap_or(0),
            });
        }
        Ok(counts)
    }

    /// The patches to apply: new ones whose span is there, and all those of spans that come now.
    fn plan_patches(&self) -> Result<()> {
        self.conn.execute_batch(
            "CREATE OR REPLACE TEMP TABLE new_patches AS \
               SELECT p.* FROM memory.store.pending_patches p \
               ANTI JOIN idx.store.pending_patches o ON o.patch_key = p.patch_key; \
             CREATE OR REPLACE TEMP TABLE due_patches AS \
               SELECT DISTINCT p.trace_id, p.span_id, p.body FROM ( \
                 SELECT * FROM new_patches \
                 UNION ALL SELECT o.* FROM idx.store.pending_patches o \
                   SEMI JOIN memory.store.spans n ON n.trace_id = o.trace_id AND n.span_id = o.span_id) p \
               WHERE (p.trace_id, p.span_id) IN (SELECT (trace_id, span_id) FROM memory.store.spans) \
                  OR (p.trace_id, p.span_id) IN (SELECT (s.trace_id, s.span_id) FROM idx.store.spans s \
                       SEMI JOIN new_patches q ON q.trace_id = s.trace_id);",
        )?;
        Ok(())
    }

    /// The traces whose rows have to be made anew, numbered by start.
    fn plan_touched(&self) -> Result<()> {
        self.conn.execute_batch(
            "CREATE OR REPLACE TEMP TABLE touched AS \
             WITH ids AS (SELECT n.trace_id FROM memory.store.spans n \
                            ANTI JOIN stale s ON s.trace_id = n.trace_id AND s.span_id = n.span_id \
                          UNION SELECT trace_id FROM memory.store.scores \
                          UNION SELECT trace_id FROM due_patches), \
             starts AS (SELECT trace_id, started_ns FROM memory.store.spans \
                        UNION ALL SELECT trace_id, started_ns FROM idx.store.spans), \
             bounds AS (SELECT trace_id, min(started_ns) AS first_ns, max(started_ns) AS last_ns \
                        FROM starts SEMI JOIN ids USING (trace_id) GROUP BY trace_id) \
             SELECT *, row_number() OVER (ORDER BY first_ns, trace_id) AS n FROM bounds;",
        )?;
        Ok(())
    }

    /// Does it, within the caller's transaction.
    pub fn apply(&self, plan: Plan, sources: &[SourceRow]) -> Result<()> {
        if plan.counts.updated_spans > 0 {
            delete_spans(self.conn, "idx", "updated")?;
        }
        let fresh =
            if plan.stale > 0 { "ANTI JOIN stale s ON s.trace_id = n.trace_id AND s.span_id = n.span_id" } else { "" };
        for (table, start) in
            [("spans", "started_ns"), ("messages", "span_ns"), ("chunks", "span_ns"), ("tool_calls", "span_ns")]
        {
            let order = if self.in_order { String::new() } else { format!("ORDER BY n.{start}") };
            self.conn.execute_batch(&format!(
                "INSERT INTO idx.store.{table} SELECT n.* FROM memory.store.{table} n {fresh} {order}"
            ))?;
        }
        self.conn.execute_batch(
            "INSERT INTO idx.store.scores SELECT DISTINCT ON (n.score_key) n.* FROM memory.store.scores n \
               ANTI JOIN idx.store.scores o ON o.score_key = n.score_key; \
             INSERT INTO idx.store.pending_patches SELECT DISTINCT ON (patch_key) * FROM new_patches;",
        )?;
        pending::settle(self.conn)?;
        refresh_traces(self.conn)?;
        sources::upsert(self.conn, sources)
    }
}

/// Deletes the spans whose keys stand in a table, and what is below them.
pub(super) fn delete_spans(conn: &Connection, database: &str, keys: &str) -> Result<()> {
    for table in ["spans", "messages", "chunks", "tool_calls"] {
        conn.execute_batch(&format!(
            "DELETE FROM {database}.store.{table} AS t USING {keys} AS k \
             WHERE t.trace_id = k.trace_id AND t.span_id = k.span_id"
        ))?;
    }
    Ok(())
}

/// Makes the rows of all traces in `touched` anew.
fn refresh_traces(conn: &Connection) -> Result<()> {
    conn.execute_batch(
        "DELETE FROM idx.store.traces WHERE trace_id IN (SELECT trace_id FROM touched); \
         DELETE FROM idx.store.duplicates WHERE trace_id IN (SELECT trace_id FROM touched);",
    )?;
    let total: i64 = conn.query_row("SELECT count(*) FROM touched", [], |row| row.get(0))?;
    let feedback = feedback(conn)?;
    let mut rows = RowBatch::new(TRACE_COLUMNS)?;
    let mut repeated_rows = RowBatch::new(DUPLICATE_COLUMNS)?;
    let mut from = 0;
    while from < total {
        let (first, last): (Option<i64>, Option<i64>) = conn.query_row(
            "SELECT min(first_ns), max(last_ns) FROM touched WHERE n > ? AND n <= ?",
            params![from, from + TRACES_AT_ONCE],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let mut statement = conn.prepare(FACTS)?;
        let mut found = statement.query(params![from, from + TRACES_AT_ONCE, first, last])?;
        let mut trace: (i64, String, Vec<SpanFacts>) = (0, String::new(), Vec::new());
        let mut finish = |trace: &(i64, String, Vec<SpanFacts>)| {
            let repeated = summary::duplicates(&trace.2);
            for place in &repeated {
                repeated_rows
                    .text(Some(&trace.1))
                    .text(trace.2.get(*place).map(|span| span.span_id.as_str()))
                    .end_row();
            }
            summary::push(&mut rows, &trace.1, &trace.2, &repeated, feedback.get(&trace.1).copied());
        };
        while let Some(row) = found.next()? {
            let mut row = RowReader::new(row);
            let number: i64 = row.get()?;
            let trace_id: String = row.get()?;
            if number != trace.0 {
                finish(&trace);
                trace = (number, trace_id, Vec::new());
            }
            trace.2.push(facts(&mut row)?);
        }
        finish(&trace);
        drop(found);
        drop(statement);
        append(conn, "traces", &mut rows)?;
        append(conn, "duplicates", &mut repeated_rows)?;
        from += TRACES_AT_ONCE;
    }
    Ok(())
}

/// The spans of a range of `touched`; the bounds of time let DuckDB skip most of the table.
const FACTS: &str = "SELECT t.n, s.trace_id, s.span_id, s.parent_id, s.kind, s.name, s.started_ns, s.ended_ns, s.ttft_ms, \
    s.status, s.model, s.input_tokens, s.output_tokens, s.cost_usd, s.session_id, s.user_id, s.tenant_id, s.environment, \
    s.tags, s.prompt_name, s.prompt_version, s.chunk_count, \
    CASE WHEN s.parent_id IS NULL OR s.kind = 'llm' OR s.started_ns = t.first_ns THEN s.input_text END, \
    CASE WHEN s.parent_id IS NULL OR s.kind = 'llm' OR s.started_ns = t.first_ns THEN s.output_text END \
    FROM idx.store.spans s JOIN touched t ON t.trace_id = s.trace_id \
    WHERE t.n > ? AND t.n <= ? AND s.started_ns BETWEEN ? AND ? ORDER BY t.n, s.started_ns, s.span_id";

fn facts(row: &mut RowReader<'_, '_>) -> Result<SpanFacts> {
    Ok(SpanFacts {
        span_id: row.get()?,
        parent_id: row.text()?,
        kind: row.text()?.and_then(|kind| SpanKind::parse(&kind)).unwrap_or_default(),
        name: row.get()?,
        started_ns: row.get()?,
        ended_ns: row.get()?,
        ttft_ms: row.get()?,
        status: row.text()?.and_then(|status| SpanStatus::parse(&status)).unwrap_or_default(),
        model: row.text()?,
        input_tokens: row.count()?,
        output_tokens: row.count()?,
        cost: row.money()?,
        session_id: row.text()?,
        user_id: row.text()?,
        tenant_id: row.text()?,
        environment: row.text()?,
        tags: row.texts()?,
        prompt_name: row.text()?,
        prompt_version: row.text()?,
        chunk_count: row.count()?.unwrap_or(0),
        input_text: row.text()?,
        output_text: row.text()?,
    })
}

/// The end users' last feedback on the traces in `touched`.
fn feedback(conn: &Connection) -> Result<BTreeMap<String, f64>> {
    let mut statement = conn.prepare(
        "SELECT s.trace_id, arg_max(s.value, s.created_ns) FROM idx.store.scores s SEMI JOIN touched t \
         ON t.trace_id = s.trace_id WHERE s.source = 'user' AND s.value IS NOT NULL AND s.result_id IS NULL GROUP BY 1",
    )?;
    let pairs = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(pairs.collect::<duckdb::Result<_>>()?)
}

/// Appends rows to a table of the index.
pub(super) fn append(conn: &Connection, table: &str, rows: &mut RowBatch) -> Result<()> {
    if rows.rows() > 0 {
        let mut appender = conn.appender_to_catalog_and_db(table, "idx", "store")?;
        rows.append_to(&mut appender)?;
        appender.flush()?;
    }
    Ok(())
}

//! Runs and their results in the index.

use std::collections::BTreeMap;

use duckdb::{Connection, params};

use super::error::{Result, StoreError};
use super::row_batch::RowBatch;
use super::row_reader::RowReader;
use super::rows::{RunRow, StoredResult};
use super::tables::RESULT_COLUMNS;
use super::{Journal, SentRequest, Store, ids};
use crate::domain::cancel::Cancel;
use crate::domain::ids::{ResultId, RunId};
use crate::domain::money::Money;
use crate::domain::run::{ResultStatus, Run, RunResult, RunStatus};

const RUN: &str = "SELECT r.body, r.status, count(x.result_id), count(x.result_id) FILTER (x.status = 'ok'), \
    count(x.result_id) FILTER (x.status IN ('failed', 'incomplete')), count(x.result_id) FILTER (x.status = 'unknown'), \
    count(x.result_id) FILTER (x.from_cache), sum(x.cost_usd) FROM store.runs r \
    LEFT JOIN store.results x ON x.run_id = r.run_id";

impl Store {
    /// All runs, newest first.
    pub fn runs(&self, cancel: &Cancel) -> Result<Vec<RunRow>> {
        let sql = format!(
            "{RUN} GROUP BY r.run_id, r.body, r.status, r.created_ns ORDER BY r.created_ns DESC, r.run_id DESC"
        );
        Ok(self.living(self.shared.read(cancel, |conn| run_rows(conn, &sql, &[]))?))
    }

    /// A run that nobody works on any more was interrupted, whatever the index says.
    fn living(&self, mut runs: Vec<RunRow>) -> Vec<RunRow> {
        for run in runs.iter_mut().filter(|run| run.status == RunStatus::Running) {
            if !Journal::is_at_work(self.state_dir(), &run.run.run_id) {
                run.status = RunStatus::Interrupted;
            }
        }
        runs
    }

    /// One run.
    pub fn run(&self, id: &RunId, cancel: &Cancel) -> Result<RunRow> {
        let sql = format!("{RUN} WHERE r.run_id = ? GROUP BY r.run_id, r.body, r.status");
        let rows = self.living(self.shared.read(cancel, |conn| run_rows(conn, &sql, &[&id.as_str()]))?);
        rows.into_iter().next().ok_or_else(|| StoreError::NotFound { what: "run", id: id.as_str().to_owned() })
    }

    /// The run whose id begins so; `last` is the newest.
    pub fn resolve_run(&self, prefix: &str, cancel: &Cancel) -> Result<RunId> {
        if prefix == "last" {
            let newest = "SELECT run_id FROM store.runs ORDER BY created_ns DESC, run_id DESC LIMIT 1";
            let found: Vec<String> = self.shared.read(cancel, |conn| ids::list(conn, newest, &[]))?;
            if let Some(id) = found.into_iter().next() {
                return Ok(id.into());
            }
        }
        self.shared.read(cancel, |conn| ids::resolve(conn, "run", "store.runs", "run_id", prefix)).map(Into::into)
    }

    /// The results of a run by case, variant and sample.
    pub fn results(&self, run: &RunId, cancel: &Cancel) -> Result<Vec<RunResult>> {
        let sql = format!("SELECT {RESULT} FROM store.results WHERE run_id = ? ORDER BY length(result_id), result_id");
        self.shared.read(cancel, |conn| results(conn, &sql, &[&run.as_str()]))
    }

    /// Results of a run with the requests that were sent, those of a case together: at most `limit` after the first
    /// `offset`.
    pub fn results_by_case(&self, run: &RunId, offset: u64, limit: u64, cancel: &Cancel) -> Result<Vec<StoredResult>> {
        let sql = format!(
            "SELECT {RESULT}, {STORED} FROM store.results WHERE run_id = ? \
             ORDER BY trace_id, span_id, length(result_id), result_id LIMIT {limit} OFFSET {offset}"
        );
        self.shared.read(cancel, |conn| stored(conn, &sql, &[&run.as_str()]))
    }

    /// One result with the request that was sent.
    pub fn result(&self, id: &ResultId, cancel: &Cancel) -> Result<StoredResult> {
        let sql = format!("SELECT {RESULT}, {STORED} FROM store.results WHERE result_id = ?");
        let found = self.shared.read(cancel, |conn| stored(conn, &sql, &[&id.as_str()]))?;
        found.into_iter().next().ok_or_else(|| StoreError::NotFound { what: "result", id: id.as_str().to_owned() })
    }

    /// Writes a run into the index (its journal comes first); again replaces it.
    pub fn put_run(&self, run: &Run, status: RunStatus) -> Result<()> {
        self.shared.write(&Cancel::new(), |conn| put_run(conn, run, status))
    }

    /// Writes how a run stands.
    pub fn set_run_status(&self, run: &RunId, status: RunStatus) -> Result<()> {
        self.shared.write(&Cancel::new(), |conn| set_status(conn, run, status))
    }

    /// Writes results into the index (their journal comes first); again replaces them.
    pub fn put_results(&self, results: &[StoredResult]) -> Result<()> {
        self.shared.write(&Cancel::new(), |conn| put_results(conn, results))
    }
}

/// Writes a run.
pub(super) fn put_run(conn: &Connection, run: &Run, status: RunStatus) -> Result<()> {
    let id = run.run_id.as_str();
    conn.execute("DELETE FROM store.runs WHERE run_id = ?", params![id])?;
    conn.execute("DELETE FROM store.variants WHERE run_id = ?", params![id])?;
    conn.execute(
        "INSERT INTO store.runs VALUES (?, ?, make_timestamp(?)::TIMESTAMPTZ, ?, ?, ?, ?::DECIMAL(38,12), ?)",
        params![
            id,
            status.as_str(),
            run.created_at.micros(),
            run.created_at.nanos(),
            run.cases,
            run.variants.len(),
            text(run.max_cost),
            serde_json::to_string(run)?,
        ],
    )?;
    for variant in &run.variants {
        conn.execute(
            "INSERT INTO store.variants VALUES (?, ?, ?, ?, ?)",
            params![
                id,
                variant.id.as_str(),
                variant.model.to_string(),
                variant.prompt.as_ref().map(ToString::to_string),
                serde_json::to_string(&variant.overrides)?,
            ],
        )?;
    }
    Ok(())
}

/// Writes how a run stands.
pub(super) fn set_status(conn: &Connection, run: &RunId, status: RunStatus) -> Result<()> {
    conn.execute("UPDATE store.runs SET status = ? WHERE run_id = ?", params![status.as_str(), run.as_str()])?;
    Ok(())
}

/// Writes results in the place of those with the same ids; of two with one id the last counts.
pub(super) fn put_results(conn: &Connection, results: &[StoredResult]) -> Result<()> {
    let last: BTreeMap<&str, &StoredResult> =
        results.iter().map(|stored| (stored.result.result_id.as_str(), stored)).collect();
    let ids = serde_json::to_string(&last.keys().collect::<Vec<_>>())?;
    conn.execute(
        "DELETE FROM store.results WHERE result_id IN (SELECT unnest(from_json(?, '[\"VARCHAR\"]')))",
        params![ids],
    )?;
    let mut rows = RowBatch::new(RESULT_COLUMNS)?;
    for stored in last.values() {
        push_result(&mut rows, stored)?;
    }
    let catalog: String = conn.query_row("SELECT current_database()", [], |row| row.get(0))?;
    let mut appender = conn.appender_to_catalog_and_db("results", &catalog, "store")?;
    rows.append_to(&mut appender)?;
    Ok(appender.flush()?)
}

fn push_result(rows: &mut RowBatch, stored: &StoredResult) -> Result<()> {
    let result = &stored.result;
    rows.text(Some(result.run_id.as_str())).text(Some(result.result_id.as_str()));
    rows.text(Some(result.trace_id.as_str())).text(Some(result.span_id.as_str()));
    rows.text(Some(result.variant.as_str())).text(Some(&result.model)).text(result.prompt.as_deref());
    rows.int(Some(i64::from(result.sample))).text(Some(result.status.as_str()));
    rows.text(result.output_text.as_deref()).text(Some(&serde_json::to_string(&result.tool_calls)?));
    rows.text(result.finish_reason.as_deref());
    rows.count(result.input_tokens).count(result.output_tokens);
    rows.count(result.cached_input_tokens).count(result.reasoning_tokens);
    rows.money(result.cost_usd).text(Some(&result.cost_source));
    rows.float(result.latency_ms).float(result.ttft_ms).int(Some(i64::from(result.attempts)));
    rows.bool(result.from_cache).text(result.error.as_deref());
    rows.text(Some(stored.request.as_str())).text(Some(&stored.request_hash));
    rows.time(Some(stored.created_at)).int(Some(stored.created_at.nanos()));
    let steps = if result.steps.is_empty() { None } else { Some(serde_json::to_string(&result.steps)?) };
    let dropped = if result.dropped.is_empty() { None } else { Some(serde_json::to_string(&result.dropped)?) };
    rows.text(steps.as_deref()).text(dropped.as_deref());
    rows.text(result.response_model.as_deref()).count(result.cache_write_tokens);
    rows.count(result.audio_input_tokens).count(result.audio_output_tokens).end_row();
    Ok(())
}

fn text(amount: Option<Money>) -> Option<String> {
    amount.map(|amount| amount.to_string())
}

fn run_rows(conn: &Connection, sql: &str, params: &[&dyn duckdb::ToSql]) -> Result<Vec<RunRow>> {
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query(params)?;
    let mut runs = Vec::new();
    while let Some(row) = rows.next()? {
        let mut row = RowReader::new(row);
        let run: Run = serde_json::from_str(&row.get::<String>()?)?;
        runs.push(RunRow {
            run,
            status: row.text()?.and_then(|status| RunStatus::parse(&status)).unwrap_or(RunStatus::Interrupted),
            results: row.count()?.unwrap_or(0),
            ok: row.count()?.unwrap_or(0),
            failed: row.count()?.unwrap_or(0),
            unknown: row.count()?.unwrap_or(0),
            from_cache: row.count()?.unwrap_or(0),
            cost_usd: row.money()?,
        });
    }
    Ok(runs)
}

/// The columns of a result.
pub(super) const RESULT: &str = "run_id, result_id, trace_id, span_id, variant, model, prompt, sample, status, output_text, tool_calls, \
    finish_reason, input_tokens, output_tokens, cached_input_tokens, reasoning_tokens, cost_usd, cost_source, latency_ms, \
    ttft_ms, attempts, from_cache, error, steps, dropped, response_model, \
    cache_write_tokens, audio_input_tokens, audio_output_tokens";
/// And those of the request it answers.
pub(super) const STORED: &str = "request, request_hash, created_ns";

/// The results of a trace, newest run first.
pub(super) fn of_trace(conn: &Connection, trace_id: &str) -> Result<Vec<RunResult>> {
    let sql = format!(
        "SELECT {RESULT} FROM store.results WHERE trace_id = ? ORDER BY run_id DESC, length(result_id), result_id"
    );
    results(conn, &sql, &[&trace_id])
}

pub(super) fn results(conn: &Connection, sql: &str, params: &[&dyn duckdb::ToSql]) -> Result<Vec<RunResult>> {
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query(params)?;
    let mut results = Vec::new();
    while let Some(row) = rows.next()? {
        results.push(result(&mut RowReader::new(row))?);
    }
    Ok(results)
}

/// Results with their requests.
pub(super) fn stored(conn: &Connection, sql: &str, params: &[&dyn duckdb::ToSql]) -> Result<Vec<StoredResult>> {
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query(params)?;
    let mut results = Vec::new();
    while let Some(row) = rows.next()? {
        let mut row = RowReader::new(row);
        results.push(StoredResult {
            result: result(&mut row)?,
            request: row.text()?.map_or_else(SentRequest::default, |text| SentRequest::of_body(text.as_bytes())),
            request_hash: row.get()?,
            created_at: row.nanos()?,
        });
    }
    Ok(results)
}

fn result(row: &mut RowReader<'_, '_>) -> Result<RunResult> {
    Ok(RunResult {
        run_id: row.get::<String>()?.into(),
        result_id: row.get::<String>()?.into(),
        trace_id: row.get::<String>()?.into(),
        span_id: row.get::<String>()?.into(),
        variant: row.get::<String>()?.into(),
        model: row.get()?,
        prompt: row.text()?,
        sample: row.get::<i32>()?.try_into().unwrap_or(0),
        status: row.text()?.and_then(|status| ResultStatus::parse(&status)).unwrap_or(ResultStatus::Unknown),
        output_text: row.text()?,
        tool_calls: serde_json::from_str(&row.get::<String>()?).unwrap_or_default(),
        finish_reason: row.text()?,
        input_tokens: row.count()?,
        output_tokens: row.count()?,
        cached_input_tokens: row.count()?,
        reasoning_tokens: row.count()?,
        cost_usd: row.money()?,
        cost_source: row.get()?,
        latency_ms: row.get()?,
        ttft_ms: row.get()?,
        attempts: row.get::<i32>()?.try_into().unwrap_or(0),
        from_cache: row.get()?,
        error: row.text()?,
        steps: row.text()?.and_then(|steps| serde_json::from_str(&steps).ok()).unwrap_or_default(),
        dropped: row.text()?.and_then(|list| serde_json::from_str(&list).ok()).unwrap_or_default(),
        response_model: row.text()?,
        cache_write_tokens: row.count()?,
        audio_input_tokens: row.count()?,
        audio_output_tokens: row.count()?,
    })
}

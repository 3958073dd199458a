//! The answers of runs as a cache: which of them are served again.
//!
//! Nothing is kept twice: the answers are the results of runs, which stay. What is too old, beyond the size, or cleared is only
//! not served any more. A clearing is a line of a journal, so that it outlives the index.

use duckdb::Connection;

use super::error::Result;
use super::journal::{Journal, JournalRecord, read_journal};
use super::row_reader::RowReader;
use super::rows::StoredResult;
use super::runs::{RESULT, STORED, results, stored};
use super::{Store, journal};
use crate::domain::cache::CacheLimits;
use crate::domain::cancel::Cancel;
use crate::domain::chain::ChainStep;
use crate::domain::run::RunResult;
use crate::domain::time::Timestamp;

/// What the journals are called that clearings stand in; the process id keeps two writers apart.
const JOURNAL: &str = "cache";

/// An answer that is not itself served from the cache and can be served.
const ENTRY: &str = "status = 'ok' AND request_hash <> '' AND NOT from_cache";

/// Bytes of an answer and its request.
const BYTES: &str =
    "strlen(coalesce(request, '')) + strlen(coalesce(output_text, '')) + strlen(coalesce(tool_calls, ''))";

/// Which answers may be served now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheWindow {
    /// Answers made later than this.
    after: Timestamp,
    /// And later than this, of a model or of all.
    cleared: Vec<Clearing>,
}

/// A word of the user that answers are not to be served any more.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Clearing {
    before: Timestamp,
    model: Option<String>,
}

/// What is served of one model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheRow {
    /// `provider/model`.
    pub model: String,
    /// Answers, each of its own request and sample.
    pub entries: u64,
    /// Bytes of them and of their requests.
    pub bytes: u64,
    /// How often one of them was served.
    pub hits: u64,
    /// When the oldest was made.
    pub oldest: Timestamp,
    /// When the newest was made.
    pub newest: Timestamp,
}

impl CacheWindow {
    /// The condition on results, with the models that are its parameters.
    fn condition(&self) -> (String, Vec<&str>) {
        let (bounds, models) = self.bounds();
        (format!("{ENTRY} AND {bounds}"), models)
    }

    /// The condition on when results were made, with the models that are its parameters.
    fn bounds(&self) -> (String, Vec<&str>) {
        let mut sql = format!("created_ns > {}", self.after.nanos());
        let mut models = Vec::new();
        for clearing in &self.cleared {
            let before = clearing.before.nanos().to_string();
            match &clearing.model {
                None => sql.extend([" AND created_ns > ", &before]),
                Some(model) => {
                    sql.extend([" AND NOT (model = ? AND created_ns <= ", &before, ")"]);
                    models.push(model.as_str());
                }
            }
        }
        (sql, models)
    }
}

impl Store {
    /// Which answers may be served at a time.
    pub fn cache_window(&self, limits: CacheLimits, now: Timestamp, cancel: &Cancel) -> Result<CacheWindow> {
        let mut window = CacheWindow { after: now.minus(limits.max_age), cleared: self.clearings()? };
        let (condition, models) = window.condition();
        let sql = format!(
            "SELECT max(created_ns) FROM (SELECT created_ns, sum({BYTES}) OVER (ORDER BY created_ns DESC, result_id DESC \
             ROWS UNBOUNDED PRECEDING) AS total FROM store.results WHERE {condition}) WHERE total > {}",
            limits.max_bytes
        );
        let full: Option<i64> = self.shared.read(cancel, |conn| {
            let params: Vec<&dyn duckdb::ToSql> = models.iter().map(|model| model as &dyn duckdb::ToSql).collect();
            Ok(conn.query_row(&sql, params.as_slice(), |row| row.get(0))?)
        })?;
        if let Some(full) = full.map(Timestamp::from_nanos) {
            window.after = window.after.max(full);
        }
        Ok(window)
    }

    /// Answers of status ok that may be served for these request hashes and this sample number, the newest for each hash.
    pub fn cached_results(
        &self,
        hashes: &[String],
        sample: u32,
        window: &CacheWindow,
        cancel: &Cancel,
    ) -> Result<Vec<StoredResult>> {
        let wanted = serde_json::to_string(hashes)?;
        let (condition, models) = window.condition();
        let sql = format!(
            "SELECT DISTINCT ON (request_hash) {RESULT}, {STORED} FROM store.results \
             WHERE request_hash IN (SELECT unnest(from_json(?, '[\"VARCHAR\"]'))) AND sample = ? AND {condition} \
             ORDER BY request_hash, created_ns DESC"
        );
        let mut params: Vec<&dyn duckdb::ToSql> = vec![&wanted, &sample];
        params.extend(models.iter().map(|model| model as &dyn duckdb::ToSql));
        self.shared.read(cancel, |conn| stored(conn, &sql, &params))
    }

    /// The answer of a request of an earlier chain, by the hash of the request and the number of the sample.
    pub fn cached_step(
        &self,
        hash: &str,
        sample: u32,
        window: &CacheWindow,
        cancel: &Cancel,
    ) -> Result<Option<(RunResult, ChainStep)>> {
        let (bounds, models) = window.bounds();
        let sql = format!(
            "SELECT {RESULT} FROM store.results WHERE sample = ? AND steps IS NOT NULL AND contains(steps, ?) AND {bounds} \
             ORDER BY created_ns DESC LIMIT 8"
        );
        let mut params: Vec<&dyn duckdb::ToSql> = vec![&sample, &hash];
        params.extend(models.iter().map(|model| model as &dyn duckdb::ToSql));
        let found = self.shared.read(cancel, |conn| results(conn, &sql, &params))?;
        Ok(found.into_iter().find_map(|mut result| {
            let steps = std::mem::take(&mut result.steps);
            let step = steps.into_iter().find(|step| step.request_hash == hash)?;
            Some((result, step))
        }))
    }

    /// What is served, by model, the most entries first.
    pub fn cache_rows(&self, window: &CacheWindow, cancel: &Cancel) -> Result<Vec<CacheRow>> {
        let (condition, models) = window.condition();
        let sql = format!(
            "WITH entries AS (SELECT DISTINCT ON (request_hash, sample) request_hash, sample, model, created_ns, \
               {BYTES} AS bytes FROM store.results WHERE {condition} ORDER BY request_hash, sample, created_ns DESC), \
             hits AS (SELECT request_hash, sample, count(*) AS hits FROM store.results WHERE from_cache GROUP BY ALL) \
             SELECT model, count(*), sum(bytes)::BIGINT, coalesce(sum(hits), 0)::BIGINT, min(created_ns), max(created_ns) \
             FROM entries LEFT JOIN hits USING (request_hash, sample) GROUP BY model ORDER BY count(*) DESC, model"
        );
        let params: Vec<&dyn duckdb::ToSql> = models.iter().map(|model| model as &dyn duckdb::ToSql).collect();
        self.shared.read(cancel, |conn| rows(conn, &sql, &params))
    }

    /// From now on answers made up to a time, of one model or of all, are not served any more. The results stay.
    pub fn clear_cache(&self, before: Timestamp, model: Option<&str>, now: Timestamp) -> Result<()> {
        let journal = Journal::open(self.state_dir(), &format!("{JOURNAL}-{}", std::process::id()))?;
        journal.append(&JournalRecord::CacheCleared { before, model: model.map(str::to_owned), at: now })
    }

    /// What was cleared, by every process.
    fn clearings(&self) -> Result<Vec<Clearing>> {
        let mut all = Vec::new();
        for path in journal::journal_paths(self.state_dir())? {
            let own = path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("cache-"));
            if !own {
                continue;
            }
            all.extend(read_journal(&path)?.records.into_iter().filter_map(|record| match record {
                JournalRecord::CacheCleared { before, model, .. } => Some(Clearing { before, model }),
                _ => None,
            }));
        }
        Ok(latest(all))
    }
}

/// Of clearings of the same model only the latest counts.
fn latest(all: Vec<Clearing>) -> Vec<Clearing> {
    let mut kept: Vec<Clearing> = Vec::new();
    for clearing in all {
        match kept.iter_mut().find(|known| known.model == clearing.model) {
            Some(known) => known.before = known.before.max(clearing.before),
            None => kept.push(clearing),
        }
    }
    kept
}

fn rows(conn: &Connection, sql: &str, params: &[&dyn duckdb::ToSql]) -> Result<Vec<CacheRow>> {
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let mut row = RowReader::new(row);
        found.push(CacheRow {
            model: row.get()?,
            entries: row.count()?.unwrap_or(0),
            bytes: row.count()?.unwrap_or(0),
            hits: row.count()?.unwrap_or(0),
            oldest: row.nanos()?,
            newest: row.nanos()?,
        });
    }
    Ok(found)
}

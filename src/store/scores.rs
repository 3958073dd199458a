//! Scores and notes in the index.

use std::collections::BTreeMap;

use duckdb::{Connection, params};

use super::Store;
use super::error::Result;
use super::load;
use super::row_reader::RowReader;
use super::tables::score_key;
use crate::domain::cancel::Cancel;
use crate::domain::ids::{ResultId, RunId};
use crate::domain::score::{RATING, RELEVANCE, Rating, Score, ScoreSource};

impl Store {
    /// Writes scores into the index (their journal comes first); the same score twice is one.
    pub fn put_scores(&self, scores: &[Score]) -> Result<()> {
        self.shared.write(&Cancel::new(), |conn| put(conn, scores))
    }

    /// The labels of the scores of a name, each with the number of its traces, the latest given first.
    pub fn score_labels(&self, name: &str, cancel: &Cancel) -> Result<Vec<(String, u64)>> {
        self.shared.read(cancel, |conn| {
            let mut statement = conn.prepare(
                "SELECT label, count(DISTINCT trace_id) FROM store.scores WHERE name = ? AND label IS NOT NULL \
                 GROUP BY 1 ORDER BY max(created_ns) DESC, 1",
            )?;
            let mut rows = statement.query([name])?;
            let mut labels = Vec::new();
            while let Some(row) = rows.next()? {
                let mut row = RowReader::new(row);
                labels.push((row.get::<String>()?, row.count()?.unwrap_or(0)));
            }
            Ok(labels)
        })
    }

    /// The scores of a name on recorded traces, of all traces, oldest first.
    pub fn scores_named(&self, name: &str, cancel: &Cancel) -> Result<Vec<Score>> {
        let sql = format!(
            "SELECT {} FROM store.scores WHERE name = ? AND result_id IS NULL ORDER BY created_ns, score_key",
            load::SCORE
        );
        self.shared.read(cancel, |conn| read(conn, &sql, &[&name]))
    }

    /// What reviewers think of the answers of a run: the latest rating of each that was not taken back.
    pub fn ratings(&self, run: &RunId, cancel: &Cancel) -> Result<BTreeMap<ResultId, Rating>> {
        self.shared.read(cancel, |conn| {
            let mut statement = conn.prepare(
                "SELECT s.result_id, arg_max(CASE WHEN s.value IS NULL THEN -1.0 ELSE s.value END, s.created_ns) \
                 FROM store.scores s JOIN store.results r ON r.result_id = s.result_id \
                 WHERE r.run_id = ? AND s.name = ? AND s.source = 'human' GROUP BY 1",
            )?;
            let mut rows = statement.query(params![run.as_str(), RATING])?;
            let mut ratings = BTreeMap::new();
            while let Some(row) = rows.next()? {
                let mut row = RowReader::new(row);
                let (id, value) = (row.get::<String>()?, row.get::<f64>()?);
                if value >= 0.0 {
                    ratings.insert(id.into(), Rating::of_value(value));
                }
            }
            Ok(ratings)
        })
    }
}

/// Writes scores that are not there yet.
pub(super) fn put(conn: &Connection, scores: &[Score]) -> Result<()> {
    let mut insert = conn.prepare(
        "INSERT INTO store.scores SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, make_timestamp(?)::TIMESTAMPTZ, ? \
         WHERE NOT EXISTS (SELECT 1 FROM store.scores WHERE score_key = ?)",
    )?;
    for score in scores {
        let key = score_key(score);
        insert.execute(params![
            key,
            score.trace_id.as_str(),
            score.span_id.as_ref().map(AsRef::<str>::as_ref),
            score.result_id.as_ref().map(AsRef::<str>::as_ref),
            score.name,
            score.value,
            score.label,
            score.explanation,
            score.source.as_str(),
            score.created_at.micros(),
            score.created_at.nanos(),
            key,
        ])?;
        if score.name == RELEVANCE {
            // Which documents are relevant says why an answer is wrong: it is looked at again.
            conn.execute("DELETE FROM store.grounded WHERE trace_id = ?", params![score.trace_id.as_str()])?;
        }
        if score.source == ScoreSource::User && score.result_id.is_none() {
            conn.execute(
                "UPDATE store.traces SET feedback = (SELECT arg_max(value, created_ns) FROM store.scores \
                   WHERE trace_id = ? AND source = 'user' AND value IS NOT NULL AND result_id IS NULL) WHERE trace_id = ?",
                params![score.trace_id.as_str(), score.trace_id.as_str()],
            )?;
        }
    }
    Ok(())
}

/// The scores of traces, oldest first; `traces` is a query of their ids.
pub(super) fn of_traces(conn: &Connection, traces: &str) -> Result<Vec<Score>> {
    let sql =
        format!("SELECT {} FROM store.scores WHERE trace_id IN ({traces}) ORDER BY created_ns, score_key", load::SCORE);
    read(conn, &sql, &[])
}

/// The scores of these traces, oldest first.
pub(super) fn of_traces_by_id(conn: &Connection, traces: &[&str]) -> Result<Vec<Score>> {
    let places = vec!["?"; traces.len()].join(", ");
    let sql =
        format!("SELECT {} FROM store.scores WHERE trace_id IN ({places}) ORDER BY created_ns, score_key", load::SCORE);
    let params: Vec<&dyn duckdb::ToSql> = traces.iter().map(|id| id as &dyn duckdb::ToSql).collect();
    read(conn, &sql, &params)
}

/// The scores of a trace, oldest first.
pub(super) fn of_trace(conn: &Connection, trace_id: &str) -> Result<Vec<Score>> {
    let sql = format!("SELECT {} FROM store.scores WHERE trace_id = ? ORDER BY created_ns, score_key", load::SCORE);
    read(conn, &sql, &[&trace_id])
}

fn read(conn: &Connection, sql: &str, params: &[&dyn duckdb::ToSql]) -> Result<Vec<Score>> {
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query(params)?;
    let mut scores = Vec::new();
    while let Some(row) = rows.next()? {
        scores.push(load::score(&mut RowReader::new(row))?);
    }
    Ok(scores)
}

//! Bringing journals into the index.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use duckdb::Connection;

use super::error::Result;
use super::journal::{JournalFile, JournalRecord, read_journals};
use super::{Store, ids, rulings, runs, scores};
use crate::domain::cancel::Cancel;
use crate::domain::grounding::Ruling;
use crate::domain::run::{Run, RunStatus};
use crate::domain::score::Score;

/// What all journals say together.
#[derive(Default)]
pub(super) struct Journalled {
    pub runs: BTreeMap<String, (Run, RunStatus)>,
    pub results: BTreeMap<String, super::StoredResult>,
    pub scores: Vec<Score>,
    pub rulings: Vec<Ruling>,
}

impl Journalled {
    /// Puts records together; of a result told twice the last counts.
    pub fn from_files(files: Vec<JournalFile>) -> Self {
        let mut all = Self::default();
        for record in files.into_iter().flat_map(|file| file.records) {
            match record {
                JournalRecord::Run { run } => {
                    // Without an end it was interrupted, unless somebody is at it; then the end comes.
                    all.runs.insert(run.run_id.as_str().to_owned(), (run, RunStatus::Interrupted));
                }
                JournalRecord::End { run_id, status, decided, .. } => {
                    if let Some(run) = all.runs.get_mut(run_id.as_str()) {
                        run.0.decided = decided;
                        run.1 = status;
                    }
                }
                JournalRecord::Result { result } => {
                    all.results.insert(result.result.result_id.as_str().to_owned(), *result);
                }
                JournalRecord::Score { score } => all.scores.push(score),
                JournalRecord::Ruling { ruling } => all.rulings.push(ruling),
                // What is cleared is read from its own journals when the cache is asked.
                JournalRecord::Intent { .. }
                | JournalRecord::Step { .. }
                | JournalRecord::Given { .. }
                | JournalRecord::Batch { .. }
                | JournalRecord::Allowed { .. }
                | JournalRecord::CacheCleared { .. } => {}
            }
        }
        all
    }
}

impl Store {
    /// Brings every journal record into the index that is not there yet; returns what could not be read.
    pub fn replay_journals(&self, cancel: &Cancel) -> Result<Vec<String>> {
        let files = read_journals(self.state_dir())?;
        let warnings = files.iter().flat_map(|file| &file.damage).map(ToString::to_string).collect();
        let mut all = Journalled::from_files(files);
        let Known { runs: known_runs, results: known_results, scores: known_scores, rulings: known_rulings } =
            self.shared.read(cancel, known)?;
        // A run without an end may be at work in another process: what the index says of it stays.
        all.runs.retain(|id, (_, status)| {
            known_runs.get(id).is_none_or(|known| *status != RunStatus::Interrupted && known != status.as_str())
        });
        // A kill may have come between the journal's later line and the index.
        all.results
            .retain(|id, stored| known_results.get(id).is_none_or(|known| known != stored.result.status.as_str()));
        all.scores.retain(|score| !known_scores.contains(&super::tables::score_key(score)));
        all.rulings.retain(|ruling| !known_rulings.contains(&rulings::key(ruling)));
        if all.runs.is_empty() && all.results.is_empty() && all.scores.is_empty() && all.rulings.is_empty() {
            return Ok(warnings);
        }
        self.shared.write(cancel, |conn| write(conn, &all))?;
        Ok(warnings)
    }
}

/// What is in the index.
pub(super) struct Known {
    /// Runs with their status.
    pub runs: BTreeMap<String, String>,
    /// Results with their status.
    pub results: BTreeMap<String, String>,
    /// The keys of scores.
    pub scores: BTreeSet<String>,
    /// The keys of what judges said.
    pub rulings: BTreeSet<String>,
}

/// Reads it.
pub(super) fn known(conn: &Connection) -> Result<Known> {
    let statuses = |sql| -> Result<BTreeMap<String, String>> {
        let mut statement = conn.prepare(sql)?;
        let pairs = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(pairs.collect::<duckdb::Result<_>>()?)
    };
    Ok(Known {
        runs: statuses("SELECT run_id, status FROM store.runs")?,
        results: statuses("SELECT result_id, status FROM store.results")?,
        scores: ids::list(conn, "SELECT score_key FROM store.scores", &[])?.into_iter().collect(),
        rulings: ids::list(conn, "SELECT ruling_key FROM store.rulings", &[])?.into_iter().collect(),
    })
}

/// Writes all journals into an empty index; damage in them is told by [`Store::replay_journals`] and the check.
pub(super) fn replay_all(conn: &Connection, state_dir: &Path) -> Result<()> {
    write(conn, &Journalled::from_files(read_journals(state_dir)?))
}

fn write(conn: &Connection, all: &Journalled) -> Result<()> {
    for (run, status) in all.runs.values() {
        runs::put_run(conn, run, *status)?;
    }
    let results: Vec<_> = all.results.values().cloned().collect();
    runs::put_results(conn, &results)?;
    scores::put(conn, &all.scores)?;
    rulings::put(conn, &all.rulings)
}

//! Bringing journals into the index.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use duckdb::Connection;

use super::error::Result;
use super::journal::{JournalFile, JournalRecord, read_journals};
use super::{Store, ids, runs, scores};
use crate::domain::cancel::Cancel;
use crate::domain::run::{Run, RunStatus};
use crate::domain::score::Score;

/// What all journals say together.
#[derive(Default)]
pub(super) struct Journalled {
    pub runs: BTreeMap<String, (Run, RunStatus)>,
    pub results: BTreeMap<String, super::StoredResult>,
    pub scores: Vec<Score>,
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
                JournalRecord::End { run_id, status, .. } => {
                    if let Some(run) = all.runs.get_mut(run_id.as_str()) {
                        run.1 = status;
                    }
                }
                JournalRecord::Result { result } => {
                    all.results.insert(result.result.result_id.as_str().to_owned(), *result);
                }
                JournalRecord::Score { score } => all.scores.push(score),
                JournalRecord::Intent { .. } => {}
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
        let (known_runs, known_results, known_scores) = self.shared.read(cancel, known)?;
        all.runs.retain(|id, _| !known_runs.contains(id));
        all.results.retain(|id, _| !known_results.contains(id));
        all.scores.retain(|score| !known_scores.contains(&super::tables::score_key(score)));
        if all.runs.is_empty() && all.results.is_empty() && all.scores.is_empty() {
            return Ok(warnings);
        }
        self.shared.write(cancel, |conn| write(conn, &all))?;
        Ok(warnings)
    }
}

type Known = (BTreeSet<String>, BTreeSet<String>, BTreeSet<String>);

/// The ids of runs, results and scores that are in the index.
pub(super) fn known(conn: &Connection) -> Result<Known> {
    let set = |sql| ids::list(conn, sql, &[]).map(BTreeSet::from_iter);
    Ok((
        set("SELECT run_id FROM store.runs")?,
        set("SELECT result_id FROM store.results")?,
        set("SELECT score_key FROM store.scores")?,
    ))
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
    scores::put(conn, &all.scores)
}

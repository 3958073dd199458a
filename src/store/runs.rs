//! Runs and their results in the index.

use super::rows::{RunRow, StoredResult};
use super::{Result, Store, StoreError};
use crate::domain::cancel::Cancel;
use crate::domain::ids::{ResultId, RunId};
use crate::domain::run::{Run, RunResult, RunStatus};

impl Store {
    /// All runs, newest first.
    pub fn runs(&self, _cancel: &Cancel) -> Result<Vec<RunRow>> {
        Ok(Vec::new())
    }

    /// One run.
    pub fn run(&self, id: &RunId, _cancel: &Cancel) -> Result<RunRow> {
        Err(StoreError::NotFound { what: "run", id: id.as_str().to_owned() })
    }

    /// The run whose id begins so; `last` is the newest.
    pub fn resolve_run(&self, prefix: &str, _cancel: &Cancel) -> Result<RunId> {
        Err(StoreError::NotFound { what: "run", id: prefix.to_owned() })
    }

    /// The results of a run by case, variant and sample.
    pub fn results(&self, _run: &RunId, _cancel: &Cancel) -> Result<Vec<RunResult>> {
        Ok(Vec::new())
    }

    /// One result with the request that was sent.
    pub fn result(&self, id: &ResultId, _cancel: &Cancel) -> Result<StoredResult> {
        Err(StoreError::NotFound { what: "result", id: id.as_str().to_owned() })
    }

    /// Answers of status ok that were stored for these request hashes and this sample number, one for each hash at most.
    pub fn cached_results(&self, _hashes: &[String], _sample: u32, _cancel: &Cancel) -> Result<Vec<StoredResult>> {
        Ok(Vec::new())
    }

    /// Writes a run into the index (its journal comes first); again replaces it.
    pub fn put_run(&self, _run: &Run, _status: RunStatus) -> Result<()> {
        Ok(())
    }

    /// Writes how a run stands.
    pub fn set_run_status(&self, _run: &RunId, _status: RunStatus) -> Result<()> {
        Ok(())
    }

    /// Writes results into the index (their journal comes first); again replaces them.
    pub fn put_results(&self, _results: &[StoredResult]) -> Result<()> {
        Ok(())
    }
}

//! Reading on in the journals of runs that others work on.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::super::error::{Result, StoreError};
use super::line;
use super::read::journal_paths;
use super::record::JournalRecord;
use super::writer::{is_locked, path_of_run};
use crate::domain::ids::RunId;

/// A journal that nothing was written to for so long is of a run that is over, or waits for something else.
const QUIET: Duration = Duration::from_hours(48);

/// A journal that is read on as it grows.
#[derive(Debug)]
pub struct JournalTail {
    path: PathBuf,
    offset: u64,
}

impl JournalTail {
    /// The journal.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether somebody works on the run.
    pub fn is_at_work(&self) -> bool {
        is_locked(&self.path)
    }

    /// The records that were written since the last time; a line that is not whole yet comes the next time, a damaged one
    /// is left out.
    pub fn more(&mut self) -> Result<Vec<JournalRecord>> {
        let at = |error| StoreError::file(&self.path, error);
        let mut file = File::open(&self.path).map_err(at)?;
        if file.metadata().map_err(at)?.len() <= self.offset {
            return Ok(Vec::new());
        }
        file.seek(SeekFrom::Start(self.offset)).map_err(at)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(at)?;
        let whole = memchr::memrchr(b'\n', &bytes).map_or(0, |end| end + 1);
        self.offset += whole as u64;
        let lines = bytes[..whole].split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        Ok(lines.filter_map(|line| line::decode(line).ok()).collect())
    }
}

/// The journals of runs that somebody else works on, from their beginning; those that are known already are left out.
pub fn tails_at_work(state_dir: &Path, own: &RunId, known: &BTreeSet<PathBuf>) -> Vec<JournalTail> {
    let own = path_of_run(state_dir, own);
    let of_run =
        |path: &PathBuf| path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("run-"));
    // A directory that cannot be read has no neighbours in it that could be read.
    let paths = journal_paths(state_dir).unwrap_or_default();
    let others = paths.into_iter().filter(|path| of_run(path) && *path != own && !known.contains(path));
    others.filter(|path| is_fresh(path) && is_locked(path)).map(|path| JournalTail { path, offset: 0 }).collect()
}

fn is_fresh(path: &Path) -> bool {
    let written = std::fs::metadata(path).and_then(|data| data.modified());
    written.is_ok_and(|written| written.elapsed().unwrap_or_default() < QUIET)
}

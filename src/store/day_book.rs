//! Which workspaces of this machine spent money on a day, and the lock under which the day's total is looked at.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use super::disk;
use super::error::{Result, StoreError};

/// The book of one day, locked: while it is held, no other process is allowed more of the day's total.
#[derive(Debug)]
pub struct DayBook {
    _lock: File,
    state_dirs: Vec<PathBuf>,
}

impl DayBook {
    /// Opens the book of a day (`2026-11-23`) in a directory of the user's own, and enters a state directory into it.
    /// Waits for whoever holds it.
    pub fn open(dir: &Path, day: &str, own: &Path) -> Result<Self> {
        disk::private_dir(dir)?;
        let path = dir.join(day);
        let at = |error: std::io::Error| StoreError::file(&path, error);
        let mut file = disk::private_file(&path)?;
        flock(&file, FlockOperation::LockExclusive).map_err(|error| at(error.into()))?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(at)?;
        let own = own.canonicalize().unwrap_or_else(|_| own.to_owned());
        let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let mut state_dirs: Vec<PathBuf> =
            lines.map(|line| PathBuf::from(std::ffi::OsStr::from_bytes(line).to_owned())).collect();
        if !state_dirs.contains(&own) {
            file.write_all(&[own.as_os_str().as_bytes(), b"\n"].concat()).map_err(at)?;
            file.sync_data().map_err(at)?;
            state_dirs.push(own);
        }
        Ok(Self { _lock: file, state_dirs })
    }

    /// The state directories that runs of the day are in.
    pub fn state_dirs(&self) -> &[PathBuf] {
        &self.state_dirs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_is_entered_once_a_day() {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for own in [one.path(), two.path(), one.path()] {
            drop(DayBook::open(dir.path(), "2026-11-23", own).unwrap());
        }
        let book = DayBook::open(dir.path(), "2026-11-23", two.path()).unwrap();
        assert_eq!(book.state_dirs(), [one.path().canonicalize().unwrap(), two.path().canonicalize().unwrap()]);
        assert_eq!(DayBook::open(dir.path(), "2026-11-24", two.path()).unwrap().state_dirs().len(), 1);
    }
}

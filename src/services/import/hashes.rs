//! Hashes of the workspace's own files, kept so that a file that did not change is not read at every start.
//!
//! `files.json` below the state directory; it is only a short cut, and made anew where it is missing or damaged.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::time::Timestamp;

/// A file that changed less than this long ago may change again without another time: clocks of file systems tick slowly.
const SETTLED_NS: i64 = 2_000_000_000;

/// What tells a file that changed from one that did not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    bytes: u64,
    inode: u64,
    modified_ns: i64,
    /// When content or attributes changed last: unlike the other time, no program sets it.
    changed_ns: i64,
}

impl Stamp {
    fn of(file: &Metadata) -> Self {
        let nanos = |seconds: i64, nanos: i64| seconds.saturating_mul(1_000_000_000).saturating_add(nanos);
        Self {
            bytes: file.len(),
            inode: file.ino(),
            modified_ns: nanos(file.mtime(), file.mtime_nsec()),
            changed_ns: nanos(file.ctime(), file.ctime_nsec()),
        }
    }
}

/// The hashes of files by path.
#[derive(Debug, Default)]
pub struct Hashes {
    path: PathBuf,
    known: BTreeMap<String, (Stamp, String)>,
    changed: bool,
}

impl Hashes {
    /// Those of a state directory.
    pub fn read(state: &Path) -> Self {
        let path = state.join("files.json");
        let known = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        Self { path, known, changed: false }
    }

    /// The hash of a file as it was when it last changed; `None` where it has to be read.
    pub fn of(&self, name: &str, file: &Metadata) -> Option<&str> {
        let (stamp, hash) = self.known.get(name)?;
        (*stamp == Stamp::of(file)).then_some(hash)
    }

    /// Remembers the hash of a file that was read at `now`; `file` is how it was before.
    pub fn remember(&mut self, name: &str, file: &Metadata, hash: &str, now: Timestamp) {
        let stamp = Stamp::of(file);
        if stamp.changed_ns.max(stamp.modified_ns) <= now.nanos().saturating_sub(SETTLED_NS) {
            self.known.insert(name.to_owned(), (stamp, hash.to_owned()));
            self.changed = true;
        }
    }

    /// Writes what was remembered; files that are no longer there are forgotten. Failing costs only time.
    pub fn write(&mut self, names: &[String]) {
        let before = self.known.len();
        self.known.retain(|name, _| names.contains(name));
        if !self.changed && self.known.len() == before {
            return;
        }
        let new = self.path.with_extension(format!("json.{}", std::process::id()));
        let written = serde_json::to_vec(&self.known).is_ok_and(|bytes| fs::write(&new, bytes).is_ok());
        if !written || fs::rename(&new, &self.path).is_err() {
            drop(fs::remove_file(&new));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changed_or_may_still_change_is_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.jsonl");
        fs::write(&path, "one").unwrap();
        let file = fs::metadata(&path).unwrap();
        let written = Timestamp::from_nanos(Stamp::of(&file).changed_ns);
        let mut hashes = Hashes::read(dir.path());
        hashes.remember("a", &file, "00", written);
        assert_eq!(hashes.of("a", &file), None);
        hashes.remember("a", &file, "00", Timestamp::from_nanos(written.nanos() + SETTLED_NS));
        hashes.write(&["a".to_owned()]);
        let hashes = Hashes::read(dir.path());
        assert_eq!(hashes.of("a", &file), Some("00"));
        fs::write(&path, "two").unwrap();
        fs::File::open(&path).unwrap().set_modified(file.modified().unwrap()).unwrap();
        assert_eq!(hashes.of("a", &fs::metadata(&path).unwrap()), None);
        let mut hashes = hashes;
        hashes.write(&[]);
        assert_eq!(Hashes::read(dir.path()).of("a", &file), None);
    }
}

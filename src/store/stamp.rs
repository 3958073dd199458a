//! How the index' files looked at some moment, to learn without opening them that another process wrote.

use std::path::Path;
use std::time::SystemTime;

use super::paths::Paths;

/// Sizes and times of the index' files at some moment, to be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp([Option<(u64, SystemTime)>; 2]);

impl Stamp {
    /// How the files look now.
    pub(super) fn of(paths: &Paths) -> Self {
        let of = |path: &Path| std::fs::metadata(path).ok().and_then(|data| Some((data.len(), data.modified().ok()?)));
        Self([of(&paths.index), of(&paths.wal)])
    }
}

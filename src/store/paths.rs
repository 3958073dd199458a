//! The names of the index' files.

use std::path::{Path, PathBuf};

/// Where the files of an index stand.
#[derive(Clone, Debug)]
pub(super) struct Paths {
    /// The state directory.
    pub dir: PathBuf,
    /// The index.
    pub index: PathBuf,
    /// Its write-ahead log.
    pub wal: PathBuf,
    /// Held (flock) by whoever writes; its content says who.
    pub lock: PathBuf,
    /// Is there when a query met damage: the index is to be put aside.
    pub condemned: PathBuf,
    /// Directories for what does not fit in memory.
    pub temp: PathBuf,
}

/// What a file being built is called: it becomes the index by a rename.
pub(super) const BUILD_PREFIX: &str = "index.build-";
/// The suffix of a write-ahead log moved out of the way of a new index.
pub(super) const OLD_WAL: &str = "oldwal";

impl Paths {
    /// The paths below a state directory.
    pub fn new(dir: PathBuf) -> Self {
        Self {
            index: dir.join("index.duckdb"),
            wal: dir.join("index.duckdb.wal"),
            lock: dir.join("index.lock"),
            condemned: dir.join("index.condemned"),
            temp: dir.join("tmp"),
            dir,
        }
    }

    /// A name for a new file, unique among living processes.
    pub fn build(&self, serial: u64) -> PathBuf {
        self.dir.join(format!("{BUILD_PREFIX}{}-{serial}.duckdb", std::process::id()))
    }

    /// A directory for what does not fit in memory; DuckDB makes it when it needs it.
    pub fn temp_dir(&self, serial: u64) -> PathBuf {
        self.temp.join(format!("{}-{serial}", std::process::id()))
    }
}

/// A file and the ones that DuckDB may make beside it.
pub(super) fn with_companions(path: &Path) -> Vec<PathBuf> {
    ["", ".wal", ".wal.checkpoint", ".wal.recovery"]
        .into_iter()
        .map(|suffix| {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            PathBuf::from(name)
        })
        .collect()
}

//! The handle on an index.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::options::StoreOptions;
use super::shared::Shared;
use super::stamp::Stamp;

/// A handle on the index below a state directory; clones share it, and threads may use it at once.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) shared: Arc<Shared>,
}

impl Store {
    /// A handle on the index of a state directory (`.hindcast`). Touches neither the directory nor DuckDB.
    pub fn new(state_dir: impl Into<PathBuf>, options: StoreOptions) -> Self {
        Self { shared: Shared::of(state_dir.into(), options) }
    }

    /// Sizes and times of the index' files: another stamp means that a process wrote. Opens nothing.
    pub fn stamp(&self) -> Stamp {
        Stamp::of(&self.shared.paths)
    }

    /// The state directory.
    pub fn state_dir(&self) -> &Path {
        &self.shared.paths.dir
    }
}

//! What can go wrong with a workspace.

use std::io;
use std::path::PathBuf;

/// Why a workspace cannot be opened or made.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// `--workspace` names no directory.
    #[error("{} is no directory; `hindcast init {}` makes a workspace there", .0.display(), .0.display())]
    NoDirectory(PathBuf),
    /// The place of a directory is taken by something else.
    #[error("{} is in the way: a directory of that name is needed", .0.display())]
    InTheWay(PathBuf),
    /// Neither the workspace nor the user's state directory can be written.
    #[error("{} cannot be written ({source}); set HINDCAST_STATE_DIR to a directory that can", path.display())]
    NoState {
        /// The last directory that was tried.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file or directory could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Git refused.
    #[error("{0}")]
    Git(String),
}

impl WorkspaceError {
    pub(super) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}

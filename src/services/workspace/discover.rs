//! Finds and opens a workspace.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::WorkspaceError;
use super::place::{Inner, Origin, Workspace};
use super::{samples, state};
use crate::config::{FILE_NAME, Paths};

/// Which workspace is asked for.
#[derive(Clone, Debug)]
pub struct Ask {
    /// `--workspace`, if given.
    pub named: Option<PathBuf>,
    /// The directory to look from, upwards.
    pub current: PathBuf,
}

/// Opens the workspace asked for: the one named, else the nearest one upwards, else the compiled-in samples.
pub fn open(ask: &Ask, paths: &Paths) -> Result<Workspace, WorkspaceError> {
    if let Some(named) = &ask.named {
        if !named.is_dir() {
            return Err(WorkspaceError::NoDirectory(named.clone()));
        }
        return at(&absolute(named)?, Origin::Named, paths);
    }
    let current = absolute(&ask.current)?;
    match current.ancestors().find(|dir| is_workspace(dir)) {
        Some(root) => at(root, Origin::Found, paths),
        None => open_samples(paths),
    }
}

fn absolute(path: &Path) -> Result<PathBuf, WorkspaceError> {
    path.canonicalize().map_err(WorkspaceError::io(path))
}

/// Whether a directory is a workspace: it has a `hindcast.toml`, else `prompts/` beside `.git`.
pub(super) fn is_workspace(dir: &Path) -> bool {
    dir.join(FILE_NAME).is_file() || (dir.join("prompts").is_dir() && dir.join(".git").exists())
}

fn at(root: &Path, origin: Origin, paths: &Paths) -> Result<Workspace, WorkspaceError> {
    let state = state::make(root, &paths.state)?;
    let notices = state.elsewhere.into_iter().collect();
    let inner = Inner { root: root.to_owned(), state: state.path, origin, notices, _temporary: None };
    Ok(Workspace { inner: Arc::new(inner) })
}

fn open_samples(paths: &Paths) -> Result<Workspace, WorkspaceError> {
    let temporary = tempfile::Builder::new()
        .prefix("hindcast-samples-")
        .tempdir()
        .map_err(WorkspaceError::io(std::env::temp_dir()))?;
    let root = absolute(temporary.path())?;
    samples::write(&root)?;
    let state = state::make(&root, &paths.state)?;
    let notices = vec![
        "There is no workspace here, so these are the samples that come with hindcast, in a temporary directory; \
         nothing you do in it is kept. `hindcast init` makes a workspace in this directory."
            .to_owned(),
    ];
    let inner = Inner { root, state: state.path, origin: Origin::Samples, notices, _temporary: Some(temporary) };
    Ok(Workspace { inner: Arc::new(inner) })
}

//! The state directory: made private, ignored by git, and elsewhere where the workspace cannot be written.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::WorkspaceError;

/// The state directory's name within a workspace.
pub(super) const STATE: &str = ".hindcast";

/// Where a workspace's state is, and whether that is not the usual place.
pub(super) struct State {
    pub(super) path: PathBuf,
    pub(super) elsewhere: Option<String>,
}

/// Makes the state directory of a workspace, below `fallback` where the workspace cannot be written.
pub(super) fn make(root: &Path, fallback: &Path) -> Result<State, WorkspaceError> {
    let own = root.join(STATE);
    let refused = match prepare(&own) {
        Ok(()) => return Ok(State { path: own, elsewhere: None }),
        Err(error) => error,
    };
    if fs::symlink_metadata(&own).is_ok_and(|meta| !meta.is_dir()) {
        return Err(WorkspaceError::InTheWay(own));
    }
    // Two workspaces must not share a state, and a path is no file name: a hash of it is both short and safe.
    let hash = blake3::hash(root.as_os_str().as_encoded_bytes()).to_hex();
    let path = fallback.join("workspaces").join(&hash[..16]);
    prepare(&path).map_err(|source| WorkspaceError::NoState { path: path.clone(), source })?;
    let elsewhere =
        format!("{} cannot be written ({refused}), so its state is kept in {}.", root.display(), path.display());
    Ok(State { path, elsewhere: Some(elsewhere) })
}

/// Makes a directory that is this user's alone, that git ignores, and in which a file can be written.
fn prepare(path: &Path) -> io::Result<()> {
    private_directory(path)?;
    let ignore = path.join(".gitignore");
    if !ignore.exists() {
        fs::write(&ignore, "*\n")?;
    }
    tempfile::Builder::new().prefix(".probe").tempfile_in(path)?.close()
}

/// Makes a directory with all above it; the directory itself can be entered by this user only.
fn private_directory(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
        builder.mode(0o700);
        builder.create(path)?;
        let meta = fs::metadata(path)?;
        if meta.permissions().mode() & 0o077 != 0 {
            fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
        }
        Ok(())
    }
    #[cfg(not(unix))]
    builder.create(path)
}

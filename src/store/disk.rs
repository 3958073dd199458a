//! Files and directories that only their owner can read, and that survive a power cut once written.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use super::error::{Result, StoreError};

/// Makes a directory with its parents, mode 0700, where it is not there.
pub(super) fn private_dir(path: &Path) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| StoreError::file(path, error))
}

/// Makes the state directory and its `.gitignore`, so that no state ends up in the user's history.
pub(super) fn state_dir(path: &Path) -> Result<()> {
    private_dir(path)?;
    let ignore = path.join(".gitignore");
    if !ignore.exists() {
        write_durably(&ignore, b"*\n")?;
    }
    Ok(())
}

/// Writes a file beside, on disk, then renames it to its place.
pub(super) fn write_durably(path: &Path, content: &[u8]) -> Result<()> {
    let at = |error| StoreError::file(path, error);
    let dir = path.parent().unwrap_or(Path::new("."));
    let mut temporary = tempfile::Builder::new().prefix(".tmp-").tempfile_in(dir).map_err(at)?;
    temporary.write_all(content).map_err(at)?;
    temporary.as_file().sync_all().map_err(at)?;
    temporary.persist(path).map_err(|error| at(error.error))?;
    sync_dir(dir)
}

/// Makes renames within a directory survive a power cut.
pub(super) fn sync_dir(path: &Path) -> Result<()> {
    File::open(path).and_then(|dir| dir.sync_all()).map_err(|error| StoreError::file(path, error))
}

/// Opens or makes a file of mode 0600 for reading and writing, its content untouched.
pub(super) fn private_file(path: &Path) -> Result<File> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| StoreError::file(path, error))
}

/// Removes a file if it is there.
pub(super) fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(StoreError::file(path, error)),
        _ => Ok(()),
    }
}

/// An id as part of a file name: anything but letters, digits, `-` and `_` becomes `_`, at most 80 bytes.
pub(super) fn safe_name(id: &str) -> String {
    id.chars().take(80).map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '_' }).collect()
}

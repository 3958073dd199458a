//! The file of golden cases in the workspace: read whole, written beside and renamed.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use crate::domain::golden::{GoldenCase, GoldenFile, Kept, NewGolden};
use crate::error::AppError;
use crate::services::workspace::Workspace;

/// The file's name in the workspace.
pub const FILE_NAME: &str = "golden.jsonl";

/// The file in the state directory that is locked while the cases are read and written.
const LOCK_NAME: &str = "golden.lock";

/// Reads the golden cases of a workspace; a file that is not there has none.
pub fn read(workspace: &Workspace) -> Result<GoldenFile, AppError> {
    let path = path(workspace);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(GoldenFile::default()),
        Err(error) => return Err(unusable(&path, "read", &error)),
    };
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()].split(|byte| *byte == b'\n').count();
        AppError::store(format!("{FILE_NAME}:{line}: no UTF-8 text"))
    })?;
    GoldenFile::parse(&text).map_err(|error| {
        AppError::store(error.at(FILE_NAME)).hint(format!("mend the line in {}; nothing was changed", path.display()))
    })
}

/// Keeps a case in the file of a workspace. Another process that keeps one at the same time is waited for, and a power cut
/// leaves the file as it was or as it is to be.
pub(super) fn keep(workspace: &Workspace, new: NewGolden) -> Result<(Kept, GoldenCase), AppError> {
    let _lock = lock(workspace)?;
    let mut file = read(workspace)?;
    let (kept, case) = file.keep(new);
    if kept != Kept::Unchanged {
        let path = path(workspace);
        // Where the name is a link, the file that it leads to is written.
        let path = path.canonicalize().unwrap_or(path);
        write(&path, file.to_text().as_bytes()).map_err(|error| unusable(&path, "written", &error))?;
    }
    Ok((kept, case))
}

fn path(workspace: &Workspace) -> PathBuf {
    workspace.root().join(FILE_NAME)
}

fn lock(workspace: &Workspace) -> Result<File, AppError> {
    let path = workspace.state().join(LOCK_NAME);
    let open = || {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
        flock(&file, FlockOperation::LockExclusive)?;
        Ok(file)
    };
    open().map_err(|error: std::io::Error| unusable(&path, "locked", &error))
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".golden-").tempfile_in(directory)?;
    file.write_all(bytes)?;
    // A file that git versions is as open to others as its neighbours are.
    match std::fs::metadata(path) {
        Ok(meta) => file.as_file().set_permissions(meta.permissions())?,
        Err(_) => open_to_others(file.as_file())?,
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    File::open(directory)?.sync_all()
}

/// Gives a new file the permissions that the user's umask leaves of 0644.
fn open_to_others(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mask = rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    rustix::process::umask(mask);
    file.set_permissions(std::fs::Permissions::from_mode(0o644 & !mask.bits()))
}

fn unusable(path: &Path, done: &str, error: &std::io::Error) -> AppError {
    AppError::store(format!("{} cannot be {done}: {error}", path.display()))
}

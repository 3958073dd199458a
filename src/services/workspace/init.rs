//! Makes a new workspace; nothing that is there already is changed, but for a line in `.gitignore`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::error::WorkspaceError;
use super::samples::{FIRST_TRACE, sample};
use crate::config::FILE_NAME;
use crate::vcs::Repository;

/// Whether git tracks `traces/`, which may hold customers' data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tracking {
    /// It is ignored.
    Ignored,
    /// It is tracked.
    Tracked,
}

/// What making a workspace did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The workspace's directory.
    pub root: PathBuf,
    /// Files and directories that are new, from the workspace's directory.
    pub created: Vec<PathBuf>,
    /// What was there already and is as it was.
    pub kept: Vec<PathBuf>,
}

/// Makes a workspace in a directory, with one sample prompt and one sample trace where there are none.
pub fn init(directory: &Path, tracking: Tracking) -> Result<Made, WorkspaceError> {
    fs::create_dir_all(directory).map_err(WorkspaceError::io(directory))?;
    let root = directory.canonicalize().map_err(WorkspaceError::io(directory))?;
    let mut made = Made { root, created: Vec::new(), kept: Vec::new() };
    if let Some(config) = sample(FILE_NAME) {
        made.file(FILE_NAME, config.bytes)?;
    }
    if let (true, Some(prompt)) = (made.is_empty("prompts")?, sample("prompts/answer.prompt")) {
        made.file(prompt.path, prompt.bytes)?;
    }
    if made.is_empty("traces")? {
        made.file(FIRST_TRACE.path, FIRST_TRACE.bytes)?;
    }
    let git = |error: crate::vcs::VcsError| WorkspaceError::Git(error.to_string());
    if Repository::discover(&made.root).map_err(git)?.is_none() {
        Repository::init(&made.root).map_err(git)?;
        made.created.push(".git".into());
    }
    if tracking == Tracking::Ignored {
        made.ignore("traces/")?;
    }
    Ok(made)
}

impl Made {
    /// Whether a directory holds nothing; what it holds is noted as kept.
    fn is_empty(&mut self, name: &str) -> Result<bool, WorkspaceError> {
        let path = self.root.join(name);
        if fs::symlink_metadata(&path).is_ok() && !path.is_dir() {
            return Err(WorkspaceError::InTheWay(path));
        }
        let empty = match fs::read_dir(&path) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
            Err(error) => return Err(WorkspaceError::io(path)(error)),
        };
        if !empty {
            self.kept.push(name.into());
        }
        Ok(empty)
    }

    /// Writes a file that is not there yet.
    fn file(&mut self, name: &str, bytes: &[u8]) -> Result<(), WorkspaceError> {
        let path = self.root.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(WorkspaceError::io(parent))?;
        }
        match fs::OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                file.write_all(bytes).map_err(WorkspaceError::io(&path))?;
                self.created.push(name.into());
                Ok(())
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                self.kept.push(name.into());
                Ok(())
            }
            Err(error) => Err(WorkspaceError::io(path)(error)),
        }
    }

    /// Adds a line to `.gitignore` where it is not there yet.
    fn ignore(&mut self, line: &str) -> Result<(), WorkspaceError> {
        let path = self.root.join(".gitignore");
        let before = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(WorkspaceError::io(path)(error)),
        };
        let known =
            |known: &str| known.trim().trim_start_matches('/').trim_end_matches('/') == line.trim_end_matches('/');
        if before.lines().any(known) {
            self.kept.push(".gitignore".into());
            return Ok(());
        }
        let end = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
        fs::write(&path, format!("{before}{end}{line}\n")).map_err(WorkspaceError::io(&path))?;
        self.created.push(".gitignore".into());
        Ok(())
    }
}

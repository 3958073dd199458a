//! New prompts, other names for them, and their end.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::change::io;
use super::error::PromptsError;
use super::library::{PromptFile, Prompts};
use super::restore::Commits;
use super::starter::starter;
use crate::domain::prompt::PromptFormat;
use crate::vcs::{Committed, FileState};

/// What is to become of changes that no commit holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uncommitted {
    /// The command is refused because of them.
    Refuse,
    /// They are lost.
    Discard,
}

/// A prompt's file that was moved or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The file that is no more.
    pub from: PathBuf,
    /// The file that is there now; `None` where it was removed.
    pub to: Option<PathBuf>,
    /// The commit; `None` where none was asked for, or git does not know the file.
    pub committed: Option<Committed>,
}

impl Prompts {
    /// Makes a new prompt with a text to begin with; returns its file. It is not committed.
    pub fn create(&self, name: &str, format: PromptFormat) -> Result<PathBuf, PromptsError> {
        let path = self.place_for(name, format, None)?;
        let directory = path.parent().unwrap_or(self.directory());
        std::fs::create_dir_all(directory).map_err(|source| io(directory, source))?;
        let mut file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(|source| {
            if source.kind() == std::io::ErrorKind::AlreadyExists {
                PromptsError::Exists(path.clone())
            } else {
                io(&path, source)
            }
        })?;
        file.write_all(starter(name, format).as_bytes()).map_err(|source| io(&path, source))?;
        self.forget(name);
        Ok(path)
    }

    /// Gives a prompt another name, with its file's ending; its history and its tags go with it.
    ///
    /// A file that git does not know is only moved. Where git refuses the commit, it is moved back.
    pub fn rename(&self, old: &str, new: &str, commits: Commits) -> Result<Moved, PromptsError> {
        let file = self.find(old)?;
        let file_name = file.path.to_string_lossy();
        let stem = format!("{}/{old}", self.directory().to_string_lossy());
        let ending = file_name.strip_prefix(&stem).unwrap_or(super::names::ending(file.format)).to_owned();
        let to = self.place_with(new, &ending, Some(old))?;
        let commits = self.commits(&file, commits)?;
        if commits == Commits::AtOnce && file.state != Some(FileState::Clean) {
            return Err(PromptsError::Uncommitted { prompt: old.to_owned() });
        }
        let directory = to.parent().unwrap_or(self.directory());
        std::fs::create_dir_all(directory).map_err(|source| io(directory, source))?;
        std::fs::rename(&file.path, &to).map_err(|source| io(&file.path, source))?;
        let message = format!("Rename {old} to {new}");
        let committed = self.commit_moved(&[&file.path, &to], &message, commits).inspect_err(|_| {
            // The error of the commit is what the user needs to know.
            let _ = std::fs::rename(&to, &file.path);
            drop_empty(directory, self.directory());
        })?;
        let draft = self.draft_path(old);
        if draft.exists() {
            std::fs::rename(&draft, self.draft_path(new)).map_err(|source| io(&draft, source))?;
        }
        drop_empty(file.path.parent().unwrap_or(self.directory()), self.directory());
        self.forget(old);
        self.forget(new);
        Ok(Moved { from: file.path, to: Some(to), committed })
    }

    /// Removes a prompt's file; what was committed of it stays in the history.
    ///
    /// Where git refuses the commit, the file is put back.
    pub fn delete(&self, name: &str, commits: Commits, uncommitted: Uncommitted) -> Result<Moved, PromptsError> {
        let file = self.find(name)?;
        if uncommitted == Uncommitted::Refuse && file.state != Some(FileState::Clean) {
            return Err(PromptsError::Uncommitted { prompt: name.to_owned() });
        }
        let commits = self.commits(&file, commits)?;
        let bytes = std::fs::read(&file.path).map_err(|source| io(&file.path, source))?;
        std::fs::remove_file(&file.path).map_err(|source| io(&file.path, source))?;
        let message = format!("Delete {name}");
        let committed = match self.commit_moved(&[&file.path], &message, commits) {
            Ok(committed) => committed,
            Err(error) => {
                self.need_repository()?.write_file(&file.path, &bytes)?;
                return Err(error);
            }
        };
        self.drop_draft(name)?;
        drop_empty(file.path.parent().unwrap_or(self.directory()), self.directory());
        self.forget(name);
        Ok(Moved { from: file.path, to: None, committed })
    }

    /// Whether a change to a file can be committed: git must know it, and be ready.
    fn commits(&self, file: &PromptFile, asked: Commits) -> Result<Commits, PromptsError> {
        let known = !matches!(file.state, None | Some(FileState::Untracked | FileState::Ignored));
        if asked == Commits::Later || !known {
            return Ok(Commits::Later);
        }
        self.need_repository()?.can_commit()?;
        Ok(asked)
    }

    fn commit_moved(
        &self,
        paths: &[&Path],
        message: &str,
        commits: Commits,
    ) -> Result<Option<Committed>, PromptsError> {
        match commits {
            Commits::AtOnce => Ok(Some(self.need_repository()?.commit_files(paths, message)?)),
            Commits::Later => Ok(None),
        }
    }
}

/// Removes directories that are empty now, up to the one of the prompts; git keeps none either.
fn drop_empty(mut directory: &Path, top: &Path) {
    while directory != top && directory.starts_with(top) && std::fs::remove_dir(directory).is_ok() {
        let Some(parent) = directory.parent() else { return };
        directory = parent;
    }
}

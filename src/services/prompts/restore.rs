//! Going back to an old version.

use std::path::Path;

use super::change::io;
use super::error::PromptsError;
use super::library::Prompts;
use super::versions::format_of;
use crate::domain::cancel::Cancel;
use crate::domain::run::PromptVersionRef;
use crate::domain::untrusted::safe_plain;
use crate::vcs::{BlobId, Committed, FileState};

/// Whether a change to a prompt's file is committed at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commits {
    /// It is.
    AtOnce,
    /// It is left to the user.
    Later,
}

/// What going back to an old version did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The new commit; `None` where the file was only written, or is committed like that already.
    pub committed: Option<Committed>,
    /// Whether what the file held before is kept as a draft, since no commit holds it.
    pub kept_draft: bool,
}

impl Prompts {
    /// Makes the file what it was at a version. What it held before is kept as a draft where it was not committed.
    ///
    /// Returns whether a draft was kept.
    pub fn restore(&self, reference: &PromptVersionRef) -> Result<bool, PromptsError> {
        Ok(self.restore_to(reference, Commits::Later)?.kept_draft)
    }

    /// Makes the file what it was at a version, and commits that; a prompt that was deleted comes back.
    ///
    /// What the file held before is kept as a draft where no commit holds it; refused where another draft would be
    /// lost by that. Where git refuses the commit, the file is left as it was.
    pub fn restore_to(&self, reference: &PromptVersionRef, commits: Commits) -> Result<Restored, PromptsError> {
        let name = &reference.name;
        let (commit, version) = self.committed(reference)?;
        let repository = self.need_repository()?;
        if commits == Commits::AtOnce {
            repository.can_commit()?;
        }
        let located = self.locate(name, &Cancel::new())?;
        let (blob, path) = if let Some(known) = version.and_then(|version| Some((version.blob?, version.path))) {
            known
        } else {
            let at = self.read_anywhere(name, &located.path, &self.versions(name)?, &commit)?;
            (at.blob, at.path)
        };
        let then = format_of(&path).unwrap_or(located.format);
        if then != located.format {
            let (then, now) = (then.as_str(), located.format.as_str());
            return Err(PromptsError::OtherFormat { prompt: reference.to_string(), then, now });
        }
        let kept_draft = match &located.file {
            Some(_) => self.keep_uncommitted(name, &located.path, blob)?,
            None => false,
        };
        let before = repository.write_content(&located.path, blob)?;
        self.forget(name);
        if commits == Commits::Later {
            return Ok(Restored { committed: None, kept_draft });
        }
        if repository.state(&located.path)? == FileState::Clean {
            return Ok(Restored { committed: None, kept_draft });
        }
        let message =
            format!("Restore {name} to {}\n\nThe version of commit {commit}.\n", safe_plain(&reference.version));
        match repository.commit_file(&located.path, &message) {
            Ok(committed) => Ok(Restored { committed: Some(committed), kept_draft }),
            Err(error) => {
                match before {
                    Some(bytes) => {
                        repository.write_file(&located.path, &bytes)?;
                    }
                    None => {
                        std::fs::remove_file(&located.path).map_err(|source| io(&located.path, source))?;
                    }
                }
                if kept_draft {
                    self.drop_draft(name)?;
                }
                Err(error.into())
            }
        }
    }

    /// Keeps the file's text as a draft where no commit holds it; returns whether it did.
    fn keep_uncommitted(&self, name: &str, path: &Path, wanted: BlobId) -> Result<bool, PromptsError> {
        let before = self.work_text(path)?;
        let committed = self.versions(name)?;
        let held = |text: &str| committed.iter().any(|version| version.text == text);
        let same = committed.iter().any(|version| version.blob == Some(wanted) && version.text == before);
        if same || held(&before) {
            return Ok(false);
        }
        match self.draft(name)? {
            Some(draft) if draft != before && !held(&draft) => {
                Err(PromptsError::DraftInTheWay { prompt: name.to_owned() })
            }
            _ => {
                self.save_draft(name, &before)?;
                Ok(true)
            }
        }
    }
}

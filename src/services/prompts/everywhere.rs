//! The versions of all prompts that any branch or tag leads to, those of prompts deleted since included.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use super::error::PromptsError;
use super::library::{MOST_BYTES, Prompts};
use crate::domain::cancel::Cancel;
use crate::domain::prompt::{PromptFormat, prompt_name};
use crate::domain::time::Timestamp;
use crate::vcs::{BlobId, CommitId};

/// A version of a prompt somewhere in the repository; everything in it came from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryVersion {
    /// The prompt by the name it has now, or had last.
    pub prompt: String,
    /// The commit.
    pub commit: CommitId,
    /// When it was committed.
    pub committed_at: Timestamp,
    /// The file's path then, from the top of the repository.
    pub path: PathBuf,
    /// The path it has now, or had last, from the top of the repository.
    pub now: PathBuf,
    /// The file's format then.
    pub format: PromptFormat,
    /// The content's id: versions with the same one share their text.
    pub blob: BlobId,
    /// The file's text.
    pub text: Arc<str>,
}

impl Prompts {
    /// The versions of all prompts over all branches and tags, newest first; none without a repository.
    ///
    /// What is no UTF-8 text or larger than 4 MiB is left out. Kept until a branch or tag moves.
    pub fn all_prompt_versions(&self, cancel: &Cancel) -> Result<Arc<Vec<RepositoryVersion>>, PromptsError> {
        let Some(repository) = self.repository() else { return Ok(Arc::default()) };
        let standing = Self::standing(repository)?;
        let known = self.everywhere.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, versions)) = known
            && at == standing
        {
            return Ok(versions);
        }
        let top = self.below_top(repository);
        let appearances = repository.appearances(self.directory(), cancel)?;
        let named: Vec<_> = appearances
            .into_iter()
            .filter_map(|appearance| {
                let (_, format) = prompt_name(&appearance.path)?;
                let (name, _) = prompt_name(&appearance.now)?;
                Some((name, format, appearance))
            })
            .collect();
        let contents = repository.contents(named.iter().map(|(_, _, appearance)| appearance.blob), cancel)?;
        let texts: HashMap<BlobId, Arc<str>> = contents
            .into_iter()
            .filter(|(_, bytes)| bytes.len() as u64 <= MOST_BYTES)
            .filter_map(|(id, bytes)| Some((id, String::from_utf8(bytes).ok()?.into())))
            .collect();
        let versions = named.into_iter().filter_map(|(prompt, format, appearance)| {
            Some(RepositoryVersion {
                prompt,
                text: Arc::clone(texts.get(&appearance.blob)?),
                commit: appearance.commit,
                committed_at: appearance.committed_at,
                path: top.join(appearance.path),
                now: top.join(appearance.now),
                format,
                blob: appearance.blob,
            })
        });
        let versions = Arc::new(versions.collect::<Vec<_>>());
        *self.everywhere.lock().unwrap_or_else(PoisonError::into_inner) = Some((standing, Arc::clone(&versions)));
        Ok(versions)
    }

    /// The versions of one prompt over all branches and tags, newest first.
    pub fn all_versions(&self, name: &str, cancel: &Cancel) -> Result<Vec<RepositoryVersion>, PromptsError> {
        let versions = self.all_prompt_versions(cancel)?;
        Ok(versions.iter().filter(|version| version.prompt == name).cloned().collect())
    }
}

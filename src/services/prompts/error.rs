//! What can go wrong with prompts.

use std::path::PathBuf;

use crate::domain::prompt::PromptError;
use crate::vcs::VcsError;

/// Why a prompt could not be found, read, rendered or changed.
#[derive(Debug, thiserror::Error)]
pub enum PromptsError {
    /// No prompt of that name.
    #[error("there is no prompt `{name}`{}", near.as_ref().map(|near| format!("; the nearest is {near}")).unwrap_or_default())]
    NoPrompt {
        /// The name asked for.
        name: String,
        /// The nearest known name.
        near: Option<String>,
    },
    /// Two files would be prompts of one name.
    #[error("{} and {} are both the prompt `{name}`; rename one of them", files[0].display(), files[1].display())]
    TwoFiles {
        /// The name.
        name: String,
        /// Both files.
        files: [PathBuf; 2],
    },
    /// No version of that name.
    #[error("the prompt `{prompt}` has no version `{version}`; `hindcast prompt log {prompt}` lists them")]
    NoVersion {
        /// The prompt.
        prompt: String,
        /// The version asked for.
        version: String,
    },
    /// The version is the file as it is now, which cannot be restored from itself.
    #[error("name the version to restore: a commit, tag or branch")]
    NotAVersion,
    /// The workspace is in no git repository.
    #[error("this workspace is in no git repository, so prompts have no versions; `git init` makes one")]
    NoRepository,
    /// The file has a mistake.
    #[error("{prompt}: {source}")]
    Prompt {
        /// The prompt and its version.
        prompt: String,
        /// The mistake.
        source: PromptError,
    },
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is no text, or far too large for a prompt.
    #[error("{} is {why}, so it is no prompt", path.display())]
    NoText {
        /// The file.
        path: PathBuf,
        /// What it is.
        why: &'static str,
    },
    /// Git refused.
    #[error(transparent)]
    Git(#[from] VcsError),
}

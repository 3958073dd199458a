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
    /// Git refused the repository that the workspace is in.
    #[error("prompts have no versions here: {0}")]
    Refused(String),
    /// The name can be no prompt's.
    #[error("`{name}` cannot be the name of a prompt: {why}")]
    BadName {
        /// The name.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// There is a file already where the prompt would be.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// The file holds what no commit holds, so that it would be lost.
    #[error("{prompt} has changes that no commit holds; commit them first")]
    Uncommitted {
        /// The prompt.
        prompt: String,
    },
    /// The file holds what no commit holds, and there is another text that was not saved.
    #[error(
        "{prompt} has changes that no commit holds, and a draft that was not saved; commit or drop one of them first"
    )]
    DraftInTheWay {
        /// The prompt.
        prompt: String,
    },
    /// The file had another format then.
    #[error("{prompt} was a {then} file at that version and is a {now} file now, so the text would not fit")]
    OtherFormat {
        /// The prompt and the version.
        prompt: String,
        /// The format then.
        then: &'static str,
        /// The format now.
        now: &'static str,
    },
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
    /// The prompt cannot be written in another format.
    #[error("{prompt} cannot be converted to {to}: {why}")]
    NoConversion {
        /// The prompt and its version.
        prompt: String,
        /// The format asked for.
        to: &'static str,
        /// Why, and what to do.
        why: String,
    },
    /// Git refused.
    #[error(transparent)]
    Git(#[from] VcsError),
}

//! What can go wrong with git.

use std::path::PathBuf;

/// Why git could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum VcsError {
    /// The path is outside the repository's working tree.
    #[error("{} is not in the working tree of {}", path.display(), root.display())]
    Outside {
        /// The path asked for.
        path: PathBuf,
        /// The working tree.
        root: PathBuf,
    },
    /// The repository has no working tree.
    #[error("{} is a bare repository: there are no files to work on; clone it and work there", .0.display())]
    Bare(PathBuf),
    /// The repository names its objects by SHA-256, which the git library here does not read.
    #[error(
        "{} is in a repository with SHA-256 object names, which cannot be read here yet: prompts are files without a history",
        .0.display()
    )]
    OtherFormat(PathBuf),
    /// Another git holds the index.
    #[error(
        "{} is held by another git; try again when it is done, or remove that file where no git is running",
        .0.display()
    )]
    Locked(PathBuf),
    /// The repository cannot be written.
    #[error("the repository cannot be written ({0}); see its permissions, or work in a clone of your own")]
    ReadOnly(String),
    /// Git allows no tag or branch of that name.
    #[error("git allows no tag or branch `{0}`")]
    NoName(String),
    /// Nobody waits for the answer any more.
    #[error("stopped")]
    Cancelled,
    /// No commit, tag or branch of that name.
    #[error("git knows no commit, tag or branch `{0}`")]
    NoRevision(String),
    /// The file did not exist in that commit.
    #[error("{} does not exist in {revision}", path.display())]
    NotThere {
        /// The file, from the top of the working tree.
        path: PathBuf,
        /// The revision as asked for.
        revision: String,
    },
    /// A merge, rebase or the like is under way.
    #[error("a {0} is in progress; finish or abort it with git, then commit again")]
    Busy(&'static str),
    /// The file has conflict marks.
    #[error("{} has a merge conflict; resolve it with git, then commit again", .0.display())]
    Conflict(PathBuf),
    /// The file is as committed.
    #[error("{} is as committed: there is nothing to commit", .0.display())]
    NothingToCommit(PathBuf),
    /// The message is empty.
    #[error("a commit needs a message that says why")]
    NoMessage,
    /// Git does not know who the user is.
    #[error("git does not know who you are; set user.name and user.email with `git config --global`")]
    NoIdentity,
    /// The `git` program failed: a hook refused, signing failed, or the like.
    #[error("git {action} failed: {message}")]
    Git {
        /// What git was asked to do.
        action: &'static str,
        /// What it said. It came from outside.
        message: String,
    },
    /// The `git` program did not end in time.
    #[error("git {0} did not end within two minutes and was stopped; does a hook or a signing key wait for input?")]
    TimedOut(&'static str),
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The git library refused.
    #[error("git: {0}")]
    Library(#[from] git2::Error),
}

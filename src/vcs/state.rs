//! How the repository and its files stand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use git2::{RepositoryState, Status, StatusOptions};

use super::error::VcsError;
use super::repository::{CommitId, Repository};

/// How a file stands against the last commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileState {
    /// As committed.
    Clean,
    /// Changed since the commit, not staged.
    Modified,
    /// Changed, and (partly) staged.
    Staged,
    /// Unknown to git.
    Untracked,
    /// Ignored by git.
    Ignored,
    /// Committed, and not there any more.
    Deleted,
    /// In conflict after a merge.
    Conflict,
}

impl FileState {
    /// The state as a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Modified => "modified",
            Self::Staged => "staged",
            Self::Untracked => "untracked",
            Self::Ignored => "ignored",
            Self::Deleted => "deleted",
            Self::Conflict => "conflict",
        }
    }

    fn of(status: Status) -> Self {
        let staged = Status::INDEX_NEW
            | Status::INDEX_MODIFIED
            | Status::INDEX_DELETED
            | Status::INDEX_RENAMED
            | Status::INDEX_TYPECHANGE;
        if status.contains(Status::CONFLICTED) {
            Self::Conflict
        } else if status.contains(Status::WT_DELETED) {
            Self::Deleted
        } else if status.intersects(staged) {
            Self::Staged
        } else if status.contains(Status::WT_NEW) {
            Self::Untracked
        } else if status.contains(Status::IGNORED) {
            Self::Ignored
        } else if status.is_empty() {
            Self::Clean
        } else {
            Self::Modified
        }
    }
}

/// What is checked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// A branch.
    Branch(String),
    /// A branch without a commit yet.
    Unborn(String),
    /// A commit that no branch follows: a new commit would be easy to lose.
    Detached(CommitId),
}

/// What git is in the middle of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// A merge.
    Merge,
    /// A revert.
    Revert,
    /// A cherry-pick.
    CherryPick,
    /// A bisection.
    Bisect,
    /// A rebase.
    Rebase,
    /// Patches from mails.
    ApplyMailbox,
}

impl Operation {
    /// The operation's name in git.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Revert => "revert",
            Self::CherryPick => "cherry-pick",
            Self::Bisect => "bisect",
            Self::Rebase => "rebase",
            Self::ApplyMailbox => "am",
        }
    }
}

impl Repository {
    /// What is checked out.
    pub fn head(&self) -> Result<Head, VcsError> {
        let repository = self.open()?;
        if repository.head_detached()? {
            let commit = repository.head()?.peel_to_commit()?;
            return Ok(Head::Detached(CommitId::of(commit.id())));
        }
        let head = repository.find_reference("HEAD")?;
        let target = String::from_utf8_lossy(head.symbolic_target_bytes().unwrap_or_default()).into_owned();
        let branch = target.strip_prefix("refs/heads/").unwrap_or(&target).to_owned();
        match repository.head() {
            Ok(_) => Ok(Head::Branch(branch)),
            Err(error) if error.code() == git2::ErrorCode::UnbornBranch => Ok(Head::Unborn(branch)),
            Err(error) => Err(error.into()),
        }
    }

    /// What git is in the middle of, if anything.
    pub fn operation(&self) -> Result<Option<Operation>, VcsError> {
        Ok(match self.open()?.state() {
            RepositoryState::Clean => None,
            RepositoryState::Merge => Some(Operation::Merge),
            RepositoryState::Revert | RepositoryState::RevertSequence => Some(Operation::Revert),
            RepositoryState::CherryPick | RepositoryState::CherryPickSequence => Some(Operation::CherryPick),
            RepositoryState::Bisect => Some(Operation::Bisect),
            RepositoryState::Rebase | RepositoryState::RebaseInteractive | RepositoryState::RebaseMerge => {
                Some(Operation::Rebase)
            }
            RepositoryState::ApplyMailbox | RepositoryState::ApplyMailboxOrRebase => Some(Operation::ApplyMailbox),
        })
    }

    /// How one file stands; one that neither git nor the disk knows is untracked.
    pub fn state(&self, path: &Path) -> Result<FileState, VcsError> {
        let relative = self.relative(path)?;
        let states = self.states_of(&relative, Unmodified::Include)?;
        Ok(states.get(&relative).copied().unwrap_or(FileState::Untracked))
    }

    /// The files below a directory that are not as committed, by path from the top of the working tree.
    pub fn changes(&self, below: &Path) -> Result<BTreeMap<PathBuf, FileState>, VcsError> {
        let relative = self.relative(below)?;
        self.states_of(&relative, Unmodified::LeaveOut)
    }

    fn states_of(&self, relative: &Path, unmodified: Unmodified) -> Result<BTreeMap<PathBuf, FileState>, VcsError> {
        let repository = self.open()?;
        let mut options = StatusOptions::new();
        // The index is only read: another git may be writing it, and the checkout may be read-only.
        options
            .include_untracked(true)
            .recurse_untracked_dirs(true)
            .include_ignored(unmodified == Unmodified::Include)
            .recurse_ignored_dirs(true)
            .include_unmodified(unmodified == Unmodified::Include)
            .exclude_submodules(true)
            .disable_pathspec_match(true)
            .update_index(false);
        if !relative.as_os_str().is_empty() {
            options.pathspec(relative);
        }
        let statuses = repository.statuses(Some(&mut options))?;
        let states = statuses.iter().map(|entry| (path_of(entry.path_bytes()), FileState::of(entry.status())));
        Ok(states.collect())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unmodified {
    Include,
    LeaveOut,
}

/// A path as git stores it: bytes with slashes.
pub(super) fn path_of(bytes: &[u8]) -> PathBuf {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
    }
    #[cfg(not(unix))]
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

//! Commits exactly the files named; whatever else is staged stays staged.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use git2::build::TreeUpdateBuilder;

use super::command;
use super::error::VcsError;
use super::repository::{CommitId, Repository};
use super::state::{FileState, Head, Operation};

/// A commit that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// Its id.
    pub commit: CommitId,
    /// The branch it is on; `None` where the head is detached: it is easy to lose then.
    pub branch: Option<String>,
    /// What hooks said on the way. It came from outside.
    pub said: String,
}

/// A file to be committed.
struct Part {
    path: PathBuf,
    state: FileState,
}

impl Part {
    /// Git commits what it knows; this one is announced to it first.
    const fn is_new(&self) -> bool {
        matches!(self.state, FileState::Untracked | FileState::Ignored)
    }
}

impl Repository {
    /// Commits one file with the user's identity, and with hooks and signing where git is installed.
    pub fn commit_file(&self, path: &Path, message: &str) -> Result<Committed, VcsError> {
        self.commit_files(&[path], message)
    }

    /// Commits several files at once: both names of a renamed one. One that is not there any more is committed as
    /// removed.
    pub fn commit_files(&self, paths: &[&Path], message: &str) -> Result<Committed, VcsError> {
        if message.trim().is_empty() {
            return Err(VcsError::NoMessage);
        }
        self.can_commit()?;
        let mut parts = Vec::new();
        for path in paths {
            let path = self.relative(path)?;
            match self.state(&path)? {
                FileState::Clean => {}
                FileState::Conflict => return Err(VcsError::Conflict(path)),
                state => parts.push(Part { path, state }),
            }
        }
        if parts.is_empty() {
            let path = paths.first().map(|path| self.relative(path)).transpose()?;
            return Err(VcsError::NothingToCommit(path.unwrap_or_default()));
        }
        let said = match self.git_program() {
            Some(program) => self.commit_by_program(program, &parts, message)?,
            None => self.commit_by_library(&parts, message).map_err(unwritable)?,
        };
        let branch = match self.head()? {
            Head::Branch(name) | Head::Unborn(name) => Some(name),
            Head::Detached(_) => None,
        };
        Ok(Committed { commit: self.resolve("HEAD")?, branch, said })
    }

    /// Whether a commit can be made now: no merge or the like is under way, and no other git is at it for long.
    pub fn can_commit(&self) -> Result<(), VcsError> {
        match self.operation()? {
            Some(operation) if operation != Operation::Bisect => Err(VcsError::Busy(operation.as_str())),
            _ => self.wait_for_index(),
        }
    }

    fn commit_by_program(&self, program: &Path, parts: &[Part], message: &str) -> Result<String, VcsError> {
        let new: Vec<&Path> = parts.iter().filter(|part| part.is_new()).map(|part| part.path.as_path()).collect();
        // `commit --only` knows tracked files only; this tells git of the file without staging its content.
        if !new.is_empty() {
            let mut add = command::git(self, program);
            add.args(["add", "--intent-to-add", "--force", "--"]).args(new.iter().map(|path| literal(path)));
            command::checked(command::run(add, "add", "")?, "add")?;
        }
        let mut commit = command::git(self, program);
        commit.args(["-c", "core.fsync=committed,reference", "-c", "core.fsyncObjectFiles=true"]);
        commit.args(["commit", "--only", "--quiet", "--cleanup=whitespace", "--file=-", "--"]);
        commit.args(parts.iter().map(|part| literal(&part.path)));
        let outcome = command::run(commit, "commit", message).and_then(|output| {
            let said = by_hooks(&output.stderr);
            command::checked(output, "commit").map(|_| said)
        });
        if outcome.is_err() && !new.is_empty() {
            self.forget(&new)?;
        }
        outcome
    }

    /// Takes files out of the index that were only announced to it.
    fn forget(&self, paths: &[&Path]) -> Result<(), VcsError> {
        let repository = self.open()?;
        let mut index = repository.index()?;
        for path in paths {
            index.remove_path(path)?;
        }
        index.write()?;
        Ok(())
    }

    fn commit_by_library(&self, parts: &[Part], message: &str) -> Result<String, VcsError> {
        let repository = self.open()?;
        let signature = repository.signature().map_err(|_| VcsError::NoIdentity)?;
        let parent = match repository.head() {
            Ok(head) => Some(head.peel_to_commit()?),
            Err(error) if error.code() == git2::ErrorCode::UnbornBranch => None,
            Err(error) => return Err(error.into()),
        };
        let base = match &parent {
            Some(commit) => commit.tree()?,
            None => repository.find_tree(repository.treebuilder(None)?.write()?)?,
        };
        let mut update = TreeUpdateBuilder::new();
        let mut index = repository.index()?;
        for Part { path, .. } in parts {
            let full = self.root().join(path);
            if full.symlink_metadata().is_ok() {
                index.add_path(path)?;
                let entry = index.get_path(path, 0);
                let blob = entry.map_or_else(|| repository.blob_path(&full), |entry| Ok(entry.id))?;
                update.upsert(path, blob, file_mode(&full));
            } else {
                index.remove_path(path)?;
                update.remove(path);
            }
        }
        let tree = repository.find_tree(update.create_updated(&repository, &base)?)?;
        let parents: Vec<&git2::Commit<'_>> = parent.iter().collect();
        let message = git2::message_prettify(message, None)?;
        repository.commit(Some("HEAD"), &signature, &signature, &message, &tree, &parents)?;
        index.write()?;
        Ok(String::new())
    }
}

/// Says of a failure of the library that the repository cannot be written, where that is why.
fn unwritable(error: VcsError) -> VcsError {
    match error {
        VcsError::Library(error) if command::refuses_writing(error.message()) => {
            VcsError::ReadOnly(error.message().chars().take(400).collect())
        }
        other => other,
    }
}

/// What was said besides git's own word on an option that only older versions of it need.
fn by_hooks(said: &str) -> String {
    let lines: Vec<&str> = said.lines().filter(|line| !line.contains("core.fsyncObjectFiles")).collect();
    lines.join("\n")
}

/// The path as git is to take it: no pattern, whatever is in it.
fn literal(path: &Path) -> OsString {
    let mut pathspec = OsString::from(":(top,literal)");
    pathspec.push(path);
    pathspec
}

fn file_mode(path: &Path) -> git2::FileMode {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o100 != 0) {
            return git2::FileMode::BlobExecutable;
        }
    }
    let _ = path;
    git2::FileMode::Blob
}

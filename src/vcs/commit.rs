//! Commits exactly one file; whatever else is staged stays staged.

use std::ffi::OsString;
use std::path::Path;

use git2::build::TreeUpdateBuilder;

use super::command;
use super::error::VcsError;
use super::repository::{CommitId, Repository};
use super::state::FileState;

/// A commit that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// Its id.
    pub commit: CommitId,
    /// What hooks said on the way. It came from outside.
    pub said: String,
}

impl Repository {
    /// Commits one file with the user's identity, and with hooks and signing where git is installed.
    pub fn commit_file(&self, path: &Path, message: &str) -> Result<Committed, VcsError> {
        let relative = self.relative(path)?;
        if message.trim().is_empty() {
            return Err(VcsError::NoMessage);
        }
        if let Some(operation) = self.operation()?
            && operation != super::state::Operation::Bisect
        {
            return Err(VcsError::Busy(operation.as_str()));
        }
        match self.state(&relative)? {
            FileState::Clean => Err(VcsError::NothingToCommit(relative)),
            FileState::Conflict => Err(VcsError::Conflict(relative)),
            state => match self.git_program() {
                Some(program) => self.commit_by_program(program, &relative, message, state),
                None => self.commit_by_library(&relative, message),
            },
        }
    }

    fn commit_by_program(
        &self,
        program: &Path,
        path: &Path,
        message: &str,
        state: FileState,
    ) -> Result<Committed, VcsError> {
        // `commit --only` knows tracked files only; this tells git of the file without staging its content.
        let new = matches!(state, FileState::Untracked | FileState::Ignored);
        if new {
            let mut add = command::git(self, program);
            add.args(["add", "--intent-to-add", "--force", "--"]).arg(literal(path));
            command::checked(command::run(add, "add", "")?, "add")?;
        }
        let mut commit = command::git(self, program);
        commit.args(["-c", "core.fsync=committed,reference", "-c", "core.fsyncObjectFiles=true"]);
        commit.args(["commit", "--only", "--quiet", "--cleanup=whitespace", "--file=-", "--"]).arg(literal(path));
        let outcome = command::run(commit, "commit", message).and_then(|output| {
            let said = output.stderr.clone();
            command::checked(output, "commit").map(|_| said)
        });
        match outcome {
            Ok(said) => Ok(Committed { commit: self.resolve("HEAD")?, said }),
            Err(error) => {
                if new {
                    self.forget(path)?;
                }
                Err(error)
            }
        }
    }

    /// Takes a file out of the index that was only announced to it.
    fn forget(&self, path: &Path) -> Result<(), VcsError> {
        let repository = self.open()?;
        let mut index = repository.index()?;
        index.remove_path(path)?;
        index.write()?;
        Ok(())
    }

    fn commit_by_library(&self, path: &Path, message: &str) -> Result<Committed, VcsError> {
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
        let full = self.root().join(path);
        let exists = full.symlink_metadata().is_ok();
        if exists {
            let blob = repository.blob_path(&full)?;
            update.upsert(path, blob, file_mode(&full));
        } else {
            update.remove(path);
        }
        let tree = repository.find_tree(update.create_updated(&repository, &base)?)?;
        let parents: Vec<&git2::Commit<'_>> = parent.iter().collect();
        let message = git2::message_prettify(message, None)?;
        let id = repository.commit(Some("HEAD"), &signature, &signature, &message, &tree, &parents)?;
        let mut index = repository.index()?;
        if exists {
            index.add_path(path)?;
        } else {
            index.remove_path(path)?;
        }
        index.write()?;
        Ok(Committed { commit: CommitId::of(id), said: String::new() })
    }
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

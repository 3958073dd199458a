//! Files as they were at a commit, and putting one back.

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::command;
use super::error::VcsError;
use super::repository::{BlobId, CommitId, Repository};
use super::trees::{Tops, Trees};
use crate::domain::cancel::Cancel;

/// Largest file that is read out of the history, in bytes.
const MOST_BYTES: usize = 16 << 20;

/// A file as it was at a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileAt {
    /// The commit.
    pub commit: CommitId,
    /// The file's path at that commit, from the top of the working tree: it may have had another name.
    pub path: PathBuf,
    /// Its content's id.
    pub blob: BlobId,
    /// Its bytes, as git keeps them.
    pub bytes: Vec<u8>,
}

impl Repository {
    /// The commit that a commit id (or its unique beginning), tag or branch names.
    pub fn resolve(&self, revision: &str) -> Result<CommitId, VcsError> {
        let repository = self.open()?;
        let unknown = || VcsError::NoRevision(revision.chars().take(120).collect());
        // Only names: `HEAD~2^{/text}` and the like would search the whole history.
        if revision.is_empty()
            || revision.contains([':', '@', '{', '*', '?', '[', '\\', ' '])
            || revision.contains("..")
        {
            return Err(unknown());
        }
        let object = repository.revparse_single(revision).map_err(|_| unknown())?;
        let commit = object.peel_to_commit().map_err(|_| unknown())?;
        Ok(CommitId::of(commit.id()))
    }

    /// A file as it was at a revision, under the first of the names it has or had that is there.
    pub fn read_at(&self, names: &[&Path], revision: &str) -> Result<FileAt, VcsError> {
        let commit = self.resolve(revision)?;
        let repository = self.open()?;
        let tree = repository.find_commit(commit.oid()?)?.tree_id();
        let mut trees = Trees::new(&repository, Tops::Pass)?;
        for name in names {
            let path = self.relative(name)?;
            if let Some(id) = trees.file(tree, &path)? {
                let bytes = repository.find_blob(id)?.content().to_vec();
                return Ok(FileAt { commit, path, blob: BlobId::of(id), bytes });
            }
        }
        let path = names.first().map(|name| self.relative(name)).transpose()?.unwrap_or_default();
        Err(VcsError::NotThere { path, revision: revision.to_owned() })
    }

    /// The content that a file has in each commit, by one of its names; `None` where it is not there.
    pub fn blobs_at(&self, names: &[&Path], commits: &[&CommitId]) -> Result<Vec<Option<BlobId>>, VcsError> {
        let repository = self.open()?;
        let mut trees = Trees::new(&repository, Tops::Pass)?;
        let names = names.iter().map(|name| self.relative(name)).collect::<Result<Vec<_>, _>>()?;
        let mut blobs = Vec::with_capacity(commits.len());
        for commit in commits {
            let tree = repository.find_commit(commit.oid()?)?.tree_id();
            let mut found = None;
            for name in &names {
                found = trees.file(tree, name)?;
                if found.is_some() {
                    break;
                }
            }
            blobs.push(found.map(BlobId::of));
        }
        Ok(blobs)
    }

    /// Contents by id, each read once; what is missing in a partial clone, or is larger than 16 MiB, is left out.
    pub fn contents(
        &self,
        blobs: impl IntoIterator<Item = BlobId>,
        cancel: &Cancel,
    ) -> Result<HashMap<BlobId, Vec<u8>>, VcsError> {
        let repository = self.open()?;
        let mut contents = HashMap::new();
        for id in blobs {
            if cancel.is_cancelled() {
                return Err(VcsError::Cancelled);
            }
            if contents.contains_key(&id) {
                continue;
            }
            if let Ok(blob) = repository.find_blob(id.oid())
                && blob.size() <= MOST_BYTES
            {
                contents.insert(id, blob.content().to_vec());
            }
        }
        Ok(contents)
    }

    /// Makes the working file hold a content, as a checkout would write it; git itself is not told.
    ///
    /// Returns what the file held before, if it existed: keep it where it was not committed.
    pub fn write_content(&self, path: &Path, blob: BlobId) -> Result<Option<Vec<u8>>, VcsError> {
        let bytes = self.checked_out(path, blob)?;
        self.write_file(path, &bytes)
    }

    /// A content as a checkout writes it under a name: with its line endings and filters.
    fn checked_out(&self, path: &Path, blob: BlobId) -> Result<Vec<u8>, VcsError> {
        if let Some(program) = self.git_program() {
            let mut git = command::git(self, program);
            let mut argument = std::ffi::OsString::from("--path=");
            argument.push(self.relative(path)?);
            git.args(["cat-file", "--filters"]).arg(argument).arg(blob.to_string());
            return command::checked(command::run(git, "cat-file", "")?, "cat-file");
        }
        let bytes = self.open()?.find_blob(blob.oid())?.content().to_vec();
        let endings = self.line_endings(path)?;
        Ok(match String::from_utf8(bytes) {
            Ok(text) => endings.written(text).into_bytes(),
            Err(error) => error.into_bytes(),
        })
    }

    /// Writes a working file whole or not at all; returns what it held before.
    pub fn write_file(&self, path: &Path, bytes: &[u8]) -> Result<Option<Vec<u8>>, VcsError> {
        let target = self.root().join(self.relative(path)?);
        let io = |source| VcsError::Io { path: target.clone(), source };
        let before = match std::fs::read(&target) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(io(error)),
        };
        let directory = target.parent().unwrap_or(self.root());
        std::fs::create_dir_all(directory).map_err(io)?;
        let mut file = new_file(directory).map_err(io)?;
        file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(io)?;
        if let Ok(meta) = std::fs::metadata(&target) {
            std::fs::set_permissions(file.path(), meta.permissions()).map_err(io)?;
        }
        file.persist(&target).map_err(|error| io(error.error))?;
        Ok(before)
    }
}

/// A file to be renamed into its place, with the permissions that a new file of the working tree gets.
fn new_file(directory: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".hindcast-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(directory)
}

//! A file as it was at a commit, tag or branch, and the tags of a prompt.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::error::VcsError;
use super::repository::{CommitId, Repository};

/// A file as it was at a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileAt {
    /// The commit.
    pub commit: CommitId,
    /// The file's path at that commit, from the top of the working tree: it may have had another name.
    pub path: PathBuf,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its name.
    pub name: String,
    /// The commit it points to.
    pub commit: CommitId,
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

    /// A file as it was at a revision; where it had another name then, its history is followed.
    pub fn read_at(&self, path: &Path, revision: &str) -> Result<FileAt, VcsError> {
        let relative = self.relative(path)?;
        let commit = self.resolve(revision)?;
        if let Some(bytes) = self.blob(&commit, &relative)? {
            return Ok(FileAt { commit, path: relative, bytes });
        }
        let former = self.history(path, usize::MAX)?;
        let mut names: Vec<&PathBuf> = former.iter().map(|revision| &revision.path).collect();
        names.dedup();
        for name in names {
            if let Some(bytes) = self.blob(&commit, name)? {
                return Ok(FileAt { commit, path: name.clone(), bytes });
            }
        }
        Err(VcsError::NotThere { path: relative, revision: revision.to_owned() })
    }

    pub(super) fn blob(&self, commit: &CommitId, path: &Path) -> Result<Option<Vec<u8>>, VcsError> {
        let repository = self.open()?;
        let tree = repository.find_commit(git2::Oid::from_str(commit.as_str())?)?.tree()?;
        match tree.get_path(path) {
            Ok(entry) => {
                let object = entry.to_object(&repository)?;
                Ok(object.as_blob().map(|blob| blob.content().to_vec()))
            }
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The tags whose name begins with a text, sorted by name.
    pub fn tags(&self, beginning: &str) -> Result<Vec<Tag>, VcsError> {
        let repository = self.open()?;
        let mut tags = Vec::new();
        for name in repository.tag_names(None)?.iter().filter_map(|name| name.ok().flatten()) {
            if !name.starts_with(beginning) {
                continue;
            }
            let reference = repository.find_reference(&format!("refs/tags/{name}"))?;
            // A tag may point to a tree or a file; such a one is no version.
            if let Ok(commit) = reference.peel_to_commit() {
                tags.push(Tag { name: name.to_owned(), commit: CommitId::of(commit.id()) });
            }
        }
        tags.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(tags)
    }

    /// Makes the working file what it was at a revision; git itself is not told, so it can be undone.
    ///
    /// Returns what the file held before, if it existed: keep it where it was not committed.
    pub fn restore(&self, path: &Path, revision: &str) -> Result<Option<Vec<u8>>, VcsError> {
        let old = self.read_at(path, revision)?;
        let target = self.root().join(self.relative(path)?);
        let io = |source| VcsError::Io { path: target.clone(), source };
        let before = match std::fs::read(&target) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(io(error)),
        };
        let directory = target.parent().unwrap_or(self.root());
        std::fs::create_dir_all(directory).map_err(io)?;
        let mut file = tempfile::NamedTempFile::new_in(directory).map_err(io)?;
        file.write_all(&old.bytes).and_then(|()| file.as_file().sync_all()).map_err(io)?;
        let mode = std::fs::metadata(&target).map(|meta| meta.permissions());
        if let Ok(permissions) = mode.or_else(|_| default_permissions(file.path())) {
            std::fs::set_permissions(file.path(), permissions).map_err(io)?;
        }
        file.persist(&target).map_err(|error| io(error.error))?;
        Ok(before)
    }
}

/// Temporary files are this user's alone; a file of the working tree is not.
fn default_permissions(path: &Path) -> std::io::Result<std::fs::Permissions> {
    let permissions = std::fs::metadata(path)?.permissions();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let _ = permissions;
        Ok(std::fs::Permissions::from_mode(0o644))
    }
    #[cfg(not(unix))]
    Ok(permissions)
}

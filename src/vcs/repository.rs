//! One repository, opened for each question: opening takes less than a millisecond and a handle is not shared.

use std::fmt;
use std::path::{Path, PathBuf};

use super::error::VcsError;

/// A commit's id: 40 or 64 lower-case hex digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitId(Box<str>);

impl CommitId {
    pub(super) fn of(oid: git2::Oid) -> Self {
        Self(oid.to_string().into())
    }

    /// The whole id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn oid(&self) -> Result<git2::Oid, VcsError> {
        Ok(git2::Oid::from_str(&self.0)?)
    }

    /// The first seven digits, as git shows them.
    pub fn short(&self) -> &str {
        self.0.get(..7).unwrap_or(&self.0)
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id of a file's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobId(git2::Oid);

impl BlobId {
    pub(super) const fn of(oid: git2::Oid) -> Self {
        Self(oid)
    }

    pub(super) const fn oid(self) -> git2::Oid {
        self.0
    }
}

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A repository with a working tree; a clone is the same repository.
#[derive(Clone, Debug)]
pub struct Repository {
    root: PathBuf,
    git: Option<PathBuf>,
    hidden: Vec<String>,
}

impl Repository {
    /// The repository that a directory belongs to, if any; a bare one has no working tree and is an error.
    pub fn discover(from: &Path) -> Result<Option<Self>, VcsError> {
        match git2::Repository::discover(from) {
            Ok(repository) => {
                let root = repository.workdir().ok_or_else(|| VcsError::Bare(repository.path().to_owned()))?;
                let root = canonical(root)?;
                Ok(Some(Self { root, git: super::command::find_git(), hidden: Vec::new() }))
            }
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) if is_other_format(&error) => Err(VcsError::OtherFormat(from.to_owned())),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes a new repository in a directory, with the user's own branch name and templates.
    pub fn init(directory: &Path) -> Result<Self, VcsError> {
        let mut options = git2::RepositoryInitOptions::new();
        options.no_reinit(true).external_template(true);
        let branch = git2::Config::open_default()
            .and_then(|config| config.get_string("init.defaultBranch"))
            .unwrap_or_else(|_| "main".to_owned());
        options.initial_head(&branch);
        git2::Repository::init_opts(directory, &options)?;
        Ok(Self { root: canonical(directory)?, git: super::command::find_git(), hidden: Vec::new() })
    }

    /// The same repository, with environment variables that child processes do not get: keys of ours.
    #[must_use]
    pub fn hiding(mut self, variables: impl IntoIterator<Item = String>) -> Self {
        self.hidden.extend(variables);
        self
    }

    /// The same repository without the `git` program, as on a machine that has none.
    #[must_use]
    pub fn without_git_program(mut self) -> Self {
        self.git = None;
        self
    }

    /// The top of the working tree.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The `git` program, where one is installed.
    pub fn git_program(&self) -> Option<&Path> {
        self.git.as_deref()
    }

    /// Whether it is a shallow clone: older commits are not in it.
    pub fn is_shallow(&self) -> bool {
        self.open().is_ok_and(|repository| repository.is_shallow())
    }

    pub(super) fn hidden(&self) -> &[String] {
        &self.hidden
    }

    pub(super) fn open(&self) -> Result<git2::Repository, VcsError> {
        Ok(git2::Repository::open(&self.root)?)
    }

    /// A path from the top of the working tree; the file itself may not exist, and is not followed if it is a link.
    pub(super) fn relative(&self, path: &Path) -> Result<PathBuf, VcsError> {
        let outside = || VcsError::Outside { path: path.to_owned(), root: self.root.clone() };
        let absolute = if path.is_absolute() { path.to_owned() } else { self.root.join(path) };
        let (Some(parent), Some(name)) = (absolute.parent(), absolute.file_name()) else { return Err(outside()) };
        // The nearest directory that exists is made canonical, so that a link to the workspace does no harm.
        let mut missing = vec![name.to_owned()];
        let mut existing = parent;
        let resolved = loop {
            if let Ok(resolved) = existing.canonicalize() {
                break resolved;
            }
            let (Some(up), Some(name)) = (existing.parent(), existing.file_name()) else { return Err(outside()) };
            missing.push(name.to_owned());
            existing = up;
        };
        let full = missing.iter().rev().fold(resolved, |path, name| path.join(name));
        full.strip_prefix(&self.root).map(Path::to_owned).map_err(|_| outside())
    }
}

/// Whether the library refused object names of another length, as in a repository made with SHA-256.
fn is_other_format(error: &git2::Error) -> bool {
    let message = error.message();
    message.contains("objectformat") || message.contains("object format")
}

fn canonical(path: &Path) -> Result<PathBuf, VcsError> {
    path.canonicalize().map_err(|source| VcsError::Io { path: path.to_owned(), source })
}

//! An open workspace and the places in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use crate::config::FILE_NAME;

/// How the workspace was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Named by `--workspace`.
    Named,
    /// Found from the current directory upwards.
    Found,
    /// None was found: the compiled-in samples, in a temporary directory that goes when the program ends.
    Samples,
}

/// An open workspace; a clone is the same workspace.
#[derive(Clone, Debug)]
pub struct Workspace {
    pub(super) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) root: PathBuf,
    pub(super) state: PathBuf,
    pub(super) origin: Origin,
    pub(super) notices: Vec<String>,
    /// Removes the samples when the last clone goes.
    pub(super) _temporary: Option<TempDir>,
}

impl Workspace {
    /// The workspace's directory.
    pub fn root(&self) -> &Path {
        &self.inner.root
    }

    /// How it was found.
    pub fn origin(&self) -> Origin {
        self.inner.origin
    }

    /// What the user should know about how it was opened, one sentence each.
    pub fn notices(&self) -> &[String] {
        &self.inner.notices
    }

    /// The name shown for it: its directory's name. It came from outside.
    pub fn name(&self) -> String {
        match self.origin() {
            Origin::Samples => "samples".to_owned(),
            Origin::Named | Origin::Found => self
                .root()
                .file_name()
                .map_or_else(|| self.root().display().to_string(), |name| name.to_string_lossy().into_owned()),
        }
    }

    /// Its configuration file; it may not exist.
    pub fn config_file(&self) -> PathBuf {
        self.root().join(FILE_NAME)
    }

    /// The prompt files; may not exist.
    pub fn prompts(&self) -> PathBuf {
        self.root().join("prompts")
    }

    /// The recorded traces; may not exist.
    pub fn traces(&self) -> PathBuf {
        self.root().join("traces")
    }

    /// The workspace's themes; may not exist.
    pub fn themes(&self) -> PathBuf {
        self.root().join("themes")
    }

    /// Saved queries; may not exist.
    pub fn queries(&self) -> PathBuf {
        self.root().join("queries")
    }

    /// The state directory: `.hindcast/` in the workspace, or a directory of the user's where that cannot be written.
    /// It exists and is this user's alone.
    pub fn state(&self) -> &Path {
        &self.inner.state
    }

    /// Imported files from elsewhere, whole and compressed.
    pub fn archive(&self) -> PathBuf {
        self.state().join("archive")
    }

    /// What the user created or paid for.
    pub fn journal(&self) -> PathBuf {
        self.state().join("journal")
    }

    /// The DuckDB index.
    pub fn index(&self) -> PathBuf {
        self.state().join("index.duckdb")
    }

    /// Prompt texts not saved yet.
    pub fn drafts(&self) -> PathBuf {
        self.state().join("drafts")
    }

    /// Log files.
    pub fn log(&self) -> PathBuf {
        self.state().join("log")
    }
}

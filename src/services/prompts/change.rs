//! Changes to prompts: drafts, saving, committing.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::error::PromptsError;
use super::library::{Prompts, read_text};
use crate::domain::prompt::{Prompt, PromptError};
use crate::vcs::{Committed, LineEndings};

impl Prompts {
    /// What is wrong with a text as this prompt's file, if anything.
    pub fn check(&self, name: &str, text: &str) -> Result<Option<PromptError>, PromptsError> {
        let file = self.named(name)?;
        Ok(Prompt::parse(name, file.format, text).err())
    }

    /// Saves a text as the prompt's file, whole or not at all, with the line endings that git writes it with.
    pub fn save(&self, name: &str, text: &str) -> Result<PathBuf, PromptsError> {
        let file = self.named(name)?;
        // A link is followed once, so that the file it leads to changes and the link stays.
        let file_path = file.path;
        let path = file_path.canonicalize().unwrap_or_else(|_| file_path.clone());
        let endings = match self.repository() {
            Some(repository) => repository.line_endings(&file_path)?,
            None => LineEndings::AsTheyAre,
        };
        write(&path, endings.written(text.to_owned()).as_bytes())?;
        self.drop_draft(name)?;
        Ok(path)
    }

    /// Keeps a text that is not saved yet.
    pub fn save_draft(&self, name: &str, text: &str) -> Result<(), PromptsError> {
        let path = self.draft_path(name);
        let directory = self.drafts();
        std::fs::create_dir_all(directory).map_err(|source| io(directory, source))?;
        write(&path, text.as_bytes())
    }

    /// The text that was not saved, where it differs from the file.
    pub fn draft(&self, name: &str) -> Result<Option<String>, PromptsError> {
        let path = self.draft_path(name);
        if !path.exists() {
            return Ok(None);
        }
        let draft = read_text(&path)?;
        let saved = self.named(name).and_then(|file| self.work_text(&file.path)).ok();
        Ok((saved.as_deref() != Some(draft.as_str())).then_some(draft))
    }

    /// Forgets the text that was not saved.
    pub fn drop_draft(&self, name: &str) -> Result<(), PromptsError> {
        let path = self.draft_path(name);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io(&path, error)),
            _ => Ok(()),
        }
    }

    /// Names from data are no file names: a hash of the name is.
    pub(super) fn draft_path(&self, name: &str) -> PathBuf {
        let hash = blake3::hash(name.as_bytes()).to_hex();
        self.drafts().join(format!("{}.txt", &hash[..16]))
    }

    /// Commits the prompt's file and nothing else; a file with a mistake is committed all the same if git wants it.
    pub fn commit(&self, name: &str, message: &str) -> Result<Committed, PromptsError> {
        let file = self.named(name)?;
        let committed = self.need_repository()?.commit_file(&file.path, message)?;
        self.forget(name);
        Ok(committed)
    }

    /// Where prompt files are.
    pub fn location(&self) -> &Path {
        self.directory()
    }
}

pub(super) fn io(path: &Path, source: std::io::Error) -> PromptsError {
    PromptsError::Io { path: path.to_owned(), source }
}

/// Writes a file beside the old one and renames it into its place.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), PromptsError> {
    let fail = |source| io(path, source);
    let directory = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(directory).map_err(fail)?;
    file.write_all(bytes).map_err(fail)?;
    if let Ok(meta) = std::fs::metadata(path) {
        file.as_file().set_permissions(meta.permissions()).map_err(fail)?;
    }
    file.as_file().sync_all().map_err(fail)?;
    file.persist(path).map_err(|error| fail(error.error))?;
    Ok(())
}

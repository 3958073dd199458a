//! A prompt at a version, as `NAME@VERSION` names it.

use std::path::Path;
use std::sync::{Arc, PoisonError};

use super::error::PromptsError;
use super::library::{Prompts, text_of};
use super::versions::{Located, Version, WORK, format_of, parse};
use crate::domain::cancel::Cancel;
use crate::domain::prompt::{Prompt, PromptFormat};
use crate::domain::run::PromptVersionRef;
use crate::vcs::{CommitId, FileAt, Repository};

/// A prompt at a version, ready to render.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The prompt and the version as resolved.
    pub reference: PromptVersionRef,
    /// The commit; `None` for `work`.
    pub commit: Option<CommitId>,
    /// The file's text, as git keeps it.
    pub text: String,
    /// The prompt.
    pub prompt: Prompt,
}

/// Divides `NAME@VERSION`; without a version it is `work`.
pub(super) fn divide(reference: &str) -> PromptVersionRef {
    let (name, version) = reference.rsplit_once('@').unwrap_or((reference, WORK));
    let version = if version.is_empty() { WORK } else { version };
    PromptVersionRef { name: name.to_owned(), version: version.to_owned() }
}

impl Prompts {
    /// Reads `NAME@VERSION` as typed.
    pub fn reference(text: &str) -> PromptVersionRef {
        divide(text.trim())
    }

    /// A prompt at a version: `work`, a tag or branch `NAME/VERSION`, a version label in the file, or any commit, tag or
    /// branch. A prompt deleted since is found at the versions it had.
    pub fn load(&self, reference: &PromptVersionRef) -> Result<Arc<Loaded>, PromptsError> {
        let PromptVersionRef { name, version } = reference;
        if version == WORK {
            return self.load_work(name).map(Arc::new);
        }
        let located = self.locate(name, &Cancel::new())?;
        let Some(commit) = self.resolve(name, version, &located)? else { return self.load_work(name).map(Arc::new) };
        let key = (name.clone(), commit.as_str().to_owned());
        if let Some(loaded) = self.loaded.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            let mut loaded = Loaded::clone(loaded);
            loaded.reference = reference.clone();
            return Ok(Arc::new(loaded));
        }
        let (text, format) = self.text_at(name, &located, &commit)?;
        let prompt = parse(reference, format, &text)?;
        let loaded = Arc::new(Loaded { reference: reference.clone(), commit: Some(commit), text, prompt });
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&loaded));
        Ok(loaded)
    }

    /// The text at a commit, under the name that the prompt had then.
    fn text_at(
        &self,
        name: &str,
        located: &Located,
        commit: &CommitId,
    ) -> Result<(String, PromptFormat), PromptsError> {
        let repository = self.need_repository()?;
        let format = |path: &Path| format_of(path).unwrap_or(located.format);
        // Where it has the same name as now, its history need not be read.
        if let Ok(at) = repository.read_at(&[&located.path], commit.as_str()) {
            let format = format(&at.path);
            return Ok((text_of(&at.path, at.bytes)?, format));
        }
        let versions = self.versions(name)?;
        if let Some(known) = versions.iter().find(|version| version.commit.as_ref() == Some(commit)) {
            return Ok((known.text.clone(), format(&known.path)));
        }
        let at = self.read_anywhere(name, &located.path, &versions, commit)?;
        let format = format(&at.path);
        Ok((text_of(&at.path, at.bytes)?, format))
    }

    /// The file at a commit under any name that the prompt has or had: on the way to what is checked out first, since
    /// reading all branches takes longer.
    pub(super) fn read_anywhere(
        &self,
        name: &str,
        path: &Path,
        versions: &[Version],
        commit: &CommitId,
    ) -> Result<FileAt, PromptsError> {
        let repository = self.need_repository()?;
        let mut paths = vec![path];
        paths.extend(versions.iter().map(|version| version.path.as_path()));
        paths.dedup();
        if let Ok(at) = repository.read_at(&paths, commit.as_str()) {
            return Ok(at);
        }
        let everywhere = self.all_versions(name, &Cancel::new())?;
        paths.extend(everywhere.iter().map(|version| version.path.as_path()));
        paths.dedup();
        Ok(repository.read_at(&paths, commit.as_str())?)
    }

    pub(super) fn load_work(&self, name: &str) -> Result<Loaded, PromptsError> {
        let file = self.named(name)?;
        let text = self.work_text(&file.path)?;
        let reference = PromptVersionRef { name: name.to_owned(), version: WORK.to_owned() };
        let prompt = parse(&reference, file.format, &text)?;
        Ok(Loaded { reference, commit: None, text, prompt })
    }

    /// The commit that a version names; `None` is the file as it is now.
    fn resolve(&self, name: &str, version: &str, located: &Located) -> Result<Option<CommitId>, PromptsError> {
        if let Some(repository) = self.repository() {
            if let Some(commit) = by_own_name(repository, name, version) {
                return Ok(Some(commit));
            }
            let versions = self.versions(name)?;
            let former = self.names(name, &versions);
            if let Some(commit) = former.iter().skip(1).find_map(|name| by_own_name(repository, name, version)) {
                return Ok(Some(commit));
            }
            if let Some(labelled) = versions.iter().find(|known| known.label.as_deref() == Some(version)) {
                return Ok(labelled.commit.clone());
            }
            if let Ok(commit) = repository.resolve(version) {
                return Ok(Some(commit));
            }
        } else if located.file.is_some()
            && let Ok(loaded) = self.load_work(name)
            && loaded.prompt.version.as_deref() == Some(version)
        {
            return Ok(None);
        }
        Err(PromptsError::NoVersion { prompt: name.to_owned(), version: version.chars().take(120).collect() })
    }

    /// The committed version that a reference names, by the commit it leads to.
    pub(super) fn committed(&self, reference: &PromptVersionRef) -> Result<(CommitId, Option<Version>), PromptsError> {
        if reference.version == WORK {
            return Err(PromptsError::NotAVersion);
        }
        let located = self.locate(&reference.name, &Cancel::new())?;
        self.need_repository()?;
        let commit = self.resolve(&reference.name, &reference.version, &located)?.ok_or(PromptsError::NotAVersion)?;
        let versions = self.versions(&reference.name)?;
        Ok((commit.clone(), versions.iter().find(|version| version.commit.as_ref() == Some(&commit)).cloned()))
    }
}

/// The commit of a tag, else of a branch, `NAME/VERSION`.
fn by_own_name(repository: &Repository, name: &str, version: &str) -> Option<CommitId> {
    ["refs/tags", "refs/heads"].iter().find_map(|kind| repository.resolve(&format!("{kind}/{name}/{version}")).ok())
}

//! Versions of a prompt: the commits that changed its file, tags and branches, and `work`.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use super::error::PromptsError;
use super::library::{Prompts, head_commit, read_text, text_of};
use super::tokens::count_tokens;
use crate::domain::diff::{Change, line_diff};
use crate::domain::prompt::{Prompt, PromptFormat, prompt_name};
use crate::domain::run::PromptVersionRef;
use crate::domain::time::Timestamp;
use crate::vcs::{CommitId, FileState};

/// The version that is the file as it is now.
pub const WORK: &str = "work";

/// Most versions that are read of one prompt.
const MOST_VERSIONS: usize = 1_000;

/// A version of a prompt; everything in it came from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The prompt.
    pub prompt: String,
    /// Its shortest name: a tag without the prompt's name before it, else the short commit, or `work`.
    pub version: String,
    /// The version label in the file itself.
    pub label: Option<String>,
    /// All tags of the prompt on this commit, whole.
    pub tags: Vec<String>,
    /// The commit; `None` for `work`.
    pub commit: Option<CommitId>,
    /// The file's path then, from the top of the repository.
    pub path: PathBuf,
    /// Who wrote it; `None` for `work`.
    pub author: Option<String>,
    /// When it was committed; `None` for `work`.
    pub committed_at: Option<Timestamp>,
    /// The whole commit message; `None` for `work`.
    pub message: Option<String>,
    /// The BLAKE3 hash of the file, 64 hex digits.
    pub content_hash: String,
    /// Tokens of the template.
    pub tokens: u64,
    /// Lines added since the version before.
    pub added: usize,
    /// Lines removed since the version before.
    pub removed: usize,
    /// The file's text.
    pub text: String,
}

/// A prompt at a version, ready to render.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The prompt and the version as resolved.
    pub reference: PromptVersionRef,
    /// The commit; `None` for `work`.
    pub commit: Option<CommitId>,
    /// The file's text.
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

    /// A prompt at a version: `work`, a tag `NAME/VERSION`, a version label in the file, or any commit, tag or branch.
    pub fn load(&self, reference: &PromptVersionRef) -> Result<Arc<Loaded>, PromptsError> {
        let PromptVersionRef { name, version } = reference;
        if version == WORK {
            return self.load_work(name).map(Arc::new);
        }
        let commit = self.resolve(name, version)?;
        let Some(commit) = commit else { return self.load_work(name).map(Arc::new) };
        let key = (name.clone(), commit.as_str().to_owned());
        if let Some(loaded) = self.loaded.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            let mut loaded = Loaded::clone(loaded);
            loaded.reference = reference.clone();
            return Ok(Arc::new(loaded));
        }
        let file = self.find(name)?;
        let at = self.need_repository()?.read_at(&file.path, commit.as_str())?;
        let format = prompt_name_of(&at.path).unwrap_or(file.format);
        let text = text_of(&at.path, at.bytes)?;
        let prompt = parse(reference, format, &text)?;
        let loaded = Arc::new(Loaded { reference: reference.clone(), commit: Some(commit), text, prompt });
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&loaded));
        Ok(loaded)
    }

    fn load_work(&self, name: &str) -> Result<Loaded, PromptsError> {
        let file = self.find(name)?;
        let text = read_text(&file.path)?;
        let reference = PromptVersionRef { name: name.to_owned(), version: WORK.to_owned() };
        let prompt = parse(&reference, file.format, &text)?;
        Ok(Loaded { reference, commit: None, text, prompt })
    }

    /// The commit that a version names; `None` is the file as it is now.
    fn resolve(&self, name: &str, version: &str) -> Result<Option<CommitId>, PromptsError> {
        let file = self.find(name)?;
        if let Some(repository) = self.repository() {
            if let Ok(commit) = repository.resolve(&format!("refs/tags/{name}/{version}")) {
                return Ok(Some(commit));
            }
            let versions = self.versions(name)?;
            let labelled = versions.iter().find(|known| known.label.as_deref() == Some(version));
            if let Some(labelled) = labelled {
                return Ok(labelled.commit.clone());
            }
            if let Ok(commit) = repository.resolve(version) {
                return Ok(Some(commit));
            }
        } else if let Ok(prompt) = read_text(&file.path).and_then(|text| parse(&divide(name), file.format, &text))
            && prompt.version.as_deref() == Some(version)
        {
            return Ok(None);
        }
        Err(PromptsError::NoVersion { prompt: name.to_owned(), version: version.chars().take(120).collect() })
    }

    /// All versions of a prompt, newest first; `work` is the first where the file is not as committed.
    pub fn log(&self, name: &str) -> Result<Vec<Version>, PromptsError> {
        let file = self.find(name)?;
        let committed = self.versions(name)?;
        let mut versions = Vec::with_capacity(committed.len() + 1);
        if file.state != Some(FileState::Clean) {
            let text = read_text(&file.path)?;
            let relative = self
                .repository()
                .and_then(|repository| file.path.strip_prefix(repository.root()).ok())
                .unwrap_or(&file.path)
                .to_owned();
            let mut work = version(name, file.format, relative, text);
            WORK.clone_into(&mut work.version);
            compare(&mut work, committed.first());
            versions.push(work);
        }
        versions.extend(committed.iter().cloned());
        Ok(versions)
    }

    /// The committed versions, newest first; kept until another commit is checked out.
    pub(super) fn versions(&self, name: &str) -> Result<Arc<Vec<Version>>, PromptsError> {
        let Some(repository) = self.repository() else { return Ok(Arc::default()) };
        let head = head_commit(repository)?;
        let known = self.versions.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        if let Some((at, versions)) = known
            && at == head
        {
            return Ok(versions);
        }
        let file = self.find(name)?;
        let tags = repository.tags(&format!("{name}/"))?;
        let mut versions: Vec<Version> = Vec::new();
        for revision in repository.history(&file.path, MOST_VERSIONS)? {
            // A commit that removed the file made no version of it.
            let Ok(at) = repository.read_at(&repository.root().join(&revision.path), revision.commit.as_str()) else {
                continue;
            };
            let format = prompt_name_of(&revision.path).unwrap_or(file.format);
            let Ok(text) = String::from_utf8(at.bytes) else { continue };
            let mut version = version(name, format, revision.path, text);
            version.tags =
                tags.iter().filter(|tag| tag.commit == revision.commit).map(|tag| tag.name.clone()).collect();
            let tag = version.tags.last().and_then(|tag| tag.strip_prefix(name)?.strip_prefix('/'));
            tag.unwrap_or_else(|| revision.commit.short()).clone_into(&mut version.version);
            version.commit = Some(revision.commit);
            version.author = Some(revision.author);
            version.committed_at = Some(revision.committed_at);
            version.message = Some(revision.message);
            versions.push(version);
        }
        for index in 0..versions.len() {
            let (newer, older) = versions.split_at_mut(index + 1);
            if let Some(version) = newer.last_mut() {
                compare(version, older.first());
            }
        }
        let versions = Arc::new(versions);
        self.versions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name.to_owned(), (head, Arc::clone(&versions)));
        Ok(versions)
    }
}

fn prompt_name_of(path: &std::path::Path) -> Option<PromptFormat> {
    let file = PathBuf::from(path.file_name()?);
    prompt_name(&file).map(|(_, format)| format)
}

fn parse(reference: &PromptVersionRef, format: PromptFormat, text: &str) -> Result<Prompt, PromptsError> {
    Prompt::parse(&reference.name, format, text)
        .map_err(|source| PromptsError::Prompt { prompt: reference.to_string(), source })
}

fn version(name: &str, format: PromptFormat, path: PathBuf, text: String) -> Version {
    let prompt = Prompt::parse(name, format, &text).ok();
    let template = prompt.as_ref().map_or(text.as_str(), |prompt| prompt.template.as_str());
    Version {
        prompt: name.to_owned(),
        version: String::new(),
        label: prompt.as_ref().and_then(|prompt| prompt.version.clone()),
        tags: Vec::new(),
        commit: None,
        path,
        author: None,
        committed_at: None,
        message: None,
        content_hash: blake3::hash(text.as_bytes()).to_hex().to_string(),
        tokens: count_tokens(template),
        added: 0,
        removed: 0,
        text,
    }
}

/// Counts the lines that a version changed.
fn compare(version: &mut Version, before: Option<&Version>) {
    let before = before.map_or("", |before| before.text.as_str());
    for piece in line_diff(before, &version.text) {
        let lines = piece.text.lines().count();
        match piece.change {
            Change::Added => version.added += lines,
            Change::Removed => version.removed += lines,
            Change::Equal => {}
        }
    }
}

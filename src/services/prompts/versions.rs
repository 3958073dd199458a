//! Versions of a prompt: the commits that changed its file, and `work`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::PromptsError;
use super::histories::Place;
use super::library::{MOST_BYTES, PromptFile, Prompts, Standing};
use super::tokens::count_tokens;
use crate::domain::cancel::Cancel;
use crate::domain::diff::{Change, line_diff};
use crate::domain::evidence::Evidence;
use crate::domain::prompt::{Prompt, PromptFormat, prompt_name};
use crate::domain::run::PromptVersionRef;
use crate::domain::time::Timestamp;
use crate::vcs::{BlobId, CommitId, FileState, ReferenceKind, Repository, Revision};

/// The version that is the file as it is now.
pub const WORK: &str = "work";

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
    /// The branches of this clone on which it is the version of the prompt, as far as the history of what is checked
    /// out tells.
    pub branches: Vec<String>,
    /// The labels that stand on it: names of tags and branches without the prompt's name.
    pub labels: Vec<String>,
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
    /// Tokens more than the version before it has, or fewer; of the first one, all.
    pub tokens_change: i64,
    /// Lines added since the version before.
    pub added: usize,
    /// Lines removed since the version before.
    pub removed: usize,
    /// The file's text, as git keeps it.
    pub text: String,
    /// The committed versions it was made from, by their place among them.
    pub(super) before: Vec<usize>,
    /// The content's id; `None` for `work`.
    pub(super) blob: Option<BlobId>,
}

impl Version {
    /// What its commit says was measured of it, in one line; not checked against the journal.
    pub fn measured(&self) -> Option<String> {
        measured(self.message.as_deref()?)
    }

    /// The commit message's first line; `None` for `work`.
    pub fn summary(&self) -> Option<&str> {
        self.message.as_deref().and_then(|message| message.lines().next())
    }
}

/// A prompt's file, or where it was before it was deleted.
#[derive(Clone, Debug)]
pub(super) struct Located {
    pub(super) path: PathBuf,
    pub(super) format: PromptFormat,
    /// The file that is there; `None` for a deleted prompt.
    pub(super) file: Option<PromptFile>,
}

impl Prompts {
    /// All versions of a prompt, newest first; `work` is the first where the file is not as committed.
    pub fn log(&self, name: &str) -> Result<Vec<Version>, PromptsError> {
        self.log_until(name, &Cancel::new())
    }

    /// As [`log`](Self::log), stopping where it is cancelled.
    pub fn log_until(&self, name: &str, cancel: &Cancel) -> Result<Vec<Version>, PromptsError> {
        let located = self.locate(name, cancel)?;
        let committed = self.versions_until(name, cancel)?;
        let mut versions = Vec::with_capacity(committed.len() + 1);
        if let Some(file) = located.file
            && file.state != Some(FileState::Clean)
        {
            versions.push(self.work(&file, committed.first())?);
        }
        versions.extend(committed.iter().cloned());
        Ok(versions)
    }

    /// The file as it is now, as a version after the newest committed one.
    pub(super) fn work(&self, file: &PromptFile, newest: Option<&Version>) -> Result<Version, PromptsError> {
        let text = self.work_text(&file.path)?;
        let top = self.repository().map_or(file.path.as_path(), Repository::root);
        let relative = file.path.strip_prefix(top).unwrap_or(&file.path).to_owned();
        let facts = facts(&file.name, file.format, &text);
        let mut work = version(&file.name, relative, text, &facts);
        WORK.clone_into(&mut work.version);
        work.before.extend(newest.map(|_| 0));
        changed(&work, newest).put(&mut work);
        Ok(work)
    }

    /// The file of a prompt, or the place it had before it was deleted.
    pub(super) fn locate(&self, name: &str, cancel: &Cancel) -> Result<Located, PromptsError> {
        match self.find(name) {
            Ok(file) => Ok(Located { path: file.path.clone(), format: file.format, file: Some(file) }),
            Err(PromptsError::NoPrompt { name: unknown, near }) => {
                let everywhere = self.all_prompt_versions(cancel)?;
                let last = everywhere.iter().find(|version| version.prompt == name);
                match (last, self.repository()) {
                    (Some(last), Some(repository)) => {
                        Ok(Located { path: repository.root().join(&last.now), format: last.format, file: None })
                    }
                    _ => Err(PromptsError::NoPrompt { name: unknown, near }),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// The committed versions, newest first; kept until a branch, a tag or what is checked out moves.
    pub(super) fn versions(&self, name: &str) -> Result<Arc<Vec<Version>>, PromptsError> {
        self.versions_until(name, &Cancel::new())
    }

    /// As [`versions`](Self::versions), stopping where it is cancelled.
    pub(super) fn versions_until(&self, name: &str, cancel: &Cancel) -> Result<Arc<Vec<Version>>, PromptsError> {
        let Some(repository) = self.repository() else { return Ok(Arc::default()) };
        if let Some(versions) = self.known_versions(name, &Self::standing(repository)?) {
            return Ok(versions);
        }
        let located = self.locate(name, cancel)?;
        let place = Place { name, path: &located.path, format: located.format };
        Ok(self.versions_of(&[place], cancel)?.pop().unwrap_or_default())
    }

    /// The names a prompt has and had, its own first.
    pub(super) fn names(&self, name: &str, versions: &[Version]) -> Vec<String> {
        let mut names = vec![name.to_owned()];
        let top = self.repository().map(|repository| self.below_top(repository)).unwrap_or_default();
        for version in versions {
            let below = version.path.strip_prefix(&top).ok();
            if let Some((former, _)) = below.and_then(prompt_name)
                && !names.contains(&former)
            {
                names.push(former);
            }
        }
        names
    }

    /// Where prompts are, from the top of the repository.
    pub(super) fn below_top(&self, repository: &Repository) -> PathBuf {
        let directory = self.directory().canonicalize().unwrap_or_else(|_| self.directory().to_owned());
        directory.strip_prefix(repository.root()).map(Path::to_owned).unwrap_or_default()
    }

    /// Gives versions the tags, branches and labels that stand on them, and their shortest names.
    pub(super) fn attach_names(
        &self,
        name: &str,
        versions: &mut [Version],
        standing: &Standing,
        repository: &Repository,
    ) -> Result<(), PromptsError> {
        let names = self.names(name, versions);
        for version in versions.iter_mut() {
            let mut tags: Vec<(String, String)> = Vec::new();
            for reference in &standing.references {
                if reference.kind != ReferenceKind::Tag || Some(&reference.commit) != version.commit.as_ref() {
                    continue;
                }
                let of = |name: &String| reference.name.strip_prefix(name.as_str())?.strip_prefix('/');
                if let Some(short) = names.iter().find_map(of) {
                    tags.push((short.to_owned(), reference.name.clone()));
                }
            }
            // The label of what is deployed moves: it is no name for a version.
            let own = tags.iter().rev().find(|(short, _)| *short != self.label_scheme().deployed);
            let short = version.commit.as_ref().map(|commit| commit.short().to_owned()).unwrap_or_default();
            version.version = own.map_or(short, |(short, _)| short.clone());
            version.tags = tags.into_iter().map(|(_, whole)| whole).collect();
        }
        self.attach_labels(&names, versions, standing, repository)
    }
}

/// Reads the texts of revisions, and what they say.
pub(super) fn read(
    name: &str,
    format: PromptFormat,
    revisions: Vec<Revision>,
    repository: &Repository,
    cancel: &Cancel,
) -> Result<Vec<Version>, PromptsError> {
    let contents = repository.contents(revisions.iter().map(|revision| revision.blob), cancel)?;
    let mut known: HashMap<(BlobId, PromptFormat), Facts> = HashMap::new();
    let mut read: Vec<Option<Version>> = Vec::with_capacity(revisions.len());
    let before: Vec<Vec<usize>> = revisions.iter().map(|revision| revision.before.clone()).collect();
    for revision in revisions {
        if cancel.is_cancelled() {
            return Err(crate::vcs::VcsError::Cancelled.into());
        }
        let bytes = contents.get(&revision.blob).filter(|bytes| bytes.len() as u64 <= MOST_BYTES);
        let Some(text) = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()) else {
            read.push(None);
            continue;
        };
        let format = format_of(&revision.path).unwrap_or(format);
        let facts = known.entry((revision.blob, format)).or_insert_with(|| facts(name, format, text));
        let mut version = version(name, revision.path, text.to_owned(), facts);
        version.blob = Some(revision.blob);
        version.commit = Some(revision.commit);
        version.author = Some(revision.author);
        version.committed_at = Some(revision.committed_at);
        version.message = Some(revision.message);
        read.push(Some(version));
    }
    Ok(line_up(read, &before))
}

/// Leaves out what could not be read; what was made from it counts as made from what it was made from.
fn line_up(read: Vec<Option<Version>>, before: &[Vec<usize>]) -> Vec<Version> {
    let mut place = 0;
    let mut places: Vec<Vec<usize>> = read
        .iter()
        .map(|version| {
            let own = version.iter().map(|_| place).collect();
            place += usize::from(version.is_some());
            own
        })
        .collect();
    for index in (0..read.len()).rev() {
        if read[index].is_none() {
            places[index] = before[index].iter().flat_map(|&older| places[older].clone()).collect();
        }
    }
    let mut versions = Vec::with_capacity(place);
    for (index, version) in read.into_iter().enumerate() {
        if let Some(mut version) = version {
            version.before = before[index].iter().flat_map(|&older| places[older].iter().copied()).collect();
            versions.push(version);
        }
    }
    let changes: Vec<Changed> = versions
        .iter()
        .map(|version| changed(version, version.before.first().and_then(|&before| versions.get(before))))
        .collect();
    for (version, changed) in versions.iter_mut().zip(changes) {
        changed.put(version);
    }
    versions
}

pub(super) fn format_of(path: &Path) -> Option<PromptFormat> {
    let file = PathBuf::from(path.file_name()?);
    prompt_name(&file).map(|(_, format)| format)
}

pub(super) fn parse(reference: &PromptVersionRef, format: PromptFormat, text: &str) -> Result<Prompt, PromptsError> {
    Prompt::parse(&reference.name, format, text)
        .map_err(|source| PromptsError::Prompt { prompt: reference.to_string(), source })
}

/// What a text says, found once for each text.
struct Facts {
    label: Option<String>,
    content_hash: String,
    tokens: u64,
}

fn facts(name: &str, format: PromptFormat, text: &str) -> Facts {
    let prompt = Prompt::parse(name, format, text).ok();
    let template = prompt.as_ref().map_or(text, |prompt| prompt.template.as_str());
    Facts {
        tokens: count_tokens(template),
        label: prompt.and_then(|prompt| prompt.version),
        content_hash: blake3::hash(text.as_bytes()).to_hex().to_string(),
    }
}

fn version(name: &str, path: PathBuf, text: String, facts: &Facts) -> Version {
    Version {
        prompt: name.to_owned(),
        version: String::new(),
        label: facts.label.clone(),
        tags: Vec::new(),
        branches: Vec::new(),
        labels: Vec::new(),
        commit: None,
        path,
        author: None,
        committed_at: None,
        message: None,
        content_hash: facts.content_hash.clone(),
        tokens: facts.tokens,
        tokens_change: 0,
        added: 0,
        removed: 0,
        text,
        before: Vec::new(),
        blob: None,
    }
}

/// What a version changed.
struct Changed {
    tokens: i64,
    added: usize,
    removed: usize,
}

impl Changed {
    const fn put(self, version: &mut Version) {
        version.tokens_change = self.tokens;
        version.added = self.added;
        version.removed = self.removed;
    }
}

fn changed(version: &Version, before: Option<&Version>) -> Changed {
    let tokens = before.map_or(0, |before| before.tokens);
    let mut changed = Changed { tokens: version.tokens as i64 - tokens as i64, added: 0, removed: 0 };
    for piece in line_diff(before.map_or("", |before| before.text.as_str()), &version.text) {
        let lines = piece.text.lines().count();
        match piece.change {
            Change::Added => changed.added += lines,
            Change::Removed => changed.removed += lines,
            Change::Equal => {}
        }
    }
    changed
}

/// What a commit message says was measured, in one line.
pub(super) fn measured(message: &str) -> Option<String> {
    // A message that cannot be read as evidence is told by `prompt verify`.
    Some(Evidence::parse(message).ok().flatten()?.summary())
}

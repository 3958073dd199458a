//! The prompt files of a workspace.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::error::PromptsError;
use super::everywhere::RepositoryVersion;
use super::load::Loaded;
use super::matching::Readings;
use super::ran_on::Known;
use super::tokens::CountCache;
use super::versions::Version;
use crate::config::nearest;
use crate::domain::label::LabelScheme;
use crate::domain::prompt::{Prompt, PromptFormat, prompt_name};
use crate::services::workspace::Workspace;
use crate::vcs::{CommitId, FileState, Reference, Repository, VcsError};

/// Largest prompt file, in bytes.
pub(super) const MOST_BYTES: u64 = 4 << 20;
/// Deepest directory below `prompts/`.
const MOST_DEPTH: usize = 16;
/// Most files below `prompts/`.
const MOST_FILES: usize = 10_000;

/// A prompt file of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromptFile {
    /// The prompt's name. It came from outside, as everything here.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// Its format.
    pub format: PromptFormat,
    /// How it stands in git; `None` where there is no repository.
    pub state: Option<FileState>,
}

/// What lies below `prompts/`.
#[derive(Debug, Default)]
pub struct Listing {
    /// The prompts by name.
    pub prompts: Vec<PromptFile>,
    /// What is wrong with some of them; the others are listed all the same.
    pub problems: Vec<PromptsError>,
}

/// Where everything in the repository stands; what was read of it holds as long as this is the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// The commit checked out; `None` before the first one.
    pub(super) head: Option<CommitId>,
    /// All branches and tags.
    pub(super) references: Vec<Reference>,
}

/// Something read out of the repository, and where the repository stood then.
type Read<T> = (Arc<Standing>, Arc<Vec<T>>);

/// The prompts of a workspace; every method may touch the disk and git, so none is for the UI thread.
#[derive(Debug)]
pub struct Prompts {
    directory: PathBuf,
    drafts: PathBuf,
    repository: Option<Repository>,
    /// Why there is no repository although there is one.
    refused: Option<String>,
    labels: LabelScheme,
    pub(super) versions: Mutex<HashMap<String, Read<Version>>>,
    pub(super) everywhere: Mutex<Option<Read<RepositoryVersion>>>,
    pub(super) loaded: Mutex<HashMap<(String, String), Arc<Loaded>>>,
    /// Token counts of texts that were counted before.
    pub(super) counts: CountCache,
    pub(super) readings: Mutex<Readings>,
    pub(super) ran_on: Mutex<Known>,
}

impl Prompts {
    /// The prompts of a workspace. `hidden` are environment variables that git and its hooks do not get.
    pub fn open(workspace: &Workspace, hidden: impl IntoIterator<Item = String>) -> Self {
        // The prompts may be a repository of their own, such as a submodule.
        let prompts = workspace.prompts();
        let from = if prompts.is_dir() { prompts.as_path() } else { workspace.root() };
        let (repository, refused) = match Repository::discover(from) {
            Ok(repository) => (repository.map(|repository| repository.hiding(hidden)), None),
            Err(error) => (None, Some(error.to_string())),
        };
        Self {
            directory: prompts,
            drafts: workspace.drafts(),
            repository,
            refused,
            labels: LabelScheme::default(),
            versions: Mutex::default(),
            everywhere: Mutex::default(),
            loaded: Mutex::default(),
            counts: CountCache::default(),
            readings: Mutex::default(),
            ran_on: Mutex::default(),
        }
    }

    /// The same prompts with the labels that the configuration names.
    #[must_use]
    pub fn with_labels(mut self, labels: LabelScheme) -> Self {
        self.labels = labels;
        self
    }

    /// The label that says what is deployed, and what new labels are in git.
    pub const fn label_scheme(&self) -> &LabelScheme {
        &self.labels
    }

    /// The repository, where the workspace is in one.
    pub fn repository(&self) -> Option<&Repository> {
        self.repository.as_ref()
    }

    /// Why git refused the repository that the workspace is in, if it did.
    pub fn refused(&self) -> Option<&str> {
        self.refused.as_deref()
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(super) fn drafts(&self) -> &Path {
        &self.drafts
    }

    pub(super) fn need_repository(&self) -> Result<&Repository, PromptsError> {
        self.repository.as_ref().ok_or_else(|| match &self.refused {
            Some(refused) => PromptsError::Refused(refused.clone()),
            None => PromptsError::NoRepository,
        })
    }

    /// Where the repository stands now.
    pub(super) fn standing(repository: &Repository) -> Result<Arc<Standing>, PromptsError> {
        Ok(Arc::new(Standing { head: head_commit(repository)?, references: repository.references()? }))
    }

    /// All prompts, by name.
    pub fn list(&self) -> Result<Listing, PromptsError> {
        let mut listing = self.files()?;
        self.ask_states(&self.directory, &mut listing.prompts);
        Ok(listing)
    }

    /// Asks git how files below a path stand; the files may be all of them or one.
    fn ask_states(&self, below: &Path, files: &mut [PromptFile]) {
        let Some(repository) = &self.repository else { return };
        let changes = repository.changes(below).unwrap_or_default();
        for file in files {
            let relative = file.path.strip_prefix(repository.root()).unwrap_or(&file.path);
            file.state = Some(changes.get(relative).copied().unwrap_or(FileState::Clean));
        }
    }

    /// All prompts, by name; git is not asked how they stand.
    fn files(&self) -> Result<Listing, PromptsError> {
        let mut files = Vec::new();
        walk(&self.directory, &self.directory, 0, &mut files)?;
        let mut by_name: BTreeMap<String, PromptFile> = BTreeMap::new();
        let mut problems = Vec::new();
        files.sort();
        for path in files {
            let Ok(below) = path.strip_prefix(&self.directory) else { continue };
            let Some((name, format)) = prompt_name(below) else { continue };
            if let Some(first) = by_name.get(&name) {
                let files = [first.path.clone(), path];
                problems.push(PromptsError::TwoFiles { name, files });
                continue;
            }
            by_name.insert(name.clone(), PromptFile { name, path, format, state: None });
        }
        for problem in &problems {
            if let PromptsError::TwoFiles { name, .. } = problem {
                by_name.remove(name);
            }
        }
        Ok(Listing { prompts: by_name.into_values().collect(), problems })
    }

    /// The file of one prompt.
    pub fn find(&self, name: &str) -> Result<PromptFile, PromptsError> {
        let mut file = self.named(name)?;
        let path = file.path.clone();
        self.ask_states(&path, std::slice::from_mut(&mut file));
        Ok(file)
    }

    /// The file of one prompt; git is not asked how it stands.
    pub(super) fn named(&self, name: &str) -> Result<PromptFile, PromptsError> {
        let listing = self.files()?;
        if let Some(file) = listing.prompts.iter().find(|file| file.name == name) {
            return Ok(file.clone());
        }
        let two = |problem: &PromptsError| matches!(problem, PromptsError::TwoFiles { name: two, .. } if two == name);
        if let Some(problem) = listing.problems.into_iter().find(two) {
            return Err(problem);
        }
        let near = nearest(name, listing.prompts.iter().map(|file| file.name.as_str())).map(str::to_owned);
        Err(PromptsError::NoPrompt { name: name.chars().take(200).collect(), near })
    }

    /// The partials (`_x.prompt`) by name, as the files are now; one with a mistake is left out.
    pub fn partials(&self) -> BTreeMap<String, String> {
        let mut files = Vec::new();
        if walk(&self.directory, &self.directory, 0, &mut files).is_err() {
            return BTreeMap::new();
        }
        let partial = |path: &PathBuf| {
            let stem = path.file_name()?.to_str()?.strip_suffix(".prompt")?.strip_prefix('_')?;
            let folder = path.parent()?.strip_prefix(&self.directory).ok()?.to_str()?;
            let name = if folder.is_empty() { stem.to_owned() } else { format!("{folder}/{stem}") };
            let prompt = Prompt::parse(&name, PromptFormat::Dotprompt, &read_text(path).ok()?).ok()?;
            Some((name, prompt.template))
        };
        files.iter().filter_map(partial).collect()
    }

    /// The text of a prompt's file as git would keep it: with its line endings, not with those of this checkout.
    pub(super) fn work_text(&self, path: &Path) -> Result<String, PromptsError> {
        let text = read_text(path)?;
        match &self.repository {
            Some(repository) if text.contains('\r') => Ok(repository.line_endings(path)?.stored(text)),
            _ => Ok(text),
        }
    }

    pub(super) fn forget(&self, name: &str) {
        self.versions.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

/// Reads a prompt file.
pub(super) fn read_text(path: &Path) -> Result<String, PromptsError> {
    let io = |source| PromptsError::Io { path: path.to_owned(), source };
    if std::fs::metadata(path).map_err(io)?.len() > MOST_BYTES {
        return Err(PromptsError::NoText { path: path.to_owned(), why: "larger than 4 MiB" });
    }
    text_of(path, std::fs::read(path).map_err(io)?)
}

/// Takes a file's bytes as text.
pub(super) fn text_of(path: &Path, bytes: Vec<u8>) -> Result<String, PromptsError> {
    String::from_utf8(bytes).map_err(|_| PromptsError::NoText { path: path.to_owned(), why: "not UTF-8 text" })
}

/// Collects the files below a directory; links to directories are not followed, nor links that lead out of it.
fn walk(top: &Path, directory: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), PromptsError> {
    let io = |source| PromptsError::Io { path: directory.to_owned(), source };
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && depth == 0 => return Ok(()),
        Err(source) => return Err(io(source)),
    };
    for entry in entries {
        let entry = entry.map_err(io)?;
        let kind = entry.file_type().map_err(io)?;
        let path = entry.path();
        if files.len() >= MOST_FILES {
            break;
        }
        if kind.is_dir() {
            if depth < MOST_DEPTH {
                walk(top, &path, depth + 1, files)?;
            }
        } else if kind.is_file() || leads_inside(top, &path) {
            files.push(path);
        }
    }
    Ok(())
}

fn leads_inside(top: &Path, link: &Path) -> bool {
    let inside = |target: PathBuf| top.canonicalize().is_ok_and(|top| target.starts_with(top)) && target.is_file();
    link.canonicalize().is_ok_and(inside)
}

/// The commit that is checked out; `None` before the first one.
pub(super) fn head_commit(repository: &Repository) -> Result<Option<CommitId>, VcsError> {
    match repository.resolve("HEAD") {
        Ok(commit) => Ok(Some(commit)),
        Err(VcsError::NoRevision(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

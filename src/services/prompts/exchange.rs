//! Prompts of other tools into files below `prompts/`, and one format into another.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use super::change::{io, write};
use super::error::PromptsError;
use super::library::{MOST_BYTES, Prompts};
use crate::domain::prompt::{Inputs, Prompt, PromptFormat};
use crate::domain::prompt_exchange::{
    Equivalence, Loss, Losses, Origin, PromptDraft, Syntax, draft_and_prompt, path_of_name, prompts,
};
use crate::domain::run::PromptVersionRef;
use crate::exporters::prompts as exporters;
use crate::importers::prompts::{self as importers, Imported, Source, Unread};

/// What an import does with a file that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and the import says so.
    Keep,
    /// It is replaced.
    Replace,
}

/// Whether an import writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// It writes the files.
    Write,
    /// It only says what it would do.
    DryRun,
}

/// What is to be imported, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeRequest {
    /// The format of the files; told by their content where it is not named.
    pub origin: Option<Origin>,
    /// The format to write; where it is not named, the one that loses least: Prompty for Jinja, else Dotprompt.
    pub to: Option<PromptFormat>,
    /// What to do with files that are there.
    pub existing: Existing,
    /// Whether to write.
    pub writing: Writing,
}

/// A prompt that was imported.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportedPrompt {
    /// Its name in the workspace.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// The file's format.
    pub format: PromptFormat,
    /// Where it comes from.
    pub from: Origin,
    /// Whether the file was written.
    pub written: bool,
    /// Whether it renders as the original; `None` where that could not be told.
    pub equivalent: Option<bool>,
    /// What was lost.
    pub losses: Vec<Loss>,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exchanged {
    /// The prompts.
    pub prompts: Vec<ImportedPrompt>,
    /// What was left out, and why.
    pub skipped: Vec<Unread>,
}

/// A prompt in another format.
#[derive(Clone, Debug, PartialEq)]
pub struct Converted {
    /// The prompt and version.
    pub reference: PromptVersionRef,
    /// Its format.
    pub from: PromptFormat,
    /// The format it was turned into.
    pub to: PromptFormat,
    /// The new file's text.
    pub text: String,
    /// Whether it renders as the original; `None` where that could not be told.
    pub equivalent: Option<bool>,
    /// What was lost.
    pub losses: Vec<Loss>,
}

/// A file to import from: its path for messages, and its bytes.
pub struct ExchangeFile {
    /// The path, `-` for standard input.
    pub path: PathBuf,
    /// The bytes, or why there are none.
    pub bytes: Result<Vec<u8>, String>,
}

impl ExchangeFile {
    /// Reads a file.
    pub fn read(path: &Path) -> Self {
        Self { path: path.to_owned(), bytes: bounded(path) }
    }
}

/// A written prompt before it is a file.
struct Written {
    text: String,
    equivalence: Equivalence,
    losses: Vec<Loss>,
}

impl Prompts {
    /// Turns prompts of other tools into files; one that cannot be read or written is skipped with the reason.
    pub fn import(&self, files: &[ExchangeFile], request: &ExchangeRequest) -> Result<Exchanged, PromptsError> {
        let mut known: HashMap<String, String> = HashMap::new();
        for file in self.list()?.prompts {
            known.insert(file.name.to_lowercase(), file.path.to_string_lossy().into_owned());
        }
        let mut exchanged = Exchanged::default();
        let mut names: HashMap<String, String> = HashMap::new();
        for file in files {
            let shown = file.path.to_string_lossy().into_owned();
            let bytes = match &file.bytes {
                Ok(bytes) => bytes,
                Err(reason) => {
                    exchanged.skipped.push(Unread { path: shown, reason: reason.clone() });
                    continue;
                }
            };
            let folder = file.path.parent().map(Path::to_owned).unwrap_or_default();
            let load = |path: &str| beside(&folder, path);
            let (_, found) = importers::read(&Source { path: &shown, bytes, load: &load }, request.origin);
            exchanged.skipped.extend(found.unread);
            for imported in found.prompts {
                let what = format!("{shown}: {}", imported.draft.name);
                match self.import_one(imported, request, &known, &mut names, &shown) {
                    Ok(prompt) => exchanged.prompts.push(prompt),
                    Err(reason) => exchanged.skipped.push(Unread { path: what, reason }),
                }
            }
        }
        Ok(exchanged)
    }

    fn import_one(
        &self,
        imported: Imported,
        request: &ExchangeRequest,
        known: &HashMap<String, String>,
        names: &mut HashMap<String, String>,
        source: &str,
    ) -> Result<ImportedPrompt, String> {
        let Imported { mut draft, losses } = imported;
        let below = path_of_name(&draft.name).map_err(|why| format!("{why}, so it makes no file name; rename it"))?;
        let format = request.to.unwrap_or_else(|| best_format(&draft));
        let name = below.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
        let mut losses_said = Losses::default();
        losses_said.extend(losses);
        if name != draft.name {
            losses_said.note_at("name", format!("the name becomes {name}"), "call it so with hindcast");
        }
        draft.name.clone_from(&name);
        if let Some(first) = names.get(&name.to_lowercase()) {
            return Err(format!("{first} has a prompt of the same name; rename one of them and import it again"));
        }
        let path = self.directory().join(&below);
        let path = PathBuf::from(format!("{}{}", path.display(), exporters::ending(format)));
        self.check_place(&path)?;
        let exists = path.symlink_metadata().is_ok();
        if !exists && let Some(other) = known.get(&name.to_lowercase()) {
            return Err(format!("{other} is a prompt of the same name; rename or delete it first"));
        }
        if exists && request.existing == Existing::Keep {
            return Err(format!("{} is there already; --force replaces it", path.display()));
        }
        let written = written(&draft, format, losses_said)?;
        if request.writing == Writing::Write {
            store(&path, &written.text).map_err(|error| error.to_string())?;
            self.forget(&name);
        }
        names.insert(name.to_lowercase(), source.to_owned());
        Ok(ImportedPrompt {
            name,
            path,
            format,
            from: draft.origin,
            written: request.writing == Writing::Write,
            equivalent: written.equivalence.is_same(),
            losses: written.losses,
        })
    }

    /// Refuses a place that a link leads out of the prompts' folder.
    fn check_place(&self, path: &Path) -> Result<(), String> {
        let Ok(top) = self.directory().canonicalize() else { return Ok(()) };
        let there = path.ancestors().skip(1).find_map(|folder| folder.canonicalize().ok());
        match there {
            Some(folder) if folder.starts_with(&top) => Ok(()),
            _ => Err(format!("{} lies outside of {} by a link", path.display(), self.directory().display())),
        }
    }

    /// A prompt version in another format.
    pub fn convert(&self, reference: &PromptVersionRef, to: PromptFormat) -> Result<Converted, PromptsError> {
        let loaded = self.load(reference)?;
        let from = loaded.prompt.format;
        let done = |text: String, equivalent, losses| Converted {
            reference: loaded.reference.clone(),
            from,
            to,
            text,
            equivalent,
            losses,
        };
        if from == to {
            return Ok(done(loaded.text.clone(), Some(true), Vec::new()));
        }
        let refused = |why: String| PromptsError::NoConversion { prompt: reference.to_string(), to: to.as_str(), why };
        let mut losses = Losses::default();
        let partials = self.partials();
        let draft = importers::read_own(&loaded.prompt, &partials, &mut losses).map_err(&refused)?;
        let text = exporters::write(&draft, to, &mut losses).map_err(&refused)?;
        let new = Prompt::parse(&reference.name, to, &text).map_err(|error| refused(error.to_string()))?;
        let inputs = Inputs { partials, ..Inputs::default() };
        let equivalence = prompts(&loaded.prompt, &draft.variables, &new, &inputs);
        losses.extend(equivalence.loss().cloned());
        Ok(done(text, equivalence.is_same(), losses.into_list()))
    }

    /// Writes a converted prompt to a path of the user's choice.
    pub fn write_converted(&self, converted: &Converted, path: &Path, existing: Existing) -> Result<(), PromptsError> {
        let refused = |why: String| PromptsError::NoConversion {
            prompt: converted.reference.to_string(),
            to: converted.to.as_str(),
            why,
        };
        if path.symlink_metadata().is_ok() && existing == Existing::Keep {
            return Err(refused(format!("{} is there already; --force replaces it", path.display())));
        }
        let absolute = std::path::absolute(path).map_err(|source| io(path, source))?;
        if let Ok(below) = absolute.strip_prefix(self.directory())
            && let Some((name, _)) = crate::domain::prompt::prompt_name(below)
            && let Some(other) =
                self.list()?.prompts.into_iter().find(|file| file.name == name && file.path != absolute)
        {
            let other = other.path.display();
            return Err(refused(format!(
                "{other} is the prompt {name} already; choose another name, or delete it first"
            )));
        }
        store(&absolute, &converted.text)
    }
}

/// The format that loses least: Jinja stays Jinja, all else goes into Dotprompt.
fn best_format(draft: &PromptDraft) -> PromptFormat {
    match draft.syntax {
        Syntax::Jinja2 | Syntax::Nunjucks => PromptFormat::Prompty,
        _ => PromptFormat::Dotprompt,
    }
}

/// Writes a draft in a format, reads it back, and compares what both make of sample variables.
fn written(draft: &PromptDraft, format: PromptFormat, mut losses: Losses) -> Result<Written, String> {
    let text = exporters::write(draft, format, &mut losses)?;
    let prompt = Prompt::parse(&draft.name, format, &text)
        .map_err(|error| format!("what was written cannot be read back: {error}"))?;
    let equivalence = draft_and_prompt(draft, &prompt);
    losses.extend(equivalence.loss().cloned());
    Ok(Written { text, equivalence, losses: losses.into_list() })
}

fn store(path: &Path, text: &str) -> Result<(), PromptsError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|source| io(folder, source))?;
    }
    write(path, text.as_bytes())
}

/// Reads a file that a configuration names; only its own folder and what is below.
fn beside(folder: &Path, path: &str) -> Result<Vec<u8>, String> {
    let relative = Path::new(path);
    let inside = relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !inside {
        return Err(format!("{path} lies outside of the configuration's folder, so it is not read"));
    }
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let full = folder.join(relative);
    let top = folder.canonicalize().map_err(|error| format!("{}: {error}", folder.display()))?;
    match full.canonicalize() {
        Ok(real) if real.starts_with(&top) => bounded(&real),
        Ok(_) => Err(format!("{path} leads out of the configuration's folder by a link, so it is not read")),
        Err(error) => Err(format!("{path}: {error}")),
    }
}

fn bounded(path: &Path) -> Result<Vec<u8>, String> {
    let meta = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if meta.is_dir() {
        return Err("it is a folder; name the files in it".to_owned());
    }
    // A file may hold many prompts.
    if meta.len() > MOST_BYTES * 16 {
        return Err("it is larger than 64 MiB".to_owned());
    }
    std::fs::read(path).map_err(|error| error.to_string())
}

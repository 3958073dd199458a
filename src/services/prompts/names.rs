//! Which names a new prompt may have: they become files on every system, and parts of tags.

use std::path::{Component, Path, PathBuf};

use super::error::PromptsError;
use super::library::Prompts;
use crate::domain::prompt::{PromptFormat, prompt_name};

/// Longest name, in bytes.
const MOST_BYTES: usize = 200;
/// Deepest directory below `prompts/`.
const MOST_PARTS: usize = 16;
/// What no file name of Windows, no tag of git or no `NAME@VERSION` can hold.
const REFUSED: &[char] = &['<', '>', ':', '"', '|', '?', '*', '\\', '@', '~', '^', '[', '{', '}'];
/// Names that Windows keeps for devices, with any ending.
const DEVICES: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2",
    "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// The name ending of a new file of a format.
pub(super) const fn ending(format: PromptFormat) -> &'static str {
    match format {
        PromptFormat::Dotprompt => ".prompt",
        PromptFormat::Prompty => ".prompty",
        PromptFormat::GithubModels => ".prompt.yml",
        PromptFormat::Text => ".txt",
    }
}

/// What is wrong with a name, if anything.
pub(super) fn problem(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("it is empty".into());
    }
    if name.len() > MOST_BYTES {
        return Some(format!("it is longer than {MOST_BYTES} bytes"));
    }
    if name.split('/').count() > MOST_PARTS {
        return Some(format!("it has more than {MOST_PARTS} parts"));
    }
    name.split('/').find_map(part_problem)
}

fn part_problem(part: &str) -> Option<String> {
    let why = if part.is_empty() {
        "a part between slashes is empty; it begins and ends with no slash".to_owned()
    } else if part.starts_with('.') {
        "a part must not begin with a dot: such files are hidden".to_owned()
    } else if part.starts_with('-') {
        "a part must not begin with a hyphen: programs would take it for an option".to_owned()
    } else if part.starts_with('_') {
        "a part must not begin with _: that is a partial".to_owned()
    } else if part.ends_with('.') || part.contains("..") {
        "a part must not end with a dot, nor have two in a row".to_owned()
    } else if part.starts_with(char::is_whitespace) || part.ends_with(char::is_whitespace) {
        "a part must not begin or end with a space".to_owned()
    } else if let Some(bad) = part.chars().find(|c| c.is_control() || REFUSED.contains(c)) {
        format!("{bad:?} is not allowed")
    } else if part.to_ascii_lowercase().ends_with(".lock") {
        "a part must not end with .lock, which git keeps for itself".to_owned()
    } else if DEVICES.contains(&part.split('.').next().unwrap_or(part).to_ascii_lowercase().as_str()) {
        "Windows keeps that name for a device".to_owned()
    } else {
        return None;
    };
    Some(why)
}

impl Prompts {
    /// The file that a prompt of a new name is to have; refused where the name is wrong or taken.
    ///
    /// `besides` is a prompt that does not count: the one that is being renamed.
    pub(super) fn place_for(
        &self,
        name: &str,
        format: PromptFormat,
        besides: Option<&str>,
    ) -> Result<PathBuf, PromptsError> {
        self.place_with(name, ending(format), besides)
    }

    /// As [`place_for`](Self::place_for), with the file's own ending.
    pub(super) fn place_with(&self, name: &str, ending: &str, besides: Option<&str>) -> Result<PathBuf, PromptsError> {
        let bad = |why: String| PromptsError::BadName { name: name.chars().take(200).collect(), why };
        if let Some(why) = problem(name) {
            return Err(bad(why));
        }
        let below = PathBuf::from(format!("{name}{ending}"));
        match prompt_name(&below) {
            Some((read, _)) if read == name => {}
            _ => return Err(bad("with its ending it would be read as another name, or as no prompt".into())),
        }
        if prompt_name(Path::new(name)).is_some() {
            return Err(bad("leave the ending out; it follows from the format".into()));
        }
        for known in self.known_names()? {
            if known == name {
                return Err(bad("there is a prompt of that name".into()));
            }
            if Some(known.as_str()) == besides {
                continue;
            }
            if let Some(clash) = folded_clash(name, &known) {
                return Err(bad(format!("it differs only in upper and lower case from {clash}")));
            }
        }
        let path = self.directory().join(&below);
        self.stays_inside(&path).map_err(bad)?;
        if path.symlink_metadata().is_ok() && besides.is_none_or(|old| old.to_lowercase() != name.to_lowercase()) {
            return Err(PromptsError::Exists(path));
        }
        Ok(path)
    }

    /// The names of all prompt files, those in each other's way included.
    fn known_names(&self) -> Result<Vec<String>, PromptsError> {
        let listing = self.list()?;
        let doubled = listing.problems.into_iter().filter_map(|problem| match problem {
            PromptsError::TwoFiles { name, .. } => Some(name),
            _ => None,
        });
        Ok(listing.prompts.into_iter().map(|file| file.name).chain(doubled).collect())
    }

    /// A directory on the way may be a link that leads elsewhere.
    fn stays_inside(&self, path: &Path) -> Result<(), String> {
        let Ok(top) = self.directory().canonicalize() else { return Ok(()) };
        let mut existing = path.parent();
        while let Some(directory) = existing {
            if let Ok(real) = directory.canonicalize() {
                if !real.is_dir() {
                    return Err("a file is where its directory would be".to_owned());
                }
                let plain = real
                    .strip_prefix(&top)
                    .is_ok_and(|rest| rest.components().all(|component| matches!(component, Component::Normal(_))));
                return if plain { Ok(()) } else { Err("it would lie outside prompts/".to_owned()) };
            }
            existing = directory.parent();
        }
        Ok(())
    }
}

/// What of a known name is the same as of a new one but for upper and lower case: the whole, or a directory.
fn folded_clash<'k>(name: &str, known: &'k str) -> Option<&'k str> {
    if name.to_lowercase() == known.to_lowercase() {
        return Some(known);
    }
    let mut end = 0;
    let known_folders = known.split('/').count() - 1;
    let name_folders = name.split('/').count() - 1;
    for (own, other) in name.split('/').zip(known.split('/')).take(known_folders.min(name_folders)) {
        end += other.len() + 1;
        if own != other {
            return (own.to_lowercase() == other.to_lowercase()).then(|| &known[..end]);
        }
    }
    None
}

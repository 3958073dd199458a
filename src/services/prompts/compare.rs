//! What changed between two versions of a prompt.

use super::error::PromptsError;
use super::library::Prompts;
use super::tokens::count_tokens;
use crate::domain::diff::{DiffPiece, word_diff};
use crate::domain::run::PromptVersionRef;

/// What changed between two versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The older version.
    pub from: PromptVersionRef,
    /// The newer version.
    pub to: PromptVersionRef,
    /// A unified diff with three lines around; empty where nothing changed. It came from outside.
    pub unified: String,
    /// The whole texts word by word.
    pub pieces: Vec<DiffPiece>,
    /// Tokens of the older template.
    pub from_tokens: u64,
    /// Tokens of the newer template.
    pub to_tokens: u64,
}

impl Difference {
    /// Whether anything changed.
    pub fn differs(&self) -> bool {
        !self.unified.is_empty()
    }
}

impl Prompts {
    /// What changed from one version of a prompt to another.
    pub fn diff(&self, name: &str, from: &str, to: &str) -> Result<Difference, PromptsError> {
        let at = |version: &str| PromptVersionRef { name: name.to_owned(), version: version.to_owned() };
        let (old, new) = (self.load(&at(from))?, self.load(&at(to))?);
        let unified = if old.text == new.text {
            String::new()
        } else {
            let diff = similar::TextDiff::from_lines(old.text.as_str(), new.text.as_str());
            let names = (at(from).to_string(), at(to).to_string());
            diff.unified_diff().context_radius(3).header(&names.0, &names.1).to_string()
        };
        Ok(Difference {
            from: at(from),
            to: at(to),
            unified,
            pieces: word_diff(&old.text, &new.text),
            from_tokens: count_tokens(&old.prompt.template),
            to_tokens: count_tokens(&new.prompt.template),
        })
    }
}

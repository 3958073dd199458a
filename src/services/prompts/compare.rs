//! What changed between two versions of a prompt.

use super::error::PromptsError;
use super::library::Prompts;
use super::side_by_side::{SideRow, side_by_side};
use super::tokens::count_tokens;
use crate::domain::diff::{DiffPiece, word_diff};
use crate::domain::message::Message;
use crate::domain::run::{Case, PromptVersionRef};

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
    /// The lines of both beside each other.
    pub rows: Vec<SideRow>,
    /// Tokens of the older template, or of the messages it renders to.
    pub from_tokens: u64,
    /// Tokens of the newer template, or of the messages it renders to.
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
    ///
    /// A version before a rename is found by the name that the prompt has now.
    pub fn diff(&self, name: &str, from: &str, to: &str) -> Result<Difference, PromptsError> {
        let at = |version: &str| PromptVersionRef { name: name.to_owned(), version: version.to_owned() };
        let (old, new) = (self.load(&at(from))?, self.load(&at(to))?);
        let tokens = (count_tokens(&old.prompt.template), count_tokens(&new.prompt.template));
        Ok(difference(at(from), at(to), &old.text, &new.text, tokens))
    }

    /// What changed from one version to another in the messages that a recorded call would have been sent.
    ///
    /// The reason says why a version cannot be rendered in the place of that call.
    pub fn diff_rendered(&self, case: &Case, name: &str, from: &str, to: &str) -> Result<Difference, String> {
        let at = |version: &str| PromptVersionRef { name: name.to_owned(), version: version.to_owned() };
        let text = |version: &str| Ok::<_, String>(transcript(&self.render_for_case(case, &at(version))?));
        let (old, new) = (text(from)?, text(to)?);
        let tokens = (count_tokens(&old), count_tokens(&new));
        Ok(difference(at(from), at(to), &old, &new, tokens))
    }
}

fn difference(
    from: PromptVersionRef,
    to: PromptVersionRef,
    old: &str,
    new: &str,
    (from_tokens, to_tokens): (u64, u64),
) -> Difference {
    let unified = if old == new {
        String::new()
    } else {
        let diff = similar::TextDiff::from_lines(old, new);
        diff.unified_diff().context_radius(3).header(&from.to_string(), &to.to_string()).to_string()
    };
    let (pieces, rows) = (word_diff(old, new), side_by_side(old, new));
    Difference { from, to, unified, pieces, rows, from_tokens, to_tokens }
}

/// Messages as text: each under its role.
fn transcript(messages: &[Message]) -> String {
    messages
        .iter()
        .fold(String::new(), |text, message| text + "[" + message.role.as_str() + "]\n" + &message.content() + "\n")
}

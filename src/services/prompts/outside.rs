//! Prompt files that another program writes while they are written here.

use super::error::PromptsError;
use super::library::{Prompts, read_text};
use crate::domain::merge::{Merged, merge};

/// A file that is not any more what writing began with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside {
    /// What it holds now.
    pub text: String,
    /// That and what is written here, together.
    pub merged: Merged,
}

/// What came of saving.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    /// The file holds the text.
    Yes,
    /// The file holds something else than writing began with, and was left so.
    ChangedOutside(Outside),
}

impl Prompts {
    /// Saves a text that began as `base`; a file that was changed meanwhile is left as it is.
    pub fn save_over(&self, name: &str, base: &str, text: &str) -> Result<Saved, PromptsError> {
        match self.changed_outside(name, base, text)? {
            // What was written outside is what is to be saved.
            Some(outside) if outside.text != text => Ok(Saved::ChangedOutside(outside)),
            _ => self.save(name, text).map(|_| Saved::Yes),
        }
    }

    /// What the file holds, where that is not `base`; `text` is what is written here.
    pub fn changed_outside(&self, name: &str, base: &str, text: &str) -> Result<Option<Outside>, PromptsError> {
        let now = read_text(&self.named(name)?.path)?;
        if now == base {
            return Ok(None);
        }
        Ok(Some(Outside { merged: merge(base, text, &now), text: now }))
    }
}

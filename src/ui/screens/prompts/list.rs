//! The list of prompt files and how the repository stands.

use crate::ui::effects::prompts::{Listing, PromptRow, Repo};
use crate::ui::screens::Phase;
use crate::ui::widgets::line_input::LineInput;
use crate::ui::widgets::list::ListState;

/// The prompt files.
#[derive(Debug, Default)]
pub struct List {
    /// What lies below `prompts/`.
    pub listing: Listing,
    /// How it stands.
    pub phase: Phase,
    /// The cursor.
    pub state: ListState,
    /// The filter.
    pub filter: LineInput,
    /// Whether it is being typed.
    pub editing: bool,
}

impl List {
    /// The prompts that match the filter.
    pub fn shown(&self) -> Vec<&PromptRow> {
        let needle = self.filter.text().to_lowercase();
        self.listing.prompts.iter().filter(|row| row.name.to_lowercase().contains(&needle)).collect()
    }

    /// The prompt under the cursor.
    pub fn selected(&self) -> Option<&PromptRow> {
        self.shown().get(self.state.selected).copied()
    }

    /// Puts the cursor on a prompt; says whether it is there.
    pub fn select(&mut self, name: &str) -> bool {
        let place = self.shown().iter().position(|row| row.name == name);
        self.state.select(place.unwrap_or(0));
        place.is_some()
    }

    /// What the user should know of the repository before a commit, and what to do.
    pub fn notice(&self) -> Option<String> {
        let conflict = self.listing.prompts.iter().find(|row| row.state.as_deref() == Some("conflict"));
        if let Some(row) = conflict {
            return Some(format!(
                "{} has conflicts of a merge: edit it until no <<<<<<< is left, then commit it.",
                row.path
            ));
        }
        if let Some(operation) = &self.listing.operation {
            return Some(format!(
                "A {operation} is under way: finish it with git (`git status` says how) before committing."
            ));
        }
        match &self.listing.repo {
            Repo::Detached(commit) => Some(format!(
                "No branch is checked out (HEAD is at {commit}): a commit would be easy to lose. `git switch BRANCH` first."
            )),
            Repo::Refused(why) => Some(format!("git refuses this repository: {why}")),
            Repo::None => Some(
                "No git repository here: prompts have no versions. `git init` in the workspace gives them some.".into(),
            ),
            Repo::Branch(_) => self.listing.problems.first().cloned(),
        }
    }

    /// The branch a commit goes to.
    pub fn branch(&self) -> Option<&str> {
        match &self.listing.repo {
            Repo::Branch(name) => Some(name),
            _ => None,
        }
    }
}

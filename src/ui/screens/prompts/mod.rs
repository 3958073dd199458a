//! Prompt files: list, text, history, differences, editing, committing.

mod answers;
mod comparing;
mod diff_view;
mod editing;
mod git;
mod keys;
mod list;
mod live;
mod questions;
mod rendered;
mod screen;
mod source;
mod versions_view;
mod view;

#[cfg(test)]
mod tests;

use super::{ScreenId, ScreenSpec};
use crate::ui::action::Action;

/// The screen of prompts.
pub static SPEC: ScreenSpec = ScreenSpec {
    id: ScreenId::Prompts,
    title: "Prompts",
    go: Action::GoPrompts,
    build: || Box::new(screen::PromptsScreen::default()),
};

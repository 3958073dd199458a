//! Prompt files: list, text, history, differences, editing, committing.

mod diff_view;
mod list;
mod questions;
mod screen;
mod source;
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

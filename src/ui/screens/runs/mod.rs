//! Replays: the dialog before one, the list, and one run with its matrix and its answers side by side.

mod case_choice;
mod cells;
mod committing;
mod control;
mod list;
mod list_view;
mod matrix_view;
mod measures;
mod measures_view;
mod order;
mod order_view;
mod pricing;
mod run;
mod screen;
mod side_view;

#[cfg(test)]
mod control_tests;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

use super::{ScreenId, ScreenSpec};
use crate::ui::action::Action;

/// The screen of runs.
pub static SPEC: ScreenSpec = ScreenSpec {
    id: ScreenId::Runs,
    title: "Runs",
    go: Action::GoRuns,
    build: || Box::new(screen::RunsScreen::default()),
};

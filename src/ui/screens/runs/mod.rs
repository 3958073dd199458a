//! Replays: the dialog before one, the list, and one run with its matrix and its answers side by side.

mod against;
mod case_choice;
mod cells;
mod chain_pane;
mod chain_view;
mod committing;
mod control;
mod exporting;
mod figures;
mod keeping;
mod keys;
mod list;
mod list_view;
mod matrix_cells;
mod matrix_view;
mod measures;
mod measures_view;
mod order;
mod order_command;
pub(super) use order_command::chunk_flag;
mod order_rows;
mod order_view;
mod ordering;
mod pricing;
mod reading;
mod resuming;
mod run;
mod screen;
mod side_columns;
pub(super) mod side_text;
mod side_view;
mod working;

#[cfg(test)]
mod chain_tests;
#[cfg(test)]
mod control_tests;
#[cfg(test)]
mod resuming_tests;
#[cfg(test)]
pub(super) mod samples;
#[cfg(test)]
mod side_samples;
#[cfg(test)]
mod side_tests;
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

//! Figures over time and by model, and the SQL console.

mod complete;
mod console;
mod console_keeping;
mod console_view;
mod figures;
mod figures_view;
mod grid;
mod queries;
mod screen;

#[cfg(test)]
mod tests;

use super::{ScreenId, ScreenSpec};
use crate::ui::action::Action;

/// The screen of telemetry.
pub static SPEC: ScreenSpec = ScreenSpec {
    id: ScreenId::Telemetry,
    title: "Telemetry",
    go: Action::GoTelemetry,
    build: || Box::new(screen::TelemetryScreen::default()),
};

//! Screens: what one must do, and which there are.

mod contract;
mod newest;
mod phase;
pub mod prompts;
pub mod retrieval;
pub mod runs;
pub mod telemetry;
pub mod traces;

pub use contract::{Cx, DrawCx, Screen, ScreenId, ScreenSpec, Status, Typing};
pub use newest::Newest;
pub use phase::Phase;

/// Every screen; one line adds one.
pub const SCREENS: &[&ScreenSpec] = &[&traces::SPEC, &runs::SPEC, &prompts::SPEC, &retrieval::SPEC, &telemetry::SPEC];

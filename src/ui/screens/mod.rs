//! Screens: what one must do, and which there are.

mod contract;
pub mod retrieval;
pub mod traces;

pub use contract::{Cx, DrawCx, Screen, ScreenId, ScreenSpec, Status, Typing};

/// Every screen; one line adds one.
pub const SCREENS: &[&ScreenSpec] = &[&traces::SPEC, &retrieval::SPEC];

//! Dialogs and lists above the screen: help, palette, confirm, pick, ask, messages, jobs.

mod ask;
mod chooser;
mod confirm;
mod lists;
mod overlay;

pub use overlay::{Outcome, Overlay, Owner};

//! `hindcast replay`: replays recorded calls on other models, prompts or chunks.

mod args;
mod run;

pub use args::Args;
pub(super) use run::go;
pub use run::run;

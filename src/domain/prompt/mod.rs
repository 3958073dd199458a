//! Prompt files: what they hold, how they render, and which of them made a recorded call.

mod dotprompt;
mod error;
mod format;
mod front;
mod functions;
mod github;
mod marks;
mod matching;
mod model;
mod pattern;
mod plain;
mod prompty;
#[cfg(test)]
mod tests;
mod usage;

pub use error::PromptError;
pub use format::{PromptFormat, prompt_name};
pub use matching::Match;
pub use model::{Inputs, Prompt, Variable};

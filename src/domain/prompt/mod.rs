//! Prompt files: what they hold, how they render, and which of them made a recorded call.

mod dotprompt;
mod dotprompt_messages;
mod error;
mod format;
mod front;
mod github;
pub(super) mod hbs;
mod jinja;
mod jinja_filters;
mod jinja_uses;
mod limits;
mod marks;
mod matching;
mod model;
mod mustache;
mod pattern;
mod plain;
mod printed;
mod prompty;
mod prompty_messages;
mod schema;
#[cfg(test)]
mod tests;
mod uses;
mod variable;

pub use error::PromptError;
pub use format::{PromptFormat, prompt_name};
pub use matching::{Conversation, LEAST_TEXT, Match, PromptPattern, RecordedCall};
pub use model::{Inputs, Output, Prompt, takes_partials};
pub use uses::{Placement, Purpose, Section, VariableUse};
pub use variable::{Variable, VariableKind};

//! Prompts: files below `prompts/`, their versions in git, what they render to, and which of them made a call.

mod cases;
mod change;
mod compare;
mod error;
mod library;
#[cfg(test)]
mod tests;
mod tokens;
mod versions;

pub use cases::PromptMatch;
pub use compare::Difference;
pub use error::PromptsError;
pub use library::{Listing, PromptFile, Prompts};
pub use tokens::count_tokens;
pub use versions::{Loaded, Version, WORK};

//! The colours of a prompt as it is typed: front matter, template tags, Markdown and role markers.
//!
//! A line is read with the state that the line before it ended in. The states are kept; an edit reads from its line on
//! until a line begins as it did before.

mod body;
mod highlighter;
mod line;
mod syntax;
mod tag;
mod yaml;

pub use highlighter::Highlighter;
pub use line::{Look, Token};
pub use syntax::Syntax;

//! The editor of prompts: vim and plain keys, undo, search, colours, marks, soft wrap.
//!
//! Our own, since the crates for it (edtui 0.11, ratatui-textarea 0.9, modalkit 0.0.32) draw the text themselves, where
//! here all text is drawn through [`crate::domain::untrusted`]; edtui copies the whole text for each step of undo and
//! counts in characters, not clusters; ratatui-textarea has no vim keys; and none of them finds the rows of a line of
//! 130 kB without reading all of it.

mod bracket;
mod buffer;
mod cells;
mod class;
mod document;
mod draw;
mod highlight;
mod history;
mod layout;
mod marks;
mod movement;
mod outcome;
mod plain;
mod scope;
mod search;
mod view;
mod vim;
mod widget;

pub use draw::Numbers;
pub use highlight::Syntax;
pub use layout::Wrap;
pub use marks::{LineMark, Severity};
pub use outcome::{Outcome, Unsaved};
pub use widget::{Editor, Place, Style};

#[cfg(test)]
mod tests;

//! The safe form of text that came from outside: nothing in it can steer a terminal, hide or pose as ours.
//!
//! Everything printed or drawn that was not written in this program's source goes through here, as a whole text and
//! before it is measured, wrapped or cut. What is stored stays as it came.

mod cluster;
mod code_point;
mod emoji;
mod hidden;
mod joiner;
mod line;
mod lines;
mod sink;

pub use code_point::is_forbidden;
pub use hidden::{Hidden, HiddenRun, hidden_runs};
pub use line::{Piece, SafeLine};
pub use lines::{count_markers, line_count, safe_line, safe_lines, safe_lines_window, safe_plain, safe_plain_lines};
pub use sink::{csv_cell, escape_json};

#[cfg(test)]
mod tests;

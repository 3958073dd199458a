//! Putting registers into the text, and joining lines.

use super::machine::Vim;
use super::mode::Shape;
use super::motion::last_of;
use super::register::Register;
use crate::ui::widgets::editor::bracket::Way;
use crate::ui::widgets::editor::movement as to;
use crate::ui::widgets::editor::outcome::Outcome;
use crate::ui::widgets::editor::scope::Scope;

/// More bytes are not put at once: a count must not fill the memory.
const MOST_BYTES: usize = 64 * 1024 * 1024;

impl Vim {
    /// The register of the command, or why there is none.
    pub fn register(&self) -> Result<Register, Outcome> {
        let name = self.pending.register;
        self.registers.get(name).cloned().ok_or_else(|| {
            Outcome::Message(match name {
                Some('+' | '*') => {
                    "the terminal keeps the clipboard: paste with its own key, such as ctrl-shift-v".to_owned()
                }
                Some(name) => format!("register \"{name} is empty"),
                None => "nothing was deleted or yanked yet".to_owned(),
            })
        })
    }

    /// Puts the register before or behind the cursor.
    pub fn put(&mut self, way: Way, times: usize, scope: &mut Scope) -> Outcome {
        let register = match self.register() {
            Ok(register) => register,
            Err(outcome) => return outcome,
        };
        if register.text.len().saturating_mul(times) > MOST_BYTES {
            return Outcome::Message("that would be too much text".to_owned());
        }
        put(&register, way, times, scope);
        Outcome::Edited
    }
}

/// Puts a text before or behind the cursor.
pub fn put(register: &Register, way: Way, times: usize, scope: &mut Scope) {
    let text = scope.doc.with_line_breaks(&register.text.repeat(times));
    let buffer = scope.doc.buffer();
    let cursor = scope.doc.cursor();
    let line = buffer.line_at(cursor);
    if register.shape == Shape::Lines {
        let place = if way == Way::Back { line } else { line + 1 };
        let at = if way == Way::Back { buffer.start(line) } else { buffer.break_end(line) };
        if way == Way::Forward && buffer.end(line) == buffer.break_end(line) {
            // The last line has no break yet, and does not get one behind what is put.
            let lines = text.trim_end_matches('\n').trim_end_matches('\r');
            let lines = format!("{}{lines}", buffer.line_break());
            scope.doc.replace(at..at, &lines);
        } else {
            scope.doc.replace(at..at, &text);
        }
        let at = to::first_written(scope.doc.buffer(), place);
        scope.doc.go(at.min(last_of(scope.doc.buffer(), place)));
        return;
    }
    let at = if way == Way::Back { cursor } else { buffer.next(cursor).min(buffer.end(line)) };
    scope.doc.replace(at..at, &text);
    let end = if register.text.contains('\n') { at } else { scope.doc.buffer().previous(at + text.len()) };
    scope.doc.go(end);
}

/// Whether joined lines get a blank between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joint {
    /// One blank in the place of the indentation.
    Blank,
    /// Nothing is added or taken.
    Bare,
}

/// Joins lines into the first.
pub fn join(first: usize, lines: usize, joint: Joint, scope: &mut Scope) -> Outcome {
    let buffer = scope.doc.buffer();
    let last = (first + lines.max(2) - 1).min(buffer.written_lines() - 1);
    if last <= first {
        return Outcome::Ignored;
    }
    let mut text = buffer.line(first).to_owned();
    let mut cursor = text.len();
    for line in first + 1..=last {
        let next = buffer.line(line);
        cursor = text.len();
        if joint == Joint::Blank {
            let written = next.trim_start_matches([' ', '\t']);
            if !text.is_empty() && !text.ends_with([' ', '\t']) && !written.is_empty() && !written.starts_with(')') {
                text.push(' ');
            }
            text.push_str(written);
        } else {
            text.push_str(next);
        }
    }
    let range = buffer.start(first)..buffer.end(last);
    let start = range.start;
    scope.doc.replace(range, &text);
    let most = last_of(scope.doc.buffer(), first);
    scope.doc.go((start + cursor).min(most));
    Outcome::Edited
}

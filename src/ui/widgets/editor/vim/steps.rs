//! Steps taken back and done again.

use super::machine::Vim;
use super::motion::last_of;
use crate::ui::widgets::editor::movement as to;
use crate::ui::widgets::editor::outcome::Outcome;
use crate::ui::widgets::editor::scope::Scope;

impl Vim {
    /// Takes steps back.
    pub fn undo(times: usize, scope: &mut Scope) -> Outcome {
        for place in 0..times {
            match scope.doc.undo() {
                Some(undone) => after_undo(undone.first, undone.cursor, scope),
                None if place == 0 => return Outcome::Message("there is nothing to take back".to_owned()),
                None => break,
            }
        }
        Outcome::Edited
    }

    pub fn redo(times: usize, scope: &mut Scope) -> Outcome {
        for place in 0..times {
            match scope.doc.redo() {
                Some(undone) => after_undo(undone.first, undone.cursor, scope),
                None if place == 0 => return Outcome::Message("there is nothing to do again".to_owned()),
                None => break,
            }
        }
        Outcome::Edited
    }
}

/// Where the cursor is after a step was taken back or done again: where it was, if that is in the line that changed.
fn after_undo(first: usize, cursor: usize, scope: &mut Scope) {
    let buffer = scope.doc.buffer();
    let line = buffer.line_at(first).min(buffer.written_lines() - 1);
    let same = buffer.line_at(cursor.min(buffer.len())) == line;
    let at = if same { cursor } else { to::first_written(buffer, line) };
    scope.doc.go(at.min(last_of(buffer, line)));
}

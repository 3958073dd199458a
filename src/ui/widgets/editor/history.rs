//! Undo and redo in steps: a run of typing is one, so is an insert session and every command.

use std::collections::VecDeque;

/// Bytes of removed and inserted text that are kept; older steps are forgotten beyond it.
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// One replacement of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The offset.
    pub at: usize,
    /// What was there.
    pub removed: String,
    /// What is there now.
    pub inserted: String,
}

impl Edit {
    const fn size(&self) -> usize {
        self.removed.len() + self.inserted.len()
    }

    /// Takes the next edit in where it goes on with the same typing; else gives it back.
    fn join(&mut self, next: Self) -> Option<Self> {
        if next.removed.is_empty() && next.at == self.at + self.inserted.len() {
            self.inserted.push_str(&next.inserted);
            return None;
        }
        Some(next)
    }
}

/// Edits that are taken back at once.
#[derive(Clone, Debug)]
pub struct Step {
    /// The edits in the order they were made.
    pub edits: Vec<Edit>,
    /// The cursor before the first.
    pub cursor: usize,
    /// The state after the last.
    state: u64,
}

/// The steps that can be taken back, and those that were.
#[derive(Clone, Debug, Default)]
pub struct History {
    undo: VecDeque<Step>,
    redo: Vec<Step>,
    bytes: usize,
    /// Whether the next edit belongs to the last step.
    open: bool,
    /// The state before the oldest step that is kept.
    base: u64,
    last_state: u64,
    saved: u64,
}

impl History {
    /// Keeps an edit, as a part of the open step or as a new one.
    pub fn push(&mut self, edit: Edit, cursor: usize) {
        self.redo.clear();
        self.last_state += 1;
        self.bytes += edit.size();
        match self.undo.back_mut().filter(|_| self.open) {
            Some(step) => {
                step.state = self.last_state;
                let rest = match step.edits.last_mut() {
                    Some(last) => last.join(edit),
                    None => Some(edit),
                };
                step.edits.extend(rest);
            }
            None => self.undo.push_back(Step { edits: vec![edit], cursor, state: self.last_state }),
        }
        self.open = true;
        while self.bytes > MOST_BYTES && self.undo.len() > 1 {
            if let Some(step) = self.undo.pop_front() {
                self.base = step.state;
                self.bytes -= step.edits.iter().map(Edit::size).sum::<usize>();
            }
        }
    }

    /// Ends the open step: the next edit begins another.
    pub const fn close(&mut self) {
        self.open = false;
    }

    /// The step to take back; it can be had again.
    pub fn undo(&mut self) -> Option<Step> {
        self.open = false;
        let step = self.undo.pop_back()?;
        self.bytes -= step.edits.iter().map(Edit::size).sum::<usize>();
        self.redo.push(step.clone());
        Some(step)
    }

    /// The step to do again.
    pub fn redo(&mut self) -> Option<Step> {
        self.open = false;
        let step = self.redo.pop()?;
        self.bytes += step.edits.iter().map(Edit::size).sum::<usize>();
        self.undo.push_back(step.clone());
        Some(step)
    }

    fn state(&self) -> u64 {
        self.undo.back().map_or(self.base, |step| step.state)
    }

    /// Says that the text as it is now is saved.
    pub fn mark_saved(&mut self) {
        self.saved = self.state();
        self.open = false;
    }

    /// Whether the text is another than the saved one.
    pub fn is_modified(&self) -> bool {
        self.state() != self.saved
    }
}

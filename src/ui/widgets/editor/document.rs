//! A text with its history and a cursor: every edit goes through here.

use std::ops::Range;

use super::buffer::{Buffer, Change};
use super::history::{Edit, History, Step};

/// A text being edited.
#[derive(Clone, Debug)]
pub struct Document {
    buffer: Buffer,
    history: History,
    /// The cursor's offset, at the edge of a cluster.
    cursor: usize,
    /// The column that moving up and down aims at.
    pub goal: Option<usize>,
    changes: Vec<Change>,
}

impl Document {
    /// A document with a text, the cursor at its start.
    pub fn new(text: &str) -> Self {
        Self { buffer: Buffer::new(text), history: History::default(), cursor: 0, goal: None, changes: Vec::new() }
    }

    /// The text and its lines.
    pub const fn buffer(&self) -> &Buffer {
        &self.buffer
    }

    /// The cursor's offset.
    pub const fn cursor(&self) -> usize {
        self.cursor
    }

    /// The line of the cursor.
    pub fn line(&self) -> usize {
        self.buffer.line_at(self.cursor)
    }

    /// Puts the cursor at the cluster edge at or before an offset.
    pub fn go(&mut self, offset: usize) {
        self.cursor = self.buffer.snap(offset);
        self.goal = None;
    }

    /// Puts the cursor without forgetting the column that moving up and down aims at.
    pub fn go_keeping_goal(&mut self, offset: usize) {
        self.cursor = self.buffer.snap(offset);
    }

    /// Puts text in the place of a range; the cursor stays where the text around it stayed.
    pub fn replace(&mut self, range: Range<usize>, with: &str) {
        if range.is_empty() && with.is_empty() {
            return;
        }
        let before = self.cursor;
        let (change, removed) = self.buffer.replace(range, with);
        self.history.push(Edit { at: change.at, removed, inserted: with.to_owned() }, before);
        self.changed(change);
    }

    /// Removes a range.
    pub fn remove(&mut self, range: Range<usize>) {
        self.replace(range, "");
    }

    /// Puts text in at the cursor, which moves behind it. LF in the text becomes the line break of the document.
    pub fn insert(&mut self, text: &str) {
        let text = self.with_line_breaks(text);
        let at = self.cursor;
        self.replace(at..at, &text);
        let end = at + text.len();
        // What was put in may have become one cluster with what follows.
        let edge = self.buffer.snap(end);
        self.go(if edge < end { self.buffer.next(edge) } else { edge });
    }

    /// A text with the line breaks of the document.
    pub fn with_line_breaks(&self, text: &str) -> String {
        let text = text.replace("\r\n", "\n");
        if self.buffer.line_break() == "\n" { text } else { text.replace('\n', self.buffer.line_break()) }
    }

    fn changed(&mut self, change: Change) {
        let cursor = moved(self.cursor, change);
        self.changes.push(change);
        self.go(cursor);
    }

    /// Ends the step of the history: the next edit is taken back by itself.
    pub const fn close_step(&mut self) {
        self.history.close();
    }

    /// Takes the last step back; says where it was, the cursor before it and whether there was one.
    pub fn undo(&mut self) -> Option<Undone> {
        let step = self.history.undo()?;
        let mut first = usize::MAX;
        for edit in step.edits.iter().rev() {
            let (change, _) = self.buffer.replace(edit.at..edit.at + edit.inserted.len(), &edit.removed);
            first = first.min(edit.at);
            self.changed(change);
        }
        let last = step.cursor;
        Some(self.undone(&step, first, last))
    }

    /// Does again what was taken back.
    pub fn redo(&mut self) -> Option<Undone> {
        let step = self.history.redo()?;
        let mut first = usize::MAX;
        for edit in &step.edits {
            let (change, _) = self.buffer.replace(edit.at..edit.at + edit.removed.len(), &edit.inserted);
            first = first.min(edit.at);
            self.changed(change);
        }
        let last = step.edits.last().map_or(0, |edit| edit.at + edit.inserted.len());
        Some(self.undone(&step, first, last))
    }

    fn undone(&self, step: &Step, first: usize, last: usize) -> Undone {
        let most = self.buffer.len();
        Undone { first: first.min(most), cursor: step.cursor, last: last.min(most) }
    }

    /// Says that the text as it is now is saved.
    pub fn mark_saved(&mut self) {
        self.history.mark_saved();
    }

    /// Whether the text is another than the saved one.
    pub fn is_modified(&self) -> bool {
        self.history.is_modified()
    }

    /// Replaces the whole text as one step: only what differs is touched, so that the cursor stays with its surroundings.
    pub fn replace_all(&mut self, text: &str) {
        let edits = differences(self.buffer.text(), text);
        self.close_step();
        for (range, with) in edits.into_iter().rev() {
            self.replace(range, &with);
        }
        self.close_step();
    }

    /// What changed since this was asked last.
    pub fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }
}

/// What undoing or redoing did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undone {
    /// The offset of the first thing that changed.
    pub first: usize,
    /// The cursor before the step.
    pub cursor: usize,
    /// Where common editors put the cursor: where it was, or behind what was done again.
    pub last: usize,
}

/// Where an offset is after a change.
pub const fn moved(offset: usize, change: Change) -> usize {
    if offset <= change.at {
        offset
    } else if offset >= change.at + change.removed {
        offset - change.removed + change.inserted
    } else {
        // Within what was replaced: as far into the new text as it was into the old.
        let into = offset - change.at;
        change.at + if into < change.inserted { into } else { change.inserted }
    }
}

/// What differs between two texts: line by line, and in each pair of differing parts only its middle.
fn differences(old: &str, new: &str) -> Vec<(Range<usize>, String)> {
    use similar::{Algorithm, DiffOp, capture_diff_slices};
    let old_lines: Vec<&str> = old.split_inclusive('\n').collect();
    let new_lines: Vec<&str> = new.split_inclusive('\n').collect();
    let (mut edits, mut at, mut line) = (Vec::new(), 0, 0);
    for op in capture_diff_slices(Algorithm::Patience, &old_lines, &new_lines) {
        let (from, to) = (op.old_range(), op.new_range());
        at += old_lines[line..from.start].iter().map(|line| line.len()).sum::<usize>();
        line = from.end;
        let part = old_lines[from].concat();
        if !matches!(op, DiffOp::Equal { .. }) {
            let with = new_lines[to].concat();
            let (head, tail) = common_ends(&part, &with);
            edits.push((at + head..at + part.len() - tail, with[head..with.len() - tail].to_owned()));
        }
        at += part.len();
    }
    edits
}

/// Bytes that two texts have in common at their beginnings and at their ends, whole characters each.
fn common_ends(one: &str, other: &str) -> (usize, usize) {
    let pairs = one.chars().zip(other.chars());
    let head: usize = pairs.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let pairs = one[head..].chars().rev().zip(other[head..].chars().rev());
    (head, pairs.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum())
}

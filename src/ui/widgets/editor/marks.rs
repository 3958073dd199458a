//! Marks of findings at places of the text; they move with the text until new ones come.

use std::ops::Range;

use super::buffer::{Buffer, Change};
use super::document::moved;
use crate::ui::glyphs::Glyphs;
use crate::ui::theme::Role;

/// How bad a finding is; the worst of a line is shown beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Look at it.
    Warning,
    /// Wrong.
    Error,
}

impl Severity {
    /// Its sign.
    pub const fn glyph(self, glyphs: &'static Glyphs) -> &'static str {
        match self {
            Self::Info => glyphs.dot,
            Self::Warning => glyphs.warning,
            Self::Error => glyphs.bad,
        }
    }

    /// Its colour.
    pub const fn role(self) -> Role {
        match self {
            Self::Info => Role::Accent,
            Self::Warning => Role::Warning,
            Self::Error => Role::Bad,
        }
    }
}

/// A finding at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineMark {
    /// The line, from 0.
    pub line: usize,
    /// The characters of the line that are meant, from 0; an empty range marks the line alone.
    pub columns: Range<usize>,
    /// How bad it is.
    pub severity: Severity,
    /// What is found, in a sentence.
    pub text: String,
}

/// A finding with its place as offsets in the text.
#[derive(Clone, Debug)]
pub struct Mark {
    /// The offsets.
    pub range: Range<usize>,
    /// How bad it is.
    pub severity: Severity,
    /// What is found.
    pub text: String,
}

/// The findings of a text.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    marks: Vec<Mark>,
}

impl Marks {
    /// Takes the place of all marks; one behind the last line is left out.
    pub fn set(&mut self, buffer: &Buffer, marks: Vec<LineMark>) {
        self.marks = marks
            .into_iter()
            .filter(|mark| mark.line < buffer.lines())
            .map(|mark| {
                let (start, text) = (buffer.start(mark.line), buffer.line(mark.line));
                let offset = |column| start + text.char_indices().nth(column).map_or(text.len(), |(at, _)| at);
                let range = offset(mark.columns.start)..offset(mark.columns.end.max(mark.columns.start));
                Mark { range, severity: mark.severity, text: mark.text }
            })
            .collect();
        self.marks.sort_by_key(|mark| mark.range.start);
    }

    /// Moves with the text.
    pub fn changed(&mut self, change: Change) {
        for mark in &mut self.marks {
            mark.range = moved(mark.range.start, change)..moved(mark.range.end, change);
        }
    }

    /// The marks that begin in a line, or touch it.
    pub fn of_line<'a>(&'a self, buffer: &Buffer, line: usize) -> impl Iterator<Item = &'a Mark> + use<'a> {
        let (start, end) = (buffer.start(line), buffer.end(line));
        self.marks
            .iter()
            .filter(move |mark| mark.range.start <= end && (mark.range.end > start || mark.range.start >= start))
    }

    /// The worst finding at an offset, else of its line.
    pub fn at(&self, buffer: &Buffer, offset: usize) -> Option<&Mark> {
        let worst = |marks: Vec<&'_ Mark>| marks.into_iter().map(|mark| mark.severity).max();
        let line: Vec<&Mark> = self.of_line(buffer, buffer.line_at(offset)).collect();
        let here: Vec<&Mark> = line.iter().copied().filter(|mark| mark.range.contains(&offset)).collect();
        let among = if here.is_empty() { line } else { here };
        let most = worst(among.clone())?;
        among.into_iter().find(|mark| mark.severity == most)
    }

    /// Where the next mark behind an offset begins, going on at the start.
    pub fn next(&self, offset: usize) -> Option<usize> {
        let next = self.marks.iter().find(|mark| mark.range.start > offset).or_else(|| self.marks.first());
        next.map(|mark| mark.range.start)
    }
}

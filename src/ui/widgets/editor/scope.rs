//! What a key can reach: the text, the window, the search.

use super::bracket::Way;
use super::buffer::Change;
use super::cells::column_of;
use super::document::Document;
use super::draw::Numbers;
use super::highlight::Highlighter;
use super::marks::Marks;
use super::search::{Dialect, Pattern};
use super::view::View;

/// Blanks that one step of indentation has.
pub const INDENT: &str = "  ";

/// The blanks up to the next step of indentation.
pub fn tab(scope: &Scope) -> &'static str {
    let buffer = scope.doc.buffer();
    let line = scope.doc.line();
    let column = column_of(buffer.line(line), 0, scope.doc.cursor() - buffer.start(line));
    &INDENT[column % INDENT.len()..]
}

/// What is searched for.
#[derive(Clone, Debug)]
pub struct Search {
    /// The last pattern.
    pub pattern: Option<Pattern>,
    /// Which way it was looked for.
    pub way: Way,
    /// Whether its matches are shown.
    pub highlight: Highlight,
    /// How patterns are written.
    pub dialect: Dialect,
}

/// Whether matches are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Highlight {
    /// They are.
    On,
    /// They are not, until the next search.
    Off,
}

impl Search {
    /// Nothing is searched for yet.
    pub const fn new(dialect: Dialect) -> Self {
        Self { pattern: None, way: Way::Forward, highlight: Highlight::Off, dialect }
    }

    /// Sets what is searched for; the error is a sentence.
    pub fn set(&mut self, source: &str, way: Way) -> Result<(), String> {
        self.pattern = Some(Pattern::new(source, self.dialect)?);
        self.way = way;
        self.highlight = Highlight::On;
        Ok(())
    }

    /// What is found from an offset on, and a sentence about it.
    pub fn go(&self, doc: &Document, from: usize, way: Way) -> Result<(usize, String), String> {
        let Some(pattern) = &self.pattern else { return Err("nothing was searched for yet".to_owned()) };
        let buffer = doc.buffer();
        let Some(found) = pattern.next(buffer, from, way) else {
            return Err(format!("`{}` is not in this text", pattern.source()));
        };
        let wrapped = if way == Way::Forward { found.start <= from } else { found.start >= from };
        let (place, all) = pattern.count(buffer, found.start);
        let beyond = if wrapped { ", going on at the other end" } else { "" };
        Ok((found.start, format!("match {place} of {all}{beyond}")))
    }
}

/// What a key can reach.
#[derive(Debug)]
pub struct Scope<'a> {
    /// The text and the cursor.
    pub doc: &'a mut Document,
    /// The window.
    pub view: &'a mut View,
    /// The search.
    pub search: &'a mut Search,
    /// Whether lines are numbered.
    pub numbers: &'a mut Numbers,
    /// The colours.
    pub highlighter: &'a mut Highlighter,
    /// The findings.
    pub marks: &'a mut Marks,
}

impl Scope<'_> {
    /// Brings what is remembered by line or place up to the text; says what changed.
    pub fn sync(&mut self) -> Vec<Change> {
        let changes = self.doc.take_changes();
        if !changes.is_empty() {
            self.view.changed(&changes, self.doc.buffer());
            self.highlighter.changed(&changes, self.doc.buffer());
            for change in &changes {
                self.marks.changed(*change);
            }
        }
        changes
    }
}

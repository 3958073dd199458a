//! The editor: text, keys, window and drawing together.

use std::cell::RefCell;

use ratatui::buffer::Buffer as Screen;
use ratatui::layout::Rect;

use super::bracket::Way;
use super::document::Document;
use super::draw::{Numbers, Picture};
use super::highlight::{Highlighter, Syntax};
use super::layout::Wrap;
use super::marks::{LineMark, Marks};
use super::outcome::Outcome;
use super::plain::Plain;
use super::scope::{Highlight, Scope, Search};
use super::search::Dialect;
use super::view::View;
use super::vim::{Mode, Vim, sign};
use crate::ui::chord::Chord;
use crate::ui::input::{Mouse, MouseKind};
use crate::ui::screens::DrawCx;
use crate::ui::widgets::line_input::{Active, LineInput};

/// Rows that the wheel scrolls.
const WHEEL: usize = 3;

/// Whose keys the editor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Those of common editors.
    Plain,
    /// Those of vim.
    Vim,
}

#[derive(Clone, Debug)]
enum Keys {
    Plain(Box<Plain>),
    Vim(Box<Vim>),
}

/// A place in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line, from 0.
    pub line: usize,
    /// The characters before it in its line.
    pub column: usize,
}

/// A text being edited.
#[derive(Clone, Debug)]
pub struct Editor {
    doc: Document,
    keys: Keys,
    search: Search,
    highlighter: Highlighter,
    marks: Marks,
    numbers: Numbers,
    view: RefCell<View>,
}

impl Editor {
    /// An editor with a text, the cursor at its start; the text counts as saved.
    pub fn new(text: &str, style: Style, syntax: Syntax) -> Self {
        let doc = Document::new(text);
        let (keys, dialect) = match style {
            Style::Plain => (Keys::Plain(Box::default()), Dialect::Literal),
            Style::Vim => (Keys::Vim(Box::default()), Dialect::Vim),
        };
        Self {
            highlighter: Highlighter::new(syntax, doc.buffer()),
            doc,
            keys,
            search: Search::new(dialect),
            marks: Marks::default(),
            numbers: Numbers::On,
            view: RefCell::new(View::new(Wrap::Soft)),
        }
    }

    /// Whose keys it has.
    pub const fn style(&self) -> Style {
        match self.keys {
            Keys::Plain(_) => Style::Plain,
            Keys::Vim(_) => Style::Vim,
        }
    }

    /// Takes other keys; text, cursor, history and marks stay.
    pub fn set_style(&mut self, style: Style) {
        if style == self.style() {
            return;
        }
        let (keys, dialect) = match style {
            Style::Plain => (Keys::Plain(Box::default()), Dialect::Literal),
            Style::Vim => (Keys::Vim(Box::default()), Dialect::Vim),
        };
        self.keys = keys;
        self.search = Search::new(dialect);
        self.doc.close_step();
    }

    /// The text, byte for byte.
    pub fn text(&self) -> &str {
        self.doc.buffer().text()
    }

    /// A number that is another after every change of the text.
    pub const fn version(&self) -> u64 {
        self.doc.buffer().version()
    }

    /// Where the cursor is.
    pub fn cursor(&self) -> Place {
        let buffer = self.doc.buffer();
        let line = self.doc.line();
        Place { line, column: buffer.slice(buffer.start(line)..self.doc.cursor()).chars().count() }
    }

    /// The offset of the cursor in the text, in bytes.
    pub const fn offset(&self) -> usize {
        self.doc.cursor()
    }

    /// Puts the cursor at a place, or the nearest there is.
    pub fn goto(&mut self, place: Place) {
        let buffer = self.doc.buffer();
        let line = place.line.min(self.lines() - 1);
        let text = buffer.line(line);
        let at = text.char_indices().nth(place.column).map_or(text.len(), |(at, _)| at);
        self.goto_offset(buffer.start(line) + at);
    }

    fn goto_offset(&mut self, offset: usize) {
        self.doc.close_step();
        self.doc.go(offset);
        if let Keys::Vim(vim) = &mut self.keys {
            vim.hold(&mut self.doc);
        }
    }

    /// Goes to the next marked place; says what is marked there.
    pub fn goto_next_mark(&mut self) -> Option<String> {
        let at = self.marks.next(self.doc.cursor())?;
        self.goto_offset(at);
        self.mark_here().map(str::to_owned)
    }

    /// Whether the text is another than the saved one.
    pub fn is_modified(&self) -> bool {
        self.doc.is_modified()
    }

    /// Says that the text as it is now is saved.
    pub fn mark_saved(&mut self) {
        self.doc.mark_saved();
    }

    /// Replaces the text as one step that can be taken back; the cursor stays with the text around it.
    pub fn replace_all(&mut self, text: &str) {
        self.doc.replace_all(text);
        self.after_edit();
        if let Keys::Vim(vim) = &mut self.keys {
            vim.hold(&mut self.doc);
        }
    }

    /// Takes the last step back.
    pub fn undo(&mut self) -> Outcome {
        match &self.keys {
            Keys::Plain(_) => self.key(Chord::ctrl('z')),
            Keys::Vim(_) => self.step(Document::undo),
        }
    }

    /// Does again what was taken back.
    pub fn redo(&mut self) -> Outcome {
        match &self.keys {
            Keys::Plain(_) => self.key(Chord::ctrl('y')),
            Keys::Vim(_) => self.step(Document::redo),
        }
    }

    fn step(&mut self, step: fn(&mut Document) -> Option<super::document::Undone>) -> Outcome {
        let Some(undone) = step(&mut self.doc) else { return Outcome::Ignored };
        self.after_edit();
        self.goto_offset(undone.first);
        Outcome::Edited
    }

    /// Takes a key.
    pub fn key(&mut self, chord: Chord) -> Outcome {
        let (keys, mut scope) = self.scope();
        match keys {
            Keys::Plain(plain) => plain.key(chord, &mut scope),
            Keys::Vim(vim) => vim.key(chord, &mut scope),
        }
    }

    fn scope(&mut self) -> (&mut Keys, Scope<'_>) {
        let view = self.view.get_mut();
        view.set_lines(lines_of(&self.keys, &self.doc));
        let scope = Scope {
            doc: &mut self.doc,
            view,
            search: &mut self.search,
            numbers: &mut self.numbers,
            highlighter: &mut self.highlighter,
            marks: &mut self.marks,
        };
        (&mut self.keys, scope)
    }

    /// Takes a pasted text: it is text in every mode, never keys.
    pub fn paste(&mut self, text: &str) -> Outcome {
        let (keys, mut scope) = self.scope();
        match keys {
            Keys::Plain(plain) => plain.paste(text, &mut scope),
            Keys::Vim(vim) => vim.paste(text, &mut scope),
        }
    }

    fn after_edit(&mut self) {
        let (keys, mut scope) = self.scope();
        let changes = scope.sync();
        match keys {
            Keys::Plain(plain) => plain.changed(&changes),
            Keys::Vim(vim) => vim.changed(&changes),
        }
    }

    /// Takes the mouse: a click puts the cursor, the wheel scrolls.
    pub fn mouse(&mut self, mouse: Mouse) -> Outcome {
        let way = match mouse.kind {
            MouseKind::Click => {
                let hit = self.view.get_mut().hit(self.doc.buffer(), mouse.column, mouse.row);
                let Some(offset) = hit else { return Outcome::Ignored };
                match &mut self.keys {
                    Keys::Plain(plain) => plain.anchor = None,
                    Keys::Vim(vim) => vim.clicked(&mut self.doc),
                }
                self.goto_offset(offset);
                return Outcome::Moved;
            }
            MouseKind::WheelUp => Way::Back,
            MouseKind::WheelDown => Way::Forward,
        };
        let at = self.view.get_mut().scroll(self.doc.buffer(), self.doc.cursor(), WHEEL, way);
        self.goto_offset(at);
        Outcome::Moved
    }

    /// Selects from the cursor's place at the click to a place on screen.
    pub fn drag(&mut self, column: u16, row: u16) -> Outcome {
        let Some(offset) = self.view.get_mut().hit(self.doc.buffer(), column, row) else { return Outcome::Ignored };
        match &mut self.keys {
            Keys::Plain(plain) => {
                plain.anchor.get_or_insert(self.doc.cursor());
            }
            Keys::Vim(vim) => vim.dragged(&self.doc),
        }
        self.goto_offset(offset);
        Outcome::Moved
    }

    /// Shows these findings in the place of those before.
    pub fn set_marks(&mut self, marks: Vec<LineMark>) {
        self.marks.set(self.doc.buffer(), marks);
    }

    /// What is found at the cursor, else in its line.
    pub fn mark_here(&self) -> Option<&str> {
        self.marks.at(self.doc.buffer(), self.doc.cursor()).map(|mark| mark.text.as_str())
    }

    /// Takes another language for the colours.
    pub fn set_syntax(&mut self, syntax: Syntax) {
        self.highlighter = Highlighter::new(syntax, self.doc.buffer());
    }

    /// Whether lines are broken at the window's edge.
    pub fn set_wrap(&mut self, wrap: Wrap) {
        self.view.get_mut().layout.set_wrap(wrap);
    }

    /// Whether lines are numbered.
    pub const fn set_numbers(&mut self, numbers: Numbers) {
        self.numbers = numbers;
    }

    /// The mode's name for the footer; `None` in plain mode.
    pub fn mode_label(&self) -> Option<&'static str> {
        match &self.keys {
            Keys::Plain(_) => None,
            Keys::Vim(vim) => Some(vim.mode.label()),
        }
    }

    /// Whether a key is text now, so that no key may be taken for an action.
    pub fn is_typing(&self) -> bool {
        match &self.keys {
            Keys::Plain(_) => true,
            Keys::Vim(vim) => !matches!(vim.mode, Mode::Normal | Mode::Visual(_)),
        }
    }

    /// The keys of the command that is not complete yet, and the macro being recorded.
    pub fn pending_keys(&self) -> String {
        match &self.keys {
            Keys::Plain(_) => String::new(),
            Keys::Vim(vim) => match &vim.recording {
                Some((name, _)) => format!("@{name} {}", vim.pending.keys).trim_end().to_owned(),
                None => vim.pending.keys.clone(),
            },
        }
    }

    /// The command or pattern being typed, with the sign before it: to be drawn in the footer with its own cursor.
    pub fn command_line(&self) -> Option<(char, &LineInput)> {
        match &self.keys {
            Keys::Plain(plain) => plain.search.as_ref().map(|(line, _)| ('/', line)),
            Keys::Vim(vim) => sign(vim.mode).map(|sign| (sign, &vim.line)),
        }
    }

    fn lines(&self) -> usize {
        lines_of(&self.keys, &self.doc)
    }

    /// Draws what fits, scrolled so that the cursor is seen.
    pub fn draw(&self, area: Rect, screen: &mut Screen, cx: &DrawCx, active: Active) {
        let selection = match &self.keys {
            Keys::Plain(plain) => plain.selection(&self.doc),
            Keys::Vim(vim) => vim.selection(&self.doc),
        };
        let picture = Picture {
            buffer: self.doc.buffer(),
            lines: self.lines(),
            highlighter: &self.highlighter,
            marks: &self.marks,
            pattern: self.search.pattern.as_ref().filter(|_| self.search.highlight == Highlight::On),
            selection,
            cursor: self.doc.cursor(),
            numbers: self.numbers,
        };
        let place = picture.draw(&mut self.view.borrow_mut(), area, screen, cx);
        if active == Active::Yes && self.command_line().is_none() {
            cx.cursor.set(place);
        }
    }
}

/// How many lines are shown: vim has none behind a final line break.
fn lines_of(keys: &Keys, doc: &Document) -> usize {
    match keys {
        Keys::Plain(_) => doc.buffer().lines(),
        Keys::Vim(_) => doc.buffer().written_lines().max(doc.line() + 1),
    }
}

//! Text of several lines being typed: what is drawn of it is safe, what is typed is kept as it is.

use std::cell::Cell;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_segmentation::UnicodeSegmentation as _;

use super::line_input::{Active, Edit};
use crate::ui::chord::{Chord, Key};
use crate::ui::screens::DrawCx;
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;

/// States that can be taken back.
const UNDO: usize = 100;
/// Columns of the line numbers.
const NUMBERS: u16 = 5;

/// Text of several lines with a cursor between grapheme clusters.
#[derive(Clone, Debug)]
pub struct TextArea {
    lines: Vec<String>,
    row: usize,
    /// A byte offset into the row, always at the edge of a cluster.
    at: usize,
    undo: Vec<(Vec<String>, usize, usize)>,
    redo: Vec<(Vec<String>, usize, usize)>,
    /// Whether the last change was a typed letter, so that the next joins it.
    typing: bool,
    top: Cell<usize>,
    left: Cell<usize>,
    body: Cell<Rect>,
}

impl Default for TextArea {
    fn default() -> Self {
        Self::new("")
    }
}

impl TextArea {
    /// An area with a text, the cursor at its start.
    pub fn new(text: &str) -> Self {
        Self {
            lines: text.split('\n').map(str::to_owned).collect(),
            row: 0,
            at: 0,
            undo: Vec::new(),
            redo: Vec::new(),
            typing: false,
            top: Cell::new(0),
            left: Cell::new(0),
            body: Cell::default(),
        }
    }

    /// The text.
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// Replaces the text, the cursor at its end; can be taken back.
    pub fn set(&mut self, text: &str) {
        self.remember(false);
        self.lines = text.split('\n').map(str::to_owned).collect();
        self.row = self.lines.len() - 1;
        self.at = self.line().len();
    }

    /// The row of the cursor, from 0, and the characters before it in its row.
    pub fn cursor(&self) -> (usize, usize) {
        (self.row, self.line()[..self.at].chars().count())
    }

    /// How many lines there are.
    pub const fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether nothing is written.
    pub fn is_empty(&self) -> bool {
        self.lines.iter().all(String::is_empty)
    }

    /// The letters, digits, dots and underscores before the cursor.
    pub fn word(&self) -> &str {
        let before = &self.line()[..self.at];
        let start = before
            .char_indices()
            .rev()
            .take_while(|(_, c)| c.is_alphanumeric() || *c == '_' || *c == '.')
            .last()
            .map_or(self.at, |(at, _)| at);
        &before[start..]
    }

    /// Puts another word in the place of the one before the cursor.
    pub fn complete(&mut self, word: &str) {
        let start = self.at - self.word().len();
        self.remember(false);
        let end = self.at;
        self.line_mut().replace_range(start..end, word);
        self.at = start + word.len();
    }

    fn line(&self) -> &str {
        self.lines.get(self.row).map_or("", String::as_str)
    }

    fn line_mut(&mut self) -> &mut String {
        if self.lines.is_empty() {
            self.lines.push(String::new());
        }
        self.row = self.row.min(self.lines.len() - 1);
        &mut self.lines[self.row]
    }

    fn remember(&mut self, typing: bool) {
        if !(typing && self.typing) {
            self.undo.push((self.lines.clone(), self.row, self.at));
            if self.undo.len() > UNDO {
                self.undo.remove(0);
            }
        }
        self.redo.clear();
        self.typing = typing;
    }

    /// Takes the last change back.
    pub fn undo(&mut self) {
        if let Some((lines, row, at)) = self.undo.pop() {
            let now = std::mem::replace(&mut self.lines, lines);
            self.redo.push((now, self.row, self.at));
            (self.row, self.at) = (row, at);
        }
        self.typing = false;
    }

    /// Does again what was taken back.
    pub fn redo(&mut self) {
        if let Some((lines, row, at)) = self.redo.pop() {
            let now = std::mem::replace(&mut self.lines, lines);
            self.undo.push((now, self.row, self.at));
            (self.row, self.at) = (row, at);
        }
        self.typing = false;
    }

    /// Puts text in at the cursor.
    pub fn insert(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let one_letter = text.chars().nth(1).is_none() && text != "\n";
        self.remember(one_letter);
        let at = self.at;
        let tail = self.line_mut().split_off(at);
        let mut new = text.split('\n');
        let first = new.next().unwrap_or_default();
        self.line_mut().push_str(first);
        for line in new {
            self.row += 1;
            self.lines.insert(self.row, line.to_owned());
        }
        self.at = self.line().len();
        self.line_mut().push_str(&tail);
        self.snap();
    }

    /// Two halves may have become one cluster.
    fn snap(&mut self) {
        let at = self.at;
        let edge = self.line().grapheme_indices(true).map(|(edge, _)| edge).find(|edge| *edge >= at);
        self.at = edge.unwrap_or_else(|| self.line().len());
    }

    /// Takes a key, with the usual keys of editors and shells.
    pub fn key(&mut self, chord: Chord) -> Edit {
        match (chord.key, chord.ctrl, chord.alt) {
            (Key::Char(c), false, false) => self.insert(c.encode_utf8(&mut [0; 4])),
            (Key::Enter, false, false) => self.insert("\n"),
            (Key::Tab, false, false) => self.insert("  "),
            (Key::Backspace, false, false) | (Key::Char('h'), true, false) => self.backspace(),
            (Key::Delete, ..) | (Key::Char('d'), true, false) => self.delete(),
            (Key::Backspace, ..) | (Key::Char('w'), true, false) => {
                let from = self.word_left();
                self.cut(from, self.at);
            }
            (Key::Char('k'), true, false) => self.cut(self.at, self.line().len()),
            (Key::Char('u'), true, false) => self.cut(0, self.at),
            _ => {
                self.typing = false;
                return self.moved(chord);
            }
        }
        Edit::Changed
    }

    fn moved(&mut self, chord: Chord) -> Edit {
        let page = usize::from(self.body.get().height).max(2) - 1;
        match (chord.key, chord.ctrl, chord.alt) {
            (Key::Left, false, false) | (Key::Char('b'), true, false) => self.left(),
            (Key::Right, false, false) | (Key::Char('f'), true, false) => self.right(),
            (Key::Left, ..) | (Key::Char('b'), false, true) => self.at = self.word_left(),
            (Key::Right, ..) | (Key::Char('f'), false, true) => self.at = self.word_right(),
            (Key::Up, false, false) => self.go_to_row(self.row.saturating_sub(1)),
            (Key::Down, false, false) | (Key::Char('n'), true, false) => self.go_to_row(self.row + 1),
            (Key::PageUp, ..) => self.go_to_row(self.row.saturating_sub(page)),
            (Key::PageDown, ..) => self.go_to_row(self.row + page),
            (Key::Home, true, _) => (self.row, self.at) = (0, 0),
            (Key::End, true, _) => {
                self.row = self.lines.len().saturating_sub(1);
                self.at = self.line().len();
            }
            (Key::Home, ..) | (Key::Char('a'), true, false) => self.at = 0,
            (Key::End, ..) | (Key::Char('e'), true, false) => self.at = self.line().len(),
            _ => return Edit::Ignored,
        }
        Edit::Same
    }

    fn go_to_row(&mut self, row: usize) {
        let column = self.line()[..self.at].graphemes(true).count();
        self.row = row.min(self.lines.len().saturating_sub(1));
        self.at = self.line().grapheme_indices(true).nth(column).map_or_else(|| self.line().len(), |(at, _)| at);
    }

    fn left(&mut self) {
        if self.at > 0 {
            self.at = self.line()[..self.at].grapheme_indices(true).next_back().map_or(0, |(at, _)| at);
        } else if self.row > 0 {
            self.row -= 1;
            self.at = self.line().len();
        }
    }

    fn right(&mut self) {
        if let Some(cluster) = self.line()[self.at..].graphemes(true).next() {
            self.at += cluster.len();
        } else if self.row + 1 < self.lines.len() {
            self.row += 1;
            self.at = 0;
        }
    }

    fn word_left(&self) -> usize {
        self.line()[..self.at].unicode_word_indices().next_back().map_or(0, |(at, _)| at)
    }

    fn word_right(&self) -> usize {
        let rest = &self.line()[self.at..];
        rest.unicode_word_indices().next().map_or(self.line().len(), |(at, word)| self.at + at + word.len())
    }

    fn cut(&mut self, from: usize, to: usize) {
        self.remember(false);
        self.line_mut().replace_range(from..to, "");
        self.at = from;
        self.snap();
    }

    fn backspace(&mut self) {
        if self.at > 0 {
            let end = self.at;
            self.left();
            self.cut(self.at, end);
        } else if self.row > 0 {
            self.remember(false);
            let tail = self.lines.remove(self.row);
            self.row -= 1;
            self.at = self.line().len();
            self.line_mut().push_str(&tail);
            self.snap();
        }
    }

    fn delete(&mut self) {
        let before = (self.row, self.at);
        self.right();
        if before != (self.row, self.at) {
            self.backspace();
        }
    }

    /// Draws what fits, scrolled so that the cursor is seen.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, cx: &DrawCx, active: Active) {
        let area = area.intersection(buf.area);
        self.body.set(area);
        if area.is_empty() {
            return;
        }
        let numbers = if area.width > 40 { NUMBERS } else { 0 };
        let body = Rect { x: area.x + numbers, width: area.width - numbers, ..area };
        let column = text::pieces_width(&text::foreign(&self.line()[..self.at], Role::Input));
        let (height, width) = (usize::from(body.height), usize::from(body.width));
        let top = self.top.get().min(self.row).max((self.row + 1).saturating_sub(height));
        let left = self.left.get().min(column).max((column + 1).saturating_sub(width));
        self.top.set(top);
        self.left.set(left);
        for (row, y) in (top..self.lines.len()).zip(body.top()..body.bottom()) {
            if numbers > 0 {
                let number = format!("{:>4}", row + 1);
                text::put(buf, area.x, y, &number, usize::from(numbers), cx.style(Role::Dim));
            }
            let pieces = skip(&text::foreign(&self.lines[row], Role::Input), left);
            text::put_pieces(buf, (body.x, y), &pieces, width, cx.theme);
        }
        if active == Active::Yes {
            let x = body.x + (column - left).min(width.saturating_sub(1)) as u16;
            cx.cursor.set(Some((x, body.y + (self.row - top) as u16)));
        }
    }
}

/// Pieces without their first columns.
pub fn skip(pieces: &[Piece], columns: usize) -> Vec<Piece> {
    let mut left = columns;
    let mut rest = Vec::new();
    for piece in pieces {
        let mut text = piece.text.as_str();
        while left > 0
            && let Some(cluster) = text.graphemes(true).next()
        {
            left = left.saturating_sub(text::width(cluster));
            text = &text[cluster.len()..];
        }
        if !text.is_empty() {
            rest.push(Piece::own(text, piece.role));
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(start: &str, keys: &str) -> TextArea {
        let mut area = TextArea::new(start);
        for key in keys.split_whitespace() {
            area.key(Chord::parse(key).unwrap());
        }
        area
    }

    #[test]
    fn lines_are_split_and_joined() {
        assert_eq!(typed("ab", "right enter x").text(), "a\nxb");
        assert_eq!(typed("a\nb", "down backspace").text(), "ab");
        assert_eq!(typed("a\nb", "end delete").text(), "ab");
        assert_eq!(typed("one two", "end ctrl-w").text(), "one ");
        assert_eq!(typed("one\ntwo", "down ctrl-k").text(), "one\n");
    }

    #[test]
    fn what_was_typed_is_taken_back_at_once_and_can_be_had_again() {
        let mut area = typed("x", "end a b c");
        assert_eq!(area.text(), "xabc");
        area.undo();
        assert_eq!(area.text(), "x");
        area.redo();
        assert_eq!(area.text(), "xabc");
        area.undo();
        area.undo();
        assert_eq!(area.text(), "x");
    }

    #[test]
    fn a_word_before_the_cursor_is_completed() {
        let mut area = typed("select trace", "end");
        assert_eq!(area.word(), "trace");
        area.complete("trace_id");
        assert_eq!(area.text(), "select trace_id");
        assert_eq!(typed("", "").word(), "");
    }

    #[test]
    fn columns_are_skipped_by_width() {
        let rest = skip(&[Piece::own("日本", Role::Text), Piece::own("abc", Role::Dim)], 5);
        assert_eq!(rest, [Piece::own("bc", Role::Dim)]);
    }
}

//! A line of text being typed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::ui::chord::{Chord, Key};
use crate::ui::screens::DrawCx;
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;

/// A line of text with a cursor between grapheme clusters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineInput {
    text: String,
    /// A byte offset, always at the edge of a cluster.
    cursor: usize,
}

/// What a key did to the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// The text is another.
    Changed,
    /// Only the cursor moved, or nothing happened.
    Same,
    /// The key means nothing here.
    Ignored,
}

impl LineInput {
    /// A line with a text, the cursor at its end.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { cursor: text.len(), text }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Replaces the text, the cursor at its end.
    pub fn set(&mut self, text: impl Into<String>) {
        *self = Self::new(text);
    }

    /// Puts text in at the cursor; line breaks become spaces.
    pub fn insert(&mut self, text: &str) {
        let one_line = text.trim_end_matches(['\n', '\r']).replace("\r\n", " ").replace(['\n', '\r'], " ");
        self.text.insert_str(self.cursor, &one_line);
        self.cursor += one_line.len();
        self.snap();
    }

    /// Takes a key, with the usual keys of shells.
    pub fn key(&mut self, chord: Chord) -> Edit {
        let before = self.text.len();
        match (chord.key, chord.ctrl, chord.alt) {
            (Key::Char(c), false, false) => {
                self.insert(c.encode_utf8(&mut [0; 4]));
                return Edit::Changed;
            }
            (Key::Left, false, false) | (Key::Char('b'), true, false) => self.cursor = self.left(),
            (Key::Right, false, false) | (Key::Char('f'), true, false) => self.cursor = self.right(),
            (Key::Left, true, _) | (Key::Char('b'), false, true) => self.cursor = self.word_left(),
            (Key::Right, true, _) | (Key::Char('f'), false, true) => self.cursor = self.word_right(),
            (Key::Home, ..) | (Key::Char('a'), true, false) => self.cursor = 0,
            (Key::End, ..) | (Key::Char('e'), true, false) => self.cursor = self.text.len(),
            (Key::Backspace, false, false) | (Key::Char('h'), true, false) => self.remove(self.left(), self.cursor),
            (Key::Delete, ..) | (Key::Char('d'), true, false) => self.remove(self.cursor, self.right()),
            (Key::Backspace, ..) | (Key::Char('w'), true, false) => self.remove(self.word_left(), self.cursor),
            (Key::Char('d'), false, true) => self.remove(self.cursor, self.word_right()),
            (Key::Char('u'), true, false) => self.remove(0, self.cursor),
            (Key::Char('k'), true, false) => self.remove(self.cursor, self.text.len()),
            _ => return Edit::Ignored,
        }
        if self.text.len() == before { Edit::Same } else { Edit::Changed }
    }

    fn remove(&mut self, from: usize, to: usize) {
        self.text.replace_range(from..to, "");
        self.cursor = from;
        self.snap();
    }

    /// Two halves may have become one cluster.
    fn snap(&mut self) {
        let edge = self.text.grapheme_indices(true).map(|(at, _)| at).find(|at| *at >= self.cursor);
        self.cursor = edge.unwrap_or(self.text.len());
    }

    fn left(&self) -> usize {
        self.text[..self.cursor].grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    fn right(&self) -> usize {
        self.text[self.cursor..].graphemes(true).next().map_or(self.cursor, |cluster| self.cursor + cluster.len())
    }

    fn word_left(&self) -> usize {
        self.text[..self.cursor].unicode_word_indices().next_back().map_or(0, |(at, _)| at)
    }

    fn word_right(&self) -> usize {
        let rest = &self.text[self.cursor..];
        rest.unicode_word_indices().next().map_or(self.text.len(), |(at, word)| self.cursor + at + word.len())
    }

    /// Draws the line into the first row of `area`, scrolled so that the cursor is seen; `active` shows the cursor.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, cx: &DrawCx, active: Active) {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return;
        }
        let room = usize::from(area.width);
        let before = text::foreign(&self.text[..self.cursor], Role::Input);
        let mut skipped = 0;
        let mut start = 0;
        // One column stays free for the cursor itself.
        for (at, cluster) in self.text[..self.cursor].grapheme_indices(true) {
            if text::pieces_width(&before) - skipped < room {
                break;
            }
            skipped += text::pieces_width(&text::foreign(cluster, Role::Input));
            start = at + cluster.len();
        }
        let shown: Vec<Piece> = text::foreign(&self.text[start..], Role::Input);
        text::put_pieces(buf, (area.x, area.y), &shown, room, cx.theme);
        if active == Active::Yes {
            let column = text::pieces_width(&before).saturating_sub(skipped).min(room.saturating_sub(1));
            cx.cursor.set(Some((area.x + column as u16, area.y)));
        }
    }
}

/// Whether the line has the focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Active {
    /// The cursor is shown.
    Yes,
    /// It is only looked at.
    No,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &str) -> LineInput {
        let mut line = LineInput::default();
        for key in keys.split(' ') {
            line.key(Chord::parse(key).unwrap());
        }
        line
    }

    #[test]
    fn editing_works_as_in_shells() {
        assert_eq!(typed("a b left c").text(), "acb");
        assert_eq!(typed("a b space c ctrl-w").text(), "ab ");
        assert_eq!(typed("a b home x ctrl-k").text(), "x");
        assert_eq!(typed("a b ctrl-u").text(), "");
        assert_eq!(typed("left backspace delete").text(), "");
    }

    #[test]
    fn one_key_deletes_one_visible_character() {
        let mut line = LineInput::new("e\u{301}👩\u{200d}🚀");
        line.key(Chord::plain(Key::Backspace));
        assert_eq!(line.text(), "e\u{301}");
        line.key(Chord::plain(Key::Backspace));
        assert_eq!(line.text(), "");
    }

    #[test]
    fn pasted_line_breaks_become_spaces() {
        let mut line = LineInput::default();
        line.insert("one\r\ntwo\n");
        assert_eq!(line.text(), "one two");
    }
}

//! A long text to be read: wrapped, scrolled and searched; only the lines that are seen are made safe.

use std::cell::Cell;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::action::Action;
use crate::ui::input::{Mouse, MouseKind};
use crate::ui::screens::DrawCx;
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;

/// A line of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DocLine {
    /// Foreign text without line breaks.
    Foreign(String, Role),
    /// Pieces that are safe already.
    Own(Vec<Piece>),
}

/// Rows of a view before anything was drawn.
const FIRST_HEIGHT: usize = 12;
/// Longer lines are split, so that one line never costs more than a screen of them.
const LONGEST: usize = 4_096;

/// A text in lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doc {
    lines: Vec<DocLine>,
}

impl Doc {
    /// Adds foreign text, a line for each of its lines.
    pub fn foreign(&mut self, text: &str, role: Role) -> &mut Self {
        for line in text.split('\n') {
            let mut rest = line.strip_suffix('\r').unwrap_or(line);
            while rest.len() > LONGEST {
                let (now, later) = rest.split_at(rest.floor_char_boundary(LONGEST));
                self.lines.push(DocLine::Foreign(now.to_owned(), role));
                rest = later;
            }
            self.lines.push(DocLine::Foreign(rest.to_owned(), role));
        }
        self
    }

    /// Adds a line of safe pieces.
    pub fn own(&mut self, pieces: Vec<Piece>) -> &mut Self {
        self.lines.push(DocLine::Own(pieces));
        self
    }

    /// Adds a heading.
    pub fn heading(&mut self, text: &str) -> &mut Self {
        self.lines.push(DocLine::Foreign(text.to_owned(), Role::Heading));
        self
    }

    /// Adds an empty line.
    pub fn blank(&mut self) -> &mut Self {
        self.own(Vec::new())
    }

    /// Adds another document's lines.
    pub fn append(&mut self, other: &Self) -> &mut Self {
        self.lines.extend(other.lines.iter().cloned());
        self
    }

    /// How many lines it has.
    pub const fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether it has none.
    pub const fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The text, made safe, for the clipboard.
    pub fn plain(&self) -> String {
        let lines: Vec<String> =
            self.lines.iter().map(|line| pieces(line).iter().map(|piece| piece.text.as_str()).collect()).collect();
        lines.join("\n")
    }

    /// The lines that hold `needle`, in any case.
    pub fn find(&self, needle: &str) -> Vec<usize> {
        let needle = needle.to_lowercase();
        let holds = |line: &DocLine| match line {
            DocLine::Foreign(text, _) => text.to_lowercase().contains(&needle),
            DocLine::Own(pieces) => {
                pieces.iter().map(|piece| piece.text.as_str()).collect::<String>().to_lowercase().contains(&needle)
            }
        };
        self.lines.iter().enumerate().filter(|(_, line)| holds(line)).map(|(place, _)| place).collect()
    }
}

fn pieces(line: &DocLine) -> Vec<Piece> {
    match line {
        DocLine::Foreign(text, role) => text::foreign(text, *role),
        DocLine::Own(pieces) => pieces.clone(),
    }
}

/// Where a reader is in a document.
#[derive(Clone, Debug, Default)]
pub struct TextView {
    /// The line at the top, and the row of it that wrapping gave.
    top: Cell<(usize, usize)>,
    body: Cell<Rect>,
    /// What was searched for.
    needle: Option<String>,
}

impl TextView {
    /// Goes to the top.
    pub fn reset(&mut self) {
        self.top.set((0, 0));
    }

    /// Goes so far that a line is seen: to the top where it is seen from there, else with two lines above it.
    pub fn show_line(&self, line: usize, doc: &Doc) {
        let height = match usize::from(self.body.get().height) {
            0 => FIRST_HEIGHT,
            height => height,
        };
        let before: usize = (0..line.min(height)).map(|before| self.rows(doc, before)).sum();
        let seen_from_top = line < height && before + 2 < height;
        self.top.set((if seen_from_top { 0 } else { line.saturating_sub(2) }, 0));
    }

    /// Takes an action of movement or search; says whether it was one.
    pub fn act(&mut self, action: Action, doc: &Doc) -> bool {
        let page = usize::from(self.body.get().height).saturating_sub(1).max(1);
        match action {
            Action::Up => self.scroll(-1, doc),
            Action::Down => self.scroll(1, doc),
            Action::PageUp => self.scroll(-(page as isize), doc),
            Action::PageDown => self.scroll(page as isize, doc),
            Action::Top => self.top.set((0, 0)),
            Action::Bottom => {
                self.top.set((doc.len().saturating_sub(1), usize::MAX));
                self.scroll(-(page as isize), doc);
            }
            Action::NextMatch => self.to_match(doc, true),
            Action::PrevMatch => self.to_match(doc, false),
            _ => return false,
        }
        true
    }

    /// Takes the mouse's wheel; says whether it was over this text.
    pub fn mouse(&mut self, mouse: Mouse, doc: &Doc) -> bool {
        if !self.body.get().contains((mouse.column, mouse.row).into()) {
            return false;
        }
        match mouse.kind {
            MouseKind::WheelUp => self.scroll(-3, doc),
            MouseKind::WheelDown => self.scroll(3, doc),
            MouseKind::Click => {}
        }
        true
    }

    /// Searches; goes to the first match from here on. Says how many lines match.
    pub fn search(&mut self, needle: &str, doc: &Doc) -> usize {
        self.needle = (!needle.is_empty()).then(|| needle.to_owned());
        let found = self.needle.as_deref().map(|needle| doc.find(needle)).unwrap_or_default();
        let here = self.top.get().0;
        if let Some(line) = found.iter().find(|line| **line >= here).or(found.first()) {
            self.top.set((*line, 0));
        }
        found.len()
    }

    /// What is searched for.
    pub fn needle(&self) -> Option<&str> {
        self.needle.as_deref()
    }

    fn to_match(&self, doc: &Doc, forward: bool) {
        let Some(needle) = &self.needle else { return };
        let (here, found) = (self.top.get().0, doc.find(needle));
        let next = if forward {
            found.iter().find(|line| **line > here).or(found.first())
        } else {
            found.iter().rev().find(|line| **line < here).or(found.last())
        };
        if let Some(line) = next {
            self.top.set((*line, 0));
        }
    }

    fn rows(&self, doc: &Doc, line: usize) -> usize {
        let width = usize::from(self.body.get().width.max(1));
        doc.lines.get(line).map_or(1, |line| text::wrap(&pieces(line), width).len())
    }

    fn scroll(&self, by: isize, doc: &Doc) {
        let (mut line, mut row) = self.top.get();
        line = line.min(doc.len().saturating_sub(1));
        row = row.min(self.rows(doc, line) - 1);
        for _ in 0..by.unsigned_abs() {
            if by < 0 {
                if row > 0 {
                    row -= 1;
                } else if line > 0 {
                    line -= 1;
                    row = self.rows(doc, line) - 1;
                }
            } else if row + 1 < self.rows(doc, line) {
                row += 1;
            } else if line + 1 < doc.len() {
                line += 1;
                row = 0;
            }
        }
        self.top.set((line, row));
    }

    /// Draws what is seen of a document.
    pub fn draw(&self, doc: &Doc, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
        let area = area.intersection(buf.area);
        self.body.set(area);
        if area.is_empty() {
            return;
        }
        let (line, row) = self.top.get();
        let line = line.min(doc.len().saturating_sub(1));
        let mut y = area.y;
        let mut skip = row;
        for line in doc.lines.iter().skip(line) {
            let pieces = highlight(pieces(line), self.needle.as_deref());
            let rows = text::wrap(&pieces, usize::from(area.width));
            let skipped = std::mem::take(&mut skip).min(rows.len() - 1);
            for row in &rows[skipped..] {
                if y >= area.bottom() {
                    return;
                }
                text::put_pieces(buf, (area.x, y), row, usize::from(area.width), cx.theme);
                y += 1;
            }
        }
    }
}

/// Marks what was searched for; only ASCII case is folded here, so that offsets stay true.
fn highlight(pieces: Vec<Piece>, needle: Option<&str>) -> Vec<Piece> {
    let Some(needle) = needle.map(str::to_ascii_lowercase) else { return pieces };
    let mut out = Vec::new();
    for piece in pieces {
        let lower = piece.text.to_ascii_lowercase();
        let mut from = 0;
        for (at, found) in lower.match_indices(&needle) {
            out.push(Piece::own(&piece.text[from..at], piece.role));
            out.push(Piece::own(&piece.text[at..at + found.len()], Role::Match));
            from = at + found.len();
        }
        out.push(Piece::own(&piece.text[from..], piece.role));
    }
    out.retain(|piece| !piece.text.is_empty());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_goes_round_and_finds_in_any_case() {
        let mut doc = Doc::default();
        doc.foreign("one\nTwo\nthree\ntwo", Role::Text);
        let mut view = TextView::default();
        assert_eq!(view.search("two", &doc), 2);
        assert_eq!(view.top.get().0, 1);
        view.act(Action::NextMatch, &doc);
        assert_eq!(view.top.get().0, 3);
        view.act(Action::NextMatch, &doc);
        assert_eq!(view.top.get().0, 1);
    }

    #[test]
    fn a_line_that_is_seen_from_the_top_moves_nothing() {
        let mut doc = Doc::default();
        doc.foreign(&"x\n".repeat(40), Role::Text);
        let view = TextView::default();
        view.show_line(5, &doc);
        assert_eq!(view.top.get(), (0, 0));
        view.show_line(30, &doc);
        assert_eq!(view.top.get(), (28, 0));
    }

    #[test]
    fn a_huge_line_is_split_and_scrolling_stays_inside() {
        let mut doc = Doc::default();
        doc.foreign(&"é".repeat(10_000), Role::Text);
        assert!(doc.len() >= 4);
        let mut view = TextView::default();
        for action in [Action::Bottom, Action::PageDown, Action::Up, Action::Top, Action::Up] {
            assert!(view.act(action, &doc));
        }
        assert_eq!(view.top.get(), (0, 0));
        view.act(Action::Bottom, &Doc::default());
    }
}

//! What changed between two texts, line by line and word by word, in one column or side by side.

use std::cell::Cell;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::diff::{Change, DiffPiece, change_ratio, word_diff};
use crate::ui::action::Action;
use crate::ui::effects::prompts::DiffLine;
use crate::ui::screens::DrawCx;
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;

/// Columns from which both texts stand side by side.
pub const SIDE_FROM: u16 = 96;
/// Lines around a change that are shown.
const AROUND: usize = 3;
/// Longer lines are not compared by words: that would take longer than a frame.
const LONGEST_BY_WORDS: usize = 2_000;

/// Lines that changed more than this are not compared by words.
const LEAST_IN_COMMON: f64 = 0.7;

/// How both texts stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// Side by side where there is room.
    #[default]
    Fitting,
    /// Side by side.
    Side,
    /// One below the other.
    Unified,
}

/// A line of the view.
#[derive(Clone, Debug, PartialEq)]
enum Row {
    /// Lines that are the same are left out here.
    Gap(usize),
    /// A line of either or both texts.
    Lines(Option<Line>, Option<Line>),
}

/// A line of one of the texts: its number, and its words, those that the other line lacks apart.
#[derive(Clone, Debug, PartialEq)]
struct Line {
    number: usize,
    words: Vec<DiffPiece>,
}

impl Line {
    fn whole(number: usize, text: &str, change: Change) -> Self {
        Self { number, words: vec![DiffPiece { change, text: text.to_owned() }] }
    }
}

/// What changed, ready to draw.
#[derive(Clone, Debug)]
pub struct DiffView {
    rows: Vec<Row>,
    /// How both texts stand.
    pub layout: Layout,
    width: Cell<u16>,
    top: Cell<usize>,
    height: Cell<u16>,
    /// Lines added and removed.
    pub counts: (usize, usize),
}

impl DiffView {
    /// A view of the lines of a difference.
    pub fn new(lines: &Arc<Vec<DiffLine>>) -> Self {
        let mut rows = Vec::new();
        let (mut added, mut removed) = (0, 0);
        let mut place = 0;
        while place < lines.len() {
            match &lines[place] {
                DiffLine::Same(old, new, text) => {
                    let same = |number: usize| Some(Line::whole(number, text, Change::Equal));
                    rows.push(Row::Lines(same(*old), same(*new)));
                    place += 1;
                }
                _ => place = pair(lines, place, &mut rows, &mut added, &mut removed),
            }
        }
        Self {
            rows: fold(rows),
            layout: Layout::default(),
            width: Cell::new(0),
            top: Cell::new(0),
            height: Cell::new(0),
            counts: (added, removed),
        }
    }

    /// Puts both texts the other way: side by side, or one below the other.
    pub fn turn(&mut self) {
        self.layout = if self.is_side(self.width.get()) { Layout::Unified } else { Layout::Side };
    }

    fn is_side(&self, width: u16) -> bool {
        match self.layout {
            Layout::Fitting => width >= SIDE_FROM,
            Layout::Side => true,
            Layout::Unified => false,
        }
    }

    /// Whether nothing changed.
    pub const fn is_same(&self) -> bool {
        self.counts.0 == 0 && self.counts.1 == 0
    }

    /// Takes an action of movement; says whether it was one.
    pub fn act(&self, action: Action) -> bool {
        let page = usize::from(self.height.get()).saturating_sub(1).max(1);
        let last = self.rows.len().saturating_sub(1);
        let top = self.top.get();
        let changed = |at: &usize| !matches!(self.rows[*at], Row::Gap(_)) && !is_same(&self.rows[*at]);
        let to = match action {
            Action::Up => top.saturating_sub(1),
            Action::Down => top + 1,
            Action::PageUp => top.saturating_sub(page),
            Action::PageDown => top + page,
            Action::Top => 0,
            Action::Bottom => last,
            Action::NextMatch => (top + 1..self.rows.len()).find(changed).unwrap_or(top),
            Action::PrevMatch => (0..top).rev().find(changed).unwrap_or(top),
            _ => return false,
        };
        self.top.set(to.min(last));
        true
    }

    /// Scrolls by rows.
    pub fn scroll(&self, by: isize) {
        self.top.set(self.top.get().saturating_add_signed(by).min(self.rows.len().saturating_sub(1)));
    }

    /// Draws it.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
        let area = area.intersection(buf.area);
        self.height.set(area.height);
        self.width.set(area.width);
        let mut y = area.y;
        for row in self.rows.iter().skip(self.top.get()) {
            let drawn = if self.is_side(area.width) { side(row, area.width, cx) } else { unified(row, area.width, cx) };
            for line in drawn {
                if y >= area.bottom() {
                    return;
                }
                text::put_pieces(buf, (area.x, y), &line, usize::from(area.width), cx.theme);
                y += 1;
            }
        }
    }
}

/// Sets removed lines beside the added ones that follow them.
fn pair(lines: &[DiffLine], mut place: usize, rows: &mut Vec<Row>, added: &mut usize, removed: &mut usize) -> usize {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    while let Some(line) = lines.get(place) {
        match line {
            DiffLine::Removed(number, text) => old.push((*number, text.clone())),
            DiffLine::Added(number, text) => new.push((*number, text.clone())),
            DiffLine::Same(..) => break,
        }
        place += 1;
    }
    *added += new.len();
    *removed += old.len();
    let (mut old, mut new) = (old.into_iter(), new.into_iter());
    loop {
        match (old.next(), new.next()) {
            (None, None) => return place,
            (Some((old, text)), Some((new, other))) => {
                let (one, two) = by_words((old, &text), (new, &other));
                rows.push(Row::Lines(Some(one), Some(two)));
            }
            (one, other) => rows.push(Row::Lines(
                one.map(|(number, text)| Line::whole(number, &text, Change::Removed)),
                other.map(|(number, text)| Line::whole(number, &text, Change::Added)),
            )),
        }
    }
}

/// Two lines that stand for each other, with the words that changed.
fn by_words((old, text): (usize, &str), (new, other): (usize, &str)) -> (Line, Line) {
    let whole = || (Line::whole(old, text, Change::Removed), Line::whole(new, other, Change::Added));
    if text.len().max(other.len()) > LONGEST_BY_WORDS {
        return whole();
    }
    let words = word_diff(text, other);
    // Lines with next to nothing in common are another line each.
    if change_ratio(&words) > LEAST_IN_COMMON {
        return whole();
    }
    let of = |without: Change| words.iter().filter(|word| word.change != without).cloned().collect();
    (Line { number: old, words: of(Change::Added) }, Line { number: new, words: of(Change::Removed) })
}

fn is_same(row: &Row) -> bool {
    let all = |line: &Line| line.words.iter().all(|word| word.change == Change::Equal);
    matches!(row, Row::Lines(Some(old), Some(new)) if all(old) && all(new))
}

/// Leaves long stretches of the same out.
fn fold(rows: Vec<Row>) -> Vec<Row> {
    let changed: Vec<usize> = (0..rows.len()).filter(|at| !is_same(&rows[*at])).collect();
    if changed.is_empty() {
        return rows;
    }
    let mut near = vec![false; rows.len()];
    for at in changed {
        for slot in &mut near[at.saturating_sub(AROUND)..(at + AROUND + 1).min(rows.len())] {
            *slot = true;
        }
    }
    let mut folded = Vec::new();
    for (row, near) in rows.into_iter().zip(near) {
        match (near, folded.last_mut()) {
            (true, _) => folded.push(row),
            (false, Some(Row::Gap(count))) => *count += 1,
            (false, _) => folded.push(Row::Gap(1)),
        }
    }
    folded
}

fn gap(count: usize, cx: &DrawCx) -> Vec<Piece> {
    let lines = if count == 1 { "line" } else { "lines" };
    vec![Piece::own(format!("      {} {count} {lines} as before", cx.glyphs.ellipsis), Role::Dim)]
}

/// A line with its mark and number, wrapped. Where only some words changed, the others are plain.
fn line(mark: &str, line: &Line, role: Role, width: usize) -> Vec<Vec<Piece>> {
    let room = width.saturating_sub(7).max(1);
    let pieces: Vec<Piece> = line
        .words
        .iter()
        .flat_map(|word| text::foreign(&word.text, if word.change == Change::Equal { Role::Text } else { role }))
        .collect();
    let rows = text::wrap(&pieces, room);
    rows.into_iter()
        .enumerate()
        .map(|(place, mut row)| {
            let head = if place == 0 { format!("{:>4} {mark} ", line.number) } else { format!("     {mark} ") };
            row.insert(0, Piece::own(head, if role == Role::Text { Role::Dim } else { role }));
            row
        })
        .collect()
}

fn unified(row: &Row, width: u16, cx: &DrawCx) -> Vec<Vec<Piece>> {
    let width = usize::from(width);
    match row {
        Row::Gap(count) => vec![gap(*count, cx)],
        Row::Lines(_, Some(new)) if is_same(row) => line(" ", new, Role::Text, width),
        Row::Lines(old, new) => {
            let old = old.iter().flat_map(|old| line("-", old, Role::Removed, width));
            old.chain(new.iter().flat_map(|new| line("+", new, Role::Added, width))).collect()
        }
    }
}

fn side(row: &Row, width: u16, cx: &DrawCx) -> Vec<Vec<Piece>> {
    let half = usize::from(width.saturating_sub(3)) / 2;
    let (left, right) = match row {
        Row::Gap(count) => return vec![gap(*count, cx)],
        Row::Lines(Some(old), Some(new)) if is_same(row) => {
            (line(" ", old, Role::Text, half), line(" ", new, Role::Text, half))
        }
        Row::Lines(old, new) => (
            old.as_ref().map_or_else(Vec::new, |old| line("-", old, Role::Removed, half)),
            new.as_ref().map_or_else(Vec::new, |new| line("+", new, Role::Added, half)),
        ),
    };
    let rows = left.len().max(right.len());
    let (mut left, mut right) = (left.into_iter(), right.into_iter());
    (0..rows)
        .map(|_| {
            let mut pieces = left.next().unwrap_or_default();
            let used = text::pieces_width(&pieces);
            pieces.push(Piece::own(" ".repeat(half.saturating_sub(used)), Role::Text));
            pieces.push(Piece::own(format!(" {} ", cx.glyphs.vertical), Role::Border));
            pieces.extend(right.next().unwrap_or_default());
            pieces
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removed_and_added_lines_stand_beside_each_other_and_the_same_is_folded() {
        let mut lines: Vec<DiffLine> = (1..=10).map(|at| DiffLine::Same(at, at, format!("line {at}"))).collect();
        lines.extend([DiffLine::Removed(11, "old".into()), DiffLine::Added(11, "new".into())]);
        let view = DiffView::new(&Arc::new(lines));
        assert_eq!(view.counts, (1, 1));
        assert_eq!(view.rows[0], Row::Gap(7));
        let (old, new) = (Line::whole(11, "old", Change::Removed), Line::whole(11, "new", Change::Added));
        assert_eq!(view.rows.last(), Some(&Row::Lines(Some(old), Some(new))));
        assert!(view.act(Action::NextMatch));
        assert_eq!(view.top.get(), 4);
    }

    #[test]
    fn in_lines_that_are_mostly_the_same_only_the_changed_words_stand_out() {
        let (old, new) = by_words((1, "Answer from the sources."), (1, "Answer from these sources."));
        let changed = |line: &Line| -> Vec<String> {
            line.words.iter().filter(|word| word.change != Change::Equal).map(|word| word.text.clone()).collect()
        };
        assert_eq!((changed(&old), changed(&new)), (vec!["the".to_owned()], vec!["these".to_owned()]));
        let (old, _) = by_words((1, "Answer."), (1, "Something else entirely"));
        assert_eq!(old, Line::whole(1, "Answer.", Change::Removed));
    }
}

//! What changed between two texts, in one column or side by side where there is room.

use std::cell::Cell;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::action::Action;
use crate::ui::effects::prompts::DiffLine;
use crate::ui::screens::DrawCx;
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;

/// Columns from which both texts stand side by side.
pub const SIDE_FROM: u16 = 96;
/// Lines around a change that are shown.
const AROUND: usize = 3;

/// A line of the view.
#[derive(Clone, Debug, PartialEq)]
enum Row {
    /// Lines that are the same are left out here.
    Gap(usize),
    /// A line of either or both texts.
    Lines(Option<(usize, String)>, Option<(usize, String)>),
}

/// What changed, ready to draw.
#[derive(Clone, Debug)]
pub struct DiffView {
    rows: Vec<Row>,
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
                    rows.push(Row::Lines(Some((*old, text.clone())), Some((*new, text.clone()))));
                    place += 1;
                }
                _ => place = pair(lines, place, &mut rows, &mut added, &mut removed),
            }
        }
        Self { rows: fold(rows), top: Cell::new(0), height: Cell::new(0), counts: (added, removed) }
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
        let changed = |at: &usize| matches!(&self.rows[*at], Row::Lines(old, new) if old.is_none() || new.is_none() || old.as_ref().map(|(_, text)| text) != new.as_ref().map(|(_, text)| text));
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
        let mut y = area.y;
        for row in self.rows.iter().skip(self.top.get()) {
            let drawn = if area.width >= SIDE_FROM { side(row, area.width, cx) } else { unified(row, area.width, cx) };
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
            (one, other) => rows.push(Row::Lines(one, other)),
        }
    }
}

fn is_same(row: &Row) -> bool {
    matches!(row, Row::Lines(Some((_, old)), Some((_, new))) if old == new)
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

fn line(mark: &str, number: usize, foreign: &str, role: Role, width: usize) -> Vec<Vec<Piece>> {
    let room = width.saturating_sub(7).max(1);
    let rows = text::wrap(&text::foreign(foreign, role), room);
    rows.into_iter()
        .enumerate()
        .map(|(place, mut row)| {
            let head = if place == 0 { format!("{number:>4} {mark} ") } else { format!("     {mark} ") };
            row.insert(0, Piece::own(head, if role == Role::Text { Role::Dim } else { role }));
            row
        })
        .collect()
}

fn unified(row: &Row, width: u16, cx: &DrawCx) -> Vec<Vec<Piece>> {
    let width = usize::from(width);
    match row {
        Row::Gap(count) => vec![gap(*count, cx)],
        Row::Lines(Some((_, old)), Some((number, new))) if old == new => line(" ", *number, new, Role::Text, width),
        Row::Lines(old, new) => {
            let mut lines = Vec::new();
            if let Some((number, text)) = old {
                lines.extend(line("-", *number, text, Role::Removed, width));
            }
            if let Some((number, text)) = new {
                lines.extend(line("+", *number, text, Role::Added, width));
            }
            lines
        }
    }
}

fn side(row: &Row, width: u16, cx: &DrawCx) -> Vec<Vec<Piece>> {
    let half = usize::from(width.saturating_sub(3)) / 2;
    let (left, right) = match row {
        Row::Gap(count) => return vec![gap(*count, cx)],
        Row::Lines(Some((old, text)), Some((new, other))) if text == other => {
            (line(" ", *old, text, Role::Text, half), line(" ", *new, other, Role::Text, half))
        }
        Row::Lines(old, new) => (
            old.as_ref().map_or_else(Vec::new, |(number, text)| line("-", *number, text, Role::Removed, half)),
            new.as_ref().map_or_else(Vec::new, |(number, text)| line("+", *number, text, Role::Added, half)),
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
        assert_eq!(view.rows.last(), Some(&Row::Lines(Some((11, "old".into())), Some((11, "new".into())))));
        assert!(view.act(Action::NextMatch));
        assert_eq!(view.top.get(), 4);
    }
}

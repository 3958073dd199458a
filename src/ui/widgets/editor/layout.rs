//! Lines in rows: where each row of a wrapped line begins.
//!
//! Rows are found only as far as they are needed, and kept; an edit forgets those behind it. So a key in a line of
//! 130 kB costs the rows on screen, not the line.

use std::collections::BTreeMap;
use std::ops::Range;

use super::buffer::{Buffer, Change};
use super::cells::{Cells, is_plain};

/// Bytes between the places of an unwrapped line whose columns are kept.
const STOP: usize = 512;
/// Lines whose rows are kept.
const KEPT: usize = 4_096;

/// Whether long lines are broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrap {
    /// At the edge of the window, behind a blank where there is one.
    Soft,
    /// Never: the window moves sideways.
    Off,
}

/// A row of a line on screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowId {
    /// The line, from 0.
    pub line: usize,
    /// The row of the line, from 0.
    pub row: usize,
}

#[derive(Clone, Debug)]
struct Rows {
    /// Offsets in the line; never empty.
    starts: Vec<usize>,
    /// Whether the last row is known to be the last.
    complete: bool,
    /// Cluster edges of an unwrapped line with their columns; never empty.
    stops: Vec<(usize, usize)>,
}

/// What is looked for in an unwrapped line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// An offset in the line.
    Offset(usize),
    /// A column.
    Column(usize),
}

/// The rows of the lines of a buffer.
#[derive(Clone, Debug)]
pub struct Layout {
    width: usize,
    wrap: Wrap,
    lines: BTreeMap<usize, Rows>,
}

impl Layout {
    /// A layout in which nothing is known yet.
    pub const fn new(wrap: Wrap) -> Self {
        Self { width: 80, wrap, lines: BTreeMap::new() }
    }

    /// Sets the columns of a row, at least 1.
    pub fn set_width(&mut self, width: usize) {
        let width = width.max(1);
        if self.width != width {
            self.width = width;
            self.lines.clear();
        }
    }

    /// Sets whether long lines are broken.
    pub fn set_wrap(&mut self, wrap: Wrap) {
        self.wrap = wrap;
        self.lines.clear();
    }

    /// Whether long lines are broken.
    pub const fn wrap(&self) -> Wrap {
        self.wrap
    }

    /// Forgets all rows.
    pub fn forget(&mut self) {
        self.lines.clear();
    }

    /// Forgets what an edit made wrong.
    pub fn changed(&mut self, change: Change, buffer: &Buffer) {
        let later = self.lines.split_off(&(change.line + 1));
        let gone = change.line + change.lines_removed;
        self.lines.extend(
            later
                .into_iter()
                .filter(|(line, _)| *line > gone)
                .map(|(line, rows)| (line - change.lines_removed + change.lines_inserted, rows)),
        );
        let at = change.at.saturating_sub(buffer.start(change.line));
        if let Some(rows) = self.lines.get_mut(&change.line) {
            // The cell that did not fit on a row is on the next or, where it is wide, begins the one after that.
            let row = rows.starts.partition_point(|start| *start <= at);
            rows.starts.truncate(row.saturating_sub(2).max(1));
            rows.complete = false;
            let stops = rows.stops.partition_point(|(stop, _)| *stop < at);
            rows.stops.truncate(stops.max(1));
        }
    }

    /// The last kept edge of an unwrapped line before what is wanted: its offset in the line and its column.
    pub fn stop(&mut self, buffer: &Buffer, line: usize, wanted: Wanted) -> (usize, usize) {
        self.find(buffer, line, |_| true);
        let Some(rows) = self.lines.get_mut(&line) else { return (0, 0) };
        let text = buffer.line(line);
        let is_before = |(at, column): &(usize, usize)| match wanted {
            Wanted::Offset(offset) => *at <= offset,
            Wanted::Column(most) => *column <= most,
        };
        while let Some(last) = rows.stops.last().copied().filter(is_before) {
            let Some(next) = next_stop(text, last) else { break };
            rows.stops.push(next);
        }
        let place = rows.stops.partition_point(is_before).saturating_sub(1);
        rows.stops.get(place).copied().unwrap_or_default()
    }

    /// Finds rows until `enough` says so or the line ends.
    fn find(&mut self, buffer: &Buffer, line: usize, enough: impl Fn(&[usize]) -> bool) -> &Rows {
        if self.lines.len() > KEPT {
            self.lines.clear();
        }
        let (width, wrap) = (self.width, self.wrap);
        let rows =
            self.lines.entry(line).or_insert_with(|| Rows { starts: vec![0], complete: false, stops: vec![(0, 0)] });
        let text = buffer.line(line);
        if wrap == Wrap::Off {
            rows.complete = true;
        }
        while !rows.complete && !enough(&rows.starts) {
            let from = rows.starts.last().copied().unwrap_or(0);
            let end = row_end(text, from, width);
            if end < text.len() {
                rows.starts.push(end);
            } else {
                rows.complete = true;
            }
        }
        rows
    }

    /// The row of an offset in its line.
    pub fn row_at(&mut self, buffer: &Buffer, offset: usize) -> RowId {
        let line = buffer.line_at(offset);
        let at = offset - buffer.start(line);
        let rows = self.find(buffer, line, |starts| starts.last().is_some_and(|last| *last > at));
        RowId { line, row: rows.starts.partition_point(|start| *start <= at).saturating_sub(1) }
    }

    /// The bytes of a row, as offsets in its line; `None` where the line has no such row.
    pub fn range(&mut self, buffer: &Buffer, id: RowId) -> Option<Range<usize>> {
        let rows = self.find(buffer, id.line, |starts| starts.len() > id.row + 1);
        let start = *rows.starts.get(id.row)?;
        let end = rows.starts.get(id.row + 1).copied().unwrap_or_else(|| buffer.line(id.line).len());
        Some(start..end)
    }

    /// The row below; `None` below the last of `lines`.
    pub fn below(&mut self, buffer: &Buffer, id: RowId, lines: usize) -> Option<RowId> {
        let next = RowId { row: id.row + 1, ..id };
        if self.range(buffer, next).is_some() {
            return Some(next);
        }
        (id.line + 1 < lines).then_some(RowId { line: id.line + 1, row: 0 })
    }

    /// The row above; `None` above the first.
    pub fn above(&mut self, buffer: &Buffer, id: RowId) -> Option<RowId> {
        if id.row > 0 {
            return Some(RowId { row: id.row - 1, ..id });
        }
        let line = id.line.checked_sub(1)?;
        let rows = self.find(buffer, line, |_| false);
        Some(RowId { line, row: rows.starts.len() - 1 })
    }
}

/// The next edge to keep behind another.
fn next_stop(line: &str, (from, column): (usize, usize)) -> Option<(usize, usize)> {
    let bytes = line.as_bytes();
    let end = from + STOP;
    // Between two plain letters there is always an edge.
    if bytes.get(from..=end).is_some_and(is_plain) {
        return Some((end, column + STOP));
    }
    let mut used = column;
    for cell in Cells::behind(line, (from, column)) {
        if cell.at >= end {
            return Some((cell.at, used));
        }
        used += cell.columns;
    }
    None
}

/// Where the row that begins at an offset of a line ends: behind its last blank that fits, else behind its last cell.
fn row_end(line: &str, from: usize, width: usize) -> usize {
    let (mut used, mut blank) = (0, None);
    for cell in Cells::new(line, from) {
        if used + cell.columns > width && cell.at > from {
            return blank.unwrap_or(cell.at);
        }
        used += cell.columns;
        if cell.may_end_row() {
            blank = Some(cell.at + cell.len);
        }
    }
    line.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(layout: &mut Layout, buffer: &Buffer) -> Vec<String> {
        let mut out = Vec::new();
        let mut next = Some(RowId::default());
        while let Some(id) = next {
            out.push(buffer.line(id.line)[layout.range(buffer, id).unwrap()].to_owned());
            next = layout.below(buffer, id, buffer.lines());
        }
        out
    }

    #[test]
    fn rows_break_behind_blanks_and_beside_wide_letters() {
        let mut layout = Layout::new(Wrap::Soft);
        layout.set_width(8);
        let buffer = Buffer::new("the quick brown\n日本語です\n\nabcdefghijk");
        let expected = ["the ", "quick ", "brown", "日本語で", "す", "", "abcdefgh", "ijk"];
        assert_eq!(rows(&mut layout, &buffer), expected);
        assert_eq!(layout.row_at(&buffer, 10), RowId { line: 0, row: 2 });
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn rows_after_edits_are_those_of_the_new_text(
            text in "[a-d \n日\u{202e}]{0,60}",
            edits in proptest::collection::vec((0..60_usize, 0..8_usize, "[a \n日]{0,5}"), 1..6)
        ) {
            edited_rows_are_fresh_rows(&text, edits);
        }
    }

    #[test]
    fn rows_of_a_line_of_wide_and_hidden_letters_stay_right_when_it_is_cut() {
        let edits = vec![(13, 1, String::new()), (0, 0, String::new())];
        edited_rows_are_fresh_rows("日\na\u{202e}\u{202e} a\u{202e} 日日日\n", edits);
    }

    fn edited_rows_are_fresh_rows(text: &str, edits: Vec<(usize, usize, String)>) {
        let mut buffer = Buffer::new(text);
        let mut layout = Layout::new(Wrap::Soft);
        layout.set_width(7);
        for (at, len, with) in edits {
            rows(&mut layout, &buffer);
            let (change, _) = buffer.replace(at..at + len, &with);
            layout.changed(change, &buffer);
            let mut fresh = Layout::new(Wrap::Soft);
            fresh.set_width(7);
            assert_eq!(rows(&mut layout, &buffer), rows(&mut fresh, &buffer));
        }
    }
}

//! The window on the text: what is scrolled where, and moving by what is seen.

use ratatui::layout::Rect;

use super::bracket::Way;
use super::buffer::{Buffer, Change};
use super::cells::{column_behind, offset_behind};
use super::layout::{Layout, RowId, Wanted, Wrap};

/// Rows kept between the cursor and the window's edge, where it is high enough.
const MARGIN: usize = 3;
/// Columns kept between the cursor and the window's side, where lines are not wrapped.
const SIDE: usize = 5;

/// Where in the window a line is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// At its top.
    Top,
    /// In its middle.
    Middle,
    /// At its bottom.
    Bottom,
}

/// The window on a text.
#[derive(Clone, Debug)]
pub struct View {
    /// Lines in rows.
    pub layout: Layout,
    /// The row at the top.
    top: RowId,
    /// The column at the left, where lines are not wrapped.
    left: usize,
    /// Where the text was drawn last, without numbers.
    body: Rect,
    /// How many lines are shown at most.
    lines: usize,
}

impl View {
    /// A window at the top of a text.
    pub const fn new(wrap: Wrap) -> Self {
        let body = Rect { x: 0, y: 0, width: 80, height: 24 };
        Self { layout: Layout::new(wrap), top: RowId { line: 0, row: 0 }, left: 0, body, lines: 1 }
    }

    /// Sets where the text is drawn and how many lines it has.
    pub fn set_body(&mut self, body: Rect, lines: usize) {
        self.body = body;
        self.lines = lines.max(1);
        // One column stays free for a cursor behind the last letter.
        self.layout.set_width(usize::from(body.width.saturating_sub(1)));
    }

    /// Sets how many lines the text has.
    pub fn set_lines(&mut self, lines: usize) {
        self.lines = lines.max(1);
    }

    /// Forgets what edits made wrong.
    pub fn changed(&mut self, changes: &[Change], buffer: &Buffer) {
        match changes {
            [change] => self.layout.changed(*change, buffer),
            _ => self.layout.forget(),
        }
        for change in changes {
            if self.top.line > change.line + change.lines_removed {
                self.top.line = self.top.line - change.lines_removed + change.lines_inserted;
            }
        }
    }

    /// Rows of the window, at least 1.
    pub fn height(&self) -> usize {
        usize::from(self.body.height).max(1)
    }

    /// The row at the top.
    pub const fn top(&self) -> RowId {
        self.top
    }

    /// The column at the left.
    pub const fn left(&self) -> usize {
        self.left
    }

    /// The column of an offset in its row.
    pub fn column(&mut self, buffer: &Buffer, offset: usize) -> usize {
        let id = self.layout.row_at(buffer, offset);
        let at = offset - buffer.start(id.line);
        let edge = self.edge(buffer, id, Wanted::Offset(at));
        column_behind(buffer.line(id.line), edge, at)
    }

    /// A cluster edge of a row before what is wanted, and its column: the row's start where lines are wrapped.
    pub fn edge(&mut self, buffer: &Buffer, id: RowId, wanted: Wanted) -> (usize, usize) {
        match self.layout.wrap() {
            Wrap::Soft => (self.layout.range(buffer, id).map_or(0, |range| range.start), 0),
            Wrap::Off => self.layout.stop(buffer, id.line, wanted),
        }
    }

    /// Scrolls as little as needed to show an offset.
    pub fn reveal(&mut self, buffer: &Buffer, offset: usize) {
        self.clamp(buffer);
        let cursor = self.layout.row_at(buffer, offset);
        let height = self.height();
        let margin = MARGIN.min((height - 1) / 2);
        if cursor <= self.walk(buffer, self.top, margin, Way::Forward) {
            self.top = self.walk(buffer, cursor, margin, Way::Back).min(self.top);
        } else {
            let bottom = self.walk(buffer, self.top, height - 1 - margin, Way::Forward);
            if cursor > bottom {
                let below = self.walk(buffer, cursor, margin, Way::Forward);
                let last = self.walk(buffer, self.top, height - 1, Way::Forward);
                if below > last {
                    self.top = self.walk(buffer, below, height - 1, Way::Back);
                }
            }
        }
        self.reveal_column(buffer, offset);
    }

    fn reveal_column(&mut self, buffer: &Buffer, offset: usize) {
        if self.layout.wrap() == Wrap::Soft {
            self.left = 0;
            return;
        }
        let column = self.column(buffer, offset);
        let width = usize::from(self.body.width).max(1);
        let side = SIDE.min((width - 1) / 2);
        if column < self.left + side {
            self.left = column.saturating_sub(side);
        } else if column + side + 1 > self.left + width {
            self.left = column + side + 1 - width;
        }
    }

    /// Keeps the top within the text.
    fn clamp(&mut self, buffer: &Buffer) {
        self.top.line = self.top.line.min(self.lines.min(buffer.lines()) - 1);
        while self.top.row > 0 && self.layout.range(buffer, self.top).is_none() {
            self.top.row -= 1;
        }
    }

    /// The row some rows further, or the last there is.
    fn walk(&mut self, buffer: &Buffer, from: RowId, rows: usize, way: Way) -> RowId {
        let mut id = from;
        for _ in 0..rows {
            let next = match way {
                Way::Forward => self.layout.below(buffer, id, self.lines.min(buffer.lines())),
                Way::Back => self.layout.above(buffer, id),
            };
            let Some(next) = next else { break };
            id = next;
        }
        id
    }

    /// Puts the row of an offset at a place of the window.
    pub fn put(&mut self, buffer: &Buffer, offset: usize, anchor: Anchor) {
        let id = self.layout.row_at(buffer, offset);
        let rows = match anchor {
            Anchor::Top => 0,
            Anchor::Middle => self.height() / 2,
            Anchor::Bottom => self.height() - 1,
        };
        self.top = self.walk(buffer, id, rows, Way::Back);
    }

    /// Scrolls by rows; gives the offset where the cursor must be to stay in the window.
    pub fn scroll(&mut self, buffer: &Buffer, cursor: usize, rows: usize, way: Way) -> usize {
        self.clamp(buffer);
        self.top = self.walk(buffer, self.top, rows, way);
        let margin = MARGIN.min((self.height() - 1) / 2);
        let first = if self.top == RowId::default() { 0 } else { margin };
        let first = self.walk(buffer, self.top, first, Way::Forward);
        let last = self.walk(buffer, self.top, self.height() - 1 - margin, Way::Forward);
        let id = self.layout.row_at(buffer, cursor);
        if id >= first && id <= last {
            return cursor;
        }
        let column = self.column(buffer, cursor);
        self.offset_in(buffer, if id < first { first } else { last }, column)
    }

    /// The offset some rows above or below another, in a column of the window.
    pub fn rows_away(&mut self, buffer: &Buffer, from: usize, column: usize, rows: usize, way: Way) -> usize {
        let id = self.layout.row_at(buffer, from);
        let to = self.walk(buffer, id, rows, way);
        self.offset_in(buffer, to, column)
    }

    /// The offset at a column of a row: before its end where another row of the line follows.
    pub fn offset_in(&mut self, buffer: &Buffer, id: RowId, column: usize) -> usize {
        let Some(range) = self.layout.range(buffer, id) else { return buffer.end(id.line) };
        let (line, start) = (buffer.line(id.line), buffer.start(id.line));
        let edge = self.edge(buffer, id, Wanted::Column(column));
        let at = start + offset_behind(line, edge, range.end, column);
        let more = range.end < line.len();
        if more && at >= start + range.end { buffer.previous(at).max(start + range.start) } else { at }
    }

    /// The first and last offset of the row that an offset is in.
    pub fn row_ends(&mut self, buffer: &Buffer, offset: usize) -> (usize, usize) {
        let id = self.layout.row_at(buffer, offset);
        let start = self.layout.range(buffer, id).map_or(0, |range| range.start);
        (buffer.start(id.line) + start, self.offset_in(buffer, id, usize::MAX))
    }

    /// The offset some rows below the top of the window.
    pub fn at_row(&mut self, buffer: &Buffer, rows: usize) -> usize {
        let id = self.walk(buffer, self.top, rows, Way::Forward);
        self.offset_in(buffer, id, 0)
    }

    /// The offset at a place on screen; `None` outside the text's area.
    pub fn hit(&mut self, buffer: &Buffer, column: u16, row: u16) -> Option<usize> {
        let body = self.body;
        let inside = row >= body.y && row < body.bottom() && column < body.right();
        if !inside {
            return None;
        }
        self.clamp(buffer);
        let id = self.walk(buffer, self.top, usize::from(row - body.y), Way::Forward);
        Some(self.offset_in(buffer, id, usize::from(column.saturating_sub(body.x)) + self.left))
    }
}

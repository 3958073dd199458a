//! Drawing the rows that are seen.

use std::ops::Range;

use ratatui::buffer::Buffer as Screen;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::buffer::Buffer;
use super::cells::{Cell, Cells, Shown};
use super::highlight::{Highlighter, Look, Token};
use super::layout::{RowId, Wanted};
use super::marks::{Mark, Marks};
use super::search::Pattern;
use super::view::View;
use crate::ui::screens::DrawCx;
use crate::ui::text;
use crate::ui::theme::Role;

/// Narrower areas have no line numbers.
const NUMBERS_FROM: u16 = 24;
/// Narrower areas have no column for marks.
const MARKS_FROM: u16 = 12;

/// Whether lines are numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// From 1.
    On,
    /// Not.
    Off,
}

/// What is drawn.
#[derive(Debug)]
pub struct Picture<'a> {
    /// The text.
    pub buffer: &'a Buffer,
    /// How many of its lines are shown.
    pub lines: usize,
    /// Its colours.
    pub highlighter: &'a Highlighter,
    /// Its findings.
    pub marks: &'a Marks,
    /// What is searched for.
    pub pattern: Option<&'a Pattern>,
    /// What is selected.
    pub selection: Option<Range<usize>>,
    /// The cursor's offset.
    pub cursor: usize,
    /// Whether lines are numbered.
    pub numbers: Numbers,
}

/// What of a line is drawn in another style, as offsets in the line.
struct Overlays<'a> {
    tokens: Vec<Token>,
    matches: Vec<Range<usize>>,
    selection: Option<Range<usize>>,
    marks: Vec<&'a Mark>,
    start: usize,
}

impl Picture<'_> {
    /// Draws the text scrolled so that the cursor is seen; says where the cursor is on screen.
    pub fn draw(&self, view: &mut View, area: Rect, screen: &mut Screen, cx: &DrawCx) -> Option<(u16, u16)> {
        let area = area.intersection(screen.area);
        if area.is_empty() {
            return None;
        }
        let gutter = self.gutter(area.width);
        let body = Rect { x: area.x + gutter, width: area.width - gutter, ..area };
        view.set_body(body, self.lines);
        view.reveal(self.buffer, self.cursor);
        let mut next = Some(view.top());
        let mut place = None;
        let mut line: Option<(usize, Overlays)> = None;
        for y in body.top()..body.bottom() {
            let Some(id) = next else { break };
            let Some(range) = view.layout.range(self.buffer, id) else { break };
            self.number(id, Rect { y, height: 1, width: gutter, ..area }, screen, cx);
            let overlays = match &line {
                Some((known, overlays)) if *known == id.line => overlays,
                _ => {
                    let edge = view.edge(self.buffer, id, Wanted::Column(view.left())).0;
                    &line.insert((id.line, self.overlays(id.line, self.seen(id, edge, body)))).1
                }
            };
            let at = Rect { y, height: 1, ..body };
            let edge = view.edge(self.buffer, id, Wanted::Column(view.left()));
            self.row((view.left(), edge), (id.line, &range), overlays, at, screen, cx);
            next = view.layout.below(self.buffer, id, self.lines);
        }
        let id = view.layout.row_at(self.buffer, self.cursor);
        let column = view.column(self.buffer, self.cursor).saturating_sub(view.left());
        let mut row = view.top();
        for y in body.top()..body.bottom() {
            if row == id {
                place = Some((body.x + (column as u16).min(body.width.saturating_sub(1)), y));
                break;
            }
            let Some(below) = view.layout.below(self.buffer, row, self.lines) else { break };
            row = below;
        }
        place.filter(|_| !body.is_empty())
    }

    fn gutter(&self, width: u16) -> u16 {
        let marks = u16::from(width >= MARKS_FROM);
        if self.numbers == Numbers::On && width >= NUMBERS_FROM {
            let digits = self.lines.max(1).ilog10() as u16 + 1;
            digits.max(3) + 1 + marks
        } else {
            marks
        }
    }

    /// The part of a line that is seen from a row on.
    fn seen(&self, id: RowId, edge: usize, body: Rect) -> Range<usize> {
        let line = self.buffer.line(id.line);
        // A cluster has at most this many bytes on average before it is shown as marks, which take more columns.
        let most = usize::from(body.width) * usize::from(body.height) * 16;
        edge..line.floor_char_boundary((edge + most).min(line.len()))
    }

    fn overlays(&self, line: usize, seen: Range<usize>) -> Overlays<'_> {
        let start = self.buffer.start(line);
        let here = |range: Range<usize>| range.start.saturating_sub(start)..range.end.saturating_sub(start);
        let matches = self.pattern.map_or_else(Vec::new, |pattern| {
            let found = pattern.visible(self.buffer, line, start + seen.start..start + seen.end);
            found.into_iter().map(here).collect()
        });
        let touches = |range: &Range<usize>| range.end > start && range.start <= self.buffer.end(line);
        let in_sight = |mark: &&Mark| mark.range.start < start + seen.end && mark.range.end > start + seen.start;
        Overlays {
            matches,
            selection: self.selection.clone().filter(touches).map(here),
            marks: self.marks.of_line(self.buffer, line).filter(in_sight).collect(),
            tokens: self.highlighter.tokens(self.buffer, line, seen),
            start,
        }
    }

    fn number(&self, id: RowId, area: Rect, screen: &mut Screen, cx: &DrawCx) {
        if area.width == 0 || id.row > 0 {
            return;
        }
        let worst = self.marks.of_line(self.buffer, id.line).map(|mark| mark.severity).max();
        if let Some(severity) = worst {
            text::put(screen, area.x, area.y, severity.glyph(cx.glyphs), 1, cx.style(severity.role()));
        }
        if area.width > 1 {
            let current = self.buffer.line_at(self.cursor) == id.line;
            let number = format!("{:>width$}", id.line + 1, width = usize::from(area.width) - 2);
            let style = cx.style(if current { Role::Accent } else { Role::Dim });
            text::put(screen, area.x + 1, area.y, &number, usize::from(area.width) - 1, style);
        }
    }

    fn row(
        &self,
        (left, edge): (usize, (usize, usize)),
        (number, range): (usize, &Range<usize>),
        overlays: &Overlays,
        area: Rect,
        screen: &mut Screen,
        cx: &DrawCx,
    ) {
        let line = self.buffer.line(number);
        let width = usize::from(area.width);
        let base = cx.style(Role::Input);
        let mut painter = Painter { overlays, token: 0, found: 0, base, cx };
        let mut column = edge.1;
        for cell in Cells::behind(line, edge) {
            if cell.at >= range.end || column >= left + width {
                break;
            }
            let end = column + cell.columns;
            if end > left {
                let style = painter.style(&cell);
                let skip = left.saturating_sub(column);
                let x = area.x + (column.max(left) - left) as u16;
                let room = (end.min(left + width) - column.max(left)) as u16;
                put_cell(&cell, skip, Rect { x, width: room, ..area }, screen, (style, base), cx);
            }
            column = end;
        }
        // A selected line break.
        let breaks = range.end == line.len()
            && overlays.selection.as_ref().is_some_and(|range| range.start <= line.len() && range.end > line.len());
        if breaks && column >= left && column < left + width {
            let x = area.x + (column - left) as u16;
            text::put(screen, x, area.y, " ", 1, base.patch(cx.style(Role::Selection)));
        }
    }
}

/// Draws a cell into a place that may be narrower, its first columns left out.
fn put_cell(cell: &Cell, skip: usize, area: Rect, screen: &mut Screen, (style, base): (Style, Style), cx: &DrawCx) {
    let room = usize::from(area.width);
    match &cell.shown {
        Shown::Text(cluster) if skip == 0 && cell.columns <= room => {
            if let Some(place) = screen.cell_mut((area.x, area.y)) {
                place.set_symbol(cluster).set_style(style);
            }
            for x in area.x + 1..area.right() {
                if let Some(place) = screen.cell_mut((x, area.y)) {
                    place.reset();
                    place.set_style(style);
                }
            }
        }
        Shown::Text(_) | Shown::Tab => {
            text::put(screen, area.x, area.y, &" ".repeat(room), room, style);
        }
        Shown::Marked(pieces) => {
            let mut x = area.x;
            let mut skip = skip;
            for piece in pieces {
                let hidden = if piece.is_marker() { base.patch(cx.style(Role::Hidden)) } else { style };
                let head = crate::domain::width::head(piece.text(), skip);
                skip -= text::width(head).min(skip);
                let rest = crate::domain::width::head(&piece.text()[head.len()..], usize::from(area.right() - x));
                x += text::put(screen, x, area.y, rest, usize::from(area.right() - x), hidden);
            }
        }
    }
}

/// The style of each cell of a row, from left to right.
struct Painter<'a, 'b> {
    overlays: &'a Overlays<'a>,
    token: usize,
    found: usize,
    base: Style,
    cx: &'a DrawCx<'b>,
}

impl Painter<'_, '_> {
    fn style(&mut self, cell: &Cell) -> Style {
        let mut style = self.base;
        let tokens = &self.overlays.tokens;
        while tokens.get(self.token).is_some_and(|token| token.range.end <= cell.at) {
            self.token += 1;
        }
        if let Some(token) = tokens.get(self.token).filter(|token| token.range.start <= cell.at) {
            style = match token.look {
                Look::Role(role) => style.patch(self.cx.style(role)),
                Look::Strong => style.add_modifier(Modifier::BOLD),
                Look::Emphasis => style.add_modifier(Modifier::ITALIC),
            };
        }
        let offset = self.overlays.start + cell.at;
        if let Some(mark) = self.overlays.marks.iter().find(|mark| mark.range.contains(&offset)) {
            style = style.patch(self.cx.style(mark.severity.role())).add_modifier(Modifier::UNDERLINED);
        }
        let matches = &self.overlays.matches;
        while matches.get(self.found).is_some_and(|found| found.end <= cell.at) {
            self.found += 1;
        }
        if matches.get(self.found).is_some_and(|found| found.start <= cell.at) {
            style = style.patch(self.cx.style(Role::Match));
        }
        if self.overlays.selection.as_ref().is_some_and(|range| range.contains(&cell.at)) {
            style = style.patch(self.cx.style(Role::Selection));
        }
        style
    }
}

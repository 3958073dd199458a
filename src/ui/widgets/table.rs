//! A table of which only the visible rows are made.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::list::ListState;
use crate::ui::screens::DrawCx;
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its head, with the unit where it has one.
    pub title: &'static str,
    /// How wide it is.
    pub width: Width,
    /// Where its text stands.
    pub align: Align,
    /// The narrowest table that still shows it, in columns of the terminal.
    pub from: u16,
}

/// How wide a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// So many columns of the terminal.
    Fixed(u16),
    /// A share of what the fixed ones leave.
    Fill(u16),
}

/// Where a text stands in its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// A field of a row.
pub type Field = Vec<Piece>;

/// A field of our own words.
pub fn field(text: impl Into<String>, role: Role) -> Field {
    vec![Piece::own(text, role)]
}

/// A table to be drawn. `row` gives the fields of a row, as many as there are columns.
pub struct Table<'a> {
    /// Its columns.
    pub columns: &'a [Column],
    /// How many rows it has.
    pub len: usize,
    /// The cursor.
    pub state: &'a ListState,
    /// Whether it has the focus.
    pub focus: Focus,
    /// Whether a row is marked.
    pub marked: &'a dyn Fn(usize) -> bool,
    /// The fields of a row.
    pub row: &'a dyn Fn(usize) -> Vec<Field>,
}

/// Whether a widget has the focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// It has.
    Here,
    /// Another has.
    Elsewhere,
}

impl Focus {
    /// The focus of the pane with this number.
    pub fn of(pane: usize, focused: usize) -> Self {
        if pane == focused { Self::Here } else { Self::Elsewhere }
    }

    /// The style of the selected row.
    pub const fn selection(self) -> Role {
        match self {
            Self::Here => Role::Selection,
            Self::Elsewhere => Role::SelectionIdle,
        }
    }
}

/// The columns shown at a width: place in the list of columns, and the columns of the terminal they take.
fn layout(columns: &[Column], width: u16) -> Vec<(usize, u16)> {
    let shown: Vec<usize> = (0..columns.len()).filter(|&place| columns[place].from <= width).collect();
    let (mut fixed, mut shares) = (2 + shown.len() as u16, 0);
    for &place in &shown {
        match columns[place].width {
            Width::Fixed(columns) => fixed = fixed.saturating_add(columns),
            Width::Fill(share) => shares += share,
        }
    }
    let left = width.saturating_sub(fixed);
    shown
        .into_iter()
        .map(|place| {
            let columns = match columns[place].width {
                Width::Fixed(columns) => columns,
                Width::Fill(share) => (u32::from(left) * u32::from(share) / u32::from(shares.max(1))) as u16,
            };
            (place, columns)
        })
        .collect()
}

/// Draws a table: a line of heads, then the rows that fit.
pub fn draw(table: &Table, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return;
    }
    let columns = layout(table.columns, area.width);
    let heads: Vec<Field> = table.columns.iter().map(|column| field(column.title, Role::Dim)).collect();
    draw_row(&heads, &columns, table.columns, text::row(area, 0), buf, cx);
    let body = Rect { y: area.y + 1, height: area.height - 1, ..area };
    for (line, place) in table.state.visible(body, table.len).enumerate() {
        let area = text::row(body, line as u16);
        draw_row(&(table.row)(place), &columns, table.columns, area, buf, cx);
        let selected = place == table.state.selected;
        gutter(buf, area, selected, (table.marked)(place), table.focus, cx);
    }
}

/// Draws the gutter of a row and, where it is selected, its ground.
pub fn gutter(buf: &mut Buffer, area: Rect, selected: bool, marked: bool, focus: Focus, cx: &DrawCx) {
    if selected {
        buf.set_style(area, cx.style(focus.selection()));
        text::put(buf, area.x, area.y, cx.glyphs.cursor, 1, cx.style(focus.selection()).patch(cx.style(Role::Accent)));
    }
    if marked {
        let place = u16::from(selected);
        text::put(buf, area.x + place, area.y, cx.glyphs.mark, 1, cx.style(Role::Mark));
    }
}

fn draw_row(fields: &[Field], columns: &[(usize, u16)], all: &[Column], area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let mut x = area.x.saturating_add(2);
    for &(place, width) in columns {
        let (Some(field), Some(column)) = (fields.get(place), all.get(place)) else { continue };
        let room = width.min(area.right().saturating_sub(x));
        if room == 0 {
            break;
        }
        let used = text::pieces_width(field).min(usize::from(room)) as u16;
        let indent = if column.align == Align::Right { room - used } else { 0 };
        text::put_pieces(buf, (x + indent, area.y), field, usize::from(room - indent), cx.theme);
        x = x.saturating_add(width).saturating_add(1);
    }
}

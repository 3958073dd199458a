//! The result of a query as a table of which only what is seen is made.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::store::{Cell, SqlResult};
use crate::ui::screens::DrawCx;
use crate::ui::screens::traces::money;
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;
use crate::ui::widgets::list::ListState;
use crate::ui::widgets::table::{Focus, gutter};

/// Rows that the width of a column is taken from.
const MEASURED: usize = 200;
/// The widest column.
const WIDEST: usize = 48;
/// Characters of a value that are looked at.
const LOOKED_AT: usize = 400;

/// A result with a cursor.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    /// The result.
    pub result: Arc<SqlResult>,
    /// The cursor.
    pub state: ListState,
    /// The first column shown.
    pub first: usize,
    widths: Vec<usize>,
}

impl Grid {
    /// A result, seen from its top.
    pub fn new(result: Arc<SqlResult>) -> Self {
        let widths = result
            .columns
            .iter()
            .enumerate()
            .map(|(place, column)| {
                let values = result.rows.iter().take(MEASURED).filter_map(|row| row.get(place));
                let widest = values.map(|cell| text::width(&plain(cell))).max().unwrap_or(0);
                let head = text::width(&text::foreign_plain(&column.name)).max(text::width(&kind(&column.sql_type)));
                widest.max(head).clamp(3, WIDEST)
            })
            .collect();
        Self { result, state: ListState::default(), first: 0, widths }
    }

    /// Scrolls by columns.
    pub fn scroll(&mut self, by: isize) {
        let last = self.result.columns.len().saturating_sub(1);
        self.first = self.first.saturating_add_signed(by).min(last);
    }

    /// The value of a column in the row under the cursor.
    pub fn value(&self, column: &str) -> Option<&Cell> {
        let place = self.result.columns.iter().position(|known| known.name == column)?;
        self.result.rows.get(self.state.selected)?.get(place)
    }

    /// The row under the cursor as JSON.
    pub fn row_json(&self) -> Option<String> {
        let row = self.result.rows.get(self.state.selected)?;
        let object: serde_json::Map<String, serde_json::Value> =
            self.result.columns.iter().zip(row).map(|(column, cell)| (column.name.clone(), json(cell))).collect();
        serde_json::to_string_pretty(&object).ok()
    }

    /// All rows, a line each, fields separated by tabs, with a head.
    pub fn tabbed(&self) -> String {
        let mut lines = vec![
            self.result.columns.iter().map(|column| text::foreign_plain(&column.name)).collect::<Vec<_>>().join("\t"),
        ];
        lines.extend(
            self.result
                .rows
                .iter()
                .map(|row| row.iter().map(|cell| text::foreign_plain(&full(cell))).collect::<Vec<_>>().join("\t")),
        );
        lines.join("\n")
    }

    /// Draws names, types and the rows that fit.
    pub fn draw(&self, area: Rect, focus: Focus, buf: &mut Buffer, cx: &DrawCx) {
        let area = area.intersection(buf.area);
        let shown = self.columns(area.width);
        for (place, x, width) in &shown {
            let Some(column) = self.result.columns.get(*place) else { continue };
            let right = is_number(&column.sql_type);
            put(&text::foreign(&column.name, Role::Heading), right, text::row(area, 0), *x, *width, buf, cx);
            let kind = Piece::own(kind(&column.sql_type), Role::Dim);
            put(&[kind], right, text::row(area, 1), *x, *width, buf, cx);
        }
        let body = Rect { y: area.y + 2.min(area.height), height: area.height.saturating_sub(2), ..area };
        for (line, at) in self.state.visible(body, self.result.rows.len()).enumerate() {
            let line = text::row(body, line as u16);
            let Some(row) = self.result.rows.get(at) else { continue };
            for (place, x, width) in &shown {
                let (Some(cell), Some(column)) = (row.get(*place), self.result.columns.get(*place)) else { continue };
                put(&pieces(cell), is_number(&column.sql_type), line, *x, *width, buf, cx);
            }
            gutter(buf, line, at == self.state.selected, false, focus, cx);
        }
    }

    /// The columns shown at a width: place, where it begins, how wide it is.
    fn columns(&self, width: u16) -> Vec<(usize, u16, u16)> {
        let mut shown = Vec::new();
        let mut x = 2_u16;
        for (place, wanted) in self.widths.iter().enumerate().skip(self.first) {
            if x >= width {
                break;
            }
            let room = (*wanted as u16).min(width - x);
            if room < 4 && !shown.is_empty() && (*wanted as u16) > room {
                break;
            }
            shown.push((place, x, room));
            x = x.saturating_add(room).saturating_add(2);
        }
        shown
    }

    /// Whether there is more to the left, and to the right of a width.
    pub fn more(&self, width: u16) -> (bool, bool) {
        let last = self.columns(width).last().map_or(0, |(place, ..)| place + 1);
        (self.first > 0, last < self.widths.len())
    }
}

fn put(pieces: &[Piece], right: bool, area: Rect, x: u16, width: u16, buf: &mut Buffer, cx: &DrawCx) {
    if area.is_empty() {
        return;
    }
    let used = text::pieces_width(pieces).min(usize::from(width)) as u16;
    let indent = if right { width - used } else { 0 };
    text::put_pieces(buf, (area.x + x + indent, area.y), pieces, usize::from(width - indent), cx.theme);
}

/// A type's name, short.
fn kind(sql_type: &str) -> String {
    text::cut(&text::foreign_plain(&sql_type.to_lowercase()), 24)
}

fn is_number(sql_type: &str) -> bool {
    let upper = sql_type.to_uppercase();
    ["INT", "DOUBLE", "FLOAT", "DECIMAL", "REAL", "HUGEINT"].iter().any(|name| upper.contains(name))
        && !upper.contains('[')
        && !upper.starts_with("INTERVAL")
        && !upper.starts_with("STRUCT")
}

fn full(cell: &Cell) -> String {
    match cell {
        Cell::Null => "—".to_owned(),
        Cell::Bool(value) => value.to_string(),
        Cell::Int(value) => value.to_string(),
        Cell::Float(value) if value.fract() == 0.0 && value.abs() < 1e15 => format!("{value:.1}"),
        Cell::Float(value) => format!("{value:.4}"),
        Cell::Decimal(text) | Cell::Text(text) | Cell::Json(text) => text.clone(),
        Cell::Money(amount) => money(Some(*amount)),
        Cell::Time(time) => time.to_rfc3339().get(..19).unwrap_or_default().replace('T', " "),
        Cell::Blob(bytes) => format!("{} bytes", bytes.len()),
    }
}

fn shortened(cell: &Cell) -> String {
    full(cell).chars().take(LOOKED_AT).collect()
}

fn plain(cell: &Cell) -> String {
    text::foreign_plain(&shortened(cell))
}

fn pieces(cell: &Cell) -> Vec<Piece> {
    let role = match cell {
        Cell::Null | Cell::Blob(_) => Role::Dim,
        _ => Role::Text,
    };
    text::foreign(&shortened(cell), role)
}

fn json(cell: &Cell) -> serde_json::Value {
    use serde_json::Value;
    match cell {
        Cell::Null => Value::Null,
        Cell::Bool(value) => Value::Bool(*value),
        Cell::Int(value) => Value::from(*value),
        Cell::Float(value) => serde_json::Number::from_f64(*value).map_or(Value::Null, Value::Number),
        Cell::Decimal(text) | Cell::Text(text) => Value::String(text.clone()),
        Cell::Json(text) => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone())),
        Cell::Money(amount) => Value::String(amount.to_string()),
        Cell::Time(time) => Value::String(time.to_rfc3339()),
        Cell::Blob(bytes) => Value::String(format!("{} bytes", bytes.len())),
    }
}

//! A comparison as comma-separated values with a head (RFC 4180), safe to open in a spreadsheet.

use super::report::Report;
use super::rows::{Field, rows};
use crate::domain::untrusted::csv_cell;

/// The table.
pub fn table(report: &Report) -> String {
    let rows = rows(report);
    let mut text = line(rows.columns.iter().map(|name| csv_cell(name)));
    for row in &rows.rows {
        text.push_str(&line(row.iter().map(cell)));
    }
    text
}

fn cell(field: &Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::Flag(yes) => yes.to_string(),
        Field::Count(count) => count.to_string(),
        Field::Number(number) => number.to_string(),
        Field::Money(amount) => amount.to_string(),
        Field::Text(text) => csv_cell(text),
        Field::Json(value) => csv_cell(&value.to_string()),
    }
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let quoted = |cell: String| {
        if cell.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
    };
    let mut line = cells.map(quoted).collect::<Vec<_>>().join(",");
    line.push_str("\r\n");
    line
}

//! Rows and columns, and how a terminal lays them out.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::cell::Cell;
use super::terminal::{Paint, Stream};
use crate::domain::untrusted::safe_plain;
use crate::domain::width;

/// Between two columns.
const GAP: usize = 2;

/// The narrowest a column is made to fit a terminal.
const LEAST: usize = 8;

/// Which side a column leans on, and whether it may be cut to fit a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// Left; cut where the terminal is too narrow.
    Text,
    /// Left; never cut.
    Id,
    /// Right; never cut.
    Number,
}

/// One column: its field name, and its head where a table shows it.
#[derive(Clone, Debug)]
pub struct Column {
    /// The name of the field in JSON and CSV.
    pub key: Cow<'static, str>,
    /// The head in a table, with the unit; `None` leaves the column to the other formats.
    head: Option<Cow<'static, str>>,
    layout: Layout,
}

impl Column {
    /// Text that is cut where the terminal is too narrow.
    pub fn text(key: impl Into<Cow<'static, str>>, head: impl Into<Cow<'static, str>>) -> Self {
        Self { key: key.into(), head: Some(head.into()), layout: Layout::Text }
    }

    /// An id, a date or a word, never cut.
    pub fn id(key: impl Into<Cow<'static, str>>, head: impl Into<Cow<'static, str>>) -> Self {
        Self { key: key.into(), head: Some(head.into()), layout: Layout::Id }
    }

    /// A number, right-aligned.
    pub fn number(key: impl Into<Cow<'static, str>>, head: impl Into<Cow<'static, str>>) -> Self {
        Self { key: key.into(), head: Some(head.into()), layout: Layout::Number }
    }

    /// A field that only JSON and CSV have.
    pub fn hidden(key: impl Into<Cow<'static, str>>) -> Self {
        Self { key: key.into(), head: None, layout: Layout::Text }
    }
}

/// Rows under columns.
#[derive(Clone, Debug)]
pub struct Table {
    /// The name of the list in a JSON document.
    pub name: Cow<'static, str>,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, each with a cell for each column.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table without rows.
    pub fn new(name: impl Into<Cow<'static, str>>, columns: Vec<Column>) -> Self {
        Self { name: name.into(), columns, rows: Vec::new() }
    }

    /// Adds a row.
    pub fn push(&mut self, row: Vec<Cell>) {
        debug_assert_eq!(row.len(), self.columns.len(), "a row of `{}`", self.name);
        self.rows.push(row);
    }

    /// The rows as JSON objects.
    pub fn objects(&self) -> impl Iterator<Item = Map<String, Value>> {
        self.rows.iter().map(|row| {
            self.columns.iter().zip(row).map(|(column, cell)| (column.key.to_string(), cell.to_json())).collect()
        })
    }

    /// The table as lines for people, heads first; nothing is cut where the stream is no terminal.
    pub fn lines(&self, stream: Stream) -> Vec<String> {
        let shown: Vec<usize> = (0..self.columns.len()).filter(|&at| self.columns[at].head.is_some()).collect();
        let heads: Vec<String> =
            shown.iter().map(|&at| safe_plain(self.columns[at].head.as_deref().unwrap_or_default())).collect();
        let cells: Vec<Vec<String>> =
            self.rows.iter().map(|row| shown.iter().map(|&at| safe_plain(&row[at].to_words())).collect()).collect();
        let layouts: Vec<Layout> = shown.iter().map(|&at| self.columns[at].layout).collect();
        let mut widths: Vec<usize> = heads.iter().map(|head| width::display_width(head)).collect();
        for row in &cells {
            for (most, text) in widths.iter_mut().zip(row) {
                *most = (*most).max(width::display_width(text));
            }
        }
        if let Some(columns) = stream.columns {
            fit(&mut widths, &layouts, columns);
        }
        let mut lines = Vec::with_capacity(cells.len() + 1);
        lines.push(stream.paint(Paint::Bold, &line(&heads, &widths, &layouts, |_, text| text)));
        for (row, texts) in self.rows.iter().zip(&cells) {
            lines.push(line(texts, &widths, &layouts, |column, text| match row[shown[column]].paint() {
                Some(paint) => stream.paint(paint, &text),
                None => text,
            }));
        }
        lines
    }
}

/// Takes columns of text down, the widest first, until the line fits or nothing more can give.
fn fit(widths: &mut [usize], layouts: &[Layout], columns: usize) {
    let total = |widths: &[usize]| widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
    while total(widths) > columns {
        let widest = (0..widths.len())
            .filter(|&at| layouts[at] == Layout::Text && widths[at] > LEAST)
            .max_by_key(|&at| (widths[at], std::cmp::Reverse(at)));
        let Some(widest) = widest else { return };
        widths[widest] -= 1;
    }
}

fn line(texts: &[String], widths: &[usize], layouts: &[Layout], paint: impl Fn(usize, String) -> String) -> String {
    let mut line = String::new();
    let last = texts.len().saturating_sub(1);
    for (at, text) in texts.iter().enumerate() {
        let text = width::truncate_end(text, widths[at]);
        let space = " ".repeat(widths[at].saturating_sub(width::display_width(&text)));
        let text = paint(at, text.to_string());
        match layouts[at] {
            Layout::Number => line.extend([space.as_str(), &text]),
            Layout::Text | Layout::Id if at == last => line.push_str(&text),
            Layout::Text | Layout::Id => line.extend([text.as_str(), &space]),
        }
        if at != last {
            line.push_str(&" ".repeat(GAP));
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::super::terminal::Colour;
    use super::*;

    fn sample() -> Table {
        let columns = vec![
            Column::id("id", "id"),
            Column::text("question", "question"),
            Column::number("ms", "ms"),
            Column::hidden("raw"),
        ];
        let mut table = Table::new("rows", columns);
        let long = "How many API calls may I make per minute on every plan?";
        table.push(vec![Cell::Text("a1".into()), Cell::Text(long.into()), Cell::Millis(1204.0), Cell::Unknown]);
        table.push(vec![Cell::Text("b2".into()), Cell::Text("漢字?".into()), Cell::Unknown, Cell::Unknown]);
        table
    }

    #[test]
    fn a_terminal_gets_lines_that_fit() {
        let lines = sample().lines(Stream { columns: Some(40), colour: Colour::No });
        insta::assert_snapshot!(lines.join("\n"), @r"
        id  question                          ms
        a1  How many API calls may I make…  1204
        b2  漢字?                              —
        ");
    }

    #[test]
    fn a_pipe_gets_everything() {
        let lines = sample().lines(Stream { columns: None, colour: Colour::No });
        assert!(lines[1].contains("on every plan?"));
    }

    #[test]
    fn a_terminal_of_one_column_is_no_reason_to_fail() {
        assert_eq!(sample().lines(Stream { columns: Some(1), colour: Colour::Yes }).len(), 3);
    }
}

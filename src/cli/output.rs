//! The only writer of stdout: every format, every escape, and the end of a pipe.

use std::io::{self, BufWriter, Write};

use clap::ValueEnum;
use serde_json::{Map, Value};

use super::table::Table;
use super::terminal::{Paint, Stream};
use crate::domain::untrusted::{escape_json, safe_plain, safe_plain_lines};
use crate::error::AppError;

/// The version of every JSON document (public).
pub const SCHEMA_VERSION: u32 = 1;

/// How data is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Columns for people; the default, on a pipe too
    #[default]
    Table,
    /// One JSON document with a `schema_version`
    Json,
    /// One JSON object a line
    Jsonl,
    /// Comma-separated values with a head line
    Csv,
}

/// The standard output of a command.
pub struct Output {
    format: Format,
    stream: Stream,
    sink: BufWriter<Box<dyn Write>>,
    pipe: Pipe,
}

/// Whether somebody still reads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pipe {
    Open,
    Closed,
}

impl Output {
    /// The output of this process.
    pub fn stdout(format: Format, stream: Stream) -> Self {
        Self::to(format, stream, Box::new(io::stdout()))
    }

    /// An output to any sink.
    pub fn to(format: Format, stream: Stream, sink: Box<dyn Write>) -> Self {
        Self { format, stream, sink: BufWriter::with_capacity(1 << 16, sink), pipe: Pipe::Open }
    }

    /// The format asked for.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// The width of the terminal that it leads to; `None` for a pipe or file.
    pub const fn columns(&self) -> Option<usize> {
        self.stream.columns
    }

    /// Whether nobody reads any more, so that further work is for nothing.
    pub fn is_closed(&self) -> bool {
        self.pipe == Pipe::Closed
    }

    /// Prints rows in the format asked for; as a document they stand under the table's name.
    pub fn rows(&mut self, table: &Table) -> Result<(), AppError> {
        match self.format {
            Format::Table => {
                for line in table.lines(self.stream) {
                    self.raw_line(&line)?;
                }
                Ok(())
            }
            Format::Json => {
                let rows: Vec<Value> = table.objects().map(Value::Object).collect();
                self.document(Map::from_iter([(table.name.to_string(), Value::Array(rows))]))
            }
            Format::Jsonl => table.objects().try_for_each(|row| self.json_line(&Value::Object(row))),
            Format::Csv => self.csv(table),
        }
    }

    /// Prints one JSON document with its schema version in front, whatever the format: one line where it is `jsonl`.
    pub fn document(&mut self, fields: Map<String, Value>) -> Result<(), AppError> {
        let mut document = Map::from_iter([("schema_version".to_owned(), Value::from(SCHEMA_VERSION))]);
        document.extend(fields);
        let document = Value::Object(document);
        if self.format == Format::Json && self.stream.is_terminal() {
            let text = serde_json::to_string_pretty(&document).map_err(|error| unwritable_json(&error))?;
            return self.raw_line(&escape_json(&text));
        }
        self.json_line(&document)
    }

    /// Prints one JSON value on one line.
    pub fn json_line(&mut self, value: &Value) -> Result<(), AppError> {
        let text = serde_json::to_string(value).map_err(|error| unwritable_json(&error))?;
        self.raw_line(&escape_json(&text))
    }

    /// Prints one line of text from anywhere, made safe.
    pub fn line(&mut self, text: &str) -> Result<(), AppError> {
        self.raw_line(&safe_plain(text))
    }

    /// Prints text of several lines from anywhere, made safe, each line indented.
    pub fn block(&mut self, indent: &str, text: &str) -> Result<(), AppError> {
        safe_plain_lines(text).lines().try_for_each(|line| {
            let line = format!("{indent}{line}");
            self.raw_line(line.trim_end())
        })
    }

    /// Prints a head in the style of heads, made safe.
    pub fn head(&mut self, text: &str) -> Result<(), AppError> {
        let line = self.stream.paint(Paint::Bold, &safe_plain(text));
        self.raw_line(&line)
    }

    /// Prints a line made of pieces, each made safe and painted on its own.
    pub fn painted(&mut self, pieces: &[(Option<Paint>, &str)]) -> Result<(), AppError> {
        let line: String = pieces
            .iter()
            .map(|(paint, text)| {
                let text = safe_plain(text);
                paint.map_or_else(|| text.clone(), |paint| self.stream.paint(paint, &text))
            })
            .collect();
        self.raw_line(&line)
    }

    /// Prints a text that this program made itself, such as a completion script, byte for byte.
    pub fn own_text(&mut self, text: &[u8]) -> Result<(), AppError> {
        self.write(text)
    }

    /// Sends out what is still held back.
    pub fn finish(&mut self) -> Result<(), AppError> {
        let flushed = self.sink.flush();
        self.settle(flushed)
    }

    fn csv(&mut self, table: &Table) -> Result<(), AppError> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let failed = |error: csv::Error| AppError::internal(format!("cannot write CSV: {error}"));
        writer.write_record(table.columns.iter().map(|column| csv_text(&column.key))).map_err(failed)?;
        for row in &table.rows {
            let record = row.iter().map(|cell| {
                let text = cell.to_csv();
                if cell.is_number() { text } else { csv_text(&text) }
            });
            writer.write_record(record).map_err(failed)?;
        }
        let bytes = writer.into_inner().map_err(|error| AppError::internal(format!("cannot write CSV: {error}")))?;
        self.write(&bytes)
    }

    fn raw_line(&mut self, text: &str) -> Result<(), AppError> {
        self.write(text.as_bytes())?;
        self.write(b"\n")
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), AppError> {
        if self.is_closed() {
            return Ok(());
        }
        let written = self.sink.write_all(bytes);
        self.settle(written)
    }

    fn settle(&mut self, written: io::Result<()>) -> Result<(), AppError> {
        match written {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.pipe = Pipe::Closed;
                Ok(())
            }
            Err(error) => {
                self.pipe = Pipe::Closed;
                Err(AppError::internal(format!("the standard output cannot be written: {error}")))
            }
        }
    }
}

/// A CSV field: safe text, and no formula for the spreadsheet that opens it.
fn csv_text(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("{guard}{}", safe_plain_lines(text))
}

fn unwritable_json(error: &serde_json::Error) -> AppError {
    AppError::internal(format!("cannot write JSON: {error}"))
}

#[cfg(test)]
mod tests {
    use super::super::cell::Cell;
    use super::super::table::Column;
    use super::super::terminal::Colour;
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    const PIPE: Stream = Stream { columns: None, colour: Colour::No };

    fn printed(format: Format, table: &Table) -> String {
        let kept = Kept::default();
        let mut output = Output::to(format, PIPE, Box::new(kept.clone()));
        output.rows(table).unwrap();
        output.finish().unwrap();
        let bytes = kept.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    fn hostile() -> Table {
        let mut table = Table::new("things", vec![Column::text("name", "name"), Column::number("cost_usd", "$")]);
        table.push(vec![Cell::Text("=cmd\u{1b}[2J\u{202e}".into()), Cell::Usd("-0.5".parse().unwrap())]);
        table.push(vec![Cell::Text("two\nlines".into()), Cell::Unknown]);
        table
    }

    #[test]
    fn every_format_holds_the_data_and_no_control_characters() {
        for format in Format::value_variants() {
            let text = printed(*format, &hostile());
            assert!(!text.contains(['\u{1b}', '\u{202e}']), "{format:?}: {text:?}");
            assert!(text.contains("two"), "{format:?}");
        }
    }

    #[test]
    fn json_is_exact_and_carries_its_version() {
        let text = printed(Format::Json, &hostile());
        assert!(text.starts_with(r#"{"schema_version":1,"things":[{"name":"=cmd"#), "{text}");
        let read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["things"][0]["name"], "=cmd\u{1b}[2J\u{202e}");
        assert_eq!(read["things"][1]["cost_usd"], Value::Null);
    }

    #[test]
    fn a_spreadsheet_finds_no_formula() {
        let text = printed(Format::Csv, &hostile());
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "name,cost_usd");
        assert!(lines[1].starts_with("'=cmd"), "{text}");
        assert!(lines[1].ends_with(",-0.5"), "{text}");
    }

    #[test]
    fn nobody_reading_is_no_error() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
        }
        let mut output = Output::to(Format::Table, PIPE, Box::new(Gone));
        output.line("text").unwrap();
        output.finish().unwrap();
        assert!(output.is_closed());
        output.line("more").unwrap();
    }
}

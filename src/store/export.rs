//! Writing results of SQL to files.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use super::console::{Cell, Column};
use super::error::{Result, StoreError};
use super::open::{self, Purpose};
use super::row_batch::{Kind, RowBatch};
use super::writer::close;
use super::{SqlResult, Store, disk};

/// The format of an exported result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// Comma-separated values with a head.
    Csv,
    /// A JSON array of objects.
    Json,
    /// One JSON object a line.
    JsonLines,
    /// Apache Parquet.
    Parquet,
}

impl ExportFormat {
    /// The format that a file's suffix names.
    pub fn of_path(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            "parquet" => Some(Self::Parquet),
            _ => None,
        }
    }
}

impl Store {
    /// Writes a result to a file: beside it first, then renamed over what was there.
    pub fn export(&self, result: &SqlResult, path: &Path, format: ExportFormat) -> Result<()> {
        let at = |error| StoreError::file(path, error);
        let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let temporary = tempfile::Builder::new().prefix(".export-").tempfile_in(dir).map_err(at)?.into_temp_path();
        let text = |write: fn(&SqlResult, &mut dyn Write) -> std::io::Result<()>| {
            let mut out = BufWriter::new(File::create(&temporary).map_err(at)?);
            write(result, &mut out).and_then(|()| out.flush()).map_err(at)
        };
        match format {
            ExportFormat::Parquet => self.parquet(result, &temporary)?,
            ExportFormat::Csv => text(csv)?,
            ExportFormat::Json => text(json)?,
            ExportFormat::JsonLines => text(json_lines)?,
        }
        File::open(&temporary).and_then(|file| file.sync_all()).map_err(at)?;
        fs::rename(&temporary, path).map_err(at)?;
        disk::sync_dir(dir)
    }

    /// An instance in memory writes the file; it can reach no other.
    fn parquet(&self, result: &SqlResult, path: &Path) -> Result<()> {
        let path = std::path::absolute(path).map_err(|error| StoreError::file(path, error))?;
        let temp = self.shared.paths.temp_dir(self.shared.next_serial());
        let conn = open::memory(&self.shared.options, Purpose::Write, &temp, std::slice::from_ref(&path))?;
        let kinds: Vec<Kind> = (0..result.columns.len()).map(|column| kind(result, column)).collect();
        let columns: Vec<String> = names(&result.columns)
            .iter()
            .zip(&kinds)
            .map(|(name, kind)| format!("\"{}\" {}", name.replace('"', "\"\""), sql_type(*kind)))
            .collect();
        conn.execute_batch(&format!("CREATE TABLE result ({})", columns.join(", ")))?;
        let mut rows = RowBatch::new(&kinds)?;
        for row in &result.rows {
            for (cell, kind) in row.iter().zip(&kinds) {
                push(&mut rows, cell, *kind);
            }
            rows.end_row();
        }
        let mut appender = conn.appender("result")?;
        rows.append_to(&mut appender)?;
        appender.flush()?;
        drop(appender);
        let name = path.to_string_lossy().replace('\'', "''");
        conn.execute_batch(&format!("COPY result TO '{name}' (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)"))?;
        close(conn)
    }
}

/// The kind that every value of a column has, else text.
fn kind(result: &SqlResult, column: usize) -> Kind {
    let mut kinds = result.rows.iter().filter_map(|row| match row.get(column) {
        None | Some(Cell::Null) => None,
        Some(Cell::Bool(_)) => Some(Kind::Bool),
        Some(Cell::Int(_)) => Some(Kind::Int),
        Some(Cell::Float(_)) => Some(Kind::Float),
        Some(Cell::Money(_)) => Some(Kind::Money),
        Some(Cell::Time(_)) => Some(Kind::Time),
        Some(Cell::Decimal(_) | Cell::Text(_) | Cell::Json(_) | Cell::Blob(_)) => Some(Kind::Text),
    });
    let first = kinds.next().unwrap_or(Kind::Text);
    if kinds.all(|kind| kind == first) { first } else { Kind::Text }
}

fn sql_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "BOOLEAN",
        Kind::Int | Kind::Small => "BIGINT",
        Kind::Float => "DOUBLE",
        Kind::Money => "DECIMAL(38,12)",
        Kind::Time => "TIMESTAMPTZ",
        Kind::Text | Kind::Texts => "VARCHAR",
    }
}

fn push(rows: &mut RowBatch, cell: &Cell, kind: Kind) {
    match (kind, cell) {
        (Kind::Bool, Cell::Bool(yes)) => rows.maybe_bool(Some(*yes)),
        (Kind::Bool, _) => rows.maybe_bool(None),
        (Kind::Int, Cell::Int(number)) => rows.int(Some(*number)),
        (Kind::Int, _) => rows.int(None),
        (Kind::Float, Cell::Float(number)) => rows.float(Some(*number)),
        (Kind::Float, _) => rows.float(None),
        (Kind::Money, Cell::Money(amount)) => rows.money(Some(*amount)),
        (Kind::Money, _) => rows.money(None),
        (Kind::Time, Cell::Time(time)) => rows.time(Some(*time)),
        (Kind::Time, _) => rows.time(None),
        (_, Cell::Null) => rows.text(None),
        (_, cell) => rows.text(Some(&cell.to_text())),
    };
}

/// The columns' names, each once: a second `name` is `name_1`.
fn names(columns: &[Column]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for column in columns {
        let taken = |name: &String| names.iter().any(|other| other.eq_ignore_ascii_case(name));
        let numbered = (1..).map(|number| format!("{}_{number}", column.name));
        let name = std::iter::once(column.name.clone()).chain(numbered).find(|name| !taken(name));
        names.extend(name);
    }
    names
}

fn csv(result: &SqlResult, out: &mut dyn Write) -> std::io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(result.columns.iter().map(|column| &column.name))?;
    for row in &result.rows {
        csv.write_record(row.iter().map(Cell::to_text))?;
    }
    csv.flush()
}

fn object(names: &[String], row: &[Cell]) -> String {
    let map: serde_json::Map<String, serde_json::Value> =
        names.iter().cloned().zip(row.iter().map(Cell::to_json)).collect();
    crate::domain::untrusted::escape_json(&serde_json::Value::Object(map).to_string())
}

fn json(result: &SqlResult, out: &mut dyn Write) -> std::io::Result<()> {
    let names = names(&result.columns);
    for (number, row) in result.rows.iter().enumerate() {
        write!(out, "{}{}", if number == 0 { "[\n" } else { ",\n" }, object(&names, row))?;
    }
    out.write_all(if result.rows.is_empty() { b"[]\n" } else { b"\n]\n" })
}

fn json_lines(result: &SqlResult, out: &mut dyn Write) -> std::io::Result<()> {
    let names = names(&result.columns);
    result.rows.iter().try_for_each(|row| writeln!(out, "{}", object(&names, row)))
}

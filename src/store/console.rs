//! The user's SQL.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use duckdb::Connection;

use super::error::{Result, StoreError, is_corruption};
use super::{Store, cells, statement, utc};
use crate::domain::cancel::Cancel;
use crate::domain::money::Money;
use crate::domain::time::Timestamp;

/// One value of a result.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// No value.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A binary floating-point number; may be NaN or infinite.
    Float(f64),
    /// A decimal or very large number, as text.
    Decimal(String),
    /// A decimal of dollars' scale.
    Money(Money),
    /// A point in time.
    Time(Timestamp),
    /// Text; came from outside.
    Text(String),
    /// A JSON value, list or struct as JSON text; came from outside.
    Json(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// A column of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type in SQL.
    pub sql_type: String,
}

/// How much a query may take.
#[derive(Clone, Copy, Debug)]
pub struct SqlLimits {
    /// How long it may run.
    pub timeout: Duration,
    /// Rows kept.
    pub rows: usize,
    /// Bytes of values kept.
    pub bytes: usize,
}

impl Default for SqlLimits {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(30), rows: 10_000, bytes: 64 << 20 }
    }
}

/// What a query answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SqlResult {
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows kept.
    pub rows: Vec<Vec<Cell>>,
    /// Whether there were more rows than the limits allow.
    pub truncated: bool,
    /// How long it took.
    pub elapsed: Duration,
}

/// A table or view for completion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableInfo {
    /// Its name.
    pub name: String,
    /// Its columns in order.
    pub columns: Vec<Column>,
}

impl Cell {
    /// The cell as JSON, as exports and `--format json` write it: amounts as numbers, times in RFC 3339, bytes in hex.
    pub fn to_json(&self) -> serde_json::Value {
        cells::json(self)
    }

    /// The cell as plain text, empty for NULL; text from outside is not made safe.
    pub fn to_text(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Bool(yes) => yes.to_string(),
            Self::Int(number) => number.to_string(),
            Self::Float(number) => number.to_string(),
            Self::Money(amount) => amount.to_string(),
            Self::Time(time) => time.to_rfc3339(),
            Self::Decimal(text) | Self::Text(text) | Self::Json(text) => text.clone(),
            Self::Blob(bytes) => cells::hex(bytes),
        }
    }

    /// About how much memory it takes, in bytes.
    fn bytes(&self) -> usize {
        size_of::<Self>()
            + match self {
                Self::Decimal(text) | Self::Text(text) | Self::Json(text) => text.len(),
                Self::Blob(bytes) => bytes.len(),
                _ => 0,
            }
    }
}

impl Store {
    /// Runs one read-only statement of the user.
    pub fn sql(&self, query: &str, limits: SqlLimits, cancel: &Cancel) -> Result<SqlResult> {
        let statement = statement::one_read(query)?;
        let stop = Cancel::new();
        let stopper = stop.clone();
        let _forward = cancel.on_cancel(move || stopper.cancel());
        let timer = Timer::start(limits.timeout, stop.clone());
        let outcome = self.shared.read(&stop, |conn| {
            run(conn, statement, limits).or_else(|error| {
                if !utc::needs_zones(&error) {
                    return Err(error);
                }
                utc::without_zones(conn)?;
                // What is wrong with it in the user's own terms stands in the first error.
                run(conn, statement, limits).map_err(|_| error)
            })
        });
        match outcome {
            Err(StoreError::Interrupted) if timer.rang() && !cancel.is_cancelled() => {
                Err(StoreError::Timeout(limits.timeout))
            }
            outcome => outcome,
        }
    }

    /// The public tables and views with their columns, by name.
    pub fn tables(&self, cancel: &Cancel) -> Result<Vec<TableInfo>> {
        self.shared.read(cancel, |conn| {
            let mut statement = conn.prepare(
                "SELECT table_name, column_name, data_type FROM duckdb_columns() \
                 WHERE schema_name = 'main' AND NOT internal ORDER BY table_name, column_index",
            )?;
            let mut rows = statement.query([])?;
            let mut tables: Vec<TableInfo> = Vec::new();
            while let Some(row) = rows.next()? {
                let name: String = row.get(0)?;
                let column = Column { name: row.get(1)?, sql_type: row.get(2)? };
                match tables.last_mut().filter(|table| table.name == name) {
                    Some(table) => table.columns.push(column),
                    None => tables.push(TableInfo { name, columns: vec![column] }),
                }
            }
            Ok(tables)
        })
    }
}

fn run(conn: &Connection, sql: &str, limits: SqlLimits) -> Result<SqlResult> {
    let started = Instant::now();
    let mut statement = conn.prepare(sql).map_err(|error| explain(&error))?;
    let mut batches = statement.stream_arrow([]).map_err(|error| explain(&error))?;
    let schema = batches.get_schema();
    let fields = schema.fields();
    let mut result =
        SqlResult { columns: fields.iter().map(|field| cells::column(field)).collect(), ..SqlResult::default() };
    let mut bytes = 0;
    'all: while let Some(batch) = batches.next().transpose().map_err(|error| explain(&error))? {
        for row in 0..batch.num_rows() {
            if result.rows.len() >= limits.rows || bytes >= limits.bytes {
                result.truncated = true;
                break 'all;
            }
            let cells: Vec<Cell> = fields
                .iter()
                .zip(batch.columns())
                .map(|(field, array)| cells::cell(field, array.as_ref(), row))
                .collect();
            bytes += cells.iter().map(Cell::bytes).sum::<usize>();
            result.rows.push(cells);
        }
    }
    result.elapsed = started.elapsed();
    Ok(result)
}

/// DuckDB's message without the quoted source, and the place it points at.
fn explain(error: &duckdb::Error) -> StoreError {
    let text = error.to_string();
    if text.contains("INTERRUPT") || text.contains("Interrupted!") {
        return StoreError::Interrupted;
    }
    if is_corruption(&text) {
        return StoreError::Damaged { detail: text.lines().next().unwrap_or_default().to_owned() };
    }
    let (message, source) = text.split_once("\n\nLINE ").unwrap_or((&text, ""));
    StoreError::Sql { message: message.trim().to_owned(), position: place(source) }
}

/// Line and column from `1: SELECT x` above a line with a caret; `None` where DuckDB shortened the line.
fn place(source: &str) -> Option<(usize, usize)> {
    let mut lines = source.lines();
    let shown = lines.next()?;
    let caret = lines.next()?.chars().position(|c| c == '^')?;
    let (number, quoted) = shown.split_once(": ")?;
    if quoted.starts_with("...") {
        return None;
    }
    let before = "LINE ".len() + number.len() + ": ".len();
    Some((number.parse().ok()?, (caret + 1).checked_sub(before)?))
}

/// Sets a flag after a time unless it is dropped before.
struct Timer {
    rang: Arc<AtomicBool>,
    _alive: Sender<()>,
}

impl Timer {
    fn start(after: Duration, stop: Cancel) -> Self {
        let (alive, dropped) = channel();
        let rang = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&rang);
        let wait = move || {
            if dropped.recv_timeout(after) == Err(RecvTimeoutError::Timeout) {
                flag.store(true, Ordering::SeqCst);
                stop.cancel();
            }
        };
        // Without a thread the query has no time limit, but can still be cancelled.
        drop(std::thread::Builder::new().name("store-timer".to_owned()).spawn(wait));
        Self { rang, _alive: alive }
    }

    fn rang(&self) -> bool {
        self.rang.load(Ordering::SeqCst)
    }
}

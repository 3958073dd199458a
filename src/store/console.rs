//! The user's SQL.

use std::time::Duration;

use super::{Result, Store};
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

impl Store {
    /// Runs one read-only statement of the user.
    pub fn sql(&self, _query: &str, _limits: SqlLimits, _cancel: &Cancel) -> Result<SqlResult> {
        Ok(SqlResult::default())
    }

    /// The public tables and views with their columns, by name.
    pub fn tables(&self, _cancel: &Cancel) -> Result<Vec<TableInfo>> {
        Ok(Vec::new())
    }
}

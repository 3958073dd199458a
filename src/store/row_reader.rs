//! Reading a result row value by value, in the order of its columns.

use duckdb::Row;
use duckdb::types::{Decimal, FromSql, Value};

use super::error::Result;
use crate::domain::money::Money;
use crate::domain::time::Timestamp;

/// A place in a row.
pub(super) struct RowReader<'a, 'b> {
    row: &'a Row<'b>,
    next: usize,
}

impl<'a, 'b> RowReader<'a, 'b> {
    /// The beginning of a row.
    pub fn new(row: &'a Row<'b>) -> Self {
        Self { row, next: 0 }
    }

    /// The next value.
    pub fn get<T: FromSql>(&mut self) -> Result<T> {
        let value = self.row.get(self.next)?;
        self.next += 1;
        Ok(value)
    }

    /// The next text, or nothing.
    pub fn text(&mut self) -> Result<Option<String>> {
        self.get()
    }

    /// The next count, or nothing; a negative one is nothing.
    pub fn count(&mut self) -> Result<Option<u64>> {
        Ok(self.get::<Option<i64>>()?.and_then(|number| u64::try_from(number).ok()))
    }

    /// The next amount, or nothing.
    pub fn money(&mut self) -> Result<Option<Money>> {
        Ok(self.get::<Option<Decimal>>()?.map(|decimal| Money::from_pico(decimal.value())))
    }

    /// The next point in time, kept as nanoseconds.
    pub fn nanos(&mut self) -> Result<Timestamp> {
        Ok(Timestamp::from_nanos(self.get()?))
    }

    /// The next list of texts; none for NULL.
    pub fn texts(&mut self) -> Result<Vec<String>> {
        let Value::List(values) = self.get()? else { return Ok(Vec::new()) };
        let text = |value| match value {
            Value::Text(text) => Some(text),
            _ => None,
        };
        Ok(values.into_iter().filter_map(text).collect())
    }
}

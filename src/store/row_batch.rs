//! Building rows for the appender, column by column.

use std::sync::Arc;

use duckdb::Appender;
use duckdb::arrow::array::{
    ArrayRef, BooleanBuilder, Decimal128Builder, Float64Builder, Int32Builder, Int64Builder, ListBuilder, RecordBatch,
    StringBuilder, TimestampMicrosecondBuilder,
};
use duckdb::arrow::datatypes::{Field, Schema};

use super::error::{Result, StoreError};
use crate::domain::money::{MONEY_SCALE, Money};
use crate::domain::time::Timestamp;

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Int,
    Small,
    Float,
    Bool,
    Time,
    Money,
    Texts,
}

enum Column {
    Text(StringBuilder),
    Int(Int64Builder),
    Small(Int32Builder),
    Float(Float64Builder),
    Bool(BooleanBuilder),
    Time(TimestampMicrosecondBuilder),
    Money(Decimal128Builder),
    Texts(ListBuilder<StringBuilder>),
}

impl Column {
    fn new(kind: Kind) -> Result<Self> {
        Ok(match kind {
            Kind::Text => Self::Text(StringBuilder::new()),
            Kind::Int => Self::Int(Int64Builder::new()),
            Kind::Small => Self::Small(Int32Builder::new()),
            Kind::Float => Self::Float(Float64Builder::new()),
            Kind::Bool => Self::Bool(BooleanBuilder::new()),
            Kind::Time => Self::Time(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            Kind::Money => {
                let builder = Decimal128Builder::new().with_precision_and_scale(38, MONEY_SCALE as i8);
                Self::Money(builder.map_err(|error| StoreError::Database(error.to_string()))?)
            }
            Kind::Texts => Self::Texts(ListBuilder::new(StringBuilder::new())),
        })
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Int(builder) => Arc::new(builder.finish()),
            Self::Small(builder) => Arc::new(builder.finish()),
            Self::Float(builder) => Arc::new(builder.finish()),
            Self::Bool(builder) => Arc::new(builder.finish()),
            Self::Time(builder) => Arc::new(builder.finish()),
            Self::Money(builder) => Arc::new(builder.finish()),
            Self::Texts(builder) => Arc::new(builder.finish()),
        }
    }
}

/// Rows of one table, filled value by value in the order of its columns.
pub(super) struct RowBatch {
    columns: Vec<Column>,
    next: usize,
    rows: usize,
    bytes: usize,
    mixed_up: bool,
}

impl RowBatch {
    /// No rows of a table with these columns.
    pub fn new(kinds: &[Kind]) -> Result<Self> {
        let columns = kinds.iter().map(|kind| Column::new(*kind)).collect::<Result<_>>()?;
        Ok(Self { columns, next: 0, rows: 0, bytes: 0, mixed_up: false })
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes of their texts.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    fn put(&mut self, put: impl FnOnce(&mut Column) -> bool) -> &mut Self {
        let done = self.columns.get_mut(self.next).is_some_and(put);
        self.mixed_up |= !done;
        self.next += 1;
        self
    }

    /// A text, or nothing.
    pub fn text(&mut self, value: Option<&str>) -> &mut Self {
        self.bytes += value.map_or(0, str::len);
        self.put(|column| match column {
            Column::Text(builder) => {
                builder.append_option(value);
                true
            }
            _ => false,
        })
    }

    /// A whole number, or nothing.
    pub fn int(&mut self, value: Option<i64>) -> &mut Self {
        self.put(|column| match column {
            Column::Int(builder) => {
                builder.append_option(value);
                true
            }
            Column::Small(builder) => {
                builder.append_option(value.map(|number| i32::try_from(number).unwrap_or(i32::MAX)));
                true
            }
            _ => false,
        })
    }

    /// A count, or nothing.
    pub fn count(&mut self, value: Option<u64>) -> &mut Self {
        self.int(value.map(|count| i64::try_from(count).unwrap_or(i64::MAX)))
    }

    /// A number, or nothing.
    pub fn float(&mut self, value: Option<f64>) -> &mut Self {
        self.put(|column| match column {
            Column::Float(builder) => {
                builder.append_option(value);
                true
            }
            _ => false,
        })
    }

    /// Yes or no.
    pub fn bool(&mut self, value: bool) -> &mut Self {
        self.maybe_bool(Some(value))
    }

    /// Yes, no, or nothing.
    pub fn maybe_bool(&mut self, value: Option<bool>) -> &mut Self {
        self.put(|column| match column {
            Column::Bool(builder) => {
                builder.append_option(value);
                true
            }
            _ => false,
        })
    }

    /// A point in time, or nothing.
    pub fn time(&mut self, value: Option<Timestamp>) -> &mut Self {
        self.put(|column| match column {
            Column::Time(builder) => {
                builder.append_option(value.map(Timestamp::micros));
                true
            }
            _ => false,
        })
    }

    /// An amount, or nothing.
    pub fn money(&mut self, value: Option<Money>) -> &mut Self {
        self.put(|column| match column {
            Column::Money(builder) => {
                builder.append_option(value.map(Money::pico));
                true
            }
            _ => false,
        })
    }

    /// A list of texts.
    pub fn texts(&mut self, values: &[String]) -> &mut Self {
        self.bytes += values.iter().map(String::len).sum::<usize>();
        self.put(|column| match column {
            Column::Texts(builder) => {
                for value in values {
                    builder.values().append_value(value);
                }
                builder.append(true);
                true
            }
            _ => false,
        })
    }

    /// Ends a row.
    pub fn end_row(&mut self) {
        self.mixed_up |= self.next != self.columns.len();
        self.next = 0;
        self.rows += 1;
    }

    /// All rows as columns; begins anew.
    pub fn finish(&mut self) -> Result<RecordBatch> {
        if self.mixed_up {
            return Err(StoreError::Database("a row does not fit its table".to_owned()));
        }
        let arrays: Vec<ArrayRef> = self.columns.iter_mut().map(Column::finish).collect();
        let fields: Vec<Field> = arrays
            .iter()
            .enumerate()
            .map(|(number, array)| Field::new(format!("c{number}"), array.data_type().clone(), true))
            .collect();
        self.rows = 0;
        self.bytes = 0;
        RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
            .map_err(|error| StoreError::Database(error.to_string()))
    }

    /// Hands all rows to an appender and begins anew.
    pub fn append_to(&mut self, appender: &mut Appender<'_>) -> Result<()> {
        if self.rows > 0 {
            appender.append_record_batch(self.finish()?)?;
        }
        Ok(())
    }
}

//! Values of DuckDB's result batches as cells.

use duckdb::arrow::array::{Array, AsArray, BooleanArray, ListArray, MapArray, PrimitiveArray, StructArray};
use duckdb::arrow::datatypes::{
    ArrowPrimitiveType, DataType, Decimal128Type, Field, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use duckdb::arrow::util::display::{ArrayFormatter, FormatOptions};
use serde_json::Value;

use super::console::{Cell, Column};
use crate::domain::money::{MONEY_SCALE, Money};
use crate::domain::time::Timestamp;

/// The name and type of a column.
pub(super) fn column(field: &Field) -> Column {
    Column { name: field.name().clone(), sql_type: sql_type(field) }
}

fn is_json(field: &Field) -> bool {
    field.metadata().get("ARROW:extension:name").is_some_and(|name| name == "arrow.json")
}

fn sql_type(field: &Field) -> String {
    match field.data_type() {
        DataType::Null => "NULL".to_owned(),
        DataType::Boolean => "BOOLEAN".to_owned(),
        DataType::Int8 => "TINYINT".to_owned(),
        DataType::Int16 => "SMALLINT".to_owned(),
        DataType::Int32 => "INTEGER".to_owned(),
        DataType::Int64 => "BIGINT".to_owned(),
        DataType::UInt8 => "UTINYINT".to_owned(),
        DataType::UInt16 => "USMALLINT".to_owned(),
        DataType::UInt32 => "UINTEGER".to_owned(),
        DataType::UInt64 => "UBIGINT".to_owned(),
        DataType::Float32 => "FLOAT".to_owned(),
        DataType::Float64 => "DOUBLE".to_owned(),
        DataType::Decimal128(38, 0) => "HUGEINT".to_owned(),
        DataType::Decimal128(width, scale) => format!("DECIMAL({width},{scale})"),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            if is_json(field) { "JSON" } else { "VARCHAR" }.to_owned()
        }
        DataType::Timestamp(_, Some(_)) => "TIMESTAMPTZ".to_owned(),
        DataType::Timestamp(_, None) => "TIMESTAMP".to_owned(),
        DataType::Date32 | DataType::Date64 => "DATE".to_owned(),
        DataType::Time32(_) | DataType::Time64(_) => "TIME".to_owned(),
        DataType::Interval(_) => "INTERVAL".to_owned(),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => "BLOB".to_owned(),
        DataType::List(item) | DataType::LargeList(item) => format!("{}[]", sql_type(item)),
        DataType::Struct(_) => "STRUCT".to_owned(),
        DataType::Map(..) => "MAP".to_owned(),
        DataType::Dictionary(..) => "ENUM".to_owned(),
        other => other.to_string(),
    }
}

/// The value of a row; `field` is the column's.
pub(super) fn cell(field: &Field, array: &dyn Array, row: usize) -> Cell {
    // An array of the type NULL has no validity bits.
    if array.is_null(row) || array.data_type() == &DataType::Null {
        return Cell::Null;
    }
    let known = match array.data_type() {
        DataType::Boolean => array.as_any().downcast_ref::<BooleanArray>().map(|array| Cell::Bool(array.value(row))),
        DataType::Int8 => int::<Int8Type>(array, row),
        DataType::Int16 => int::<Int16Type>(array, row),
        DataType::Int32 => int::<Int32Type>(array, row),
        DataType::Int64 => int::<Int64Type>(array, row),
        DataType::UInt8 => int::<UInt8Type>(array, row),
        DataType::UInt16 => int::<UInt16Type>(array, row),
        DataType::UInt32 => int::<UInt32Type>(array, row),
        DataType::UInt64 => int::<UInt64Type>(array, row),
        DataType::Float32 => primitive::<Float32Type>(array, row).map(|number| Cell::Float(f64::from(number))),
        DataType::Float64 => primitive::<Float64Type>(array, row).map(Cell::Float),
        DataType::Decimal128(_, scale) => primitive::<Decimal128Type>(array, row).map(|number| decimal(number, *scale)),
        DataType::Timestamp(unit, _) => time(*unit, array, row).map(Cell::Time),
        DataType::Utf8 => array.as_string_opt::<i32>().map(|array| text(field, array.value(row))),
        DataType::LargeUtf8 => array.as_string_opt::<i64>().map(|array| text(field, array.value(row))),
        DataType::Utf8View => array.as_string_view_opt().map(|array| text(field, array.value(row))),
        DataType::Binary => array.as_binary_opt::<i32>().map(|array| Cell::Blob(array.value(row).to_vec())),
        DataType::List(_) | DataType::Struct(_) | DataType::Map(..) => {
            Some(Cell::Json(json_of(array, row).to_string()))
        }
        _ => None,
    };
    known.unwrap_or_else(|| formatted(array, row))
}

fn primitive<T: ArrowPrimitiveType>(array: &dyn Array, row: usize) -> Option<T::Native> {
    array.as_any().downcast_ref::<PrimitiveArray<T>>().map(|array| array.value(row))
}

fn int<T: ArrowPrimitiveType>(array: &dyn Array, row: usize) -> Option<Cell>
where
    T::Native: TryInto<i64> + ToString,
{
    let number = primitive::<T>(array, row)?;
    let text = number.to_string();
    Some(number.try_into().map_or(Cell::Decimal(text), Cell::Int))
}

fn decimal(number: i128, scale: i8) -> Cell {
    if scale == 0 {
        return i64::try_from(number).map_or_else(|_| Cell::Decimal(number.to_string()), Cell::Int);
    }
    if scale == MONEY_SCALE as i8 {
        return Cell::Money(Money::from_pico(number));
    }
    let digits = usize::from(scale.unsigned_abs());
    let padded = format!("{:0>width$}", number.unsigned_abs().to_string(), width = digits + 1);
    let (whole, fraction) = padded.split_at(padded.len() - digits);
    Cell::Decimal(format!("{}{whole}.{fraction}", if number < 0 { "-" } else { "" }))
}

fn time(unit: TimeUnit, array: &dyn Array, row: usize) -> Option<Timestamp> {
    let nanos = match unit {
        TimeUnit::Second => primitive::<TimestampSecondType>(array, row)?.saturating_mul(1_000_000_000),
        TimeUnit::Millisecond => primitive::<TimestampMillisecondType>(array, row)?.saturating_mul(1_000_000),
        TimeUnit::Microsecond => primitive::<TimestampMicrosecondType>(array, row)?.saturating_mul(1_000),
        TimeUnit::Nanosecond => primitive::<TimestampNanosecondType>(array, row)?,
    };
    Some(Timestamp::from_nanos(nanos))
}

fn text(field: &Field, text: &str) -> Cell {
    if is_json(field) { Cell::Json(text.to_owned()) } else { Cell::Text(text.to_owned()) }
}

fn formatted(array: &dyn Array, row: usize) -> Cell {
    let options = FormatOptions::default().with_display_error(true);
    ArrayFormatter::try_new(array, &options)
        .map_or(Cell::Null, |formatter| Cell::Text(formatter.value(row).to_string()))
}

/// Lists, structs and maps as JSON.
fn json_of(array: &dyn Array, row: usize) -> Value {
    if let Some(list) = array.as_any().downcast_ref::<ListArray>() {
        return items(list.value(row).as_ref());
    }
    if let Some(map) = array.as_any().downcast_ref::<MapArray>() {
        return items(&map.value(row));
    }
    if let Some(fields) = array.as_any().downcast_ref::<StructArray>() {
        let named = fields.fields().iter().zip(fields.columns());
        return Value::Object(
            named.map(|(field, column)| (field.name().clone(), value(field, column.as_ref(), row))).collect(),
        );
    }
    Value::Null
}

fn items(array: &dyn Array) -> Value {
    let field = Field::new("item", array.data_type().clone(), true);
    Value::Array((0..array.len()).map(|row| value(&field, array, row)).collect())
}

fn value(field: &Field, array: &dyn Array, row: usize) -> Value {
    json(&cell(field, array, row))
}

/// A cell as JSON: amounts and decimals as numbers where a number can hold them, times and bytes as text.
pub(super) fn json(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Bool(yes) => Value::Bool(*yes),
        Cell::Int(number) => Value::from(*number),
        Cell::Float(number) => serde_json::Number::from_f64(*number).map_or(Value::Null, Value::Number),
        Cell::Money(amount) => serde_json::to_value(amount).unwrap_or(Value::Null),
        Cell::Time(time) => Value::String(time.to_rfc3339()),
        Cell::Decimal(text) | Cell::Text(text) => Value::String(text.clone()),
        Cell::Json(text) => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone())),
        Cell::Blob(bytes) => Value::String(hex(bytes)),
    }
}

/// Bytes as lower-case hex digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

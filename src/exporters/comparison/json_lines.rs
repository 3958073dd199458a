//! A comparison as JSON objects, one a line; texts are exact, what could steer a terminal is escaped.

use serde_json::{Map, Value};

use super::report::Report;
use super::rows::{Field, rows};
use crate::domain::untrusted::escape_json;

/// The lines.
pub fn lines(report: &Report) -> String {
    let rows = rows(report);
    let mut text = String::new();
    for row in rows.rows {
        let fields: Map<String, Value> = rows.columns.iter().cloned().zip(row.into_iter().map(value)).collect();
        text.push_str(&escape_json(&Value::Object(fields).to_string()));
        text.push('\n');
    }
    text
}

fn value(field: Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Flag(yes) => yes.into(),
        Field::Count(count) => count.into(),
        Field::Number(number) => number.into(),
        Field::Money(amount) => serde_json::to_value(amount).unwrap_or_default(),
        Field::Text(text) => text.into(),
        Field::Json(value) => value,
    }
}

//! Values as Go's `%v` prints them.

use serde_json::Value;

use super::numbers::{self, Layout};

/// `%v` is `%g` with the shortest digits, which takes an exponent from a million on.
const LAYOUT: Layout = Layout { least: -4, most: 6, exponent_digits: 2, whole: "" };

/// Appends a value.
pub(in crate::domain::prompt) fn print(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("<nil>"),
        Value::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
        Value::Number(value) => out.push_str(&numbers::number(value, LAYOUT)),
        Value::String(text) => out.push_str(text),
        Value::Array(list) => {
            out.push('[');
            for (at, item) in list.iter().enumerate() {
                if at > 0 {
                    out.push(' ');
                }
                print(item, out);
            }
            out.push(']');
        }
        Value::Object(map) => {
            let mut members: Vec<_> = map.iter().collect();
            members.sort_by_key(|(key, _)| *key);
            out.push_str("map[");
            for (at, (key, item)) in members.into_iter().enumerate() {
                if at > 0 {
                    out.push(' ');
                }
                out.push_str(key);
                out.push(':');
                print(item, out);
            }
            out.push(']');
        }
    }
}

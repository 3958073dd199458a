//! Values as JavaScript prints them, and as `JSON.stringify` does (ECMA-262).

use serde_json::{Map, Number, Value};

use super::numbers::{self, Layout};

const LAYOUT: Layout = Layout { least: -6, most: 21, exponent_digits: 1, whole: "" };

fn number(value: &Number) -> String {
    // JavaScript has no minus zero in print.
    if value.as_f64() == Some(0.0) { "0".to_owned() } else { numbers::number(value, LAYOUT) }
}

/// Appends a value as `String(value)` gives it, but nothing for null, as templates have it.
pub(in crate::domain::prompt) fn print(value: &Value, out: &mut String) {
    match value {
        Value::Null => {}
        Value::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
        Value::Number(value) => out.push_str(&number(value)),
        Value::String(text) => out.push_str(text),
        Value::Array(list) => {
            for (index, item) in list.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                print(item, out);
            }
        }
        Value::Object(_) => out.push_str("[object Object]"),
    }
}

/// The members of an object in the order in which JavaScript goes through them: array indices first, by size.
pub(in crate::domain::prompt) fn members(map: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut members: Vec<_> = map.iter().collect();
    members.sort_by_key(|(key, _)| index(key).map_or((1, 0), |index| (0, index)));
    members
}

/// The number that a key is as an array index.
pub(in crate::domain::prompt) fn index(key: &str) -> Option<u32> {
    let plain = key == "0" || (!key.starts_with('0') && key.bytes().all(|byte| byte.is_ascii_digit()));
    key.parse().ok().filter(|index| plain && *index != u32::MAX)
}

/// `JSON.stringify(value, null, indent)`; `indent` is what one level is moved in by, nothing for one line.
pub(in crate::domain::prompt) fn stringify(value: &Value, indent: &str) -> String {
    let mut out = String::new();
    write(value, indent, 0, &mut out);
    out
}

fn write(value: &Value, indent: &str, level: usize, out: &mut String) {
    match value {
        Value::Number(value) => out.push_str(&number(value)),
        Value::Array(list) if !list.is_empty() => {
            out.push('[');
            for (at, item) in list.iter().enumerate() {
                separate(at, indent, level + 1, out);
                write(item, indent, level + 1, out);
            }
            close(']', indent, level, out);
        }
        Value::Object(map) if !map.is_empty() => {
            out.push('{');
            for (at, (key, item)) in members(map).into_iter().enumerate() {
                separate(at, indent, level + 1, out);
                out.push_str(&Value::String(key.clone()).to_string());
                out.push_str(if indent.is_empty() { ":" } else { ": " });
                write(item, indent, level + 1, out);
            }
            close('}', indent, level, out);
        }
        other => out.push_str(&other.to_string()),
    }
}

fn separate(at: usize, indent: &str, level: usize, out: &mut String) {
    if at > 0 {
        out.push(',');
    }
    line(indent, level, out);
}

fn close(bracket: char, indent: &str, level: usize, out: &mut String) {
    line(indent, level, out);
    out.push(bracket);
}

fn line(indent: &str, level: usize, out: &mut String) {
    if !indent.is_empty() {
        out.push('\n');
        for _ in 0..level {
            out.push_str(indent);
        }
    }
}

/// Whether JavaScript takes a character for white space; it differs from Unicode's property in two.
pub(in crate::domain::prompt) fn is_space(c: char) -> bool {
    c == '\u{feff}' || (c.is_whitespace() && c != '\u{85}')
}

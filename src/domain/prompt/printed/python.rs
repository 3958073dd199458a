//! Values as Python prints them: `str` and `repr`.

use std::fmt::Write;

use serde_json::{Number, Value};

use super::numbers::{self, Layout};

const LAYOUT: Layout = Layout { least: -4, most: 16, exponent_digits: 2, whole: ".0" };

/// A number as `str` gives it.
pub(in crate::domain::prompt) fn number(value: &Number) -> String {
    numbers::number(value, LAYOUT)
}

/// A floating-point number as `str` gives it.
pub(in crate::domain::prompt) fn float(value: f64) -> String {
    match Number::from_f64(value) {
        Some(finite) => number(&finite),
        None if value.is_nan() => "nan".to_owned(),
        None => (if value > 0.0 { "inf" } else { "-inf" }).to_owned(),
    }
}

/// Appends a value as `str` gives it.
pub(in crate::domain::prompt) fn print(value: &Value, out: &mut String) {
    match value {
        Value::String(text) => out.push_str(text),
        other => repr(other, out),
    }
}

/// Appends a value as `repr` gives it.
pub(in crate::domain::prompt) fn repr(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("None"),
        Value::Bool(yes) => out.push_str(if *yes { "True" } else { "False" }),
        Value::Number(value) => out.push_str(&number(value)),
        Value::String(text) => quoted(text, out),
        Value::Array(list) => {
            out.push('[');
            for (at, item) in list.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                repr(item, out);
            }
            out.push(']');
        }
        Value::Object(map) => {
            out.push('{');
            for (at, (key, item)) in map.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                quoted(key, out);
                out.push_str(": ");
                repr(item, out);
            }
            out.push('}');
        }
    }
}

/// Appends a text literal: in single quotes, unless it holds such and no double ones.
pub(in crate::domain::prompt) fn quoted(text: &str, out: &mut String) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if c == quote => out.extend(['\\', c]),
            _ if is_printable(c) => out.push(c),
            // Writing to a text cannot fail.
            _ => drop(match c as u32 {
                code @ 0..=0xff => write!(out, "\\x{code:02x}"),
                code @ 0x100..=0xffff => write!(out, "\\u{code:04x}"),
                code => write!(out, "\\U{code:08x}"),
            }),
        }
    }
    out.push(quote);
}

/// Python escapes control, format and separator characters; of the separators only the blank is left.
fn is_printable(c: char) -> bool {
    let format = matches!(c, '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0001}'..='\u{e007f}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}');
    c == ' ' || !(c.is_control() || c.is_whitespace() || format)
}

/// The lines of a text as `str.splitlines` divides it, without their ends.
pub(in crate::domain::prompt) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (line, end) = first_line(rest);
        rest = &rest[end..];
        Some(line)
    })
}

/// The first line of a text without its end, and where the next one begins.
pub(in crate::domain::prompt) fn first_line(text: &str) -> (&str, usize) {
    let Some(at) = text.find(is_line_end) else { return (text, text.len()) };
    let size = if text[at..].starts_with("\r\n") { 2 } else { text[at..].chars().next().map_or(1, char::len_utf8) };
    (&text[..at], at + size)
}

fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

//! Filters of Jinja2 that `minijinja` lacks or prints otherwise.

use std::fmt::Write;

use minijinja::value::{Kwargs, Value as Engine, ValueKind};
use minijinja::{Environment, Error, ErrorKind};
use serde_json::Value;

use super::jinja::{DEEPEST, print, printed, repr};
use super::limits;

/// Adds the filters to an engine.
pub(super) fn add(environment: &mut Environment<'_>) {
    environment.add_filter("string", |value: Engine| printed(&value));
    environment.add_filter("join", join);
    environment.add_filter("tojson", tojson);
    environment.add_filter("int", int);
    environment.add_filter("truncate", truncate);
    environment.add_filter("wordcount", |value: Engine| {
        let text = printed(&value);
        text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).count()
    });
    environment.add_filter("float", float);
    environment.add_filter("e", escape);
    environment.add_filter("escape", escape);
}

/// Cuts a text at a length, with the end that says so counted in; a little over is left.
#[expect(clippy::needless_pass_by_value, reason = "the signature is the engine's")]
fn truncate(
    text: &str,
    length: Option<usize>,
    killwords: Option<bool>,
    end: Option<String>,
    options: Kwargs,
) -> Result<String, Error> {
    let length = length.or(options.get("length")?).unwrap_or(255);
    let killwords = killwords.or(options.get("killwords")?).unwrap_or(false);
    let end = end.or(options.get("end")?).unwrap_or_else(|| "...".to_owned());
    let leeway = options.get::<Option<usize>>("leeway")?.unwrap_or(5);
    options.assert_all_used()?;
    if text.chars().count() <= length.saturating_add(leeway) {
        return Ok(text.to_owned());
    }
    let cut: String = text.chars().take(length.saturating_sub(end.chars().count())).collect();
    let whole = if killwords { cut.as_str() } else { cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words) };
    Ok(format!("{whole}{end}"))
}

#[expect(clippy::needless_pass_by_value, reason = "the signature is the engine's")]
fn join(list: &Engine, separator: Option<String>, options: Kwargs) -> Result<String, Error> {
    let attribute: Option<String> = options.get("attribute")?;
    options.assert_all_used()?;
    let separator = separator.unwrap_or_default();
    let mut text = String::new();
    for (at, item) in list.try_iter()?.enumerate() {
        if at > 0 {
            text.push_str(&separator);
        }
        match &attribute {
            Some(name) => print(&item.get_attr(name)?, &mut text),
            None => print(&item, &mut text),
        }
        if text.len() > limits::MOST_BYTES {
            return Err(Error::new(ErrorKind::InvalidOperation, limits::too_long()));
        }
    }
    Ok(text)
}

/// JSON as Jinja2 writes it: keys in order, and what HTML could take for a tag as an escape.
#[expect(clippy::needless_pass_by_value, reason = "the signature is the engine's")]
fn tojson(value: &Engine, options: Kwargs) -> Result<String, Error> {
    let indent: Option<usize> = options.get("indent")?;
    options.assert_all_used()?;
    let mut text = String::new();
    json(value, indent.map(|indent| indent.min(16)), 0, &mut text)?;
    Ok(text)
}

fn json(value: &Engine, indent: Option<usize>, depth: usize, out: &mut String) -> Result<(), Error> {
    if depth > DEEPEST || out.len() > limits::MOST_BYTES {
        return Err(Error::new(ErrorKind::InvalidOperation, limits::too_long()));
    }
    let line = |out: &mut String, depth: usize| {
        if let Some(indent) = indent {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent * depth));
        }
    };
    let comma = if indent.is_some() { "," } else { ", " };
    match value.kind() {
        ValueKind::Undefined => {
            return Err(Error::new(ErrorKind::InvalidOperation, "a variable without a value is no JSON"));
        }
        ValueKind::None => out.push_str("null"),
        ValueKind::Bool => out.push_str(if value.is_true() { "true" } else { "false" }),
        ValueKind::Number => repr(value, depth, out),
        ValueKind::Seq | ValueKind::Iterable => {
            out.push('[');
            let mut any = false;
            for item in value.try_iter()? {
                out.push_str(if any { comma } else { "" });
                any = true;
                line(out, depth + 1);
                json(&item, indent, depth + 1, out)?;
            }
            if any {
                line(out, depth);
            }
            out.push(']');
        }
        ValueKind::Map => {
            let mut keys: Vec<Engine> = value.try_iter()?.collect();
            keys.sort();
            out.push('{');
            for (at, key) in keys.iter().enumerate() {
                out.push_str(if at > 0 { comma } else { "" });
                line(out, depth + 1);
                quoted(&printed(key), out);
                out.push_str(": ");
                json(&value.get_item(key)?, indent, depth + 1, out)?;
            }
            if !keys.is_empty() {
                line(out, depth);
            }
            out.push('}');
        }
        _ => quoted(&printed(value), out),
    }
    Ok(())
}

/// A text in JSON that is ASCII alone.
fn quoted(text: &str, out: &mut String) {
    let literal = Value::String(text.to_owned()).to_string();
    for c in literal.chars() {
        match c {
            '<' | '>' | '&' | '\'' | '\u{7f}'.. => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            c => out.push(c),
        }
    }
}

/// Escapes for HTML as Python's `markupsafe` does.
fn escape(value: &Engine) -> String {
    if value.is_safe() {
        return printed(value);
    }
    let mut escaped = String::new();
    for c in printed(value).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\'' => escaped.push_str("&#39;"),
            '"' => escaped.push_str("&#34;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A number with a point, or the default where the value is none.
fn float(value: &Engine, default: Option<f64>) -> f64 {
    let number = match value.as_str() {
        Some(text) => text.trim().parse().ok(),
        None if value.kind() == ValueKind::Bool => Some(f64::from(u8::from(value.is_true()))),
        None => f64::try_from(value.clone()).ok(),
    };
    number.or(default).unwrap_or(0.0)
}

/// A whole number, or the default where the value is none.
fn int(value: &Engine, default: Option<Engine>) -> Engine {
    let parsed = match value.as_str() {
        Some(text) => {
            let text = text.trim();
            text.parse::<i64>().ok().or_else(|| text.parse::<f64>().ok().map(|real| real as i64))
        }
        None if value.kind() == ValueKind::Bool => Some(i64::from(value.is_true())),
        None => i64::try_from(value.clone())
            .ok()
            .or_else(|| f64::try_from(value.clone()).ok().map(|real| real.trunc() as i64)),
    };
    parsed.map_or_else(|| default.unwrap_or_else(|| Engine::from(0)), Engine::from)
}

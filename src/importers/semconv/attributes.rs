//! Typed access to attributes, whatever type the recorder chose.

use serde_json::{Map, Value};

/// The attributes that stay on a span, by name.
#[derive(Clone, Copy)]
pub struct Attrs<'a>(pub &'a Map<String, Value>);

impl<'a> Attrs<'a> {
    /// The attribute as it is.
    pub fn get(self, key: &str) -> Option<&'a Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    /// A text that is not empty.
    pub fn text(self, key: &str) -> Option<&'a str> {
        self.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// The first of these texts that is there.
    pub fn first_text(self, keys: &[&str]) -> Option<&'a str> {
        keys.iter().find_map(|key| self.text(key))
    }

    /// A text, or a number as text.
    pub fn label(self, keys: &[&str]) -> Option<String> {
        keys.iter().find_map(|key| self.get(key).and_then(label))
    }

    /// The first of these counts that is there.
    pub fn count(self, keys: &[&str]) -> Option<u64> {
        keys.iter().find_map(|key| self.get(key).and_then(count))
    }

    /// The first of these numbers that is there.
    pub fn number(self, keys: &[&str]) -> Option<f64> {
        keys.iter().find_map(|key| self.get(key).and_then(number))
    }

    /// A JSON object, nested or as text.
    pub fn object(self, key: &str) -> Option<Map<String, Value>> {
        object(self.get(key)?)
    }
}

/// A text or number as text; `None` for anything else and for the empty text.
pub fn label(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// A count that is not negative, from a number or its text.
pub fn count(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number
            .as_u64()
            .or_else(|| number.as_f64().filter(|&number| (0.0..9e15).contains(&number)).map(|number| number as u64)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A number that is one, from a number or its text.
pub fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

/// JSON from its text, where that is what the text is; any other value as it is.
pub fn parsed(value: Value) -> Value {
    match value {
        Value::String(text) => parse_text(&text).unwrap_or(Value::String(text)),
        other => other,
    }
}

/// The JSON object or array that a text is; `None` where it is plain text.
pub fn parse_text(text: &str) -> Option<Value> {
    let trimmed = text.trim();
    let looks_like_json = matches!(trimmed.as_bytes().first(), Some(b'{' | b'['));
    looks_like_json.then(|| serde_json::from_str(trimmed).ok()).flatten()
}

/// A JSON object, nested or as text.
pub fn object(value: &Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(members) => Some(members.clone()),
        Value::String(text) => match parse_text(text) {
            Some(Value::Object(members)) => Some(members),
            _ => None,
        },
        _ => None,
    }
}

/// The value as one text: a text as it is, anything else as JSON; `None` for null.
pub fn as_text(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

/// Tool arguments: an object where the text is valid JSON, else the text.
pub fn arguments(value: Value) -> Value {
    match value {
        Value::Null => Value::Object(Map::new()),
        Value::String(text) if text.trim().is_empty() => Value::Object(Map::new()),
        other => parsed(other),
    }
}

//! Front matter: YAML between two lines of three dashes at the top of a file.

use serde_json::{Map, Value};

use super::error::PromptError;

/// A file divided into front matter and body.
pub(super) struct Divided<'t> {
    pub(super) front: Map<String, Value>,
    pub(super) body: &'t str,
    /// The body's first line in the file, from 1.
    pub(super) body_line: u32,
}

/// Divides a file; blank lines and comments may stand before the front matter.
pub(super) fn divide(text: &str) -> Result<Divided<'_>, PromptError> {
    let whole = || Divided { front: Map::new(), body: text, body_line: 1 };
    let mut offset = 0;
    let mut line = 0;
    let mut start: Option<(usize, u32)> = None;
    for piece in text.split_inclusive('\n') {
        line += 1;
        let content = piece.trim_end();
        match start {
            None if content == "---" => start = Some((offset + piece.len(), line)),
            None if content.trim_start().is_empty() || content.starts_with('#') => {}
            None => return Ok(whole()),
            Some((yaml, first)) if content == "---" => {
                let front = mapping(&text[yaml..offset], first)?;
                return Ok(Divided { front, body: &text[offset + piece.len()..], body_line: line + 1 });
            }
            Some(_) => {}
        }
        offset += piece.len();
    }
    match start {
        Some((_, first)) => Err(PromptError::at(first, "the front matter has no closing line of three dashes")),
        None => Ok(whole()),
    }
}

/// Reads YAML that has to be a mapping; `before` lines of the file stand before it.
pub(super) fn mapping(yaml: &str, before: u32) -> Result<Map<String, Value>, PromptError> {
    if yaml.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Map::new());
    }
    let value: Value = serde_saphyr::from_str(yaml).map_err(|error| {
        let line = error.location().map(|location| before + u32::try_from(location.line()).unwrap_or(0));
        // The library draws the place in the file below its first line; the line number says the same.
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default();
        PromptError { line, message: format!("not valid YAML: {first}") }
    })?;
    match value {
        Value::Object(map) => Ok(map),
        _ => Err(PromptError::at(before + 1, "the YAML has to be a mapping of keys to values")),
    }
}

/// A text value of the front matter; numbers count as text, since `version: 3` is meant so.
pub(super) fn text(front: &Map<String, Value>, key: &str) -> Option<String> {
    match front.get(key)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A mapping of the front matter, empty where it is not there.
pub(super) fn map(front: &Map<String, Value>, key: &str) -> Map<String, Value> {
    front.get(key).and_then(Value::as_object).cloned().unwrap_or_default()
}

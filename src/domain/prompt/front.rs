//! Front matter: YAML between two lines of three dashes at the top of a file.

use serde_json::{Map, Value};

use super::error::PromptError;

/// A file divided into front matter and body.
pub(super) struct Divided<'t> {
    pub(super) front: Map<String, Value>,
    pub(super) body: &'t str,
    /// The body's first line in the file, from 1.
    pub(super) body_line: u32,
    /// The body's first byte in the file.
    pub(super) body_offset: usize,
}

/// How deep a mapping may nest, and how much aliases may repeat: a file of ten lines can mean a million.
const DEEPEST: usize = 64;
const MOST_REPEATED: usize = 20_000;

/// Divides a file; blank lines and comments may stand before the front matter.
pub(super) fn divide(text: &str) -> Result<Divided<'_>, PromptError> {
    let whole = || Divided { front: Map::new(), body: text, body_line: 1, body_offset: 0 };
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
                let body_offset = offset + piece.len();
                return Ok(Divided { front, body: &text[body_offset..], body_line: line + 1, body_offset });
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
    match read(yaml, before)? {
        Value::Object(map) => Ok(map),
        _ => Err(PromptError::at(before + 1, "the YAML has to be a mapping of keys to values")),
    }
}

/// Reads YAML, of which `before` lines of the file stand before it: no key twice, no deep nesting, few aliases.
pub(super) fn read<T: serde::de::DeserializeOwned>(yaml: &str, before: u32) -> Result<T, PromptError> {
    let mut options = serde_saphyr::Options::default();
    options.duplicate_keys = serde_saphyr::options::DuplicateKeyPolicy::Error;
    options.alias_limits.max_total_replayed_events = MOST_REPEATED;
    options.with_snippet = false;
    // `Y` and `off` are texts since YAML 1.2.
    options.strict_booleans = true;
    options.budget = serde_saphyr::budget! { max_depth: DEEPEST };
    serde_saphyr::from_str_with_options(yaml, options).map_err(|error| {
        let line = error.location().map(|location| before + u32::try_from(location.line()).unwrap_or(0));
        // The first line says what is wrong; where it is, the line number says.
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default();
        let first = first.rsplit_once(" at line ").map_or(first, |(what, _)| what);
        PromptError { line, message: format!("not valid YAML: {first}") }
    })
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

/// A list of texts of the front matter; one text counts as a list of it.
pub(super) fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

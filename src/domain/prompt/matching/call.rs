//! A recorded call, prepared to be compared with many prompts.

use std::collections::{BTreeSet, HashSet};

use memchr::memmem;
use serde_json::{Map, Value};

use super::program::Needle;
use crate::domain::message::{Message, Part, Role};

/// Shortest text that is looked for as a hint, in characters: shorter ones are everywhere.
const SHORTEST_HINT: usize = 4;
/// Most places that are noted of hints.
const MOST_HINTS: usize = 10_000;

/// A message as a prompt is compared with it.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) role: Role,
    /// The text without the white space at its edges.
    pub(super) text: String,
}

/// The messages of a recorded call, its recorded variables, and texts that are known to have gone into it.
#[derive(Debug)]
pub struct RecordedCall {
    pub(super) said: Vec<Said>,
    pub(super) recorded: Map<String, Value>,
    /// Message, start and end of each hint.
    spans: BTreeSet<(usize, usize, usize)>,
}

impl RecordedCall {
    /// Prepares a call. `variables` are the recorded ones, of which some may be missing or wrong; `hints` are texts that
    /// probably were values, such as retrieved chunks and the question: they decide where a text can be read in several ways.
    pub fn new<'h>(
        messages: &[Message],
        variables: Option<&Map<String, Value>>,
        hints: impl IntoIterator<Item = &'h str>,
    ) -> Self {
        let said: Vec<Said> = messages
            .iter()
            .map(|message| Said { role: role(message), text: message.content().trim().to_owned() })
            .collect();
        let mut spans = BTreeSet::new();
        for hint in hints.into_iter().map(str::trim).collect::<HashSet<_>>() {
            if hint.chars().nth(SHORTEST_HINT - 1).is_none() {
                continue;
            }
            for (message, said) in said.iter().enumerate() {
                for at in memmem::find_iter(said.text.as_bytes(), hint.as_bytes()) {
                    if spans.len() < MOST_HINTS {
                        spans.insert((message, at, at + hint.len()));
                    }
                }
            }
        }
        Self { said, recorded: variables.cloned().unwrap_or_default(), spans }
    }

    /// Where hints end that start at a place.
    pub(super) fn hints_at(&self, message: usize, at: usize) -> impl Iterator<Item = usize> + '_ {
        self.spans.range((message, at, 0)..=(message, at, usize::MAX)).map(|(_, _, end)| *end)
    }

    /// Where hints start behind a place.
    pub(super) fn hints_after(&self, message: usize, at: usize) -> impl Iterator<Item = usize> + '_ {
        self.spans.range((message, at + 1, 0)..=(message, usize::MAX, usize::MAX)).map(|(_, start, _)| *start)
    }

    /// Whether a text stands in any of the messages.
    pub(super) fn holds(&self, text: &str) -> bool {
        let finder = memmem::Finder::new(text.trim().as_bytes());
        self.said.iter().any(|said| finder.find(said.text.as_bytes()).is_some())
    }

    /// Whether a prepared text stands in any of the messages.
    pub(super) fn stands(&self, needle: &Needle) -> bool {
        self.said.iter().any(|said| needle.finder.find(said.text.as_bytes()).is_some())
    }

    /// The recorded variables that the messages bear out, and with them those that no text could.
    pub(super) fn borne_out(&self) -> Map<String, Value> {
        let stands = |value: &Value| match value {
            Value::String(text) => text.trim().is_empty() || self.holds(text),
            Value::Array(_) | Value::Object(_) => {
                forms(value).iter().any(|form| self.holds(form)) || leaves(value).iter().any(|leaf| self.holds(leaf))
            }
            Value::Null | Value::Bool(_) => true,
            Value::Number(number) => self.holds(&number.to_string()),
        };
        self.recorded
            .iter()
            .filter(|(_, value)| stands(value))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}

/// Who speaks; some recorders give tool results the role of the user.
fn role(message: &Message) -> Role {
    let results = !message.parts.is_empty() && message.parts.iter().all(|part| matches!(part, Part::ToolResult { .. }));
    if results { Role::Tool } else { message.role.clone() }
}

/// How a value may stand in a text.
pub(super) fn forms(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Null => vec![String::new()],
        Value::Bool(yes) => vec![yes.to_string(), if *yes { "True" } else { "False" }.to_owned()],
        Value::Number(number) => vec![number.to_string()],
        Value::Array(_) | Value::Object(_) => {
            let mut forms = vec![value.to_string(), spaced(value)];
            if let Value::Array(list) = value
                && let Some(texts) = list.iter().map(Value::as_str).collect::<Option<Vec<_>>>()
            {
                forms.extend([texts.join("\n"), texts.join("\n\n"), texts.join(", "), texts.join(",")]);
            }
            forms
        }
    }
}

/// JSON with a blank after each comma and colon, as Python writes it.
fn spaced(value: &Value) -> String {
    match value {
        Value::Array(list) => format!("[{}]", list.iter().map(spaced).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => {
            let entries: Vec<String> =
                map.iter().map(|(key, value)| format!("{}: {}", Value::from(key.as_str()), spaced(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => other.to_string(),
    }
}

/// The texts within a value that are long enough to mean something.
fn leaves(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) if text.trim().len() >= SHORTEST_HINT => vec![text.as_str()],
        Value::Array(list) => list.iter().flat_map(leaves).collect(),
        Value::Object(map) => map.values().flat_map(leaves).collect(),
        _ => Vec::new(),
    }
}

//! Marks for roles and media in the text that a Prompty template renders to.
//!
//! A mark is a word between two copies of a character that occurs in no template and no value of the rendering, so
//! that no value can make one.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// The private characters to choose from.
const FIRST: char = '\u{f0000}';
const LAST: char = '\u{ffffd}';

/// The character around marks, chosen for one rendering.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark(char);

impl Mark {
    /// A private-use character that none of the texts holds.
    pub(super) fn choose(template: &str, variables: &Map<String, Value>) -> Self {
        let mut taken = BTreeSet::new();
        note(template, &mut taken);
        variables.iter().for_each(|(name, value)| {
            note(name, &mut taken);
            note_value(value, &mut taken);
        });
        let free = (FIRST..=LAST).find(|mark| !taken.contains(mark));
        // 65,534 different private characters in one prompt: then the last of them splits nothing but itself.
        Self(free.unwrap_or(LAST))
    }

    /// A mark of a word.
    pub(super) fn of(self, word: &str) -> String {
        format!("{0}{word}{0}", self.0)
    }

    /// The word of a mark that is the whole of a text.
    pub(super) fn word(self, text: &str) -> Option<&str> {
        text.strip_prefix(self.0)?.strip_suffix(self.0).filter(|word| !word.contains(self.0))
    }

    /// Text and the words of marks in turn, beginning and ending with text.
    pub(super) fn split(self, text: &str) -> impl Iterator<Item = &str> {
        text.split(self.0)
    }
}

fn note(text: &str, taken: &mut BTreeSet<char>) {
    // All characters from U+C0000 to U+FFFFF begin with this byte, and hardly any others.
    for at in memchr::memchr_iter(0xf3, text.as_bytes()) {
        taken.extend(text.get(at..).and_then(|rest| rest.chars().next()).filter(|c| (FIRST..=LAST).contains(c)));
    }
}

fn note_value(value: &Value, taken: &mut BTreeSet<char>) {
    match value {
        Value::String(text) => note(text, taken),
        Value::Array(list) => list.iter().for_each(|item| note_value(item, taken)),
        Value::Object(map) => map.iter().for_each(|(key, item)| {
            note(key, taken);
            note_value(item, taken);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

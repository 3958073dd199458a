//! What changed between two answers of models: their texts, and the tools they ask for.

use serde_json::Value;

use super::structure::{StructureDiff, structured};
use super::words::{DiffPiece, change_ratio, is_readable, word_diff};
use crate::domain::message::ToolCall;

/// What a model said.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Said<'a> {
    /// Its text.
    pub text: Option<&'a str>,
    /// The tools it asks for.
    pub calls: &'a [ToolCall],
}

impl Said<'_> {
    /// Whether it said nothing at all.
    pub const fn is_nothing(&self) -> bool {
        self.text.is_none() && self.calls.is_empty()
    }
}

/// What changed between two texts.
#[derive(Clone, Debug, PartialEq)]
pub enum TextDiff {
    /// Word by word.
    Words(Vec<DiffPiece>),
    /// By path: both are JSON.
    Structure(StructureDiff),
}

/// What changed between two answers.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerDiff {
    /// What changed of the texts.
    pub text: TextDiff,
    /// What changed of the tool calls, an object of one key for each, its name; `None` where neither asks for tools.
    pub calls: Option<StructureDiff>,
    text_changed: bool,
}

impl AnswerDiff {
    /// The difference. Ids of calls, the order of keys and white space at the ends of a text do not count.
    pub fn between(old: Said<'_>, new: Said<'_>) -> Self {
        let (old_text, new_text) = (old.text.unwrap_or_default(), new.text.unwrap_or_default());
        let both = structured(old_text).zip(structured(new_text));
        let text = match both {
            Some((old, new)) => TextDiff::Structure(StructureDiff::between(&old, &new)),
            None => TextDiff::Words(word_diff(old_text, new_text)),
        };
        let text_changed = match &text {
            TextDiff::Structure(diff) => diff.is_change(),
            TextDiff::Words(_) => old_text.trim() != new_text.trim(),
        };
        let asks = !old.calls.is_empty() || !new.calls.is_empty();
        let calls = asks.then(|| StructureDiff::between(&document(old.calls), &document(new.calls)));
        Self { text, calls, text_changed }
    }

    /// Whether the answers differ.
    pub fn is_change(&self) -> bool {
        self.text_changed || self.calls.as_ref().is_some_and(StructureDiff::is_change)
    }

    /// Whether the difference says more than both answers would.
    pub fn is_readable(&self) -> bool {
        match &self.text {
            TextDiff::Words(pieces) => is_readable(pieces),
            TextDiff::Structure(_) => true,
        }
    }

    /// How much differs: 0 for equal answers, 1 where nothing is in both; of text and tool calls what differs more.
    pub fn ratio(&self) -> f64 {
        let text = match &self.text {
            TextDiff::Words(pieces) => change_ratio(pieces),
            TextDiff::Structure(diff) => diff.ratio(),
        };
        self.calls.as_ref().map_or(text, |calls| calls.ratio().max(text))
    }
}

/// Whether two answers differ, found at less cost than what differs.
pub fn differs(old: Said<'_>, new: Said<'_>) -> bool {
    let (old_text, new_text) = (old.text.unwrap_or_default().trim(), new.text.unwrap_or_default().trim());
    let same_text =
        || old_text == new_text || structured(old_text).is_some_and(|old| Some(old) == structured(new_text));
    !same_text() || !same_calls(old.calls, new.calls)
}

fn same_calls(old: &[ToolCall], new: &[ToolCall]) -> bool {
    let what = |call: &ToolCall| (call.name.clone(), call.arguments.clone());
    old.len() == new.len() && old.iter().zip(new).all(|(old, new)| what(old) == what(new))
}

/// Tool calls as one JSON value.
fn document(calls: &[ToolCall]) -> Value {
    let one = |call: &ToolCall| Value::Object([(call.name.clone(), call.arguments.clone())].into_iter().collect());
    calls.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn call(name: &str, arguments: Value) -> ToolCall {
        ToolCall { id: Some("id".into()), name: name.into(), arguments }
    }

    fn said(text: &str) -> Said<'_> {
        Said { text: Some(text), calls: &[] }
    }

    #[test]
    fn json_answers_are_compared_by_path_and_others_by_words() {
        let diff = AnswerDiff::between(said("{\"a\": 1, \"b\": 2}"), said("{\"b\": 2, \"a\": 1}"));
        assert!(!diff.is_change() && diff.ratio().abs() < 1e-9);
        assert!(!differs(said("{\"a\": 1, \"b\": 2}"), said("{\"b\": 2, \"a\": 1}")));
        let mixed = AnswerDiff::between(said("{\"a\": 1}"), said("I cannot"));
        assert!(matches!(mixed.text, TextDiff::Words(_)) && mixed.is_change());
    }

    #[test]
    fn tool_calls_differ_by_name_and_arguments_and_not_by_id() {
        let old = [call("limits", json!({"plan": "pro", "unit": "minute"}))];
        let mut same = [call("limits", json!({"unit": "minute", "plan": "pro"}))];
        same[0].id = None;
        let new = [call("limits", json!({"plan": "team", "unit": "minute"}))];
        let of = |calls| Said { text: None, calls };
        assert!(!AnswerDiff::between(of(&old), of(&same)).is_change());
        assert!(!differs(of(&old), of(&same)) && differs(of(&old), of(&new)));
        let diff = AnswerDiff::between(of(&old), of(&new));
        assert!(diff.is_change() && (diff.ratio() - 0.5).abs() < 1e-9, "{}", diff.ratio());
    }

    #[test]
    fn white_space_at_the_ends_is_no_change() {
        assert!(!AnswerDiff::between(said("60."), said("60.\n")).is_change());
        assert!(AnswerDiff::between(said("60."), said("61.")).is_change());
    }
}

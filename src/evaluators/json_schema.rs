//! `json-schema[:FILE]`: the answer is JSON that fits a schema.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::Value;

use super::evaluator::{Evaluator, Kind, Score, Subject};
use crate::domain::statistics::Better;

/// Yes where the answer, or the one fenced code block it consists of, is JSON that fits.
pub(super) struct JsonSchema {
    /// The schema of the file; `None` is the one that the prompt declares.
    given: Option<Validator>,
    /// Those that prompts declare, compiled once each; `None` where one is no schema.
    declared: Mutex<HashMap<String, Option<Arc<Validator>>>>,
}

impl JsonSchema {
    /// The schema that each answer's prompt declares.
    pub(super) fn declared() -> Self {
        Self { given: None, declared: Mutex::default() }
    }

    /// A schema of its own; says what is wrong with it.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let schema: Value = serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))?;
        Ok(Self { given: Some(compile(&schema)?), declared: Mutex::default() })
    }

    fn of_prompt(&self, schema: &Value) -> Option<Arc<Validator>> {
        let mut declared = self.declared.lock().unwrap_or_else(PoisonError::into_inner);
        declared.entry(schema.to_string()).or_insert_with(|| compile(schema).ok().map(Arc::new)).clone()
    }
}

/// Nothing is fetched: a reference to another document is an error.
fn compile(schema: &Value) -> Result<Validator, String> {
    jsonschema::options().build(schema).map_err(|error| format!("it is no schema: {error}"))
}

impl Evaluator for JsonSchema {
    fn kind(&self) -> Kind {
        Kind::yes_no(Better::Higher)
    }

    fn evaluate(&self, subject: &Subject<'_>) -> Option<Score> {
        let text = unfenced(subject.answer.text);
        match &self.given {
            Some(validator) => Some(judge(validator, text)),
            None => Some(judge(&*self.of_prompt(subject.schema?)?, text)),
        }
    }
}

fn judge(validator: &Validator, text: &str) -> Score {
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => return Score::yes_no(false).because(format!("no JSON: {error}")),
    };
    match validator.validate(&value) {
        Ok(()) => Score::yes_no(true),
        Err(error) => {
            let said: String = error.to_string().chars().take(300).collect();
            let place = error.instance_path().to_string();
            let place = if place.is_empty() { "the whole answer".to_owned() } else { place };
            Score::yes_no(false).because(format!("{place}: {said}"))
        }
    }
}

/// The content of a fenced code block that is the whole text, else the text.
fn unfenced(text: &str) -> &str {
    let text = text.trim();
    let inner = text.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
    match inner.and_then(|inner| inner.split_once('\n')) {
        Some((language, body)) if language.trim().is_empty() || language.trim().eq_ignore_ascii_case("json") => body,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::super::evaluator::Answer;
    use super::*;
    use serde_json::json;

    const SCHEMA: &str = r#"{"type": "object", "required": ["answer"], "properties": {"answer": {"type": "string"}}}"#;

    fn judged(text: &str) -> Score {
        let answer = Answer { text, tool_calls: &[] };
        JsonSchema::new(SCHEMA).unwrap().evaluate(&Subject { answer, ..Subject::default() }).unwrap()
    }

    #[test]
    fn what_does_not_fit_is_named_with_its_place() {
        assert_eq!(judged(r#"{"answer": "yes"}"#), Score::yes_no(true));
        assert_eq!(judged("```json\n{\"answer\": \"yes\"}\n```"), Score::yes_no(true));
        let wrong = judged(r#"{"answer": 3}"#);
        assert_eq!(wrong.value, super::super::evaluator::Value::YesNo(false));
        assert_eq!(wrong.reason.as_deref(), Some(r#"/answer: 3 is not of type "string""#));
        assert!(judged("{}").reason.unwrap().contains("\"answer\" is a required property"));
        assert!(judged("Here you are: {}").reason.unwrap().starts_with("no JSON"));
    }

    #[test]
    fn the_prompts_own_schema_stands_in_for_a_file() {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        let answer = Answer { text: "{\"answer\": \"x\"}", tool_calls: &[] };
        let own = JsonSchema::declared();
        assert_eq!(own.evaluate(&Subject { answer, ..Subject::default() }), None);
        let subject = Subject { answer, schema: Some(&schema), ..Subject::default() };
        assert_eq!(own.evaluate(&subject), Some(Score::yes_no(true)));
        let broken = json!({"type": "nonsense"});
        assert_eq!(own.evaluate(&Subject { answer, schema: Some(&broken), ..Subject::default() }), None);
    }

    #[test]
    fn a_schema_that_would_fetch_another_is_refused() {
        for reference in ["https://example.com/schema.json", "file:///etc/passwd", "http://127.0.0.1:9/x"] {
            assert!(JsonSchema::new(&json!({"$ref": reference}).to_string()).is_err(), "{reference}");
        }
        assert!(JsonSchema::new("{").err().unwrap().starts_with("it is no JSON"));
    }
}

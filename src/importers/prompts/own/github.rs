//! GitHub Models: messages, test data and evaluators.

use serde_json::{Value, json};

use super::super::chat;
use super::fields::{others, variables};
use crate::domain::prompt::Prompt;
use crate::domain::prompt_exchange::{DraftTest, Losses, PromptDraft, Syntax};

/// Keys that are read into fields of the draft.
const KNOWN: [&str; 10] = [
    "name",
    "version",
    "description",
    "model",
    "modelParameters",
    "responseFormat",
    "jsonSchema",
    "messages",
    "testData",
    "evaluators",
];

pub(super) fn read(draft: &mut PromptDraft, prompt: &Prompt, losses: &mut Losses) -> Result<(), String> {
    for message in prompt.front.get("messages").and_then(Value::as_array).into_iter().flatten() {
        let (Some(role), Some(content)) = (message["role"].as_str(), message["content"].as_str()) else { continue };
        chat::add(draft, role, content, Syntax::Plain, losses)?;
    }
    variables(draft, prompt, &json!({}));
    let rows = prompt.front.get("testData").and_then(Value::as_array).into_iter().flatten();
    draft.tests = rows.filter_map(Value::as_object).map(|row| DraftTest { variables: row.clone() }).collect();
    draft.checks = prompt.front.get("evaluators").and_then(Value::as_array).cloned().unwrap_or_default();
    match prompt.front.get("responseFormat").and_then(Value::as_str) {
        Some("text") => draft.output.format = Some("text".to_owned()),
        Some(_) => draft.output.format = Some("json".to_owned()),
        None => {}
    }
    draft.ext = others(&prompt.front, &KNOWN);
    let schema = prompt
        .front
        .get("jsonSchema")
        .and_then(Value::as_str)
        .and_then(|text| serde_json::from_str::<Value>(text).ok());
    if let Some(schema) = schema {
        draft.output.schema = schema.get("schema").cloned();
        if let Some(name) = schema.get("name") {
            draft.ext.insert("schemaName".to_owned(), name.clone());
        }
    }
    Ok(())
}

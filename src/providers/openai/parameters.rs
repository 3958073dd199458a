//! Recorded parameters in the form of chat completions.

use serde_json::{Map, Value};

use super::super::request::{Request, Support};
use super::provider::Dialect;
use crate::domain::price::SAMPLING_PARAMETERS;

/// What every server takes under the recorded name.
const COMMON: [&str; 13] = [
    "temperature",
    "top_p",
    "presence_penalty",
    "frequency_penalty",
    "seed",
    "stop",
    "logit_bias",
    "reasoning_effort",
    "verbosity",
    "response_format",
    "tool_choice",
    "parallel_tool_calls",
    "modalities",
];

/// What compatible servers take besides.
const COMPATIBLE: [&str; 9] = [
    "top_k",
    "min_p",
    "repetition_penalty",
    "repeat_penalty",
    "stop_token_ids",
    "chat_template_kwargs",
    "grammar",
    "json_schema",
    "structured_outputs",
];

/// What the request itself decides; not worth a word where it was recorded.
const OURS: [&str; 8] = [
    "model",
    "messages",
    "tools",
    "stream",
    "stream_options",
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
];

/// Adds the parameters to a body; what is left out is added to `dropped` with the reason.
///
/// The user's own come last and win. Service tier, storing, user ids and metadata are never sent: they change the price
/// or tell the provider about the recorded user.
pub(super) fn add(
    body: &mut Map<String, Value>,
    request: &Request,
    dialect: Dialect,
    has_tools: bool,
    dropped: &mut Vec<String>,
) {
    let known = |name: &str| COMMON.contains(&name) || (dialect == Dialect::Compatible && COMPATIBLE.contains(&name));
    for (name, value) in &request.parameters {
        if OURS.contains(&name.as_str()) || request.set.contains_key(name) || value.is_null() {
            continue;
        }
        if known(name) {
            insert(body, name, value, request, has_tools, dropped);
        } else if !(name == "n" && value == 1) {
            dropped.push(format!("{} (not sent on a replay)", name.chars().take(60).collect::<String>()));
        }
    }
    for (name, value) in &request.set {
        if name == "n" || OURS.contains(&name.as_str()) {
            if !name.starts_with("max_") {
                dropped.push(format!("{name} (set by the replay itself)"));
            }
        } else {
            insert(body, name, value, request, has_tools, dropped);
        }
    }
    if let Some(most) = request.max_output {
        let name = if dialect == Dialect::Maker { "max_completion_tokens" } else { "max_tokens" };
        body.insert(name.to_owned(), most.into());
    }
}

fn insert(
    body: &mut Map<String, Value>,
    name: &str,
    value: &Value,
    request: &Request,
    has_tools: bool,
    dropped: &mut Vec<String>,
) {
    if SAMPLING_PARAMETERS.contains(&name) && request.abilities.sampling_params == Support::Refused {
        dropped.push(format!("{name} (refused by {})", request.model));
        return;
    }
    if matches!(name, "tool_choice" | "parallel_tool_calls") && !has_tools {
        return;
    }
    if name == "tool_choice" {
        let Some(choice) = tool_choice(value) else {
            dropped.push("tool_choice (in a form that cannot be sent)".to_owned());
            return;
        };
        let forced = choice != "auto" && choice != "none";
        if forced && request.abilities.forced_tool_use == Support::Refused {
            dropped.push(format!("forced tool_choice (refused by {})", request.model));
            return;
        }
        body.insert(name.to_owned(), choice);
        return;
    }
    body.insert(name.to_owned(), value.clone());
}

/// The choice in OpenAI's form; Anthropic's `{type: any|tool|auto|none}` is translated.
fn tool_choice(value: &Value) -> Option<Value> {
    match value {
        Value::String(word) if word == "any" => Some("required".into()),
        Value::String(_) => Some(value.clone()),
        Value::Object(choice) => match choice.get("type").and_then(Value::as_str)? {
            "any" => Some("required".into()),
            word @ ("auto" | "none" | "required") => Some(word.into()),
            "tool" => Some(serde_json::json!({"type": "function", "function": {"name": choice.get("name")?}})),
            "function" if choice.contains_key("name") => {
                Some(serde_json::json!({"type": "function", "function": {"name": choice.get("name")?}}))
            }
            _ => Some(value.clone()),
        },
        _ => None,
    }
}

//! Requests in the form of Responses.

use serde_json::{Map, Value, json};

use super::super::error::ProviderError;
use super::super::recorded::{
    Format, Origin, Reasoning, Scalar, Setting, ToolChoice, ToolDefinition, ToolNames, definitions, settings,
};
use super::super::request::{Delivery, Request};
use super::input::{Input, input};

/// What would need, or leave, something at the provider: never sent, whoever asks for it.
const STATEFUL: [&str; 5] = ["store", "previous_response_id", "conversation", "prompt", "background"];

/// The body of a request; what is left out is added to `dropped` with the reason.
pub(super) fn body(
    request: &Request,
    names: &ToolNames,
    dropped: &mut Vec<String>,
) -> Result<Map<String, Value>, ProviderError> {
    let tools = definitions(request.tools.as_ref(), names, dropped);
    let Input { instructions, items } = input(&names.messages(&request.messages), &tools, dropped)?;
    let mut body = Map::new();
    body.insert("model".to_owned(), Value::String(request.model.clone()));
    if let Some(instructions) = instructions {
        body.insert("instructions".to_owned(), Value::String(instructions));
    }
    body.insert("input".to_owned(), Value::Array(items));
    for setting in settings(request, !tools.is_empty(), names, dropped) {
        add(&mut body, setting, &tools, dropped);
    }
    if let Some(most) = request.max_output {
        body.insert("max_output_tokens".to_owned(), most.into());
    }
    if !tools.is_empty() {
        body.insert("tools".to_owned(), tools.iter().map(flat_tool).collect());
    }
    body.insert("store".to_owned(), Value::Bool(false));
    if request.delivery == Delivery::Streamed {
        body.insert("stream".to_owned(), Value::Bool(true));
    }
    Ok(body)
}

fn add(body: &mut Map<String, Value>, setting: Setting, tools: &[ToolDefinition], dropped: &mut Vec<String>) {
    match setting {
        Setting::Scalar(scalar @ (Scalar::Temperature | Scalar::TopP), value) => {
            body.insert(scalar.name().to_owned(), value);
        }
        Setting::Scalar(scalar, _) => dropped.push(format!("{} (not a parameter of this API)", scalar.name())),
        Setting::Stop(_) => dropped.push("stop (not a parameter of this API)".to_owned()),
        Setting::ToolChoice(choice) => {
            body.insert("tool_choice".to_owned(), tool_choice(choice, tools));
        }
        Setting::ParallelTools(allowed) => {
            body.insert("parallel_tool_calls".to_owned(), Value::Bool(allowed));
        }
        Setting::Format(format) => inside(body, "text", "format", text_format(format)),
        Setting::Reasoning(Reasoning::Effort(effort)) => inside(body, "reasoning", "effort", Value::String(effort)),
        Setting::Reasoning(Reasoning::Off) => inside(body, "reasoning", "effort", json!("none")),
        Setting::Reasoning(Reasoning::Adaptive) => dropped.push("adaptive thinking (the model decides)".to_owned()),
        Setting::Reasoning(Reasoning::Budget(tokens)) => {
            dropped.push(format!("a thinking budget of {tokens} tokens (this API knows efforts only)"));
        }
        Setting::Other { name, value, origin } => other(body, &name, value, origin, dropped),
    }
}

/// A parameter of this API alone, or one that nobody here knows.
fn other(body: &mut Map<String, Value>, name: &str, value: Value, origin: Origin, dropped: &mut Vec<String>) {
    match (name, origin) {
        ("verbosity", _) => inside(body, "text", "verbosity", value),
        ("reasoning_summary", _) => inside(body, "reasoning", "summary", value),
        // Without it the provider refuses what is too long; with it the provider cuts.
        ("truncation", _) => {
            body.insert(name.to_owned(), value);
        }
        ("store", Origin::Recorded) if value == false => {}
        (name, _) if STATEFUL.contains(&name) => {
            dropped.push(format!("{name} (nothing is kept at the provider)"));
        }
        (_, Origin::Set) => {
            body.insert(name.to_owned(), value);
        }
        (_, Origin::Recorded) => {
            dropped.push(format!("{} (not sent on a replay)", name.chars().take(60).collect::<String>()));
        }
    }
}

/// Puts a value into an object of the body.
fn inside(body: &mut Map<String, Value>, object: &str, name: &str, value: Value) {
    let inner = body.entry(object).or_insert_with(|| json!({}));
    if let Some(inner) = inner.as_object_mut() {
        inner.insert(name.to_owned(), value);
    }
}

fn tool_choice(choice: ToolChoice, tools: &[ToolDefinition]) -> Value {
    match choice {
        ToolChoice::Auto => json!("auto"),
        ToolChoice::None => json!("none"),
        ToolChoice::Required => json!("required"),
        ToolChoice::Named(name) => {
            let custom = tools.iter().any(|tool| tool.name == name && tool.is_custom());
            json!({"type": if custom { "custom" } else { "function" }, "name": name})
        }
    }
}

fn text_format(format: Format) -> Value {
    match format {
        Format::Text => json!({"type": "text"}),
        Format::Json => json!({"type": "json_object"}),
        Format::Schema { name, schema, strict } => {
            let mut inner = json!({"type": "json_schema", "name": name, "schema": schema});
            if let Some(strict) = strict {
                inner["strict"] = Value::Bool(strict);
            }
            inner
        }
    }
}

/// A tool whose name stands beside its schema.
///
/// `strict` is always said: here it is on where nothing is said, in chat completions it is off.
fn flat_tool(tool: &ToolDefinition) -> Value {
    if tool.is_custom() {
        let inner = tool.chat.as_ref().and_then(|chat| chat.get("custom"));
        let mut flat = inner.and_then(Value::as_object).cloned().unwrap_or_default();
        flat.insert("type".to_owned(), json!("custom"));
        if let Some(format) = flat.get_mut("format").and_then(Value::as_object_mut)
            && let Some(Value::Object(grammar)) = format.remove("grammar")
        {
            format.extend(grammar);
        }
        return Value::Object(flat);
    }
    let strict = tool.strict.unwrap_or(false);
    let mut flat = json!({"type": "function", "name": tool.name, "parameters": tool.schema, "strict": strict});
    if let Some(description) = &tool.description {
        flat["description"] = Value::String(description.clone());
    }
    flat
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;

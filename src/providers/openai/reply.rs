//! Reads an answer of chat completions, with the spellings of compatible servers.

use serde_json::Value;

use super::super::answer::Answer;
use super::super::error::{CallError, CallErrorKind};
use super::super::remote::arguments;
use crate::domain::message::ToolCall;
use crate::domain::span::Usage;

/// Reads a whole answer.
pub(super) fn read(body: &Value) -> Result<Answer, CallError> {
    let choice = body.pointer("/choices/0").ok_or_else(|| {
        CallError::new(CallErrorKind::Malformed, "the answer has no choices: it is not one of chat completions")
    })?;
    let message = choice.get("message").unwrap_or(&Value::Null);
    let tool_calls = message.get("tool_calls").and_then(Value::as_array).into_iter().flatten();
    let mut answer = Answer {
        text: content(message.get("content")),
        reasoning: reasoning(message).unwrap_or_default().to_owned(),
        refusal: message.get("refusal").and_then(Value::as_str).map(str::to_owned),
        tool_calls: tool_calls.filter_map(tool_call).collect(),
        finish_reason: choice.get("finish_reason").and_then(Value::as_str).map(finish_reason),
        usage: body.get("usage").map(usage).unwrap_or_default(),
        model: body.get("model").and_then(Value::as_str).map(str::to_owned),
        request_id: body.get("id").and_then(Value::as_str).map(str::to_owned),
        limits: None,
    };
    if let Some(call) = message.get("function_call").filter(|call| call.is_object()) {
        answer.tool_calls.extend(function(call, None));
    }
    Ok(answer)
}

/// Content as a string, or the texts of its parts.
pub(super) fn content(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => parts.iter().filter_map(|part| part.get("text").and_then(Value::as_str)).collect(),
        _ => String::new(),
    }
}

/// The reasoning beside the content: vLLM and Ollama say `reasoning`, llama.cpp and `DeepSeek` `reasoning_content`.
pub(super) fn reasoning(message: &Value) -> Option<&str> {
    ["reasoning", "reasoning_content", "thinking"]
        .iter()
        .find_map(|field| message.get(*field).and_then(Value::as_str))
        .filter(|text| !text.is_empty())
}

fn tool_call(call: &Value) -> Option<ToolCall> {
    let id = call.get("id").and_then(Value::as_str).map(str::to_owned);
    if let Some(custom) = call.get("custom") {
        let name = custom.get("name")?.as_str()?.to_owned();
        return Some(ToolCall { id, name, arguments: custom.get("input").cloned().unwrap_or(Value::Null) });
    }
    function(call.get("function")?, id)
}

fn function(function: &Value, id: Option<String>) -> Option<ToolCall> {
    let name = function.get("name")?.as_str()?.to_owned();
    let arguments = match function.get("arguments") {
        Some(Value::String(text)) => arguments(text),
        Some(other) => other.clone(),
        None => Value::Object(serde_json::Map::new()),
    };
    Some(ToolCall { id, name, arguments })
}

/// The ids of a list of models, in any of the forms that servers give it.
pub fn model_ids(body: &Value) -> Option<Vec<String>> {
    let list = body.get("data").or_else(|| body.get("models")).unwrap_or(body).as_array()?;
    let id =
        |model: &Value| ["id", "name", "model"].iter().find_map(|field| Some(model.get(*field)?.as_str()?.to_owned()));
    Some(list.iter().filter_map(id).collect())
}

/// Token counts; what is missing, negative or no number is unknown.
pub(super) fn usage(usage: &Value) -> Usage {
    let count = |path: &str| usage.pointer(path).and_then(Value::as_u64);
    Usage {
        input: count("/prompt_tokens"),
        output: count("/completion_tokens"),
        cached_input: count("/prompt_tokens_details/cached_tokens"),
        cache_write: count("/prompt_tokens_details/cache_write_tokens"),
        reasoning: count("/completion_tokens_details/reasoning_tokens"),
    }
}

/// The normal form of a finish reason.
pub(super) fn finish_reason(said: &str) -> String {
    match said {
        "function_call" => "tool_calls",
        "model_length" | "max_tokens" => "length",
        "eos_token" | "stop_sequence" | "eos" => "stop",
        other => other,
    }
    .to_owned()
}

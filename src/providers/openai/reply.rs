//! Reads an answer of chat completions, with the spellings of compatible servers.

use serde_json::Value;

use super::super::answer::Answer;
use super::super::error::{CallError, CallErrorKind};
use super::super::remote::{arguments, interrupted};
use super::refusal;
use crate::domain::message::ToolCall;
use crate::domain::span::Usage;

/// Reads a whole answer.
pub(super) fn read(body: &Value) -> Result<Answer, CallError> {
    let choice = body.pointer("/choices/0").ok_or_else(|| {
        CallError::new(CallErrorKind::Malformed, "the answer has no choices: it is not one of chat completions")
    })?;
    let message = choice.get("message").unwrap_or(&Value::Null);
    if let Some(error) = choice.get("error").filter(|error| !error.is_null()) {
        return Err(refusal::read(0, error, choice).into());
    }
    let tool_calls = message.get("tool_calls").and_then(Value::as_array).into_iter().flatten();
    let mut answer = Answer {
        text: content(message.get("content")),
        reasoning: reasoning(message),
        refusal: message.get("refusal").and_then(Value::as_str).map(str::to_owned),
        tool_calls: tool_calls.filter_map(tool_call).collect(),
        finish_reason: finish_reason(choice),
        usage: body.get("usage").map(usage).unwrap_or_default(),
        model: text(body, "model"),
        request_id: text(body, "id"),
        limits: None,
    };
    if let Some(call) = message.get("function_call").filter(|call| call.is_object()) {
        answer.tool_calls.extend(function(call, None));
    }
    match failure(&answer) {
        Some(error) => Err(interrupted(error, answer)),
        None => Ok(answer),
    }
}

/// The failure of a provider that ends an answer with the word `error`: what came is no answer.
pub(super) fn failure(answer: &Answer) -> Option<CallError> {
    let failed = answer.finish_reason.as_deref() == Some("error");
    failed.then(|| CallError::new(CallErrorKind::Server, "the provider failed while it answered, and says no more"))
}

/// Content as a string, or the texts of its parts.
pub(super) fn content(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => parts.iter().filter_map(|part| part.get("text").and_then(Value::as_str)).collect(),
        _ => String::new(),
    }
}

/// The reasoning, which is no part of the answer.
///
/// Beside the content: vLLM, Ollama and `OpenRouter` say `reasoning`, llama.cpp and `DeepSeek` `reasoning_content`. Inside of
/// it: Mistral has parts of type `thinking`.
pub(super) fn reasoning(message: &Value) -> String {
    let beside = ["reasoning", "reasoning_content", "thinking"]
        .iter()
        .find_map(|field| message.get(*field).and_then(Value::as_str).filter(|text| !text.is_empty()));
    if let Some(text) = beside {
        return text.to_owned();
    }
    let parts = message.get("content").and_then(Value::as_array).into_iter().flatten();
    parts.filter_map(|part| part.get("thinking")).map(|thinking| content(Some(thinking))).collect()
}

/// A text that says something.
pub(super) fn text(value: &Value, field: &str) -> Option<String> {
    value.get(field).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
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
    // A server without models may say null.
    let list = match body.get("data").or_else(|| body.get("models")).unwrap_or(body) {
        Value::Array(list) => list.as_slice(),
        Value::Null => &[],
        _ => return None,
    };
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
        audio_input: count("/prompt_tokens_details/audio_tokens"),
        audio_output: count("/completion_tokens_details/audio_tokens"),
    }
}

/// The normal form of a choice's finish reason; `OpenRouter` says the word of the provider behind it apart.
pub(super) fn finish_reason(choice: &Value) -> Option<String> {
    let said = |field: &str| choice.get(field).and_then(Value::as_str).filter(|said| !said.is_empty());
    let normal = match said("finish_reason").or_else(|| said("native_finish_reason"))? {
        "function_call" => "tool_calls",
        "model_length" | "max_tokens" => "length",
        "eos_token" | "stop_sequence" | "eos" => "stop",
        other => other,
    };
    Some(normal.to_owned())
}

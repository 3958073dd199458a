//! Reads answers of Responses that come at once, and those that end a stream.

use serde_json::Value;

use super::super::answer::Answer;
use super::super::error::{CallError, CallErrorKind};
use super::super::openai::ChatWire;
use super::super::remote::{Wire, arguments, interrupted};
use crate::domain::message::ToolCall;
use crate::domain::span::Usage;

/// Reads a response; one that failed is an error that carries what had come.
pub(super) fn read(body: &Value) -> Result<Answer, CallError> {
    let error = body.get("error").filter(|error| !error.is_null());
    let status = body.get("status").and_then(Value::as_str);
    if body.get("output").is_none() {
        return Err(match error {
            Some(_) => ChatWire.refusal(0, body).into(),
            None => {
                CallError::new(CallErrorKind::Malformed, "the answer has no output: it is not one of the Responses API")
            }
        });
    }
    let answer = answer(body);
    match status {
        None | Some("completed" | "incomplete") if error.is_none() => Ok(answer),
        Some("queued" | "in_progress") => {
            Err(CallError::new(CallErrorKind::Malformed, "the answer is not finished, and was to come at once"))
        }
        _ => Err(interrupted(failed(body, status), answer)),
    }
}

/// Why a response failed: its own error, else its status.
fn failed(body: &Value, status: Option<&str>) -> CallError {
    if body.get("error").is_some_and(|error| !error.is_null()) {
        return ChatWire.refusal(0, body).into();
    }
    CallError::new(CallErrorKind::Server, format!("the provider says that the answer was {}", status.unwrap_or("lost")))
}

/// What a response holds, whatever became of it.
fn answer(body: &Value) -> Answer {
    let mut answer = Answer {
        usage: body.get("usage").map(usage).unwrap_or_default(),
        model: text(body, "model"),
        request_id: text(body, "id"),
        ..Answer::default()
    };
    for item in body.get("output").and_then(Value::as_array).into_iter().flatten() {
        match item.get("type").and_then(Value::as_str).unwrap_or("message") {
            "message" => message(item, &mut answer),
            "reasoning" => {
                let said = reasoning(item);
                if !answer.reasoning.is_empty() && !said.is_empty() {
                    answer.reasoning.push_str("\n\n");
                }
                answer.reasoning.push_str(&said);
            }
            "function_call" | "custom_tool_call" => answer.tool_calls.extend(call(item)),
            // Tools that run at the provider: none is ever sent.
            _ => {}
        }
    }
    answer.finish_reason = Some(finish_reason(body, !answer.tool_calls.is_empty()));
    answer
}

fn message(item: &Value, answer: &mut Answer) {
    let content = item.get("content");
    if let Some(Value::String(text)) = content {
        answer.text.push_str(text);
    }
    for part in content.and_then(Value::as_array).into_iter().flatten() {
        if let Some(text) = part.get("text").and_then(Value::as_str) {
            answer.text.push_str(text);
        } else if let Some(refusal) = part.get("refusal").and_then(Value::as_str) {
            answer.refusal.get_or_insert_default().push_str(refusal);
        }
    }
}

/// The reasoning itself where the server shows it, else its summary.
fn reasoning(item: &Value) -> String {
    let texts = |field: &str, between: &str| {
        let parts = item.get(field).and_then(Value::as_array).into_iter().flatten();
        parts.filter_map(|part| part.get("text").and_then(Value::as_str)).collect::<Vec<_>>().join(between)
    };
    let whole = texts("content", "");
    if whole.is_empty() { texts("summary", "\n\n") } else { whole }
}

/// A call of a function, or of a tool that takes free text.
pub(super) fn call(item: &Value) -> Option<ToolCall> {
    let name = text(item, "name")?;
    let arguments = match (item.get("input"), item.get("arguments")) {
        (Some(input), _) => input.clone(),
        (None, Some(Value::String(text))) => arguments(text),
        (None, Some(other)) => other.clone(),
        (None, None) => arguments(""),
    };
    Some(ToolCall { id: text(item, "call_id").or_else(|| text(item, "id")), name, arguments })
}

/// The normal form of status and reason; a word of the provider's own where there is none.
pub(super) fn finish_reason(body: &Value, has_calls: bool) -> String {
    match body.pointer("/incomplete_details/reason").and_then(Value::as_str) {
        Some("max_output_tokens") => "length",
        Some(other) => other,
        None if body.get("status").is_some_and(|status| status == "incomplete") => "incomplete",
        None if has_calls => "tool_calls",
        None => "stop",
    }
    .to_owned()
}

pub(super) fn usage(usage: &Value) -> Usage {
    let count = |path: &str| usage.pointer(path).and_then(Value::as_u64);
    Usage {
        input: count("/input_tokens"),
        output: count("/output_tokens"),
        cached_input: count("/input_tokens_details/cached_tokens"),
        cache_write: count("/input_tokens_details/cache_write_tokens"),
        reasoning: count("/output_tokens_details/reasoning_tokens"),
        ..Usage::default()
    }
}

fn text(value: &Value, field: &str) -> Option<String> {
    value.get(field).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

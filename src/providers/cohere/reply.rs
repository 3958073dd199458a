//! Reads Cohere's answers and failures.

use serde_json::Value;

use super::super::answer::Answer;
use super::super::error::{CallError, CallErrorKind};
use super::super::remote::{Refusal, arguments, interrupted};
use crate::domain::message::ToolCall;
use crate::domain::span::Usage;

/// Reads a whole answer.
pub(super) fn read(body: &Value) -> Result<Answer, CallError> {
    let Some(message) = body.get("message").filter(|message| message.is_object()) else {
        return Err(match body.get("message") {
            Some(Value::String(_)) => refusal(0, body).into(),
            _ => CallError::new(CallErrorKind::Malformed, "the answer has no message: it is not one of Cohere's chat"),
        });
    };
    let text = |value: &Value, field: &str| value.get(field).and_then(Value::as_str).unwrap_or("").to_owned();
    let mut answer = Answer {
        reasoning: text(message, "tool_plan"),
        usage: body.get("usage").map(usage).unwrap_or_default(),
        request_id: body.get("id").and_then(Value::as_str).map(str::to_owned),
        ..Answer::default()
    };
    if let Some(Value::String(whole)) = message.get("content") {
        answer.text.clone_from(whole);
    }
    for part in message.get("content").and_then(Value::as_array).into_iter().flatten() {
        answer.text.push_str(&text(part, "text"));
        answer.reasoning.push_str(&text(part, "thinking"));
    }
    let calls = message.get("tool_calls").and_then(Value::as_array).into_iter().flatten();
    answer.tool_calls = calls.filter_map(tool_call).collect();
    match finish(body) {
        Ok(reason) => answer.finish_reason = reason,
        Err(error) => return Err(interrupted(error, answer)),
    }
    Ok(answer)
}

fn tool_call(call: &Value) -> Option<ToolCall> {
    let function = call.get("function")?;
    let said = match function.get("arguments") {
        Some(Value::String(text)) => arguments(text),
        Some(other) => other.clone(),
        None => arguments(""),
    };
    let id = call.get("id").and_then(Value::as_str).map(str::to_owned);
    Some(ToolCall { id, name: function.get("name")?.as_str()?.to_owned(), arguments: said })
}

/// Why the answer ended, in its normal form; that the generation failed or took too long is an error.
pub(super) fn finish(end: &Value) -> Result<Option<String>, CallError> {
    let Some(said) = end.get("finish_reason").and_then(Value::as_str) else { return Ok(None) };
    let normal = match said {
        "COMPLETE" | "STOP_SEQUENCE" => "stop",
        "MAX_TOKENS" => "length",
        "TOOL_CALL" => "tool_calls",
        "ERROR_TOXIC" => "content_filter",
        "ERROR" | "TIMEOUT" => {
            let more = end.get("error").and_then(Value::as_str).map(|error| format!(": {error}")).unwrap_or_default();
            let words = if said == "ERROR" { "failed" } else { "ran out of time" };
            return Err(CallError::new(CallErrorKind::Server, format!("the provider {words} while it answered{more}")));
        }
        other => other,
    };
    Ok(Some(normal.to_owned()))
}

/// The tokens that are billed, which is what the price list means; those the model saw where nothing is said of that.
///
/// The two differ: the model also sees what Cohere itself puts around a request, and that is not billed.
pub(super) fn usage(usage: &Value) -> Usage {
    let count = |path: &str| {
        let number = usage.pointer(path)?;
        // Counts are floating point numbers in Cohere's own types.
        number.as_u64().or_else(|| number.as_f64().filter(|number| *number >= 0.0).map(|number| number as u64))
    };
    let input = count("/billed_units/input_tokens").or_else(|| count("/tokens/input_tokens"));
    Usage {
        input,
        output: count("/billed_units/output_tokens").or_else(|| count("/tokens/output_tokens")),
        cached_input: count("/cached_tokens").filter(|cached| input.is_some_and(|input| *cached <= input)),
        ..Usage::default()
    }
}

/// `{"message": "…"}`; 498 says that the content is blocked, and a trial key's month does not pass by waiting.
pub(super) fn refusal(status: u16, body: &Value) -> Refusal {
    let message = body.get("message").or_else(|| body.get("error")).unwrap_or(body);
    let message = message.as_str().unwrap_or("").to_owned();
    let kind = match status {
        498 => Some(CallErrorKind::ContentFiltered),
        499 => Some(CallErrorKind::Conflict),
        429 if message.contains("/ month") || message.contains("per month") => Some(CallErrorKind::QuotaExhausted),
        _ => None,
    };
    Refusal { status, kind, message, retry_after: None }
}

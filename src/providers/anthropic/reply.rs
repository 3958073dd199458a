//! Reads an answer of Messages.

use serde_json::{Map, Value};

use super::super::answer::Answer;
use super::super::error::{CallError, CallErrorKind};
use crate::domain::message::ToolCall;
use crate::domain::span::Usage;

/// Reads a whole answer.
pub(super) fn read(body: &Value) -> Result<Answer, CallError> {
    let blocks = body.get("content").and_then(Value::as_array).ok_or_else(|| {
        CallError::new(CallErrorKind::Malformed, "the answer has no content: it is not one of Anthropic's Messages")
    })?;
    let text = |field: &str| body.get(field).and_then(Value::as_str).map(str::to_owned);
    let mut answer = Answer {
        finish_reason: text("stop_reason").as_deref().map(finish_reason),
        refusal: body.get("stop_details").and_then(explanation),
        usage: body.get("usage").and_then(Value::as_object).map(usage).unwrap_or_default(),
        model: text("model"),
        request_id: text("id"),
        ..Answer::default()
    };
    for block in blocks {
        let text = |field: &str| block.get(field).and_then(Value::as_str).unwrap_or("");
        match text("type") {
            "text" => answer.text.push_str(text("text")),
            "thinking" => answer.reasoning.push_str(text("thinking")),
            "tool_use" => answer.tool_calls.push(ToolCall {
                id: block.get("id").and_then(Value::as_str).map(str::to_owned),
                name: text("name").to_owned(),
                arguments: block.get("input").cloned().unwrap_or_else(|| Value::Object(Map::new())),
            }),
            // What runs at the provider, and reasoning that is withheld.
            _ => {}
        }
    }
    Ok(answer)
}

/// The words of a refusal, where there are any.
pub(super) fn explanation(details: &Value) -> Option<String> {
    let explanation = details.get("explanation")?.as_str()?;
    (!explanation.is_empty()).then(|| explanation.to_owned())
}

/// The normal form of a stop reason.
pub(super) fn finish_reason(said: &str) -> String {
    match said {
        "end_turn" | "stop_sequence" => "stop",
        "max_tokens" | "model_context_window_exceeded" => "length",
        "tool_use" => "tool_calls",
        "refusal" => "content_filter",
        "pause_turn" => "pause",
        other => other,
    }
    .to_owned()
}

/// Token counts. The API counts what was read from the cache or written to it apart from the other input; here `input` is all
/// of it. Output includes thinking in both.
pub(super) fn usage(usage: &Map<String, Value>) -> Usage {
    let count = |field: &str| usage.get(field).and_then(Value::as_u64);
    let (read, written) = (count("cache_read_input_tokens"), count("cache_creation_input_tokens"));
    let input =
        count("input_tokens").map(|input| input.saturating_add(read.unwrap_or(0)).saturating_add(written.unwrap_or(0)));
    let details = usage.get("output_tokens_details");
    Usage {
        input,
        output: count("output_tokens"),
        cached_input: read,
        cache_write: written,
        reasoning: details.and_then(|details| details.get("thinking_tokens")?.as_u64()),
        ..Usage::default()
    }
}

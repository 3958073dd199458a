//! Reads an answer that came at once.

use serde_json::Value;

use super::super::answer::Answer;
use super::super::error::{CallError, CallErrorKind};
use crate::domain::message::ToolCall;
use crate::domain::span::Usage;

/// Reads a whole answer.
pub(super) fn read(body: &Value) -> Result<Answer, CallError> {
    let blocks = body.pointer("/output/message/content").and_then(Value::as_array).ok_or_else(|| {
        CallError::new(CallErrorKind::Malformed, "the answer has no message: it is not one of Bedrock's Converse")
    })?;
    let mut answer = Answer {
        finish_reason: body.get("stopReason").and_then(Value::as_str).map(finish_reason),
        usage: body.get("usage").map(usage).unwrap_or_default(),
        model: invoked_model(body),
        ..Answer::default()
    };
    for block in blocks {
        let text = |path: &str| block.pointer(path).and_then(Value::as_str);
        if let Some(more) = text("/text") {
            answer.text.push_str(more);
        }
        for cited in block.pointer("/citationsContent/content").and_then(Value::as_array).into_iter().flatten() {
            answer.text.push_str(cited.get("text").and_then(Value::as_str).unwrap_or_default());
        }
        if let Some(more) = text("/reasoningContent/reasoningText/text") {
            answer.reasoning.push_str(more);
        }
        if let Some(name) = text("/toolUse/name") {
            answer.tool_calls.push(ToolCall {
                id: text("/toolUse/toolUseId").map(str::to_owned),
                name: name.to_owned(),
                arguments: block["toolUse"]
                    .get("input")
                    .cloned()
                    .unwrap_or_else(|| Value::Object(serde_json::Map::new())),
            });
        }
    }
    Ok(answer)
}

/// The model that a prompt router chose; no other answer names its model.
pub(super) fn invoked_model(body: &Value) -> Option<String> {
    let model = body.pointer("/trace/promptRouter/invokedModelId")?.as_str()?;
    Some(model.rsplit('/').next().unwrap_or(model).to_owned())
}

/// Token counts: the API counts cached input beside the other, and here it is a part of all input.
pub(super) fn usage(usage: &Value) -> Usage {
    let count = |field: &str| usage.get(field).and_then(Value::as_u64);
    let (read, written) = (count("cacheReadInputTokens"), count("cacheWriteInputTokens"));
    let cached = read.unwrap_or(0).saturating_add(written.unwrap_or(0));
    Usage {
        input: count("inputTokens").map(|input| input.saturating_add(cached)),
        output: count("outputTokens"),
        cached_input: read,
        cache_write: written,
        ..Usage::default()
    }
}

/// The normal form of a stop reason.
pub(super) fn finish_reason(said: &str) -> String {
    match said {
        "end_turn" | "stop_sequence" => "stop",
        "max_tokens" | "model_context_window_exceeded" => "length",
        "tool_use" => "tool_calls",
        "content_filtered" | "guardrail_intervened" => "content_filter",
        "malformed_model_output" | "malformed_tool_use" => "error",
        other => other,
    }
    .to_owned()
}

//! Reads answers of generateContent; in a stream every event is a part of one.

use serde_json::{Map, Value};

use super::super::answer::Answer;
use super::super::error::{CallError, CallErrorKind};
use crate::domain::message::ToolCall;
use crate::domain::span::Usage;

/// A piece of an answer.
pub(super) enum Piece<'a> {
    /// Text.
    Text(&'a str),
    /// What the model thought.
    Thought(&'a str),
    /// A tool it asks for.
    Call(ToolCall),
}

/// Reads a whole answer.
pub(super) fn read(body: &Value) -> Result<Answer, CallError> {
    refused(body)?;
    if body.pointer("/candidates/0").is_none() {
        return Err(CallError::new(
            CallErrorKind::Malformed,
            "the answer has no candidates: it is not one of Gemini's generateContent",
        ));
    }
    let mut answer = Answer::default();
    for piece in pieces(body) {
        match piece {
            Piece::Text(text) => answer.text.push_str(text),
            Piece::Thought(text) => answer.reasoning.push_str(text),
            Piece::Call(call) => answer.tool_calls.push(call),
        }
    }
    head(body, &mut answer);
    Ok(finished(answer))
}

/// The failure of a prompt that was blocked: such an answer has no candidate.
pub(super) fn refused(body: &Value) -> Result<(), CallError> {
    let Some(reason) = body.pointer("/promptFeedback/blockReason").and_then(Value::as_str) else { return Ok(()) };
    let words = body.pointer("/promptFeedback/blockReasonMessage").and_then(Value::as_str);
    let words = words.map(|words| format!(": {words}")).unwrap_or_default();
    Err(CallError::new(
        CallErrorKind::ContentFiltered,
        format!("the prompt was blocked ({reason}){words}").chars().take(600).collect::<String>(),
    ))
}

/// What the first candidate says.
pub(super) fn pieces(body: &Value) -> impl Iterator<Item = Piece<'_>> {
    let parts = body.pointer("/candidates/0/content/parts").and_then(Value::as_array);
    parts.into_iter().flatten().filter_map(|part| {
        if let Some(call) = part.get("functionCall") {
            return Some(Piece::Call(ToolCall {
                id: call.get("id").and_then(Value::as_str).map(str::to_owned),
                name: call.get("name")?.as_str()?.to_owned(),
                arguments: call.get("args").cloned().unwrap_or_else(|| Value::Object(Map::new())),
            }));
        }
        let text = part.get("text").and_then(Value::as_str).filter(|text| !text.is_empty())?;
        let is_thought = part.get("thought").and_then(Value::as_bool) == Some(true);
        Some(if is_thought { Piece::Thought(text) } else { Piece::Text(text) })
    })
}

/// What an answer or an event says beside its content.
pub(super) fn head(body: &Value, answer: &mut Answer) {
    let text = |path: &str| body.pointer(path).and_then(Value::as_str).map(str::to_owned);
    answer.model = text("/modelVersion").or_else(|| answer.model.take());
    answer.request_id = text("/responseId").or_else(|| answer.request_id.take());
    if let Some(usage) = body.get("usageMetadata") {
        answer.usage = usage_of(usage);
    }
    if let Some(reason) = text("/candidates/0/finishReason").filter(|reason| reason != "FINISH_REASON_UNSPECIFIED") {
        answer.finish_reason = Some(finish_reason(&reason));
        if answer.finish_reason.as_deref() == Some("content_filter") {
            answer.refusal = text("/candidates/0/finishMessage");
        }
    }
}

/// The answer with the finish reason that its calls mean: the API says `STOP` of those too.
pub(super) fn finished(mut answer: Answer) -> Answer {
    if answer.finish_reason.as_deref() == Some("stop") && !answer.tool_calls.is_empty() {
        answer.finish_reason = Some("tool_calls".to_owned());
    }
    answer
}

fn finish_reason(said: &str) -> String {
    match said {
        "STOP" => "stop",
        "MAX_TOKENS" => "length",
        "SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "MODEL_ARMOR" => "content_filter",
        image if image.starts_with("IMAGE_") => "content_filter",
        "MALFORMED_FUNCTION_CALL"
        | "UNEXPECTED_TOOL_CALL"
        | "TOO_MANY_TOOL_CALLS"
        | "MISSING_THOUGHT_SIGNATURE"
        | "MALFORMED_RESPONSE"
        | "LANGUAGE"
        | "OTHER"
        | "NO_IMAGE" => "error",
        "CONTINUATION" | "ESCALATION" => "pause",
        other => other,
    }
    .to_owned()
}

/// Token counts. The API counts thoughts apart from the other output, and what tools of its own put into the prompt apart from
/// the other input; here each is a part of the whole.
fn usage_of(usage: &Value) -> Usage {
    let count = |field: &str| usage.get(field).and_then(Value::as_u64);
    let sum = |one: Option<u64>, other: Option<u64>| match (one, other) {
        (None, None) => None,
        (one, other) => Some(one.unwrap_or(0).saturating_add(other.unwrap_or(0))),
    };
    let audio = |field: &str| {
        let details = usage.get(field)?.as_array()?;
        details.iter().find(|detail| detail["modality"] == "AUDIO")?.get("tokenCount")?.as_u64()
    };
    Usage {
        input: sum(count("promptTokenCount"), count("toolUsePromptTokenCount")),
        output: sum(count("candidatesTokenCount"), count("thoughtsTokenCount")),
        cached_input: count("cachedContentTokenCount"),
        cache_write: None,
        reasoning: count("thoughtsTokenCount"),
        audio_input: audio("promptTokensDetails"),
        audio_output: audio("candidatesTokensDetails"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_examples_of_the_reference() {
        let body = json!({
            "candidates": [{"index": 0, "content": {"role": "model", "parts": [
                {"functionCall": {"name": "get_weather", "args": {"city": "Oslo"}}, "thoughtSignature": "c2ln"}]},
                "finishReason": "STOP", "avgLogprobs": -0.1}],
            "usageMetadata": {"promptTokenCount": 58, "candidatesTokenCount": 12, "thoughtsTokenCount": 40,
                "cachedContentTokenCount": 0, "toolUsePromptTokenCount": 6, "totalTokenCount": 116},
            "modelVersion": "gemini-2.5-flash", "responseId": "r1"
        });
        let answer = read(&body).unwrap();
        assert_eq!(answer.finish_reason.as_deref(), Some("tool_calls"));
        assert_eq!((answer.usage.input, answer.usage.output, answer.usage.reasoning), (Some(64), Some(52), Some(40)));
        assert_eq!(answer.tool_calls[0].arguments, json!({"city": "Oslo"}));
        let blocked = json!({"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 3}});
        assert_eq!(read(&blocked).unwrap_err().kind, CallErrorKind::ContentFiltered);
    }
}

//! Recorded messages in Cohere's form.

use serde_json::{Map, Value, json};

use super::super::error::ProviderError;
use super::super::recorded::{CallIds, Media, MediaKind, result_text};
use crate::domain::message::{Message, Part, Role, ToolCall};

/// The messages as a JSON array; what is left out is added to `dropped`.
///
/// Text beside tool calls goes where the API has such text, in `tool_plan`. Reasoning is never sent back. Calls that were
/// recorded without an id get one, and results without one answer the calls in order.
pub(super) fn messages(recorded: &[Message], dropped: &mut Vec<String>) -> Result<Value, ProviderError> {
    let mut ids = CallIds::default();
    let mut wire = Vec::with_capacity(recorded.len());
    let (mut reasoning, mut named) = (false, false);
    for message in recorded {
        let mut content = Vec::new();
        let mut calls = Vec::new();
        for part in &message.parts {
            match part {
                Part::Text { text } => content.push(json!({"type": "text", "text": text})),
                Part::Reasoning { .. } => reasoning = true,
                Part::ToolCall(call) => calls.push(tool_call(call, &mut ids)),
                Part::ToolResult { id, result } => {
                    let text = result_text(result);
                    wire.push(json!({"role": "tool", "tool_call_id": ids.answer(id.as_deref()), "content": text}));
                }
                Part::Other { value } => content.push(other(value)?),
            }
        }
        named |= message.name.is_some() && message.role != Role::Tool;
        if !content.is_empty() || !calls.is_empty() {
            wire.push(one(&message.role, content, calls));
        }
    }
    if reasoning {
        dropped.push("reasoning of earlier turns".to_owned());
    }
    if named {
        dropped.push("names of speakers (messages of this API have none)".to_owned());
    }
    if wire.is_empty() {
        return Err(ProviderError::NotSendable("the recording has no messages".to_owned()));
    }
    Ok(Value::Array(wire))
}

fn one(role: &Role, mut content: Vec<Value>, calls: Vec<Value>) -> Value {
    let role = match role {
        Role::System => "system",
        Role::Assistant => "assistant",
        Role::User | Role::Tool | Role::Other(_) => "user",
    };
    let mut wire = Map::new();
    wire.insert("role".to_owned(), json!(role));
    if !calls.is_empty() {
        let texts: Vec<&str> = content.iter().filter_map(|part| part["text"].as_str()).collect();
        if !texts.is_empty() {
            wire.insert("tool_plan".to_owned(), Value::String(texts.join("\n")));
        }
        wire.insert("tool_calls".to_owned(), Value::Array(calls));
        return Value::Object(wire);
    }
    let content = match content.as_mut_slice() {
        [only] if only.get("text").is_some() => only["text"].take(),
        _ => Value::Array(content),
    };
    wire.insert("content".to_owned(), content);
    Value::Object(wire)
}

fn tool_call(call: &ToolCall, ids: &mut CallIds) -> Value {
    let arguments = call.arguments.as_str().map_or_else(|| call.arguments.to_string(), str::to_owned);
    let id = ids.ask(call.id.as_deref(), &call.name);
    json!({"id": id, "type": "function", "function": {"name": call.name, "arguments": arguments}})
}

/// A picture as it was recorded or translated; the words of a refusal as text, which the model said.
fn other(value: &Value) -> Result<Value, ProviderError> {
    if let Some(refusal) = value.get("refusal").and_then(Value::as_str) {
        return Ok(json!({"type": "text", "text": refusal}));
    }
    let media = Media::read(value)?;
    match media.kind {
        MediaKind::Image => Ok(media.as_chat_part()),
        MediaKind::Audio | MediaKind::File => Err(ProviderError::NotSendable(
            "the recording holds sound or a document in a message; Cohere's chat takes text and pictures".to_owned(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_beside_calls_is_the_plan() {
        let call = Part::ToolCall(ToolCall { id: None, name: "f".into(), arguments: json!({"x": 1}) });
        let image = json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}});
        let recorded = [
            Message::text(Role::System, "S"),
            Message {
                role: Role::User,
                name: Some("Al".into()),
                parts: vec![Part::Text { text: "a".into() }, Part::Other { value: image }],
            },
            Message { role: Role::Assistant, name: None, parts: vec![Part::Text { text: "I look".into() }, call] },
            Message {
                role: Role::Tool,
                name: None,
                parts: vec![Part::ToolResult { id: None, result: json!({"ok": true}) }],
            },
        ];
        let mut dropped = Vec::new();
        assert_eq!(
            messages(&recorded, &mut dropped).unwrap(),
            json!([
                {"role": "system", "content": "S"},
                {"role": "user", "content": [
                    {"type": "text", "text": "a"},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
                ]},
                {"role": "assistant", "tool_plan": "I look", "tool_calls": [
                    {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{\"x\":1}"}},
                ]},
                {"role": "tool", "tool_call_id": "call_1", "content": "{\"ok\":true}"},
            ])
        );
        assert_eq!(dropped, ["names of speakers (messages of this API have none)"]);
    }
}

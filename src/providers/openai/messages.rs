//! Recorded messages in the form of chat completions.

use serde_json::{Map, Value, json};

use super::super::error::ProviderError;
use super::super::recorded::{CallIds, Media, result_text};
use crate::domain::message::{Message, Part, Role, ToolCall};

/// The messages as a JSON array; what is left out is added to `dropped`.
///
/// Reasoning is never sent back. A tool result becomes a message of its own, as the API wants it. Calls that were
/// recorded without an id get one, and results without one answer the calls in order.
pub(super) fn to_wire(messages: &[Message], dropped: &mut Vec<String>) -> Result<Value, ProviderError> {
    let mut ids = CallIds::default();
    let mut wire = Vec::with_capacity(messages.len());
    let mut reasoning = false;
    for message in messages {
        let mut content = Vec::new();
        let mut calls = Vec::new();
        for part in &message.parts {
            match part {
                Part::Text { text } => content.push(json!({"type": "text", "text": text})),
                Part::Reasoning { .. } => reasoning = true,
                Part::ToolCall(call) => calls.push(tool_call(call, &mut ids)),
                Part::ToolResult { id, result } => {
                    let text = result_text(result);
                    let id = ids.answer(id.as_deref());
                    wire.push(json!({"role": "tool", "tool_call_id": id, "content": text}));
                }
                Part::Other { value } if value.get("type").is_some_and(|kind| kind == "refusal") => {
                    content.push(value.clone());
                }
                Part::Other { value } => content.push(Media::read(value)?.as_chat_part()),
            }
        }
        let only_results = content.is_empty() && calls.is_empty() && !message.parts.is_empty();
        if only_results && message.role != Role::Assistant {
            continue;
        }
        wire.push(one(message, content, calls));
    }
    if reasoning {
        dropped.push("reasoning of earlier turns".to_owned());
    }
    if wire.is_empty() {
        return Err(ProviderError::NotSendable("the recording has no messages".to_owned()));
    }
    Ok(Value::Array(wire))
}

fn one(message: &Message, content: Vec<Value>, calls: Vec<Value>) -> Value {
    let role = match &message.role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
        Role::Other(name) => name,
    };
    let mut wire = Map::new();
    wire.insert("role".to_owned(), Value::String(role.to_owned()));
    wire.insert("content".to_owned(), joined(content, !calls.is_empty()));
    if let Some(name) = message.name.as_ref().filter(|_| message.role != Role::Tool) {
        wire.insert("name".to_owned(), Value::String(name.clone()));
    }
    if !calls.is_empty() {
        wire.insert("tool_calls".to_owned(), Value::Array(calls));
    }
    Value::Object(wire)
}

/// One text as a string, the form that every server takes; several parts as they are; nothing as null beside calls.
fn joined(mut content: Vec<Value>, with_calls: bool) -> Value {
    match content.as_mut_slice() {
        [] if with_calls => Value::Null,
        [] => Value::String(String::new()),
        [only] => match only.get_mut("text") {
            Some(text) => text.take(),
            None => Value::Array(content),
        },
        _ => Value::Array(content),
    }
}

fn tool_call(call: &ToolCall, ids: &mut CallIds) -> Value {
    let arguments = call.arguments.as_str().map_or_else(|| call.arguments.to_string(), str::to_owned);
    let id = ids.ask(call.id.as_deref(), &call.name);
    json!({"id": id, "type": "function", "function": {"name": call.name, "arguments": arguments}})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(messages: &[Message]) -> Value {
        to_wire(messages, &mut Vec::new()).unwrap()
    }

    #[test]
    fn text_calls_and_results() {
        let call = |id: Option<&str>| {
            Part::ToolCall(ToolCall { id: id.map(str::to_owned), name: "f".into(), arguments: json!({"x": 1}) })
        };
        let messages = [
            Message::text(Role::System, "S"),
            Message { role: Role::Assistant, name: None, parts: vec![call(None), call(Some("c9"))] },
            Message {
                role: Role::User,
                name: None,
                parts: vec![
                    Part::ToolResult { id: None, result: json!("plain") },
                    Part::ToolResult { id: Some("c9".into()), result: json!({"ok": true}) },
                    Part::Text { text: "and now?".into() },
                ],
            },
        ];
        assert_eq!(
            wire(&messages),
            json!([
                {"role": "system", "content": "S"},
                {"role": "assistant", "content": null, "tool_calls": [
                    {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{\"x\":1}"}},
                    {"id": "c9", "type": "function", "function": {"name": "f", "arguments": "{\"x\":1}"}},
                ]},
                {"role": "tool", "tool_call_id": "call_1", "content": "plain"},
                {"role": "tool", "tool_call_id": "c9", "content": "{\"ok\":true}"},
                {"role": "user", "content": "and now?"},
            ])
        );
    }

    #[test]
    fn images_are_kept_or_translated_and_the_unknown_is_refused() {
        let raw = json!({"type": "image_url", "image_url": {"url": "https://e.example/c.png", "detail": "low"}});
        let claude = json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}});
        let message = Message {
            role: Role::User,
            name: None,
            parts: vec![
                Part::Text { text: "what?".into() },
                Part::Other { value: raw.clone() },
                Part::Other { value: claude },
            ],
        };
        let sent = wire(&[message]);
        assert_eq!(sent[0]["content"][1], raw);
        assert_eq!(sent[0]["content"][2]["image_url"]["url"], "data:image/png;base64,AA==");
        let odd =
            Message { role: Role::User, name: None, parts: vec![Part::Other { value: json!({"type": "hologram"}) }] };
        assert!(to_wire(&[odd], &mut Vec::new()).unwrap_err().to_string().contains("hologram"));
    }

    #[test]
    fn reasoning_is_dropped_and_said() {
        let mut dropped = Vec::new();
        let message = Message {
            role: Role::Assistant,
            name: None,
            parts: vec![Part::Reasoning { text: "hm".into() }, Part::Text { text: "A".into() }],
        };
        let sent = to_wire(&[message], &mut dropped).unwrap();
        assert_eq!(sent, json!([{"role": "assistant", "content": "A"}]));
        assert_eq!(dropped, ["reasoning of earlier turns"]);
    }
}

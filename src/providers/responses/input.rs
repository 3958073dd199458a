//! Recorded messages as instructions and input items.

use serde_json::{Value, json};

use super::super::error::ProviderError;
use super::super::recorded::{CallIds, Media, MediaKind, Source, ToolDefinition, result_text};
use crate::domain::message::{Message, Part, Role, ToolCall};

/// The longest instructions in bytes: several events of a stream repeat them, and an event has a limit of its own.
const LONGEST_INSTRUCTIONS: usize = 256 << 10;

/// The two places that hold a conversation.
pub(super) struct Input {
    /// The system message at the front, where there is one and it is text of no unusual length.
    pub(super) instructions: Option<String>,
    /// Everything after it.
    pub(super) items: Vec<Value>,
}

/// Reads messages; what is left out is added to `dropped`.
///
/// Reasoning is never sent back: its ids and its encrypted content are of use only to the account that made them. Calls
/// that were recorded without an id get one, and results without one answer the calls in order.
pub(super) fn input(
    messages: &[Message],
    tools: &[ToolDefinition],
    dropped: &mut Vec<String>,
) -> Result<Input, ProviderError> {
    let instructions = match messages.first() {
        Some(Message { role: Role::System, parts, .. }) => {
            only_text(parts).filter(|text| text.len() <= LONGEST_INSTRUCTIONS)
        }
        _ => None,
    };
    let rest = if instructions.is_some() { &messages[1..] } else { messages };
    let mut items = Items { tools, ids: CallIds::default(), list: Vec::new(), content: Vec::new() };
    let (mut reasoning, mut named) = (false, false);
    for message in rest {
        for part in &message.parts {
            if matches!(part, Part::Reasoning { .. }) {
                reasoning = true;
            } else {
                items.take(&message.role, part)?;
            }
        }
        items.end_message(&message.role);
        named |= message.name.is_some() && message.role != Role::Tool;
    }
    if reasoning {
        dropped.push("reasoning of earlier turns".to_owned());
    }
    if named {
        dropped.push("names of speakers (messages of this API have none)".to_owned());
    }
    if items.list.is_empty() && instructions.is_none() {
        return Err(ProviderError::NotSendable("the recording has no messages".to_owned()));
    }
    Ok(Input { instructions, items: items.list })
}

fn only_text(parts: &[Part]) -> Option<String> {
    match parts {
        [Part::Text { text }] => Some(text.clone()),
        _ => None,
    }
}

struct Items<'a> {
    tools: &'a [ToolDefinition],
    ids: CallIds,
    list: Vec<Value>,
    /// Parts of the message that has not ended yet.
    content: Vec<Value>,
}

impl Items<'_> {
    fn take(&mut self, role: &Role, part: &Part) -> Result<(), ProviderError> {
        match part {
            Part::Reasoning { .. } => {}
            Part::Text { text } => {
                let kind = if *role == Role::Assistant { "output_text" } else { "input_text" };
                self.content.push(json!({"type": kind, "text": text}));
            }
            Part::ToolCall(call) => {
                self.end_message(role);
                let item = self.call(call);
                self.list.push(item);
            }
            Part::ToolResult { id, result } => {
                self.end_message(role);
                let item = self.result(id.as_deref(), result);
                self.list.push(item);
            }
            Part::Other { value } if value.get("type").is_some_and(|kind| kind == "refusal") => {
                self.content.push(value.clone());
            }
            Part::Other { value } => self.content.push(media(value)?),
        }
        Ok(())
    }

    /// Ends a message: one text as a string, the form that every server takes, else its parts.
    fn end_message(&mut self, role: &Role) {
        let mut content = std::mem::take(&mut self.content);
        let content = match content.as_mut_slice() {
            [] => return,
            [only] if only.get("text").is_some() => only["text"].take(),
            _ => Value::Array(content),
        };
        let role = match role {
            Role::System => "system",
            Role::Assistant => "assistant",
            Role::User | Role::Tool | Role::Other(_) => "user",
        };
        self.list.push(json!({"type": "message", "role": role, "content": content}));
    }

    fn is_custom(&self, name: &str) -> bool {
        self.tools.iter().any(|tool| tool.name == name && tool.is_custom())
    }

    fn call(&mut self, call: &ToolCall) -> Value {
        let id = self.ids.ask(call.id.as_deref(), &call.name);
        let text = call.arguments.as_str().map_or_else(|| call.arguments.to_string(), str::to_owned);
        if self.is_custom(&call.name) {
            return json!({"type": "custom_tool_call", "call_id": id, "name": call.name, "input": text});
        }
        json!({"type": "function_call", "call_id": id, "name": call.name, "arguments": text})
    }

    fn result(&mut self, id: Option<&str>, result: &Value) -> Value {
        let id = self.ids.answer(id);
        let text = result_text(result);
        let custom = self.ids.name(&id).is_some_and(|name| self.is_custom(name));
        let kind = if custom { "custom_tool_call_output" } else { "function_call_output" };
        json!({"type": kind, "call_id": id, "output": text})
    }
}

/// A picture, sound or document as an input part; one that was recorded as such a part goes as it was.
fn media(raw: &Value) -> Result<Value, ProviderError> {
    let kind = raw.get("type").and_then(Value::as_str).unwrap_or("");
    let at_provider = kind == "item_reference" || ["/file_id", "/file/file_id"].iter().any(|at| is_text(raw, at));
    if at_provider {
        return Err(ProviderError::NotSendable(
            "the recording refers to a file or an item that was kept at the provider: its content is not in it"
                .to_owned(),
        ));
    }
    if matches!(kind, "input_image" | "input_file") {
        return Ok(raw.clone());
    }
    let media = Media::read(raw)?;
    Ok(match (media.kind, &media.source) {
        (MediaKind::Image, _) => {
            let detail = raw.pointer("/image_url/detail").and_then(Value::as_str).unwrap_or("auto");
            json!({"type": "input_image", "image_url": media.url(), "detail": detail})
        }
        (MediaKind::File, Source::Url(url)) => json!({"type": "input_file", "file_url": url}),
        (MediaKind::File, Source::Base64 { .. }) => {
            let name = raw.pointer("/file/filename").and_then(Value::as_str).unwrap_or("document");
            json!({"type": "input_file", "file_data": media.url(), "filename": name})
        }
        (MediaKind::Audio, _) => {
            return Err(ProviderError::NotSendable(
                "the recording holds sound, which the Responses API does not take: use kind = \"openai\"".to_owned(),
            ));
        }
    })
}

fn is_text(value: &Value, at: &str) -> bool {
    value.pointer(at).is_some_and(Value::is_string)
}

#[cfg(test)]
mod tests {
    use super::super::super::recorded::{ToolNames, definitions};
    use super::*;

    fn message(role: Role, parts: Vec<Part>) -> Message {
        Message { role, name: None, parts }
    }

    #[test]
    fn messages_calls_and_results_become_items_in_order() {
        let call = |id: Option<&str>, name: &str, arguments: Value| {
            Part::ToolCall(ToolCall { id: id.map(str::to_owned), name: name.into(), arguments })
        };
        let text = |text: &str| Part::Text { text: text.into() };
        let custom = json!([{"type": "custom", "name": "shell"}]);
        let tools = definitions(Some(&custom), &ToolNames::default(), &mut Vec::new());
        let messages = [
            Message::text(Role::System, "S"),
            Message::text(Role::User, "a"),
            message(
                Role::Assistant,
                vec![
                    Part::Reasoning { text: "hm".into() },
                    text("one moment"),
                    call(None, "f", json!({"x": 1})),
                    call(Some("c9"), "shell", json!("ls")),
                ],
            ),
            message(Role::Tool, vec![Part::ToolResult { id: None, result: json!({"ok": true}) }]),
            message(Role::Tool, vec![Part::ToolResult { id: Some("c9".into()), result: json!("x") }]),
            Message::text(Role::System, "T"),
        ];
        let mut dropped = Vec::new();
        let read = input(&messages, &tools, &mut dropped).unwrap();
        assert_eq!(read.instructions.as_deref(), Some("S"));
        assert_eq!(
            Value::Array(read.items),
            json!([
                {"type": "message", "role": "user", "content": "a"},
                {"type": "message", "role": "assistant", "content": "one moment"},
                {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{\"x\":1}"},
                {"type": "custom_tool_call", "call_id": "c9", "name": "shell", "input": "ls"},
                {"type": "function_call_output", "call_id": "call_1", "output": "{\"ok\":true}"},
                {"type": "custom_tool_call_output", "call_id": "c9", "output": "x"},
                {"type": "message", "role": "system", "content": "T"},
            ])
        );
        assert_eq!(dropped, ["reasoning of earlier turns"]);
    }

    #[test]
    fn media_are_translated_and_what_stayed_at_the_provider_is_refused() {
        let part = |value: &Value| {
            let sent = input(&[message(Role::User, vec![Part::Other { value: value.clone() }])], &[], &mut Vec::new())?;
            Ok::<_, ProviderError>(sent.items[0]["content"][0].clone())
        };
        let chat = json!({"type": "image_url", "image_url": {"url": "https://e.example/a.png", "detail": "low"}});
        let image = json!({"type": "input_image", "image_url": "https://e.example/a.png", "detail": "low"});
        assert_eq!(part(&chat).unwrap(), image);
        assert_eq!(part(&image).unwrap(), image);
        let document = json!({"type": "document", "source": {"type": "url", "url": "https://e.example/a.pdf"}});
        assert_eq!(part(&document).unwrap(), json!({"type": "input_file", "file_url": "https://e.example/a.pdf"}));
        for kept in [
            json!({"type": "input_image", "file_id": "file-1"}),
            json!({"type": "file", "file": {"file_id": "file-1"}}),
            json!({"type": "item_reference", "id": "msg_1"}),
        ] {
            assert!(part(&kept).unwrap_err().to_string().contains("kept at the provider"), "{kept}");
        }
    }
}

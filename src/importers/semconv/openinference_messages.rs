//! Lists that OpenInference flattens into attributes: `llm.input_messages.0.message.role` and the like.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::attributes::{arguments, as_text, label, number, object, parsed};
use super::documents;
use crate::domain::chunk::{Chunk, ChunkRole};
use crate::domain::message::{Message, Part, Role, ToolCall};
use crate::importers::raw::Attributes;

/// The members of each element by their names behind the index.
pub type Elements = BTreeMap<u32, Attributes>;

/// Takes the attributes below `prefix` (which ends in a dot), grouped by index.
pub fn take_list(content: &mut Attributes, prefix: &str) -> Elements {
    let mut elements = Elements::new();
    if !content.iter().any(|(key, _)| key.starts_with(prefix)) {
        return elements;
    }
    for (key, value) in std::mem::take(content) {
        match key.strip_prefix(prefix).and_then(index) {
            Some((index, rest)) => elements.entry(index).or_default().push((rest.to_owned(), value)),
            None => content.push((key, value)),
        }
    }
    elements
}

fn index(key: &str) -> Option<(u32, &str)> {
    let (index, rest) = key.split_once('.').unwrap_or((key, ""));
    Some((index.parse().ok()?, rest))
}

/// Messages from their flattened members.
pub fn messages(elements: Elements, default_role: &Role) -> Vec<Message> {
    elements.into_values().map(|members| message(members, default_role)).collect()
}

#[derive(Default)]
struct Call {
    id: Option<String>,
    name: String,
    arguments: Value,
}

impl Call {
    fn set(&mut self, field: &str, value: Value) {
        match field {
            "tool_call.id" | "id" => self.id = label(&value),
            "tool_call.function.name" | "name" => self.name = label(&value).unwrap_or_default(),
            "tool_call.function.arguments" | "arguments" => self.arguments = value,
            _ => {}
        }
    }

    fn part(self) -> Part {
        Part::ToolCall(ToolCall { id: self.id, name: self.name, arguments: arguments(self.arguments) })
    }
}

fn message(members: Attributes, default_role: &Role) -> Message {
    let mut message = Message { role: default_role.clone(), name: None, parts: Vec::new() };
    let mut content = None;
    let mut call_id = None;
    let mut pieces: BTreeMap<u32, Map<String, Value>> = BTreeMap::new();
    let mut calls: BTreeMap<u32, Call> = BTreeMap::new();
    let mut legacy = Call::default();
    for (key, value) in members {
        let field = key.strip_prefix("message.").unwrap_or(&key);
        if let Some((at, rest)) = field.strip_prefix("contents.").and_then(index) {
            let name = rest.strip_prefix("message_content.").unwrap_or(rest);
            pieces.entry(at).or_default().insert(name.to_owned(), value);
        } else if let Some((at, rest)) = field.strip_prefix("tool_calls.").and_then(index) {
            calls.entry(at).or_default().set(rest, value);
        } else {
            match field {
                "role" => message.role = value.as_str().map_or_else(|| default_role.clone(), Role::parse),
                "content" => content = Some(value).filter(|value| !value.is_null()),
                "name" => message.name = label(&value),
                "tool_call_id" => call_id = label(&value),
                "function_call_name" => legacy.set("name", value),
                "function_call_arguments_json" => legacy.set("arguments", value),
                _ => message.parts.push(Part::Other { value: serde_json::json!({"type": field, "value": value}) }),
            }
        }
    }
    message.parts.extend(pieces.into_values().map(piece));
    if let Some(content) = content {
        if message.role == Role::Tool && call_id.is_some() {
            message.parts.push(Part::ToolResult { id: call_id, result: content });
        } else if let Some(text) = as_text(content).filter(|text| !text.is_empty()) {
            message.parts.push(Part::Text { text });
        }
    }
    if !legacy.name.is_empty() {
        calls.insert(u32::MAX, legacy);
    }
    for call in calls.into_values().map(Call::part) {
        if !message.parts.contains(&call) {
            message.parts.push(call);
        }
    }
    message
}

fn piece(mut members: Map<String, Value>) -> Part {
    let kind = members.get("type").and_then(Value::as_str).unwrap_or("text").to_owned();
    match kind.as_str() {
        "text" if members.contains_key("text") => {
            Part::Text { text: members.remove("text").and_then(as_text).unwrap_or_default() }
        }
        "reasoning" if members.len() == 2 && members.contains_key("text") => {
            Part::Reasoning { text: members.remove("text").and_then(as_text).unwrap_or_default() }
        }
        "tool_use"
            if members.contains_key("tool_call.function.name")
                && !members.contains_key("tool_call.reasoning_signature") =>
        {
            let mut call = Call::default();
            for (key, value) in members {
                call.set(&key, value);
            }
            call.part()
        }
        _ => Part::Other { value: Value::Object(members) },
    }
}

/// Documents from their flattened members.
pub fn chunks(elements: Elements, role: ChunkRole) -> Vec<Chunk> {
    let mut chunks = Vec::with_capacity(elements.len());
    for members in elements.into_values() {
        let rank = chunks.len() as u32 + 1;
        let mut chunk = Chunk { role, rank, document_id: None, score: None, content: None, metadata: Map::new() };
        for (key, value) in members {
            match key.strip_prefix("document.").unwrap_or(&key) {
                "id" => chunk.document_id = label(&value),
                "score" => chunk.score = number(&value),
                "content" => chunk.content = as_text(value),
                "metadata" => match object(&value) {
                    Some(members) => chunk.metadata.extend(members),
                    None => {
                        chunk.metadata.insert("metadata".to_owned(), value);
                    }
                },
                other => {
                    chunk.metadata.insert(other.to_owned(), parsed(value));
                }
            }
        }
        documents::complete(&mut chunk);
        chunks.push(chunk);
    }
    chunks
}

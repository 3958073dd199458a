//! A recorded conversation as messages of content blocks.

use std::collections::BTreeSet;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Value, json};

use super::super::error::ProviderError;
use super::super::recorded::{
    Conversation, Media, MediaKind, Source, Speaker, TurnPart, UseIds, object_arguments, result_text,
};

/// The messages, and the tools that occur in them.
pub(super) struct Content {
    /// The JSON array `messages`.
    pub messages: Vec<Value>,
    /// `system`, where anything is said in it.
    pub system: Option<Value>,
    /// The tools that calls and results in the messages name, as they are sent.
    pub tools: BTreeSet<String>,
}

/// Puts the conversation into blocks; what is left out or changed is added to `dropped`.
pub(super) fn content(conversation: &Conversation, dropped: &mut Vec<String>) -> Result<Content, ProviderError> {
    let mut writer = Writer { ids: UseIds::default(), tools: BTreeSet::new(), dropped };
    let mut messages = Vec::with_capacity(conversation.turns.len());
    for turn in &conversation.turns {
        let mut blocks = Vec::with_capacity(turn.parts.len());
        for part in &turn.parts {
            blocks.extend(writer.block(part)?);
        }
        if blocks.is_empty() {
            writer.dropped.push("an empty message (not taken by this API)".to_owned());
            continue;
        }
        let role = if turn.speaker == Speaker::Model { "assistant" } else { "user" };
        messages.push(json!({"role": role, "content": joined(blocks)}));
    }
    if messages.is_empty() {
        return Err(ProviderError::NotSendable(
            "the recording has no message beside its instructions, and this API wants one".to_owned(),
        ));
    }
    let texts = conversation.system.iter().filter(|text| !text.trim().is_empty());
    let system: Vec<Value> = texts.map(|text| json!({"type": "text", "text": text})).collect();
    Ok(Content { messages, system: (!system.is_empty()).then(|| joined(system)), tools: writer.tools })
}

/// One text as a string, else the blocks.
fn joined(mut blocks: Vec<Value>) -> Value {
    match blocks.as_mut_slice() {
        [only] if only["type"] == "text" => only["text"].take(),
        _ => Value::Array(blocks),
    }
}

struct Writer<'a> {
    ids: UseIds,
    tools: BTreeSet<String>,
    dropped: &'a mut Vec<String>,
}

impl Writer<'_> {
    /// A block; `None` for a text of white space, which the API refuses.
    fn block(&mut self, part: &TurnPart) -> Result<Option<Value>, ProviderError> {
        Ok(match part {
            TurnPart::Text(text) if text.trim().is_empty() => None,
            TurnPart::Text(text) => Some(json!({"type": "text", "text": text})),
            TurnPart::Media(media) => Some(block_of(media)?),
            TurnPart::Call { id, name, arguments } => {
                let input = object_arguments(arguments, name, self.dropped);
                self.tools.insert(name.clone());
                Some(json!({"type": "tool_use", "id": self.ids.of(id), "name": name, "input": input}))
            }
            TurnPart::Result { id, name, result } => {
                self.tools.extend(name.clone());
                Some(json!({"type": "tool_result", "tool_use_id": self.ids.of(id), "content": result_text(result)}))
            }
        })
    }
}

/// A picture or a document; blocks that were recorded from this API go as they are.
fn block_of(media: &Media) -> Result<Value, ProviderError> {
    let refuse = |what: &str| {
        Err(ProviderError::NotSendable(format!("the recording holds {what}, which Anthropic does not take")))
    };
    let own =
        matches!(media.raw["type"].as_str(), Some("image" | "document")) && media.raw["source"]["type"].is_string();
    if own {
        return Ok(media.raw.clone());
    }
    let kind = match media.kind {
        MediaKind::Image => "image",
        MediaKind::File => "document",
        MediaKind::Audio => return refuse("sound"),
    };
    let source = match &media.source {
        Source::Url(url) => json!({"type": "url", "url": url}),
        Source::Base64 { mime, data } if kind == "document" && mime.starts_with("text/") => {
            let text = BASE64_STANDARD.decode(data).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let Some(text) = text else { return refuse("a document of text that cannot be read") };
            json!({"type": "text", "media_type": "text/plain", "data": text})
        }
        Source::Base64 { mime, data } => {
            let mime = mime.split(';').next().unwrap_or_default().trim();
            let taken = match kind {
                "image" => ["image/png", "image/jpeg", "image/gif", "image/webp"].contains(&mime),
                _ => mime == "application/pdf",
            };
            if !taken {
                let shown: String = mime.chars().take(60).collect();
                return refuse(&format!("an image or document of type `{shown}`"));
            }
            json!({"type": "base64", "media_type": mime, "data": data})
        }
    };
    Ok(json!({"type": kind, "source": source}))
}

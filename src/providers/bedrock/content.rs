//! A recorded conversation as messages of content blocks.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::error::ProviderError;
use super::super::recorded::{Conversation, Media, MediaKind, Source, Speaker, TurnPart, UseIds, object_arguments};

/// The messages, and the tools that occur in them.
pub(super) struct Content {
    /// The JSON array `messages`.
    pub messages: Vec<Value>,
    /// The JSON array `system`.
    pub system: Vec<Value>,
    /// The tools that calls and results in the messages name, as they are sent.
    pub tools: BTreeSet<String>,
}

/// Puts the conversation into blocks; what is left out or changed is added to `dropped`.
pub(super) fn content(conversation: &Conversation, dropped: &mut Vec<String>) -> Result<Content, ProviderError> {
    let mut writer = Writer { ids: UseIds::default(), tools: BTreeSet::new(), documents: 0, dropped };
    let mut messages = Vec::with_capacity(conversation.turns.len());
    for turn in &conversation.turns {
        let blocks: Vec<Value> =
            turn.parts.iter().filter_map(|part| writer.block(part).transpose()).collect::<Result<_, _>>()?;
        if blocks.is_empty() {
            writer.dropped.push("an empty message (not taken by this API)".to_owned());
            continue;
        }
        let role = if turn.speaker == Speaker::Model { "assistant" } else { "user" };
        messages.push(json!({"role": role, "content": blocks}));
    }
    let system = conversation.system.iter().filter(|text| !text.trim().is_empty());
    Ok(Content { messages, system: system.map(|text| json!({"text": text})).collect(), tools: writer.tools })
}

struct Writer<'a> {
    ids: UseIds,
    tools: BTreeSet<String>,
    documents: usize,
    dropped: &'a mut Vec<String>,
}

impl Writer<'_> {
    /// A block; `None` for a text of white space, which the API refuses.
    fn block(&mut self, part: &TurnPart) -> Result<Option<Value>, ProviderError> {
        Ok(match part {
            TurnPart::Text(text) if text.trim().is_empty() => None,
            TurnPart::Text(text) => Some(json!({"text": text})),
            TurnPart::Media(media) => Some(self.media(media)?),
            TurnPart::Call { id, name, arguments } => {
                let input = object_arguments(arguments, name, self.dropped);
                self.tools.insert(name.clone());
                Some(json!({"toolUse": {"toolUseId": self.ids.of(id), "name": name, "input": input}}))
            }
            TurnPart::Result { id, name, result } => {
                self.tools.extend(name.clone());
                let blocks = match result {
                    Value::Object(_) => vec![json!({"json": result})],
                    Value::String(text) if text.is_empty() => Vec::new(),
                    Value::String(text) => vec![json!({"text": text})],
                    other => vec![json!({"text": other.to_string()})],
                };
                Some(json!({"toolResult": {"toolUseId": self.ids.of(id), "content": blocks}}))
            }
        })
    }

    /// A picture, sound or document: by its bytes, or where it lies in S3. Other addresses are not fetched.
    fn media(&mut self, media: &Media) -> Result<Value, ProviderError> {
        let (mime, source) = match &media.source {
            Source::Base64 { mime, data } => (mime.clone(), json!({"bytes": data})),
            Source::Url(url) if url.starts_with("s3://") => (ending(url), json!({"s3Location": {"uri": url}})),
            Source::Url(_) => {
                return Err(ProviderError::NotSendable(
                    "the recording holds an image or document by its address, and Bedrock takes the bytes only"
                        .to_owned(),
                ));
            }
        };
        let format = format(media.kind, &mime).ok_or_else(|| {
            let shown: String = mime.chars().take(60).collect();
            ProviderError::NotSendable(format!(
                "the recording holds a part of type `{shown}`, which Bedrock does not take"
            ))
        })?;
        Ok(match media.kind {
            MediaKind::Image => json!({"image": {"format": format, "source": source}}),
            MediaKind::Audio => json!({"audio": {"format": format, "source": source}}),
            MediaKind::File => {
                // The name is read by the model, and may have no dots.
                self.documents += 1;
                let name = format!("document {}", self.documents);
                json!({"document": {"format": format, "name": name, "source": source}})
            }
        })
    }
}

/// What stands after the last dot.
fn ending(url: &str) -> String {
    url.rsplit_once('.').map_or("", |(_, ending)| ending).to_owned()
}

/// The API's word for a media type, or for the ending of a file's name.
fn format(kind: MediaKind, mime: &str) -> Option<&'static str> {
    let word = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let word = word.rsplit('/').next().unwrap_or_default();
    let known: &[(&str, &'static str)] = match kind {
        MediaKind::Image => &[("png", "png"), ("jpeg", "jpeg"), ("jpg", "jpeg"), ("gif", "gif"), ("webp", "webp")],
        MediaKind::Audio => &[
            ("mp3", "mp3"),
            ("mpeg", "mp3"),
            ("wav", "wav"),
            ("x-wav", "wav"),
            ("wave", "wav"),
            ("ogg", "ogg"),
            ("opus", "opus"),
            ("flac", "flac"),
            ("aac", "aac"),
            ("mp4", "mp4"),
            ("m4a", "m4a"),
            ("webm", "webm"),
        ],
        MediaKind::File => &[
            ("pdf", "pdf"),
            ("csv", "csv"),
            ("html", "html"),
            ("plain", "txt"),
            ("txt", "txt"),
            ("markdown", "md"),
            ("md", "md"),
            ("msword", "doc"),
            ("doc", "doc"),
            ("docx", "docx"),
            ("vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
            ("vnd.ms-excel", "xls"),
            ("xls", "xls"),
            ("xlsx", "xlsx"),
            ("vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
        ],
    };
    known.iter().find(|(name, _)| *name == word).map(|(_, format)| *format)
}

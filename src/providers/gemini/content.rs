//! A recorded conversation as contents of parts.

use serde_json::{Map, Value, json};

use super::super::error::ProviderError;
use super::super::recorded::{Conversation, Media, MediaKind, Source, Speaker, TurnPart};

/// What stands in the place of the signature that models from Gemini 3 on want beside a call of the present turn, where the call
/// was made by another model or its signature was not recorded. Source: Google's guide to thought signatures.
const NO_SIGNATURE: &str = "skip_thought_signature_validator";

/// Puts the conversation into `contents` and `systemInstruction`; what is left out or changed is added to `dropped`.
pub(super) fn content(
    conversation: &Conversation,
    wants_signatures: Signatures,
    dropped: &mut Vec<String>,
) -> Result<Map<String, Value>, ProviderError> {
    let mut writer = Writer { signatures: wants_signatures, unsigned: false, dropped };
    let mut contents = Vec::with_capacity(conversation.turns.len());
    for turn in &conversation.turns {
        let parts = writer.turn(&turn.parts)?;
        if parts.is_empty() {
            writer.dropped.push("an empty message (not taken by this API)".to_owned());
            continue;
        }
        let role = if turn.speaker == Speaker::Model { "model" } else { "user" };
        contents.push(json!({"role": role, "parts": parts}));
    }
    if writer.unsigned {
        writer.dropped.push("the signatures of earlier thoughts (said to be missing)".to_owned());
    }
    if contents.is_empty() {
        return Err(ProviderError::NotSendable(
            "the recording has no message beside its instructions, and this API wants one".to_owned(),
        ));
    }
    let mut body = Map::new();
    let system: Vec<Value> = conversation.system.iter().map(|text| json!({"text": text})).collect();
    if !system.is_empty() {
        body.insert("systemInstruction".to_owned(), json!({"parts": system}));
    }
    body.insert("contents".to_owned(), Value::Array(contents));
    Ok(body)
}

/// Whether a model wants its thoughts' signatures back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signatures {
    /// It refuses calls without one.
    Wanted,
    /// It does not ask.
    Ignored,
}

struct Writer<'a> {
    signatures: Signatures,
    unsigned: bool,
    dropped: &'a mut Vec<String>,
}

impl Writer<'_> {
    fn turn(&mut self, parts: &[TurnPart]) -> Result<Vec<Value>, ProviderError> {
        let mut sent = Vec::with_capacity(parts.len());
        // Of several calls at once the first carries the signature.
        let mut first_call = true;
        for part in parts {
            sent.push(match part {
                TurnPart::Text(text) if text.is_empty() => continue,
                TurnPart::Text(text) => json!({"text": text}),
                TurnPart::Media(media) => part_of(media)?,
                TurnPart::Call { name, arguments, .. } => {
                    let mut call = self.call(name, arguments);
                    if std::mem::take(&mut first_call) && self.signatures == Signatures::Wanted {
                        call["thoughtSignature"] = json!(NO_SIGNATURE);
                        self.unsigned = true;
                    }
                    call
                }
                TurnPart::Result { name, result, .. } => {
                    let response = match result {
                        Value::Object(_) => result.clone(),
                        other => json!({"result": other}),
                    };
                    let name = name.as_deref().unwrap_or("unknown_tool");
                    json!({"functionResponse": {"name": name, "response": response}})
                }
            });
        }
        Ok(sent)
    }

    /// A call. Without its id: the API matches calls and results by name and order.
    fn call(&mut self, name: &str, arguments: &Value) -> Value {
        let args = match arguments {
            Value::Object(_) => arguments.clone(),
            other => {
                self.dropped.push(format!("the form of the arguments of a call of {name} (no JSON object)"));
                json!({"arguments": other})
            }
        };
        json!({"functionCall": {"name": name, "args": args}})
    }
}

/// A picture, sound or document: by its bytes or by its address.
fn part_of(media: &Media) -> Result<Value, ProviderError> {
    let url = match &media.source {
        Source::Base64 { mime, data } => return Ok(json!({"inlineData": {"mimeType": mime, "data": data}})),
        Source::Url(url) => url,
    };
    let recorded = ["/fileData/mimeType", "/file_data/mime_type", "/mime_type"]
        .iter()
        .find_map(|path| media.raw.pointer(path)?.as_str().map(str::to_owned));
    let mime = recorded.or_else(|| mime_of(media.kind, url)).ok_or_else(|| {
        ProviderError::NotSendable(
            "the recording holds an image or document by an address that does not tell its type, which Gemini wants to know"
                .to_owned(),
        )
    })?;
    Ok(json!({"fileData": {"mimeType": mime, "fileUri": url}}))
}

/// The media type that the end of an address tells.
fn mime_of(kind: MediaKind, url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let ending = path.rsplit('/').next()?.rsplit_once('.')?.1.to_ascii_lowercase();
    let known = match (kind, ending.as_str()) {
        (MediaKind::Image, "jpg" | "jpeg") => "image/jpeg",
        (MediaKind::Image, "png") => "image/png",
        (MediaKind::Image, "webp") => "image/webp",
        (MediaKind::Image, "gif") => "image/gif",
        (MediaKind::Image, "heic") => "image/heic",
        (MediaKind::Audio, "mp3") => "audio/mp3",
        (MediaKind::Audio, "wav") => "audio/wav",
        (MediaKind::Audio, "ogg") => "audio/ogg",
        (MediaKind::Audio, "flac") => "audio/flac",
        (MediaKind::File, "pdf") => "application/pdf",
        (MediaKind::File, "txt" | "md") => "text/plain",
        (MediaKind::File, "mp4") => "video/mp4",
        _ => return None,
    };
    Some(known.to_owned())
}

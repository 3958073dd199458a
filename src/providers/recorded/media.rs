//! Media in recorded messages, whichever API or convention they were recorded from.

use std::borrow::Cow;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Value, json};

use super::super::error::ProviderError;

/// What a medium is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// A picture.
    Image,
    /// Sound.
    Audio,
    /// A document, such as a PDF.
    File,
}

/// Where the bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// At an address.
    Url(String),
    /// Here, in base64.
    Base64 {
        /// The media type, such as `image/png`.
        mime: String,
        /// The bytes in base64.
        data: String,
    },
}

/// A picture, sound or document.
#[derive(Clone, Debug, PartialEq)]
pub struct Media {
    /// What it is.
    pub kind: MediaKind,
    /// Where its bytes are.
    pub source: Source,
    /// The part as recorded.
    pub raw: Value,
}

impl Media {
    /// Reads a part of OpenAI's APIs, of Anthropic's, Gemini's, Bedrock's, or of OpenTelemetry's conventions.
    pub fn read(raw: &Value) -> Result<Self, ProviderError> {
        let found = |kind, source| Self { kind, source, raw: raw.clone() };
        read_kind(raw).map(|(kind, source)| found(kind, source)).ok_or_else(|| {
            let kind = raw.get("type").and_then(Value::as_str).unwrap_or("");
            ProviderError::NotSendable(format!(
                "the recording holds a part of type `{}`, which cannot be sent to this kind of provider",
                kind.chars().take(40).collect::<String>()
            ))
        })
    }

    /// The address, or the bytes as a `data:` URL.
    pub fn url(&self) -> String {
        match &self.source {
            Source::Url(url) => url.clone(),
            Source::Base64 { mime, data } => format!("data:{mime};base64,{data}"),
        }
    }

    /// As a part of chat completions.
    pub fn as_chat_part(&self) -> Value {
        let own = matches!(self.raw.get("type").and_then(Value::as_str), Some("image_url" | "input_audio" | "file"));
        match (self.kind, &self.source) {
            _ if own => self.raw.clone(),
            (MediaKind::Image, _) => json!({"type": "image_url", "image_url": {"url": self.url()}}),
            (MediaKind::Audio, Source::Base64 { mime, data }) => {
                let format = if mime.contains("mp3") || mime.contains("mpeg") { "mp3" } else { "wav" };
                json!({"type": "input_audio", "input_audio": {"data": data, "format": format}})
            }
            _ => json!({"type": "file", "file": {"file_data": self.url(), "filename": "document"}}),
        }
    }
}

fn read_kind(raw: &Value) -> Option<(MediaKind, Source)> {
    let text = |path: &str| raw.pointer(path).and_then(Value::as_str);
    let inline = |mime: &str, data: &str| Source::Base64 { mime: mime.to_owned(), data: data.to_owned() };
    match text("/type").unwrap_or("") {
        "image_url" | "input_image" => {
            let url = text("/image_url/url").or_else(|| text("/image_url"))?;
            Some((MediaKind::Image, from_url(url)))
        }
        "input_audio" => {
            let mime = format!("audio/{}", text("/input_audio/format").unwrap_or("wav"));
            Some((MediaKind::Audio, inline(&mime, text("/input_audio/data")?)))
        }
        "file" | "input_file" => {
            let url = text("/file/file_data").or_else(|| text("/file_data")).or_else(|| text("/file_url"))?;
            Some((MediaKind::File, from_url(url)))
        }
        kind @ ("image" | "document") => {
            let media = if kind == "image" { MediaKind::Image } else { MediaKind::File };
            if let (Some(mime), Some(data)) = (text("/source/media_type"), text("/source/data")) {
                // Anthropic's plain text documents hold the text itself.
                let is_text = text("/source/type") == Some("text");
                let data = if is_text { Cow::Owned(BASE64_STANDARD.encode(data)) } else { Cow::Borrowed(data) };
                return Some((media, inline(mime, &data)));
            }
            let url = text("/source/url").or_else(|| text("/image/image/url")).or_else(|| text("/url"))?;
            Some((media, from_url(url)))
        }
        "blob" => Some((modality(text("/modality")?)?, inline(text("/mime_type")?, text("/content")?))),
        "uri" => Some((modality(text("/modality")?)?, from_url(text("/uri")?))),
        _ => without_type(raw),
    }
}

/// Gemini's `inlineData` and `fileData`, Bedrock's `image: {format, source: {bytes}}`, `audio` and `document`.
fn without_type(raw: &Value) -> Option<(MediaKind, Source)> {
    let text = |path: &str| raw.pointer(path).and_then(Value::as_str);
    let of_mime = |mime: &str| match mime.split('/').next() {
        Some("image") => MediaKind::Image,
        Some("audio") => MediaKind::Audio,
        _ => MediaKind::File,
    };
    for (field, mime_name) in [("inlineData", "mimeType"), ("inline_data", "mime_type")] {
        if let Some(data) = raw.get(field) {
            let mime = data.get(mime_name)?.as_str()?;
            let bytes = data.get("data")?.as_str()?;
            return Some((of_mime(mime), Source::Base64 { mime: mime.to_owned(), data: bytes.to_owned() }));
        }
    }
    if let Some(url) = text("/fileData/fileUri").or_else(|| text("/file_data/file_uri")) {
        let mime = text("/fileData/mimeType").or_else(|| text("/file_data/mime_type")).unwrap_or("");
        return Some((of_mime(mime), from_url(url)));
    }
    let bedrock =
        [("image", MediaKind::Image, "png"), ("audio", MediaKind::Audio, "wav"), ("document", MediaKind::File, "pdf")];
    bedrock.into_iter().find_map(|(field, kind, usual)| {
        let inner = |name: &str| raw.get(field).and_then(|part| part.pointer(name)).and_then(Value::as_str);
        if let Some(uri) = inner("/source/s3Location/uri") {
            return Some((kind, Source::Url(uri.to_owned())));
        }
        let format = inner("/format").unwrap_or(usual);
        let family = if kind == MediaKind::File { "application" } else { field };
        Some((kind, Source::Base64 { mime: format!("{family}/{format}"), data: inner("/source/bytes")?.to_owned() }))
    })
}

fn modality(said: &str) -> Option<MediaKind> {
    match said {
        "image" => Some(MediaKind::Image),
        "audio" => Some(MediaKind::Audio),
        "document" | "file" => Some(MediaKind::File),
        _ => None,
    }
}

/// A `data:` URL in its pieces, any other as it is.
fn from_url(url: &str) -> Source {
    let inline = url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
    match inline {
        Some((mime, data)) => Source::Base64 { mime: mime.to_owned(), data: data.to_owned() },
        None => Source::Url(url.to_owned()),
    }
}

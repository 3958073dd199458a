//! Gemini's generateContent, at Google AI Studio; Vertex AI speaks the same at other addresses.
//!
//! Formats: the request and response types of the package `google-genai`, 3.4.0.

mod body;
mod content;
mod provider;
mod refusal;
mod reply;
mod stream;
mod thinking;
mod wire;

pub(super) use body::body;
pub(super) use provider::{Gemini, ids, method};
pub(super) use wire::GenerateWire;

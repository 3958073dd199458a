//! Vertex AI: Gemini's generateContent and Anthropic's Messages at Google Cloud's addresses.
//!
//! Sources: the request classes of the packages `google-genai`, 3.4.0 (Gemini), and `anthropic`, 2.12.0 (`lib/vertex`). Models of
//! other makers on Vertex speak other interfaces and are not asked.

mod access;
mod provider;

pub(super) use provider::Vertex;

//! Replays as OpenTelemetry traces: spans after the GenAI semantic conventions, in both encodings of OTLP.
//!
//! Source: `opentelemetry-proto` v1.11 (messages, field numbers, JSON mapping) and the GenAI conventions of
//! <https://github.com/open-telemetry/semantic-conventions-genai>.

mod genai;
mod json;
mod protobuf;
mod replay;
mod span;

pub use genai::Content;
pub use json::resource_spans;
pub use protobuf::request;
pub use replay::{ReplayedCall, ReplayedCase, case_spans};
pub use span::{AttributeValue, Attributes, OtlpLink, OtlpSpan, OtlpStatus, SpanRole};

#[cfg(test)]
mod tests;

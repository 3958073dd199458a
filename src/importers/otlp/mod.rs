//! OpenTelemetry traces and logs in the encodings of OTLP.

mod any_value;
mod collect;
mod deep;
mod formats;
mod ids;
mod json;
mod messages;
mod protobuf;
mod text;
pub mod wire;

pub use collect::Collector;
pub use formats::{OtlpJson, OtlpProtobuf};

/// Why a span without usable ids is left out.
const UNUSABLE_ID: &str = "it has no trace id or no span id";

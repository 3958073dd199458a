//! What every OpenTelemetry encoding decodes to, before a dialect gives it meaning.

use std::sync::Arc;

use serde_json::Value;

use crate::domain::ids::{SpanId, TraceId};
use crate::domain::span::SpanStatus;

/// Attributes in the order recorded; a name may come twice.
pub type Attributes = Vec<(String, Value)>;

/// What all spans of one resource and scope share.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Origin {
    /// Attributes of the resource.
    pub resource: Attributes,
    /// Name of the instrumentation scope.
    pub scope_name: Option<String>,
    /// Version of the instrumentation scope.
    pub scope_version: Option<String>,
}

/// An event on a span.
#[derive(Clone, Debug, PartialEq)]
pub struct RawEvent {
    /// Its name.
    pub name: String,
    /// When, in nanoseconds since 1970.
    pub time_ns: u64,
    /// Its attributes.
    pub attributes: Attributes,
}

/// A link to another span.
#[derive(Clone, Debug, PartialEq)]
pub struct RawLink {
    /// The other span's trace.
    pub trace_id: TraceId,
    /// The other span.
    pub span_id: SpanId,
    /// The link's attributes.
    pub attributes: Attributes,
}

/// A span as recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct RawSpan {
    /// The trace.
    pub trace_id: TraceId,
    /// The span.
    pub span_id: SpanId,
    /// The parent, where there is one.
    pub parent_id: Option<SpanId>,
    /// The name.
    pub name: String,
    /// Start in nanoseconds since 1970; 0 where absent.
    pub start_ns: u64,
    /// End in nanoseconds since 1970; 0 where absent.
    pub end_ns: u64,
    /// How it ended.
    pub status: SpanStatus,
    /// What was said about a failure; empty where nothing.
    pub status_message: String,
    /// Its attributes.
    pub attributes: Attributes,
    /// Its events.
    pub events: Vec<RawEvent>,
    /// Its links.
    pub links: Vec<RawLink>,
    /// Resource and scope.
    pub origin: Arc<Origin>,
}

/// A log record that belongs to a span.
#[derive(Clone, Debug, PartialEq)]
pub struct RawLog {
    /// The trace.
    pub trace_id: TraceId,
    /// The span.
    pub span_id: SpanId,
    /// When, in nanoseconds since 1970: its own time, else the one it was observed at.
    pub time_ns: u64,
    /// The event's name, from the field or the attribute `event.name`.
    pub event_name: String,
    /// The body.
    pub body: Value,
    /// Its attributes.
    pub attributes: Attributes,
}

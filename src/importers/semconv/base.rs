//! What every dialect shares: ids, times, status, resource, and the split between content and attributes.

use serde_json::{Map, Value};

use super::attributes::Attrs;
use super::{genai, openinference, other, tenancy, traceloop};
use crate::domain::ids::SourceId;
use crate::domain::patch::SpanPatch;
use crate::domain::span::{Span, SpanKind, SpanStatus, ToolExecution};
use crate::domain::time::Timestamp;
use crate::importers::raw::{Attributes, RawEvent, RawLink, RawSpan};

/// Texts longer than this are cut, and the attribute is named in `hindcast.cut`; the file itself is kept whole.
const LONGEST_TEXT: usize = 64 * 1024 * 1024;

/// One way of writing LLM calls into spans.
pub trait Dialect: Sync {
    /// Whether the span is written this way.
    fn recognises(&self, raw: &RawSpan) -> bool;

    /// Whether the whole content of an attribute goes into another field of the span, so that it is not kept twice.
    fn is_content(&self, key: &str) -> bool;

    /// Fills in the span. `content` holds the attributes that `is_content` named; `events` those not yet used: what
    /// is left of both stays on the span.
    fn fill(&self, span: &mut Span, parts: &mut Parts, patches: &mut Vec<SpanPatch>);
}

/// What a dialect works on besides the attributes that stay.
pub struct Parts {
    /// Attributes whose content goes elsewhere.
    pub content: Attributes,
    /// Events on the span.
    pub events: Vec<RawEvent>,
    /// Links of the span.
    pub links: Vec<RawLink>,
}

impl Parts {
    /// Takes a content attribute.
    pub fn take(&mut self, key: &str) -> Option<Value> {
        let at = self.content.iter().position(|(name, _)| name == key)?;
        Some(self.content.swap_remove(at).1)
    }
}

static DIALECTS: &[&dyn Dialect] =
    &[&other::Langfuse, &openinference::OpenInference, &other::AiSdk, &traceloop::Traceloop, &genai::GenAi];

/// Gives a span its meaning. The error says why it cannot be used.
pub fn normalise(raw: RawSpan, source: &SourceId, patches: &mut Vec<SpanPatch>) -> Result<Span, String> {
    let start = timestamp(raw.start_ns).ok_or_else(|| outside("start", raw.start_ns))?;
    let end = timestamp(raw.end_ns).ok_or_else(|| outside("end", raw.end_ns))?;
    let dialect = DIALECTS.iter().find(|dialect| dialect.recognises(&raw)).copied();
    let mut span = Span::new(raw.trace_id, raw.span_id, start, source.clone());
    span.ended_at = Some(end).filter(|end| end.nanos() > 0);
    span.parent_id = raw.parent_id.filter(|parent| *parent != span.span_id);
    span.name = raw.name;
    span.status = raw.status;
    span.status_message = Some(raw.status_message).filter(|message| !message.is_empty());

    let mut parts = Parts { content: Vec::new(), events: raw.events, links: raw.links };
    let mut cut = Vec::new();
    for (key, mut value) in raw.attributes {
        shorten(&key, &mut value, &mut cut);
        if dialect.is_some_and(|dialect| dialect.is_content(&key)) {
            parts.content.push((key, value));
        } else {
            span.attributes.insert(key, value);
        }
    }
    if !cut.is_empty() {
        span.attributes.insert("hindcast.cut".to_owned(), Value::from(cut));
    }
    failure(&mut span, &parts.events);
    match dialect {
        Some(dialect) => dialect.fill(&mut span, &mut parts, patches),
        None => other::plain(&mut span),
    }
    tool_outcome(&mut span);
    for (key, value) in parts.content {
        span.attributes.entry(key).or_insert(value);
    }
    keep_rest(&mut span.attributes, parts.events, parts.links);
    for (key, value) in &raw.origin.resource {
        span.attributes.insert(format!("resource.{key}"), value.clone());
    }
    for (key, value) in [("scope.name", &raw.origin.scope_name), ("scope.version", &raw.origin.scope_version)] {
        if let Some(value) = value {
            span.attributes.insert(key.to_owned(), Value::from(value.as_str()));
        }
    }
    tenancy::fill(&mut span);
    Ok(span)
}

/// A recorded time; `None` beyond the years this program knows.
fn timestamp(nanos: u64) -> Option<Timestamp> {
    let time = Timestamp::from_nanos(i64::try_from(nanos).ok()?);
    (time <= Timestamp::RANGE.1).then_some(time)
}

fn outside(which: &str, nanos: u64) -> String {
    format!("its {which} time, {nanos} ns since 1970, is not between the years 1970 and 2200")
}

fn shorten(key: &str, value: &mut Value, cut: &mut Vec<String>) {
    if let Value::String(text) = value
        && text.len() > LONGEST_TEXT
    {
        text.truncate(text.floor_char_boundary(LONGEST_TEXT));
        cut.push(key.to_owned());
    }
}

fn failure(span: &mut Span, events: &[RawEvent]) {
    let exception = events.iter().find(|event| event.name == "exception");
    let said = |key: &str| {
        let attributes = &exception?.attributes;
        let value = &attributes.iter().find(|(name, _)| name == key)?.1;
        value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
    };
    span.error_type = Attrs(&span.attributes).text("error.type").map(str::to_owned).or_else(|| said("exception.type"));
    if span.status == SpanStatus::Error && span.status_message.is_none() {
        span.status_message = said("exception.message");
    }
}

/// A tool span's own execution knows how the span ended.
fn tool_outcome(span: &mut Span) {
    let duration = span.duration_ns().filter(|&duration| duration >= 0);
    let error = (span.status == SpanStatus::Error)
        .then(|| span.status_message.clone().or_else(|| span.error_type.clone()).unwrap_or_else(|| "error".to_owned()));
    if span.kind == SpanKind::Tool
        && let [call] = span.tool_calls.as_mut_slice()
    {
        call.duration_ns = call.duration_ns.or(duration);
        call.error = call.error.take().or(error);
    }
}

/// A tool span's execution.
pub fn execution(name: String, arguments: Value, result: Option<String>) -> ToolExecution {
    ToolExecution { name, arguments, result, error: None, duration_ns: None }
}

fn keep_rest(attributes: &mut Map<String, Value>, events: Vec<RawEvent>, links: Vec<RawLink>) {
    let mut keep = |name: &str, list: Vec<Value>| {
        if !list.is_empty() {
            let free = if attributes.contains_key(name) { format!("span.{name}") } else { name.to_owned() };
            attributes.insert(free, Value::Array(list));
        }
    };
    let object = |pairs: Attributes| pairs.into_iter().collect::<Map<String, Value>>();
    let event = |event: RawEvent| serde_json::json!({"name": event.name, "time_unix_nano": event.time_ns, "attributes": object(event.attributes)});
    let link = |link: RawLink| {
        serde_json::json!({
            "trace_id": link.trace_id.as_str(),
            "span_id": link.span_id.as_str(),
            "attributes": object(link.attributes),
        })
    };
    keep("events", events.into_iter().map(event).collect());
    keep("links", links.into_iter().map(link).collect());
}

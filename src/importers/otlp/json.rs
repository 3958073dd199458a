//! OTLP/JSON request bodies: traces and logs, as specified and as found
//! (<https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>).

use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::any_value::KeyValue;
use super::deep;
use super::ids;
use super::text::{Code, Integer, Text};
use super::{Collector, UNUSABLE_ID};
use crate::domain::span::SpanStatus;
use crate::importers::raw::{Attributes, Origin, RawEvent, RawLink, RawLog, RawSpan};

#[derive(Deserialize)]
#[serde(bound(deserialize = "S: Deserialize<'de>, L: Deserialize<'de>"))]
struct Body<'a, S, L> {
    #[serde(rename = "resourceSpans", alias = "resource_spans", default, borrow)]
    spans: Option<Vec<ResourceOf<'a, S>>>,
    #[serde(rename = "resourceLogs", alias = "resource_logs", default, borrow)]
    logs: Option<Vec<ResourceOf<'a, L>>>,
    #[serde(rename = "resourceMetrics", alias = "resource_metrics", default)]
    metrics: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
struct ResourceOf<'a, T> {
    #[serde(default, borrow)]
    resource: Option<Attributed<'a>>,
    #[serde(
        rename = "scopeSpans",
        alias = "scope_spans",
        alias = "scopeLogs",
        alias = "scope_logs",
        alias = "instrumentationLibrarySpans",
        default,
        borrow
    )]
    scopes: Option<Vec<ScopeOf<'a, T>>>,
}

#[derive(Deserialize)]
struct Attributed<'a> {
    #[serde(default, borrow)]
    attributes: Option<Vec<KeyValue<'a>>>,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
struct ScopeOf<'a, T> {
    #[serde(default, alias = "instrumentationLibrary", borrow)]
    scope: Option<Scope<'a>>,
    #[serde(rename = "spans", alias = "logRecords", alias = "log_records", default = "Option::default")]
    items: Option<Vec<T>>,
}

#[derive(Deserialize)]
struct Scope<'a> {
    #[serde(default, borrow)]
    name: Option<Text<'a>>,
    #[serde(default, borrow)]
    version: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Span<'a> {
    #[serde(rename = "traceId", alias = "trace_id", default, borrow)]
    trace_id: Option<Text<'a>>,
    #[serde(rename = "spanId", alias = "span_id", default, borrow)]
    id: Option<Text<'a>>,
    #[serde(rename = "parentSpanId", alias = "parent_span_id", default, borrow)]
    parent_id: Option<Text<'a>>,
    #[serde(default, borrow)]
    name: Option<Text<'a>>,
    #[serde(rename = "startTimeUnixNano", alias = "start_time_unix_nano", default)]
    start: Option<Integer>,
    #[serde(rename = "endTimeUnixNano", alias = "end_time_unix_nano", default)]
    end: Option<Integer>,
    #[serde(default, borrow)]
    attributes: Option<Vec<KeyValue<'a>>>,
    #[serde(default, borrow)]
    events: Option<Vec<Event<'a>>>,
    #[serde(default, borrow)]
    links: Option<Vec<Link<'a>>>,
    #[serde(default, borrow)]
    status: Option<Status<'a>>,
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(default, borrow)]
    name: Option<Text<'a>>,
    #[serde(rename = "timeUnixNano", alias = "time_unix_nano", default)]
    time: Option<Integer>,
    #[serde(default, borrow)]
    attributes: Option<Vec<KeyValue<'a>>>,
}

#[derive(Deserialize)]
struct Link<'a> {
    #[serde(rename = "traceId", alias = "trace_id", default, borrow)]
    trace_id: Option<Text<'a>>,
    #[serde(rename = "spanId", alias = "span_id", default, borrow)]
    span_id: Option<Text<'a>>,
    #[serde(default, borrow)]
    attributes: Option<Vec<KeyValue<'a>>>,
}

#[derive(Deserialize)]
struct Status<'a> {
    #[serde(default)]
    code: Code,
    #[serde(default, borrow)]
    message: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Log<'a> {
    #[serde(rename = "traceId", alias = "trace_id", default, borrow)]
    trace_id: Option<Text<'a>>,
    #[serde(rename = "spanId", alias = "span_id", default, borrow)]
    span_id: Option<Text<'a>>,
    #[serde(rename = "timeUnixNano", alias = "time_unix_nano", default)]
    time: Option<Integer>,
    #[serde(rename = "observedTimeUnixNano", alias = "observed_time_unix_nano", default)]
    observed: Option<Integer>,
    #[serde(rename = "eventName", alias = "event_name", default, borrow)]
    event_name: Option<Text<'a>>,
    #[serde(default)]
    body: Option<super::any_value::AnyValue>,
    #[serde(default, borrow)]
    attributes: Option<Vec<KeyValue<'a>>>,
}

/// Reads one JSON value: a request body, or a list of them. What cannot be used is skipped with `line`.
pub fn read_record(record: &[u8], line: u64, out: &mut Collector<'_>) {
    let trimmed = record.trim_ascii();
    if trimmed.is_empty() {
        return;
    }
    let result = if trimmed.first() == Some(&b'[') {
        serde_json::from_slice::<Vec<Body<'_, Span<'_>, Log<'_>>>>(trimmed)
    } else {
        serde_json::from_slice::<Body<'_, Span<'_>, Log<'_>>>(trimmed).map(|body| vec![body])
    };
    match result {
        Ok(bodies) => bodies.into_iter().for_each(|body| take_body(body, line, out)),
        Err(error) if error.to_string().starts_with("recursion limit") => match deep::flatten(trimmed) {
            Some(flat) => read_record(&flat, line, out),
            None => out.skip(line, "it is nested too deep to be read"),
        },
        Err(error) if error.is_data() => read_piecewise(trimmed, line, out, &error),
        Err(error) => out.skip(line, &explain(trimmed, &error)),
    }
}

fn explain(record: &[u8], error: &serde_json::Error) -> String {
    if error.is_eof() {
        format!("the JSON is cut off after {} bytes", record.len())
    } else if error.is_data() {
        format!("not an OTLP body: {error}")
    } else {
        format!("invalid JSON: {error}")
    }
}

/// Second attempt at a record in which something has the wrong type: span by span, so that only that one is lost.
fn read_piecewise(record: &[u8], line: u64, out: &mut Collector<'_>, error: &serde_json::Error) {
    let Ok(body) = serde_json::from_slice::<Body<'_, &RawValue, &RawValue>>(record) else {
        out.skip(line, &explain(record, error));
        return;
    };
    for resource in body.spans.into_iter().flatten() {
        each_piece(resource, line, out, |piece, origin, out| {
            serde_json::from_str::<Span<'_>>(piece).map(|span| take_span(span, origin, line, out))
        });
    }
    for resource in body.logs.into_iter().flatten() {
        each_piece(resource, line, out, |piece, _, out| {
            serde_json::from_str::<Log<'_>>(piece).map(|log| take_log(log, out))
        });
    }
}

fn each_piece<'a>(
    resource: ResourceOf<'a, &'a RawValue>,
    line: u64,
    out: &mut Collector<'_>,
    mut take: impl FnMut(&'a str, &Arc<Origin>, &mut Collector<'_>) -> serde_json::Result<()>,
) {
    let attributes = resource.resource.map(|resource| pairs(resource.attributes)).unwrap_or_default();
    for scope in resource.scopes.into_iter().flatten() {
        let origin = origin(attributes.clone(), scope.scope);
        for piece in scope.items.into_iter().flatten() {
            if let Err(error) = take(piece.get(), &origin, out) {
                out.skip(line, &format!("a span or log record has a field of the wrong type: {error}"));
            }
        }
    }
}

fn take_body(body: Body<'_, Span<'_>, Log<'_>>, line: u64, out: &mut Collector<'_>) {
    if body.spans.is_none() && body.logs.is_none() && body.metrics.is_none() {
        out.skip(line, "no resourceSpans or resourceLogs in this record");
        return;
    }
    for resource in body.spans.into_iter().flatten() {
        let attributes = resource.resource.map(|resource| pairs(resource.attributes)).unwrap_or_default();
        for scope in resource.scopes.into_iter().flatten() {
            let origin = origin(attributes.clone(), scope.scope);
            for span in scope.items.into_iter().flatten() {
                take_span(span, &origin, line, out);
            }
        }
    }
    for resource in body.logs.into_iter().flatten() {
        for scope in resource.scopes.into_iter().flatten() {
            for log in scope.items.into_iter().flatten() {
                take_log(log, out);
            }
        }
    }
}

fn take_span(span: Span<'_>, origin: &Arc<Origin>, line: u64, out: &mut Collector<'_>) {
    let name = span.name.map(Text::into_string).unwrap_or_default();
    let (Some(trace_id), Some(span_id)) = (id(span.trace_id.as_ref(), 16), id(span.id.as_ref(), 8)) else {
        out.skip_span(line, &name, UNUSABLE_ID);
        return;
    };
    let (code, message) = span.status.map_or((Code::Absent, None), |status| (status.code, status.message));
    let raw = RawSpan {
        trace_id: trace_id.into(),
        span_id: span_id.into(),
        parent_id: id(span.parent_id.as_ref(), 8).map(Into::into),
        name,
        start_ns: nanos(span.start),
        end_ns: nanos(span.end),
        status: status(&code),
        status_message: message.map(Text::into_string).unwrap_or_default(),
        attributes: pairs(span.attributes),
        events: span.events.into_iter().flatten().map(event).collect(),
        links: span.links.into_iter().flatten().filter_map(link).collect(),
        origin: Arc::clone(origin),
    };
    out.span(raw, line);
}

fn take_log(log: Log<'_>, out: &mut Collector<'_>) {
    let (Some(trace_id), Some(span_id)) = (id(log.trace_id.as_ref(), 16), id(log.span_id.as_ref(), 8)) else {
        return;
    };
    let attributes = pairs(log.attributes);
    let time = Some(nanos(log.time)).filter(|&time| time > 0).unwrap_or_else(|| nanos(log.observed));
    out.log(RawLog {
        trace_id: trace_id.into(),
        span_id: span_id.into(),
        time_ns: time,
        event_name: log.event_name.map(Text::into_string).unwrap_or_default(),
        body: log.body.map_or(serde_json::Value::Null, |body| body.0),
        attributes,
    });
}

fn event(event: Event<'_>) -> RawEvent {
    RawEvent {
        name: event.name.map(Text::into_string).unwrap_or_default(),
        time_ns: nanos(event.time),
        attributes: pairs(event.attributes),
    }
}

fn link(link: Link<'_>) -> Option<RawLink> {
    Some(RawLink {
        trace_id: id(link.trace_id.as_ref(), 16)?.into(),
        span_id: id(link.span_id.as_ref(), 8)?.into(),
        attributes: pairs(link.attributes),
    })
}

fn origin(resource: Attributes, scope: Option<Scope<'_>>) -> Arc<Origin> {
    let (name, version) = scope.map_or((None, None), |scope| (scope.name, scope.version));
    let text = |text: Option<Text<'_>>| text.map(Text::into_string).filter(|text| !text.is_empty());
    Arc::new(Origin { resource, scope_name: text(name), scope_version: text(version) })
}

fn pairs(attributes: Option<Vec<KeyValue<'_>>>) -> Attributes {
    attributes.unwrap_or_default().into_iter().map(KeyValue::into_pair).collect()
}

fn id(text: Option<&Text<'_>>, bytes: usize) -> Option<String> {
    text.and_then(|text| ids::from_text(text.as_str(), bytes))
}

fn nanos(time: Option<Integer>) -> u64 {
    time.and_then(|time| u64::try_from(time.0).ok()).unwrap_or(0)
}

fn status(code: &Code) -> SpanStatus {
    match code {
        Code::Number(1) => SpanStatus::Ok,
        Code::Number(2) => SpanStatus::Error,
        Code::Name(name) if name.eq_ignore_ascii_case("STATUS_CODE_OK") || name.eq_ignore_ascii_case("OK") => {
            SpanStatus::Ok
        }
        Code::Name(name) if name.eq_ignore_ascii_case("STATUS_CODE_ERROR") || name.eq_ignore_ascii_case("ERROR") => {
            SpanStatus::Error
        }
        _ => SpanStatus::Unset,
    }
}

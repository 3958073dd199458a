//! OTLP protobuf messages, decoded in place. Field numbers: opentelemetry-proto v1, `trace.proto` and `logs.proto`.

use std::sync::Arc;

use serde_json::Value;

use super::any_value;
use super::ids;
use super::wire::{Damaged, Fields, Wire};
use super::{Collector, UNUSABLE_ID};
use crate::domain::span::SpanStatus;
use crate::importers::raw::{Attributes, Origin, RawEvent, RawLink, RawLog, RawSpan};

/// Reads one `ResourceSpans` or `ResourceLogs` message, which stands at byte `offset` of the file.
pub fn read_resource(message: &[u8], offset: u64, out: &mut Collector<'_>) {
    let fields: Vec<(u64, Wire<'_>)> = match Fields::of(message).collect() {
        Ok(fields) => fields,
        Err(damaged) => {
            out.skip_bytes(&damaged_at(offset, damaged));
            return;
        }
    };
    let mut resource = Attributes::new();
    for (_, body) in fields.iter().filter(|(number, _)| *number == 1) {
        resource.extend(attributes_of(body.bytes(), 1));
    }
    for (_, scope) in fields.iter().filter(|(number, _)| *number == 2) {
        read_scope(scope.bytes(), &resource, offset, out);
    }
}

fn damaged_at(offset: u64, damaged: Damaged) -> String {
    format!("the protobuf message is damaged near byte {}", offset.saturating_add(damaged.offset as u64))
}

fn read_scope(message: &[u8], resource: &Attributes, offset: u64, out: &mut Collector<'_>) {
    let mut origin = Origin { resource: resource.clone(), ..Origin::default() };
    for field in Fields::of(message).flatten() {
        if let (1, scope) = field {
            for part in Fields::of(scope.bytes()).flatten() {
                match part {
                    (1, name) => origin.scope_name = Some(name.text()).filter(|name| !name.is_empty()),
                    (2, version) => origin.scope_version = Some(version.text()).filter(|version| !version.is_empty()),
                    _ => {}
                }
            }
        }
    }
    let origin = Arc::new(origin);
    for field in Fields::of(message) {
        match field {
            Ok((2, item)) => read_item(item.bytes(), &origin, offset, out),
            Ok(_) => {}
            Err(damaged) => out.skip_bytes(&damaged_at(offset, damaged)),
        }
    }
}

/// Spans and log records stand in fields of the same number; their own first fields tell them apart.
fn read_item(message: &[u8], origin: &Arc<Origin>, offset: u64, out: &mut Collector<'_>) {
    let fields: Vec<(u64, Wire<'_>)> = match Fields::of(message).collect() {
        Ok(fields) => fields,
        Err(damaged) => {
            out.skip_bytes(&damaged_at(offset, damaged));
            return;
        }
    };
    let is_log = fields.iter().any(|(number, value)| match (number, value) {
        (1 | 11, Wire::Fixed64(_)) | (2, Wire::Varint(_)) => true,
        (9, Wire::Bytes(bytes)) => bytes.len() == 16 && !fields.iter().any(|(number, _)| *number == 1),
        _ => false,
    });
    if is_log {
        read_log(&fields, out);
    } else {
        read_span(&fields, origin, out);
    }
}

fn read_span(fields: &[(u64, Wire<'_>)], origin: &Arc<Origin>, out: &mut Collector<'_>) {
    let mut raw = RawSpan {
        trace_id: "".into(),
        span_id: "".into(),
        parent_id: None,
        name: String::new(),
        start_ns: 0,
        end_ns: 0,
        status: SpanStatus::Unset,
        status_message: String::new(),
        attributes: Attributes::new(),
        events: Vec::new(),
        links: Vec::new(),
        origin: Arc::clone(origin),
    };
    let (mut trace_id, mut span_id) = (None, None);
    for &(number, value) in fields {
        match number {
            1 => trace_id = ids::from_bytes(value.bytes()),
            2 => span_id = ids::from_bytes(value.bytes()),
            4 => raw.parent_id = ids::from_bytes(value.bytes()).map(Into::into),
            5 => raw.name = value.text(),
            7 => raw.start_ns = value.number(),
            8 => raw.end_ns = value.number(),
            9 => raw.attributes.extend(any_value::key_value(value.bytes(), 0)),
            11 => raw.events.push(event(value.bytes())),
            13 => raw.links.extend(link(value.bytes())),
            15 => (raw.status, raw.status_message) = status(value.bytes()),
            _ => {}
        }
    }
    match (trace_id, span_id) {
        (Some(trace_id), Some(span_id)) => {
            raw.trace_id = trace_id.into();
            raw.span_id = span_id.into();
            out.span(raw, 0);
        }
        _ => out.skip_span(0, &raw.name, UNUSABLE_ID),
    }
}

fn read_log(fields: &[(u64, Wire<'_>)], out: &mut Collector<'_>) {
    let (mut time, mut observed, mut event_name, mut body) = (0, 0, String::new(), Value::Null);
    let (mut trace_id, mut span_id, mut attributes) = (None, None, Attributes::new());
    for &(number, value) in fields {
        match number {
            1 => time = value.number(),
            5 => body = any_value::from_protobuf(value.bytes(), 0),
            6 => attributes.extend(any_value::key_value(value.bytes(), 0)),
            9 => trace_id = ids::from_bytes(value.bytes()),
            10 => span_id = ids::from_bytes(value.bytes()),
            11 => observed = value.number(),
            12 => event_name = value.text(),
            _ => {}
        }
    }
    if let (Some(trace_id), Some(span_id)) = (trace_id, span_id) {
        out.log(RawLog {
            trace_id: trace_id.into(),
            span_id: span_id.into(),
            time_ns: if time > 0 { time } else { observed },
            event_name,
            body,
            attributes,
        });
    }
}

fn attributes_of(message: &[u8], field: u64) -> Attributes {
    Fields::of(message)
        .flatten()
        .filter(|(number, _)| *number == field)
        .filter_map(|(_, value)| any_value::key_value(value.bytes(), 0))
        .collect()
}

fn event(message: &[u8]) -> RawEvent {
    let mut event = RawEvent { name: String::new(), time_ns: 0, attributes: attributes_of(message, 3) };
    for (number, value) in Fields::of(message).flatten() {
        match number {
            1 => event.time_ns = value.number(),
            2 => event.name = value.text(),
            _ => {}
        }
    }
    event
}

fn link(message: &[u8]) -> Option<RawLink> {
    let (mut trace_id, mut span_id) = (None, None);
    for (number, value) in Fields::of(message).flatten() {
        match number {
            1 => trace_id = ids::from_bytes(value.bytes()),
            2 => span_id = ids::from_bytes(value.bytes()),
            _ => {}
        }
    }
    Some(RawLink { trace_id: trace_id?.into(), span_id: span_id?.into(), attributes: attributes_of(message, 4) })
}

fn status(message: &[u8]) -> (SpanStatus, String) {
    let (mut status, mut text) = (SpanStatus::Unset, String::new());
    for (number, value) in Fields::of(message).flatten() {
        match (number, value.number()) {
            (2, _) => text = value.text(),
            (3, 1) => status = SpanStatus::Ok,
            (3, 2) => status = SpanStatus::Error,
            _ => {}
        }
    }
    (status, text)
}

//! OTLP/JSON: names in lower camel case, ids in hex, 64-bit numbers as text, enums as numbers.

use serde_json::{Value, json};

use super::span::{AttributeValue, Attributes, OtlpLink, OtlpSpan};

/// One `ResourceSpans` of these spans: an `ExportTraceServiceRequest` is `{"resourceSpans": [it]}`.
pub fn resource_spans(spans: &[OtlpSpan], resource: &Attributes, version: &str) -> Value {
    json!({
        "resource": {"attributes": attributes(resource)},
        "scopeSpans": [{
            "scope": {"name": "hindcast", "version": version},
            "spans": spans.iter().map(span).collect::<Vec<_>>(),
        }],
    })
}

fn span(span: &OtlpSpan) -> Value {
    let mut object = json!({
        "traceId": hex(&span.trace_id),
        "spanId": hex(&span.span_id),
        "name": span.name,
        "kind": span.role.code(),
        "startTimeUnixNano": span.start_ns.to_string(),
        "endTimeUnixNano": span.end_ns.to_string(),
        "attributes": attributes(&span.attributes),
        "status": {"code": span.status.code()},
    });
    if let Some(parent) = &span.parent_id {
        object["parentSpanId"] = Value::String(hex(parent));
    }
    if !span.links.is_empty() {
        object["links"] = span.links.iter().map(link).collect();
    }
    if !span.status.message().is_empty() {
        object["status"]["message"] = json!(span.status.message());
    }
    object
}

fn link(link: &OtlpLink) -> Value {
    json!({"traceId": hex(&link.trace_id), "spanId": hex(&link.span_id), "attributes": attributes(&link.attributes)})
}

fn attributes(attributes: &Attributes) -> Value {
    attributes.0.iter().map(|(key, value)| json!({"key": key, "value": any(value)})).collect()
}

fn any(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::Text(text) => json!({"stringValue": text}),
        AttributeValue::Integer(number) => json!({"intValue": number.to_string()}),
        AttributeValue::Double(number) => json!({"doubleValue": number}),
        AttributeValue::Flag(value) => json!({"boolValue": value}),
        AttributeValue::Texts(texts) => {
            let values: Vec<Value> = texts.iter().map(|text| json!({"stringValue": text})).collect();
            json!({"arrayValue": {"values": values}})
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

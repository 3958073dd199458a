//! OTLP as protobuf, written field by field: <https://protobuf.dev/programming-guides/encoding/>.

use super::span::{AttributeValue, Attributes, OtlpLink, OtlpSpan};

/// An `ExportTraceServiceRequest` of these spans. Several of them one after another are one request of all their spans.
pub fn request(spans: &[OtlpSpan], resource: &Attributes, version: &str) -> Vec<u8> {
    let mut scope = Message::default();
    scope.text(1, "hindcast");
    scope.text(2, version);
    let mut scope_spans = Message::default();
    scope_spans.message(1, &scope);
    for span in spans {
        scope_spans.message(2, &message_of(span));
    }
    let mut resource_message = Message::default();
    attributes(&mut resource_message, 1, resource);
    let mut resource_spans = Message::default();
    resource_spans.message(1, &resource_message);
    resource_spans.message(2, &scope_spans);
    let mut request = Message::default();
    request.message(1, &resource_spans);
    request.bytes
}

fn message_of(span: &OtlpSpan) -> Message {
    let mut message = Message::default();
    message.raw(1, &span.trace_id);
    message.raw(2, &span.span_id);
    if let Some(parent) = &span.parent_id {
        message.raw(4, parent);
    }
    message.text(5, &span.name);
    message.number(6, span.role.code());
    message.fixed64(7, span.start_ns);
    message.fixed64(8, span.end_ns);
    attributes(&mut message, 9, &span.attributes);
    for link in &span.links {
        message.message(13, &link_message(link));
    }
    let mut status = Message::default();
    status.text(2, span.status.message());
    status.number(3, span.status.code());
    message.message(15, &status);
    message
}

fn link_message(link: &OtlpLink) -> Message {
    let mut message = Message::default();
    message.raw(1, &link.trace_id);
    message.raw(2, &link.span_id);
    attributes(&mut message, 4, &link.attributes);
    message
}

fn attributes(into: &mut Message, field: u64, attributes: &Attributes) {
    for (key, value) in &attributes.0 {
        let mut pair = Message::default();
        pair.text(1, key);
        pair.message(2, &any(value));
        into.message(field, &pair);
    }
}

fn any(value: &AttributeValue) -> Message {
    let mut message = Message::default();
    match value {
        // A member of a choice is written even where it is empty: absent, nothing is chosen.
        AttributeValue::Text(text) => message.raw(1, text.as_bytes()),
        AttributeValue::Flag(value) => message.varint_field(2, u64::from(*value)),
        AttributeValue::Integer(number) => message.varint_field(3, number.cast_unsigned()),
        AttributeValue::Double(number) => message.fixed64(4, number.to_bits()),
        AttributeValue::Texts(texts) => {
            let mut list = Message::default();
            for text in texts {
                let mut one = Message::default();
                one.raw(1, text.as_bytes());
                list.message(1, &one);
            }
            message.message(5, &list);
        }
    }
    message
}

/// A message while it is written.
#[derive(Default)]
struct Message {
    bytes: Vec<u8>,
}

impl Message {
    fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    fn varint_field(&mut self, field: u64, number: u64) {
        self.varint(field << 3);
        self.varint(number);
    }

    /// A number; zero is what an absent field means.
    fn number(&mut self, field: u64, number: u64) {
        if number != 0 {
            self.varint_field(field, number);
        }
    }

    fn fixed64(&mut self, field: u64, number: u64) {
        self.varint(field << 3 | 1);
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }

    fn raw(&mut self, field: u64, bytes: &[u8]) {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
    }

    /// A text; an empty one is what an absent field means.
    fn text(&mut self, field: u64, text: &str) {
        if !text.is_empty() {
            self.raw(field, text.as_bytes());
        }
    }

    fn message(&mut self, field: u64, message: &Self) {
        self.raw(field, &message.bytes);
    }
}

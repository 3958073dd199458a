//! Properties that hold for any input.

use hindcast::domain::ids::SourceId;
use hindcast::importers::{IMPORTERS, Input};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::reading::{Read, fixtures};

/// A value of both encodings: as OTLP/JSON and as protobuf bytes.
#[derive(Clone, Debug)]
enum Any {
    Text(String),
    Bool(bool),
    Int(i64),
    Double(f64),
    Array(Vec<Any>),
    Object(Vec<(String, Any)>),
}

fn any_value() -> impl Strategy<Value = Any> {
    let leaf = prop_oneof![
        ".{0,12}".prop_map(Any::Text),
        prop::bool::ANY.prop_map(Any::Bool),
        (-1_000_000_i64..9_007_199_254_740_993).prop_map(Any::Int),
        (-1e9_f64..1e9).prop_map(Any::Double),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Any::Array),
            prop::collection::vec(("[a-z]{1,4}", inner), 0..4).prop_map(Any::Object),
        ]
    })
}

impl Any {
    fn json(&self) -> Value {
        match self {
            Self::Text(text) => json!({"stringValue": text}),
            Self::Bool(value) => json!({"boolValue": value}),
            Self::Int(value) => json!({"intValue": value.to_string()}),
            Self::Double(value) => json!({"doubleValue": value}),
            Self::Array(items) => json!({"arrayValue": {"values": items.iter().map(Self::json).collect::<Vec<_>>()}}),
            Self::Object(members) => {
                json!({"kvlistValue": {"values": members.iter().map(pair_json).collect::<Vec<_>>()}})
            }
        }
    }

    fn protobuf(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => field(1, text.as_bytes()),
            Self::Bool(value) => [vec![0x10], varint(u64::from(*value))].concat(),
            Self::Int(value) => [vec![0x18], varint(*value as u64)].concat(),
            Self::Double(value) => [vec![0x21], value.to_bits().to_le_bytes().to_vec()].concat(),
            Self::Array(items) => {
                field(5, &items.iter().flat_map(|item| field(1, &item.protobuf())).collect::<Vec<_>>())
            }
            Self::Object(members) => {
                field(6, &members.iter().flat_map(|pair| field(1, &pair_protobuf(pair))).collect::<Vec<_>>())
            }
        }
    }
}

fn pair_json((key, value): &(String, Any)) -> Value {
    json!({"key": key, "value": value.json()})
}

fn pair_protobuf((key, value): &(String, Any)) -> Vec<u8> {
    [field(1, key.as_bytes()), field(2, &value.protobuf())].concat()
}

fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push((number as u8 & 0x7f) | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

fn field(number: u64, message: &[u8]) -> Vec<u8> {
    [varint(number << 3 | 2), varint(message.len() as u64), message.to_vec()].concat()
}

#[derive(Clone, Debug)]
struct TestSpan {
    trace: [u8; 16],
    span: [u8; 8],
    name: String,
    attributes: Vec<(String, Any)>,
}

fn span() -> impl Strategy<Value = TestSpan> {
    let key = prop_oneof![
        Just("openinference.span.kind".to_owned()),
        Just("input.value".to_owned()),
        Just("llm.input_messages.0.message.content".to_owned()),
        Just("llm.input_messages.0.message.tool_calls.1.tool_call.function.arguments".to_owned()),
        Just("retrieval.documents.0.document.score".to_owned()),
        Just("metadata".to_owned()),
        Just("gen_ai.operation.name".to_owned()),
        Just("gen_ai.input.messages".to_owned()),
        Just("gen_ai.usage.input_tokens".to_owned()),
        Just("gen_ai.completion.0.content".to_owned()),
        Just("traceloop.entity.output".to_owned()),
        Just("langfuse.observation.usage_details".to_owned()),
        Just("ai.operationId".to_owned()),
        "[a-z.]{1,10}",
    ];
    let attributes = prop::collection::vec((key, any_value()), 0..8);
    (prop::array::uniform16(1_u8..), prop::array::uniform8(1_u8..), ".{0,10}", attributes)
        .prop_map(|(trace, span, name, attributes)| TestSpan { trace, span, name, attributes })
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    })
}

impl TestSpan {
    fn json(&self) -> Value {
        json!({
            "traceId": hex(&self.trace), "spanId": hex(&self.span), "name": self.name,
            "startTimeUnixNano": "1795420000000000000", "endTimeUnixNano": 1_795_420_001_000_000_000_u64,
            "attributes": self.attributes.iter().map(pair_json).collect::<Vec<_>>(), "status": {"code": 1},
        })
    }

    fn protobuf(&self) -> Vec<u8> {
        let mut bytes = [field(1, &self.trace), field(2, &self.span), field(5, self.name.as_bytes())].concat();
        bytes.push(0x39);
        bytes.extend(1_795_420_000_000_000_000_u64.to_le_bytes());
        bytes.push(0x41);
        bytes.extend(1_795_420_001_000_000_000_u64.to_le_bytes());
        bytes.extend(self.attributes.iter().flat_map(|pair| field(9, &pair_protobuf(pair))));
        bytes.extend(field(15, &[0x18, 1]));
        bytes
    }
}

/// The same JSON over many indented lines.
fn spread(line: &str) -> String {
    let (mut text, mut in_string, mut escaped) = (String::new(), false, false);
    for letter in line.chars() {
        text.push(letter);
        if in_string {
            in_string = escaped || letter != '"';
            escaped = !escaped && letter == '\\';
        } else if letter == '"' {
            in_string = true;
        } else if matches!(letter, '{' | '[' | ',') {
            text.push_str("\n  ");
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_stop_an_importer(bytes in prop::collection::vec(any::<u8>(), 0..400), cut in 0_usize..4000, flip in any::<u8>()) {
        let recorded = std::fs::read(fixtures().join("otel-genai-json/0001.json")).unwrap();
        let protobuf = std::fs::read(fixtures().join("openllmetry/0001.pb")).unwrap();
        for base in [recorded, protobuf] {
            let at = cut % base.len();
            let mut damaged = base.clone();
            damaged[at] = flip;
            let spliced = [&base[..at], &bytes[..], &base[at..]].concat();
            for content in [&bytes[..], &base[..at], &damaged, &spliced] {
                for importer in IMPORTERS {
                    let mut read = Read::default();
                    let input = Input { reader: Box::new(content), source_id: SourceId::from("test") };
                    prop_assert!(importer.read(input, &mut read).is_ok());
                }
                Read::default().bytes(content);
            }
        }
    }

    #[test]
    fn both_encodings_give_equal_spans(spans in prop::collection::vec(span(), 1..4)) {
        let json = json!({"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {"name": "s"}, "spans":
            spans.iter().map(TestSpan::json).collect::<Vec<_>>()}]}]});
        let scope = [
            field(1, &field(1, b"s")),
            spans.iter().flat_map(|span| field(2, &span.protobuf())).collect::<Vec<_>>(),
        ].concat();
        let protobuf = field(1, &[field(1, &[]), field(2, &scope)].concat());
        let (mut from_json, mut from_protobuf) = (Read::default(), Read::default());
        prop_assert_eq!(from_json.bytes(json.to_string().as_bytes()), Some("otlp-json"));
        prop_assert_eq!(from_protobuf.bytes(&protobuf), Some("otlp-protobuf"));
        prop_assert_eq!(&from_json.batch.skipped, &from_protobuf.batch.skipped);
        prop_assert_eq!(from_json.batch.spans, from_protobuf.batch.spans);
    }

}

proptest! {
    // Each case reads a megabyte twice.
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lines_give_the_same_spans_in_any_order(order in Just((0_usize..31).collect::<Vec<_>>()).prop_shuffle(), pretty in prop::bool::ANY) {
        let text = std::fs::read_to_string(fixtures().join("openinference-openai-rag/traces.otlp.jsonl")).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let mut wanted = Read::default();
        wanted.bytes(text.as_bytes());
        let shuffled: Vec<String> = order.iter().filter_map(|&index| lines.get(index)).map(|line| {
            if pretty {
                spread(line)
            } else {
                (*line).to_owned()
            }
        }).collect();
        prop_assert_eq!(shuffled.len(), lines.len());
        let mut read = Read::default();
        read.bytes(shuffled.join("\n").as_bytes());
        prop_assert_eq!(&read.batch.skipped, &[]);
        prop_assert_eq!(read.spans(), wanted.spans());
    }
}

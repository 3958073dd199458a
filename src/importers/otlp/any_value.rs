//! `AnyValue`: the tagged value of OpenTelemetry attributes, as JSON.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};

use super::text::{Integer, Text};
use super::wire::Fields;

/// Values nested deeper than this are kept as text: what reads them back (JSON readers of this program and of the
/// database) stops at 128.
pub const MAX_DEPTH: usize = 100;

/// A double as JSON, which has no word for those that are no number.
pub fn double(value: f64) -> Value {
    if value.is_nan() {
        Value::from("NaN")
    } else if value.is_infinite() {
        Value::from(if value > 0.0 { "Infinity" } else { "-Infinity" })
    } else {
        Number::from_f64(value).map_or(Value::Null, Value::Number)
    }
}

/// Reads an `AnyValue` message; one that is damaged or nested too deep is its bytes in base64.
pub fn from_protobuf(message: &[u8], depth: usize) -> Value {
    decode(message, depth).unwrap_or_else(|| Value::from(STANDARD.encode(message)))
}

fn decode(message: &[u8], depth: usize) -> Option<Value> {
    if depth >= MAX_DEPTH {
        return None;
    }
    let mut value = Value::Null;
    for field in Fields::of(message) {
        let (number, field) = field.ok()?;
        value = match number {
            1 => Value::from(field.text()),
            2 => Value::from(field.number() != 0),
            3 => Value::from(field.number() as i64),
            4 => double(f64::from_bits(field.number())),
            5 => array(field.bytes(), depth)?,
            6 => object(field.bytes(), depth)?,
            7 => Value::from(STANDARD.encode(field.bytes())),
            _ => continue,
        };
    }
    Some(value)
}

fn array(message: &[u8], depth: usize) -> Option<Value> {
    let mut values = Vec::new();
    for field in Fields::of(message) {
        if let (1, item) = field.ok()? {
            values.push(from_protobuf(item.bytes(), depth + 1));
        }
    }
    Some(Value::Array(values))
}

fn object(message: &[u8], depth: usize) -> Option<Value> {
    let mut members = Map::new();
    for field in Fields::of(message) {
        if let (1, member) = field.ok()? {
            let (key, value) = key_value(member.bytes(), depth + 1)?;
            members.insert(key, value);
        }
    }
    Some(Value::Object(members))
}

/// Reads a `KeyValue` message; `None` where it is damaged.
pub fn key_value(message: &[u8], depth: usize) -> Option<(String, Value)> {
    let mut key = String::new();
    let mut value = Value::Null;
    for field in Fields::of(message) {
        match field.ok()? {
            (1, text) => key = text.text(),
            (2, any) => value = from_protobuf(any.bytes(), depth),
            _ => {}
        }
    }
    Some((key, value))
}

/// An `AnyValue` of OTLP/JSON.
pub struct AnyValue(pub Value);

impl<'de> Deserialize<'de> for AnyValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyVisitor)
    }
}

struct AnyVisitor;

impl<'de> Visitor<'de> for AnyVisitor {
    type Value = AnyValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an attribute value such as {\"stringValue\": \"…\"}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<AnyValue, A::Error> {
        let mut value = Value::Null;
        while let Some(key) = members.next_key::<Text<'de>>()? {
            let found = match key.as_str() {
                "stringValue" | "string_value" => {
                    members.next_value::<Option<Text<'de>>>()?.map(|text| Value::from(text.into_string()))
                }
                "intValue" | "int_value" => {
                    members.next_value::<Option<Integer>>()?.map(|number| Value::from(number.0))
                }
                "boolValue" | "bool_value" => members.next_value::<Option<bool>>()?.map(Value::from),
                "doubleValue" | "double_value" => {
                    members.next_value::<Option<Double>>()?.map(|number| double(number.0))
                }
                "arrayValue" | "array_value" => members.next_value::<Option<List>>()?.map(|list| Value::Array(list.0)),
                "kvlistValue" | "kvlist_value" => {
                    members.next_value::<Option<Members>>()?.map(|members| Value::Object(members.0))
                }
                "bytesValue" | "bytes_value" => {
                    members.next_value::<Option<Text<'de>>>()?.map(|text| Value::from(text.into_string()))
                }
                _ => {
                    members.next_value::<IgnoredAny>()?;
                    None
                }
            };
            if let Some(found) = found {
                value = found;
            }
        }
        Ok(AnyValue(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<AnyValue, E> {
        Ok(AnyValue(Value::from(text)))
    }

    fn visit_bool<E>(self, value: bool) -> Result<AnyValue, E> {
        Ok(AnyValue(Value::from(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<AnyValue, E> {
        Ok(AnyValue(Value::from(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<AnyValue, E> {
        Ok(AnyValue(Value::from(value)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<AnyValue, E> {
        Ok(AnyValue(double(value)))
    }

    fn visit_unit<E>(self) -> Result<AnyValue, E> {
        Ok(AnyValue(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<AnyValue, A::Error> {
        let mut values = Vec::new();
        while let Some(item) = items.next_element::<Value>()? {
            values.push(item);
        }
        Ok(AnyValue(Value::Array(values)))
    }
}

/// A number by its digits: the JSON reader's own conversion may be off in the last of them.
struct Double(f64);

impl<'de> Deserialize<'de> for Double {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let digits = <&RawValue>::deserialize(deserializer)?.get().trim_matches('"').trim();
        let wrong = || serde::de::Error::custom(format_args!("not a number: {digits:?}"));
        digits.parse().map(Double).map_err(|_| wrong())
    }
}

/// `{"values": [AnyValue, …]}`.
struct List(Vec<Value>);

impl<'de> Deserialize<'de> for List {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrapper = Values::<AnyValue>::deserialize(deserializer)?;
        Ok(Self(wrapper.values.unwrap_or_default().into_iter().map(|value| value.0).collect()))
    }
}

/// `{"values": [KeyValue, …]}`.
struct Members(Map<String, Value>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrapper = Values::<KeyValue<'de>>::deserialize(deserializer)?;
        Ok(Self(wrapper.values.unwrap_or_default().into_iter().map(KeyValue::into_pair).collect()))
    }
}

#[derive(serde::Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
struct Values<T> {
    #[serde(default)]
    values: Option<Vec<T>>,
}

/// One attribute of OTLP/JSON.
#[derive(serde::Deserialize)]
pub struct KeyValue<'a> {
    #[serde(borrow, default)]
    key: Option<Text<'a>>,
    #[serde(default)]
    value: Option<AnyValue>,
}

impl KeyValue<'_> {
    /// Name and value.
    pub fn into_pair(self) -> (String, Value) {
        (self.key.map(Text::into_string).unwrap_or_default(), self.value.map_or(Value::Null, |value| value.0))
    }
}

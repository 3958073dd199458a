//! The request that a result answers, kept as the JSON that was sent.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// A request as sent, without secrets: one line of JSON. Clones share it, and writing it down copies it as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentRequest(Arc<str>);

impl SentRequest {
    /// A body as sent; what is no JSON becomes `null`.
    pub fn of_body(body: &[u8]) -> Self {
        let text = std::str::from_utf8(body).ok().filter(|text| serde_json::from_str::<&RawValue>(text).is_ok());
        text.map_or_else(Self::default, Self::of_json)
    }

    /// JSON as the index has it; a line feed between its parts would end the line of a journal, so it is written anew then.
    fn of_json(text: &str) -> Self {
        if text.contains(['\n', '\r']) {
            return Self::from(&serde_json::from_str(text).unwrap_or(Value::Null));
        }
        Self(text.into())
    }

    /// The JSON.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The JSON, read.
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.0).unwrap_or(Value::Null)
    }
}

impl Default for SentRequest {
    /// No request: `null`.
    fn default() -> Self {
        Self("null".into())
    }
}

impl From<&Value> for SentRequest {
    fn from(value: &Value) -> Self {
        Self(value.to_string().into())
    }
}

impl Serialize for SentRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // A text that was checked when it was made; should it be none, it is written as no request.
        let raw: &RawValue = serde_json::from_str(&self.0).unwrap_or(RawValue::NULL);
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SentRequest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Not as raw text: the line of a journal is read in two steps, for its kind first.
        Value::deserialize(deserializer).map(|value| Self::from(&value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_as_it_was_sent() {
        let body = br#"{"b":1.50,"a":[1e2,"\u00e9"]}"#;
        let request = SentRequest::of_body(body);
        assert_eq!(serde_json::to_string(&request).unwrap().as_bytes(), body);
        assert_eq!(request.value()["a"][1], "é");
    }

    #[test]
    fn stands_in_one_line_and_is_null_where_there_is_none() {
        assert_eq!(SentRequest::of_body(b"{\n \"a\": 1}\r\n").as_str(), r#"{"a":1}"#);
        for none in [&b""[..], b"{", b"\xff", b"null"] {
            assert_eq!(SentRequest::of_body(none), SentRequest::default());
        }
        let read: SentRequest = serde_json::from_str(r#"{"a": 1}"#).unwrap();
        assert_eq!(read.as_str(), r#"{"a":1}"#);
    }
}

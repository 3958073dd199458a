//! JSON strings and integers as files really have them.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A JSON string, borrowed where it has no escapes. Bytes that are no UTF-8 and halves of surrogate pairs become
/// replacement characters, so that they cost only themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct Text<'a>(Cow<'a, str>);

impl Text<'_> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, owned.
    pub fn into_string(self) -> String {
        self.0.into_owned()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Asking for bytes is what makes the JSON reader accept text that is not quite Unicode.
        deserializer.deserialize_bytes(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_bytes<E>(self, bytes: &'de [u8]) -> Result<Text<'de>, E> {
        Ok(Text(String::from_utf8_lossy(bytes)))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(String::from_utf8_lossy(bytes).into_owned())))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }
}

/// A 64-bit integer: a decimal string as OTLP/JSON says, or a JSON number as many write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Integer(pub i64);

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(IntegerVisitor)
    }
}

struct IntegerVisitor;

impl Visitor<'_> for IntegerVisitor {
    type Value = Integer;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer or a string of digits")
    }

    fn visit_i64<E>(self, value: i64) -> Result<Integer, E> {
        Ok(Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Integer, E> {
        Ok(Integer(i64::try_from(value).unwrap_or(i64::MAX)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Integer, E> {
        Ok(Integer(value as i64))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Integer, E> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Integer(0));
        }
        let whole = text.parse::<i64>().ok();
        let number =
            whole.or_else(|| text.parse::<f64>().ok().filter(|value| value.is_finite()).map(|value| value as i64));
        number.map(Integer).ok_or_else(|| E::custom(format_args!("not an integer: {text:?}")))
    }
}

/// An enum value: a number as OTLP/JSON says, or the name as the plain protobuf mapping writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Code {
    /// Nothing said.
    #[default]
    Absent,
    /// The number.
    Number(i64),
    /// The name.
    Name(String),
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CodeVisitor;
        impl Visitor<'_> for CodeVisitor {
            type Value = Code;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an enum's number or name")
            }
            fn visit_i64<E>(self, value: i64) -> Result<Code, E> {
                Ok(Code::Number(value))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Code, E> {
                Ok(Code::Number(i64::try_from(value).unwrap_or(-1)))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Code, E> {
                Ok(Code::Number(value as i64))
            }
            fn visit_str<E>(self, text: &str) -> Result<Code, E> {
                Ok(text.parse().map_or_else(|_| Code::Name(text.to_owned()), Code::Number))
            }
            fn visit_unit<E>(self) -> Result<Code, E> {
                Ok(Code::Absent)
            }
        }
        deserializer.deserialize_any(CodeVisitor)
    }
}

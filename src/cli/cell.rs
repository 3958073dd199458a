//! Values of a table, typed so that each output format writes them its own way.

use serde_json::Value;

use super::figures;
use super::terminal::Paint;
use crate::domain::money::Money;
use crate::domain::time::Timestamp;

/// One value of a table. Texts may come from outside; the output makes them safe.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Not known: `—` in a table, `null` in JSON, empty in CSV.
    Unknown,
    /// A text.
    Text(String),
    /// A word that says how something stands, with the style a terminal gives it.
    Status(String, Paint),
    /// A whole number.
    Count(i128),
    /// A number.
    Real(f64),
    /// A decimal number as text, exact.
    Decimal(String),
    /// A time in milliseconds, shown whole.
    Millis(f64),
    /// An amount of US dollars.
    Usd(Money),
    /// A point in time, in UTC.
    Time(Timestamp),
    /// Yes or no.
    Flag(bool),
    /// Several texts.
    List(Vec<String>),
    /// Any JSON.
    Json(Value),
}

impl Cell {
    /// A cell of a value that may be unknown.
    pub fn maybe<T>(value: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::Unknown, cell)
    }

    /// A text that may be unknown.
    pub fn text(value: Option<impl Into<String>>) -> Self {
        Self::maybe(value, |text| Self::Text(text.into()))
    }

    /// A whole number that may be unknown.
    pub fn count(value: Option<impl Into<i128>>) -> Self {
        Self::maybe(value, |number| Self::Count(number.into()))
    }

    /// The value as JSON.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Unknown => Value::Null,
            Self::Text(text) | Self::Status(text, _) => Value::from(text.as_str()),
            Self::Count(number) => i64::try_from(*number)
                .map(Value::from)
                .or_else(|_| u64::try_from(*number).map(Value::from))
                .unwrap_or_else(|_| Value::from(number.to_string())),
            Self::Real(number) | Self::Millis(number) => Value::from(*number),
            // A reader's floating-point number holds 15 digits; beyond, text loses nothing.
            Self::Decimal(text) => match text.parse::<f64>() {
                Ok(number) if text.bytes().filter(u8::is_ascii_digit).count() <= 15 => Value::from(number),
                _ => Value::from(text.as_str()),
            },
            Self::Usd(amount) => serde_json::to_value(amount).unwrap_or(Value::Null),
            Self::Time(time) => Value::from(time.to_rfc3339()),
            Self::Flag(flag) => Value::from(*flag),
            Self::List(texts) => Value::from(texts.clone()),
            Self::Json(value) => value.clone(),
        }
    }

    /// The value as a person reads it in a table; not yet safe to print.
    pub fn to_words(&self) -> String {
        match self {
            Self::Unknown | Self::Json(Value::Null) => figures::UNKNOWN.to_owned(),
            Self::Text(text) | Self::Status(text, _) | Self::Decimal(text) | Self::Json(Value::String(text)) => {
                text.clone()
            }
            Self::Count(number) => number.to_string(),
            Self::Real(number) => figures::real(*number),
            Self::Millis(number) => figures::millis(*number),
            Self::Usd(amount) => figures::usd(*amount),
            Self::Time(time) => figures::time(*time),
            Self::Flag(true) => "yes".to_owned(),
            Self::Flag(false) => "no".to_owned(),
            Self::List(texts) if texts.is_empty() => figures::UNKNOWN.to_owned(),
            Self::List(texts) => texts.join(", "),
            Self::Json(value) => value.to_string(),
        }
    }

    /// The value for a program that reads CSV: full precision, nothing for what is not known.
    pub fn to_csv(&self) -> String {
        match self {
            Self::Unknown | Self::Json(Value::Null) => String::new(),
            Self::Real(number) | Self::Millis(number) => number.to_string(),
            Self::Usd(amount) => amount.to_string(),
            Self::Time(time) => time.to_rfc3339(),
            Self::Flag(flag) => flag.to_string(),
            Self::List(texts) => texts.join(", "),
            other => other.to_words(),
        }
    }

    /// Whether the value came as a number of ours, which no spreadsheet takes for a formula.
    pub const fn is_number(&self) -> bool {
        matches!(self, Self::Count(_) | Self::Real(_) | Self::Decimal(_) | Self::Millis(_) | Self::Usd(_))
    }

    /// The style a terminal gives it.
    pub const fn paint(&self) -> Option<Paint> {
        match self {
            Self::Status(_, paint) => Some(*paint),
            _ => None,
        }
    }
}

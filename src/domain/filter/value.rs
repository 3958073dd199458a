//! Numbers, durations and times as typed in a filter.

use std::time::Duration;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::ast::{Compare, Number, Test};
use super::error::FilterError;
use crate::domain::money::Money;
use crate::domain::time::Timestamp;

const NUMBER: &str = "a number such as 0.5, or a range such as 1..5";
const MONEY: &str = "dollars such as $0.01, or a range such as 0.01..0.05";
const MILLIS: &str = "a duration such as 300ms or 2s, or a range such as 1s..5s";
const TIME: &str = "24h, 7d, a day as 2026-11-23, or a time as 2026-11-23T14:05:00Z";

/// The base unit of a field that holds numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Usd,
    Millis,
    Plain,
}

/// Which end of a day a date without a time stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DayEdge {
    Start,
    End,
}

/// Units of time and their milliseconds; `m` is a minute.
const TIME_UNITS: [(&str, f64); 9] = [
    ("ns", 1e-6),
    ("us", 1e-3),
    ("µs", 1e-3),
    ("ms", 1.0),
    ("s", 1e3),
    ("m", 6e4),
    ("min", 6e4),
    ("h", 3.6e6),
    ("d", 8.64e7),
];

/// Reads values relative to a point in time.
pub(super) struct ValueReader {
    pub now: Timestamp,
}

impl ValueReader {
    pub(super) fn time_test(&self, op: Option<Compare>, text: &str, position: usize) -> Result<Test, FilterError> {
        let at = |text: &str, edge, offset: usize| self.time(text, edge, position + offset);
        match op {
            Some(op) => {
                let edge = if matches!(op, Compare::Le | Compare::Gt) { DayEdge::End } else { DayEdge::Start };
                Ok(Test::Compare { op, value: at(text, edge, 0)? })
            }
            None => match text.split_once("..") {
                None => range(at(text, DayEdge::Start, 0)?, at(text, DayEdge::End, 0)?, position),
                Some((low, "")) => Ok(Test::Compare { op: Compare::Ge, value: at(low, DayEdge::Start, 0)? }),
                Some(("", high)) => Ok(Test::Compare { op: Compare::Le, value: at(high, DayEdge::End, 2)? }),
                Some((low, high)) => {
                    let high_offset = low.chars().count() + 2;
                    range(at(low, DayEdge::Start, 0)?, at(high, DayEdge::End, high_offset)?, position)
                }
            },
        }
    }

    /// A point in time: `now`, a duration before now, a day, a local-less time taken as UTC, or RFC 3339.
    pub(super) fn time(&self, text: &str, edge: DayEdge, position: usize) -> Result<Number, FilterError> {
        self.point(text, edge).map(Number::At).ok_or_else(|| wrong_value(text, position, TIME))
    }

    fn point(&self, text: &str, edge: DayEdge) -> Option<Timestamp> {
        if text.eq_ignore_ascii_case("now") {
            return Some(self.now);
        }
        if let Some(millis) = duration(text) {
            let back = Duration::try_from_secs_f64(millis / 1e3).ok()?;
            return Some(self.now.minus(back));
        }
        if text.len() <= 10
            && let Ok(date) = text.parse::<Date>()
        {
            let first = |date: Date| nanos(TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()?);
            return match edge {
                DayEdge::Start => first(date),
                DayEdge::End => first(date.tomorrow().ok()?).map(|next| Timestamp::from_nanos(next.nanos() - 1)),
            };
        }
        if let Ok(time) = text.parse::<jiff::Timestamp>() {
            return nanos(time);
        }
        let civil: DateTime = text.parse().ok()?;
        nanos(TimeZone::UTC.to_timestamp(civil).ok()?)
    }
}

/// A comparison, an equality or a range of numbers in a unit.
pub(super) fn number_test(unit: Unit, op: Option<Compare>, text: &str, position: usize) -> Result<Test, FilterError> {
    let expected = match unit {
        Unit::Usd => MONEY,
        Unit::Millis => MILLIS,
        Unit::Plain => NUMBER,
    };
    let read =
        |text: &str, offset: usize| number(unit, text).ok_or_else(|| wrong_value(text, position + offset, expected));
    if let Some(op) = op {
        return Ok(Test::Compare { op, value: read(text, 0)? });
    }
    let Some((low, high)) = text.split_once("..") else {
        let value = read(text, 0)?;
        return Ok(Test::Range { low: value, high: value });
    };
    let high_offset = low.chars().count() + 2;
    match (low.is_empty(), high.is_empty()) {
        (true, true) => Err(wrong_value(text, position, expected)),
        (false, true) => Ok(Test::Compare { op: Compare::Ge, value: read(low, 0)? }),
        (true, false) => Ok(Test::Compare { op: Compare::Le, value: read(high, high_offset)? }),
        (false, false) => {
            let high_value = read(high, high_offset)?;
            // `1..5s` means seconds at both ends.
            let inherited = format!("{low}{}", unit_suffix(unit, high));
            let low_value = if is_bare_number(low) { read(&inherited, 0)? } else { read(low, 0)? };
            range(low_value, high_value, position)
        }
    }
}

fn nanos(time: jiff::Timestamp) -> Option<Timestamp> {
    i64::try_from(time.as_nanosecond()).ok().map(Timestamp::from_nanos)
}

fn range(low: Number, high: Number, position: usize) -> Result<Test, FilterError> {
    if low > high {
        return Err(FilterError::new(position, "the range ends before it begins", "the lower end first"));
    }
    Ok(Test::Range { low, high })
}

fn wrong_value(text: &str, position: usize, expected: &str) -> FilterError {
    let message =
        if text.is_empty() { "a value is missing".to_owned() } else { format!("`{text}` is not a value here") };
    FilterError::new(position, message, expected)
}

fn number(unit: Unit, text: &str) -> Option<Number> {
    match unit {
        Unit::Usd => text.parse::<Money>().ok().map(Number::Usd),
        Unit::Millis if is_bare_number(text) => float(text).map(Number::Millis),
        Unit::Millis => duration(text).map(Number::Millis),
        Unit::Plain => plain(text).map(Number::Plain),
    }
}

/// A number with `k` or `M` for thousands and millions.
fn plain(text: &str) -> Option<f64> {
    let (digits, factor) = match text.strip_suffix(['k', 'K']) {
        Some(digits) => (digits, 1e3),
        None => text.strip_suffix('M').map_or((text, 1.0), |digits| (digits, 1e6)),
    };
    float(digits).map(|value| value * factor).filter(|value| value.is_finite())
}

fn float(text: &str) -> Option<f64> {
    if !is_bare_number(text) {
        return None;
    }
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// Digits with an optional sign, point and exponent; words such as `inf` are no numbers here.
fn is_bare_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'))
        && text.ends_with(|c: char| c.is_ascii_digit() || c == '.')
        && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b'e' | b'E'))
}

/// A duration with its unit, in milliseconds: `300ms`, `2s`, `24h`.
pub fn duration_ms(text: &str) -> Option<f64> {
    duration(text)
}

/// A duration with its unit, in milliseconds.
fn duration(text: &str) -> Option<f64> {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+'));
    let factor = TIME_UNITS.iter().find(|(name, _)| *name == unit)?.1;
    float(text.strip_suffix(unit)?).map(|value| value * factor).filter(|value| value.is_finite())
}

/// The unit of a duration as typed, else nothing.
fn unit_suffix(unit: Unit, text: &str) -> &str {
    if unit == Unit::Millis && !is_bare_number(text) {
        text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+'))
    } else {
        ""
    }
}

//! Numbers, times and amounts as a person reads them.

use crate::domain::money::Money;
use crate::domain::time::Timestamp;

/// What stands for a value that is not known; never 0.
pub const UNKNOWN: &str = "—";

/// An amount of dollars without sign: four decimals below a dollar, two above, more where it would look like nothing.
pub fn usd(amount: Money) -> String {
    let size = amount.pico().unsigned_abs();
    if size == 0 {
        "0".to_owned()
    } else if size >= 1_000_000_000_000 {
        format!("{amount:.2}")
    } else if size >= 50_000_000 {
        format!("{amount:.4}")
    } else {
        format!("{amount:.8}")
    }
}

/// Milliseconds, whole from 1 up.
pub fn millis(number: f64) -> String {
    if number.abs() < 1.0 && number != 0.0 { format!("{number:.2}") } else { format!("{number:.0}") }
}

/// A number with at most four decimals.
pub fn real(number: f64) -> String {
    if number.fract().abs() < f64::MIN_POSITIVE && number.abs() < 1e15 {
        return format!("{number:.0}");
    }
    if number.abs() < 0.001 || number.abs() >= 1e15 {
        return format!("{number:e}");
    }
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A point in time to the second, in UTC: `2026-11-23 06:41:07`.
pub fn time(time: Timestamp) -> String {
    let text = time.to_rfc3339();
    text.split_once('.').map_or(text.as_str(), |(seconds, _)| seconds).replacen('T', " ", 1)
}

/// A count with its noun: `1 trace`, `3 traces`.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_amounts_never_look_like_nothing() {
        let shown = |text: &str| usd(text.parse().unwrap());
        assert_eq!(shown("0"), "0");
        assert_eq!(shown("0.0184"), "0.0184");
        assert_eq!(shown("12.3456"), "12.35");
        assert_eq!(shown("0.00001234"), "0.00001234");
    }

    #[test]
    fn times_and_durations() {
        assert_eq!(time(Timestamp::from_nanos(1_795_420_000_123_456_000)), "2026-11-23 07:46:40");
        assert_eq!(millis(1203.6), "1204");
        assert_eq!(millis(0.25), "0.25");
        assert_eq!(real(0.5), "0.5");
        assert_eq!(real(3.0), "3");
    }
}

//! How numbers and ids of traces are shown.

use crate::domain::money::Money;
use crate::domain::time::Timestamp;
use crate::domain::untrusted::safe_plain;
use crate::domain::width::truncate_middle;

const UNKNOWN: &str = "—";

/// Money with its sign: four decimals below a dollar, two above; `—` for not known.
pub fn money(amount: Option<Money>) -> String {
    match amount {
        None => UNKNOWN.to_owned(),
        Some(amount) if amount == Money::ZERO => "0".to_owned(),
        Some(amount) if amount >= Money::from_pico(1_000_000_000_000) => format!("{amount:.2}"),
        Some(amount) if amount < Money::from_pico(50_000_000) => "<0.0001".to_owned(),
        Some(amount) => format!("{amount:.4}"),
    }
}

/// Nanoseconds as whole milliseconds with a comma between thousands; `—` for not known.
pub fn millis(nanos: Option<i64>) -> String {
    nanos.map_or_else(|| UNKNOWN.to_owned(), |nanos| grouped((nanos as f64 / 1e6).round() as i64))
}

/// A count; `—` for not known.
pub fn count(value: Option<u64>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), |value| grouped(i64::try_from(value).unwrap_or(i64::MAX)))
}

/// A score in at most four characters where it can be: `1`, `0.5`, `0.33`.
pub fn score(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A number with commas between thousands.
fn grouped(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = if value < 0 { "-".to_owned() } else { String::new() };
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How long ago something was, in at most four characters.
pub fn age(time: Timestamp, now: Timestamp) -> String {
    let seconds = now.since(time) / 1_000_000_000;
    match seconds {
        ..0 => "soon".to_owned(),
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..86_400 => format!("{}h", seconds / 3_600),
        86_400..63_072_000 => format!("{}d", seconds / 86_400),
        _ => format!("{}y", seconds / 31_536_000),
    }
}

/// A foreign text as one word of a command line that a user may paste into a shell: quoted, nothing hidden in it.
pub fn shell_word(text: &str) -> String {
    let safe = safe_plain(text);
    shlex::try_quote(&safe).map_or_else(|_| safe.clone(), std::borrow::Cow::into_owned)
}

/// An id in at most twelve columns, cut in its middle; safe to draw.
pub fn short_id(id: &str) -> String {
    truncate_middle(&safe_plain(id), 12).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_is_not_zero() {
        assert_eq!(money(None), "—");
        assert_eq!(money(Some(Money::ZERO)), "0");
        assert_eq!(money("0.0000001".parse().ok()), "<0.0001");
        assert_eq!(money("0.0184".parse().ok()), "0.0184");
        assert_eq!(money("12.3456".parse().ok()), "12.35");
        assert_eq!(millis(None), "—");
        assert_eq!(millis(Some(1_204_400_000)), "1,204");
        assert_eq!(millis(Some(-4_000_000)), "-4");
        assert_eq!(count(Some(1_234_567)), "1,234,567");
    }

    #[test]
    fn a_pasted_command_does_only_what_it_says() {
        assert_eq!(shell_word("8f2c"), "8f2c");
        assert_eq!(shell_word("x; rm -rf ~"), "'x; rm -rf ~'");
        assert!(!shell_word("x\nreboot\u{1b}[201~").contains(['\n', '\u{1b}']));
    }

    #[test]
    fn ages_are_short() {
        let now = Timestamp::from_nanos(100_000_000_000_000_000);
        for (seconds, text) in [(5, "5s"), (120, "2m"), (7_200, "2h"), (172_800, "2d")] {
            assert_eq!(age(now.minus(std::time::Duration::from_secs(seconds)), now), text);
        }
    }
}

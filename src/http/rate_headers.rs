//! What providers say of their limits in the headers of answers.
//!
//! OpenAI and its imitators: `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`, where the reset is a duration such as
//! `6m0s` until the limit is full again. Anthropic: `anthropic-ratelimit-{requests,tokens,input-tokens,output-tokens}-
//! {limit,remaining,reset}`, where the reset is an RFC 3339 time. Source: the rate-limit pages of both API references.

use std::time::Duration;

use super::retry::parse_retry_after;
use crate::domain::time::Timestamp;

/// The longest reset that is believed.
const LONGEST: Duration = Duration::from_hours(24);

/// How much of one limit is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remaining {
    /// The whole limit; `None` where it is not said.
    pub limit: Option<u64>,
    /// What is left of it.
    pub left: u64,
    /// How long until it is whole again.
    pub full_in: Duration,
}

/// What the headers of one answer say of the limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RateSignal {
    /// Requests.
    pub requests: Option<Remaining>,
    /// Tokens; of several limits the one with the least left.
    pub tokens: Option<Remaining>,
    /// When to come back.
    pub retry_after: Option<Duration>,
}

impl RateSignal {
    /// Reads headers; `None` where they say nothing of limits.
    pub fn read<'h>(header: impl Fn(&str) -> Option<&'h str>, now: Timestamp) -> Option<Self> {
        let openai = |what: &str| {
            let named = |part: &str| header(&format!("x-ratelimit-{part}-{what}"));
            remaining(named("limit"), named("remaining"), named("reset").and_then(go_duration))
        };
        let anthropic = |what: &str| {
            let named = |part: &str| header(&format!("anthropic-ratelimit-{what}-{part}"));
            remaining(named("limit"), named("remaining"), named("reset").and_then(|text| until(text, now)))
        };
        let least = |all: &[Option<Remaining>]| all.iter().flatten().min_by_key(|one| one.left).copied();
        let signal = Self {
            requests: least(&[openai("requests"), anthropic("requests")]),
            tokens: least(&[
                openai("tokens"),
                anthropic("tokens"),
                anthropic("input-tokens"),
                anthropic("output-tokens"),
            ]),
            retry_after: parse_retry_after(header("retry-after-ms"), header("retry-after"), now),
        };
        (signal != Self::default()).then_some(signal)
    }
}

/// One limit, where what is left of it and when it is whole again are said.
fn remaining(limit: Option<&str>, left: Option<&str>, full_in: Option<Duration>) -> Option<Remaining> {
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let limit = limit.and_then(number).filter(|limit| *limit > 0);
    let left = number(left?)?;
    Some(Remaining { limit, left: limit.map_or(left, |limit| left.min(limit)), full_in: full_in?.min(LONGEST) })
}

/// A duration as Go writes it: `1s`, `12ms`, `6m0s`, `1h2m3.5s`; a plain number is seconds.
fn go_duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    if let Ok(seconds) = rest.parse::<f64>() {
        return finite(seconds);
    }
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest.get(..end)?.parse().ok()?;
        rest = rest.get(end..)?;
        let end = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let unit = match rest.get(..end)? {
            "h" => 3_600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        seconds += number * unit;
        rest = rest.get(end..)?;
    }
    finite(seconds)
}

/// How long it is until an RFC 3339 time; nothing where it has passed.
fn until(text: &str, now: Timestamp) -> Option<Duration> {
    let at = Timestamp::parse_rfc3339(text.trim())?;
    Some(Duration::from_nanos(u64::try_from(at.since(now)).unwrap_or(0)))
}

fn finite(seconds: f64) -> Option<Duration> {
    (0.0..=1e9).contains(&seconds).then(|| Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &[(&str, &'static str)]) -> Option<RateSignal> {
        let now = Timestamp::parse_rfc3339("2026-11-23T12:00:00Z").unwrap();
        RateSignal::read(|name| headers.iter().find(|(own, _)| *own == name).map(|(_, value)| *value), now)
    }

    #[test]
    fn openai_says_durations() {
        let signal = read(&[
            ("x-ratelimit-limit-requests", "60"),
            ("x-ratelimit-remaining-requests", "59"),
            ("x-ratelimit-reset-requests", "1s"),
            ("x-ratelimit-limit-tokens", "150000"),
            ("x-ratelimit-remaining-tokens", "0"),
            ("x-ratelimit-reset-tokens", "6m0.5s"),
            ("retry-after-ms", "1500"),
        ])
        .unwrap();
        let requests = Remaining { limit: Some(60), left: 59, full_in: Duration::from_secs(1) };
        let tokens = Remaining { limit: Some(150_000), left: 0, full_in: Duration::from_millis(360_500) };
        assert_eq!((signal.requests, signal.tokens), (Some(requests), Some(tokens)));
        assert_eq!(signal.retry_after, Some(Duration::from_millis(1_500)));
    }

    #[test]
    fn anthropic_says_times_and_the_scarcest_tokens_count() {
        let signal = read(&[
            ("anthropic-ratelimit-requests-limit", "50"),
            ("anthropic-ratelimit-requests-remaining", "49"),
            ("anthropic-ratelimit-requests-reset", "2026-11-23T12:00:02Z"),
            ("anthropic-ratelimit-input-tokens-limit", "40000"),
            ("anthropic-ratelimit-input-tokens-remaining", "900"),
            ("anthropic-ratelimit-input-tokens-reset", "2026-11-23T12:00:30Z"),
            ("anthropic-ratelimit-output-tokens-limit", "8000"),
            ("anthropic-ratelimit-output-tokens-remaining", "7000"),
            ("anthropic-ratelimit-output-tokens-reset", "2026-11-23T11:59:00Z"),
        ])
        .unwrap();
        assert_eq!(signal.requests.unwrap().full_in, Duration::from_secs(2));
        let tokens = signal.tokens.unwrap();
        assert_eq!((tokens.limit, tokens.left, tokens.full_in), (Some(40_000), 900, Duration::from_secs(30)));
    }

    #[test]
    fn what_cannot_be_read_says_nothing() {
        for reset in ["soon", "-1s", "5 parsecs", "1e400", ""] {
            let headers = [("x-ratelimit-remaining-requests", "5"), ("x-ratelimit-reset-requests", reset)];
            assert_eq!(read(&headers), None, "{reset}");
        }
        assert_eq!(read(&[("x-ratelimit-remaining-requests", "many"), ("x-ratelimit-reset-requests", "1s")]), None);
        assert_eq!(read(&[("content-type", "application/json")]), None);
    }
}

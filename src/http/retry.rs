//! When a failed call is sent again. One policy for all providers; nothing below it retries.

use std::time::Duration;

use crate::domain::time::Timestamp;

/// How often and how long.
#[derive(Clone, Copy, Debug)]
pub struct RetryPolicy {
    /// The most retries of one call that are not at the provider's word.
    pub retries: u32,
    /// The most waits of one call at the provider's word (`retry-after` of a 429).
    pub told_waits: u32,
    /// The first pause before jitter; it doubles each time.
    pub first_pause: Duration,
    /// The longest pause of our own.
    pub longest_pause: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            retries: 2,
            told_waits: 20,
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_mins(1),
        }
    }
}

/// What a call has used up so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Attempts {
    retries: u32,
    told: u32,
}

/// What to do after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Send it again after a pause of our own.
    Again(Duration),
    /// Send it again when the provider said; to be shown, and the user may end it.
    AsTold(Duration),
    /// Let it fail.
    GiveUp,
}

/// What failed, as far as retrying is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nothing that another attempt would mend.
    Final,
    /// A failure that may pass: connection, time-out before the answer, 408, 409, 5xx.
    Passing,
    /// 429.
    RateLimited,
}

impl RetryPolicy {
    /// Decides after a failure; `told` is when the provider said to come back, `random` from 0 to 1.
    ///
    /// A 429 that names its wait does not count against the retries. Else full jitter: a random part of
    /// `first_pause × 2^retries`, at most `longest_pause`; a wait that the provider names for another failure is kept to.
    pub fn decide(&self, attempts: &mut Attempts, failure: Failure, told: Option<Duration>, random: f64) -> Decision {
        match (failure, told) {
            (Failure::Final, _) => Decision::GiveUp,
            (Failure::RateLimited, Some(wait)) if attempts.told < self.told_waits => {
                attempts.told += 1;
                Decision::AsTold(wait)
            }
            (failure, told) => {
                if (failure == Failure::RateLimited && told.is_some()) || attempts.retries >= self.retries {
                    return Decision::GiveUp;
                }
                let ceiling = self.first_pause.saturating_mul(1 << attempts.retries.min(16)).min(self.longest_pause);
                attempts.retries += 1;
                let pause = ceiling.mul_f64(random.clamp(0.0, 1.0));
                told.map_or(Decision::Again(pause), Decision::AsTold)
            }
        }
    }
}

/// The wait that headers name: `retry-after-ms`, else `retry-after` in seconds (fractions allowed) or as an HTTP date.
///
/// A wait of more than a day is taken for a mistake and ignored.
pub fn parse_retry_after(
    milliseconds: Option<&str>,
    seconds_or_date: Option<&str>,
    now: Timestamp,
) -> Option<Duration> {
    let finite = |seconds: f64| (0.0..=86_400.0).contains(&seconds).then(|| Duration::from_secs_f64(seconds));
    let in_ms = milliseconds.and_then(|text| text.trim().parse::<f64>().ok());
    if let Some(wait) = in_ms.and_then(|ms| finite(ms / 1_000.0)) {
        return Some(wait);
    }
    let text = seconds_or_date?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return finite(seconds);
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    let nanos = i64::try_from(date.as_nanosecond()).ok()?.saturating_sub(now.nanos());
    finite(nanos.max(0) as f64 / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const POLICY: RetryPolicy = RetryPolicy {
        retries: 2,
        told_waits: 20,
        first_pause: Duration::from_millis(500),
        longest_pause: Duration::from_mins(1),
    };

    #[test]
    fn two_retries_with_full_jitter() {
        let mut attempts = Attempts::default();
        let mut decide = |random| POLICY.decide(&mut attempts, Failure::Passing, None, random);
        assert_eq!(decide(1.0), Decision::Again(Duration::from_millis(500)));
        assert_eq!(decide(0.25), Decision::Again(Duration::from_millis(250)));
        assert_eq!(decide(0.5), Decision::GiveUp);
    }

    #[test]
    fn a_wait_at_the_providers_word_does_not_count() {
        let mut attempts = Attempts::default();
        for _ in 0..5 {
            let told = Some(Duration::from_secs(3));
            let decision = POLICY.decide(&mut attempts, Failure::RateLimited, told, 0.0);
            assert_eq!(decision, Decision::AsTold(Duration::from_secs(3)));
        }
        assert_eq!(POLICY.decide(&mut attempts, Failure::Passing, None, 0.0), Decision::Again(Duration::ZERO));
    }

    #[test]
    fn headers_in_every_form() {
        let now = Timestamp::parse_rfc3339("2026-11-23T12:00:00Z").unwrap();
        let parse = |ms, other| parse_retry_after(ms, other, now);
        assert_eq!(parse(Some("1500"), Some("9")), Some(Duration::from_millis(1_500)));
        assert_eq!(parse(None, Some("0.5")), Some(Duration::from_millis(500)));
        assert_eq!(parse(None, Some("Mon, 23 Nov 2026 12:00:07 GMT")), Some(Duration::from_secs(7)));
        assert_eq!(parse(None, Some("Mon, 23 Nov 2026 11:00:00 GMT")), Some(Duration::ZERO));
        for odd in ["soon", "-1", "NaN", "inf", "1e12", ""] {
            assert_eq!(parse(None, Some(odd)), None, "{odd}");
        }
    }

    proptest! {
        #[test]
        fn every_call_ends(failures in prop::collection::vec((0_u8..2, any::<bool>(), 0.0_f64..1.0), 0..100)) {
            let mut attempts = Attempts::default();
            let mut own = 0;
            for (kind, told, random) in failures {
                let failure = if kind == 0 { Failure::Passing } else { Failure::RateLimited };
                let told = told.then(|| Duration::from_secs(1));
                match POLICY.decide(&mut attempts, failure, told, random) {
                    Decision::GiveUp => break,
                    Decision::AsTold(_) if failure == Failure::RateLimited => {}
                    Decision::Again(pause) => {
                        prop_assert!(pause <= POLICY.longest_pause);
                        own += 1;
                    }
                    Decision::AsTold(_) => own += 1,
                }
                prop_assert!(own <= 2);
            }
        }
    }
}

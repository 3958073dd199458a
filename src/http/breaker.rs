//! A circuit breaker: after failures in a row a model is left alone, then tried with one call.

use std::time::Duration;

use crate::domain::time::Timestamp;

/// Failures in a row that open it.
const OPENS_AFTER: u32 = 5;
/// The pause before one call is let through.
const PROBE_EVERY: Duration = Duration::from_secs(30);
/// After failing for so long without an answer, a model is given up.
const GIVES_UP_AFTER: Duration = Duration::from_secs(90);

/// How the breaker of a model stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Circuit {
    /// Calls go.
    #[default]
    Closed,
    /// Calls are held back until a time, after which one is let through.
    Open {
        /// When one call is let through.
        until: Timestamp,
        /// What failed last, in words. Untrusted text.
        why: String,
    },
    /// One call was let through, and its answer decides.
    HalfOpen {
        /// What failed before, in words. Untrusted text.
        why: String,
    },
}

/// What failures say about a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It may work again.
    Hopeful,
    /// It has not answered for this long.
    GivenUp(Duration),
}

/// Counts connection failures, 5xx and time-outs of one model.
#[derive(Debug, Default)]
pub struct Breaker {
    failures: u32,
    /// The first of the failures.
    since: Option<Timestamp>,
    /// When the next probe may go; set while calls are held back.
    probe_at: Option<Timestamp>,
    probing: bool,
    why: String,
}

impl Breaker {
    /// Until when calls are held back; `None` lets one go.
    pub fn held_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.probe_at.filter(|until| now < *until)
    }

    /// A call goes; while calls are held back it is the probe, and the next one may go a pause later.
    pub fn sent(&mut self, now: Timestamp) {
        if self.probe_at.is_some() {
            self.probe_at = Some(now.plus(PROBE_EVERY));
            self.probing = true;
        }
    }

    /// The next call may go at once, as the probe: somebody new wants to know.
    pub fn try_now(&mut self, now: Timestamp) {
        if self.probe_at.is_some() {
            self.probe_at = Some(now);
            // What failed before is no reason to give up on what is tried now.
            self.since = Some(now);
        }
    }

    /// A call was answered, in whatever way but a failure that counts.
    pub fn worked(&mut self) {
        *self = Self::default();
    }

    /// A call failed in a way that counts; `why` says how.
    pub fn failed(&mut self, now: Timestamp, why: &str) -> Health {
        self.failures = self.failures.saturating_add(1);
        why.clone_into(&mut self.why);
        let failing = Duration::from_nanos(u64::try_from(now.since(*self.since.get_or_insert(now))).unwrap_or(0));
        if self.failures < OPENS_AFTER {
            return Health::Hopeful;
        }
        self.probing = false;
        self.probe_at = Some(now.plus(PROBE_EVERY));
        if failing >= GIVES_UP_AFTER { Health::GivenUp(failing) } else { Health::Hopeful }
    }

    /// How it stands.
    pub fn circuit(&self) -> Circuit {
        match self.probe_at {
            None => Circuit::Closed,
            Some(_) if self.probing => Circuit::HalfOpen { why: self.why.clone() },
            Some(until) => Circuit::Open { until, why: self.why.clone() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_nanos(0).plus(Duration::from_secs(seconds))
    }

    #[test]
    fn holds_back_after_five_and_probes_once_in_thirty_seconds() {
        let mut breaker = Breaker::default();
        for _ in 0..4 {
            assert_eq!(breaker.failed(at(0), "down"), Health::Hopeful);
        }
        assert_eq!((breaker.held_until(at(0)), breaker.circuit()), (None, Circuit::Closed));
        assert_eq!(breaker.failed(at(0), "down"), Health::Hopeful);
        assert_eq!(breaker.circuit(), Circuit::Open { until: at(30), why: "down".into() });
        assert_eq!(breaker.held_until(at(29)), Some(at(30)));
        assert_eq!(breaker.held_until(at(30)), None);
        breaker.sent(at(30));
        assert_eq!(breaker.circuit(), Circuit::HalfOpen { why: "down".into() });
        assert_eq!(breaker.held_until(at(31)), Some(at(60)));
        breaker.worked();
        assert_eq!((breaker.held_until(at(31)), breaker.circuit()), (None, Circuit::Closed));
    }

    #[test]
    fn gives_up_after_ninety_seconds_without_an_answer() {
        let mut breaker = Breaker::default();
        for second in [0, 0, 0, 0, 0, 30, 60] {
            assert_eq!(breaker.failed(at(second), "down"), Health::Hopeful);
        }
        assert_eq!(breaker.failed(at(90), "down"), Health::GivenUp(Duration::from_secs(90)));
        breaker.worked();
        assert_eq!(breaker.failed(at(200), "down"), Health::Hopeful);
    }

    #[test]
    fn somebody_new_need_not_wait_for_the_pause() {
        let mut breaker = Breaker::default();
        for _ in 0..5 {
            breaker.failed(at(0), "down");
        }
        breaker.try_now(at(3));
        assert_eq!(breaker.held_until(at(3)), None);
        breaker.sent(at(3));
        assert_eq!(breaker.held_until(at(4)), Some(at(33)));
    }
}

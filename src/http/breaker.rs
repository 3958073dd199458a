//! A circuit breaker: after failures in a row a model is left alone, then tried with one call.

use std::time::Duration;

use crate::domain::time::Timestamp;

/// Failures in a row that open it.
const OPENS_AFTER: u32 = 5;
/// The pause before one call is let through.
const PROBE_EVERY: Duration = Duration::from_secs(30);
/// After failing for so long without an answer, a model is given up.
const GIVES_UP_AFTER: Duration = Duration::from_secs(90);

/// Whether a call may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// It may.
    Open,
    /// Not before this time.
    ClosedUntil(Timestamp),
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
}

impl Breaker {
    /// Asks for a call; lets one probe through each pause while it holds calls back.
    pub fn ask(&mut self, now: Timestamp) -> Gate {
        match self.probe_at {
            Some(until) if now < until => Gate::ClosedUntil(until),
            Some(_) => {
                self.probe_at = Some(now.plus(PROBE_EVERY));
                Gate::Open
            }
            None => Gate::Open,
        }
    }

    /// A call was answered, in whatever way but a failure that counts.
    pub fn worked(&mut self) {
        *self = Self::default();
    }

    /// A call failed in a way that counts.
    pub fn failed(&mut self, now: Timestamp) -> Health {
        self.failures = self.failures.saturating_add(1);
        let failing = Duration::from_nanos(u64::try_from(now.since(*self.since.get_or_insert(now))).unwrap_or(0));
        if self.failures < OPENS_AFTER {
            return Health::Hopeful;
        }
        self.probe_at = Some(now.plus(PROBE_EVERY));
        if failing >= GIVES_UP_AFTER { Health::GivenUp(failing) } else { Health::Hopeful }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_back_after_five_and_probes_once_in_thirty_seconds() {
        let mut breaker = Breaker::default();
        let at = |seconds: u64| Timestamp::from_nanos(0).plus(Duration::from_secs(seconds));
        for _ in 0..4 {
            assert_eq!(breaker.failed(at(0)), Health::Hopeful);
        }
        assert_eq!(breaker.ask(at(0)), Gate::Open);
        assert_eq!(breaker.failed(at(0)), Health::Hopeful);
        assert_eq!(breaker.ask(at(29)), Gate::ClosedUntil(at(30)));
        assert_eq!(breaker.ask(at(30)), Gate::Open);
        assert_eq!(breaker.ask(at(31)), Gate::ClosedUntil(at(60)));
        breaker.worked();
        assert_eq!(breaker.ask(at(31)), Gate::Open);
    }

    #[test]
    fn gives_up_after_ninety_seconds_without_an_answer() {
        let mut breaker = Breaker::default();
        let at = |seconds: u64| Timestamp::from_nanos(0).plus(Duration::from_secs(seconds));
        for second in [0, 0, 0, 0, 0, 30, 60] {
            assert_eq!(breaker.failed(at(second)), Health::Hopeful);
        }
        assert_eq!(breaker.failed(at(90)), Health::GivenUp(Duration::from_secs(90)));
        breaker.worked();
        assert_eq!(breaker.failed(at(200)), Health::Hopeful);
    }
}

//! A circuit breaker: after failures in a row a model is left alone, then tried with one call.

use std::time::Duration;

use crate::domain::time::Timestamp;

/// Failures in a row that open it.
const OPENS_AFTER: u32 = 5;
/// The pause before one call is let through.
const PROBE_EVERY: Duration = Duration::from_secs(30);

/// Whether a call may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// It may.
    Open,
    /// Not before this time.
    ClosedUntil(Timestamp),
}

/// Counts connection failures, 5xx and time-outs of one model.
#[derive(Debug, Default)]
pub struct Breaker {
    failures: u32,
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
    pub fn failed(&mut self, now: Timestamp) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= OPENS_AFTER {
            self.probe_at = Some(now.plus(PROBE_EVERY));
        }
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
            breaker.failed(at(0));
        }
        assert_eq!(breaker.ask(at(0)), Gate::Open);
        breaker.failed(at(0));
        assert_eq!(breaker.ask(at(29)), Gate::ClosedUntil(at(30)));
        assert_eq!(breaker.ask(at(30)), Gate::Open);
        assert_eq!(breaker.ask(at(31)), Gate::ClosedUntil(at(60)));
        breaker.worked();
        assert_eq!(breaker.ask(at(31)), Gate::Open);
    }
}

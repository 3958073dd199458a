//! What a provider says is left of a limit, filling up again evenly until it is whole.

use std::time::Duration;

use super::rate_headers::Remaining;
use crate::domain::time::Timestamp;

/// The longest that a call is held back at the word of a header; then it is tried.
const LONGEST_HOLD: Duration = Duration::from_mins(10);

/// One limit as the provider told it last.
#[derive(Debug, Default)]
pub(super) struct Allowance {
    told: Option<(Remaining, Timestamp)>,
    /// Taken since it was told.
    taken: u64,
}

impl Allowance {
    /// The provider told what is left.
    pub(super) const fn told(&mut self, remaining: Remaining, now: Timestamp) {
        self.told = Some((remaining, now));
        self.taken = 0;
    }

    /// Something was taken.
    pub(super) const fn take(&mut self, amount: u64) {
        self.taken = self.taken.saturating_add(amount);
    }

    /// Until when something of a size has to wait; `None` lets it go, as does not knowing.
    pub(super) fn short_until(&self, amount: u64, now: Timestamp) -> Option<Timestamp> {
        let (told, at) = self.told?;
        let limit = told.limit.unwrap_or(u64::MAX);
        let needed = amount.min(limit).saturating_add(self.taken);
        if told.left >= needed {
            return None;
        }
        // It fills up evenly; where the limit is not known, it is there when the whole is.
        let share = told.limit.map_or(1.0, |limit| {
            let missing = limit.saturating_sub(told.left).max(1);
            (needed - told.left) as f64 / missing as f64
        });
        let wait = told.full_in.mul_f64(share.min(1.0)).min(LONGEST_HOLD);
        let until = at.plus(wait);
        (now < until).then_some(until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_nanos(0).plus(Duration::from_secs(seconds))
    }

    #[test]
    fn waits_for_as_much_as_is_missing() {
        let mut allowance = Allowance::default();
        assert_eq!(allowance.short_until(1_000_000, at(0)), None);
        let remaining = Remaining { limit: Some(60), left: 1, full_in: Duration::from_secs(59) };
        allowance.told(remaining, at(0));
        assert_eq!(allowance.short_until(1, at(0)), None);
        allowance.take(1);
        assert_eq!(allowance.short_until(1, at(0)), Some(at(1)));
        assert_eq!(allowance.short_until(1, at(1)), None);
        // What is larger than the whole limit waits until that is whole.
        assert_eq!(allowance.short_until(500, at(0)), Some(at(59)));
    }

    #[test]
    fn a_header_stops_nothing_for_long() {
        let mut allowance = Allowance::default();
        allowance.told(Remaining { limit: None, left: 0, full_in: Duration::from_hours(20) }, at(0));
        assert_eq!(allowance.short_until(1, at(0)), Some(at(600)));
        assert_eq!(allowance.short_until(1, at(600)), None);
    }
}

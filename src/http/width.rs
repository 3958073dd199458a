//! How many requests may be in flight: less at once when the provider has too much, more again little by little.
//!
//! One more for as many answers as are in flight, and at a refusal for load less in proportion to how many were refused of
//! late: half where all are, a little where a provider refuses one in twenty whatever is in flight. So does congestion control
//! (DCTCP: RFC 8257, sections 3.3 and 3.4). Refusals of what was sent before the last decrease lead to no other one.

/// From here on, what is not limited by the configuration is not limited at all.
const AS_GOOD_AS_ALL: f64 = 256.0;
/// How much the newest answer weighs in the share of refusals (`g` of the RFC, for each answer instead of each round).
const NEWEST: f64 = 1.0 / 32.0;

/// The requests that may be in flight.
#[derive(Debug)]
pub(super) struct Width {
    most: f64,
    now: f64,
    round: u64,
    /// The share of refusals of late, 0 to 1; the first refusal ever halves, as the RFC has it.
    refused: f64,
}

impl Width {
    /// As many as the configuration allows; `None` is no limit.
    pub(super) fn new(most: Option<usize>) -> Self {
        let most = most.map_or(f64::INFINITY, |most| most.max(1) as f64);
        Self { most, now: most, round: 0, refused: 1.0 }
    }

    /// Whether one more may go.
    pub(super) fn has_room(&self, in_flight: usize) -> bool {
        (in_flight as f64) < self.now.floor()
    }

    /// The round that what is sent now belongs to.
    pub(super) const fn round(&self) -> u64 {
        self.round
    }

    /// The places there are now; `None` is no limit.
    pub(super) fn places(&self) -> Option<usize> {
        self.now.is_finite().then_some(self.now as usize)
    }

    /// An answer came.
    pub(super) fn more(&mut self) {
        self.refused -= NEWEST * self.refused;
        self.now = (self.now + 1.0 / self.now).min(self.most);
        if self.now >= AS_GOOD_AS_ALL {
            self.now = self.most;
        }
    }

    /// A request of a round was refused for load, with so many in flight.
    pub(super) fn fewer(&mut self, round: u64, in_flight: usize) {
        self.refused += NEWEST * (1.0 - self.refused);
        if round == self.round {
            self.now = (self.now.min(in_flight as f64) * (1.0 - self.refused / 2.0)).max(1.0);
            self.round += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_once_a_round_and_grows_by_one_a_round_trip() {
        let mut width = Width::new(Some(16));
        assert!(width.has_room(15) && !width.has_room(16));
        for _ in 0..16 {
            width.fewer(0, 16);
        }
        assert_eq!((width.places(), width.round()), (Some(8), 1));
        (0..9).for_each(|_| width.more());
        assert_eq!(width.places(), Some(9));
        (0..1_000).for_each(|_| width.more());
        assert_eq!(width.places(), Some(16));
    }

    #[test]
    fn a_provider_that_refuses_a_few_whatever_is_in_flight_keeps_its_calls() {
        let mut width = Width::new(Some(64));
        for _ in 0..200 {
            let places = width.places().unwrap_or(1);
            let round = width.round();
            // One in sixteen of what is sent together is refused.
            for at in 0..places {
                if at % 16 == 3 { width.fewer(round, places) } else { width.more() }
            }
        }
        assert!((12..=45).contains(&width.places().unwrap()), "{width:?}");
        for _ in 0..6 {
            let (places, round) = (width.places().unwrap_or(1), width.round());
            (0..places).for_each(|_| width.fewer(round, places));
        }
        assert!(width.places().unwrap() <= 3, "all are refused: {width:?}");
    }

    #[test]
    fn never_below_one_and_unlimited_again_after_a_while() {
        let mut width = Width::new(None);
        assert!(width.has_room(100_000));
        width.fewer(0, 3);
        assert_eq!(width.places(), Some(1));
        width.fewer(1, 1);
        assert!(width.has_room(0) && !width.has_room(1));
        (0..40_000).for_each(|_| width.more());
        assert_eq!(width.places(), None);
    }
}

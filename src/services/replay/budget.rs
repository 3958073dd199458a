//! The money of a run: what is spent, what is held back, and the cap that is never exceeded.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use super::events::Spend;
use crate::domain::money::Money;

/// Why a reservation was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotReserved {
    /// It may fit when calls in flight have cost less than is held back for them.
    NotNow,
    /// It would fit under the cap, and not under what is allowed for the day so far.
    Day,
    /// It cannot fit any more.
    Never,
}

/// The ledger of one run; checked and changed under one lock.
#[derive(Debug)]
pub struct Ledger {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    spend: Spend,
    /// The most that may be spent in all before more is allowed; `None` is no limit but the cap.
    allowed: Option<Money>,
}

/// Money held back for one call. Dropped without settling, it counts as spent: the call may have been made.
#[derive(Debug)]
pub struct Reservation<'a> {
    ledger: &'a Ledger,
    amount: Money,
    open: bool,
}

impl Ledger {
    /// A ledger with a cap, and what a resumed run has spent before.
    pub fn new(cap: Option<Money>, spent: Money) -> Self {
        let at_first = Spend { spent, reserved: Money::ZERO, cap };
        Self { state: Mutex::new(State { spend: at_first, allowed: None }), changed: Notify::new() }
    }

    /// Holds back the most that a call can cost, if that still fits under the cap with all that is spent and held back.
    pub fn reserve(&self, amount: Money) -> Result<Reservation<'_>, NotReserved> {
        let mut state = self.state();
        let Spend { spent, reserved, cap } = state.spend;
        if cap.is_some_and(|cap| spent + amount > cap) {
            return Err(NotReserved::Never);
        }
        if cap.is_some_and(|cap| spent + reserved + amount > cap) {
            return Err(NotReserved::NotNow);
        }
        if state.allowed.is_some_and(|allowed| spent + reserved + amount > allowed) {
            return Err(NotReserved::Day);
        }
        state.spend.reserved += amount;
        Ok(Reservation { ledger: self, amount, open: true })
    }

    /// Holds money back for what was sent already, whatever the cap says.
    pub fn hold(&self, amount: Money) -> Reservation<'_> {
        self.state().spend.reserved += amount;
        Reservation { ledger: self, amount, open: true }
    }

    /// Another cap. What waits for money looks again; returns what is spent and held back.
    pub fn set_cap(&self, cap: Option<Money>) -> Spend {
        let mut state = self.state();
        state.spend.cap = cap;
        let spend = state.spend;
        drop(state);
        self.changed.notify_waiters();
        spend
    }

    /// The most that may be spent in all before more is allowed.
    pub fn allow(&self, most: Money) {
        self.state().allowed = Some(most);
        self.changed.notify_waiters();
    }

    /// Returns when money was spent or given back, or the cap changed, from the time this was called.
    pub fn changes(&self) -> Notified<'_> {
        self.changed.notified()
    }

    /// What is spent and held back.
    pub fn spend(&self) -> Spend {
        self.state().spend
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reservation<'_> {
    /// What is held back.
    pub const fn amount(&self) -> Money {
        self.amount
    }

    /// The call cost this much; what is held back beyond it is free again. Returns whether it cost more than allowed.
    pub fn settle(mut self, cost: Money) -> Overrun {
        self.close(cost);
        if cost > self.amount { Overrun::Yes } else { Overrun::No }
    }

    fn close(&mut self, cost: Money) {
        if std::mem::replace(&mut self.open, false) {
            let mut state = self.ledger.state();
            state.spend.reserved = state.spend.reserved.minus_or_zero(self.amount);
            state.spend.spent += cost;
            drop(state);
            self.ledger.changed.notify_waiters();
        }
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        self.close(self.amount);
    }
}

/// Whether a call cost more than was held back for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overrun {
    /// It kept to what it was allowed.
    No,
    /// The provider answered longer than it was allowed.
    Yes,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn money(amount: u64) -> Money {
        Money::from_pico(amount as i128)
    }

    #[tokio::test]
    async fn waits_for_what_is_held_back() {
        let ledger = Ledger::new(Some(money(10)), Money::ZERO);
        let first = ledger.reserve(money(8)).unwrap();
        assert_eq!(ledger.reserve(money(3)).unwrap_err(), NotReserved::NotNow);
        let changes = ledger.changes();
        tokio::pin!(changes);
        changes.as_mut().enable();
        assert_eq!(first.settle(money(2)), Overrun::No);
        changes.await;
        drop(ledger.reserve(money(3)).unwrap());
        assert_eq!(ledger.spend().spent, money(5));
        assert_eq!(ledger.reserve(money(6)).unwrap_err(), NotReserved::Never);
    }

    #[test]
    fn another_cap_holds_from_then_on() {
        let ledger = Ledger::new(Some(money(10)), Money::ZERO);
        let held = ledger.reserve(money(8)).unwrap();
        ledger.set_cap(Some(money(20)));
        drop(ledger.reserve(money(3)).unwrap());
        let spend = ledger.set_cap(Some(money(2)));
        assert_eq!((spend.spent, spend.reserved), (money(3), money(8)));
        assert_eq!(ledger.reserve(money(1)).unwrap_err(), NotReserved::Never);
        drop(held);
    }

    proptest! {
        #[test]
        fn the_cap_holds_whatever_lengths_and_order(
            cap in 0_u64..1_000,
            steps in prop::collection::vec((0_u64..400, 0_u64..400, 0_u8..4, any::<prop::sample::Index>()), 1..200),
        ) {
            let ledger = Ledger::new(Some(money(cap)), Money::ZERO);
            let mut open: Vec<Reservation<'_>> = Vec::new();
            for (amount, cost, action, which) in steps {
                match action {
                    0 | 1 => open.extend(ledger.reserve(money(amount))),
                    _ if open.is_empty() => {}
                    2 => {
                        let reservation = open.remove(which.index(open.len()));
                        let cost = money(cost).min(reservation.amount());
                        prop_assert_eq!(reservation.settle(cost), Overrun::No);
                    }
                    _ => drop(open.remove(which.index(open.len()))),
                }
                let spend = ledger.spend();
                prop_assert!(spend.spent + spend.reserved <= money(cap));
                prop_assert_eq!(spend.reserved, open.iter().map(Reservation::amount).sum::<Money>());
            }
        }
    }
}

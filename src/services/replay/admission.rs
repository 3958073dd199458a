//! What a call waits for before it is sent: a place with the provider, and money.

use std::time::Duration;

use super::budget::{NotReserved, Reservation};
use super::call::{Call, WORTH_SAYING};
use super::day::More;
use super::running::Stop;
use crate::domain::money::Money;
use crate::http::{Pass, Report, Turn};

/// A call that waits for a place looks again after so long, whatever happens.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// Why a call is not sent.
pub(super) enum NotSent {
    /// The run, or the model, was stopped.
    Stopped,
    /// There is no money for it.
    NoMoney,
}

impl<'a> Call<'a> {
    /// Waits for a place with the provider and for money; both at once, and never one while the other is short.
    pub(super) async fn admitted(&self, mut kept: Option<Reservation<'a>>) -> Result<(Pass, Reservation<'a>), NotSent> {
        let ledger = &self.shared.ledger;
        loop {
            let Some(pass) = self.turn().await else {
                if let Some(reservation) = kept {
                    let _ = reservation.settle(Money::ZERO);
                }
                return Err(NotSent::Stopped);
            };
            // Registered before the look, so that a change in between is not missed.
            let changes = ledger.changes();
            tokio::pin!(changes);
            changes.as_mut().enable();
            let reserved = kept.take().map_or_else(|| ledger.reserve(self.planned.reservation), Ok);
            let why = match reserved {
                Ok(reservation) => return Ok((pass, reservation)),
                Err(why) => why,
            };
            pass.end(&Report::Unsent, None);
            match why {
                NotReserved::NotNow => {}
                NotReserved::Day => match self.shared.more_of_the_day(self.planned.reservation).await {
                    Ok(More::Look) => continue,
                    Ok(More::Wait) => {}
                    Err(stop) => {
                        self.shared.stop_with(stop);
                        return Err(NotSent::NoMoney);
                    }
                },
                NotReserved::Never => {
                    self.shared.stop_with(Stop::Budget(self.short_of_money()));
                    return Err(NotSent::NoMoney);
                }
            }
            tokio::select! {
                biased;
                () = self.shared.cancel.cancelled() => return Err(NotSent::Stopped),
                () = self.shared.stop.cancelled() => return Err(NotSent::Stopped),
                () = changes => {}
            }
        }
    }

    fn short_of_money(&self) -> String {
        let spend = self.shared.ledger.spend();
        format!(
            "the next call of {} can cost up to ${:.4}, and ${:.4} of the cap of ${} is spent",
            self.model,
            self.planned.reservation,
            spend.spent,
            spend.cap.unwrap_or_default()
        )
    }

    /// Waits for the model, the provider's limits and a place among the calls in flight.
    async fn turn(&self) -> Option<Pass> {
        let tokens = self.planned.input_bound.saturating_add(self.planned.output_bound);
        let of = &self.planned.model;
        let mut ticket = self.shared.party.ask(&of.provider, &of.model, tokens);
        let mut said = None;
        loop {
            let stopped = self.shared.model_stops.notified();
            tokio::pin!(stopped);
            stopped.as_mut().enable();
            if !self.shared.may_send(self.model) {
                return None;
            }
            let (held, wait) = match ticket.look() {
                Turn::Go(pass) => return Some(pass),
                Turn::Wait(held, wait) => (held, wait),
            };
            if let Some(wait) = wait
                && wait >= WORTH_SAYING
                && said.replace(held) != Some(held)
            {
                self.say(wait, held.words()).await;
            }
            tokio::select! {
                biased;
                () = self.shared.cancel.cancelled() => return None,
                () = self.shared.stop.cancelled() => return None,
                () = stopped => {}
                () = ticket.changed() => {}
                () = tokio::time::sleep(wait.unwrap_or(LOOK_AGAIN)) => {}
            }
        }
    }
}

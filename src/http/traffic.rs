//! Who may call which provider when: one desk for all runs of the process.
//!
//! A call takes a ticket and gets a pass when its run has a free place, its provider has one, the model is not held back,
//! and the limits of the minute reach; of several runs that wait, each has its turn. While a call waits it holds no place.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};

use super::breaker::{Circuit, Health};
use super::lane::{Held, Lane, PartyId, Share, Waiter};
use super::minute::RateLimit;
use super::rate_headers::RateSignal;
use crate::domain::time::{Clock, Timestamp};

/// The desk. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Traffic {
    inner: Arc<Inner>,
}

struct Inner {
    state: Mutex<State>,
    clock: Arc<dyn Clock>,
    limits: HashMap<String, RateLimit>,
    /// Counts the times that a model was held back, tried, or let go again.
    changed: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    lanes: HashMap<String, Lane>,
    parties: HashMap<PartyId, Share>,
    next: u64,
}

impl State {
    fn lane(&mut self, provider: &str, limits: &HashMap<String, RateLimit>) -> &mut Lane {
        if !self.lanes.contains_key(provider) {
            let limit = limits.get(provider).copied().unwrap_or_default();
            self.lanes.insert(provider.to_owned(), Lane::new(limit));
        }
        self.lanes.entry(provider.to_owned()).or_insert_with(|| Lane::new(RateLimit::default()))
    }

    /// Lets go whatever may go.
    fn dispatch(&mut self, now: Timestamp) {
        for lane in self.lanes.values_mut() {
            lane.dispatch(&mut self.parties, now);
        }
    }

    /// The same where a place became free; what has to wait for a time is told so.
    fn freed(&mut self, now: Timestamp) {
        self.dispatch(now);
        for lane in self.lanes.values() {
            lane.wake_held(&self.parties);
        }
    }
}

/// How a provider stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Calls in flight.
    pub in_flight: usize,
    /// Calls that may be in flight now; `None` is no limit.
    pub places: Option<usize>,
}

/// How a call ended, for those that come after it.
#[derive(Clone, Debug)]
pub enum Report<'a> {
    /// It was answered, with so many tokens where they were counted.
    Answered {
        /// Input and output.
        tokens: Option<u64>,
    },
    /// The provider refused this very request.
    Refused,
    /// The provider has too much to do, or too much of us.
    Busy {
        /// When it says to come back.
        wait: Option<Duration>,
    },
    /// It failed in a way that counts against the model: connection, 5xx, time-out.
    Broken {
        /// What failed, in words.
        why: &'a str,
        /// When it says to come back.
        wait: Option<Duration>,
        /// Whether it failed for load (503, 529).
        load: Load,
    },
    /// It was not sent after all.
    Unsent,
}

/// Whether a failure is one of load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    /// The provider is overloaded.
    Over,
    /// It failed otherwise.
    Other,
}

impl Traffic {
    /// A desk with what each provider's configuration allows.
    pub fn new(limits: HashMap<String, RateLimit>, clock: Arc<dyn Clock>) -> Self {
        let state = Mutex::new(State::default());
        Self { inner: Arc::new(Inner { state, clock, limits, changed: watch::Sender::new(0) }) }
    }

    /// A run comes in, with so many calls in flight at most; it leaves when its party is dropped.
    pub fn join(&self, places: usize) -> Party {
        let mut state = self.inner.state();
        state.next += 1;
        let id = state.next;
        state.parties.insert(id, Share { places: places.max(1), in_flight: 0, left: HashMap::new() });
        drop(state);
        Party { inner: Arc::clone(&self.inner), id }
    }

    /// How a provider stands.
    pub fn standing(&self, provider: &str) -> Standing {
        let state = self.inner.state();
        let lane = state.lanes.get(provider);
        lane.map_or_else(Standing::default, |lane| Standing { in_flight: lane.in_flight, places: lane.width.places() })
    }

    /// How the breaker of a model stands.
    pub fn circuit(&self, provider: &str, model: &str) -> Circuit {
        let state = self.inner.state();
        let model = state.lanes.get(provider).and_then(|lane| lane.models.get(model));
        model.map_or(Circuit::Closed, |model| model.breaker.circuit())
    }

    /// Tells when any model was held back, tried, or let go again.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changed.subscribe()
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn told(&self) {
        self.changed.send_modify(|count| *count += 1);
    }
}

/// A run at the desk.
pub struct Party {
    inner: Arc<Inner>,
    id: PartyId,
}

impl Party {
    /// So many calls of a model are to be made. A model that is held back is tried at once: who comes wants to know.
    pub fn expect(&self, provider: &str, model: &str, calls: usize) {
        let now = self.inner.clock.now();
        let mut state = self.inner.state();
        if let Some(share) = state.parties.get_mut(&self.id) {
            *share.left.entry(provider.to_owned()).or_default() += calls;
        }
        state.lane(provider, &self.inner.limits).model(model).breaker.try_now(now);
    }

    /// One of the calls is done with.
    pub fn done(&self, provider: &str) {
        let now = self.inner.clock.now();
        let mut state = self.inner.state();
        let left = state.parties.get_mut(&self.id).and_then(|share| share.left.get_mut(provider));
        if let Some(left) = left {
            *left = left.saturating_sub(1);
            // The last one leaves its share of places to the others.
            if *left == 0 {
                state.freed(now);
            }
        }
    }

    /// Another number of calls in flight, at least 1.
    pub fn set_places(&self, places: usize) {
        let now = self.inner.clock.now();
        let mut state = self.inner.state();
        if let Some(share) = state.parties.get_mut(&self.id) {
            share.places = places.max(1);
        }
        state.freed(now);
    }

    /// A call of so many tokens (input and allowed output) stands in line.
    pub fn ask(&self, provider: &str, model: &str, tokens: u64) -> Ticket {
        let wake = Arc::new(Notify::new());
        let mut state = self.inner.state();
        state.next += 1;
        let number = state.next;
        let waiter = Waiter { number, model: model.to_owned(), tokens, wake: Arc::clone(&wake) };
        state.lane(provider, &self.inner.limits).wait(self.id, waiter);
        drop(state);
        Ticket {
            inner: Arc::clone(&self.inner),
            party: self.id,
            provider: provider.to_owned(),
            model: model.to_owned(),
            tokens,
            number,
            wake,
            open: true,
        }
    }
}

impl Drop for Party {
    fn drop(&mut self) {
        let mut state = self.inner.state();
        state.parties.remove(&self.id);
    }
}

/// A place in the line; dropped, it is given up.
pub struct Ticket {
    inner: Arc<Inner>,
    party: PartyId,
    provider: String,
    model: String,
    tokens: u64,
    number: u64,
    wake: Arc<Notify>,
    open: bool,
}

/// What a look at the line says.
pub enum Turn {
    /// It is the call's turn.
    Go(Pass),
    /// It has to wait: why, and how long where that is known.
    Wait(Held, Option<Duration>),
}

impl Ticket {
    /// Looks whether it is this call's turn.
    pub fn look(&mut self) -> Turn {
        let now = self.inner.clock.now();
        let mut state = self.inner.state();
        state.dispatch(now);
        let lane = state.lane(&self.provider, &self.inner.limits);
        let Some((sent, round)) = lane.granted.remove(&self.number) else {
            let (held, until) = lane.why(&self.model, self.tokens, now);
            let wait = until.map(|until| Duration::from_nanos(u64::try_from(until.since(now)).unwrap_or(1).max(1)));
            return Turn::Wait(held, wait);
        };
        let probes = !matches!(lane.model(&self.model).breaker.circuit(), Circuit::Closed);
        // Who comes next may have to wait for a time, and does not know it yet.
        let State { lanes, parties, .. } = &*state;
        if let Some(lane) = lanes.get(&self.provider) {
            lane.wake_held(parties);
        }
        drop(state);
        self.open = false;
        if probes {
            self.inner.told();
        }
        Turn::Go(Pass {
            inner: Arc::clone(&self.inner),
            party: self.party,
            provider: self.provider.clone(),
            model: self.model.clone(),
            sent,
            round,
            open: true,
        })
    }

    /// Returns when something changed for this call.
    pub async fn changed(&self) {
        self.wake.notified().await;
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if !self.open {
            return;
        }
        let now = self.inner.clock.now();
        let mut state = self.inner.state();
        let (party, number) = (self.party, self.number);
        let lane = state.lane(&self.provider, &self.inner.limits);
        if let Some((sent, _)) = lane.granted.remove(&number) {
            lane.minute.unsent(sent);
            lane.leave(party);
            if let Some(share) = state.parties.get_mut(&party) {
                share.in_flight = share.in_flight.saturating_sub(1);
            }
            state.freed(now);
        } else {
            lane.forget(party, number);
        }
    }
}

/// A place among the calls in flight; dropping it gives it back.
pub struct Pass {
    inner: Arc<Inner>,
    party: PartyId,
    provider: String,
    model: String,
    /// Its number in the minute.
    sent: u64,
    round: u64,
    open: bool,
}

impl Pass {
    /// Gives the place back and says how the call ended, with what the headers said of limits.
    pub fn end(mut self, report: &Report<'_>, signal: Option<&RateSignal>) -> Health {
        let now = self.inner.clock.now();
        let mut state = self.inner.state();
        let lane = state.lane(&self.provider, &self.inner.limits);
        let before = lane.model(&self.model).breaker.circuit();
        let in_flight = lane.in_flight;
        let mut health = Health::Hopeful;
        if let Some(signal) = signal {
            lane.model(&self.model).told(signal, now);
        }
        let wait_until = |wait: &Option<Duration>| wait.map(|wait| now.plus(wait));
        match report {
            Report::Answered { tokens } => {
                lane.width.more();
                if let Some(tokens) = tokens {
                    lane.minute.had(self.sent, *tokens);
                }
                lane.model(&self.model).breaker.worked();
            }
            Report::Refused => lane.model(&self.model).breaker.worked(),
            Report::Busy { wait } => {
                lane.width.fewer(self.round, in_flight);
                let model = lane.model(&self.model);
                model.breaker.worked();
                model.told_until = model.told_until.max(wait_until(wait));
            }
            Report::Broken { why, wait, load } => {
                if *load == Load::Over {
                    lane.width.fewer(self.round, in_flight);
                }
                let model = lane.model(&self.model);
                model.told_until = model.told_until.max(wait_until(wait));
                health = model.breaker.failed(now, why);
            }
            Report::Unsent => lane.minute.unsent(self.sent),
        }
        let changed = lane.model(&self.model).breaker.circuit() != before;
        drop(state);
        self.close(now);
        if changed {
            self.inner.told();
        }
        health
    }

    fn close(&mut self, now: Timestamp) {
        if !std::mem::replace(&mut self.open, false) {
            return;
        }
        let mut state = self.inner.state();
        state.lane(&self.provider, &self.inner.limits).leave(self.party);
        if let Some(share) = state.parties.get_mut(&self.party) {
            share.in_flight = share.in_flight.saturating_sub(1);
        }
        state.freed(now);
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let now = self.inner.clock.now();
        self.close(now);
    }
}

#[cfg(test)]
#[path = "traffic_tests.rs"]
mod tests;

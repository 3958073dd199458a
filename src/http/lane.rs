//! The calls to one provider: who waits, what holds whom back, and whose turn it is.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use tokio::sync::Notify;

use super::allowance::Allowance;
use super::breaker::Breaker;
use super::minute::{Minute, RateLimit};
use super::rate_headers::RateSignal;
use super::width::Width;
use crate::domain::time::Timestamp;

/// What holds a call back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// The model failed again and again: it is left alone for a while.
    Circuit,
    /// The provider said when to come back.
    Told,
    /// What the provider says is left of a limit does not reach.
    Taught,
    /// The limit of a minute, as configured, is used up.
    Minute,
    /// As many calls as are allowed are in flight.
    InFlight,
}

impl Held {
    /// Why, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Circuit => "the model failed five times in a row",
            Self::Told => "the provider said when to come back",
            Self::Taught => "the provider's own limit is nearly used up",
            Self::Minute => "the provider's limit for a minute is used up",
            Self::InFlight => "as many calls as are allowed are in flight",
        }
    }
}

/// A run's number.
pub(super) type PartyId = u64;

/// A run as far as turns are concerned.
#[derive(Debug)]
pub(super) struct Share {
    /// Calls in flight that it may have, over all providers.
    pub(super) places: usize,
    pub(super) in_flight: usize,
    /// Calls that are left to make, by provider.
    pub(super) left: HashMap<String, usize>,
}

impl Share {
    /// Calls in flight that it may have with one provider: as many as leave room for the other providers it has work for,
    /// so that one that does not answer cannot take all places.
    fn at_one(&self) -> usize {
        let busy = self.left.values().filter(|left| **left > 0).count().max(1);
        if busy == 1 {
            return self.places;
        }
        self.places.div_ceil(busy).min(self.places.saturating_sub(1) / (busy - 1)).max(1)
    }
}

/// A call that waits.
#[derive(Debug)]
pub(super) struct Waiter {
    pub(super) number: u64,
    pub(super) model: String,
    pub(super) tokens: u64,
    pub(super) wake: Arc<Notify>,
}

/// What is known of one model.
#[derive(Debug, Default)]
pub(super) struct ModelState {
    pub(super) breaker: Breaker,
    pub(super) told_until: Option<Timestamp>,
    requests: Allowance,
    tokens: Allowance,
}

impl ModelState {
    /// Until when its calls are held back, and why.
    fn held(&self, tokens: u64, now: Timestamp) -> Option<(Held, Timestamp)> {
        let told = self.told_until.filter(|until| now < *until);
        let circuit = self.breaker.held_until(now).map(|until| (Held::Circuit, until));
        let taught = || self.requests.short_until(1, now).max(self.tokens.short_until(tokens, now));
        circuit.or(told.map(|until| (Held::Told, until))).or_else(|| taught().map(|until| (Held::Taught, until)))
    }

    /// Takes in what headers say.
    pub(super) const fn told(&mut self, signal: &RateSignal, now: Timestamp) {
        if let Some(requests) = signal.requests {
            self.requests.told(requests, now);
        }
        if let Some(tokens) = signal.tokens {
            self.tokens.told(tokens, now);
        }
    }
}

/// One provider.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) limit: RateLimit,
    pub(super) width: Width,
    pub(super) in_flight: usize,
    by_party: HashMap<PartyId, usize>,
    pub(super) minute: Minute,
    pub(super) models: HashMap<String, ModelState>,
    /// Who waits, by run; whose turn it is next stands first.
    waiting: VecDeque<(PartyId, VecDeque<Waiter>)>,
    /// What was let go and has not noticed yet: the number of its place in the minute and its round.
    pub(super) granted: HashMap<u64, (u64, u64)>,
}

impl Lane {
    pub(super) fn new(limit: RateLimit) -> Self {
        Self {
            limit,
            width: Width::new(limit.in_flight),
            in_flight: 0,
            by_party: HashMap::new(),
            minute: Minute::default(),
            models: HashMap::new(),
            waiting: VecDeque::new(),
            granted: HashMap::new(),
        }
    }

    pub(super) fn model(&mut self, model: &str) -> &mut ModelState {
        if !self.models.contains_key(model) {
            self.models.insert(model.to_owned(), ModelState::default());
        }
        self.models.entry(model.to_owned()).or_default()
    }

    /// A call waits from now on.
    pub(super) fn wait(&mut self, party: PartyId, waiter: Waiter) {
        match self.waiting.iter_mut().find(|(other, _)| *other == party) {
            Some((_, queue)) => queue.push_back(waiter),
            None => self.waiting.push_back((party, VecDeque::from([waiter]))),
        }
    }

    /// A call does not wait any more.
    pub(super) fn forget(&mut self, party: PartyId, number: u64) {
        for (other, queue) in &mut self.waiting {
            if *other == party {
                queue.retain(|waiter| waiter.number != number);
            }
        }
        self.waiting.retain(|(_, queue)| !queue.is_empty());
    }

    /// A call is over, or was not made.
    pub(super) fn leave(&mut self, party: PartyId) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if let Some(count) = self.by_party.get_mut(&party) {
            *count -= 1;
            if *count == 0 {
                self.by_party.remove(&party);
            }
        }
    }

    /// Lets go whatever may go, the runs in turn.
    pub(super) fn dispatch(&mut self, parties: &mut HashMap<PartyId, Share>, now: Timestamp) {
        while self.width.has_room(self.in_flight) {
            let Some((place, at)) = self.next(parties, now) else { return };
            let Some((party, mut queue)) = self.waiting.remove(place) else { return };
            let Some(waiter) = queue.remove(at) else { return };
            if !queue.is_empty() {
                self.waiting.push_back((party, queue));
            }
            self.grant(party, &waiter, parties, now);
        }
    }

    /// Wakes the first call of each model that could go but for a time that has to pass, so that it waits for that time.
    pub(super) fn wake_held(&self, parties: &HashMap<PartyId, Share>) {
        if !self.width.has_room(self.in_flight) {
            return;
        }
        for (_, queue) in self.waiting.iter().filter(|(party, _)| self.has_place(*party, parties)) {
            let mut woken: HashSet<&str> = HashSet::new();
            for waiter in queue {
                if woken.insert(&waiter.model) {
                    waiter.wake.notify_one();
                }
            }
        }
    }

    /// The first call that may go: its run's place in the line and its own place there.
    fn next(&mut self, parties: &HashMap<PartyId, Share>, now: Timestamp) -> Option<(usize, usize)> {
        for place in 0..self.waiting.len() {
            let (party, queue) = self.waiting.get(place)?;
            if !self.has_place(*party, parties) {
                continue;
            }
            let mut held: HashSet<&str> = HashSet::new();
            for (at, waiter) in queue.iter().enumerate() {
                // Calls of a model go in order: what holds the first of them back holds the others too.
                if held.contains(waiter.model.as_str()) {
                    continue;
                }
                let state = self.models.get(&waiter.model);
                if state.is_some_and(|state| state.held(waiter.tokens, now).is_some())
                    || self.minute.full_until(&self.limit, waiter.tokens, now).is_some()
                {
                    held.insert(&waiter.model);
                    continue;
                }
                return Some((place, at));
            }
        }
        None
    }

    fn has_place(&self, party: PartyId, parties: &HashMap<PartyId, Share>) -> bool {
        let here = self.by_party.get(&party).copied().unwrap_or(0);
        parties.get(&party).is_some_and(|share| share.in_flight < share.places && here < share.at_one())
    }

    fn grant(&mut self, party: PartyId, waiter: &Waiter, parties: &mut HashMap<PartyId, Share>, now: Timestamp) {
        self.in_flight += 1;
        *self.by_party.entry(party).or_default() += 1;
        if let Some(share) = parties.get_mut(&party) {
            share.in_flight += 1;
        }
        let sent = self.minute.sent(waiter.tokens, now);
        let state = self.model(&waiter.model);
        state.breaker.sent(now);
        state.requests.take(1);
        state.tokens.take(waiter.tokens);
        self.granted.insert(waiter.number, (sent, self.width.round()));
        waiter.wake.notify_one();
    }

    /// What holds a call back, and until when, where that is known.
    pub(super) fn why(&mut self, model: &str, tokens: u64, now: Timestamp) -> (Held, Option<Timestamp>) {
        if let Some((held, until)) = self.models.get(model).and_then(|state| state.held(tokens, now)) {
            return (held, Some(until));
        }
        match self.minute.full_until(&self.limit, tokens, now) {
            Some(until) => (Held::Minute, Some(until)),
            None => (Held::InFlight, None),
        }
    }
}

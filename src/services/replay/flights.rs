//! Equal requests at one time are asked once: within a run, and beside other runs of the workspace.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::neighbours::{Beside, Neighbours};
use super::plan::{PlannedCall, ReplayPlan};
use super::running::Shared;
use crate::domain::run::{CachePolicy, ResultStatus};
use crate::store::StoredResult;

/// How often another run is looked at while it works on the same request.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// What makes requests equal: the hash of the canonical request, and the sample.
pub(super) type Key = (String, u32);

/// The requests of a run that are asked more than once, and what is known of those of other runs.
pub(super) struct Flights {
    state: Mutex<State>,
    changed: Notify,
    neighbours: Option<Neighbours>,
}

#[derive(Default)]
struct State {
    /// Keys of which the run has several calls.
    several: HashSet<Key>,
    /// Those that somebody asks now.
    open: HashSet<Key>,
    answers: HashMap<Key, Arc<StoredResult>>,
}

/// What a call is to do.
pub(super) enum Boarding {
    /// It asks; others may wait for it until it has landed.
    Ask,
    /// The answer is there.
    There(Arc<StoredResult>),
}

impl Flights {
    /// The flights of a plan; none are shared where answers are to be asked for again.
    pub(super) fn of(plan: &ReplayPlan, neighbours: impl FnOnce(HashSet<Key>) -> Neighbours) -> Self {
        let mut known: HashSet<Key> = HashSet::new();
        let mut several = HashSet::new();
        let shared = plan.run.cache == CachePolicy::Use;
        let remote = plan.calls.iter().filter(|call| shared && call.cached.is_none() && call.prepared.local.is_none());
        for call in remote {
            if !known.insert(key(call)) {
                several.insert(key(call));
            }
        }
        let neighbours = (!known.is_empty()).then(|| neighbours(known));
        Self { state: Mutex::new(State { several, ..State::default() }), changed: Notify::new(), neighbours }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits while an equal request is under way, here or in another run.
    pub(super) async fn board(&self, call: &PlannedCall) -> Boarding {
        let own = call.cached.is_some() || call.prepared.local.is_some();
        let Some(neighbours) = self.neighbours.as_ref().filter(|_| !own) else { return Boarding::Ask };
        let key = key(call);
        if let Some(answer) = self.first(&key).await {
            return Boarding::There(answer);
        }
        loop {
            match neighbours.ask(&key).await {
                Beside::Nobody => return Boarding::Ask,
                Beside::Answered(answer) => {
                    self.landed(&answer);
                    return Boarding::There(answer);
                }
                Beside::UnderWay => tokio::time::sleep(LOOK_AGAIN).await,
            }
        }
    }

    /// Waits until no call of this run asks for the key; the answer if there is one by then, else the caller is the one who
    /// asks.
    async fn first(&self, key: &Key) -> Option<Arc<StoredResult>> {
        loop {
            // Registered before the look, so that a change in between is not missed.
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            {
                let mut state = self.state();
                if !state.several.contains(key) {
                    return None;
                }
                if let Some(answer) = state.answers.get(key) {
                    return Some(Arc::clone(answer));
                }
                if state.open.insert(key.clone()) {
                    return None;
                }
            }
            changed.await;
        }
    }

    /// Keeps an answer for the calls of the run that ask the same.
    pub(super) fn landed(&self, stored: &StoredResult) {
        let key = (stored.request_hash.clone(), stored.result.sample);
        let mut state = self.state();
        if stored.result.status == ResultStatus::Ok && state.several.contains(&key) {
            state.answers.entry(key).or_insert_with(|| Arc::new(stored.clone()));
        }
    }

    /// A call is over, whatever came of it: the next one that asks the same has its answer, or asks itself.
    fn over(&self, key: &Key) {
        if self.state().open.remove(key) {
            self.changed.notify_waiters();
        }
    }
}

fn key(call: &PlannedCall) -> Key {
    (call.request_hash.clone(), call.sample)
}

impl Shared {
    /// Makes a call, or takes the answer that an equal one has.
    pub(super) async fn fly(&self, mut planned: PlannedCall) {
        let key = key(&planned);
        let boarding = tokio::select! {
            biased;
            () = self.cancel.cancelled() => return self.flights.over(&key),
            () = self.stop.cancelled() => return self.flights.over(&key),
            boarding = self.flights.board(&planned) => boarding,
        };
        if let Boarding::There(answer) = boarding {
            planned.cached = Some(answer);
        }
        super::call::make(self, planned).await;
        self.flights.over(&key);
    }
}

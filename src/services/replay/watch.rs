//! Watches a run that may stop early: keeps its cases close together, and says what is not needed any more.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::plan::{PlannedCall, ReplayPlan};
use crate::domain::run::RunResult;
use crate::domain::run_design::Decided;
use crate::services::compare::Decider;

impl ReplayPlan {
    /// Lets a decider watch the run: cases are asked in its order, and answers that are there are judged; what is not needed
    /// any more is taken off.
    pub fn watch(&mut self, mut decider: Decider) {
        for result in self.done.iter().chain(&self.unknown) {
            decider.take(result);
        }
        for call in &mut self.calls {
            call.place = decider.place(&call.case.trace_id, &call.case.span_id).unwrap_or(usize::MAX);
        }
        self.calls.sort_by_key(|call| call.place);
        let before = self.calls.len();
        self.calls.retain(|call| decider.is_open(call.variant));
        self.saved = (before - self.calls.len()) as u64;
        self.decider = Some(Arc::new(Mutex::new(decider)));
    }
}

/// What a run's workers ask before they send a call.
pub(super) struct Watch {
    decider: Arc<Mutex<Decider>>,
    state: Mutex<State>,
    moved: Notify,
    /// Cases that may be worked on at once.
    ahead: usize,
}

struct State {
    /// Calls that are not over yet, by the place of their case.
    left: Vec<usize>,
    /// The first place with a call that is not over.
    front: usize,
}

/// Whether a run goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goes {
    /// Something is still open.
    On,
    /// Everything is clear.
    Over,
}

impl Watch {
    /// A watch over a plan's calls; `None` where the run does not stop early.
    pub(super) fn of(plan: &ReplayPlan) -> Option<Self> {
        let decider = plan.decider.clone()?;
        let places = plan.run.choice.spans.len();
        let mut left = vec![0; places];
        for call in &plan.calls {
            if let Some(left) = left.get_mut(call.place) {
                *left += 1;
            }
        }
        let each = plan.run.variants.len() * plan.run.samples.max(1) as usize;
        let ahead = plan.concurrency.div_ceil(each.max(1)).max(1);
        let mut state = State { left, front: 0 };
        state.advance();
        Some(Self { decider, state: Mutex::new(state), moved: Notify::new(), ahead })
    }

    fn decider(&self) -> MutexGuard<'_, Decider> {
        self.decider.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the cases before a call's are near their end, so that no variant runs ahead of the others; whether the
    /// call's answer is still needed then.
    pub(super) async fn turn(&self, call: &PlannedCall) -> bool {
        loop {
            // Registered before the look, so that a change in between is not missed.
            let moved = self.moved.notified();
            tokio::pin!(moved);
            moved.as_mut().enable();
            if !self.decider().is_open(call.variant) {
                return false;
            }
            if call.place < self.state().front.saturating_add(self.ahead) {
                return true;
            }
            moved.await;
        }
    }

    /// A call is over, whatever came of it.
    pub(super) fn over(&self, place: usize) {
        let mut state = self.state();
        if let Some(left) = state.left.get_mut(place) {
            *left = left.saturating_sub(1);
        }
        state.advance();
        drop(state);
        self.moved.notify_waiters();
    }

    /// Takes an answer.
    pub(super) fn take(&self, result: &RunResult) -> Goes {
        let mut decider = self.decider();
        decider.take(result);
        let goes = if decider.is_over() { Goes::Over } else { Goes::On };
        drop(decider);
        self.moved.notify_waiters();
        goes
    }

    /// Whether everything is clear already.
    pub(super) fn is_over(&self) -> bool {
        self.decider().is_over()
    }

    /// What is known by now.
    pub(super) fn decided(&self, planned: u64, there: u64) -> Decided {
        self.decider().decided(planned, there)
    }
}

impl State {
    fn advance(&mut self) {
        while self.left.get(self.front) == Some(&0) {
            self.front += 1;
        }
    }
}

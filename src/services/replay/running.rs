//! A run while it goes: what its calls share, and what it comes to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use super::budget::Ledger;
use super::chain_ask::Asker;
use super::control::RunChange;
use super::day::{Day, DayStop, More};
use super::engine::RunError;
use super::events::{OutcomeVariant, RunEvent, RunOutcome};
use super::flights::Flights;
use super::plan::PlannedCall;
use super::record::{Indexer, Recorder};
use super::service::ReplayService;
use super::watch::{Goes, Watch};
use crate::domain::money::Money;
use crate::domain::run::{ModelId, ResultStatus, Run, RunResult, RunStatus};
use crate::domain::run_design::Decided;
use crate::http::{Circuit, Party, Traffic};
use crate::store::{JournalRecord, StoreError, StoredResult};

/// What all calls of a run share.
pub(super) struct Shared {
    pub(super) service: ReplayService,
    pub(super) run: Run,
    pub(super) ledger: Ledger,
    pub(super) recorder: Recorder,
    pub(super) events: Option<mpsc::Sender<RunEvent>>,
    /// The user's word to stop: what is in flight is dropped.
    pub(super) cancel: CancellationToken,
    /// No more calls are sent; what is in flight is waited for.
    pub(super) stop: CancellationToken,
    /// Tells when the run may stop early.
    pub(super) watch: Option<Watch>,
    /// Equal requests that are asked once.
    pub(super) flights: Flights,
    /// Who says what tools answer where the recording does not tell.
    pub(super) asker: Option<Arc<dyn Asker>>,
    /// The run's place at the desk where calls of all runs get their turns.
    pub(super) party: Party,
    pub(super) traffic: Traffic,
    /// Told when no more calls of a model are sent.
    pub(super) model_stops: Notify,
    /// What may be spent on one day, where that is limited.
    pub(super) day: Option<Day>,
    pub(super) state: Mutex<State>,
    pub(super) indexer: Mutex<Option<Indexer>>,
}

#[derive(Default)]
pub(super) struct State {
    /// The models that are asked, and how each one's breaker was told to stand.
    pub(super) circuits: Vec<(ModelId, Circuit)>,
    pub(super) stopped_models: HashMap<String, String>,
    pub(super) stopped_by: Option<Stop>,
    pub(super) tally: Tally,
}

/// What stops a run before its end.
#[derive(Clone, Debug)]
pub(super) enum Stop {
    /// The cap: in words.
    Budget(String),
    /// The journal.
    Journal(Arc<StoreError>),
    /// Everything that was asked is clear.
    Decided,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    results: u64,
    ok: u64,
    failed: u64,
    from_cache: u64,
    skipped: u64,
    unknown: u64,
    diverged: u64,
}

impl Tally {
    pub(super) fn add(&mut self, result: &RunResult) {
        self.results += 1;
        self.from_cache += u64::from(result.from_cache);
        match result.status {
            ResultStatus::Ok => self.ok += 1,
            ResultStatus::Failed | ResultStatus::Incomplete => self.failed += 1,
            ResultStatus::Unknown => self.unknown += 1,
            ResultStatus::Skipped => self.skipped += 1,
            ResultStatus::Diverged => self.diverged += 1,
        }
    }
}

impl Shared {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whoever listens; who does not is no reason to stop.
    pub(super) async fn emit(&self, event: RunEvent) {
        if let Some(events) = &self.events {
            let _ = events.send(event).await;
        }
    }

    /// Sends nothing more.
    pub(super) fn stop_with(&self, why: Stop) {
        self.state().stopped_by.get_or_insert(why);
        self.stop.cancel();
    }

    /// Sends nothing more to a model.
    pub(super) async fn stop_model(&self, model: &str, reason: &str) {
        let first = self.state().stopped_models.insert(model.to_owned(), reason.to_owned()).is_none();
        if first {
            self.model_stops.notify_waiters();
            self.emit(RunEvent::ModelStopped { model: model.to_owned(), reason: reason.to_owned() }).await;
        }
    }

    /// Whether a call of a model may still be sent.
    pub(super) fn may_send(&self, model: &str) -> bool {
        !self.stop.is_cancelled() && !self.cancel.is_cancelled() && !self.state().stopped_models.contains_key(model)
    }

    /// Tells what changed of the breakers of the models that are asked.
    pub(super) async fn tell_circuits(&self) {
        let mut changed = Vec::new();
        for (model, told) in &mut self.state().circuits {
            let now = self.traffic.circuit(&model.provider, &model.model);
            if now != *told {
                told.clone_from(&now);
                changed.push(RunEvent::Circuit { model: model.to_string(), circuit: now });
            }
        }
        for event in changed {
            self.emit(event).await;
        }
    }

    /// Asks for more of what may be spent on one day, so that a call of an amount fits.
    pub(super) async fn more_of_the_day(&self, amount: Money) -> Result<More, Stop> {
        let Some(day) = &self.day else { return Ok(More::Look) };
        let more = day.more(&self.ledger, &self.recorder, amount).await;
        more.map_err(|stop| match stop {
            DayStop::Spent(why) => Stop::Budget(why),
            DayStop::Journal(error) => Stop::Journal(error),
        })
    }

    /// Does what the user wants of the run while it goes.
    pub(super) async fn change(&self, change: RunChange) {
        if let Some(places) = change.concurrency {
            self.party.set_places(places);
        }
        let before = self.ledger.spend().cap;
        if let Some(cap) = change.cap.filter(|cap| Some(*cap) != before) {
            let gone = self.ledger.spend().spent;
            if gone > cap {
                let why = format!("the cap was lowered to ${cap}, and ${gone:.4} is spent already");
                self.stop_with(Stop::Budget(why));
            }
            let spend = self.ledger.set_cap(Some(cap));
            // So that a run that is killed goes on with the cap it had last.
            if let Err(error) = self.recorder.write(&JournalRecord::Run { run: self.run_now() }).await {
                self.stop_with(Stop::Journal(error));
            }
            self.emit(RunEvent::Spend(spend)).await;
        }
        if change.concurrency.is_some() || change.cap.is_some() {
            self.emit(RunEvent::Changed(change)).await;
        }
    }

    /// The run with the cap it has now.
    pub(super) fn run_now(&self) -> Run {
        Run { max_cost: self.ledger.spend().cap, ..self.run.clone() }
    }

    /// Puts a result on disk; then it counts.
    pub(super) async fn finish(&self, stored: StoredResult) {
        let record = JournalRecord::Result { result: Box::new(stored) };
        if let Err(error) = self.recorder.write(&record).await {
            self.stop_with(Stop::Journal(error));
            return;
        }
        let JournalRecord::Result { result: stored } = record else { return };
        self.flights.landed(&stored);
        self.state().tally.add(&stored.result);
        if self.watch.as_ref().map(|watch| watch.take(&stored.result)) == Some(Goes::Over) {
            self.stop_with(Stop::Decided);
        }
        let finished = self.events.is_some().then(|| RunEvent::Finished(Box::new(stored.result.clone())));
        self.put_in_index(*stored);
        if let Some(finished) = finished {
            self.emit(finished).await;
            self.emit(RunEvent::Spend(self.ledger.spend())).await;
        }
    }
}

impl Shared {
    /// Makes a call when it is its turn, unless its answer is not needed any more.
    pub(super) async fn make(&self, planned: PlannedCall) {
        let Some(watch) = &self.watch else { return self.fly(planned).await };
        let place = planned.place;
        let needed = tokio::select! {
            biased;
            () = self.cancel.cancelled() => false,
            () = self.stop.cancelled() => false,
            needed = watch.turn(&planned) => needed,
        };
        if needed {
            self.fly(planned).await;
        }
        watch.over(place);
    }

    /// Journals a result that was already counted, and indexes it.
    pub(super) async fn note(&self, stored: StoredResult) {
        let record = JournalRecord::Result { result: Box::new(stored) };
        if let Err(error) = self.recorder.write(&record).await {
            self.stop_with(Stop::Journal(error));
        } else if let JournalRecord::Result { result } = record {
            self.put_in_index(*result);
        }
    }

    pub(super) fn put_in_index(&self, stored: StoredResult) {
        if let Some(indexer) = self.indexer.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            indexer.take(stored);
        }
    }

    /// Writes the run into the index. The journal is the truth, so a failure only means that the index comes later.
    pub(super) async fn index(&self, status: RunStatus, decided: Option<Decided>) -> Option<String> {
        let (store, run) = (self.service.store().clone(), Run { decided, ..self.run_now() });
        let written = tokio::task::spawn_blocking(move || store.put_run(&run, status)).await;
        written.ok().and_then(Result::err).map(|error| error.to_string())
    }

    pub(super) async fn end(&self, requests: u64, started: Instant) -> Result<RunOutcome, RunError> {
        let (tally, stopped_by, models) = {
            let state = self.state();
            (state.tally, state.stopped_by.clone(), state.stopped_models.clone())
        };
        let status = match &stopped_by {
            Some(Stop::Journal(error)) => return Err(RunError::Journal(Arc::clone(error))),
            Some(Stop::Budget(_)) => RunStatus::Budget,
            Some(Stop::Decided) if tally.failed == 0 => RunStatus::Completed,
            Some(Stop::Decided) => RunStatus::Failed,
            None if self.cancel.is_cancelled() && tally.results < requests => RunStatus::Interrupted,
            None if tally.failed > 0 || tally.unknown > 0 || tally.results < requests => RunStatus::Failed,
            None => RunStatus::Completed,
        };
        let decided = self.watch.as_ref().map(|watch| watch.decided(requests, tally.results));
        let (run_id, at) = (self.run.run_id.clone(), self.service.clock().now());
        let record = JournalRecord::End { run_id, status, at, decided: decided.clone() };
        self.recorder.write(&record).await.map_err(RunError::Journal)?;
        let indexer = self.indexer.lock().unwrap_or_else(PoisonError::into_inner).take();
        let refused = tokio::task::spawn_blocking(move || indexer.and_then(Indexer::finish)).await.ok().flatten();
        let refused = self.index(status, decided.clone()).await.or(refused);
        let mut reasons: Vec<String> = models.into_iter().map(|(model, why)| format!("{model}: {why}")).collect();
        reasons.sort();
        if let Some(Stop::Budget(why)) = stopped_by {
            reasons.push(why);
        }
        if let Some(refused) = refused {
            reasons.push(format!("the results are in the journal, but not in the index yet: {refused}"));
        }
        let spend = self.ledger.spend();
        let outcome = RunOutcome {
            schema_version: 1,
            run_id: self.run.run_id.clone(),
            status,
            variants: self.run.variants.iter().map(outcome_variant).collect(),
            requests,
            results: tally.results,
            ok: tally.ok,
            failed: tally.failed,
            from_cache: tally.from_cache,
            cost_usd: Some(spend.spent),
            estimated_cost_usd: self.run.estimated_cost,
            wall_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            skipped: tally.skipped,
            diverged: tally.diverged,
            unknown: tally.unknown,
            decided,
            stopped_by: (!reasons.is_empty()).then(|| reasons.join("; ")),
        };
        self.emit(RunEvent::Ended(outcome.clone())).await;
        Ok(outcome)
    }
}

fn outcome_variant(variant: &crate::domain::run::Variant) -> OutcomeVariant {
    OutcomeVariant {
        id: variant.id.clone(),
        model: variant.model.to_string(),
        prompt: variant.prompt.as_ref().map(ToString::to_string),
        overrides: variant.overrides.clone(),
        role: variant.role,
    }
}

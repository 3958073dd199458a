//! Runs a plan: many calls at once, within every limit, each on disk before it counts.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::budget::Ledger;
use super::chain_ask::Asker;
use super::events::{OutcomeVariant, RunEvent, RunOutcome};
use super::flights::Flights;
use super::neighbours::Neighbours;
use super::plan::{PlannedCall, ReplayPlan};
use super::record::{Indexer, Recorder};
use super::service::ReplayService;
use super::watch::{Goes, Watch};
use crate::domain::run::{Pacing, ResultStatus, Run, RunResult, RunStatus};
use crate::domain::run_design::Decided;
use crate::http::{Breaker, Limits, RateLimit};
use crate::store::{Journal, JournalRecord, StoreError, StoredResult};

/// Why a run could not go on. What was journalled before is kept, and the run can be resumed.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The journal cannot be written, so nothing more may be sent.
    #[error("the run stopped because its journal cannot be written: {0}")]
    Journal(Arc<StoreError>),
    /// There is no way to wait for answers.
    #[error("the run could not be started: {0}")]
    Runtime(std::io::Error),
}

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
    /// Requests in flight, over all providers.
    pub(super) in_flight: Limits,
    pub(super) limits: HashMap<String, Limits>,
    /// Tells when the run may stop early.
    watch: Option<Watch>,
    /// Equal requests that are asked once.
    pub(super) flights: Flights,
    /// Who says what tools answer where the recording does not tell.
    pub(super) asker: Option<Arc<dyn Asker>>,
    state: Mutex<State>,
    indexer: Mutex<Option<Indexer>>,
}

#[derive(Default)]
struct State {
    breakers: HashMap<String, Breaker>,
    stopped_models: HashMap<String, String>,
    stopped_by: Option<Stop>,
    tally: Tally,
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
struct Tally {
    results: u64,
    ok: u64,
    failed: u64,
    from_cache: u64,
    skipped: u64,
    unknown: u64,
    diverged: u64,
}

impl Tally {
    fn add(&mut self, result: &RunResult) {
        self.results += 1;
        self.from_cache += u64::from(result.from_cache);
        match result.status {
            ResultStatus::Ok => self.ok += 1,
            ResultStatus::Failed | ResultStatus::Incomplete => self.failed += 1,
            ResultStatus::Unknown => {
                self.unknown += 1;
                self.failed += 1;
            }
            ResultStatus::Skipped => self.skipped += 1,
            ResultStatus::Diverged => self.diverged += 1,
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
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
            self.emit(RunEvent::ModelStopped { model: model.to_owned(), reason: reason.to_owned() }).await;
        }
    }

    /// Whether a call of a model may still be sent.
    pub(super) fn may_send(&self, model: &str) -> bool {
        !self.stop.is_cancelled() && !self.cancel.is_cancelled() && !self.state().stopped_models.contains_key(model)
    }

    /// Does something with a model's breaker.
    pub(super) fn breaker<T>(&self, model: &str, action: impl FnOnce(&mut Breaker) -> T) -> T {
        let mut state = self.state();
        match state.breakers.get_mut(model) {
            Some(breaker) => action(breaker),
            None => action(state.breakers.entry(model.to_owned()).or_default()),
        }
    }

    /// Puts a result on disk; then it counts.
    pub(super) async fn finish(&self, stored: StoredResult) {
        let record = JournalRecord::Result { result: Box::new(stored.clone()) };
        if let Err(error) = self.recorder.write(record).await {
            self.stop_with(Stop::Journal(error));
            return;
        }
        self.flights.landed(&stored);
        let result = stored.result.clone();
        self.state().tally.add(&result);
        if self.watch.as_ref().map(|watch| watch.take(&result)) == Some(Goes::Over) {
            self.stop_with(Stop::Decided);
        }
        if let Some(indexer) = self.indexer.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            indexer.take(stored);
        }
        self.emit(RunEvent::Finished(Box::new(result))).await;
        self.emit(RunEvent::Spend(self.ledger.spend())).await;
    }
}

impl ReplayService {
    /// Runs a plan until everything is answered, the cap or a failure stops it, or `cancel` is set. What happens is sent to
    /// `events`; dropping the receiver stops nothing.
    pub async fn run(
        &self,
        mut plan: ReplayPlan,
        events: Option<mpsc::Sender<RunEvent>>,
        cancel: CancellationToken,
    ) -> Result<RunOutcome, RunError> {
        let started = Instant::now();
        let there = plan.calls.len() + plan.done.len() + plan.skipped.len() + plan.unknown.len();
        let requests = there as u64 + plan.saved;
        let store = self.store().clone();
        let resumed = plan.journal.is_some();
        let journal = match plan.journal.take() {
            Some(journal) => journal,
            None => Journal::of_run_alone(store.state_dir(), &plan.run.run_id).map_err(journal_error)?,
        };
        let recorder = Recorder::start(journal).map_err(journal_error)?;
        if !resumed || plan.amended {
            recorder.write(JournalRecord::Run { run: plan.run.clone() }).await.map_err(RunError::Journal)?;
        }
        let shared = Arc::new(self.share(&plan, recorder, events, cancel));
        shared.index(RunStatus::Running, None).await;
        let done = [plan.done.as_slice(), plan.unknown.as_slice()].concat();
        for result in &done {
            shared.state().tally.add(result);
        }
        shared.emit(RunEvent::Started { run: Box::new(plan.run.clone()), done }).await;
        for result in plan.skipped {
            shared.finish(self.stored(result, String::new(), serde_json::Value::Null)).await;
        }
        for result in plan.unknown {
            // A kill left only the intent: from now on the result says so.
            shared.note(self.stored(result, String::new(), serde_json::Value::Null)).await;
        }
        if shared.watch.as_ref().is_some_and(Watch::is_over) {
            shared.stop_with(Stop::Decided);
        }
        match plan.run.pacing {
            Pacing::Live => work(&shared, plan.calls, plan.concurrency, self).await,
            Pacing::Batch => super::batch::work(&shared, plan.calls, plan.waiting).await,
        }
        shared.end(requests, started).await
    }

    /// Runs a plan on threads of its own and gives each event to `on_event`, on this thread.
    pub fn run_blocking(
        &self,
        plan: ReplayPlan,
        cancel: CancellationToken,
        mut on_event: impl FnMut(RunEvent),
    ) -> Result<RunOutcome, RunError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .thread_name("replay")
            .build()
            .map_err(RunError::Runtime)?;
        let service = self.clone();
        runtime.block_on(async {
            let (events, mut happened) = mpsc::channel(1_024);
            let run = tokio::spawn(async move { service.run(plan, Some(events), cancel).await });
            while let Some(event) = happened.recv().await {
                on_event(event);
            }
            run.await.map_err(|error| RunError::Runtime(std::io::Error::other(error)))?
        })
    }

    fn share(
        &self,
        plan: &ReplayPlan,
        recorder: Recorder,
        events: Option<mpsc::Sender<RunEvent>>,
        cancel: CancellationToken,
    ) -> Shared {
        let mut limits = HashMap::new();
        for call in &plan.calls {
            limits.entry(call.model.provider.clone()).or_insert_with_key(|name| {
                let settings = self.providers().settings(name);
                let limit = RateLimit {
                    in_flight: settings.and_then(|s| s.max_concurrency).map(|most| most as usize),
                    requests: settings.and_then(|s| s.requests_per_minute),
                    tokens: settings.and_then(|s| s.tokens_per_minute),
                };
                Limits::new(limit, Arc::clone(self.clock()))
            });
        }
        let all = RateLimit { in_flight: Some(plan.concurrency), ..RateLimit::default() };
        Shared {
            service: self.clone(),
            run: plan.run.clone(),
            ledger: Ledger::new(plan.run.max_cost, plan.spent_before),
            recorder,
            events,
            cancel,
            stop: CancellationToken::new(),
            in_flight: Limits::new(all, Arc::clone(self.clock())),
            limits,
            watch: Watch::of(plan),
            flights: Flights::of(plan, |wanted| {
                Neighbours::new(self.store().state_dir().to_owned(), plan.run.run_id.clone(), wanted)
            }),
            asker: plan.asker.clone(),
            state: Mutex::default(),
            indexer: Mutex::new(Some(Indexer::start(self.store().clone()))),
        }
    }

    pub(super) fn stored(&self, result: RunResult, request_hash: String, request: serde_json::Value) -> StoredResult {
        StoredResult { result, request_hash, request, created_at: self.clock().now() }
    }
}

fn journal_error(error: StoreError) -> RunError {
    RunError::Journal(Arc::new(error))
}

/// Works through the calls: as many at once as each provider and the run allow, each provider's in order.
async fn work(shared: &Arc<Shared>, calls: Vec<PlannedCall>, concurrency: usize, service: &ReplayService) {
    let mut queues: HashMap<String, VecDeque<PlannedCall>> = HashMap::new();
    for call in calls {
        queues.entry(call.model.provider.clone()).or_default().push_back(call);
    }
    let mut workers = tokio::task::JoinSet::new();
    for (provider, queue) in queues {
        let most = service.providers().settings(&provider).and_then(|settings| settings.max_concurrency);
        let count = most.map_or(concurrency, |most| concurrency.min(most as usize)).clamp(1, queue.len().max(1));
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..count {
            let (shared, queue) = (Arc::clone(shared), Arc::clone(&queue));
            workers.spawn(async move {
                while !shared.stop.is_cancelled() && !shared.cancel.is_cancelled() {
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                    let Some(planned) = next else { break };
                    shared.make(planned).await;
                }
            });
        }
    }
    while workers.join_next().await.is_some() {}
}

impl Shared {
    /// Makes a call when it is its turn, unless its answer is not needed any more.
    async fn make(&self, planned: PlannedCall) {
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
    async fn note(&self, stored: StoredResult) {
        let record = JournalRecord::Result { result: Box::new(stored.clone()) };
        if let Err(error) = self.recorder.write(record).await {
            self.stop_with(Stop::Journal(error));
        } else if let Some(indexer) = self.indexer.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            indexer.take(stored);
        }
    }

    /// Writes the run into the index. The journal is the truth, so a failure only means that the index comes later.
    async fn index(&self, status: RunStatus, decided: Option<Decided>) -> Option<String> {
        let (store, run) = (self.service.store().clone(), Run { decided, ..self.run.clone() });
        let written = tokio::task::spawn_blocking(move || store.put_run(&run, status)).await;
        written.ok().and_then(Result::err).map(|error| error.to_string())
    }

    async fn end(&self, requests: u64, started: Instant) -> Result<RunOutcome, RunError> {
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
            None if tally.failed > 0 || tally.results < requests => RunStatus::Failed,
            None => RunStatus::Completed,
        };
        let decided = self.watch.as_ref().map(|watch| watch.decided(requests, tally.results));
        let (run_id, at) = (self.run.run_id.clone(), self.service.clock().now());
        let record = JournalRecord::End { run_id, status, at, decided: decided.clone() };
        self.recorder.write(record).await.map_err(RunError::Journal)?;
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

//! Runs a plan: many calls at once, within every limit, each on disk before it counts.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use super::budget::Ledger;
use super::chain_ask::Asker;
use super::control::{RunChange, RunControl};
use super::day::{Day, DayStop, More};
use super::events::{OutcomeVariant, RunEvent, RunOutcome};
use super::flights::Flights;
use super::neighbours::Neighbours;
use super::plan::{PlannedCall, ReplayPlan};
use super::record::{Indexer, Recorder};
use super::service::ReplayService;
use super::watch::{Goes, Watch};
use crate::domain::money::Money;
use crate::domain::run::{ModelId, Pacing, ResultStatus, Run, RunResult, RunStatus};
use crate::domain::run_design::Decided;
use crate::http::{Circuit, Party, Traffic};
use crate::store::{Journal, JournalRecord, SentRequest, StoreError, StoredResult};

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
    /// Tells when the run may stop early.
    watch: Option<Watch>,
    /// Equal requests that are asked once.
    pub(super) flights: Flights,
    /// Who says what tools answer where the recording does not tell.
    pub(super) asker: Option<Arc<dyn Asker>>,
    /// The run's place at the desk where calls of all runs get their turns.
    pub(super) party: Party,
    traffic: Traffic,
    /// Told when no more calls of a model are sent.
    pub(super) model_stops: Notify,
    /// What may be spent on one day, where that is limited.
    day: Option<Day>,
    state: Mutex<State>,
    indexer: Mutex<Option<Indexer>>,
}

#[derive(Default)]
struct State {
    /// The models that are asked, and how each one's breaker was told to stand.
    circuits: Vec<(ModelId, Circuit)>,
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

/// Tasks for the calls of one model: as many as a run may ever have in flight.
const MOST_WORKERS: usize = 256;

impl Tally {
    fn add(&mut self, result: &RunResult) {
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
    async fn change(&self, change: RunChange) {
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
    fn run_now(&self) -> Run {
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

impl ReplayService {
    /// Runs a plan until everything is answered, the cap or a failure stops it, or `cancel` is set. What happens is sent to
    /// `events`; dropping the receiver stops nothing.
    pub async fn run(
        &self,
        plan: ReplayPlan,
        events: Option<mpsc::Sender<RunEvent>>,
        cancel: CancellationToken,
    ) -> Result<RunOutcome, RunError> {
        self.run_controlled(plan, events, RunControl::new(cancel)).await
    }

    /// Runs a plan as [`run`](Self::run) does, with a hand on it that changes it while it goes.
    pub async fn run_controlled(
        &self,
        mut plan: ReplayPlan,
        events: Option<mpsc::Sender<RunEvent>>,
        control: RunControl,
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
            recorder.write(&JournalRecord::Run { run: plan.run.clone() }).await.map_err(RunError::Journal)?;
        }
        let shared = Arc::new(self.share(&plan, recorder, events, control.cancel().clone()));
        let watcher = tokio::spawn(watch_changes(Arc::clone(&shared), control));
        shared.index(RunStatus::Running, None).await;
        let done = [plan.done.as_slice(), plan.unknown.as_slice()].concat();
        for result in &done {
            shared.state().tally.add(result);
        }
        shared.emit(RunEvent::Started { run: Box::new(plan.run.clone()), done }).await;
        for result in plan.skipped {
            shared.finish(self.stored(result, String::new(), SentRequest::default())).await;
        }
        for result in plan.unknown {
            // A kill left only the intent: from now on the result says so.
            shared.note(self.stored(result, String::new(), SentRequest::default())).await;
        }
        if shared.watch.as_ref().is_some_and(Watch::is_over) {
            shared.stop_with(Stop::Decided);
        }
        match plan.run.pacing {
            Pacing::Live => work(&shared, plan.calls).await,
            Pacing::Batch => super::batch::work(&shared, plan.calls, plan.waiting).await,
        }
        watcher.abort();
        shared.end(requests, started).await
    }

    /// Runs a plan on threads of its own and gives each event to `on_event`, on this thread.
    pub fn run_blocking(
        &self,
        plan: ReplayPlan,
        cancel: CancellationToken,
        on_event: impl FnMut(RunEvent),
    ) -> Result<RunOutcome, RunError> {
        self.run_controlled_blocking(plan, RunControl::new(cancel), on_event)
    }

    /// The same with a hand on the run that changes it while it goes.
    pub fn run_controlled_blocking(
        &self,
        plan: ReplayPlan,
        control: RunControl,
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
            let run = tokio::spawn(async move { service.run_controlled(plan, Some(events), control).await });
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
        let traffic = self.providers().traffic(self.clock()).clone();
        let party = traffic.join(plan.concurrency);
        let mut models: BTreeMap<ModelId, usize> = BTreeMap::new();
        for call in plan.calls.iter().filter(|call| call.cached.is_none()) {
            *models.entry(call.model.clone()).or_default() += 1;
        }
        for (model, calls) in &models {
            party.expect(&model.provider, &model.model, *calls);
        }
        let circuits = models.into_keys().map(|model| (model, Circuit::Closed)).collect();
        let ledger = Ledger::new(plan.run.max_cost, plan.spent_before);
        let day = self.day().map(|limit| Day::new(limit, self, &plan.run.run_id, plan));
        if day.is_some() {
            ledger.allow(plan.spent_before);
        }
        Shared {
            service: self.clone(),
            run: plan.run.clone(),
            ledger,
            recorder,
            events,
            cancel,
            stop: CancellationToken::new(),
            watch: Watch::of(plan),
            flights: Flights::of(plan, |wanted| {
                Neighbours::new(self.store().state_dir().to_owned(), plan.run.run_id.clone(), wanted)
            }),
            asker: plan.asker.clone(),
            party,
            traffic,
            model_stops: Notify::new(),
            day,
            state: Mutex::new(State { circuits, ..State::default() }),
            indexer: Mutex::new(Some(Indexer::start(self.store().clone()))),
        }
    }

    pub(super) fn stored(&self, result: RunResult, request_hash: String, request: SentRequest) -> StoredResult {
        StoredResult { result, request_hash, request, created_at: self.clock().now() }
    }
}

fn journal_error(error: StoreError) -> RunError {
    RunError::Journal(Arc::new(error))
}

/// Works through the calls: each model's in order, and as many at once as provider and run allow. What waits holds no place,
/// so there are as many tasks as calls could ever be in flight.
async fn work(shared: &Arc<Shared>, calls: Vec<PlannedCall>) {
    let mut queues: HashMap<ModelId, VecDeque<PlannedCall>> = HashMap::new();
    for call in calls {
        match queues.get_mut(&call.model) {
            Some(queue) => queue.push_back(call),
            None => drop(queues.insert(call.model.clone(), VecDeque::from([call]))),
        }
    }
    let mut workers = tokio::task::JoinSet::new();
    for (_, queue) in queues {
        let count = queue.len().min(MOST_WORKERS);
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..count {
            let (shared, queue) = (Arc::clone(shared), Arc::clone(&queue));
            workers.spawn(async move {
                while !shared.stop.is_cancelled() && !shared.cancel.is_cancelled() {
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                    let Some(planned) = next else { break };
                    let asked = planned.cached.is_none().then(|| planned.model.provider.clone());
                    shared.make(planned).await;
                    if let Some(provider) = asked {
                        shared.party.done(&provider);
                    }
                }
            });
        }
    }
    while workers.join_next().await.is_some() {}
}

/// Watches what others change while a run goes: the user, and runs that ask the same models.
async fn watch_changes(shared: Arc<Shared>, control: RunControl) {
    let (mut circuits, mut wanted) = (shared.traffic.changes(), control.changes());
    loop {
        tokio::select! {
            changed = circuits.changed() => match changed {
                Ok(()) => shared.tell_circuits().await,
                Err(_) => return,
            },
            changed = wanted.changed() => match changed {
                Ok(()) => {
                    let change = *wanted.borrow_and_update();
                    shared.change(change).await;
                }
                Err(_) => return,
            },
        }
    }
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
        let record = JournalRecord::Result { result: Box::new(stored) };
        if let Err(error) = self.recorder.write(&record).await {
            self.stop_with(Stop::Journal(error));
        } else if let JournalRecord::Result { result } = record {
            self.put_in_index(*result);
        }
    }

    fn put_in_index(&self, stored: StoredResult) {
        if let Some(indexer) = self.indexer.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            indexer.take(stored);
        }
    }

    /// Writes the run into the index. The journal is the truth, so a failure only means that the index comes later.
    async fn index(&self, status: RunStatus, decided: Option<Decided>) -> Option<String> {
        let (store, run) = (self.service.store().clone(), Run { decided, ..self.run_now() });
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

//! Runs a plan: many calls at once, within every limit, each on disk before it counts.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use super::budget::Ledger;
use super::control::RunControl;
use super::day::Day;
use super::events::{RunEvent, RunOutcome};
use super::flights::Flights;
use super::neighbours::Neighbours;
use super::plan::{PlannedCall, ReplayPlan};
use super::record::{Indexer, Recorder};
use super::running::{Shared, State, Stop};
use super::service::ReplayService;
use super::watch::Watch;
use crate::domain::run::{ModelId, Pacing, RunResult, RunStatus};
use crate::http::Circuit;
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

/// Events that may wait for whoever listens.
const EVENTS: usize = 4_096;
/// Whoever listens takes together what happened meanwhile: a switch of threads for each event costs more than the event.
const BREATH: Duration = Duration::from_millis(5);
/// Tasks for the calls of one model: as many as a run may ever have in flight.
const MOST_WORKERS: usize = 256;

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
            let (events, mut happened) = mpsc::channel(EVENTS);
            let run = tokio::spawn(async move { service.run_controlled(plan, Some(events), control).await });
            let mut some = Vec::new();
            while happened.recv_many(&mut some, EVENTS).await > 0 {
                let ended = matches!(some.last(), Some(RunEvent::Ended(_)));
                some.drain(..).for_each(&mut on_event);
                if !ended {
                    tokio::time::sleep(BREATH).await;
                }
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

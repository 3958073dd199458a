//! Runs that may wait: calls handed over in batches, asked after now and then, and collected.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::budget::Reservation;
use super::call::{self, Call};
use super::engine::{Shared, Stop};
use super::events::RunEvent;
use super::plan::PlannedCall;
use crate::domain::ids::ResultId;
use crate::domain::money::Money;
use crate::http::{Attempts, Decision};
use crate::providers::{BatchAnswer, BatchEndpoint, BatchItem, BatchProgress, CallError, CallErrorKind, Provider};
use crate::store::{Intent, JournalRecord, SubmittedBatch};

/// A batch that was handed over before the run was stopped, with the intents of its open calls.
#[derive(Clone, Debug)]
pub struct WaitingBatch {
    /// The batch.
    pub batch: SubmittedBatch,
    /// What was said before it was handed over, of the calls that have no result.
    pub intents: Vec<Intent>,
}

/// A call of a batch, with the money that is held back for it.
struct Held<'a> {
    call: PlannedCall,
    reservation: Reservation<'a>,
}

/// A batch on its way.
struct Underway<'a> {
    provider: Arc<dyn Provider>,
    batch_id: String,
    held: HashMap<ResultId, Held<'a>>,
}

/// Hands over what was not handed over yet, and waits for all batches of the run.
pub(super) async fn work(shared: &Arc<Shared>, calls: Vec<PlannedCall>, waiting: Vec<WaitingBatch>) {
    let mut planned: HashMap<ResultId, PlannedCall> = HashMap::new();
    let mut order = Vec::new();
    for call in calls {
        if call.cached.is_some() {
            call::make(shared, call).await;
        } else {
            order.push(call.result_id.clone());
            planned.insert(call.result_id.clone(), call);
        }
    }
    let mut underway: Vec<Underway<'_>> =
        waiting.into_iter().filter_map(|batch| taken_up(shared, batch, &mut planned)).collect();
    let mut groups: BTreeMap<String, Vec<PlannedCall>> = BTreeMap::new();
    for call in order.iter().filter_map(|id| planned.remove(id)) {
        // A batch is of one model: some providers refuse others.
        groups.entry(call.model.to_string()).or_default().push(call);
    }
    for (model, calls) in groups {
        underway.extend(hand_over(shared, &model, calls).await);
    }
    for batch in underway {
        wait_for(shared, batch).await;
    }
}

/// A batch of an earlier time, with money held back for it whatever the cap is now: it was sent.
fn taken_up<'a>(
    shared: &'a Shared,
    waiting: WaitingBatch,
    planned: &mut HashMap<ResultId, PlannedCall>,
) -> Option<Underway<'a>> {
    let mut held = HashMap::new();
    for intent in waiting.intents {
        if let Some(mut call) = planned.remove(&intent.result_id) {
            call.reservation = intent.reservation.unwrap_or(call.reservation);
            call.request_hash = intent.request_hash;
            let reservation = shared.ledger.hold(call.reservation);
            held.insert(intent.result_id, Held { call, reservation });
        }
    }
    let provider = held.values().next().map(|held| Arc::clone(&held.call.provider))?;
    Some(Underway { provider, batch_id: waiting.batch.batch_id, held })
}

/// Hands the calls of one model over, in as many batches as the provider's limits make.
async fn hand_over<'a>(shared: &'a Arc<Shared>, model: &str, calls: Vec<PlannedCall>) -> Vec<Underway<'a>> {
    let Some(provider) = calls.first().map(|call| Arc::clone(&call.provider)) else { return Vec::new() };
    let Some(endpoint) = provider.batches() else { return Vec::new() };
    let mut underway = Vec::new();
    let mut rest = calls.into_iter().peekable();
    while rest.peek().is_some() && shared.may_send(model) {
        let mut held: Vec<Held<'a>> = Vec::new();
        let mut bytes = 0;
        while let Some(call) = rest.next_if(|call| {
            let fits =
                held.len() < endpoint.most_requests() && bytes + call.prepared.body.len() <= endpoint.most_bytes();
            fits || held.is_empty()
        }) {
            bytes += call.prepared.body.len();
            // Nothing of a batch is answered soon, so there is no money to wait for.
            let Ok(reservation) = shared.ledger.reserve(call.reservation) else {
                shared.stop_with(Stop::Budget(format!(
                    "the next call of {model} can cost up to ${:.4}, which does not fit under the cap",
                    call.reservation
                )));
                break;
            };
            held.push(Held { call, reservation });
        }
        if held.is_empty() {
            break;
        }
        underway.extend(submit(shared, &provider, endpoint, held).await);
    }
    underway
}

/// Writes the intents, hands one batch over and writes down its id.
async fn submit<'a>(
    shared: &'a Arc<Shared>,
    provider: &Arc<dyn Provider>,
    endpoint: &dyn BatchEndpoint,
    held: Vec<Held<'a>>,
) -> Option<Underway<'a>> {
    for one in &held {
        let intent = Intent {
            run_id: shared.run.run_id.clone(),
            result_id: one.call.result_id.clone(),
            request_hash: one.call.request_hash.clone(),
            reservation: Some(one.call.reservation),
            at: shared.service.clock().now(),
            attempt: 1,
        };
        if let Err(error) = shared.recorder.write(JournalRecord::Intent { intent }).await {
            shared.stop_with(Stop::Journal(error));
            return None;
        }
    }
    let items: Vec<BatchItem<'_>> =
        held.iter().map(|one| BatchItem { id: one.call.result_id.as_str(), prepared: &one.call.prepared }).collect();
    let batch_id = match again(shared, || endpoint.submit(&items)).await {
        Ok(batch_id) => batch_id,
        Err(error) => {
            for one in held {
                fail(shared, one, error.clone()).await;
            }
            return None;
        }
    };
    let batch = SubmittedBatch {
        run_id: shared.run.run_id.clone(),
        provider: provider.name().to_owned(),
        batch_id: batch_id.clone(),
        result_ids: held.iter().map(|one| one.call.result_id.clone()).collect(),
        at: shared.service.clock().now(),
    };
    if let Err(error) = shared.recorder.write(JournalRecord::Batch { batch }).await {
        shared.stop_with(Stop::Journal(error));
    }
    for one in &held {
        let model = one.call.model.to_string();
        let call = Call::new(shared, &one.call, &model).id().clone();
        let reason = format!("for batch {batch_id} at {}", provider.name());
        shared.emit(RunEvent::Waiting { call, wait: shared.service.batch_pause(), reason }).await;
    }
    let held = held.into_iter().map(|one| (one.call.result_id.clone(), one)).collect();
    Some(Underway { provider: Arc::clone(provider), batch_id, held })
}

/// Asks after a batch until it is over, then reads its answers. A run that is stopped leaves it at the provider.
async fn wait_for(shared: &Arc<Shared>, mut batch: Underway<'_>) {
    let provider = Arc::clone(&batch.provider);
    let Some(endpoint) = provider.batches() else { return };
    let mut pause = shared.service.batch_pause();
    loop {
        let progress = match again(shared, || endpoint.progress(&batch.batch_id)).await {
            Ok(progress) => progress,
            Err(error) => {
                return shared
                    .stop_model(provider.name(), &format!("batch {} cannot be asked after: {error}", batch.batch_id))
                    .await;
            }
        };
        tell(shared, &batch, progress).await;
        if progress.over {
            break;
        }
        tokio::select! {
            biased;
            // What is held back stays counted: the batch goes on at the provider.
            () = shared.cancel.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
        pause = (pause * 3 / 2).min(LONGEST_PAUSE);
    }
    let mut answers: Vec<BatchAnswer> = Vec::new();
    let collected = endpoint.collect(&batch.batch_id, &mut |answer| answers.push(answer)).await;
    for answer in answers {
        if let Some(held) = batch.held.remove(&ResultId::from(answer.id)) {
            finish(shared, held, answer.outcome).await;
        }
    }
    let why = match collected {
        Ok(()) => CallError::new(CallErrorKind::Invalid, "the batch ended without an answer to this request"),
        Err(error) if error.kind.may_retry() => {
            // What is not read yet can be read on a resume.
            shared.stop_model(provider.name(), &format!("batch {}: {error}", batch.batch_id)).await;
            return;
        }
        Err(error) => error,
    };
    for (_, held) in std::mem::take(&mut batch.held) {
        fail(shared, held, why.clone()).await;
    }
}

/// The longest pause between two looks at a batch.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

async fn tell(shared: &Shared, batch: &Underway<'_>, progress: BatchProgress) {
    let event = RunEvent::Batch {
        provider: batch.provider.name().to_owned(),
        batch_id: batch.batch_id.clone(),
        done: progress.done,
        total: progress.total.max(batch.held.len() as u64),
    };
    shared.emit(event).await;
}

async fn finish(shared: &Arc<Shared>, held: Held<'_>, outcome: Result<crate::providers::Answer, CallError>) {
    let model = held.call.model.to_string();
    let call = Call::new(shared, &held.call, &model);
    let result = call.blank(1);
    let result = match held.call.prepared.as_recorded(outcome) {
        Ok(answer) => call.answered(result, answer, held.reservation, Money::ZERO),
        Err(error) => Call::failed(result, error, held.reservation, Money::ZERO, Money::ZERO),
    };
    call::finish(shared, &held.call, result).await;
}

/// A request of a batch that will have no answer, and costs nothing.
async fn fail(shared: &Arc<Shared>, held: Held<'_>, error: CallError) {
    finish(shared, held, Err(error)).await;
}

/// Asks, and again as the retry policy has it.
async fn again<'a, T, F>(shared: &Shared, ask: F) -> Result<T, CallError>
where
    F: Fn() -> futures_util::future::BoxFuture<'a, Result<T, CallError>>,
{
    let mut attempts = Attempts::default();
    loop {
        let error = match ask().await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let wait = match call::decide(&shared.service, &mut attempts, &error) {
            Decision::GiveUp => return Err(error),
            Decision::Again(wait) | Decision::AsTold(wait) => wait,
        };
        tokio::select! {
            biased;
            () = shared.cancel.cancelled() => return Err(error),
            () = tokio::time::sleep(wait) => {}
        }
    }
}

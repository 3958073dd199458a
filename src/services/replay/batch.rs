//! Runs that may wait: calls handed over in batches, asked after now and then, and collected.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::budget::Reservation;
use super::call::{self, Call};
use super::events::RunEvent;
use super::plan::PlannedCall;
use super::running::{Shared, Stop};
use crate::domain::ids::ResultId;
use crate::domain::money::Money;
use crate::http::{Attempts, Decision};
use crate::providers::{
    Answer, BatchAnswer, BatchEndpoint, BatchItem, BatchProgress, BatchSize, CallError, CallErrorKind, Fits, Provider,
};
use crate::store::{Intent, JournalRecord, SubmittedBatch};

/// What is wanted of batches that were handed over before a run was stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BatchWish {
    /// They are waited for.
    #[default]
    Await,
    /// The provider is asked to stop them, and nothing more is handed over; what was answered before is billed and kept.
    Cancel,
}

/// A batch that was handed over before the run was stopped, with the intents of its open calls.
#[derive(Clone, Debug)]
pub struct WaitingBatch {
    /// The batch.
    pub batch: SubmittedBatch,
    /// What was said before it was handed over, of the calls that have no result.
    pub intents: Vec<Intent>,
    /// What is wanted of it.
    pub wish: BatchWish,
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
    wish: BatchWish,
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
    let cancels = waiting.iter().any(|batch| batch.wish == BatchWish::Cancel);
    let mut underway: Vec<Underway<'_>> =
        waiting.into_iter().filter_map(|batch| taken_up(shared, batch, &mut planned)).collect();
    let mut groups: BTreeMap<String, Vec<PlannedCall>> = BTreeMap::new();
    for call in order.iter().filter_map(|id| planned.remove(id)).filter(|_| !cancels) {
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
    Some(Underway { provider, batch_id: waiting.batch.batch_id, held, wish: waiting.wish })
}

/// Hands the calls of one model over, in as many batches as the provider's limits make.
async fn hand_over<'a>(shared: &'a Arc<Shared>, model: &str, calls: Vec<PlannedCall>) -> Vec<Underway<'a>> {
    let Some(provider) = calls.first().map(|call| Arc::clone(&call.provider)) else { return Vec::new() };
    let Some(endpoint) = provider.batches() else { return Vec::new() };
    let mut underway = Vec::new();
    let mut rest = calls.into_iter().peekable();
    while rest.peek().is_some() && shared.may_send(model) {
        let mut held: Vec<Held<'a>> = Vec::new();
        let mut size = BatchSize { requests: 0, bytes: 0 };
        while let Some(call) = rest.next_if(|call| size.take(call.prepared.body.len(), endpoint.most()) == Fits::Yes) {
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
        underway.extend(submit(shared, model, endpoint, held).await);
    }
    underway
}

/// Writes the intents, hands one batch over and writes down its id.
async fn submit<'a>(
    shared: &'a Arc<Shared>,
    model: &str,
    endpoint: &dyn BatchEndpoint,
    held: Vec<Held<'a>>,
) -> Option<Underway<'a>> {
    let provider = Arc::clone(&held.first()?.call.provider);
    for one in &held {
        let intent = Intent {
            run_id: shared.run.run_id.clone(),
            result_id: one.call.result_id.clone(),
            request_hash: one.call.request_hash.clone(),
            reservation: Some(one.call.reservation),
            at: shared.service.clock().now(),
            attempt: 1,
        };
        if let Err(error) = shared.recorder.write(&JournalRecord::Intent { intent }).await {
            shared.stop_with(Stop::Journal(error));
            return None;
        }
    }
    let items: Vec<BatchItem<'_>> =
        held.iter().map(|one| BatchItem { id: one.call.result_id.as_str(), prepared: &one.call.prepared }).collect();
    // What may be at the provider already is not handed over a second time: it would be paid for twice.
    let repeats = |error: &CallError| !error.kind.may_be_billed();
    let batch_id = match again(shared, repeats, || endpoint.submit(&items)).await {
        Ok(batch_id) => batch_id,
        Err(error) if error.kind.may_be_billed() => {
            // The intents stay open, so a resume tells these calls as unknown; what is held back stays counted.
            let reason = format!(
                "a batch was handed over and may be at the provider, but its id never came ({error}); look there before \
                 --resume with --retry-unknown hands it over again"
            );
            shared.stop_model(model, &reason).await;
            return None;
        }
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
    if let Err(error) = shared.recorder.write(&JournalRecord::Batch { batch }).await {
        shared.stop_with(Stop::Journal(error));
    }
    for one in &held {
        let model = one.call.model.to_string();
        let call = Call::new(shared, &one.call, &model).id().clone();
        let reason = format!("for batch {batch_id} at {}", provider.name());
        shared.emit(RunEvent::Waiting { call, wait: shared.service.batch_pause(), reason }).await;
    }
    let held = held.into_iter().map(|one| (one.call.result_id.clone(), one)).collect();
    Some(Underway { provider, batch_id, held, wish: BatchWish::Await })
}

/// Asks after a batch until it is over, then reads its answers. A run that is stopped leaves it at the provider.
async fn wait_for(shared: &Arc<Shared>, mut batch: Underway<'_>) {
    let provider = Arc::clone(&batch.provider);
    let Some(endpoint) = provider.batches() else { return };
    let mut pause = shared.service.batch_pause();
    loop {
        let progress = match again(shared, |_| true, || endpoint.progress(&batch.batch_id)).await {
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
        if std::mem::take(&mut batch.wish) == BatchWish::Cancel
            && let Err(error) = again(shared, |_| true, || endpoint.cancel(&batch.batch_id)).await
        {
            let reason = format!("batch {} cannot be cancelled: {error}", batch.batch_id);
            return shared.stop_model(provider.name(), &reason).await;
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
        Err(error) if stays_to_read(error.kind) => {
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

/// Whether answers that could not be read are still there: it was the way, or the key, and not they.
fn stays_to_read(kind: CallErrorKind) -> bool {
    kind.may_retry() || (kind.stops_model() && kind != CallErrorKind::NoSuchModel)
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

async fn finish(shared: &Arc<Shared>, held: Held<'_>, outcome: Result<Answer, CallError>) {
    let model = held.call.model.to_string();
    let call = Call::new(shared, &held.call, &model);
    let result = call.blank(1);
    let result = match held.call.prepared.as_recorded(outcome) {
        Ok(answer) => call.answered(result, answer, held.reservation, Money::ZERO),
        Err(error) => {
            let error = held.call.prepared.without_echo(error);
            let charged = if error.kind.may_be_billed() { held.reservation.amount() } else { Money::ZERO };
            Call::failed(result, error, held.reservation, charged, Money::ZERO)
        }
    };
    call::finish(shared, &held.call, result).await;
}

/// A request of a batch that will have no answer.
async fn fail(shared: &Arc<Shared>, held: Held<'_>, error: CallError) {
    finish(shared, held, Err(error)).await;
}

/// Asks, and again as the retry policy has it, after errors that `repeats` lets pass.
async fn again<'a, T, F>(shared: &Shared, repeats: impl Fn(&CallError) -> bool, ask: F) -> Result<T, CallError>
where
    F: Fn() -> futures_util::future::BoxFuture<'a, Result<T, CallError>>,
{
    let mut attempts = Attempts::default();
    loop {
        let error = match ask().await {
            Ok(answer) => return Ok(answer),
            Err(error) if !repeats(&error) => return Err(error),
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

//! One call: waits for its turn and its money, writes its intent, asks, and writes its result.

use std::time::{Duration, Instant};

use super::call_result::{blank, call_id, from_cache, milliseconds};
use super::events::{CallId, RunEvent};
use super::pieces::Pieces;
use super::plan::PlannedCall;
use super::running::{Shared, Stop};
use super::service::ReplayService;
use crate::domain::money::Money;
use crate::domain::run::RunResult;
use crate::http::{Attempts, Decision, Failure, Health, Held, Load, Pass, Report};
use crate::providers::{Answer, CallError, CallErrorKind};
use crate::store::{Intent, JournalRecord, SentRequest};

/// Shorter waits are not worth a word.
pub(super) const WORTH_SAYING: Duration = Duration::from_millis(200);

/// Makes one call, from the cache or by asking; every way out but "not sent" ends in a result on disk.
pub(super) async fn make(shared: &Shared, planned: PlannedCall) {
    if let Some(chain) = planned.chain.clone() {
        super::chain::follow(shared, &planned, &chain).await;
        return;
    }
    if let Some(cached) = planned.cached.clone() {
        let result = from_cache(blank(shared, &planned), &cached.result);
        let stored = shared.service.stored(result, planned.request_hash.clone(), cached.request.clone());
        shared.finish(stored).await;
        return;
    }
    if let Some(result) = request(shared, &planned).await {
        finish(shared, &planned, result).await;
    }
}

/// Sends one request: waits for its turn and its money, writes its intent and asks. `None` where it was not sent; the
/// result is not on disk yet.
pub(super) async fn request(shared: &Shared, planned: &PlannedCall) -> Option<RunResult> {
    let model = planned.model.to_string();
    Call::new(shared, planned, &model).run().await
}

/// Puts the result of a call on disk, with its request.
pub(super) async fn finish(shared: &Shared, planned: &PlannedCall, result: RunResult) {
    let local = planned.prepared.local.is_some();
    let hash = if local { String::new() } else { planned.request_hash.clone() };
    let request = SentRequest::of_body(&planned.prepared.body);
    shared.finish(shared.service.stored(result, hash, request)).await;
}

pub(super) struct Call<'a> {
    pub(super) shared: &'a Shared,
    pub(super) planned: &'a PlannedCall,
    pub(super) id: CallId,
    pub(super) model: &'a str,
}

/// How one attempt ended.
enum Attempt {
    Answered(Box<Answer>),
    Failed(CallError),
    /// The user stopped the run while the call was in flight.
    Interrupted,
}

impl<'a> Call<'a> {
    pub(super) fn new(shared: &'a Shared, planned: &'a PlannedCall, model: &'a str) -> Self {
        Self { shared, id: call_id(shared, planned), planned, model }
    }

    /// Which call it is, for events.
    pub(super) const fn id(&self) -> &CallId {
        &self.id
    }

    /// Its result before anything has come, after so many attempts.
    pub(super) fn blank(&self, attempts: u32) -> RunResult {
        RunResult { attempts, ..blank(self.shared, self.planned) }
    }

    /// Asks, again where that may help. While it waits it holds no place.
    async fn run(&self) -> Option<RunResult> {
        let mut attempts = Attempts::default();
        let mut lost = Money::ZERO;
        let mut result = blank(self.shared, self.planned);
        let mut kept = None;
        let mut failed: Option<CallError> = None;
        loop {
            let (pass, reservation) = match self.admitted(kept.take()).await {
                Ok(admitted) => admitted,
                Err(why) => return Self::not_sent(result, &why, failed, lost),
            };
            let untold = result.attempts == 0 || lost > Money::ZERO;
            if untold && self.intend(result.attempts, lost + reservation.amount()).await.is_err() {
                let _ = reservation.settle(Money::ZERO);
                pass.end(&Report::Unsent, None);
                return None;
            }
            result.attempts += 1;
            self.shared.emit(RunEvent::Sent { call: self.id.clone(), attempt: result.attempts }).await;
            let (attempt, latency, first) = self.attempt().await;
            result.latency_ms = Some(milliseconds(latency));
            result.ttft_ms = first.map(milliseconds);
            let error = match attempt {
                Attempt::Answered(answer) => {
                    let tokens = answer.usage.input.zip(answer.usage.output).map(|(input, output)| input + output);
                    pass.end(&Report::Answered { tokens }, answer.limits.as_deref());
                    self.shared.tell_circuits().await;
                    return Some(self.answered(result, *answer, reservation, lost));
                }
                Attempt::Interrupted => {
                    drop(pass);
                    return Some(Self::interrupted(result, reservation, lost));
                }
                Attempt::Failed(error) => error,
            };
            self.report(pass, &error).await;
            let charged = if error.kind.may_be_billed() { reservation.amount() } else { Money::ZERO };
            let (wait, reason) = match decide(&self.shared.service, &mut attempts, &error) {
                Decision::GiveUp => return Some(Self::failed(result, error, reservation, charged, lost)),
                Decision::Again(wait) => (wait, "the call failed and is sent again"),
                Decision::AsTold(wait) => (wait, Held::Told.words()),
            };
            if charged > Money::ZERO {
                // The lost attempt may have been billed, so the next one needs money of its own.
                lost += charged;
                let _ = reservation.settle(charged);
            } else {
                kept = Some(reservation);
            }
            failed = Some(error);
            self.wait(wait, reason).await;
        }
    }

    /// Puts on disk that the call is about to be sent, and what it and its lost attempts can cost.
    async fn intend(&self, before: u32, reservation: Money) -> Result<(), ()> {
        let intent = Intent {
            run_id: self.shared.run.run_id.clone(),
            result_id: self.planned.result_id.clone(),
            request_hash: self.planned.request_hash.clone(),
            reservation: Some(reservation),
            at: self.shared.service.clock().now(),
            attempt: before + 1,
        };
        self.shared.recorder.write(&JournalRecord::Intent { intent }).await.map_err(|error| {
            self.shared.stop_with(Stop::Journal(error));
        })
    }

    /// Waits before another attempt, unless the run is stopped.
    async fn wait(&self, wait: Duration, reason: &str) {
        if wait >= WORTH_SAYING {
            self.say(wait, reason).await;
        }
        tokio::select! {
            biased;
            () = self.shared.cancel.cancelled() => {}
            () = self.shared.stop.cancelled() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }

    pub(super) async fn say(&self, wait: Duration, reason: &str) {
        let reason = reason.to_owned();
        self.shared.emit(RunEvent::Waiting { call: self.id.clone(), wait, reason }).await;
    }

    async fn attempt(&self) -> (Attempt, Duration, Option<Duration>) {
        let now = Instant::now();
        let mut pieces = Pieces::new(self.shared, &self.id, now);
        let attempt = {
            let mut on_event = |event| pieces.take(event);
            tokio::select! {
                biased;
                () = self.shared.cancel.cancelled() => Attempt::Interrupted,
                answer = self.planned.provider.call(&self.planned.prepared, &mut on_event) => match answer {
                    Ok(answer) => Attempt::Answered(Box::new(answer)),
                    Err(error) => Attempt::Failed(error),
                },
            }
        };
        let latency = now.elapsed();
        pieces.send();
        (attempt, latency, pieces.first())
    }

    /// Tells those who wait, and the run, what a failure means for other calls.
    async fn report(&self, pass: Pass, error: &CallError) {
        let wait = error.retry_after;
        let why = error.message.as_str();
        let report = match error.kind {
            CallErrorKind::RateLimited => Report::Busy { wait },
            CallErrorKind::Overloaded => Report::Broken { why, wait, load: Load::Over },
            kind if kind.trips_breaker() => Report::Broken { why, wait, load: Load::Other },
            _ => Report::Refused,
        };
        let health = pass.end(&report, error.limits.as_deref());
        self.shared.tell_circuits().await;
        if let Health::GivenUp(failing) = health {
            let reason = format!("no answer for {} s ({why}); --resume goes on once it is back", failing.as_secs());
            self.shared.stop_model(self.model, &reason).await;
        }
        if error.kind.stops_model() {
            self.shared.stop_model(self.model, why).await;
        }
    }
}

/// What to do after a failure.
pub(super) fn decide(service: &ReplayService, attempts: &mut Attempts, error: &CallError) -> Decision {
    let failure = match error.kind {
        CallErrorKind::RateLimited => Failure::RateLimited,
        kind if kind.may_retry() => Failure::Passing,
        _ => Failure::Final,
    };
    service.policy().decide(attempts, failure, error.retry_after, service.random())
}

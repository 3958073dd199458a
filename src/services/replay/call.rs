//! One call: waits for its turn and its money, writes its intent, asks, and writes its result.

use std::time::{Duration, Instant};

use super::budget::{NotReserved, Overrun, Reservation};
use super::day::More;
use super::events::{CallId, RunEvent};
use super::plan::PlannedCall;
use super::running::{Shared, Stop};
use super::service::ReplayService;
use crate::domain::ids::VariantId;
use crate::domain::money::Money;
use crate::domain::run::{ResultStatus, RunResult};
use crate::http::{Attempts, Decision, Failure, Health, Held, Load, Pass, Report, Turn};
use crate::providers::{Answer, CallError, CallErrorKind, StreamEvent};
use crate::store::{Intent, JournalRecord, SentRequest};

/// Pieces of an answer are joined for this long, so that no display is flooded.
const JOIN: Duration = Duration::from_millis(33);
/// A call that waits for a place looks again after so long, whatever happens.
const LOOK_AGAIN: Duration = Duration::from_secs(10);
/// Shorter waits are not worth a word.
const WORTH_SAYING: Duration = Duration::from_millis(200);

/// Makes one call, from the cache or by asking; every way out but "not sent" ends in a result on disk.
pub(super) async fn make(shared: &Shared, planned: PlannedCall) {
    if let Some(chain) = planned.chain.clone() {
        super::chain::follow(shared, &planned, &chain).await;
        return;
    }
    if let Some(cached) = planned.cached.clone() {
        let mut result = cached.result.clone();
        let own = blank(shared, &planned);
        result.run_id = own.run_id;
        result.result_id = own.result_id;
        result.trace_id = own.trace_id;
        result.span_id = own.span_id;
        result.variant = own.variant;
        result.model = own.model;
        result.prompt = own.prompt;
        result.dropped = own.dropped;
        // Only answers are stored; what older journals say there is no error.
        result.error = None;
        result.from_cache = true;
        result.cost_usd = Some(Money::ZERO);
        "computed".clone_into(&mut result.cost_source);
        result.attempts = 0;
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
    shared: &'a Shared,
    planned: &'a PlannedCall,
    id: CallId,
    model: &'a str,
}

/// How one attempt ended.
enum Attempt {
    Answered(Box<Answer>),
    Failed(CallError),
    /// The user stopped the run while the call was in flight.
    Interrupted,
}

/// Times and text of one attempt.
struct Pieces<'a> {
    shared: &'a Shared,
    id: &'a CallId,
    started: Instant,
    first: Option<Duration>,
    text: String,
    reasoning: String,
    sent: Instant,
}

impl Pieces<'_> {
    fn take(&mut self, event: StreamEvent) {
        self.first.get_or_insert_with(|| self.started.elapsed());
        if self.shared.events.is_none() {
            return;
        }
        match event {
            StreamEvent::Text(more) => self.text.push_str(&more),
            StreamEvent::Reasoning(more) => self.reasoning.push_str(&more),
            StreamEvent::Tool { .. } => {}
        }
        if self.sent.elapsed() >= JOIN {
            self.send();
        }
    }

    /// Sends what has come; what does not fit into the queue waits for the next time.
    fn send(&mut self) {
        let Some(events) = &self.shared.events else { return };
        self.sent = Instant::now();
        for (kept, reasoning) in [(&mut self.reasoning, true), (&mut self.text, false)] {
            if kept.is_empty() {
                continue;
            }
            if let Ok(place) = events.try_reserve() {
                let (call, text) = (self.id.clone(), std::mem::take(kept));
                place.send(if reasoning { RunEvent::Reasoning { call, text } } else { RunEvent::Text { call, text } });
            }
        }
    }
}

/// Why a call is not sent.
enum NotSent {
    /// The run, or the model, was stopped.
    Stopped,
    /// There is no money for it.
    NoMoney,
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

    /// Waits for a place with the provider and for money; both at once, and never one while the other is short.
    async fn admitted(&self, mut kept: Option<Reservation<'a>>) -> Result<(Pass, Reservation<'a>), NotSent> {
        let ledger = &self.shared.ledger;
        loop {
            let Some(pass) = self.turn().await else {
                if let Some(reservation) = kept {
                    let _ = reservation.settle(Money::ZERO);
                }
                return Err(NotSent::Stopped);
            };
            // Registered before the look, so that a change in between is not missed.
            let changes = ledger.changes();
            tokio::pin!(changes);
            changes.as_mut().enable();
            let reserved = kept.take().map_or_else(|| ledger.reserve(self.planned.reservation), Ok);
            let why = match reserved {
                Ok(reservation) => return Ok((pass, reservation)),
                Err(why) => why,
            };
            pass.end(&Report::Unsent, None);
            match why {
                NotReserved::NotNow => {}
                NotReserved::Day => match self.shared.more_of_the_day(self.planned.reservation).await {
                    Ok(More::Look) => continue,
                    Ok(More::Wait) => {}
                    Err(stop) => {
                        self.shared.stop_with(stop);
                        return Err(NotSent::NoMoney);
                    }
                },
                NotReserved::Never => {
                    self.shared.stop_with(Stop::Budget(self.short_of_money()));
                    return Err(NotSent::NoMoney);
                }
            }
            tokio::select! {
                biased;
                () = self.shared.cancel.cancelled() => return Err(NotSent::Stopped),
                () = self.shared.stop.cancelled() => return Err(NotSent::Stopped),
                () = changes => {}
            }
        }
    }

    fn short_of_money(&self) -> String {
        let spend = self.shared.ledger.spend();
        format!(
            "the next call of {} can cost up to ${:.4}, and ${:.4} of the cap of ${} is spent",
            self.model,
            self.planned.reservation,
            spend.spent,
            spend.cap.unwrap_or_default()
        )
    }

    /// Waits for the model, the provider's limits and a place among the calls in flight.
    async fn turn(&self) -> Option<Pass> {
        let tokens = self.planned.input_bound.saturating_add(self.planned.output_bound);
        let of = &self.planned.model;
        let mut ticket = self.shared.party.ask(&of.provider, &of.model, tokens);
        let mut said = None;
        loop {
            let stopped = self.shared.model_stops.notified();
            tokio::pin!(stopped);
            stopped.as_mut().enable();
            if !self.shared.may_send(self.model) {
                return None;
            }
            let (held, wait) = match ticket.look() {
                Turn::Go(pass) => return Some(pass),
                Turn::Wait(held, wait) => (held, wait),
            };
            if let Some(wait) = wait
                && wait >= WORTH_SAYING
                && said.replace(held) != Some(held)
            {
                self.say(wait, held.words()).await;
            }
            tokio::select! {
                biased;
                () = self.shared.cancel.cancelled() => return None,
                () = self.shared.stop.cancelled() => return None,
                () = stopped => {}
                () = ticket.changed() => {}
                () = tokio::time::sleep(wait.unwrap_or(LOOK_AGAIN)) => {}
            }
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

    async fn say(&self, wait: Duration, reason: &str) {
        let reason = reason.to_owned();
        self.shared.emit(RunEvent::Waiting { call: self.id.clone(), wait, reason }).await;
    }

    /// A call that was not sent, or not again: without an attempt it leaves no trace.
    fn not_sent(mut result: RunResult, why: &NotSent, failed: Option<CallError>, lost: Money) -> Option<RunResult> {
        let error = failed?;
        match why {
            NotSent::Stopped => {
                result.status = ResultStatus::Unknown;
                result.error = Some(format!("{error}; the run was stopped before it was asked again"));
            }
            NotSent::NoMoney => result.error = Some(format!("{error}; the cap does not allow another attempt")),
        }
        Some(Self::unreserved(result, Money::ZERO, lost))
    }

    fn interrupted(mut result: RunResult, reservation: Reservation<'_>, lost: Money) -> RunResult {
        result.status = ResultStatus::Unknown;
        result.error = Some("interrupted while the answer was on its way: it may have been billed".to_owned());
        let charged = reservation.amount();
        Self::give_up(result, reservation, charged, lost)
    }

    async fn attempt(&self) -> (Attempt, Duration, Option<Duration>) {
        let now = Instant::now();
        let mut pieces = Pieces {
            shared: self.shared,
            id: &self.id,
            started: now,
            first: None,
            text: String::new(),
            reasoning: String::new(),
            sent: now,
        };
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
        (attempt, latency, pieces.first)
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

    pub(super) fn answered(
        &self,
        mut result: RunResult,
        answer: Answer,
        reservation: Reservation<'_>,
        lost: Money,
    ) -> RunResult {
        let now = self.shared.service.clock().now();
        let free = self.planned.price.rates.is_free();
        let known = if free { Some(Money::ZERO) } else { self.planned.price.cost(&answer.usage, now) };
        let cost = known.unwrap_or(reservation.amount());
        fill(&mut result, answer);
        result.status = ResultStatus::Ok;
        result.cost_usd = Some(cost + lost);
        let source = if known.is_some() && lost == Money::ZERO { "computed" } else { "reserved" };
        source.clone_into(&mut result.cost_source);
        let allowed = reservation.amount();
        if reservation.settle(cost) == Overrun::Yes {
            self.shared.stop_with(Stop::Budget(format!(
                "{} answered longer than it was allowed: ${cost:.4} instead of at most ${allowed:.4}",
                self.model
            )));
        }
        result
    }

    pub(super) fn failed(
        mut result: RunResult,
        error: CallError,
        reservation: Reservation<'_>,
        charged: Money,
        lost: Money,
    ) -> RunResult {
        result.status = ResultStatus::Failed;
        result.error = Some(error.message);
        if let Some(partial) = error.partial {
            fill(&mut result, *partial);
            result.status = ResultStatus::Incomplete;
        }
        Self::give_up(result, reservation, charged, lost)
    }

    fn give_up(result: RunResult, reservation: Reservation<'_>, charged: Money, lost: Money) -> RunResult {
        let _ = reservation.settle(charged);
        Self::unreserved(result, charged, lost)
    }

    fn unreserved(mut result: RunResult, charged: Money, lost: Money) -> RunResult {
        let cost = charged + lost;
        result.cost_usd = Some(cost);
        let source = if cost > Money::ZERO { "reserved" } else { "computed" };
        source.clone_into(&mut result.cost_source);
        result
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

pub(super) fn call_id(shared: &Shared, planned: &PlannedCall) -> CallId {
    CallId {
        result_id: planned.result_id.clone(),
        trace_id: planned.case.trace_id.clone(),
        span_id: planned.case.span_id.clone(),
        variant: variant_id(shared, planned),
        sample: planned.sample,
    }
}

fn variant_id(shared: &Shared, planned: &PlannedCall) -> VariantId {
    shared.run.variants.get(planned.variant).map_or_else(|| "A".into(), |variant| variant.id.clone())
}

/// The result of a call before anything has come.
pub(super) fn blank(shared: &Shared, planned: &PlannedCall) -> RunResult {
    let variant = shared.run.variants.get(planned.variant);
    RunResult {
        run_id: shared.run.run_id.clone(),
        result_id: planned.result_id.clone(),
        trace_id: planned.case.trace_id.clone(),
        span_id: planned.case.span_id.clone(),
        variant: variant_id(shared, planned),
        model: planned.model.to_string(),
        prompt: variant.and_then(|variant| variant.prompt.as_ref()).map(ToString::to_string),
        sample: planned.sample,
        status: ResultStatus::Failed,
        output_text: None,
        tool_calls: Vec::new(),
        finish_reason: None,
        input_tokens: None,
        output_tokens: None,
        cached_input_tokens: None,
        reasoning_tokens: None,
        cost_usd: None,
        cost_source: "unknown".to_owned(),
        latency_ms: None,
        ttft_ms: None,
        attempts: 0,
        from_cache: false,
        error: None,
        steps: Vec::new(),
        dropped: planned.prepared.dropped.clone(),
        response_model: None,
        cache_write_tokens: None,
        audio_input_tokens: None,
        audio_output_tokens: None,
    }
}

/// What an answer says, put into its result.
fn fill(result: &mut RunResult, answer: Answer) {
    let text = answer.shown_text().to_owned();
    result.output_text = (!text.is_empty() || answer.tool_calls.is_empty()).then_some(text);
    result.tool_calls = answer.tool_calls;
    result.finish_reason = answer.finish_reason;
    result.input_tokens = answer.usage.input;
    result.output_tokens = answer.usage.output;
    result.cached_input_tokens = answer.usage.cached_input;
    result.reasoning_tokens = answer.usage.reasoning;
    result.response_model = answer.model;
    result.cache_write_tokens = answer.usage.cache_write;
    result.audio_input_tokens = answer.usage.audio_input;
    result.audio_output_tokens = answer.usage.audio_output;
}

fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

//! Follows one chain through its requests: each holds its own reservation, and is on disk before the next is sent.

use serde_json::Value;

use super::call;
use super::call_result::{blank, call_id, from_cache};
use super::chain_ask::{ChainQuestion, UserSays};
use super::chain_plan::PlannedChain;
use super::events::RunEvent;
use super::order::CachePolicy;
use super::plan::PlannedCall;
use super::running::{Shared, Stop};
use crate::domain::cancel::Cancel;
use crate::domain::chain::{
    AnswerFrom, Asked, ChainStep, ChainWalk, LimitWatch, Next, OnDivergence, ServedAnswer, Turn,
};
use crate::domain::money::Money;
use crate::domain::run::{ResultStatus, RunResult};
use crate::store::{JournalRecord, SentRequest};

/// Replays a chain to its end, to where it leaves the recording, or to where the run is stopped.
pub(super) async fn follow(shared: &Shared, planned: &PlannedCall, chain: &PlannedChain) {
    let options = shared.run.choice.chain;
    let mut following = Following {
        shared,
        planned,
        chain,
        on_divergence: options.on_divergence,
        walk: chain.walk(),
        watch: LimitWatch::new(options.limits, chain.recorded()),
        result: blank(shared, planned),
        request: Value::Null,
    };
    loop {
        match following.step().await {
            After::GoOn => {}
            After::NotSent => return,
            After::Over => break,
        }
    }
    let stored = shared.service.stored(following.result, String::new(), SentRequest::from(&following.request));
    shared.finish(stored).await;
}

/// A chain while it is followed.
struct Following<'a> {
    shared: &'a Shared,
    planned: &'a PlannedCall,
    chain: &'a PlannedChain,
    on_divergence: OnDivergence,
    walk: ChainWalk,
    watch: LimitWatch,
    /// What it came to so far.
    result: RunResult,
    /// The last request sent.
    request: Value,
}

/// What comes after a step.
enum After {
    GoOn,
    /// The run was stopped before the next request; a resume goes on here.
    NotSent,
    /// The result is complete.
    Over,
}

impl Following<'_> {
    async fn step(&mut self) -> After {
        let number = self.result.steps.len() as u32;
        if let Some(reason) = self.watch.spent() {
            return self.over(ResultStatus::Diverged, Some(reason));
        }
        let (call, as_recorded) = match self.chain.next(&self.shared.service, self.planned, &self.walk) {
            Ok(next) => next,
            Err(reason) => return self.over(ResultStatus::Failed, Some(reason)),
        };
        if number > 0 {
            let event = RunEvent::Step { call: call_id(self.shared, self.planned), step: number };
            self.shared.emit(event).await;
        }
        self.request = serde_json::from_slice(&call.prepared.body).unwrap_or(Value::Null);
        let Some(answer) = self.answer(&call, number).await else { return After::NotSent };
        self.add(&answer, number);
        if answer.status != ResultStatus::Ok {
            return self.over(answer.status, answer.error);
        }
        self.beside(answer, &call, as_recorded, number).await
    }

    /// The answer to a request: from the journal, the cache, or the model; on disk in each case. `None` where nothing was
    /// sent.
    async fn answer(&self, call: &PlannedCall, number: u32) -> Option<RunResult> {
        if let Some(done) = self.planned.progress.steps.get(&number) {
            return Some(done.clone());
        }
        let answer = match self.cached(call).await {
            Some(cached) => cached,
            None => call::request(self.shared, call).await?,
        };
        if answer.status == ResultStatus::Ok {
            let record = JournalRecord::Step { step: number, answer: Box::new(answer.clone()) };
            if let Err(error) = self.shared.recorder.write(&record).await {
                self.shared.stop_with(Stop::Journal(error));
                return None;
            }
        }
        Some(answer)
    }

    /// The answer that is already there for a request and this sample: of a call, or of a step of another chain.
    async fn cached(&self, call: &PlannedCall) -> Option<RunResult> {
        if self.shared.run.cache == CachePolicy::Ignore || call.prepared.local.is_some() {
            return None;
        }
        let (store, hash, sample) = (self.shared.service.store().clone(), call.request_hash.clone(), call.sample);
        let (limits, now) = (self.shared.service.cache_limits(), self.shared.service.clock().now());
        let found = tokio::task::spawn_blocking(move || -> Option<RunResult> {
            let cancel = Cancel::new();
            let window = store.cache_window(limits, now, &cancel).ok()?;
            let stored = store.cached_results(std::slice::from_ref(&hash), sample, &window, &cancel).ok()?;
            if let Some(stored) = stored.into_iter().next() {
                return Some(stored.result);
            }
            let (result, step) = store.cached_step(&hash, sample, &window, &cancel).ok()??;
            Some(of_step(result, step))
        });
        let found = found.await.ok().flatten()?;
        let own = blank(self.shared, call);
        Some(RunResult { status: ResultStatus::Ok, steps: Vec::new(), ..from_cache(own, &found) })
    }

    /// Adds what a request took to what the chain took.
    fn add(&mut self, answer: &RunResult, number: u32) {
        let first = number == 0;
        let sum = |one: Option<u64>, other: Option<u64>| if first { other } else { Some(one?.saturating_add(other?)) };
        let result = &mut self.result;
        result.input_tokens = sum(result.input_tokens, answer.input_tokens);
        result.output_tokens = sum(result.output_tokens, answer.output_tokens);
        result.cached_input_tokens = sum(result.cached_input_tokens, answer.cached_input_tokens);
        result.reasoning_tokens = sum(result.reasoning_tokens, answer.reasoning_tokens);
        result.cache_write_tokens = sum(result.cache_write_tokens, answer.cache_write_tokens);
        result.audio_input_tokens = sum(result.audio_input_tokens, answer.audio_input_tokens);
        result.audio_output_tokens = sum(result.audio_output_tokens, answer.audio_output_tokens);
        result.response_model.clone_from(&answer.response_model);
        let cost = |one: Option<Money>| Some(one? + answer.cost_usd?);
        result.cost_usd = if first { answer.cost_usd } else { cost(result.cost_usd) };
        if first || result.cost_source == "computed" {
            result.cost_source.clone_from(&answer.cost_source);
        }
        let time = |one: Option<f64>| Some(one? + answer.latency_ms?);
        result.latency_ms = if first { answer.latency_ms } else { time(result.latency_ms) };
        if first {
            result.ttft_ms = answer.ttft_ms;
            result.from_cache = answer.from_cache;
            result.error.clone_from(&answer.error);
        }
        result.from_cache &= answer.from_cache;
        result.attempts = result.attempts.saturating_add(answer.attempts);
        result.output_text.clone_from(&answer.output_text);
        result.tool_calls.clone_from(&answer.tool_calls);
        result.finish_reason.clone_from(&answer.finish_reason);
    }

    /// Puts an answer beside the recording, and makes the next conversation.
    async fn beside(&mut self, answer: RunResult, call: &PlannedCall, as_recorded: bool, number: u32) -> After {
        let turn = Turn { text: answer.output_text.clone(), calls: answer.tool_calls.clone() };
        let recorded_span_id = self.walk.span_of(self.walk.place()).unwrap_or(&self.planned.case.span_id).clone();
        let mut asked = self.walk.ask(&turn);
        let tokens = answer.input_tokens.unwrap_or(0).saturating_add(answer.output_tokens.unwrap_or(0));
        let looping = self.watch.count(tokens, &turn.calls);
        if looping.is_none() {
            self.fill(&mut asked, number).await;
        }
        let step = ChainStep {
            step: number + self.chain.first_step(),
            recorded_span_id,
            as_recorded,
            output_text: answer.output_text,
            requests: asked.requests.clone(),
            divergences: asked.divergences.clone(),
            finish_reason: answer.finish_reason,
            input_tokens: answer.input_tokens,
            output_tokens: answer.output_tokens,
            cost_usd: answer.cost_usd,
            latency_ms: answer.latency_ms,
            from_cache: answer.from_cache,
            request_hash: if call.prepared.local.is_some() { String::new() } else { call.request_hash.clone() },
        };
        let told = |text: String| format!("step {}: {text}", step.step);
        let unanswered =
            step.unanswered().and_then(|(_, request)| Some(request.divergence.as_ref()?.told(Some(&request.call))));
        let left_out = match self.on_divergence {
            OnDivergence::Stop => step.divergences.first().map(|divergence| divergence.told(None)),
            OnDivergence::Nearest | OnDivergence::Ask => None,
        };
        let left = looping.or_else(|| unanswered.or(left_out).map(told));
        self.result.steps.push(step);
        if left.is_some() {
            return self.over(ResultStatus::Diverged, left);
        }
        match self.walk.advance(&turn, &asked) {
            Next::GoOn => After::GoOn,
            Next::Ended => {
                let note = self.result.error.take();
                self.over(ResultStatus::Ok, note)
            }
        }
    }

    /// Gives answers to calls that were not recorded, as far as the user wants that.
    async fn fill(&self, asked: &mut Asked, number: u32) {
        for (place, request) in asked.requests.iter_mut().enumerate() {
            let Some(divergence) = request.divergence.as_ref().filter(|_| request.answer.is_none()) else { continue };
            let at = place as u32;
            request.answer = match self.planned.progress.given.get(&(number, at)) {
                Some(given) => Some(given.clone()),
                None => match self.on_divergence {
                    OnDivergence::Stop => None,
                    OnDivergence::Nearest => self.walk.nearest(&request.call),
                    OnDivergence::Ask => {
                        let question = ChainQuestion {
                            trace_id: self.planned.case.trace_id.clone(),
                            model: self.planned.model.to_string(),
                            step: number + self.chain.first_step(),
                            call: request.call.clone(),
                            divergence: divergence.clone(),
                            nearest: self.walk.nearest(&request.call),
                        };
                        self.ask_user(question, number, at).await
                    }
                },
            };
            if request.answer.is_none() {
                return;
            }
        }
    }

    /// Asks the user, and keeps what they say so that a resume does not ask again.
    async fn ask_user(&self, question: ChainQuestion, step: u32, call: u32) -> Option<ServedAnswer> {
        let asker = self.shared.asker.clone()?;
        let nearest = question.nearest.clone();
        let said = tokio::task::spawn_blocking(move || asker.ask(&question)).await.ok()?;
        let answer = match said {
            UserSays::Stop => return None,
            UserSays::Nearest => nearest?,
            UserSays::Typed(text) => {
                ServedAnswer { from: AnswerFrom::Typed, content: Value::String(text), span_id: None, recorded: None }
            }
        };
        let result_id = self.planned.result_id.clone();
        let record = JournalRecord::Given { result_id, step, call, answer: answer.clone() };
        if let Err(error) = self.shared.recorder.write(&record).await {
            self.shared.stop_with(Stop::Journal(error));
            return None;
        }
        Some(answer)
    }

    fn over(&mut self, status: ResultStatus, error: Option<String>) -> After {
        self.result.status = status;
        self.result.error = error;
        if self.result.cost_usd.is_none() && self.result.steps.is_empty() {
            self.result.cost_usd = Some(Money::ZERO);
            "computed".clone_into(&mut self.result.cost_source);
        }
        After::Over
    }
}

/// A step of another chain as an answer of its own.
fn of_step(chain: RunResult, step: ChainStep) -> RunResult {
    RunResult {
        output_text: step.output_text,
        tool_calls: step.requests.into_iter().map(|request| request.call).collect(),
        finish_reason: step.finish_reason,
        input_tokens: step.input_tokens,
        output_tokens: step.output_tokens,
        cached_input_tokens: None,
        reasoning_tokens: None,
        response_model: None,
        cache_write_tokens: None,
        audio_input_tokens: None,
        audio_output_tokens: None,
        latency_ms: step.latency_ms,
        ttft_ms: None,
        ..chain
    }
}

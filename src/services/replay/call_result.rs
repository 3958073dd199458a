//! The result of a call: before anything has come, and as the call ended.

use std::time::Duration;

use super::admission::NotSent;
use super::budget::{Overrun, Reservation};
use super::call::Call;
use super::events::CallId;
use super::plan::PlannedCall;
use super::running::{Shared, Stop};
use crate::domain::ids::VariantId;
use crate::domain::money::Money;
use crate::domain::run::{ResultPlace, ResultStatus, RunResult};
use crate::providers::{Answer, CallError};

impl Call<'_> {
    /// A call that was not sent, or not again: without an attempt it leaves no trace.
    pub(super) fn not_sent(
        mut result: RunResult,
        why: &NotSent,
        failed: Option<CallError>,
        lost: Money,
    ) -> Option<RunResult> {
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

    pub(super) fn interrupted(mut result: RunResult, reservation: Reservation<'_>, lost: Money) -> RunResult {
        result.status = ResultStatus::Unknown;
        result.error = Some("interrupted while the answer was on its way: it may have been billed".to_owned());
        let charged = reservation.amount();
        Self::give_up(result, reservation, charged, lost)
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
    let place = ResultPlace {
        run_id: shared.run.run_id.clone(),
        result_id: planned.result_id.clone(),
        trace_id: planned.case.trace_id.clone(),
        span_id: planned.case.span_id.clone(),
        variant: variant_id(shared, planned),
        model: planned.model.to_string(),
        prompt: variant.and_then(|variant| variant.prompt.as_ref()).map(ToString::to_string),
        sample: planned.sample,
    };
    RunResult { dropped: planned.prepared.dropped.clone(), ..RunResult::unanswered(place, ResultStatus::Failed) }
}

/// The answer that is already there as the result of another call, which it costs nothing.
pub(super) fn from_cache(own: RunResult, cached: &RunResult) -> RunResult {
    RunResult {
        run_id: own.run_id,
        result_id: own.result_id,
        trace_id: own.trace_id,
        span_id: own.span_id,
        variant: own.variant,
        model: own.model,
        prompt: own.prompt,
        dropped: own.dropped,
        // Only answers are stored; what older journals say there is no error.
        error: None,
        from_cache: true,
        cost_usd: Some(Money::ZERO),
        cost_source: "computed".to_owned(),
        attempts: 0,
        ..cached.clone()
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

pub(super) fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

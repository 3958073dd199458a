//! What a run says while it runs.

use std::time::Duration;

use serde::Serialize;

use super::control::RunChange;
use crate::domain::ids::{ResultId, RunId, SpanId, TraceId, VariantId};
use crate::domain::money::Money;
use crate::domain::run::{Overrides, Run, RunResult, RunStatus};
use crate::domain::run_design::{Decided, VariantRole};
use crate::http::Circuit;

/// Which call an event is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CallId {
    /// The result it will be.
    pub result_id: ResultId,
    /// The case's trace.
    pub trace_id: TraceId,
    /// The case's span.
    pub span_id: SpanId,
    /// The variant.
    pub variant: VariantId,
    /// The sample, from 0.
    pub sample: u32,
}

/// What was spent and what is held back, of the cap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spend {
    /// Spent, reservations of unknown and cut calls included.
    pub spent: Money,
    /// Held back for calls in flight.
    pub reserved: Money,
    /// The cap.
    pub cap: Option<Money>,
}

/// Something that happened in a run.
#[derive(Clone, Debug)]
pub enum RunEvent {
    /// It begins, or goes on after a resume with so many results already there.
    Started {
        /// The run.
        run: Box<Run>,
        /// Results that are already there.
        done: Vec<RunResult>,
    },
    /// A call was sent; again for each attempt, from 1.
    Sent {
        /// The call.
        call: CallId,
        /// Which attempt.
        attempt: u32,
    },
    /// More of an answer, pieces of at most 33 ms joined.
    Text {
        /// The call.
        call: CallId,
        /// The text since the last event.
        text: String,
    },
    /// More reasoning, joined alike.
    Reasoning {
        /// The call.
        call: CallId,
        /// The text since the last event.
        text: String,
    },
    /// A call waits: the provider said so, its limit is full, its breaker is open, or before another attempt.
    Waiting {
        /// The call.
        call: CallId,
        /// For how long.
        wait: Duration,
        /// Why, in words.
        reason: String,
    },
    /// A batch was looked after.
    Batch {
        /// The provider that works on it.
        provider: String,
        /// The provider's id of it.
        batch_id: String,
        /// Requests of it that are done.
        done: u64,
        /// All of its requests.
        total: u64,
    },
    /// The next request of a chain begins; what came of the one before is on disk.
    Step {
        /// The chain.
        call: CallId,
        /// How many of its requests are answered.
        step: u32,
    },
    /// A result is on disk.
    Finished(Box<RunResult>),
    /// No more calls of this model are sent.
    ModelStopped {
        /// `provider/model`.
        model: String,
        /// Why, in words. Untrusted text.
        reason: String,
    },
    /// A model is held back after failures, tried again, or works again.
    Circuit {
        /// `provider/model`.
        model: String,
        /// How it stands now.
        circuit: Circuit,
    },
    /// The user changed the run while it goes; `None` is as it was.
    Changed(RunChange),
    /// The money changed.
    Spend(Spend),
    /// The run is over.
    Ended(RunOutcome),
}

/// A variant in an outcome.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OutcomeVariant {
    /// Its id.
    pub id: VariantId,
    /// `provider/model`, or `recorded`.
    pub model: String,
    /// `name@version`.
    pub prompt: Option<String>,
    /// What else it changes.
    pub overrides: Overrides,
    /// What it is for.
    #[serde(skip_serializing_if = "VariantRole::is_candidate")]
    pub role: VariantRole,
}

/// How a run ended, as `replay --format json` prints it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunOutcome {
    /// Always 1.
    pub schema_version: u32,
    /// The run.
    pub run_id: RunId,
    /// How it ended.
    pub status: RunStatus,
    /// Its variants.
    pub variants: Vec<OutcomeVariant>,
    /// Calls planned: cases × variants × samples.
    pub requests: u64,
    /// Results that are there.
    pub results: u64,
    /// Of them answered.
    pub ok: u64,
    /// Of them failed or incomplete.
    pub failed: u64,
    /// Of them sent and never heard of again.
    pub unknown: u64,
    /// Of them served from the cache.
    pub from_cache: u64,
    /// What the run cost so far, reservations of cut and unknown calls included; `None` where nothing is known.
    pub cost_usd: Option<Money>,
    /// What it was expected to cost.
    pub estimated_cost_usd: Option<Money>,
    /// How long this went, in milliseconds.
    pub wall_ms: u64,
    /// What it has found out, where it may stop early.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided: Option<Decided>,
    /// Of the results, those not sent, with the reason in their `error`; not part of the public JSON.
    #[serde(skip)]
    pub skipped: u64,
    /// Of the results, chains that left their recording and ended there.
    #[serde(skip_serializing_if = "is_zero")]
    pub diverged: u64,
    /// What stopped the run before its end, in words; not part of the public JSON.
    #[serde(skip)]
    pub stopped_by: Option<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

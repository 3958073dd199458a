//! What became of one request of a chain, as journalled and as in the results.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::divergence::{AskedCall, Divergence};
use crate::domain::ids::SpanId;
use crate::domain::message::ToolCall;
use crate::domain::money::Money;

/// Where the answer to a tool call comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerFrom {
    /// From the recording, which holds the answer to just this call.
    Recorded,
    /// From the most similar recorded call.
    Nearest,
    /// From another recorded call that the user picked.
    Picked,
    /// From the user, who typed it.
    Typed,
}

impl AnswerFrom {
    /// Its name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Nearest => "nearest",
            Self::Picked => "picked",
            Self::Typed => "typed",
        }
    }
}

/// What a tool call was answered. Nothing was run for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServedAnswer {
    /// Where it comes from.
    pub from: AnswerFrom,
    /// What the model was given: text as a JSON string, or any JSON.
    pub content: Value,
    /// The recorded span it stands on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span_id: Option<SpanId>,
    /// The recorded call it was the answer to, where that is another than asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<AskedCall>,
}

/// A tool call that the replayed model asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepRequest {
    /// The call.
    #[serde(flatten)]
    pub call: ToolCall,
    /// What it was answered; `None` where the chain ended at it.
    pub answer: Option<ServedAnswer>,
    /// How it leaves the recording.
    pub divergence: Option<Divergence>,
}

/// One request of a replayed chain and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChainStep {
    /// Its number within the chain, from 1; the first one sent has the number of the recorded call it begins at.
    pub step: u32,
    /// The recorded call that it stands beside.
    pub recorded_span_id: SpanId,
    /// Whether the request was the recorded one, the model's name aside.
    pub as_recorded: bool,
    /// The text of the answer.
    pub output_text: Option<String>,
    /// The tools it asked for, with what they were answered.
    pub requests: Vec<StepRequest>,
    /// How the step leaves the recording besides what it asks for: missing calls and early stops.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub divergences: Vec<Divergence>,
    /// Why the model stopped.
    pub finish_reason: Option<String>,
    /// Tokens as the provider counted them.
    pub input_tokens: Option<u64>,
    /// See `input_tokens`.
    pub output_tokens: Option<u64>,
    /// What it cost; 0 from the cache.
    pub cost_usd: Option<Money>,
    /// From sending to the end of the answer, in milliseconds.
    pub latency_ms: Option<f64>,
    /// Whether it was served from the cache.
    pub from_cache: bool,
    /// The hash of the request, as the cache knows it.
    pub request_hash: String,
}

impl ChainStep {
    /// Every divergence of the step with the call it is about, where it is about one.
    pub fn all_divergences(&self) -> impl Iterator<Item = (&Divergence, Option<&ToolCall>)> {
        let asked =
            self.requests.iter().filter_map(|request| Some((request.divergence.as_ref()?, Some(&request.call))));
        asked.chain(self.divergences.iter().map(|divergence| (divergence, None)))
    }

    /// The first call that has no answer.
    pub fn unanswered(&self) -> Option<(usize, &StepRequest)> {
        self.requests.iter().enumerate().find(|(_, request)| request.answer.is_none() && request.divergence.is_some())
    }
}

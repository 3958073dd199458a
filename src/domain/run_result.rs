//! Answers of a run, as journalled and as in the public tables.

use serde::{Deserialize, Serialize};

use super::chain::ChainStep;
use super::ids::{ResultId, RunId, SpanId, TraceId, VariantId};
use super::message::ToolCall;
use super::money::Money;

/// How one result stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResultStatus {
    /// Answered.
    Ok,
    /// The provider refused or failed, for good.
    Failed,
    /// The stream was cut; the text so far is kept and is no answer.
    Incomplete,
    /// Sent, and never heard of again: a kill or power cut in between.
    Unknown,
    /// Not sent, with the reason in `error`.
    Skipped,
    /// A chain that left its recording, and ended there: a result about the model, no failure of its provider. How it
    /// left stands in `error` and in its steps.
    Diverged,
}

impl ResultStatus {
    /// The status' name in the tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Incomplete => "incomplete",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
            Self::Diverged => "diverged",
        }
    }

    /// Reads a status' name in the tables.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Ok, Self::Failed, Self::Incomplete, Self::Unknown, Self::Skipped, Self::Diverged]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

/// One answer of a run, as journalled, as in `runs RUN_ID --format jsonl` and as in the `results` table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    /// The run.
    pub run_id: RunId,
    /// Its own id.
    pub result_id: ResultId,
    /// The case's trace.
    pub trace_id: TraceId,
    /// The case's span.
    pub span_id: SpanId,
    /// The variant.
    pub variant: VariantId,
    /// The model asked, `provider/model`.
    pub model: String,
    /// The prompt version, `name@version`.
    pub prompt: Option<String>,
    /// Which sample, from 0.
    pub sample: u32,
    /// How it stands.
    pub status: ResultStatus,
    /// The answer's text.
    pub output_text: Option<String>,
    /// Tool calls the model asked for.
    #[serde(default)]
    pub tool_calls: Vec<ToolCall>,
    /// Why the model stopped.
    pub finish_reason: Option<String>,
    /// Tokens as the provider counted them.
    pub input_tokens: Option<u64>,
    /// See `input_tokens`.
    pub output_tokens: Option<u64>,
    /// See `input_tokens`.
    pub cached_input_tokens: Option<u64>,
    /// See `input_tokens`.
    pub reasoning_tokens: Option<u64>,
    /// What it cost; `None` where unknown; 0 from the cache.
    pub cost_usd: Option<Money>,
    /// `recorded` (the provider said), `computed`, `reserved` (an unknown or cut call, charged in full) or `unknown`.
    pub cost_source: String,
    /// From sending to the end of the answer, in milliseconds.
    pub latency_ms: Option<f64>,
    /// From sending to the first piece of the answer, in milliseconds.
    pub ttft_ms: Option<f64>,
    /// How often it was sent.
    pub attempts: u32,
    /// Whether it was served from the cache.
    pub from_cache: bool,
    /// What went wrong.
    pub error: Option<String>,
    /// The requests of a chain, in order; empty for a single call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<ChainStep>,
    /// What of the recorded request was not sent, since the target does not take it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<String>,
    /// The model that says it answered, where the provider says; a gateway may ask another than was asked for. Of a chain
    /// that of its last answer. Untrusted text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_model: Option<String>,
    /// Input tokens written to the provider's cache, a part of `input_tokens`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write_tokens: Option<u64>,
    /// Input tokens of sound, a part of `input_tokens`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio_input_tokens: Option<u64>,
    /// Output tokens of sound, a part of `output_tokens`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio_output_tokens: Option<u64>,
}

/// Which answer of a run a result is.
#[derive(Clone, Debug)]
pub struct ResultPlace {
    /// The run.
    pub run_id: RunId,
    /// The result's own id.
    pub result_id: ResultId,
    /// The case's trace.
    pub trace_id: TraceId,
    /// The case's span.
    pub span_id: SpanId,
    /// The variant.
    pub variant: VariantId,
    /// The model asked, `provider/model`.
    pub model: String,
    /// The prompt version, `name@version`.
    pub prompt: Option<String>,
    /// Which sample, from 0.
    pub sample: u32,
}

impl RunResult {
    /// A result that holds no answer: never sent, of unknown cost, and without a reason.
    pub fn unanswered(place: ResultPlace, status: ResultStatus) -> Self {
        let ResultPlace { run_id, result_id, trace_id, span_id, variant, model, prompt, sample } = place;
        Self {
            run_id,
            result_id,
            trace_id,
            span_id,
            variant,
            model,
            prompt,
            sample,
            status,
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
            dropped: Vec::new(),
            response_model: None,
            cache_write_tokens: None,
            audio_input_tokens: None,
            audio_output_tokens: None,
        }
    }
}

//! A run, lined up.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::diff::AnswerDiff;
use crate::domain::ids::{RunId, SpanId, TraceId, VariantId};
use crate::domain::message::ToolCall;
use crate::domain::money::Money;
use crate::domain::run::{ResultStatus, RunResult};
use crate::domain::run_design::Decided;
use crate::domain::score::Rating;
use crate::domain::statistics::Verdict;
use crate::evaluators::{Kind, Score};

/// What the answers are compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Baseline {
    /// The recorded answers.
    #[default]
    Recorded,
    /// The answers of a variant of the run.
    Variant(VariantId),
}

/// One answer beside the baseline's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparedAnswer {
    /// The result.
    pub result: RunResult,
    /// How much differs from the baseline's answer: 0 for equal texts, 1 where nothing is in both; `None` where one of
    /// them has no answer.
    pub change: Option<f64>,
    /// Whether text or tool calls differ; `None` where one of them has no answer.
    pub changed: Option<bool>,
    /// What differs; `None` where one of them has no answer.
    #[serde(skip)]
    pub diff: Option<AnswerDiff>,
    /// What a reviewer thinks of it.
    pub rating: Option<Rating>,
    /// Its scores by evaluator; one that had nothing to judge is not there.
    pub scores: Scores,
    /// Why it was scored so, by evaluator, where there is something to say. It may quote the answer.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub reasons: BTreeMap<String, String>,
}

/// Scores by evaluator, as it is specified.
pub type Scores = BTreeMap<String, Score>;

/// A case with all of its answers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparedCase {
    /// Its trace.
    pub trace_id: TraceId,
    /// Its span.
    pub span_id: SpanId,
    /// The question, where the recording is still there.
    pub question: Option<String>,
    /// The recorded answer.
    pub recorded: Option<String>,
    /// What else is known of the recorded call.
    pub recorded_call: RecordedCall,
    /// What the others are compared with.
    pub baseline: Option<String>,
    /// The answers by variant and sample.
    pub answers: Vec<ComparedAnswer>,
    /// The scores of the recorded answer; those that compare with it are not among them.
    pub recorded_scores: Scores,
    /// How far the answers moved from the baseline's, from 0 to 1: the largest change of a text, or of a score that is a
    /// share or yes and no; `None` where nothing could be compared.
    pub moved: Option<f64>,
}

impl ComparedCase {
    /// Whether an answer differs from the baseline's, or one was asked for and is not there.
    pub fn differs(&self) -> bool {
        let failed =
            |answer: &ComparedAnswer| !matches!(answer.result.status, ResultStatus::Ok | ResultStatus::Skipped);
        self.answers.iter().any(|answer| answer.changed == Some(true) || failed(answer))
    }
}

/// What is known of a recorded call besides its answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RecordedCall {
    /// The model.
    pub model: Option<String>,
    /// The tools it asked for.
    pub tool_calls: Vec<ToolCall>,
    /// Input tokens.
    pub input_tokens: Option<u64>,
    /// Output tokens.
    pub output_tokens: Option<u64>,
    /// What it cost.
    pub cost_usd: Option<Money>,
    /// How long it took, in milliseconds.
    pub latency_ms: Option<f64>,
    /// The time to the first token, in milliseconds.
    pub ttft_ms: Option<f64>,
}

/// A variant's figures over all cases.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VariantTotals {
    /// The variant; `recorded` for the recorded answers.
    pub variant: VariantId,
    /// `provider/model`, or `recorded`.
    pub model: String,
    /// `name@version`.
    pub prompt: Option<String>,
    /// Results.
    pub results: u64,
    /// Of them answered.
    pub ok: u64,
    /// Of them failed, incomplete or unknown.
    pub failed: u64,
    /// Cost of those whose cost is known; `None` where none is.
    pub cost_usd: Option<Money>,
    /// Input tokens, alike.
    pub input_tokens: Option<u64>,
    /// Output tokens, alike.
    pub output_tokens: Option<u64>,
    /// Half of the answers took at most this long, in milliseconds; those from the cache are left out.
    pub latency_p50_ms: Option<f64>,
    /// Half of them began within this time, in milliseconds.
    pub ttft_p50_ms: Option<f64>,
    /// Answers that differ from the baseline's.
    pub changed: u64,
    /// Answers that could be compared.
    pub compared: u64,
    /// `changed / compared`.
    pub changed_share: Option<f64>,
    /// The mean of how much they differ.
    pub mean_change: Option<f64>,
    /// Answers that a reviewer rated good.
    pub rated_good: u64,
    /// Answers that a reviewer rated bad.
    pub rated_bad: u64,
    /// The mean score by evaluator, over cases; for yes and no the share of yes.
    pub scores: BTreeMap<String, f64>,
}

/// An evaluator of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Scored {
    /// As it is specified.
    pub name: String,
    /// What kind of score it gives.
    #[serde(flatten)]
    pub kind: Kind,
}

/// How far a variant is from its baseline by one evaluator, over the cases that both have a score for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The variant.
    pub variant: VariantId,
    /// What it is compared with: a variant, or `recorded`.
    pub baseline: VariantId,
    /// The evaluator, as it is specified.
    pub evaluator: String,
    /// How many cases.
    pub cases: usize,
    /// The mean over cases of variant less baseline; samples of a case count as their mean.
    pub mean_difference: f64,
    /// The lower end of its 95 % interval; `None` with too few cases.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// The two-sided probability of a difference at least so large by chance alone.
    pub p_value: Option<f64>,
    /// What it comes to.
    pub verdict: Verdict,
}

/// How far the answers of a baseline move by themselves: the same model, asked the same again.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Steadiness {
    /// The variant.
    pub variant: VariantId,
    /// Cases it has answered more than once.
    pub repeated: u64,
    /// Of them those whose answers are not all the same.
    pub unlike_itself: u64,
    /// Cases it has answered and the recording has too.
    pub compared: u64,
    /// The share of its answers that differ from the recorded one; the mean over cases.
    pub unlike_recorded: Option<f64>,
    /// The same by evaluator.
    pub scores: Vec<ScoreSteadiness>,
}

/// How far the scores of a baseline move by themselves.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScoreSteadiness {
    /// The evaluator, as it is specified.
    pub evaluator: String,
    /// Yes and no: the share of repeated cases whose answers do not agree. Numbers have none.
    pub flips: Option<f64>,
    /// Yes and no: the share of answers that do not agree with the recorded one; the mean over cases.
    pub flips_from_recorded: Option<f64>,
    /// Numbers: the standard deviation of the answers to one case, over all repeated cases together.
    pub spread: Option<f64>,
}

/// A run, lined up.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The run.
    pub run_id: RunId,
    /// What the answers are compared with: `recorded`, or a variant.
    pub baseline: VariantId,
    /// The evaluators, in the order they were asked for.
    pub evaluators: Vec<Scored>,
    /// By variant, the recorded answers first.
    pub variants: Vec<VariantTotals>,
    /// Each variant against what it is best compared with, then against the recorded answers.
    pub differences: Vec<Difference>,
    /// How steady the baselines are that were asked beside the candidates.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub baselines: Vec<Steadiness>,
    /// What a run that may stop early has decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided: Option<Decided>,
    /// By case, in the order of the run.
    pub cases: Vec<ComparedCase>,
}

/// Why a run cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the run has no variant `{asked}`: it has recorded, {known}")]
pub struct NoVariant {
    pub(super) asked: String,
    pub(super) known: String,
}

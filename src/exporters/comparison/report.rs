//! What a comparison says, ready to be written. All texts may come from outside; writers make them safe.

use crate::domain::diff::AnswerDiff;
use crate::domain::ids::{ResultId, RunId, SpanId, TraceId};
use crate::domain::message::ToolCall;
use crate::domain::money::Money;
use crate::domain::run::ResultStatus;
use crate::domain::score::Rating;
use crate::domain::statistics::{Scale, Verdict};
use crate::domain::time::Timestamp;

/// A comparison of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The run.
    pub run_id: RunId,
    /// When it was started.
    pub created_at: Timestamp,
    /// The filter its cases were chosen by, as typed.
    pub filter: String,
    /// How many cases it has.
    pub all_cases: u64,
    /// Answers of each case and variant.
    pub samples: u32,
    /// What answers are compared with: `recorded`, or a variant.
    pub baseline: String,
    /// Which of the cases are told.
    pub kept: Kept,
    /// What judged the answers.
    pub measures: Vec<Measure>,
    /// By variant, the recorded answers first.
    pub variants: Vec<VariantEntry>,
    /// Paired differences by variant and measure.
    pub differences: Vec<DifferenceEntry>,
    /// The cases told, in order.
    pub cases: Vec<CaseEntry>,
}

/// Which cases are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// All.
    All,
    /// Those with an answer that differs or failed.
    Changed,
}

/// Something that judged the answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// As it is specified.
    pub name: String,
    /// A number, or yes and no.
    pub scale: Scale,
    /// The unit of numbers; empty for shares.
    pub unit: &'static str,
}

/// A variant's figures over all cases.
#[derive(Clone, Debug, PartialEq)]
pub struct VariantEntry {
    /// Its letter, or `recorded`.
    pub id: String,
    /// `provider/model`.
    pub model: String,
    /// `name@version`.
    pub prompt: Option<String>,
    /// Parameters and chunk edits in words; empty where none.
    pub changes: String,
    /// Answers asked for.
    pub results: u64,
    /// Of them answered.
    pub ok: u64,
    /// Of them failed.
    pub failed: u64,
    /// Answers that differ from the baseline's.
    pub changed: u64,
    /// Answers that could be compared.
    pub compared: u64,
    /// Answers rated good.
    pub rated_good: u64,
    /// Answers rated bad.
    pub rated_bad: u64,
    /// What they cost; `None` where no cost is known.
    pub cost: Option<Money>,
    /// Input tokens.
    pub input_tokens: Option<u64>,
    /// Output tokens.
    pub output_tokens: Option<u64>,
    /// Median latency in milliseconds.
    pub latency_ms: Option<f64>,
    /// Median time to the first token in milliseconds.
    pub ttft_ms: Option<f64>,
    /// The mean by measure; for yes and no the share of yes.
    pub means: Vec<Option<f64>>,
}

/// How far a variant is from a baseline by one measure.
#[derive(Clone, Debug, PartialEq)]
pub struct DifferenceEntry {
    /// The variant.
    pub variant: String,
    /// What it is compared with.
    pub baseline: String,
    /// The measure.
    pub measure: String,
    /// Cases that both have.
    pub cases: usize,
    /// The mean difference.
    pub mean: f64,
    /// The 95 % interval; `None` with too few cases.
    pub interval: Option<(f64, f64)>,
    /// The two-sided probability of a difference at least so large by chance alone.
    pub p_value: Option<f64>,
    /// What it comes to.
    pub verdict: Verdict,
}

/// A case with its answers.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseEntry {
    /// Its trace.
    pub trace_id: TraceId,
    /// Its span.
    pub span_id: SpanId,
    /// Its place in the run, from 1.
    pub number: usize,
    /// The question; `None` where the recording is gone.
    pub question: Option<String>,
    /// The answers, the recorded one first where it is known.
    pub answers: Vec<AnswerEntry>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerEntry {
    /// The variant's letter, or `recorded`.
    pub variant: String,
    /// The sample, from 0.
    pub sample: u32,
    /// Its result; `None` for the recorded one.
    pub result_id: Option<ResultId>,
    /// The model that answered.
    pub model: Option<String>,
    /// `name@version`.
    pub prompt: Option<String>,
    /// How it stands.
    pub status: ResultStatus,
    /// What was said.
    pub text: Option<String>,
    /// Tools asked for.
    pub tool_calls: Vec<ToolCall>,
    /// What went wrong, or what there is to know.
    pub error: Option<String>,
    /// What differs from the baseline's answer; `None` where it is that answer or has none.
    pub diff: Option<AnswerDiff>,
    /// What a reviewer thinks of it.
    pub rating: Option<Rating>,
    /// Input tokens.
    pub input_tokens: Option<u64>,
    /// Output tokens.
    pub output_tokens: Option<u64>,
    /// What it cost.
    pub cost: Option<Money>,
    /// How long it took, in milliseconds.
    pub latency_ms: Option<f64>,
    /// The time to the first token, in milliseconds.
    pub ttft_ms: Option<f64>,
    /// Whether it came from the cache.
    pub from_cache: bool,
    /// Its score by measure; 1 and 0 for yes and no.
    pub scores: Vec<Option<f64>>,
}

impl AnswerEntry {
    /// The variant, with the sample where there are several.
    pub fn name(&self) -> String {
        if self.sample == 0 { self.variant.clone() } else { format!("{}.{}", self.variant, self.sample) }
    }

    /// Whether it differs from the baseline's answer; `None` where it cannot be told.
    pub fn changed(&self) -> Option<bool> {
        self.diff.as_ref().map(AnswerDiff::is_change)
    }

    /// All its tokens.
    pub fn tokens(&self) -> Option<u64> {
        match (self.input_tokens, self.output_tokens) {
            (None, None) => None,
            (input, output) => Some(input.unwrap_or(0) + output.unwrap_or(0)),
        }
    }
}

//! Requests about runs: the list, one run, what can be replayed and at what price, starting and resuming.

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::chain::RecordedChain;
use crate::domain::diff::{AnswerDiff, Said};
use crate::domain::ids::{ResultId, RunId, SpanId, TraceId, VariantId};
use crate::domain::message::ToolCall;
use crate::domain::money::Money;
use crate::domain::run::{ResultStatus, RunResult, RunStatus};
use crate::domain::score::Rating;
use crate::services::compare::{Baseline, Comparison, Existing, Keep, Sort};
use crate::services::replay::{ContinueWith, RunChange};
use crate::ui::msg::ReplayOf;

pub use super::run_order::{CaseSet, Ending, ModelOffer, Offer, Order, PlanSummary, Pricing};
pub use crate::store::RunRow;

/// What the screen of runs asks.
#[derive(Clone, Debug, PartialEq)]
pub enum RunsRequest {
    /// Every run, newest first.
    List,
    /// One run with its cases and answers.
    Open(RunId),
    /// What the answers of a run come to by every evaluator.
    Measure {
        /// The run.
        run: RunId,
        /// What variants are compared with.
        baseline: Baseline,
    },
    /// What changed from one answer to others.
    Diff {
        /// The answer they are compared with.
        old: Spoken,
        /// The others, by their place.
        new: Vec<(usize, Spoken)>,
    },
    /// Writes a comparison to a file.
    Export {
        /// The run.
        run: RunId,
        /// What variants are compared with.
        baseline: Baseline,
        /// Which cases are told.
        keep: Keep,
        /// In which order.
        sort: Sort,
        /// The file, from the workspace's directory.
        path: String,
        /// What happens to one that is there already.
        existing: Existing,
    },
    /// Keeps what a reviewer thinks of an answer.
    Rate {
        /// The answer.
        result: Box<RunResult>,
        /// What is thought of it; `None` takes it back.
        rating: Option<Rating>,
    },
    /// What can be chosen for a replay.
    Offer(ReplayOf),
    /// What an order would send and cost; sends nothing.
    Plan(Box<Order>),
    /// Sends it.
    Start(Box<Order>),
    /// Sends it as further variants of a run of one case.
    AddTries(RunId, Box<Order>),
    /// Goes on with a run that was stopped.
    Resume(RunId, Unknown),
    /// What was recorded of the chain of a case.
    Chain {
        /// The case's trace.
        trace_id: TraceId,
        /// The case's span: the chain's last call.
        span_id: SpanId,
    },
    /// Goes on with a chain that left its recording.
    Continue {
        /// The run.
        run: RunId,
        /// The chain's result.
        result_id: ResultId,
        /// What the tool answers.
        with: ContinueWith,
    },
    /// Changes a run that is worked on in this window.
    Change(RunId, RunChange),
    /// Keeps a score of a result.
    Score {
        /// The case's trace.
        trace_id: TraceId,
        /// The case's span.
        span_id: SpanId,
        /// The result; `None` judges the recorded answer.
        result_id: Option<ResultId>,
        /// What is judged.
        name: String,
        /// The number.
        value: f64,
    },
}

/// What a model said, on its way to be compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spoken {
    /// Its text.
    pub text: Option<String>,
    /// The tools it asks for.
    pub calls: Vec<ToolCall>,
}

impl Spoken {
    /// The same, borrowed.
    pub fn said(&self) -> Said<'_> {
        Said { text: self.text.as_deref(), calls: &self.calls }
    }
}

/// What happens to calls that were sent and never heard of again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// They stay as they are.
    Leave,
    /// They are asked, and paid for, again.
    Ask,
}

/// A recorded call that is replayed; all text is hostile.
#[derive(Clone, Debug, PartialEq)]
pub struct RunCase {
    /// Its trace.
    pub trace_id: TraceId,
    /// Its span.
    pub span_id: SpanId,
    /// What was asked.
    pub question: String,
    /// What was answered then.
    pub answer: Option<String>,
    /// The tools that were asked for then.
    pub calls: Vec<ToolCall>,
    /// The model then.
    pub model: Option<String>,
    /// The prompt then, `name@version`.
    pub prompt: Option<String>,
    /// Tokens then.
    pub tokens: Option<u64>,
    /// Cost then.
    pub cost: Option<Money>,
    /// How long it took then, in milliseconds.
    pub latency_ms: Option<f64>,
    /// Time to the first token then, in milliseconds.
    pub ttft_ms: Option<f64>,
}

/// An answer with how far it is from the recorded one.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    /// The answer.
    pub result: RunResult,
    /// How alike both are, from 0 to 1; `None` where one of them says nothing.
    pub similarity: Option<f64>,
    /// What changed; `None` where one of them says nothing.
    pub diff: Option<Arc<AnswerDiff>>,
    /// What a reviewer thinks of it.
    pub rating: Option<Rating>,
}

impl Answered {
    /// An answer beside the recorded one.
    pub fn new(case: Option<&RunCase>, result: RunResult, rating: Option<Rating>) -> Self {
        let diff = {
            let recorded = case.map(RunCase::said).unwrap_or_default();
            let said = Said { text: result.output_text.as_deref(), calls: &result.tool_calls };
            (!recorded.is_nothing() && !said.is_nothing()).then(|| AnswerDiff::between(recorded, said))
        };
        Self { similarity: diff.as_ref().map(|diff| 1.0 - diff.ratio()), diff: diff.map(Arc::new), rating, result }
    }

    /// What was said.
    pub fn said(&self) -> Said<'_> {
        Said { text: self.result.output_text.as_deref(), calls: &self.result.tool_calls }
    }

    /// Whether it is no answer though one was asked for.
    pub fn failed(&self) -> bool {
        !matches!(self.result.status, ResultStatus::Ok | ResultStatus::Skipped)
    }
}

impl RunCase {
    /// What was said then.
    pub fn said(&self) -> Said<'_> {
        Said { text: self.answer.as_deref(), calls: &self.calls }
    }
}

/// A run, its cases and its answers.
#[derive(Clone, Debug, PartialEq)]
pub struct RunDetail {
    /// The run.
    pub row: RunRow,
    /// Its cases, in order.
    pub cases: Vec<RunCase>,
    /// Its answers so far.
    pub answers: Vec<Answered>,
}

/// Something that happened in a run.
#[derive(Clone, Debug, PartialEq)]
pub enum RunNews {
    /// More of an answer.
    Text(CallKey, String),
    /// A call waits, and why.
    Waiting(CallKey, String),
    /// What came so far is void.
    Restarted(CallKey),
    /// An answer is on disk.
    Finished(Box<Answered>),
    /// No more is sent to a model, and why.
    ModelStopped(String, String),
    /// Spent so far.
    Spent(Money),
    /// A model is held back, with until when in words, or works again.
    Circuit(String, Option<String>),
    /// The run was changed while it goes, or begins with these limits.
    Changed(RunChange),
}

/// Which answer is meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CallKey {
    /// The case's trace.
    pub trace_id: TraceId,
    /// The case's span.
    pub span_id: SpanId,
    /// The variant.
    pub variant: VariantId,
    /// The sample, from 0.
    pub sample: u32,
}

/// What the services answer.
#[derive(Clone, Debug, PartialEq)]
pub enum RunsAnswer {
    /// Every run.
    Runs(Vec<RunRow>),
    /// One run.
    Run(Arc<RunDetail>),
    /// What its answers come to.
    Measured(Arc<Comparison>),
    /// What changed, by place.
    Diffed(Vec<(usize, Arc<AnswerDiff>)>),
    /// What was recorded of a chain; nothing where it is not in the index any more.
    Chain {
        /// The case's trace.
        trace_id: TraceId,
        /// The case's span.
        span_id: SpanId,
        /// The chain.
        chain: Option<Arc<RecordedChain>>,
    },
    /// What can be chosen.
    Offer(Box<Offer>),
    /// What an order would do.
    Plan(Box<PlanSummary>),
    /// An order cannot be done: why, and what to do.
    NoPlan(String),
    /// A run began, or goes on.
    Started(Arc<RunDetail>),
    /// It goes on.
    News(Vec<RunNews>),
    /// It is over.
    Ended(RunStatus),
    /// The score is on disk.
    Kept,
    /// The comparison is in this file, with so many cases.
    Exported(PathBuf, usize),
    /// There is such a file already; nothing was written.
    Exists(PathBuf),
}

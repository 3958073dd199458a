//! Requests, answers, and who performs them.

use super::ablation::{AblationAnswer, AblationRequest};
use super::judging::{JudgeAnswer, JudgeRequest};
use super::prompts::{PromptsAnswer, PromptsRequest};
use super::retrieval::{RetrievalAnswer, RetrievalRequest};
use super::runs::{RunsAnswer, RunsRequest};
use super::telemetry::{TelemetryAnswer, TelemetryRequest};
use super::traces::{TracesAnswer, TracesRequest};
use crate::domain::cancel::Cancel;
use crate::ui::msg::{Msg, RequestId};

/// Something asked of the services.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// About traces: lists, details, notes, scores.
    Traces(TracesRequest),
    /// About runs and replays.
    Runs(RunsRequest),
    /// About the chunks of a case.
    Retrieval(RetrievalRequest),
    /// About prompt files.
    Prompts(PromptsRequest),
    /// About figures and SQL.
    Telemetry(TelemetryRequest),
    /// About what an answer depends on.
    Ablation(AblationRequest),
    /// About what a model says of an answer's grounding.
    Judge(JudgeRequest),
}

/// What a service answers; one request may be answered several times.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// About traces.
    Traces(TracesAnswer),
    /// About runs and replays.
    Runs(RunsAnswer),
    /// About the chunks of a case.
    Retrieval(RetrievalAnswer),
    /// About prompt files.
    Prompts(PromptsAnswer),
    /// About figures and SQL.
    Telemetry(TelemetryAnswer),
    /// About what an answer depends on.
    Ablation(AblationAnswer),
    /// About what a model says of an answer's grounding.
    Judge(JudgeAnswer),
    /// The request failed: what happened and what to do, as text that may hold foreign parts.
    Failed(String),
    /// The request was stopped, by the user or because its worker panicked.
    Stopped,
}

/// Takes the answers of one request to the thread of the workbench.
pub trait Reply: Send + Sync {
    /// Sends an answer; says whether anybody still waits for more.
    fn send(&self, answer: Answer) -> Waiting;
    /// Tells the workbench something besides: news of a job, money spent, a message.
    fn tell(&self, msg: Msg);
    /// The flag that is set when nobody waits any more.
    fn cancel(&self) -> &Cancel;
}

/// Whether answers are still waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// Go on.
    Yes,
    /// Nobody listens any more.
    No,
}

/// Performs requests; called on threads of their own, never on that of the workbench.
pub trait Worker: Send + Sync + 'static {
    /// Begins, once, after the first frame: opens what must be opened and tells what changed. Its answers go nowhere.
    fn begin(&self, reply: &dyn Reply) {
        let _ = reply;
    }

    /// Performs one request and answers it through `reply`.
    fn perform(&self, id: RequestId, request: Request, reply: &dyn Reply);
}

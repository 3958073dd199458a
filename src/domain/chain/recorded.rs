//! What was recorded of an agent's chain.

use serde_json::Value;

use super::canonical::{CallKey, only_text, parsed};
use super::divergence::AskedCall;
use super::step::{AnswerFrom, ServedAnswer};
use crate::domain::ids::SpanId;
use crate::domain::message::{Message, ToolCall};

/// Where a recorded answer of a tool stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerSource {
    /// In the messages of a later call: word for word what the model was given.
    Message,
    /// On the span of the tool.
    Tool,
    /// On the span of a retriever, which a tool's name and arguments stand for.
    Retriever,
    /// On the span of a reranker, likewise.
    Reranker,
}

/// What a tool answered, once.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedAnswer {
    /// The tool's name.
    pub name: String,
    /// The arguments it was called with, as recorded.
    pub arguments: Value,
    /// What it answered: text as a JSON string, or any JSON.
    pub result: Value,
    /// Where that stands.
    pub source: AnswerSource,
    /// The span it stands on.
    pub span_id: SpanId,
}

impl RecordedAnswer {
    /// Its content.
    pub fn key(&self) -> CallKey {
        CallKey::of(&self.name, &self.arguments)
    }

    /// The call it answers.
    pub fn asked(&self) -> AskedCall {
        AskedCall { name: self.name.clone(), arguments: self.arguments.clone() }
    }

    /// It as given to a model.
    pub fn served(&self, from: AnswerFrom) -> ServedAnswer {
        ServedAnswer {
            from,
            content: self.result.clone(),
            span_id: Some(self.span_id.clone()),
            recorded: (from != AnswerFrom::Recorded).then(|| self.asked()),
        }
    }

    /// Whether a call asks for this answer: same name and arguments; where only the value of a single argument was
    /// recorded, a single argument of that value.
    pub fn answers(&self, call: &ToolCall) -> bool {
        if self.name != call.name {
            return false;
        }
        if self.key() == CallKey::of(&call.name, &call.arguments) {
            return true;
        }
        match (parsed(&self.arguments), parsed(&call.arguments)) {
            (Value::String(value), Value::Object(asked)) => only_text(&asked) == Some(value.trim()),
            _ => false,
        }
    }
}

/// A tool call that the recorded model asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedRequest {
    /// The call.
    pub call: ToolCall,
    /// What it was answered, by its place among the answers; `None` where the recording does not tell.
    pub answer: Option<usize>,
}

/// One call of the recorded model.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedStep {
    /// Its span.
    pub span_id: SpanId,
    /// The text it answered.
    pub text: Option<String>,
    /// The name that the application gave the model's message when it sent it back.
    pub speaker: Option<String>,
    /// The tools it asked for.
    pub requests: Vec<RecordedRequest>,
    /// Messages that the application put behind the answers of these tools, before the next call.
    pub inserted: Vec<Message>,
    /// What stands before this step's answer in the next call, where that is not what this step was sent: the application
    /// rewrote the conversation so far.
    pub rewritten: Option<Vec<Message>>,
}

/// The chain of an agent's trace.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecordedChain {
    /// Its calls in order; at least one.
    pub steps: Vec<RecordedStep>,
    /// Everything that tools answered, in order.
    pub answers: Vec<RecordedAnswer>,
}

impl RecordedChain {
    /// The place behind the last step of the turn that a step belongs to: a turn ends with an answer that asks for nothing.
    pub(super) fn turn_end(&self, step: usize) -> usize {
        let ends = |step: &RecordedStep| step.requests.is_empty();
        self.steps.iter().skip(step).position(ends).map_or(self.steps.len(), |more| step + more + 1)
    }

    /// The place of the first step of the turn that a step belongs to.
    pub(super) fn turn_start(&self, step: usize) -> usize {
        self.steps.iter().take(step).rposition(|step| step.requests.is_empty()).map_or(0, |last| last + 1)
    }
}

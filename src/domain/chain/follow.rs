//! Follows a chain: puts each answer of the model beside the recording, and makes the next conversation.

use std::sync::Arc;

use serde_json::Value;

use super::canonical::CallKey;
use super::divergence::{Divergence, DivergenceKind};
use super::pool::AnswerPool;
use super::recorded::RecordedChain;
use super::step::{AnswerFrom, ServedAnswer, StepRequest};
use crate::domain::ids::SpanId;
use crate::domain::message::{Message, Part, Role, ToolCall};

/// What a model answered to one request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Turn {
    /// Its text.
    pub text: Option<String>,
    /// The tools it asks for.
    pub calls: Vec<ToolCall>,
}

/// An answer of the model, put beside the recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The tools it asks for, each with its recorded answer or with how it leaves the recording.
    pub requests: Vec<StepRequest>,
    /// Missing calls and early stops.
    pub divergences: Vec<Divergence>,
    /// The recorded agent went no further than this.
    ends: bool,
}

/// What comes after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Another request, with the messages as they are now.
    GoOn,
    /// Nothing: the chain is at its end.
    Ended,
}

/// How a recorded request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Met {
    /// Not asked for yet.
    Open,
    /// Asked for.
    Asked,
    /// Something else was asked for in its place.
    Replaced,
}

/// A chain while it is replayed. The recording is met by content: what the model asks for is looked for among everything
/// that was recorded and not used yet, wherever it stood. Places only say what it is compared with.
#[derive(Clone, Debug)]
pub struct ChainWalk {
    chain: Arc<RecordedChain>,
    pool: AnswerPool,
    messages: Vec<Message>,
    met: Vec<Vec<Met>>,
    /// The steps of the turn that is being replayed.
    turn: std::ops::Range<usize>,
    /// The first step whose inserted messages are still to come.
    behind: usize,
    /// Whether every answer so far was the recorded one.
    faithful: bool,
}

impl ChainWalk {
    /// Begins with the call at a place; the steps before it are as recorded. `messages` are what that call is sent;
    /// `unchanged` says that those are the recorded ones.
    pub fn begin(chain: Arc<RecordedChain>, messages: Vec<Message>, from: usize, unchanged: bool) -> Self {
        let mut pool = AnswerPool::new(Arc::clone(&chain));
        let state = |place: usize| if place < from { Met::Asked } else { Met::Open };
        let met = chain.steps.iter().enumerate().map(|(place, step)| vec![state(place); step.requests.len()]).collect();
        for request in chain.steps.iter().take(from).flat_map(|step| &step.requests) {
            if let Some(place) = request.answer {
                pool.take_at(place);
            }
        }
        let turn = chain.turn_start(from)..chain.turn_end(from);
        Self { chain, pool, messages, met, turn, behind: from, faithful: unchanged }
    }

    /// The conversation that the next request sends.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// The recorded step that the next request stands beside: the first of the turn with something left to ask for, else
    /// the turn's last.
    pub fn place(&self) -> usize {
        let open = |place: &usize| self.met.get(*place).is_some_and(|met| met.contains(&Met::Open));
        self.turn.clone().find(open).unwrap_or(self.turn.end.saturating_sub(1))
    }

    /// The span of a recorded step.
    pub fn span_of(&self, place: usize) -> Option<&SpanId> {
        self.chain.steps.get(place).map(|step| &step.span_id)
    }

    /// The nearest recorded answer to a call, marked as such.
    pub fn nearest(&self, call: &ToolCall) -> Option<ServedAnswer> {
        self.pool.nearest(call).map(|answer| answer.served(AnswerFrom::Nearest))
    }

    /// Puts an answer beside the recording.
    pub fn ask(&mut self, turn: &Turn) -> Asked {
        if turn.calls.is_empty() {
            return Asked { requests: Vec::new(), divergences: self.left_out(), ends: self.turn.end >= self.met.len() };
        }
        let place = self.place();
        let mut requests: Vec<StepRequest> = turn.calls.iter().map(|call| self.recorded(call, place)).collect();
        let strays: Vec<usize> = (0..requests.len()).filter(|&at| requests[at].divergence.is_some()).collect();
        self.classify(&mut requests, &strays, place);
        let ends = self.is_end();
        if ends {
            // What the last call of the recording asked for was answered to nobody.
            for request in &mut requests {
                if request.divergence.as_ref().is_some_and(|divergence| divergence.kind == DivergenceKind::NoAnswer) {
                    request.divergence = None;
                }
            }
        }
        Asked { requests, divergences: Vec::new(), ends }
    }

    /// Goes on behind an answer, whose calls all have their answers now unless the chain ends.
    pub fn advance(&mut self, turn: &Turn, asked: &Asked) -> Next {
        if asked.ends {
            return Next::Ended;
        }
        let place = self.behind;
        self.faithful = self.faithful && self.is_recorded(turn, asked, place);
        if self.faithful
            && let Some(prefix) = self.chain.steps.get(place).and_then(|step| step.rewritten.clone())
        {
            self.messages = prefix;
        }
        let speaker = self.chain.steps.get(place).and_then(|step| step.speaker.clone());
        self.messages.push(own_message(turn, speaker));
        for request in &asked.requests {
            let result = request.answer.as_ref().map_or(Value::Null, |answer| answer.content.clone());
            let part = Part::ToolResult { id: request.call.id.clone(), result };
            self.messages.push(Message { role: Role::Tool, name: None, parts: vec![part] });
        }
        if turn.calls.is_empty() {
            self.behind = self.turn.end.saturating_sub(1);
            self.insert_behind();
            self.turn = self.turn.end..self.chain.turn_end(self.turn.end);
        } else {
            let done = |met: &Vec<Met>| !met.is_empty() && !met.contains(&Met::Open);
            while self.behind < self.turn.end && self.met.get(self.behind).is_some_and(done) {
                self.insert_behind();
            }
        }
        Next::GoOn
    }

    /// Carries the messages over that the application put behind a step.
    fn insert_behind(&mut self) {
        if let Some(step) = self.chain.steps.get(self.behind) {
            self.messages.extend(step.inserted.iter().cloned());
        }
        self.behind += 1;
    }

    /// A call with its recorded answer; without one it is a stray, classified later.
    fn recorded(&mut self, call: &ToolCall, place: usize) -> StepRequest {
        let answer = self.pool.take(call).map(|answer| answer.served(AnswerFrom::Recorded));
        let met = self.meet(place, |wanted| same_call(wanted, call), Met::Asked)
            || (0..self.met.len()).any(|other| self.meet(other, |wanted| same_call(wanted, call), Met::Asked));
        let divergence = match (&answer, met) {
            (Some(_), _) => None,
            (None, true) => Some(Divergence::new(DivergenceKind::NoAnswer, Some(call))),
            (None, false) => Some(Divergence::new(DivergenceKind::ExtraCall, None)),
        };
        StepRequest { call: call.clone(), answer, divergence }
    }

    /// Marks the first open request of a step that fits.
    fn meet(&mut self, place: usize, fits: impl Fn(&ToolCall) -> bool, how: Met) -> bool {
        let Some(step) = self.chain.steps.get(place) else { return false };
        let met = &mut self.met[place];
        let found = (0..met.len()).find(|&at| met[at] == Met::Open && fits(&step.requests[at].call));
        if let Some(at) = found {
            met[at] = how;
        }
        found.is_some()
    }

    /// Says of calls that have no recorded answer what the recording asked for in their place: the same tool with other
    /// arguments first, then any other tool. What was recorded and is used up was asked for once too often.
    fn classify(&mut self, requests: &mut [StepRequest], strays: &[usize], place: usize) {
        let used_up = |walk: &Self, call: &ToolCall| {
            let asked = walk.chain.steps.iter().flat_map(|step| &step.requests);
            walk.pool.knows(call) || asked.map(|request| &request.call).any(|wanted| same_call(wanted, call))
        };
        for same_tool in [true, false] {
            for &at in strays {
                let StepRequest { call, divergence, .. } = &mut requests[at];
                let settled = divergence.as_ref().is_some_and(|divergence| {
                    divergence.kind == DivergenceKind::NoAnswer || divergence.recorded.is_some()
                });
                if settled || used_up(self, call) {
                    continue;
                }
                let wanted = |wanted: &ToolCall| !same_tool || wanted.name == call.name;
                let open = self.first_open(place, wanted);
                if let Some(recorded) = open {
                    self.meet(place, |wanted| *wanted == recorded, Met::Replaced);
                    let kind = if same_tool { DivergenceKind::OtherArguments } else { DivergenceKind::OtherTool };
                    *divergence = Some(Divergence::new(kind, Some(&recorded)));
                }
            }
        }
    }

    fn first_open(&self, place: usize, fits: impl Fn(&ToolCall) -> bool) -> Option<ToolCall> {
        let (step, met) = (self.chain.steps.get(place)?, self.met.get(place)?);
        let open = step.requests.iter().zip(met).filter(|(_, met)| **met == Met::Open);
        open.map(|(request, _)| &request.call).find(|call| fits(call)).cloned()
    }

    /// Whether the recorded agent went no further: it asked for tools at last, and all of them are asked for.
    fn is_end(&self) -> bool {
        let last = self.chain.steps.last().is_some_and(|step| !step.requests.is_empty());
        last && self.turn.end == self.met.len()
            && !self.met[self.turn.clone()].iter().flatten().any(|met| *met == Met::Open)
    }

    /// What the recording asked for in this turn, and the replay did not before it answered.
    fn left_out(&self) -> Vec<Divergence> {
        let reached = self.turn.clone().rev().find(|&place| self.met[place].iter().any(|met| *met != Met::Open));
        let mut divergences = Vec::new();
        for place in self.turn.clone() {
            let open = self.chain.steps[place].requests.iter().zip(&self.met[place]);
            let open: Vec<&ToolCall> =
                open.filter(|(_, met)| **met == Met::Open).map(|(request, _)| &request.call).collect();
            if reached.is_some_and(|reached| place <= reached) {
                divergences
                    .extend(open.into_iter().map(|call| Divergence::new(DivergenceKind::MissingCall, Some(call))));
            } else if let Some(first) = open.first() {
                divergences.push(Divergence::new(DivergenceKind::EarlyStop, Some(first)));
                break;
            }
        }
        divergences
    }

    /// Whether an answer is the recorded one of a step.
    fn is_recorded(&self, turn: &Turn, asked: &Asked, place: usize) -> bool {
        let Some(step) = self.chain.steps.get(place) else { return false };
        let keys = |calls: &mut dyn Iterator<Item = &ToolCall>| -> Vec<CallKey> {
            calls.map(|call| CallKey::of(&call.name, &call.arguments)).collect()
        };
        let as_recorded =
            |request: &StepRequest| request.answer.as_ref().is_some_and(|answer| answer.from == AnswerFrom::Recorded);
        turn.text.as_deref().unwrap_or("").trim() == step.text.as_deref().unwrap_or("").trim()
            && keys(&mut turn.calls.iter()) == keys(&mut step.requests.iter().map(|request| &request.call))
            && asked.requests.iter().all(as_recorded)
    }
}

fn same_call(one: &ToolCall, other: &ToolCall) -> bool {
    CallKey::of(&one.name, &one.arguments) == CallKey::of(&other.name, &other.arguments)
}

fn own_message(turn: &Turn, name: Option<String>) -> Message {
    let text = turn.text.as_ref().filter(|text| !text.is_empty()).map(|text| Part::Text { text: text.clone() });
    let calls = turn.calls.iter().cloned().map(Part::ToolCall);
    Message { role: Role::Assistant, name, parts: text.into_iter().chain(calls).collect() }
}

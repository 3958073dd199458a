//! The chain shown in a run: what was recorded of it, and how to go on where it left the recording.

use std::sync::Arc;

use super::run::RunView;
use crate::domain::chain::{RecordedChain, StepRequest};
use crate::domain::ids::{SpanId, TraceId};
use crate::domain::run::{CallsMode, ResultStatus};
use crate::services::replay::ContinueWith;
use crate::ui::action::Action;
use crate::ui::effect::{Ask, Choose, Confirm, Effect, Pick, PickItem};
use crate::ui::effects::runs::{RunsAnswer, RunsRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::msg::RequestId;
use crate::ui::screens::{Cx, ScreenId};

/// The most characters of a recorded answer in a list of answers.
const SHOWN: usize = 200;

/// What was recorded of the chain shown.
#[derive(Debug, Default)]
pub struct ChainPane {
    /// The case that was read last, and its chain where it is in the index.
    read: Option<(TraceId, SpanId, Option<Arc<RecordedChain>>)>,
    waiting: Option<(RequestId, TraceId, SpanId)>,
}

impl ChainPane {
    /// Takes an answer to its own request; whether it was one.
    pub fn answered(&mut self, id: RequestId, answer: &Answer) -> bool {
        let Some((_, trace, span)) = self.waiting.take_if(|(waiting, ..)| *waiting == id) else { return false };
        let chain = match answer {
            Answer::Runs(RunsAnswer::Chain { chain, .. }) => chain.clone(),
            _ => None,
        };
        self.read = Some((trace, span, chain));
        true
    }

    /// The recorded chain of a case, once it is read.
    pub fn of(&self, trace: &TraceId, span: &SpanId) -> Option<&RecordedChain> {
        let (_, _, chain) = self.read.as_ref().filter(|(read, of, _)| read == trace && of == span)?;
        chain.as_deref()
    }

    /// Whether the chain of a case is read, or is being read.
    fn knows(&self, trace: &TraceId, span: &SpanId) -> bool {
        let read = self.read.as_ref().map(|(trace, span, _)| (trace, span));
        let waiting = self.waiting.as_ref().map(|(_, trace, span)| (trace, span));
        [read, waiting].contains(&Some((trace, span)))
    }
}

impl RunView {
    /// Whether a chain is shown step by step.
    pub fn shows_chain(&self) -> bool {
        self.side && self.row().is_some_and(|row| row.run.choice.calls == CallsMode::Chain)
    }

    /// Asks for the recorded chain of the case shown, where it is not there yet.
    pub fn read_chain(&mut self, cx: &Cx) -> Vec<Effect> {
        if !self.shows_chain() {
            return Vec::new();
        }
        let Some((trace_id, span_id)) = self.case().map(|(_, case)| (case.trace_id.clone(), case.span_id.clone()))
        else {
            return Vec::new();
        };
        if self.chain.knows(&trace_id, &span_id) {
            return Vec::new();
        }
        let request = RunsRequest::Chain { trace_id: trace_id.clone(), span_id: span_id.clone() };
        let (id, effect) = cx.request(ScreenId::Runs, Request::Runs(request));
        self.chain.waiting = Some((id, trace_id, span_id));
        vec![effect]
    }

    /// The recorded chain of the case shown.
    pub fn recorded_chain(&self) -> Option<&RecordedChain> {
        let (_, case) = self.case()?;
        self.chain.of(&case.trace_id, &case.span_id)
    }

    /// Whether the recorded chain of the case shown is still being read.
    pub fn reads_chain(&self) -> bool {
        let waiting = self.chain.waiting.as_ref().map(|(_, trace, span)| (trace, span));
        waiting.is_some() && waiting == self.case().map(|(_, case)| (&case.trace_id, &case.span_id))
    }

    /// The call that the chain shown ended at, with the number of its step.
    fn left_at(&self) -> Option<(u32, &StepRequest)> {
        let result = &self.answer()?.result;
        let step = result.steps.last().filter(|_| result.status == ResultStatus::Diverged)?;
        step.unanswered().map(|(_, request)| (step.step, request))
    }

    /// Why the chain shown cannot be gone on with.
    pub fn chain_disabled(&self) -> Option<String> {
        if !self.shows_chain() {
            return Some("no chain is shown: replay with the agent's whole chain, and open a case".into());
        }
        self.left_at().is_none().then(|| "this chain did not stop at a call that could be answered".into())
    }

    /// Asks what the tool answers where the chain shown left its recording.
    pub fn ask_to_continue(&self, action: Action) -> Vec<Effect> {
        let Some((step, request)) = self.left_at() else { return Vec::new() };
        let name: String = request.call.name.chars().take(60).collect();
        let title = format!("What does {name} answer at step {step}?");
        match action {
            Action::ChainNearest => vec![Effect::Confirm(Confirm {
                action,
                title: format!("Go on behind step {step}?"),
                lines: vec![
                    format!("{name} answers with the nearest recorded answer, marked as such. Nothing is run."),
                    "The chain goes on from there, and can cost money up to the run's cap.".into(),
                ],
                yes: "go on",
            })],
            Action::ChainPick => vec![Effect::Pick(Pick {
                action,
                title: format!("Going on can cost up to the cap: what {name} answers"),
                items: self.answers(),
                choose: Choose::One,
            })],
            _ => vec![Effect::Ask(Ask {
                action,
                title,
                text: String::new(),
                hint: "the chain goes on, and can cost up to the cap".into(),
            })],
        }
    }

    fn answers(&self) -> Vec<PickItem> {
        let answers = self.recorded_chain().map(|chain| chain.answers.as_slice()).unwrap_or_default();
        let item = |(place, answer): (usize, &crate::domain::chain::RecordedAnswer)| PickItem {
            value: place.to_string(),
            label: answer.asked().to_string().chars().take(SHOWN).collect(),
            detail: content(&answer.result).chars().take(SHOWN).collect(),
            ..PickItem::default()
        };
        answers.iter().enumerate().map(item).collect()
    }

    /// The request that goes on with the chain shown.
    pub fn continue_request(&self, text: &str, action: Action) -> Option<RunsRequest> {
        self.left_at()?;
        let with = match action {
            Action::ChainNearest => ContinueWith::Nearest,
            Action::ChainPick => ContinueWith::Picked(text.parse().ok()?),
            _ => ContinueWith::Typed(text.to_owned()),
        };
        let result_id = self.answer()?.result.result_id.clone();
        Some(RunsRequest::Continue { run: self.run_id.clone(), result_id, with })
    }
}

/// What a tool answered, as text.
pub fn content(result: &serde_json::Value) -> String {
    result.as_str().map_or_else(|| result.to_string(), str::to_owned)
}

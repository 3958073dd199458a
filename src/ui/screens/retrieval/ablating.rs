//! Ablation on the screen of retrieval: which chunk, or which part of the prompt, the answer depends on.

use std::sync::Arc;

use super::state::{ANSWER, Part, Retrieval};
use crate::domain::grounding::Verdict;
use crate::domain::ids::RunId;
use crate::domain::run_design::AblationSubject;
use crate::services::ablation::{AblationReport, ReportedItem};
use crate::ui::action::Action;
use crate::ui::effect::{Choose, Confirm, Effect, Pick, PickItem};
use crate::ui::effects::ablation::{AblationAnswer, AblationAsked, AblationRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::msg::{RequestId, Target, Toast};
use crate::ui::screens::traces::money;
use crate::ui::screens::{Cx, ScreenId};
use crate::ui::text;

/// An ablation of the case that is open.
#[derive(Debug, Default)]
pub struct Ablating {
    /// What came out so far.
    pub report: Option<Arc<AblationReport>>,
    /// The run that holds its answers.
    pub run: Option<RunId>,
    /// What it does now, in words.
    pub step: String,
    /// Answers that are there, and that there will be after this step.
    pub counted: Option<(u64, u64)>,
    /// Why it ended without a verdict.
    pub stopped: Option<String>,
    pub(super) asked: Option<AblationAsked>,
    pub(super) plan: Option<RequestId>,
    pub(super) running: Option<RequestId>,
}

impl Ablating {
    /// Whether it is under way.
    pub const fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// What came out for a chunk.
    pub fn of_chunk(&self, rank: u32) -> Option<&ReportedItem> {
        let report = self.report.as_ref().filter(|report| report.subject == AblationSubject::Chunks)?;
        report.items.iter().find(|item| item.rank == rank && item.tested.is_some())
    }

    /// How it stands, in one line; nothing where there was none. It may hold foreign text.
    pub fn line(&self) -> Option<String> {
        if self.plan.is_some() {
            return Some("the plan is being made …".to_owned());
        }
        if self.is_running() {
            let counted = self.counted.map(|(done, total)| format!("  {done} of {total} answers")).unwrap_or_default();
            return Some(format!("{}{counted}", self.step));
        }
        if let Some(why) = &self.stopped {
            return Some(why.clone());
        }
        let report = self.report.as_ref()?;
        let about = match &report.sentence {
            Some((number, _)) => format!("sentence {number}: "),
            None => String::new(),
        };
        let size = text::counted(report.requests, "request");
        Some(format!("{about}{}  {size}, ${}, {}", report.words, money(report.cost), report.model))
    }
}

impl Retrieval {
    /// Lets the user choose what is to be found out.
    pub(super) fn choose_ablation(&self) -> Vec<Effect> {
        let item = |value: &str, label: String, detail: &str| PickItem {
            value: value.into(),
            label,
            detail: detail.into(),
            ..PickItem::default()
        };
        let mut items = vec![item("chunks", "Which chunk does the answer depend on?".into(), "")];
        let number = self.answer.selected + 1;
        if self.sentence().is_some_and(|sentence| sentence.standing() != Verdict::NoClaim) {
            let one = item("sentence", format!("Which chunk does sentence {number} depend on?"), "");
            let at = usize::from(self.panes.focused() != ANSWER || self.part == Part::Tries);
            items.insert(at, one);
        }
        items.push(item("parts", "Which part of the prompt does the answer depend on?".into(), ""));
        if self.ablating.run.is_some() && !self.ablating.is_running() {
            let label = "Show the answers of the last ablation".to_owned();
            let at = if self.ablating.report.is_some() { 0 } else { items.len() };
            items.insert(at, item("answers", label, "as a run"));
            if self.ablating.stopped.is_some() {
                items.push(item("resume", "Go on with the ablation that was stopped".into(), ""));
            }
        }
        let pick = Pick { action: Action::Ablate, title: "Ablation".into(), items, choose: Choose::One };
        vec![Effect::Pick(pick)]
    }

    /// Plans what was chosen.
    pub(super) fn plan_ablation(&mut self, picked: &[String], cx: &Cx) -> Vec<Effect> {
        let (Some(trace), Some(what)) = (self.trace_id.clone(), picked.first()) else { return Vec::new() };
        let mut asked = AblationAsked::of(trace);
        asked.model = self.tries.chosen.first().cloned();
        match what.as_str() {
            "answers" => {
                return self.ablating.run.clone().map(|run| Effect::Go(Target::Run(run))).into_iter().collect();
            }
            "resume" => {
                let Some(run) = self.ablating.run.clone() else { return Vec::new() };
                return self.start_ablation(AblationRequest::Resume(run), cx);
            }
            "sentence" => asked.sentence = u32::try_from(self.answer.selected + 1).ok(),
            "parts" => asked.subject = AblationSubject::Parts,
            _ => {}
        }
        let request = Request::Ablation(AblationRequest::Plan(Box::new(asked.clone())));
        let (id, effect) = cx.request(ScreenId::Retrieval, request);
        (self.ablating.plan, self.ablating.asked) = (Some(id), Some(asked));
        vec![effect]
    }

    /// Sends what was planned.
    pub(super) fn send_ablation(&mut self, cx: &Cx) -> Vec<Effect> {
        match self.ablating.asked.take() {
            Some(asked) => self.start_ablation(AblationRequest::Start(Box::new(asked)), cx),
            None => Vec::new(),
        }
    }

    fn start_ablation(&mut self, request: AblationRequest, cx: &Cx) -> Vec<Effect> {
        let (id, effect) = cx.request(ScreenId::Retrieval, Request::Ablation(request));
        self.ablating = Ablating { running: Some(id), step: "begins …".into(), ..Ablating::default() };
        vec![effect]
    }

    /// Takes an answer about the ablation; `None` where it is none.
    pub(super) fn ablation_answered(&mut self, id: RequestId, answer: &Answer) -> Option<Vec<Effect>> {
        if self.ablating.plan == Some(id) {
            self.ablating.plan = None;
            return Some(match answer {
                Answer::Ablation(AblationAnswer::Plan(summary)) => vec![Effect::Confirm(Confirm {
                    action: Action::Ablate,
                    title: format!(
                        "Send at most {}, about ${}?",
                        text::counted(summary.most, "request"),
                        money(Some(summary.estimate))
                    ),
                    lines: summary.lines(),
                    yes: "send",
                })],
                Answer::Ablation(AblationAnswer::NoPlan(why)) | Answer::Failed(why) => {
                    self.ablating.stopped = Some(why.clone());
                    vec![Effect::Toast(Toast::warning(why.clone()))]
                }
                _ => Vec::new(),
            });
        }
        if self.ablating.running != Some(id) {
            return None;
        }
        let ablating = &mut self.ablating;
        match answer {
            Answer::Ablation(AblationAnswer::Started(run)) => ablating.run = Some(run.clone()),
            Answer::Ablation(AblationAnswer::Step(tests)) => ablating.step = tests.join(" · "),
            Answer::Ablation(AblationAnswer::Counted { done, total }) => ablating.counted = Some((*done, *total)),
            Answer::Ablation(AblationAnswer::Waiting(why)) => ablating.step.clone_from(why),
            Answer::Ablation(AblationAnswer::SoFar(report)) => ablating.report = Some(Arc::clone(report)),
            Answer::Ablation(AblationAnswer::Ended(outcome)) => {
                ablating.running = None;
                ablating.run = Some(outcome.run_id.clone());
                ablating.report = outcome.report.clone().map(Arc::new).or_else(|| ablating.report.take());
                ablating.stopped.clone_from(&outcome.stopped_by);
            }
            Answer::Ablation(AblationAnswer::NoPlan(why)) | Answer::Failed(why) => {
                ablating.running = None;
                ablating.stopped = Some(why.clone());
                return Some(vec![Effect::Toast(Toast::error(why.clone()))]);
            }
            Answer::Stopped => {
                ablating.running = None;
                ablating.stopped = Some("stopped; what was answered is kept".into());
            }
            _ => {}
        }
        self.show_text();
        Some(Vec::new())
    }
}

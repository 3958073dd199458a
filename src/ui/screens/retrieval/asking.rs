//! Asking a judge on the screen of retrieval: a model says of sentences what the scorer cannot.

use std::sync::Arc;

use super::state::{Retrieval, Support};
use crate::domain::grounding::Verdict;
use crate::domain::ids::RunId;
use crate::domain::run::RunStatus;
use crate::services::grounding::Band;
use crate::ui::action::Action;
use crate::ui::effect::{Choose, Confirm, Effect, Pick, PickItem};
use crate::ui::effects::judging::{JudgeAnswer, JudgeAsked, JudgeOutcome, JudgeRequest, JudgeSummary};
use crate::ui::effects::{Answer, Request};
use crate::ui::msg::{RequestId, Target, Toast};
use crate::ui::screens::traces::money;
use crate::ui::screens::{Cx, ScreenId};
use crate::ui::text;

/// A judge of the answer that is shown.
#[derive(Debug, Default)]
pub struct Asking {
    /// The run that holds its answer.
    pub run: Option<RunId>,
    /// How it stands, in words; it may hold foreign text.
    told: Option<String>,
    asked: Option<JudgeAsked>,
    plan: Option<RequestId>,
    pub(super) running: Option<RequestId>,
}

impl Asking {
    /// Whether it is being asked.
    pub const fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// How it stands, in one line; nothing where none was asked. It may hold foreign text.
    pub fn line(&self) -> Option<&str> {
        if self.plan.is_some() { Some("the plan is being made …") } else { self.told.as_deref() }
    }
}

impl Retrieval {
    /// Lets the user choose which sentences are judged.
    pub(super) fn choose_judge(&self) -> Vec<Effect> {
        let known = matches!(self.support, Support::Known(_));
        let unsure = self.sentences.iter().filter(|one| known && one.verdict == Verdict::Unsure).count() as u64;
        let model = self.judge_model().unwrap_or_else(|| "the first configured model".into());
        let item = |value: &str, label: String| PickItem {
            value: value.into(),
            label,
            detail: model.clone(),
            ..PickItem::default()
        };
        let doubtful = PickItem {
            disabled: (unsure == 0).then(|| "the scorer is unsure of none".into()),
            ..item("doubtful", format!("What the scorer cannot tell: {}", text::counted(unsure, "sentence")))
        };
        let all = text::counted(self.sentences.len() as u64, "sentence");
        let mut items = vec![doubtful, item("all", format!("The whole answer: {all}"))];
        if self.asking.run.is_some() && !self.asking.is_running() {
            let label = "Show the judge's last answer".to_owned();
            items.push(PickItem { detail: "as a run".into(), ..item("answer", label) });
        }
        let pick = Pick {
            action: Action::AskJudge,
            title: "Ask a judge; M chooses the model".into(),
            items,
            choose: Choose::One,
        };
        vec![Effect::Pick(pick)]
    }

    /// The model that judges: the first of those chosen for tries that does more than give back recordings.
    fn judge_model(&self) -> Option<String> {
        self.tries.chosen.iter().find(|model| !model.starts_with("builtin/")).cloned()
    }

    /// Plans what was chosen.
    pub(super) fn plan_judge(&mut self, picked: &[String], cx: &Cx) -> Vec<Effect> {
        let (Some(trace), Some(what)) = (self.trace_id.clone(), picked.first()) else { return Vec::new() };
        if what == "answer" {
            return self.asking.run.clone().map(|run| Effect::Go(Target::Run(run))).into_iter().collect();
        }
        let band = if what == "all" { Band::All } else { Band::Doubtful };
        let asked = JudgeAsked { trace, model: self.judge_model(), band };
        let (id, effect) = cx.request(ScreenId::Retrieval, Request::Judge(JudgeRequest::Plan(asked.clone())));
        (self.asking.plan, self.asking.asked) = (Some(id), Some(asked));
        vec![effect]
    }

    /// Asks what was planned.
    pub(super) fn ask_judge(&mut self, cx: &Cx) -> Vec<Effect> {
        let Some(asked) = self.asking.asked.take() else { return Vec::new() };
        let (id, effect) = cx.request(ScreenId::Retrieval, Request::Judge(JudgeRequest::Start(asked)));
        self.asking = Asking { running: Some(id), told: Some("is asked …".into()), ..Asking::default() };
        vec![effect]
    }

    /// Takes an answer about a judge; `None` where it is none.
    pub(super) fn judge_answered(&mut self, id: RequestId, answer: &Answer, cx: &Cx) -> Option<Vec<Effect>> {
        if self.asking.plan == Some(id) {
            self.asking.plan = None;
            return Some(match answer {
                // What comes from the cache is neither sent nor paid for.
                Answer::Judge(JudgeAnswer::Plan(summary)) if summary.requests == 0 => self.ask_judge(cx),
                Answer::Judge(JudgeAnswer::Plan(summary)) => vec![Effect::Confirm(question(summary))],
                Answer::Judge(JudgeAnswer::NoPlan(why)) | Answer::Failed(why) => {
                    self.asking.told = Some(why.clone());
                    vec![Effect::Toast(Toast::warning(why.clone()))]
                }
                _ => Vec::new(),
            });
        }
        if self.asking.running != Some(id) {
            return None;
        }
        match answer {
            Answer::Judge(JudgeAnswer::Started(run)) => self.asking.run = Some(run.clone()),
            Answer::Judge(JudgeAnswer::Waiting(why)) => self.asking.told = Some(why.clone()),
            Answer::Judge(JudgeAnswer::Ended(outcome)) => self.judged(outcome),
            Answer::Judge(JudgeAnswer::NoPlan(why)) | Answer::Failed(why) => {
                self.asking.running = None;
                self.asking.told = Some(why.clone());
                return Some(vec![Effect::Toast(Toast::error(why.clone()))]);
            }
            Answer::Stopped => {
                self.asking.running = None;
                self.asking.told = Some("stopped; it can be asked again".into());
            }
            _ => {}
        }
        Some(Vec::new())
    }

    fn judged(&mut self, outcome: &JudgeOutcome) {
        self.asking.running = None;
        self.asking.told = Some(words(outcome));
        self.sentences.clone_from(&outcome.grounding.sentences);
        self.support = Support::Known(Arc::clone(&outcome.grounding));
        self.show_text();
    }
}

/// The question before anything is sent.
fn question(summary: &JudgeSummary) -> Confirm {
    let requests = text::counted(summary.requests, "request");
    Confirm {
        action: Action::AskJudge,
        title: format!("Send {requests}, about ${}?", money(Some(summary.estimate))),
        lines: summary.lines(),
        yes: "send",
    }
}

/// What came of it, in one line.
fn words(outcome: &JudgeOutcome) -> String {
    let mut parts = vec![format!(
        "{} judged {} of {}, ${}",
        outcome.model,
        outcome.judged,
        text::counted(outcome.asked, "sentence"),
        money(outcome.cost)
    )];
    parts.extend(outcome.missing.iter().cloned());
    match outcome.status {
        RunStatus::Budget => parts.push("the cap was reached".into()),
        RunStatus::Interrupted => parts.push("stopped".into()),
        RunStatus::Running | RunStatus::Completed | RunStatus::Failed => {}
    }
    parts.join("; ")
}

//! Showing the prompt as it would be sent, while it is read or written.

use super::live::Live;
use super::screen::{PromptsScreen, ask};
use crate::ui::action::Action;
use crate::ui::effect::{Choose, Effect, Pick, PickItem};
use crate::ui::effects::Answer;
use crate::ui::effects::prompts::{CaseRow, PromptsAnswer, PromptsRequest};
use crate::ui::msg::{RequestId, Toast};
use crate::ui::screens::Cx;
use crate::ui::screens::traces::{age, short_id};

/// What the third pane shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Beside {
    /// The versions of the prompt.
    #[default]
    Versions,
    /// The prompt as it would be sent.
    Rendered,
}

/// What the screen waits for on behalf of the rendering.
#[derive(Debug, Default)]
pub struct Waiting {
    values: Option<RequestId>,
    preview: Option<RequestId>,
    cases: Option<RequestId>,
}

impl PromptsScreen {
    /// Shows the prompt as it would be sent, or its versions again.
    pub(super) fn turn_beside(&mut self, cx: &Cx) -> Vec<Effect> {
        self.beside = match self.beside {
            Beside::Versions => Beside::Rendered,
            Beside::Rendered => Beside::Versions,
        };
        self.look(cx)
    }

    /// Whether the prompt is shown as it would be sent.
    pub(super) fn is_rendered(&self) -> bool {
        self.beside == Beside::Rendered || self.source.editing.is_some()
    }

    /// Asks what the text shown comes to, where that is wanted and not known.
    pub(super) fn look(&mut self, cx: &Cx) -> Vec<Effect> {
        let (true, Some(name)) = (self.is_rendered(), self.source.name().map(str::to_owned)) else { return Vec::new() };
        if self.live.name.as_deref() != Some(name.as_str()) {
            return self.turn_live_to(&name, cx);
        }
        if self.waiting.values.is_some() {
            return Vec::new();
        }
        let Some(text) = self.source.current_text() else { return Vec::new() };
        if !self.live.wants(&text) {
            return Vec::new();
        }
        let values = self.live.values.clone();
        let (id, effect) = ask(cx, PromptsRequest::Preview { name, text, values });
        self.waiting.preview = Some(id);
        vec![effect]
    }

    fn turn_live_to(&mut self, name: &str, cx: &Cx) -> Vec<Effect> {
        let mut effects: Vec<Effect> = [self.waiting.preview.take(), self.waiting.values.take()]
            .into_iter()
            .flatten()
            .map(Effect::Cancel)
            .collect();
        self.live = Live::default();
        self.live.turn_to(name);
        let (id, effect) = ask(cx, PromptsRequest::Values { name: name.to_owned(), trace: None });
        self.waiting.values = Some(id);
        effects.push(effect);
        effects
    }

    /// Lets the user choose the recorded call whose values are used.
    pub(super) fn ask_for_cases(&mut self, cx: &Cx) -> Vec<Effect> {
        let Some(name) = self.source.name().map(str::to_owned) else { return Vec::new() };
        let (id, effect) = ask(cx, PromptsRequest::Cases(name));
        self.waiting.cases = Some(id);
        vec![effect]
    }

    /// Takes the recorded call that was picked.
    pub(super) fn case_picked(&mut self, trace: &str, cx: &Cx) -> Vec<Effect> {
        let Some(name) = self.source.name().map(str::to_owned) else { return Vec::new() };
        self.beside = Beside::Rendered;
        let (id, effect) = ask(cx, PromptsRequest::Values { name, trace: Some(trace.into()) });
        self.waiting.values = Some(id);
        vec![effect]
    }

    /// Takes an answer about the rendering; `None` where it is about something else.
    pub(super) fn rendering_answered(&mut self, id: RequestId, answer: &Answer, cx: &Cx) -> Option<Vec<Effect>> {
        if self.waiting.values == Some(id) {
            self.waiting.values = None;
            let mut effects = match answer {
                Answer::Prompts(PromptsAnswer::Values(values)) => {
                    self.live.put_values(values.clone());
                    Vec::new()
                }
                Answer::Failed(why) => vec![Effect::Toast(Toast::warning(why.clone()))],
                _ => Vec::new(),
            };
            effects.extend(self.look(cx));
            return Some(effects);
        }
        if self.waiting.preview == Some(id) {
            self.waiting.preview = None;
            match answer {
                Answer::Prompts(PromptsAnswer::Preview(preview)) => {
                    self.live.put(preview.clone());
                    self.mark_findings();
                }
                Answer::Failed(why) => {
                    self.live.fail();
                    return Some(vec![Effect::Toast(Toast::warning(why.clone()))]);
                }
                _ => self.live.fail(),
            }
            // What was typed meanwhile is looked at now.
            return Some(self.look(cx));
        }
        if self.waiting.cases == Some(id) {
            self.waiting.cases = None;
            return Some(match answer {
                Answer::Prompts(PromptsAnswer::Cases(cases)) if cases.is_empty() => {
                    vec![Effect::Toast(Toast::info(
                        "no recorded call is here to take values from; import traces first",
                    ))]
                }
                Answer::Prompts(PromptsAnswer::Cases(cases)) => vec![Effect::Pick(pick(cases, cx))],
                Answer::Failed(why) => vec![Effect::Toast(Toast::error(why.clone()))],
                _ => Vec::new(),
            });
        }
        None
    }
}

fn pick(cases: &[CaseRow], cx: &Cx) -> Pick {
    let items = cases.iter().map(|case| {
        let when = case.started_at.map(|time| age(time, cx.now)).unwrap_or_default();
        let prompt = case.prompt.as_deref().unwrap_or("no prompt named");
        PickItem {
            value: case.trace_id.as_str().to_owned(),
            label: case.question.clone(),
            detail: format!("{prompt}  {when}  {}", short_id(case.trace_id.as_str())),
            ..PickItem::default()
        }
    });
    Pick {
        action: Action::PickCase,
        title: "Show the prompt with the values of".into(),
        items: items.collect(),
        choose: Choose::One,
    }
}

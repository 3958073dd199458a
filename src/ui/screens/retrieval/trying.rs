//! Trying the case with the changed chunks: the plan, then the answers, without leaving the screen.

use super::beside::OtherSide;
use super::changes::{Changes, words};
use super::state::{Part, Retrieval};
use super::tries::{Planning, Told, Tries, is_usable};
use crate::domain::chunk_edit::edit_chunks;
use crate::domain::ids::TraceId;
use crate::domain::run::{ChunkEdit, RunStatus};
use crate::ui::action::Action;
use crate::ui::effect::{Choose, Effect, Pick, PickItem};
use crate::ui::effects::retrieval::{RetrievalRequest, series_name};
use crate::ui::effects::runs::{Order, RunsAnswer, RunsRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::msg::{ReplayOf, RequestId, Target, Toast};
use crate::ui::screens::{Cx, ScreenId};

/// Rows of the screen below which panes and answers take turns.
pub const BOTH_FROM: u16 = 18;

impl Retrieval {
    /// Asks for the plan of a try with the chunks as they are changed.
    pub(super) fn plan_try(&mut self, cx: &Cx) -> Vec<Effect> {
        let Some(id) = self.trace_id.clone() else { return Vec::new() };
        self.tries.planning = Planning::Pending { send: false };
        if self.tries.models.is_none() {
            return self.ask_models(&id, cx);
        }
        self.plan_with_models(&id, cx)
    }

    fn ask_models(&mut self, id: &TraceId, cx: &Cx) -> Vec<Effect> {
        if self.tries.offer.is_some() {
            return Vec::new();
        }
        let of = ReplayOf { traces: vec![id.clone()], ..ReplayOf::default() };
        let (request, effect) = cx.request(ScreenId::Retrieval, Request::Runs(RunsRequest::Offer(of)));
        self.tries.offer = Some(request);
        vec![effect]
    }

    fn plan_with_models(&mut self, id: &TraceId, cx: &Cx) -> Vec<Effect> {
        let order = self.order(id);
        let request = Request::Runs(RunsRequest::Plan(Box::new(order)));
        self.tries.plan.ask(ScreenId::Retrieval, request, cx)
    }

    fn order(&self, id: &TraceId) -> Order {
        Order {
            of: ReplayOf { traces: vec![id.clone()], chunks: self.changes.edits(), ..ReplayOf::default() },
            name: Some(series_name(id)),
            models: self.tries.chosen.clone(),
            samples: 1,
            max_cost: self.tries.max_cost,
            ..Order::default()
        }
    }

    /// The plan does not hold any more.
    pub(super) fn close_plan(&mut self) {
        self.tries.planning = Planning::Closed;
    }

    /// Sends what is planned.
    pub(super) fn send_try(&mut self, cx: &Cx) -> Vec<Effect> {
        match std::mem::take(&mut self.tries.planning) {
            Planning::Pending { .. } => self.tries.planning = Planning::Pending { send: true },
            Planning::Refused(why) => return vec![Effect::Toast(Toast::warning(why))],
            Planning::Ready(planned) => {
                let (order, plan) = *planned;
                if plan.requests + plan.cached == 0 {
                    let why = plan.skip_reason.unwrap_or_else(|| "there is nothing to send".into());
                    return vec![Effect::Toast(Toast::warning(why))];
                }
                // Where both do not fit, the answer is what the user waits for.
                if self.height.get() < BOTH_FROM {
                    self.part = Part::Tries;
                }
                if self.tries.is_running() {
                    self.tries.queue.push_back(order);
                    return vec![Effect::Toast(Toast::info("it is tried when the one under way is over"))];
                }
                return self.start(order, cx);
            }
            Planning::Closed => {}
        }
        Vec::new()
    }

    fn start(&mut self, order: Order, cx: &Cx) -> Vec<Effect> {
        let request = match &self.tries.series {
            Some(run) => RunsRequest::AddTries(run.clone(), Box::new(order)),
            None => RunsRequest::Start(Box::new(order)),
        };
        let (id, effect) = cx.request(ScreenId::Retrieval, Request::Runs(request));
        self.tries.running = Some(id);
        vec![effect]
    }

    fn next_in_queue(&mut self, cx: &Cx) -> Vec<Effect> {
        self.tries.running = None;
        match self.tries.queue.pop_front() {
            Some(order) => self.start(order, cx),
            None => Vec::new(),
        }
    }

    /// Stops the try under way, and forgets those that wait.
    pub(super) fn stop_tries(&mut self) -> Vec<Effect> {
        self.tries.queue.clear();
        self.tries.running.map(Effect::Cancel).into_iter().collect()
    }

    /// Asks for the tries that there are.
    pub(super) fn ask_series(&mut self, cx: &Cx) -> Vec<Effect> {
        let Some(id) = self.case.as_ref().map(|case| case.trace_id.clone()) else { return Vec::new() };
        if self.tries.is_running() || self.tries.asked_series.is_some() {
            return Vec::new();
        }
        let request = Request::Retrieval(RetrievalRequest::Series { trace: id, run: self.tries.series.clone() });
        let (id, effect) = cx.request(ScreenId::Retrieval, request);
        self.tries.asked_series = Some(id);
        vec![effect]
    }

    /// Takes the series as it was found.
    pub(super) fn take_series(&mut self, detail: &crate::ui::effects::runs::RunDetail, cx: &Cx) -> Vec<Effect> {
        let Some(case) = self.case.clone() else { return Vec::new() };
        self.tries.show(detail, &case, cx)
    }

    /// Takes an answer about tries; `None` where it is none of theirs.
    pub(super) fn try_answered(&mut self, id: RequestId, answer: &Answer, cx: &Cx) -> Option<Vec<Effect>> {
        if self.tries.offer == Some(id) {
            return Some(self.offered(answer, cx));
        }
        if self.tries.plan.take(id) {
            return Some(self.planned(answer, cx));
        }
        if self.tries.running == Some(id) {
            return Some(self.told(answer, cx));
        }
        None
    }

    fn offered(&mut self, answer: &Answer, cx: &Cx) -> Vec<Effect> {
        match answer {
            Answer::Runs(RunsAnswer::Offer(offer)) => {
                let first = self.tries.models.is_none();
                self.tries.take_models(&offer.models);
                self.tries.max_cost = offer.max_cost;
                let mut effects = Vec::new();
                if std::mem::take(&mut self.tries.pick_wanted) {
                    effects.extend(pick_models(&self.tries));
                }
                if first
                    && matches!(self.tries.planning, Planning::Pending { .. })
                    && let Some(id) = self.trace_id.clone()
                {
                    effects.extend(self.plan_with_models(&id, cx));
                }
                effects
            }
            Answer::Failed(why) | Answer::Runs(RunsAnswer::NoPlan(why)) => {
                // Looking for servers may fail after the models were told.
                if self.tries.models.is_none() {
                    self.tries.offer = None;
                    self.tries.planning = Planning::Refused(why.clone());
                }
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn planned(&mut self, answer: &Answer, cx: &Cx) -> Vec<Effect> {
        let Planning::Pending { send } = self.tries.planning else { return Vec::new() };
        let Some(id) = self.trace_id.clone() else { return Vec::new() };
        self.tries.planning = match answer {
            Answer::Runs(RunsAnswer::Plan(plan)) if plan.requests + plan.cached == 0 => {
                Planning::Refused(plan.skip_reason.clone().unwrap_or_else(|| "there is nothing to send".into()))
            }
            Answer::Runs(RunsAnswer::Plan(plan)) => Planning::Ready(Box::new((self.order(&id), plan.as_ref().clone()))),
            Answer::Failed(why) | Answer::Runs(RunsAnswer::NoPlan(why)) => Planning::Refused(why.clone()),
            _ => Planning::Closed,
        };
        if send && matches!(self.tries.planning, Planning::Ready(_)) { self.send_try(cx) } else { Vec::new() }
    }

    fn told(&mut self, answer: &Answer, cx: &Cx) -> Vec<Effect> {
        let Some(case) = self.case.clone() else { return Vec::new() };
        match answer {
            Answer::Runs(RunsAnswer::Started(detail)) => self.tries.show(detail, &case, cx),
            Answer::Runs(RunsAnswer::News(news)) => self.tries.news(news, &case, cx),
            Answer::Runs(RunsAnswer::Ended(status)) => {
                self.tries.stop(match status {
                    RunStatus::Budget => "not sent: the budget of the series is spent",
                    RunStatus::Interrupted => "stopped",
                    RunStatus::Running | RunStatus::Completed | RunStatus::Failed => "no answer came",
                });
                self.next_in_queue(cx)
            }
            Answer::Failed(why) | Answer::Runs(RunsAnswer::NoPlan(why)) => {
                // Without a plan nothing was begun that could stop.
                if matches!(answer, Answer::Failed(_)) {
                    self.tries.stop(why);
                }
                let mut effects = vec![Effect::Toast(Toast::error(why.clone()))];
                effects.extend(self.next_in_queue(cx));
                effects
            }
            Answer::Stopped => {
                self.tries.stop("stopped");
                self.next_in_queue(cx)
            }
            _ => Vec::new(),
        }
    }

    /// Lets the user choose the models of tries.
    pub(super) fn choose_models(&mut self, cx: &Cx) -> Vec<Effect> {
        if self.tries.models.is_some() {
            return pick_models(&self.tries);
        }
        self.tries.pick_wanted = true;
        match self.trace_id.clone() {
            Some(id) => self.ask_models(&id, cx),
            None => Vec::new(),
        }
    }

    /// Takes the models that were picked.
    pub(super) fn take_chosen(&mut self, picked: &[String], cx: &Cx) -> Vec<Effect> {
        if !picked.is_empty() {
            self.tries.chosen = picked.to_vec();
        }
        if self.tries.planning == Planning::Closed { Vec::new() } else { self.plan_try(cx) }
    }

    /// Opens the dialog before a replay with the changed chunks.
    pub(super) fn dialog(&self) -> Vec<Effect> {
        let Some(id) = self.trace_id.clone() else { return Vec::new() };
        let of = ReplayOf { traces: vec![id], chunks: self.changes.edits(), ..ReplayOf::default() };
        vec![Effect::Go(Target::Replay(of))]
    }

    /// Takes up the changes of the try that keys are about.
    pub(super) fn take_up(&mut self) -> Vec<Effect> {
        let (Some(case), Some(edits)) = (&self.case, self.tries.selected().map(|one| one.edits.clone())) else {
            return Vec::new();
        };
        self.changes = Changes::from_edits(&case.chunks, &edits);
        vec![Effect::Toast(Toast::info("the changes of this try are taken up; u takes them back one by one"))]
    }

    /// Keeps these chunks, or those of the try that keys are about, as the other side; again forgets them.
    pub(super) fn mark_side(&mut self) -> Vec<Effect> {
        let Some(case) = self.case.clone() else { return Vec::new() };
        let (label, edits) = match (self.part, self.tries.selected()) {
            (Part::Tries, Some(one)) => (format!("try {}", one.variant.as_str()), one.edits.clone()),
            _ => (super::super::traces::short_id(case.trace_id.as_str()), self.changes.edits()),
        };
        let is_try = self.part == Part::Tries && self.tries.selected().is_some();
        let known = self.other.as_ref().is_some_and(|other| other.label == label && other.trace_id == case.trace_id);
        if known {
            self.other = None;
            self.list();
            return vec![Effect::Toast(Toast::info("the other side is forgotten"))];
        }
        let chunks = edit_chunks(&case.chunks, &edits).unwrap_or_else(|_| case.chunks.clone());
        let text = if is_try {
            format!("the chunks are marked against {label}")
        } else {
            format!("{label} is the other side: open the chunks of another trace to see what differs")
        };
        self.other = Some(OtherSide { label, trace_id: case.trace_id.clone(), is_try, chunks });
        self.list();
        vec![Effect::Toast(Toast::info(text))]
    }

    /// Takes an action on the answers; says whether it was one.
    pub(super) fn act_on_tries(&mut self, action: Action) -> bool {
        let tries = &mut self.tries;
        match action {
            Action::Left => tries.column = tries.column.saturating_sub(1),
            Action::Right => tries.column = (tries.column + 1).min(tries.list.len()),
            Action::Up => tries.scroll = tries.scroll.saturating_sub(1),
            Action::Down => tries.scroll += 1,
            Action::PageUp => tries.scroll = tries.scroll.saturating_sub(10),
            Action::PageDown => tries.scroll += 10,
            Action::Top => tries.scroll = 0,
            _ => return false,
        }
        true
    }

    /// Shows sentences with marks, or what differs word by word.
    pub(super) const fn turn_told(&mut self) {
        self.tries.told = match self.tries.told {
            Told::Sentences => Told::Words,
            Told::Words => Told::Sentences,
        };
    }

    /// What a list of edits comes to, in few words.
    pub fn said(&self, edits: &[ChunkEdit]) -> String {
        self.case.as_ref().map(|case| words(&case.chunks, edits)).unwrap_or_default()
    }

    /// The command line that does the same as the next try.
    pub(super) fn try_command(&self) -> Option<String> {
        let id = self.trace_id.as_ref()?;
        let mut parts = vec![format!("hindcast replay id:{}", crate::ui::screens::traces::shell_word(id.as_str()))];
        let models = if self.tries.chosen.is_empty() {
            vec!["builtin/extractive".to_owned()]
        } else {
            self.tries.chosen.clone()
        };
        parts.extend(models.iter().map(|model| format!("-m {}", crate::ui::screens::traces::shell_word(model))));
        parts.extend(self.changes.edits().iter().map(crate::ui::screens::runs::chunk_flag));
        Some(parts.join(" "))
    }
}

/// Lets the user choose the models of tries.
fn pick_models(tries: &Tries) -> Vec<Effect> {
    let models = tries.models.as_deref().unwrap_or_default();
    let items = models.iter().map(|model| PickItem {
        value: model.id.clone(),
        label: model.id.clone(),
        detail: model.price.clone(),
        marked: tries.chosen.contains(&model.id),
        disabled: (!is_usable(model)).then(|| {
            model
                .problem
                .clone()
                .unwrap_or_else(|| "its price is not known: the dialog before a replay asks for it".into())
        }),
    });
    let pick = Pick {
        action: Action::TryModels,
        title: "Models that tries ask".into(),
        items: items.collect(),
        choose: Choose::Several,
    };
    vec![Effect::Pick(pick)]
}

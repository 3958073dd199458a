//! The screen of runs: which of its three parts is shown.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::control::Control;
use super::list::List;
use super::order::OrderForm;
use super::run::RunView;
use super::{SPEC, chain_view, list_view, matrix_view, order_view, resuming, side_view};
use crate::domain::run::RunStatus;
use crate::ui::action::{Action, Context};
use crate::ui::effect::Effect;
use crate::ui::effects::runs::{Order, RunsAnswer, RunsRequest, Unknown};
use crate::ui::effects::{Answer, Request};
use crate::ui::msg::{Event, RequestId, Target, Toast};
use crate::ui::screens::{Cx, DrawCx, Screen, ScreenId, ScreenSpec, Status, Typing};

/// The list, above it the run that is open, above it the dialog before a replay.
#[derive(Debug, Default)]
pub struct RunsScreen {
    pub(super) list: List,
    pub(super) run: Option<RunView>,
    pub(super) order: Option<OrderForm>,
    /// The request that performs the run started from here.
    pub(super) working: Option<RequestId>,
    /// The run it works on, once it began.
    pub(super) worked_on: Option<crate::domain::ids::RunId>,
    /// What was chosen for the unknown calls of the run that is gone on with.
    unknown: Option<Unknown>,
    /// The order that waits for a yes.
    pub(super) asked: Option<Order>,
}

impl RunsScreen {
    pub(super) fn work(&mut self, request: RunsRequest, cx: &Cx) -> Vec<Effect> {
        let (id, effect) = cx.request(ScreenId::Runs, Request::Runs(request));
        self.working = Some(id);
        vec![effect]
    }

    fn open(&mut self, run: &crate::domain::ids::RunId, cx: &Cx) -> Vec<Effect> {
        let (view, effects) = RunView::open(run.clone(), cx);
        self.run = Some(view);
        effects
    }

    fn answered(&mut self, id: RequestId, answer: &Answer, cx: &Cx) -> Vec<Effect> {
        if self.working == Some(id) {
            return self.worked(answer, cx);
        }
        let mut effects = self.list.answered(id, answer);
        if matches!(answer, Answer::Runs(RunsAnswer::Runs(_))) {
            effects.extend(self.catch_up(cx));
        }
        if let Some(run) = &mut self.run {
            effects.extend(run.answered(id, answer, cx));
        }
        if let Some(order) = &mut self.order {
            effects.extend(order.answered(id, answer, cx));
        }
        effects.extend(self.send_wanted(cx));
        effects
    }

    /// Reads the open run again where the list knows more of it.
    fn catch_up(&mut self, cx: &Cx) -> Vec<Effect> {
        if self.is_at_work() {
            return Vec::new();
        }
        let Some(run) = &mut self.run else { return Vec::new() };
        self.list.of(&run.run_id).map_or_else(Vec::new, |row| run.read_if_stale(row, cx))
    }

    fn row(&self) -> Option<&crate::ui::effects::runs::RunRow> {
        match &self.run {
            Some(run) => run.row(),
            None => self.list.selected(),
        }
    }

    fn act(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        match action {
            Action::StopRun => return Self::ask_to_stop(),
            Action::ResumeRun => {
                self.unknown = None;
                return self.row().map(resuming::first_question).into_iter().collect();
            }
            Action::MoreAtOnce | Action::FewerAtOnce => {
                let change = self.run.as_ref().and_then(|run| run.control.change(action));
                return change.map_or_else(Vec::new, |change| self.change(change, cx));
            }
            Action::ChangeCap => {
                let Some(run) = &self.run else { return Vec::new() };
                return run.row().map(|row| run.control.ask_cap(row)).into_iter().collect();
            }
            Action::Replay => {
                let Some(row) = self.row() else { return Vec::new() };
                let mut traces: Vec<_> = row.run.choice.spans.iter().map(|(trace, _)| trace.clone()).collect();
                traces.dedup();
                let of = crate::ui::msg::ReplayOf { traces, ..Default::default() };
                let (order, effects) = OrderForm::open(of, cx);
                self.order = Some(order);
                return effects;
            }
            _ => {}
        }
        if let Some(run) = &mut self.run {
            let mut effects = run.act(action, cx);
            if effects.contains(&Effect::Back) {
                effects.retain(|effect| *effect != Effect::Back);
                self.run = None;
                effects.extend(self.list.read(cx));
            }
            return effects;
        }
        if action == Action::Open
            && let Some(id) = self.list.selected().map(|row| row.run.run_id.clone())
        {
            return self.open(&id, cx);
        }
        self.list.act(action, cx)
    }

    fn order_event(&mut self, event: &Event, cx: &Cx) -> Vec<Effect> {
        let Some(form) = &mut self.order else { return Vec::new() };
        let mut effects = form.update(event, cx);
        if effects.contains(&Effect::Back) {
            effects.retain(|effect| *effect != Effect::Back);
            self.order = None;
            if self.run.is_none() {
                effects.push(Effect::Back);
            }
        }
        effects.extend(self.send_wanted(cx));
        effects
    }

    /// Takes what happened.
    fn updated(&mut self, event: &Event, cx: &Cx) -> Vec<Effect> {
        match event {
            Event::Answer(id, answer) => return self.answered(*id, answer, cx),
            Event::DataChanged => return self.list.read(cx),
            Event::Shown => return self.list.shown(cx),
            Event::Opened(Target::Run(id)) => {
                self.order = None;
                return self.open(id, cx);
            }
            Event::Opened(Target::Replay(of)) => {
                let (order, effects) = OrderForm::open(of.clone(), cx);
                self.order = Some(order);
                return effects;
            }
            Event::Entered(Action::ChangeCap, text) => {
                return match Control::entered(text) {
                    Ok(change) => self.change(change, cx),
                    Err(why) => vec![Effect::Toast(Toast::warning(why))],
                };
            }
            Event::Confirmed(Action::StopRun) => {
                let mut effects: Vec<Effect> = self.working.take().map(Effect::Cancel).into_iter().collect();
                effects.extend(self.ended(RunStatus::Interrupted, cx));
                return effects;
            }
            Event::Picked(Action::ResumeRun, names) => {
                let unknown = resuming::chosen(names);
                self.unknown = Some(unknown);
                return self.row().map(|row| resuming::last_question(row, unknown)).into_iter().collect();
            }
            Event::Confirmed(Action::ResumeRun) => {
                let id = self.row().map(|row| row.run.run_id.clone());
                let unknown = self.unknown.take().unwrap_or(Unknown::Leave);
                return id.map_or_else(Vec::new, |id| self.work(RunsRequest::Resume(id, unknown), cx));
            }
            Event::Confirmed(Action::ChainNearest) => return self.go_on_with_chain("", Action::ChainNearest, cx),
            Event::Picked(Action::ChainPick, names) => {
                let place = names.first().cloned().unwrap_or_default();
                return self.go_on_with_chain(&place, Action::ChainPick, cx);
            }
            Event::Entered(Action::ChainType, text) => return self.go_on_with_chain(text, Action::ChainType, cx),
            Event::Confirmed(Action::SendRun) => {
                return match self.asked.take() {
                    Some(order) => self.send(order, cx),
                    None => Vec::new(),
                };
            }
            _ => {}
        }
        if self.order.is_some() {
            return self.order_event(event, cx);
        }
        match event {
            Event::Action(action) => self.act(*action, cx),
            other => {
                if let Some(run) = &mut self.run {
                    return run.update(other, cx);
                }
                let effects = self.list.update(other, cx);
                if self.list.take_opened() { self.act(Action::Open, cx) } else { effects }
            }
        }
    }
}

/// Answers a run is to have.
pub fn requests(row: &crate::ui::effects::runs::RunRow) -> u64 {
    row.run.cases * row.run.variants.len() as u64 * u64::from(row.run.samples)
}

impl Screen for RunsScreen {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn context(&self) -> Context {
        match (&self.order, &self.run) {
            (Some(_), _) => Context::Replay,
            (None, Some(_)) => Context::Run,
            (None, None) => Context::Runs,
        }
    }

    fn typing(&self) -> Typing {
        if self.order.is_none() && self.run.is_none() { self.list.typing() } else { Typing::Off }
    }

    fn update(&mut self, event: &Event, cx: &Cx) -> Vec<Effect> {
        let mut effects = self.updated(event, cx);
        if let (Some(run), None) = (&mut self.run, &self.order) {
            effects.extend(run.read_chain(cx));
        }
        effects
    }

    fn draw(&self, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
        match (&self.order, &self.run) {
            (Some(order), _) => order_view::draw(order, area, buf, cx),
            (None, Some(run)) if run.shows_chain() => chain_view::draw(run, area, buf, cx),
            (None, Some(run)) if run.side => side_view::draw(run, area, buf, cx),
            (None, Some(run)) => matrix_view::draw(run, area, buf, cx),
            (None, None) => list_view::draw(&self.list, area, buf, cx),
        }
    }

    fn disabled(&self, action: Action) -> Option<String> {
        if self.order.is_some() {
            return None;
        }
        match action {
            Action::StopRun if self.working.is_none() => Some("no run of this window is being worked on".into()),
            Action::MoreAtOnce | Action::FewerAtOnce | Action::ChangeCap if !self.is_at_work() => {
                Some("this run is not being worked on in this window".into())
            }
            Action::Replay if self.row().is_none() => Some("no run is selected".into()),
            Action::ChainNearest | Action::ChainPick | Action::ChainType if self.working.is_some() => {
                Some("a run is being worked on; wait, or stop it first".into())
            }
            Action::ResumeRun => match self.row() {
                None => Some("no run is selected".into()),
                Some(_) if self.working.is_some() => Some("a run is being worked on; wait, or stop it first".into()),
                Some(row) if row.status == RunStatus::Completed => Some("this run is complete".into()),
                Some(_) => None,
            },
            _ => self.run.as_ref().map_or_else(|| self.list.disabled(action), |run| run.disabled(action)),
        }
    }

    fn waits(&self, action: Action) -> bool {
        let is_about_the_screen = matches!(action, Action::Back | Action::Cancel | Action::Reload | Action::NextPane);
        !is_about_the_screen
            && match (&self.order, &self.run) {
                (Some(order), _) => order.offer.is_none() && order.problem.is_none(),
                (None, Some(run)) => run.phase == crate::ui::screens::Phase::Loading,
                (None, None) => false,
            }
    }

    fn status(&self) -> Status {
        match (&self.order, &self.run) {
            (Some(order), _) => order.status(),
            (None, Some(run)) => {
                let mut status = run.status();
                if !run.side && run.measured_prompt().is_some() && self.working.is_none() {
                    status.hints.insert(1, Action::CommitMeasured);
                }
                let keys: &[Action] = match self.working {
                    Some(_) if self.is_at_work() => &[Action::StopRun, Action::MoreAtOnce, Action::ChangeCap],
                    Some(_) => &[Action::StopRun],
                    None if self.disabled(Action::ResumeRun).is_none() => &[Action::ResumeRun],
                    None => &[],
                };
                run.hint_at_course(&mut status.hints, keys);
                status
            }
            (None, None) => self.list.status(),
        }
    }
}

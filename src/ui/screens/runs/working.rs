//! The run that this window works on: sent, changed, gone on with, over.

use super::order::OrderForm;
use super::run::RunView;
use super::screen::RunsScreen;
use crate::domain::run::RunStatus;
use crate::services::replay::RunChange;
use crate::ui::action::Action;
use crate::ui::effect::{Confirm, Effect};
use crate::ui::effects::runs::{Order, RunNews, RunsAnswer, RunsRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::msg::Toast;
use crate::ui::screens::{Cx, ScreenId};

impl RunsScreen {
    /// Takes news of the run that is worked on.
    pub(super) fn worked(&mut self, answer: &Answer, cx: &Cx) -> Vec<Effect> {
        match answer {
            Answer::Runs(RunsAnswer::Started(detail)) => {
                self.worked_on = Some(detail.row.run.run_id.clone());
                let same = self.run.as_ref().is_some_and(|run| run.run_id == detail.row.run.run_id);
                if let (Some(run), true) = (&mut self.run, same) {
                    run.show(detail);
                } else {
                    self.run = Some(RunView::of(detail));
                }
                self.order = None;
                if let Some(run) = &mut self.run {
                    run.set_status(RunStatus::Running);
                }
                self.list.read(cx)
            }
            Answer::Runs(RunsAnswer::News(news)) => match self.run.as_mut() {
                Some(run) if self.worked_on.as_ref() == Some(&run.run_id) => run.news(news, cx),
                _ => Vec::new(),
            },
            Answer::Runs(RunsAnswer::NoPlan(why)) => {
                self.working = None;
                vec![Effect::Toast(Toast::error(why.clone()))]
            }
            Answer::Runs(RunsAnswer::Ended(status)) => {
                self.working = None;
                self.ended(*status, cx)
            }
            Answer::Failed(why) => {
                self.working = None;
                let mut effects = self.ended(RunStatus::Interrupted, cx);
                effects.push(Effect::Toast(Toast::error(why.clone())));
                effects
            }
            Answer::Stopped => {
                self.working = None;
                self.ended(RunStatus::Interrupted, cx)
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn ended(&mut self, status: RunStatus, cx: &Cx) -> Vec<Effect> {
        let mut effects = self.list.read(cx);
        let worked_on = self.worked_on.take();
        if let Some(run) = self.run.as_mut().filter(|run| worked_on.as_ref() == Some(&run.run_id)) {
            run.set_status(status);
            effects.extend(run.measures.ask(&run.run_id, cx));
        }
        if worked_on.is_none() {
            return effects;
        }
        effects.push(Effect::Toast(match status {
            RunStatus::Completed | RunStatus::Running => Toast::info("the run is complete"),
            RunStatus::Budget => Toast::warning("the run stopped before its cap would have been exceeded"),
            RunStatus::Interrupted => Toast::warning("the run was stopped; it can go on where it was"),
            RunStatus::Failed => Toast::warning("the run is done; some answers failed"),
        }));
        effects
    }

    /// Sends an order, after a yes where it can cost money.
    pub(super) fn send(&mut self, order: Order, cx: &Cx) -> Vec<Effect> {
        self.asked = None;
        self.work(RunsRequest::Start(Box::new(order)), cx)
    }

    /// Changes the run that is worked on.
    pub(super) fn change(&mut self, change: RunChange, cx: &Cx) -> Vec<Effect> {
        let Some(run) = self.worked_on.clone() else { return Vec::new() };
        if let Some(view) = &mut self.run {
            view.control.take(&RunNews::Changed(change));
        }
        let (_, effect) = cx.request(ScreenId::Runs, Request::Runs(RunsRequest::Change(run, change)));
        vec![effect]
    }

    /// Whether the run that is open is the one that is worked on.
    pub(super) fn is_at_work(&self) -> bool {
        self.working.is_some() && self.run.as_ref().is_some_and(|run| self.worked_on.as_ref() == Some(&run.run_id))
    }

    /// Goes on with the chain shown, with the answer that was chosen.
    pub(super) fn go_on_with_chain(&mut self, text: &str, action: Action, cx: &Cx) -> Vec<Effect> {
        let request = self.run.as_ref().and_then(|run| run.continue_request(text, action));
        request.map_or_else(Vec::new, |request| self.work(request, cx))
    }

    pub(super) fn ask_to_stop() -> Vec<Effect> {
        vec![Effect::Confirm(Confirm {
            action: Action::StopRun,
            title: "Stop this run?".into(),
            lines: vec!["Answers that are there stay; R goes on where it was.".into()],
            yes: "stop",
        })]
    }

    /// Sends the order that the dialog is done with, or asks first.
    pub(super) fn send_wanted(&mut self, cx: &Cx) -> Vec<Effect> {
        let Some(order) = self.order.as_mut().and_then(OrderForm::take_sent) else { return Vec::new() };
        match self.order.as_ref().and_then(OrderForm::question) {
            Some(confirm) => {
                self.asked = Some(order);
                vec![Effect::Confirm(confirm)]
            }
            None => self.send(order, cx),
        }
    }
}

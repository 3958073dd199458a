//! The dialog before a replay: what is asked, of whom, at what price. Nothing is sent from here before enter.

use std::time::Duration;

use super::order_rows::{MOST_SAMPLES, Row, next_calls};
use crate::domain::model_price::ModelPrice;
use crate::domain::money::Money;
use crate::domain::run::CallsMode;
use crate::services::replay::{BaselineLane, Pacing};
use crate::ui::action::Action;
use crate::ui::effect::{Confirm, Effect};
use crate::ui::effects::runs::{Ending, Offer, Order, PlanSummary, RunsAnswer, RunsRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::msg::{Event, ReplayOf, RequestId, TimerId, Toast};
use crate::ui::screens::traces::money;
use crate::ui::screens::{Cx, Newest, ScreenId, Status};
use crate::ui::text;
use crate::ui::widgets::list::{ListState, Moved};

/// How long changes must pause before the plan is made again.
const PAUSE: Duration = Duration::from_millis(150);
const PLAN_TIMER: TimerId = TimerId(21);
/// How the plan stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Plan {
    /// It is being made.
    Pending,
    /// It is made.
    Ready(Box<PlanSummary>),
    /// There is none, and why.
    None(String),
}

/// The dialog.
#[derive(Debug)]
pub struct OrderForm {
    /// What is replayed.
    pub of: ReplayOf,
    /// What can be chosen, once it is known.
    pub offer: Option<Offer>,
    /// Why it is not known.
    pub problem: Option<String>,
    /// The rows.
    pub rows: Vec<Row>,
    /// The cursor.
    pub state: ListState,
    /// Chosen models, by place.
    pub models: Vec<bool>,
    /// Chosen prompt versions, by place.
    pub prompts: Vec<bool>,
    /// Chunks left out, by place.
    pub dropped: Vec<bool>,
    /// Which calls of a trace are sent.
    pub calls: CallsMode,
    /// Answers of each case and variant.
    pub samples: u32,
    /// Parameters, `key=value`.
    pub parameters: Vec<String>,
    /// What the user says that models cost.
    pub prices: Vec<ModelPrice>,
    /// The cap.
    pub max_cost: Option<Money>,
    /// Whether the recorded model and messages are asked again.
    pub baseline: BaselineLane,
    /// When the run ends.
    pub ending: Ending,
    /// Whether its calls may wait, at half the price.
    pub pacing: Pacing,
    /// The plan.
    pub plan: Plan,
    pub(super) waiting: Option<RequestId>,
    pub(super) planning: Newest,
    /// Enter was pressed: send as soon as the plan is there.
    wanted: bool,
    sent: Option<Order>,
    /// Other cases were chosen, and what they offer is not known yet.
    pub(super) other_cases: bool,
}

impl OrderForm {
    /// Opens the dialog.
    pub fn open(of: ReplayOf, cx: &Cx) -> (Self, Vec<Effect>) {
        let (id, effect) = cx.request(ScreenId::Runs, Request::Runs(RunsRequest::Offer(of.clone())));
        let form = Self {
            of,
            offer: None,
            problem: None,
            rows: Vec::new(),
            state: ListState::default(),
            models: Vec::new(),
            prompts: Vec::new(),
            dropped: Vec::new(),
            calls: CallsMode::Answer,
            samples: 1,
            parameters: Vec::new(),
            max_cost: None,
            baseline: BaselineLane::Left,
            ending: Ending::Planned,
            pacing: Pacing::Live,
            prices: Vec::new(),
            plan: Plan::Pending,
            waiting: Some(id),
            planning: Newest::default(),
            wanted: false,
            sent: None,
            other_cases: false,
        };
        (form, vec![effect])
    }

    /// The order to be sent, once.
    pub const fn take_sent(&mut self) -> Option<Order> {
        self.sent.take()
    }

    /// What to ask before an order is sent; nothing where it costs nothing.
    pub fn question(&self) -> Option<Confirm> {
        let Plan::Ready(plan) = &self.plan else { return None };
        if plan.most == Money::ZERO {
            return None;
        }
        let mut lines = vec![format!("It can cost at most ${}.", money(Some(plan.most)))];
        if !plan.origins.is_empty() {
            lines.push(format!("Requests go to {}.", plan.origins.join(", ")));
        }
        Some(Confirm {
            action: Action::SendRun,
            title: format!("Send {} requests, about ${}?", plan.requests, money(Some(plan.estimate))),
            lines,
            yes: "send",
        })
    }

    /// The order as chosen.
    pub fn order(&self) -> Order {
        let offer = self.offer.clone().unwrap_or_default();
        let chosen = |marks: &[bool]| -> Vec<usize> {
            marks.iter().enumerate().filter(|(_, marked)| **marked).map(|(place, _)| place).collect()
        };
        Order {
            of: self.of.clone(),
            name: None,
            models: chosen(&self.models).into_iter().map(|place| offer.models[place].id.clone()).collect(),
            prompts: chosen(&self.prompts).into_iter().map(|place| offer.prompts[place].clone()).collect(),
            parameters: self.parameters.clone(),
            dropped: chosen(&self.dropped).into_iter().map(|place| offer.chunks[place].0).collect(),
            calls: self.calls,
            samples: self.samples,
            max_cost: self.max_cost,
            baseline: self.baseline,
            ending: self.ending,
            pacing: self.pacing,
            prices: self.prices.clone(),
        }
    }

    fn plan(&mut self, cx: &Cx) -> Vec<Effect> {
        let request = Request::Runs(RunsRequest::Plan(Box::new(self.order())));
        self.plan = Plan::Pending;
        self.planning.ask(ScreenId::Runs, request, cx)
    }

    /// The choice is another: the plan is made again, after a pause.
    pub(super) fn changed(&mut self, cx: &Cx) -> Vec<Effect> {
        self.plan = Plan::Pending;
        self.wanted = false;
        let timer = cx.timer(ScreenId::Runs, PLAN_TIMER, PAUSE);
        self.planning.stop().into_iter().chain([timer]).collect()
    }

    /// Takes an answer.
    pub fn answered(&mut self, id: RequestId, answer: &Answer, cx: &Cx) -> Vec<Effect> {
        if self.waiting == Some(id) {
            match answer {
                Answer::Runs(RunsAnswer::Offer(offer)) => {
                    let first = self.offer.is_none();
                    self.take_offer(offer);
                    let other_cases = std::mem::take(&mut self.other_cases);
                    return if first || other_cases { self.plan(cx) } else { Vec::new() };
                }
                Answer::Failed(why) | Answer::Runs(RunsAnswer::NoPlan(why)) if self.other_cases => {
                    self.plan = Plan::None(why.clone());
                }
                Answer::Failed(_) | Answer::Runs(RunsAnswer::NoPlan(_)) if self.offer.is_some() => {}
                Answer::Failed(why) | Answer::Runs(RunsAnswer::NoPlan(why)) => self.problem = Some(why.clone()),
                _ => {}
            }
        } else if self.planning.take(id) {
            match answer {
                Answer::Runs(RunsAnswer::Plan(plan)) => self.plan = Plan::Ready(plan.clone()),
                Answer::Failed(why) | Answer::Runs(RunsAnswer::NoPlan(why)) => self.plan = Plan::None(why.clone()),
                _ => self.plan = Plan::None("the plan was not made; change something to try again".into()),
            }
            if std::mem::replace(&mut self.wanted, false) {
                return self.send();
            }
        }
        Vec::new()
    }

    fn send(&mut self) -> Vec<Effect> {
        match &self.plan {
            Plan::Pending => self.wanted = true,
            Plan::None(why) => return vec![Effect::Toast(Toast::warning(why.clone()))],
            Plan::Ready(plan) if plan.requests + plan.cached == 0 => {
                let why = plan.skip_reason.clone().unwrap_or_else(|| "there is nothing to send".into());
                return vec![Effect::Toast(Toast::warning(why))];
            }
            Plan::Ready(_) => self.sent = Some(self.order()),
        }
        Vec::new()
    }

    /// Takes what happened besides answers.
    pub fn update(&mut self, event: &Event, cx: &Cx) -> Vec<Effect> {
        match event {
            Event::Action(action) => self.act(*action, cx),
            Event::Timer(PLAN_TIMER) => self.plan(cx),
            Event::Mouse(mouse) => match self.state.mouse(*mouse, self.rows.len()) {
                Moved::No => self.mark(cx),
                Moved::Yes => {
                    self.skip_heading(1);
                    Vec::new()
                }
                Moved::Elsewhere => Vec::new(),
            },
            Event::Entered(Action::EditInPlace, text) => self.entered(text, cx),
            Event::Entered(Action::Mark, text) => match super::pricing::entered(self, text) {
                Ok(()) => self.changed(cx),
                Err(why) => vec![Effect::Toast(Toast::warning(why))],
            },
            Event::Picked(Action::EditInPlace, picked) => {
                let chosen = picked.first().and_then(|place| place.parse().ok());
                chosen.map_or_else(Vec::new, |place| self.choose_cases(place, cx))
            }
            _ => Vec::new(),
        }
    }

    fn act(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        match action {
            Action::Back => {
                return self.planning.stop().into_iter().chain([Effect::Back]).collect();
            }
            Action::SendRun => return self.send(),
            Action::Mark => return self.mark(cx),
            Action::MarkAll => {
                if let Some(offer) = &self.offer {
                    let usable: Vec<bool> = offer.models.iter().map(|model| self.is_usable(model)).collect();
                    self.models = if self.models == usable { vec![false; usable.len()] } else { usable };
                }
                return self.changed(cx);
            }
            Action::EditInPlace => return self.edit(),
            Action::Reload => {
                let (form, effects) = Self::open(self.of.clone(), cx);
                *self = form;
                return effects;
            }
            Action::Left | Action::Right if self.rows.get(self.state.selected) == Some(&Row::Samples) => {
                let next = if action == Action::Left { self.samples.saturating_sub(1) } else { self.samples + 1 };
                self.samples = next.clamp(1, MOST_SAMPLES);
                return self.changed(cx);
            }
            Action::Left | Action::Right if self.rows.get(self.state.selected) == Some(&Row::Calls) => {
                // There are three: two steps forward are one back.
                let next = next_calls(self.calls);
                self.calls = if action == Action::Right { next } else { next_calls(next) };
                return self.changed(cx);
            }
            Action::NextPane | Action::PrevPane => self.next_section(action == Action::NextPane),
            Action::CopyCli => return vec![Effect::Copy { text: self.command(), what: "command".into() }],
            _ => {
                let way = if matches!(action, Action::Up | Action::PageUp | Action::Top) { -1 } else { 1 };
                self.state.act(action, self.rows.len());
                self.skip_heading(way);
            }
        }
        Vec::new()
    }

    /// What the footer says.
    pub fn status(&self) -> Status {
        let counts = match &self.offer {
            Some(offer) => text::counted(offer.cases, "case"),
            None => "loading".to_owned(),
        };
        let mut hints = vec![Action::SendRun, Action::Mark, Action::EditInPlace, Action::NextPane, Action::Back];
        if self.problem.is_some() {
            hints = vec![Action::Back, Action::Reload];
        }
        Status { hints, counts }
    }
}

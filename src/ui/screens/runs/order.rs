//! The dialog before a replay: what is asked, of whom, at what price. Nothing is sent from here before enter.

use std::time::Duration;

use crate::domain::model_price::ModelPrice;
use crate::domain::money::Money;
use crate::ui::action::Action;
use crate::ui::effect::{Ask, Confirm, Effect};
use crate::ui::effects::runs::{Offer, Order, PlanSummary, RunsAnswer, RunsRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::msg::{Event, ReplayOf, RequestId, TimerId, Toast};
use crate::ui::screens::traces::money;
use crate::ui::screens::{Cx, ScreenId, Status};
use crate::ui::text;
use crate::ui::widgets::list::{ListState, Moved};

/// How long changes must pause before the plan is made again.
const PAUSE: Duration = Duration::from_millis(150);
const PLAN_TIMER: TimerId = TimerId(21);
/// Answers of each case and variant at most.
const MOST_SAMPLES: u32 = 100;

/// A row of the dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// A heading.
    Heading(&'static str, &'static str),
    /// A model, by its place in the offer.
    Model(usize),
    /// A prompt version, by its place in the offer.
    Prompt(usize),
    /// A chunk, by its place in the offer.
    Chunk(usize),
    /// Which recorded calls.
    Cases,
    /// How many of them at most.
    Limit,
    /// How many answers of each.
    Samples,
    /// Parameters set over the recorded ones.
    Parameters,
    /// The cap on the cost.
    Cap,
}

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
    /// Answers of each case and variant.
    pub samples: u32,
    /// Parameters, `key=value`.
    pub parameters: Vec<String>,
    /// The cap.
    pub max_cost: Option<Money>,
    /// What the user says that models cost.
    pub prices: Vec<ModelPrice>,
    /// The plan.
    pub plan: Plan,
    pub(super) waiting: Option<RequestId>,
    pub(super) planning: Option<RequestId>,
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
            samples: 1,
            parameters: Vec::new(),
            max_cost: None,
            prices: Vec::new(),
            plan: Plan::Pending,
            waiting: Some(id),
            planning: None,
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
            models: chosen(&self.models).into_iter().map(|place| offer.models[place].id.clone()).collect(),
            prompts: chosen(&self.prompts).into_iter().map(|place| offer.prompts[place].clone()).collect(),
            parameters: self.parameters.clone(),
            dropped: chosen(&self.dropped).into_iter().map(|place| offer.chunks[place].0).collect(),
            samples: self.samples,
            max_cost: self.max_cost,
            prices: self.prices.clone(),
        }
    }

    /// Takes what can be chosen; told again, it keeps the marks and the cursor.
    fn take_offer(&mut self, offer: &Offer) {
        if self.offer.is_some() {
            return self.take_more(offer);
        }
        self.models = offer.models.iter().map(|model| model.chosen && self.is_usable(model)).collect();
        self.prompts = offer.prompts.iter().map(|prompt| self.of.prompts.contains(prompt)).collect();
        self.dropped = vec![false; offer.chunks.len()];
        self.max_cost = self.max_cost.or(offer.max_cost);
        let mut rows = vec![Row::Heading("Cases", "recorded calls that are sent again"), Row::Cases];
        if self.of.traces.is_empty() {
            rows.push(Row::Limit);
        }
        rows.extend([Row::Heading("Models", "space marks; price per million tokens, in and out")]);
        rows.extend((0..offer.models.len()).map(Row::Model));
        if !offer.prompts.is_empty() {
            rows.push(Row::Heading("Prompt versions", "none marked sends the recorded messages"));
            rows.extend((0..offer.prompts.len()).map(Row::Prompt));
        }
        if !offer.chunks.is_empty() {
            rows.push(Row::Heading("Chunks", "unmark to leave one out"));
            rows.extend((0..offer.chunks.len()).map(Row::Chunk));
        }
        rows.push(Row::Heading("Settings", ""));
        rows.extend([Row::Samples, Row::Parameters, Row::Cap]);
        self.rows = rows;
        self.offer = Some(offer.clone());
        let first = self.models.iter().position(|chosen| *chosen).unwrap_or(0);
        let at = self.rows.iter().position(|row| *row == Row::Model(first)).unwrap_or(1);
        self.state.select(at);
    }

    /// Takes an offer for other cases, or one that knows more models: marks and cursor stay.
    fn take_more(&mut self, offer: &Offer) {
        let here = self.rows.get(self.state.selected).copied();
        let known = self.rows.iter().filter(|row| matches!(row, Row::Model(_))).count();
        self.models.resize(known.max(offer.models.len()), false);
        let at = self.rows.iter().rposition(|row| matches!(row, Row::Model(_))).map_or(0, |at| at + 1);
        self.rows.splice(at..at, (known..offer.models.len()).map(Row::Model));
        if self.offer.as_ref().is_some_and(|before| before.chunks != offer.chunks) {
            // Chunks are those of the only case: they mean nothing for another.
            self.rows.retain(|row| !matches!(row, Row::Chunk(_) | Row::Heading("Chunks", _)));
            self.dropped = vec![false; offer.chunks.len()];
        }
        let found = here.and_then(|here| self.rows.iter().position(|row| *row == here));
        self.state.select(found.unwrap_or(self.state.selected.min(self.rows.len().saturating_sub(1))));
        let mut offer = offer.clone();
        if let Some(before) = &self.offer
            && before.models.len() > offer.models.len()
        {
            offer.models.clone_from(&before.models);
        }
        self.offer = Some(offer);
    }

    fn plan(&mut self, cx: &Cx) -> Vec<Effect> {
        let mut effects: Vec<Effect> = self.planning.take().map(Effect::Cancel).into_iter().collect();
        let (id, effect) = cx.request(ScreenId::Runs, Request::Runs(RunsRequest::Plan(Box::new(self.order()))));
        self.planning = Some(id);
        self.plan = Plan::Pending;
        effects.push(effect);
        effects
    }

    /// The choice is another: the plan is made again, after a pause.
    fn changed(&mut self, cx: &Cx) -> Vec<Effect> {
        self.plan = Plan::Pending;
        self.wanted = false;
        let mut effects: Vec<Effect> = self.planning.take().map(Effect::Cancel).into_iter().collect();
        effects.push(cx.timer(ScreenId::Runs, PLAN_TIMER, PAUSE));
        effects
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
        } else if self.planning == Some(id) {
            self.planning = None;
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

    fn entered(&mut self, text: &str, cx: &Cx) -> Vec<Effect> {
        let wrong = |text: String| vec![Effect::Toast(Toast::warning(text))];
        match self.rows.get(self.state.selected) {
            Some(Row::Parameters) => {
                let parameters: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
                if let Some(bad) =
                    parameters.iter().find(|one| one.split_once('=').is_none_or(|(key, _)| key.is_empty()))
                {
                    return wrong(format!("`{bad}` is no parameter: write key=value, such as temperature=0.2"));
                }
                self.parameters = parameters;
            }
            Some(Row::Cap) => match text.trim().trim_start_matches('$').parse::<Money>() {
                Ok(cap) => self.max_cost = Some(cap),
                Err(_) => return wrong(format!("`{}` is no amount: write dollars, such as 0.50", text.trim())),
            },
            Some(Row::Cases) => return self.filter_cases(text, cx),
            Some(Row::Limit) => match text.trim() {
                "" | "all" => return self.limit_cases(None, cx),
                number => match number.parse::<u32>() {
                    Ok(limit @ 1..) => return self.limit_cases(Some(limit), cx),
                    _ => return wrong(format!("`{number}` is no number of cases: write a number, or all")),
                },
            },
            Some(Row::Samples) => match text.trim().parse::<u32>() {
                Ok(samples @ 1..=MOST_SAMPLES) => self.samples = samples,
                _ => return wrong(format!("`{}` is no number from 1 to {MOST_SAMPLES}", text.trim())),
            },
            _ => return Vec::new(),
        }
        self.changed(cx)
    }

    fn edit(&self) -> Vec<Effect> {
        let (title, text, hint) = match self.rows.get(self.state.selected) {
            Some(Row::Parameters) => ("Parameters", self.parameters.join(" "), "temperature=0.2 max_tokens=300"),
            Some(Row::Cap) => {
                ("Cap of this run, in dollars", self.max_cost.map_or_else(String::new, |cap| cap.to_string()), "0.50")
            }
            Some(Row::Samples) => ("Answers of each case and variant", self.samples.to_string(), "1"),
            Some(Row::Cases) => return self.case_question(),
            Some(Row::Limit) => {
                let limit = self.of.limit.map_or_else(|| "all".to_owned(), |limit| limit.to_string());
                ("Cases at most, the newest", limit, "50")
            }
            _ => return vec![Effect::Toast(Toast::info("cases, samples, parameters and the cap can be edited"))],
        };
        vec![Effect::Ask(Ask { action: Action::EditInPlace, title: title.into(), text, hint: hint.into() })]
    }

    /// Moves off a heading, further the same way.
    fn skip_heading(&mut self, way: isize) {
        let heading = |at: usize| matches!(self.rows.get(at), Some(Row::Heading(..)));
        let mut at = self.state.selected;
        if heading(at) {
            at = match at.checked_add_signed(way) {
                Some(next) if next < self.rows.len() => next,
                _ => at + 1,
            };
            self.state.select(at);
        }
    }

    fn mark(&mut self, cx: &Cx) -> Vec<Effect> {
        let Some(offer) = &self.offer else { return Vec::new() };
        match self.rows.get(self.state.selected).copied() {
            Some(Row::Model(place)) => {
                let Some(model) = offer.models.get(place) else { return Vec::new() };
                if let Some(why) = &model.problem {
                    return vec![Effect::Toast(Toast::warning(why.clone()))];
                }
                if !self.is_usable(model) {
                    return vec![super::pricing::question(model)];
                }
                turn(&mut self.models, place);
            }
            Some(Row::Prompt(place)) => turn(&mut self.prompts, place),
            Some(Row::Chunk(place)) => turn(&mut self.dropped, place),
            Some(Row::Cases | Row::Limit | Row::Samples | Row::Parameters | Row::Cap) => return self.edit(),
            Some(Row::Heading(..)) | None => return Vec::new(),
        }
        self.changed(cx)
    }

    fn act(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        match action {
            Action::Back => {
                let mut effects: Vec<Effect> = self.planning.take().map(Effect::Cancel).into_iter().collect();
                effects.push(Effect::Back);
                return effects;
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

    fn next_section(&mut self, forward: bool) {
        let heads: Vec<usize> = (0..self.rows.len()).filter(|at| matches!(self.rows[*at], Row::Heading(..))).collect();
        let here = heads.iter().rposition(|at| *at < self.state.selected).unwrap_or(0);
        let count = heads.len().max(1);
        let next = if forward { (here + 1) % count } else { (here + count - 1) % count };
        if let Some(at) = heads.get(next) {
            self.state.select(at + 1);
        }
    }

    /// The command line that does the same.
    pub fn command(&self) -> String {
        let order = self.order();
        let quote = |text: &str| shlex::try_quote(text).map_or_else(|_| text.to_owned(), std::borrow::Cow::into_owned);
        let mut words = vec!["hindcast replay".to_owned()];
        if self.of.traces.is_empty() {
            words.push(quote(&self.of.filter));
        } else {
            let ids: Vec<String> = self.of.traces.iter().map(|id| format!("id:{}", id.as_str())).collect();
            words.push(quote(&ids.join(" or ")));
        }
        words.extend(self.of.limit.filter(|_| self.of.traces.is_empty()).map(|limit| format!("--limit {limit}")));
        words.extend(order.models.iter().map(|model| format!("-m {}", quote(model))));
        words.extend(order.prompts.iter().map(|prompt| format!("-p {}", quote(prompt))));
        words.extend(order.parameters.iter().map(|parameter| format!("--set {}", quote(parameter))));
        words.extend(order.dropped.iter().map(|rank| format!("--drop-chunk {rank}")));
        if order.samples > 1 {
            words.push(format!("--samples {}", order.samples));
        }
        words.extend(order.prices.iter().map(|price| format!("--price {}", quote(&price.to_string()))));
        if let Some(cap) = order.max_cost {
            words.push(format!("--max-cost {cap}"));
        }
        words.retain(|word| !word.is_empty());
        words.join(" ")
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

fn turn(marks: &mut [bool], place: usize) {
    if let Some(mark) = marks.get_mut(place) {
        *mark = !*mark;
    }
}

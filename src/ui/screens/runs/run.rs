//! One run: its matrix of cases by variants, and a case's answers side by side.

use std::cell::Cell as Remembered;
use std::collections::HashMap;
use std::sync::Arc;

use super::cells::{Cell, Cells};
use super::control::Control;
use super::measures::Measures;
use crate::domain::diff::DiffPiece;
use crate::domain::ids::RunId;
use crate::domain::money::Money;
use crate::domain::run::RunStatus;
use crate::domain::untrusted::{escape_json, safe_plain_lines};
use crate::ui::action::Action;
use crate::ui::effect::{Ask, Choose, Effect, Pick, PickItem};
use crate::ui::effects::prompts::PromptsAnswer;
use crate::ui::effects::runs::{Answered, RunCase, RunDetail, RunNews, RunRow, RunsAnswer, RunsRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::msg::{Event, RequestId, Target, Toast};
use crate::ui::screens::{Cx, ScreenId, Status};
use crate::ui::widgets::list::{ListState, Moved};

/// What the matrix is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As the cases were chosen.
    #[default]
    Case,
    /// What moved most from the recorded answer first.
    Moved,
    /// The dearest first.
    Cost,
    /// The slowest first.
    Latency,
}

impl Order {
    const ALL: [Self; 4] = [Self::Case, Self::Moved, Self::Cost, Self::Latency];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Moved => "moved most",
            Self::Cost => "cost",
            Self::Latency => "latency",
        }
    }
}

/// What answers are compared with word by word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DiffAgainst {
    /// The recorded answer.
    #[default]
    Recorded,
    /// The answer of the variant that was chosen as the baseline.
    Baseline,
    /// Nothing: answers are shown as they are.
    Nothing,
}

/// How the run stands on the screen.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// It was asked for.
    Loading,
    /// It is there.
    Ready,
    /// It could not be read.
    Failed(String),
}

/// One run.
#[derive(Debug)]
pub struct RunView {
    /// Its id.
    pub run_id: RunId,
    /// How it stands.
    pub phase: Phase,
    /// What was read of it.
    pub detail: Option<Arc<RunDetail>>,
    /// Its answers.
    pub cells: Cells,
    /// The order of its cases.
    pub rows: Vec<usize>,
    /// What they are sorted by.
    pub order: Order,
    /// The cursor in the matrix.
    pub state: ListState,
    /// Whether a case's answers are shown side by side.
    pub side: bool,
    /// Which changes are shown side by side.
    pub diff: DiffAgainst,
    /// What changed from the baseline's answer to the case shown, by variant.
    pub from_baseline: HashMap<usize, Arc<Vec<DiffPiece>>>,
    comparing: Option<RequestId>,
    /// The first variant shown where not all fit, and the one that keys are about.
    pub variant: usize,
    /// The sample shown.
    pub sample: usize,
    /// Rows scrolled in the side by side.
    pub scroll: Remembered<u16>,
    /// How far it can be scrolled, as drawn last.
    pub most_scroll: Remembered<u16>,
    /// What was spent, as told last.
    pub spent: Option<Money>,
    /// What the answers come to.
    pub measures: Measures,
    /// What can be changed of it while it goes.
    pub control: Control,
    status: RunStatus,
    waiting: Option<RequestId>,
    keeping: Option<RequestId>,
    pub(super) committing: Option<RequestId>,
}

impl RunView {
    fn new(run_id: RunId) -> Self {
        Self {
            run_id,
            phase: Phase::Loading,
            detail: None,
            cells: Cells::default(),
            rows: Vec::new(),
            order: Order::Case,
            state: ListState::default(),
            side: false,
            diff: DiffAgainst::default(),
            from_baseline: HashMap::new(),
            comparing: None,
            variant: 0,
            sample: 0,
            scroll: Remembered::new(0),
            most_scroll: Remembered::new(0),
            spent: None,
            measures: Measures::default(),
            control: Control::default(),
            status: RunStatus::Running,
            waiting: None,
            keeping: None,
            committing: None,
        }
    }

    /// Opens a run.
    pub fn open(run_id: RunId, cx: &Cx) -> (Self, Vec<Effect>) {
        let mut view = Self::new(run_id);
        let effects = view.read(cx);
        (view, effects)
    }

    /// A run that has just begun; one case is shown side by side at once.
    pub fn of(detail: &Arc<RunDetail>) -> Self {
        let mut view = Self::new(detail.row.run.run_id.clone());
        view.show(detail);
        view.side = detail.cases.len() == 1;
        view
    }

    fn read(&mut self, cx: &Cx) -> Vec<Effect> {
        let (id, effect) = cx.request(ScreenId::Runs, Request::Runs(RunsRequest::Open(self.run_id.clone())));
        self.waiting = Some(id);
        vec![effect]
    }

    /// Takes the run as read.
    pub fn show(&mut self, detail: &Arc<RunDetail>) {
        let run = &detail.row.run;
        let before = self.rows.get(self.state.selected).copied();
        self.cells = Cells::new(&detail.cases, &run.variants, run.samples);
        for answered in &detail.answers {
            self.cells.put(answered.clone());
        }
        self.status = detail.row.status;
        self.spent = detail.row.cost;
        self.detail = Some(Arc::clone(detail));
        self.phase = Phase::Ready;
        self.sort();
        let same = before.and_then(|case| self.rows.iter().position(|row| *row == case));
        self.state.select(same.unwrap_or(0));
    }

    /// Says how the run stands.
    pub fn set_status(&mut self, status: RunStatus) {
        self.status = status;
        if status != RunStatus::Running {
            self.cells.stop();
            self.sort();
        }
    }

    /// How the run stands.
    pub const fn run_status(&self) -> RunStatus {
        self.status
    }

    /// The run's row.
    pub fn row(&self) -> Option<&RunRow> {
        self.detail.as_ref().map(|detail| &detail.row)
    }

    /// The case under the cursor, with its place.
    pub fn case(&self) -> Option<(usize, &RunCase)> {
        let place = *self.rows.get(self.state.selected)?;
        Some((place, self.detail.as_ref()?.cases.get(place)?))
    }

    /// How many variants there are.
    pub fn variants(&self) -> usize {
        self.row().map_or(0, |row| row.run.variants.len())
    }

    fn answer(&self) -> Option<&Answered> {
        match self.cells.get(self.case()?.0, self.variant, self.sample) {
            Cell::Done(answered) => Some(answered),
            _ => None,
        }
    }

    fn sort(&mut self) {
        let recorded = self.detail.as_ref().map(|detail| detail.cases.as_slice()).unwrap_or_default();
        let mut rows: Vec<usize> = (0..recorded.len()).collect();
        let cells = &self.cells;
        let greatest = |case: usize, value: &dyn Fn(&Answered) -> Option<f64>| {
            cells.answers(case).filter_map(value).reduce(f64::max).unwrap_or(f64::NEG_INFINITY)
        };
        let key = |case: usize| match self.order {
            Order::Case => 0.0,
            Order::Moved => match recorded.get(case).and_then(|case| self.measures.moved(case)) {
                Some(moved) => -moved,
                None => cells.least_alike(case).unwrap_or(f64::INFINITY),
            },
            Order::Cost => -greatest(case, &|answer| answer.result.cost_usd.map(Money::as_dollars)),
            Order::Latency => -greatest(case, &|answer| answer.result.latency_ms),
        };
        rows.sort_by(|one, other| key(*one).total_cmp(&key(*other)));
        self.rows = rows;
    }

    /// Takes news while it runs.
    pub fn news(&mut self, news: &[RunNews]) -> Vec<Effect> {
        let mut effects = Vec::new();
        for one in news {
            match one {
                RunNews::Text(key, more) => match self.cells.of_call(key) {
                    Some(Cell::Streaming(text)) => text.push_str(more),
                    Some(cell) if !matches!(cell, Cell::Done(_)) => *cell = Cell::Streaming(more.clone()),
                    _ => {}
                },
                RunNews::Waiting(key, why) => {
                    if let Some(cell) = self.cells.of_call(key)
                        && !matches!(cell, Cell::Done(_))
                    {
                        *cell = Cell::Waiting(why.clone());
                    }
                }
                RunNews::Restarted(key) => {
                    if let Some(cell) = self.cells.of_call(key) {
                        *cell = Cell::Streaming(String::new());
                    }
                }
                RunNews::Finished(answered) => self.cells.put(Answered::clone(answered)),
                RunNews::ModelStopped(model, why) => {
                    effects.push(Effect::Toast(Toast::error(format!("{model} is not asked any more: {why}"))));
                }
                RunNews::Spent(amount) => self.spent = Some(*amount),
                RunNews::Circuit(..) | RunNews::Changed(_) => drop(self.control.take(one)),
            }
        }
        effects
    }

    /// Takes an answer to its own requests.
    pub fn answered(&mut self, id: RequestId, answer: &Answer, cx: &Cx) -> Vec<Effect> {
        if self.committing == Some(id) {
            self.committing = None;
            return vec![Effect::Toast(match answer {
                Answer::Prompts(PromptsAnswer::Changed { said, .. }) => Toast::info(said.clone()),
                Answer::Failed(why) => Toast::error(why.clone()),
                _ => Toast::info("committed"),
            })];
        }
        if self.comparing == Some(id) {
            self.comparing = None;
            if let Answer::Runs(RunsAnswer::Diffed(found)) = answer {
                self.from_baseline = found.iter().cloned().collect();
            }
            return Vec::new();
        }
        if self.measures.answered(id, answer) {
            self.sort();
            return Vec::new();
        }
        if self.keeping == Some(id) {
            self.keeping = None;
            return vec![Effect::Toast(match answer {
                Answer::Failed(why) => Toast::error(format!("not kept: {why}")),
                _ => Toast::info("kept"),
            })];
        }
        if self.waiting != Some(id) {
            return Vec::new();
        }
        self.waiting = None;
        match answer {
            Answer::Runs(RunsAnswer::Run(detail)) => {
                self.show(detail);
                return self.measures.ask(&self.run_id, cx);
            }
            Answer::Failed(why) => self.phase = Phase::Failed(why.clone()),
            _ => {}
        }
        Vec::new()
    }

    /// Takes what happened besides actions and answers.
    pub fn update(&mut self, event: &Event, cx: &Cx) -> Vec<Effect> {
        match event {
            Event::Mouse(mouse) if self.side => {
                use crate::ui::input::MouseKind;
                match mouse.kind {
                    MouseKind::WheelUp => self.scroll.set(self.scroll.get().saturating_sub(3)),
                    MouseKind::WheelDown => self.scroll.set((self.scroll.get() + 3).min(self.most_scroll.get())),
                    MouseKind::Click => {}
                }
            }
            Event::Mouse(mouse) if self.state.mouse(*mouse, self.rows.len()) == Moved::No => self.side = true,
            Event::Picked(Action::Sort, names) => {
                let found = Order::ALL.into_iter().find(|order| names.iter().any(|name| name == order.name()));
                let case = self.rows.get(self.state.selected).copied();
                self.order = found.unwrap_or(self.order);
                self.sort();
                let same = self.rows.iter().position(|row| Some(*row) == case);
                self.state.select(if self.side { same.unwrap_or(0) } else { 0 });
            }
            Event::Picked(Action::Baseline, names) => {
                let Some(name) = names.first() else { return Vec::new() };
                let mut effects = self.measures.choose(name, &self.run_id, cx);
                self.diff = match self.measures.baseline {
                    Some(_) => DiffAgainst::Baseline,
                    None => DiffAgainst::Recorded,
                };
                effects.extend(self.compare_with_baseline(cx));
                return effects;
            }
            Event::Entered(Action::CommitMeasured, text) => return self.commit(text, cx),
            Event::Entered(Action::Score, text) => return self.score(text, cx),
            Event::Entered(Action::Note, text) => return self.note(text, cx),
            _ => {}
        }
        Vec::new()
    }

    fn score(&mut self, text: &str, cx: &Cx) -> Vec<Effect> {
        let Some((_, case)) = self.case() else { return Vec::new() };
        let parsed = text.trim().rsplit_once(char::is_whitespace).and_then(|(name, value)| {
            let value: f64 = value.parse().ok().filter(|value: &f64| value.is_finite())?;
            Some((name.trim().to_owned(), value))
        });
        let Some((name, value)) = parsed else {
            let text = format!("`{}` is no score: write a name and a number, such as `correct 1`", text.trim());
            return vec![Effect::Toast(Toast::warning(text))];
        };
        let request = RunsRequest::Score {
            trace_id: case.trace_id.clone(),
            span_id: case.span_id.clone(),
            result_id: self.answer().map(|answer| answer.result.result_id.clone()),
            name,
            value,
        };
        let (id, effect) = cx.request(ScreenId::Runs, Request::Runs(request));
        self.keeping = Some(id);
        vec![effect]
    }

    fn note(&mut self, text: &str, cx: &Cx) -> Vec<Effect> {
        let Some((_, case)) = self.case() else { return Vec::new() };
        let Some(request) = crate::ui::screens::traces::note_request(&case.trace_id, text) else { return Vec::new() };
        let (id, effect) = cx.request(ScreenId::Runs, request);
        self.keeping = Some(id);
        vec![effect]
    }

    /// Asks what changed from the baseline's answer to the case shown, where that is to be seen.
    fn compare_with_baseline(&mut self, cx: &Cx) -> Vec<Effect> {
        self.from_baseline.clear();
        let mut effects: Vec<Effect> = self.comparing.take().map(Effect::Cancel).into_iter().collect();
        if !self.side || self.diff != DiffAgainst::Baseline {
            return effects;
        }
        let text = |variant: usize| match self.cells.get(self.case()?.0, variant, self.sample) {
            Cell::Done(answered) => answered.result.output_text.clone(),
            _ => None,
        };
        let baseline = self.row().zip(self.measures.baseline.as_ref());
        let place = baseline.and_then(|(row, id)| row.run.variants.iter().position(|variant| variant.id == *id));
        let Some((place, old)) = place.and_then(|place| Some((place, text(place)?))) else { return effects };
        let others = (0..self.variants()).filter(|variant| *variant != place);
        let new = others.filter_map(|variant| Some((variant, text(variant)?))).collect();
        let (id, effect) = cx.request(ScreenId::Runs, Request::Runs(RunsRequest::Diff { old, new }));
        self.comparing = Some(id);
        effects.push(effect);
        effects
    }

    /// Takes an action.
    pub fn act(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        let before = (self.side, self.diff, self.state.selected, self.sample);
        let mut effects = self.acted(action, cx);
        if before != (self.side, self.diff, self.state.selected, self.sample) {
            effects.extend(self.compare_with_baseline(cx));
        }
        effects
    }

    fn acted(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        match action {
            Action::Back | Action::Cancel if self.side && self.rows.len() > 1 => {
                self.side = false;
                return Vec::new();
            }
            Action::Back => return vec![Effect::Back],
            Action::Cancel => return Vec::new(),
            Action::Reload => return self.read(cx),
            Action::NextMatch => self.step(1),
            Action::PrevMatch => self.step(-1),
            Action::Left => self.variant = self.variant.saturating_sub(1),
            Action::Right => self.variant = (self.variant + 1).min(self.variants().saturating_sub(1)),
            Action::NextPane => {
                let samples = self.row().map_or(1, |row| row.run.samples.max(1) as usize);
                self.sample = (self.sample + 1) % samples;
            }
            Action::Diff => {
                self.diff = match self.diff {
                    DiffAgainst::Recorded if self.measures.baseline.is_some() => DiffAgainst::Baseline,
                    DiffAgainst::Recorded | DiffAgainst::Baseline => DiffAgainst::Nothing,
                    DiffAgainst::Nothing => DiffAgainst::Recorded,
                };
            }
            Action::CommitMeasured => return self.commit_question(),
            Action::Measures => self.measures.turn(),
            Action::Baseline => return self.row().map(Measures::baselines).into_iter().collect(),
            Action::Sort => return vec![Effect::Pick(self.orders())],
            Action::Open if !self.side => {
                self.side = self.case().is_some();
                self.scroll.set(0);
            }
            _ if self.side => return self.act_on_case(action),
            _ => {
                if self.state.act(action, self.rows.len()) == Moved::Elsewhere {
                    return self.act_on_case(action);
                }
            }
        }
        Vec::new()
    }

    fn step(&mut self, by: isize) {
        let last = self.rows.len().saturating_sub(1);
        self.state.select(self.state.selected.saturating_add_signed(by).min(last));
        self.scroll.set(0);
    }

    fn act_on_case(&mut self, action: Action) -> Vec<Effect> {
        let page = 10;
        let scrolled = self.scroll.get();
        let to = match action {
            Action::Up => scrolled.saturating_sub(1),
            Action::Down => scrolled.saturating_add(1),
            Action::PageUp => scrolled.saturating_sub(page),
            Action::PageDown => scrolled.saturating_add(page),
            Action::Top => 0,
            Action::Bottom => u16::MAX,
            _ => return self.act_on_answer(action),
        };
        self.scroll.set(to.min(self.most_scroll.get()));
        Vec::new()
    }

    fn act_on_answer(&self, action: Action) -> Vec<Effect> {
        let Some((_, case)) = self.case() else { return Vec::new() };
        let copy = |text: String, what: &str| vec![Effect::Copy { text, what: what.into() }];
        match action {
            Action::OpenTrace => vec![Effect::Go(Target::Trace(case.trace_id.clone()))],
            Action::OpenPrompt => case
                .prompt
                .as_deref()
                .map(|prompt| {
                    let (name, version) = prompt.rsplit_once('@').map_or((prompt, None), |(name, at)| (name, Some(at)));
                    Effect::Go(Target::Prompt { name: name.to_owned(), version: version.map(str::to_owned) })
                })
                .into_iter()
                .collect(),
            Action::Score => vec![Effect::Ask(Ask {
                action: Action::Score,
                title: format!("Score of answer {}", self.variant_letter()),
                text: "correct ".into(),
                hint: "a name and a number: correct 1".into(),
            })],
            Action::Note => vec![crate::ui::screens::traces::ask_note()],
            Action::CopyText => self.answer().map_or_else(
                || copy(safe_plain_lines(case.answer.as_deref().unwrap_or_default()), "recorded answer"),
                |answer| copy(safe_plain_lines(answer.result.output_text.as_deref().unwrap_or_default()), "answer"),
            ),
            Action::CopyJson => self
                .answer()
                .and_then(|answer| serde_json::to_string_pretty(&answer.result).ok())
                .map(|json| copy(escape_json(&json), "result as JSON"))
                .unwrap_or_default(),
            Action::CopyId => copy(self.run_id.as_str().to_owned(), "run id"),
            Action::CopyCli => copy(format!("hindcast compare {}", self.run_id.as_str()), "command"),
            Action::EditExternal => vec![Effect::Edit {
                to: ScreenId::Runs,
                action: Action::EditExternal,
                text: self
                    .answer()
                    .map_or(case.answer.as_deref(), |answer| answer.result.output_text.as_deref())
                    .map(safe_plain_lines)
                    .unwrap_or_default(),
                suffix: ".md",
            }],
            _ => Vec::new(),
        }
    }

    fn variant_letter(&self) -> String {
        self.row()
            .and_then(|row| row.run.variants.get(self.variant))
            .map_or_else(String::new, |variant| variant.id.as_str().to_owned())
    }

    fn orders(&self) -> Pick {
        let items = Order::ALL.map(|order| PickItem {
            value: order.name().into(),
            label: order.name().into(),
            detail: if order == self.order { "now".into() } else { String::new() },
            ..PickItem::default()
        });
        Pick { action: Action::Sort, title: "Sort cases by".into(), items: items.into(), choose: Choose::One }
    }

    /// Why an action cannot be used now.
    pub fn disabled(&self, action: Action) -> Option<String> {
        match action {
            Action::OpenTrace | Action::Score | Action::Note | Action::CopyText if self.case().is_none() => {
                Some("no case is selected".into())
            }
            Action::OpenPrompt if self.case().is_none_or(|(_, case)| case.prompt.is_none()) => {
                Some("no prompt is recorded on this case".into())
            }
            Action::CommitMeasured if self.measured_prompt().is_none() => {
                Some("this run did not measure a prompt's file as it is now: replay it with NAME@work".into())
            }
            Action::CopyJson if self.answer().is_none() => Some("there is no answer yet".into()),
            Action::Mark | Action::MarkAll | Action::Filter => {
                Some("not in a run; n and N go through the cases".into())
            }
            _ => None,
        }
    }

    /// What the footer says.
    pub fn status(&self) -> Status {
        let hints = if self.side {
            vec![Action::NextMatch, Action::Diff, Action::Score, Action::OpenTrace, Action::CopyText, Action::Back]
        } else {
            vec![Action::Open, Action::Sort, Action::Replay, Action::Score, Action::OpenTrace, Action::Back]
        };
        let counts = match self.phase {
            Phase::Loading => "loading".to_owned(),
            Phase::Failed(_) => String::new(),
            Phase::Ready => format!("{}/{} answers", self.cells.done(), self.cells.all()),
        };
        Status { hints, counts }
    }
}

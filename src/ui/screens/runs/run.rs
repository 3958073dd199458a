//! One run: its matrix of cases by variants, and a case's answers side by side.

use std::sync::Arc;

use super::against::{Against, FromVariant};
use super::cells::{Cell, Cells};
use super::chain_pane::ChainPane;
use super::control::Control;
use super::exporting::Exporting;
use super::keeping::Keeping;
use super::measures::Measures;
use super::ordering::{Order, Shown};
use super::reading::{Jump, Reading};
use crate::domain::ids::RunId;
use crate::domain::money::Money;
use crate::domain::run::RunStatus;
use crate::ui::action::Action;
use crate::ui::effect::Effect;
use crate::ui::effects::prompts::PromptsAnswer;
use crate::ui::effects::runs::{Answered, RunCase, RunDetail, RunNews, RunRow, RunsAnswer, RunsRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::msg::{Event, RequestId, Toast};
use crate::ui::screens::{Cx, Phase, ScreenId};
use crate::ui::widgets::list::{ListState, Moved};

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
    /// Which cases are shown.
    pub shown: Shown,
    /// What answers are compared with.
    pub against: Against,
    pub(super) from_variant: FromVariant,
    /// The column that keys are about: 0 is the recorded answer, then the variants.
    pub column: usize,
    /// The sample shown.
    pub sample: usize,
    /// Where in the answers the reader is.
    pub reading: Reading,
    /// What was spent, as told last.
    pub spent: Option<Money>,
    /// What the answers come to.
    pub measures: Measures,
    /// The recorded chain beside the one shown.
    pub chain: ChainPane,
    /// What can be changed of it while it goes.
    pub control: Control,
    status: RunStatus,
    pub(super) waiting: Option<RequestId>,
    pub(super) keeping: Keeping,
    pub(super) exporting: Exporting,
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
            shown: Shown::default(),
            against: Against::default(),
            from_variant: FromVariant::default(),
            column: 1,
            sample: 0,
            reading: Reading::default(),
            spent: None,
            measures: Measures::default(),
            chain: ChainPane::default(),
            control: Control::default(),
            status: RunStatus::Running,
            waiting: None,
            keeping: Keeping::default(),
            exporting: Exporting::default(),
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

    pub(super) fn read(&mut self, cx: &Cx) -> Vec<Effect> {
        let (id, effect) = cx.request(ScreenId::Runs, Request::Runs(RunsRequest::Open(self.run_id.clone())));
        self.waiting = Some(id);
        vec![effect]
    }

    /// Takes the run as read.
    pub fn show(&mut self, detail: &Arc<RunDetail>) {
        let run = &detail.row.run;
        self.cells = Cells::new(&detail.cases, &run.variants, run.samples);
        for answered in &detail.answers {
            self.cells.put(answered.clone());
        }
        self.status = detail.row.status;
        self.spent = detail.row.cost_usd;
        self.detail = Some(Arc::clone(detail));
        self.phase = Phase::Ready;
        self.arrange();
    }

    /// Says how the run stands.
    pub fn set_status(&mut self, status: RunStatus) {
        self.status = status;
        if status != RunStatus::Running {
            self.cells.stop();
            self.arrange();
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

    /// How many cases there are, shown or not.
    pub fn cases(&self) -> usize {
        self.detail.as_ref().map_or(0, |detail| detail.cases.len())
    }

    /// How many variants there are.
    pub fn variants(&self) -> usize {
        self.row().map_or(0, |row| row.run.variants.len())
    }

    /// The place of the variant that keys are about; the first where it is the recorded answer.
    pub const fn variant(&self) -> usize {
        self.column.saturating_sub(1)
    }

    /// The answer that keys are about; `None` where it is the recorded one, or not there yet.
    pub fn answer(&self) -> Option<&Answered> {
        if self.side && self.column == 0 {
            return None;
        }
        match self.cells.get(self.case()?.0, self.variant(), self.sample) {
            Cell::Done(answered) => Some(answered),
            _ => None,
        }
    }

    /// Takes news while it runs.
    pub fn news(&mut self, news: &[RunNews], cx: &Cx) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut finished = false;
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
                RunNews::Finished(answered) => {
                    finished = true;
                    self.cells.put(Answered::clone(answered));
                }
                RunNews::ModelStopped(model, why) => {
                    effects.push(Effect::Toast(Toast::error(format!("{model} is not asked any more: {why}"))));
                }
                RunNews::Spent(amount) => self.spent = Some(*amount),
                RunNews::Circuit(..) | RunNews::Changed(_) => drop(self.control.take(one)),
            }
        }
        if finished && self.shown == Shown::Changed {
            self.arrange();
        }
        if finished && matches!(self.against, Against::Variant(_)) {
            effects.extend(self.compare(cx));
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
        if self.from_variant.answered(id, answer) {
            return Vec::new();
        }
        if let Some(effects) = self.kept(id, answer).or_else(|| self.exported(id, answer)) {
            return effects;
        }
        if self.chain.answered(id, answer) {
            return Vec::new();
        }
        if self.measures.answered(id, answer) {
            self.arrange();
            return Vec::new();
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
                    MouseKind::WheelUp => self.reading.scroll_by(-3),
                    MouseKind::WheelDown => self.reading.scroll_by(3),
                    MouseKind::Click => self.column = self.reading.column_at(mouse.column).unwrap_or(self.column),
                }
            }
            Event::Mouse(mouse) if self.state.mouse(*mouse, self.rows.len()) == Moved::No => {
                self.side = true;
                self.reading.restart(Jump::No);
                return self.compare(cx);
            }
            Event::Picked(Action::Sort, names) => self.sort_by(names),
            Event::Picked(Action::Baseline, names) => {
                let Some(name) = names.first() else { return Vec::new() };
                let mut effects = self.measures.choose(name, &self.run_id, cx);
                let place = self.row().and_then(|row| row.run.variants.iter().position(|one| one.id.as_str() == name));
                self.against = place.map_or(Against::Recorded, Against::Variant);
                effects.extend(self.compare_anew(cx));
                return effects;
            }
            Event::Confirmed(Action::ExportRun) => return self.export_over(cx),
            Event::Entered(Action::ExportRun, path) => return self.export_to(path, cx),
            Event::Entered(Action::CommitMeasured, text) => return self.commit(text, cx),
            Event::Entered(Action::Score, text) => return self.score(text, cx),
            Event::Entered(Action::Note, text) => return self.note(text, cx),
            Event::Entered(Action::KeepGolden, text) => return self.golden(text, cx),
            _ => {}
        }
        Vec::new()
    }
}

//! Tries: the same case with other chunks, each a variant of one run, beside the recorded answer.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::diff::Said;
use crate::domain::grounding::Grounding;
use crate::domain::ids::{RunId, VariantId};
use crate::domain::money::Money;
use crate::domain::run::{Case, ChunkEdit, ResultStatus, RunStatus, Variant};
use crate::ui::effect::Effect;
use crate::ui::effects::Request;
use crate::ui::effects::retrieval::RetrievalRequest;
use crate::ui::effects::runs::{Answered, ModelOffer, Order, PlanSummary, Pricing, RunDetail, RunNews};
use crate::ui::msg::{RequestId, Toast};
use crate::ui::screens::{Cx, Newest, ScreenId};

/// How the plan of the next try stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Planning {
    /// None is asked for.
    #[default]
    Closed,
    /// It is being made; enter was pressed already, or not.
    Pending {
        /// Whether it is sent as soon as it is there.
        send: bool,
    },
    /// It is made.
    Ready(Box<(Order, PlanSummary)>),
    /// There is none, and why.
    Refused(String),
}

/// How an answer stands.
#[derive(Clone, Debug, PartialEq)]
pub enum TryAnswer {
    /// It is not begun, and why.
    Waiting(String),
    /// So much of it is there.
    Streaming(String),
    /// It is there.
    Done(Box<Answered>),
}

/// A try.
#[derive(Clone, Debug, PartialEq)]
pub struct Try {
    /// The variant of the run.
    pub variant: VariantId,
    /// The model asked.
    pub model: String,
    /// The changes to the chunks.
    pub edits: Vec<ChunkEdit>,
    /// Its answer.
    pub answer: TryAnswer,
    /// What the chunks it was given support of it; `None` until it is known.
    pub grounding: Option<Result<Arc<Grounding>, String>>,
}

impl Try {
    fn of(variant: &Variant) -> Self {
        Self {
            variant: variant.id.clone(),
            model: variant.model.to_string(),
            edits: variant.overrides.chunks.clone(),
            answer: TryAnswer::Waiting("waits for its answer".into()),
            grounding: None,
        }
    }

    /// The answer, where there is one.
    pub fn answered(&self) -> Option<&Answered> {
        match &self.answer {
            TryAnswer::Done(answered) => Some(answered),
            TryAnswer::Waiting(_) | TryAnswer::Streaming(_) => None,
        }
    }

    fn good_text(&self) -> Option<&str> {
        let answered = self.answered().filter(|answered| answered.result.status == ResultStatus::Ok)?;
        answered.result.output_text.as_deref()
    }
}

/// What is shown of answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Told {
    /// Their sentences with the marks of grounding.
    #[default]
    Sentences,
    /// What differs from the recorded answer, word by word.
    Words,
}

/// The tries on a case.
#[derive(Debug, Default)]
pub struct Tries {
    /// The run that they are variants of, once there is one.
    pub series: Option<RunId>,
    /// The tries, in order.
    pub list: Vec<Try>,
    /// The column that keys are about: 0 is the recorded answer, then the tries.
    pub column: usize,
    /// Rows scrolled down.
    pub scroll: usize,
    /// What is shown of answers.
    pub told: Told,
    /// How the plan of the next try stands.
    pub planning: Planning,
    /// The models there are.
    pub models: Option<Vec<ModelOffer>>,
    /// The models that tries ask.
    pub chosen: Vec<String>,
    /// The cap of the series.
    pub max_cost: Option<Money>,
    /// What the series cost, as told last.
    pub spent: Option<Money>,
    pub(super) offer: Option<RequestId>,
    pub(super) plan: Newest,
    pub(super) running: Option<RequestId>,
    pub(super) asked_series: Option<RequestId>,
    pub(super) pick_wanted: bool,
    pub(super) queue: VecDeque<Order>,
    pub(super) grounding: Vec<(RequestId, VariantId)>,
}

impl Tries {
    /// Whether a try is under way.
    pub const fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// How many tries wait for the one under way.
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Whether there is anything to show.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && self.running.is_none()
    }

    /// The try that keys are about.
    pub fn selected(&self) -> Option<&Try> {
        self.list.get(self.column.checked_sub(1)?)
    }

    /// Takes the models there are; those chosen from the start are asked until others are.
    pub(super) fn take_models(&mut self, models: &[ModelOffer]) {
        if self.chosen.is_empty() {
            let usable = |model: &&ModelOffer| model.chosen && is_usable(model);
            self.chosen = models.iter().filter(usable).map(|model| model.id.clone()).collect();
        }
        self.models = Some(models.to_vec());
    }

    /// Takes the run as it stands.
    pub(super) fn show(&mut self, detail: &RunDetail, case: &Arc<Case>, cx: &Cx) -> Vec<Effect> {
        self.series = Some(detail.row.run.run_id.clone());
        self.spent = detail.row.cost_usd;
        let grown = detail.row.run.variants.len() > self.list.len();
        let known = std::mem::take(&mut self.list);
        for variant in &detail.row.run.variants {
            let mut new =
                known.iter().find(|one| one.variant == variant.id).cloned().unwrap_or_else(|| Try::of(variant));
            if let Some(answered) = detail.answers.iter().find(|answered| answered.result.variant == variant.id) {
                new.answer = TryAnswer::Done(Box::new(answered.clone()));
            }
            self.list.push(new);
        }
        if detail.row.status != RunStatus::Running {
            self.stop("stopped before it was answered");
        }
        if grown {
            self.column = self.list.len();
            self.scroll = 0;
        }
        self.ground(case, cx)
    }

    /// Asks what supports the answers that are there and not grounded yet.
    fn ground(&mut self, case: &Arc<Case>, cx: &Cx) -> Vec<Effect> {
        let mut effects = Vec::new();
        for one in &self.list {
            let asked = self.grounding.iter().any(|(_, variant)| *variant == one.variant);
            if one.grounding.is_some() || asked {
                continue;
            }
            if let Some(answer) = one.good_text() {
                let request = RetrievalRequest::Ground {
                    case: Arc::clone(case),
                    edits: one.edits.clone(),
                    answer: answer.to_owned(),
                };
                let (id, effect) = cx.request(ScreenId::Retrieval, Request::Retrieval(request));
                self.grounding.push((id, one.variant.clone()));
                effects.push(effect);
            }
        }
        effects
    }

    /// Takes what supports an answer; says whether it was asked for here.
    pub(super) fn grounded(&mut self, id: RequestId, told: Result<Arc<Grounding>, String>) -> bool {
        let Some(place) = self.grounding.iter().position(|(known, _)| *known == id) else { return false };
        let (_, variant) = self.grounding.remove(place);
        if let Some(one) = self.list.iter_mut().find(|one| one.variant == variant) {
            one.grounding = Some(told);
        }
        true
    }

    /// Whether a request for what supports an answer was sent from here.
    pub(super) fn asked_to_ground(&self, id: RequestId) -> bool {
        self.grounding.iter().any(|(known, _)| *known == id)
    }

    /// Takes news of the try under way.
    pub(super) fn news(&mut self, news: &[RunNews], case: &Arc<Case>, cx: &Cx) -> Vec<Effect> {
        let mut effects = Vec::new();
        for one in news {
            match one {
                RunNews::Text(key, more) => {
                    if let Some(one) = self.open(&key.variant) {
                        match &mut one.answer {
                            TryAnswer::Streaming(text) => text.push_str(more),
                            other => *other = TryAnswer::Streaming(more.clone()),
                        }
                    }
                }
                RunNews::Waiting(key, why) => {
                    if let Some(one) = self.open(&key.variant) {
                        one.answer = TryAnswer::Waiting(why.clone());
                    }
                }
                RunNews::Restarted(key) => {
                    if let Some(one) = self.open(&key.variant) {
                        one.answer = TryAnswer::Streaming(String::new());
                    }
                }
                RunNews::Finished(answered) => {
                    let variant = &answered.result.variant;
                    if let Some(one) = self.list.iter_mut().find(|one| one.variant == *variant) {
                        one.answer = TryAnswer::Done(answered.clone());
                    }
                }
                RunNews::ModelStopped(model, why) => {
                    effects.push(Effect::Toast(Toast::error(format!("{model} is not asked any more: {why}"))));
                }
                RunNews::Spent(amount) => self.spent = Some(*amount),
                RunNews::Circuit(..) | RunNews::Changed(_) => {}
            }
        }
        effects.extend(self.ground(case, cx));
        effects
    }

    /// A try whose answer is not there yet.
    fn open(&mut self, variant: &VariantId) -> Option<&mut Try> {
        self.list.iter_mut().find(|one| one.variant == *variant && one.answered().is_none())
    }

    /// What did not end with an answer says so.
    pub(super) fn stop(&mut self, why: &str) {
        for one in self.list.iter_mut().filter(|one| one.answered().is_none()) {
            one.answer = TryAnswer::Waiting(why.to_owned());
        }
    }
}

/// Whether a model can be asked as it is.
pub(super) fn is_usable(model: &ModelOffer) -> bool {
    model.problem.is_none() && model.pricing == Pricing::Known
}

/// What the recorded model said.
pub fn recorded(case: &Case) -> Said<'_> {
    Said { text: case.answer.as_deref(), calls: &case.answer_tool_calls }
}

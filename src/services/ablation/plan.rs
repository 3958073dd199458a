//! What an ablation would ask and cost.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::error::AblationError;
use super::items::{Items, Reads};
use super::service::AblationService;
use crate::domain::ablation::{DropSet, bound, most_tests};
use crate::domain::cancel::Cancel;
use crate::domain::ids::RunId;
use crate::domain::lexical::sentences;
use crate::domain::model_price::ModelPrice;
use crate::domain::money::Money;
use crate::domain::run::{CachePolicy, CallsMode, Case, ModelChoice, Overrides, Variant};
use crate::domain::run_design::{AblationDesign, AblationSubject, VariantRole};
use crate::services::replay::{PlanError, ReplayOrder, ReplayPlan, ResumeOrder, UnknownCalls, case_again};

/// What is to be found out, on which model and within which limits.
#[derive(Clone, Debug)]
pub struct AblationOrder {
    /// The model that is asked.
    pub model: ModelChoice,
    /// Parameters set over the recorded ones, for all tests.
    pub parameters: Map<String, Value>,
    /// What is left out and what is looked for.
    pub design: AblationDesign,
    /// Answers to each test, at least 1.
    pub samples: u32,
    /// The cap on the cost of all of it; `None` is no cap.
    pub max_cost: Option<Money>,
    /// The most requests in flight.
    pub concurrency: usize,
    /// Whether answers that were already paid for are used again.
    pub cache: CachePolicy,
    /// The most output tokens where neither recording nor model says.
    pub default_max_output: u64,
    /// Prices that the user says, over all others.
    pub prices: Vec<ModelPrice>,
}

impl AblationOrder {
    /// An ablation of all chunks on the terms of an order.
    pub fn of(model: ModelChoice, terms: ReplayOrder) -> Self {
        Self {
            model,
            parameters: terms.overrides.parameters,
            design: AblationDesign { subject: AblationSubject::Chunks, sentence: None },
            samples: DEFAULT_SAMPLES,
            max_cost: terms.max_cost,
            concurrency: terms.concurrency,
            cache: terms.cache,
            default_max_output: terms.default_max_output,
            prices: terms.prices,
        }
    }
}

/// Answers to each test where the user does not say: enough for a model that says the same seven times of ten.
pub const DEFAULT_SAMPLES: u32 = 5;

/// What it would come to. Which tests are needed is told by the answers, so these are limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forecast {
    /// Requests of the first two tests, everything and nothing; without those that are there already.
    pub first: u64,
    /// The most requests where one item is responsible.
    pub usual: u64,
    /// The most requests whatever comes out.
    pub most: u64,
    /// What the usual ones would cost about.
    pub estimate: Money,
    /// The most that the usual ones can cost.
    pub worst: Money,
}

/// An ablation that can be run.
pub struct AblationPlan {
    /// The case.
    pub case: Arc<Case>,
    /// What can be left out of it.
    pub items: Items,
    /// What is left out and looked for.
    pub design: AblationDesign,
    /// The sentence that is looked for. Untrusted text.
    pub sentence: Option<String>,
    /// What is sent first; its run is the ablation's.
    pub first: ReplayPlan,
    /// What all of it would come to.
    pub forecast: Forecast,
    /// How the run is gone on with.
    pub(super) resume: ResumeOrder,
}

impl AblationPlan {
    /// The run's id.
    pub const fn run_id(&self) -> &RunId {
        &self.first.run.run_id
    }
}

impl AblationService {
    /// Plans an ablation of a case; sends nothing. Blocks.
    pub fn plan(&self, order: &AblationOrder, case: Case, cancel: &Cancel) -> Result<AblationPlan, AblationError> {
        let reads = self.reads(&order.model, &case)?;
        if (reads, order.design.subject) == (Reads::Chunks, crate::domain::run_design::AblationSubject::Parts) {
            return Err(AblationError::ReadsNoPrompt { model: order.model.to_string() });
        }
        let items = Items::of(&case, order.design.subject, reads)?;
        let sentence = sentence_of(&case, &order.design)?;
        let tests = [DropSet::nothing(), DropSet::everything(items.tested.len())];
        let variants = variants_of(&items, &tests, (&order.model, &order.parameters), 0);
        let mut replay = ReplayOrder::new(vec![order.model.clone()]);
        replay.filter = format!("id:{}", case.trace_id.as_str());
        replay.samples = order.samples.max(1);
        replay.max_cost = order.max_cost;
        replay.concurrency = order.concurrency;
        replay.cache = order.cache;
        replay.default_max_output = order.default_max_output;
        replay.prices.clone_from(&order.prices);
        let mut first = self.replay().plan_variants(&replay, variants, vec![case.clone()], None, cancel)?;
        if let Some(skipped) = first.skipped.first() {
            let reason = skipped.error.clone().unwrap_or_default();
            return Err(AblationError::NotReplayable { trace: case.trace_id.as_str().to_owned(), reason });
        }
        first.run.ablation = Some(order.design.clone());
        Ok(made(case, items, order.design.clone(), sentence, first, ResumeOrder::of(&replay)))
    }

    /// Plans what is left of an ablation that was stopped, from its journal. Blocks.
    pub fn resume(&self, run_id: &RunId, order: &ResumeOrder, cancel: &Cancel) -> Result<AblationPlan, AblationError> {
        let first = self.replay().extend(run_id, |_| Ok(Vec::new()), order, None, cancel)?;
        let not = || AblationError::NotAnAblation { run: run_id.as_str().to_owned() };
        let design = first.run.ablation.clone().ok_or_else(not)?;
        let (trace_id, span_id) = first.run.choice.spans.first().cloned().ok_or_else(not)?;
        let store = self.replay().store();
        let spans = store.spans_of(std::slice::from_ref(&trace_id), cancel).map_err(PlanError::from)?;
        let case = spans.first().and_then(|spans| case_again(spans, CallsMode::Answer, &span_id));
        let gone = || AblationError::NotReplayable {
            trace: trace_id.as_str().to_owned(),
            reason: "it is not in the index any more".to_owned(),
        };
        let case = case.ok_or_else(gone)?;
        let model = first.run.variants.first().map(|variant| variant.model.clone()).ok_or_else(not)?;
        let items = Items::of(&case, design.subject, self.reads(&model, &case)?)?;
        let sentence = sentence_of(&case, &design)?;
        // What is unknown was decided once: later steps leave it as it is.
        let resume = ResumeOrder { unknown: UnknownCalls::Leave, max_cost: None, ..order.clone() };
        Ok(made(case, items, design, sentence, first, resume))
    }

    /// Where the model takes the chunks from.
    fn reads(&self, model: &ModelChoice, case: &Case) -> Result<Reads, AblationError> {
        let provider = match model {
            ModelChoice::Model(model) => Some(&model.provider),
            ModelChoice::Recorded => case.provider.as_ref(),
        };
        let Some(provider) = provider else { return Ok(Reads::Messages) };
        let provider = self.replay().providers().get(provider).map_err(PlanError::from)?;
        Ok(if provider.origin() == "this machine" { Reads::Chunks } else { Reads::Messages })
    }
}

fn made(
    case: Case,
    items: Items,
    design: AblationDesign,
    sentence: Option<String>,
    first: ReplayPlan,
    resume: ResumeOrder,
) -> AblationPlan {
    let forecast = forecast(&first, items.tested.len());
    AblationPlan { case: Arc::new(case), items, design, sentence, first, forecast, resume }
}

fn forecast(first: &ReplayPlan, items: usize) -> Forecast {
    let samples = u64::from(first.run.samples);
    let (usual, most) = (bound(items) as u64 * samples, most_tests(items).max(bound(items)) as u64 * samples);
    let sent = first.requests();
    let there = (first.done.len() + first.unknown.len()) as u64 + first.calls.len() as u64 - sent;
    let left = usual.saturating_sub(there).max(sent);
    let dearest = first.calls.iter().filter(|call| call.cached.is_none()).map(|call| call.reservation).max();
    let each = |sum: Money| Money::from_pico(sum.pico() / i128::from(sent.max(1)));
    Forecast {
        first: sent,
        usual: left,
        most: most.saturating_sub(there).max(sent),
        estimate: each(first.estimated_cost()).times(left),
        worst: dearest.unwrap_or(Money::ZERO).times(left),
    }
}

/// The sentence that is looked for.
fn sentence_of(case: &Case, design: &AblationDesign) -> Result<Option<String>, AblationError> {
    let Some(wanted) = design.sentence else { return Ok(None) };
    let answer = case.answer.as_deref().unwrap_or_default();
    let all = sentences(answer);
    let found = (wanted as usize).checked_sub(1).and_then(|place| all.get(place));
    match found {
        Some(sentence) => Ok(Some(answer[sentence.bytes.clone()].to_owned())),
        None => Err(AblationError::NoSentence { trace: case.trace_id.as_str().to_owned(), wanted, count: all.len() }),
    }
}

/// Tests as variants of a model with parameters: `all`, `none`, `no-3` without the item of rank 3, else `g` and a number;
/// so many variants were there before.
pub(super) fn variants_of(
    items: &Items,
    tests: &[DropSet],
    (model, parameters): (&ModelChoice, &Map<String, Value>),
    before: usize,
) -> Vec<Variant> {
    let named = |(place, test): (usize, &DropSet)| {
        let single = test.items().next().filter(|_| test.len() == 1).and_then(|item| items.tested.get(item));
        let id = match single {
            _ if test.is_empty() => "all".to_owned(),
            _ if test.len() == items.tested.len() => "none".to_owned(),
            Some(item) => format!("no-{}", item.rank),
            None => format!("g{}", before + place),
        };
        Variant {
            id: id.into(),
            model: model.clone(),
            prompt: None,
            prompt_hash: None,
            overrides: Overrides { parameters: parameters.clone(), ..items.overrides(test) },
            role: VariantRole::Candidate,
        }
    };
    tests.iter().enumerate().map(named).collect()
}

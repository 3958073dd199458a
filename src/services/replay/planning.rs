//! Makes a plan: each case with each variant becomes a call, or is skipped with the reason.

use std::collections::HashMap;
use std::sync::Arc;

use super::chain_plan::{ChainProgress, Chains};
use super::order::{CachePolicy, Pacing, PromptRenderer, ReplayOrder, prompt_hash};
use super::plan::{PlannedCall, ReplayPlan};
use super::plan_error::PlanError;
use super::rebuild::{Target, rebuild};
use super::service::ReplayService;
use super::twins::{Twins, is_unsteady};
use crate::domain::cancel::Cancel;
use crate::domain::ids::{ResultId, RunId, SpanId, TraceId};
use crate::domain::money::Money;
use crate::domain::run::{
    CallsMode, Case, CaseChoice, ModelChoice, ModelId, ResultPlace, ResultStatus, Run, RunResult, Variant,
};
use crate::providers::Delivery;
use crate::store::StoredResult;

/// What a plan is made of besides the order.
pub(super) struct Frame<'a> {
    pub(super) run_id: RunId,
    pub(super) variants: Vec<Variant>,
    pub(super) cases: Vec<Result<Arc<Case>, RunlessCase>>,
    pub(super) renderer: Option<&'a dyn PromptRenderer>,
    /// Numbers of results that need no call.
    pub(super) settled: &'a dyn Fn(&ResultId) -> bool,
    /// What is already there of chains, by result.
    pub(super) progress: &'a HashMap<ResultId, Arc<ChainProgress>>,
}

/// A case of a resumed run that the index does not have any more.
#[derive(Clone)]
pub(super) struct RunlessCase {
    pub(super) trace_id: TraceId,
    pub(super) span_id: SpanId,
}

impl ReplayService {
    /// Plans a run; sends nothing. Blocks: it counts tokens, reads the cache and may run a key command.
    pub fn plan(
        &self,
        order: &ReplayOrder,
        cases: Vec<Case>,
        renderer: Option<&dyn PromptRenderer>,
        cancel: &Cancel,
    ) -> Result<ReplayPlan, PlanError> {
        self.plan_variants(order, order.variants(), cases, renderer, cancel)
    }

    /// The same for these variants in place of those that the order crosses.
    pub(in crate::services) fn plan_variants(
        &self,
        order: &ReplayOrder,
        mut variants: Vec<Variant>,
        cases: Vec<Case>,
        renderer: Option<&dyn PromptRenderer>,
        cancel: &Cancel,
    ) -> Result<ReplayPlan, PlanError> {
        if (order.calls, order.pacing) == (CallsMode::Chain, Pacing::Batch) {
            return Err(PlanError::ChainInBatch);
        }
        if variants.is_empty() {
            return Err(PlanError::NoModels);
        }
        for variant in &mut variants {
            variant.prompt_hash = prompt_hash(variant, renderer);
        }
        if cases.is_empty() {
            return Err(PlanError::NoCases);
        }
        let frame = Frame {
            run_id: self.new_run_id(),
            variants,
            cases: cases.into_iter().map(|case| Ok(Arc::new(case))).collect(),
            renderer,
            settled: &|_| false,
            progress: &HashMap::new(),
        };
        self.clone().with_prices(&order.prices).plan_frame(order, &frame, cancel)
    }

    pub(super) fn plan_frame(
        &self,
        order: &ReplayOrder,
        frame: &Frame<'_>,
        cancel: &Cancel,
    ) -> Result<ReplayPlan, PlanError> {
        let samples = order.samples.max(1);
        let many = frame.renderer.and_then(PromptRenderer::for_many);
        let renderer = many.as_deref().or(frame.renderer);
        let mut plan = self.empty_plan(order, frame);
        let chains = match order.calls {
            CallsMode::Chain => self.chains(&frame.cases, cancel)?,
            CallsMode::Answer | CallsMode::All => Chains::new(),
        };
        let mut number = 0_u64;
        for case in &frame.cases {
            let first = number;
            number += u64::from(samples) * frame.variants.len() as u64;
            let open = |index: usize| -> Vec<(ResultId, u32)> {
                let own = first + u64::from(samples) * index as u64;
                let ids = (0..samples).map(|sample| (result_id(&frame.run_id, own + u64::from(sample)), sample));
                ids.filter(|(id, _)| !(frame.settled)(id)).collect()
            };
            if (0..frame.variants.len()).all(|index| open(index).is_empty()) {
                continue;
            }
            let mut twins = Twins::default();
            for (index, variant) in frame.variants.iter().enumerate() {
                let ids = open(index);
                match self.plan_call(case, index, variant, (order, &chains), renderer)? {
                    Ok(mut call) => {
                        call.request_hash = twins.told_apart(call.request_hash);
                        plan.calls.extend(ids.into_iter().map(|(result_id, sample)| PlannedCall {
                            progress: frame.progress.get(&result_id).cloned().unwrap_or_default(),
                            result_id,
                            sample,
                            ..call.clone()
                        }));
                    }
                    Err((model, reason)) => plan.skipped.extend(
                        ids.into_iter()
                            .map(|(id, sample)| skipped(&frame.run_id, id, case, variant, sample, &model, &reason)),
                    ),
                }
            }
        }
        if order.cache == CachePolicy::Use {
            self.find_cached(&mut plan.calls, samples, cancel)?;
        }
        self.sum_up(&mut plan);
        Ok(plan)
    }

    /// A plan of the run itself, before its calls are known.
    fn empty_plan(&self, order: &ReplayOrder, frame: &Frame<'_>) -> ReplayPlan {
        ReplayPlan {
            run: Run {
                run_id: frame.run_id.clone(),
                created_at: self.clock().now(),
                filter: order.filter.clone(),
                name: order.name.clone(),
                variants: frame.variants.clone(),
                samples: order.samples.max(1),
                cases: frame.cases.len() as u64,
                max_cost: order.max_cost,
                estimated_cost: None,
                choice: CaseChoice {
                    calls: order.calls,
                    spans: frame.cases.iter().map(case_ids).collect(),
                    chain: order.chain,
                },
                cache: order.cache,
                pacing: order.pacing,
                until: order.until.clone(),
                decided: None,
                ablation: None,
                prices: order.prices.clone(),
            },
            calls: Vec::new(),
            skipped: Vec::new(),
            done: Vec::new(),
            unknown: Vec::new(),
            models: Vec::new(),
            basis: String::new(),
            notes: Vec::new(),
            concurrency: order.concurrency.max(1),
            spent_before: Money::ZERO,
            waiting: Vec::new(),
            journal: None,
            unsteady: frame.cases.iter().flatten().filter(|case| is_unsteady(case)).count() as u64,
            saved: 0,
            amended: false,
            decider: None,
            asker: None,
        }
    }

    /// One call, or the model and why its case is skipped.
    fn plan_call(
        &self,
        case: &Result<Arc<Case>, RunlessCase>,
        index: usize,
        variant: &Variant,
        (order, chains): (&ReplayOrder, &Chains),
        renderer: Option<&dyn PromptRenderer>,
    ) -> Result<Result<PlannedCall, (String, String)>, PlanError> {
        let skip = |model: &dyn std::fmt::Display, reason: String| Ok(Err((model.to_string(), reason)));
        let Ok(case) = case else {
            return skip(&variant.model, "its trace is not in the index any more".to_owned());
        };
        let each_own = variant.model == ModelChoice::Recorded;
        let model = match &variant.model {
            ModelChoice::Model(model) => model.clone(),
            ModelChoice::Recorded => match (&case.provider, &case.model) {
                (Some(provider), Some(model)) => ModelId { provider: provider.clone(), model: model.clone() },
                _ => return skip(&variant.model, "the recording does not name its provider and model".to_owned()),
            },
        };
        let provider = match self.providers().get(&model.provider) {
            Ok(provider) => provider,
            Err(error) if each_own => return skip(&model, error.to_string()),
            Err(error) => return Err(error.into()),
        };
        let Some(price) = self.prices().find(Some(&model.provider), &model.model) else {
            return if each_own {
                skip(&model, PlanError::NoPrice(model.clone()).to_string())
            } else {
                Err(PlanError::NoPrice(model))
            };
        };
        let batch = order.pacing == Pacing::Batch;
        if batch && provider.batches().is_none() {
            return Err(PlanError::NoBatches { provider: model.provider });
        }
        let price = if batch { Arc::new(price.halved()) } else { price };
        let variant = &*variant.for_trace(&case.trace_id);
        let target = Target {
            variant,
            delivery: if batch { Delivery::Whole } else { Delivery::Streamed },
            model: &model,
            builtin: provider.origin() == "this machine",
            price: &price,
            renderer,
            default_max_output: order.default_max_output.max(1),
        };
        let planned = match (order.calls, chains.get(&(case.trace_id.clone(), case.span_id.clone()))) {
            (CallsMode::Chain, Some(chain)) => self
                .plan_chain(chain, order.chain.from_step, &target, &provider)
                .map(|(chain, sized, output_bound)| (sized, output_bound, Some(Arc::new(chain)))),
            (CallsMode::Chain, None) => Err("its calls are not in the index any more".to_owned()),
            (CallsMode::Answer | CallsMode::All, _) => rebuild(case, &target).and_then(|rebuilt| {
                let sized = self.size(&rebuilt.request, rebuilt.output_bound, &provider, &price, &model)?;
                Ok((sized, rebuilt.output_bound, None))
            }),
        };
        let (sized, output_bound, chain) = match planned {
            Ok(planned) => planned,
            Err(reason) => return skip(&model, reason),
        };
        Ok(Ok(PlannedCall {
            // Replaced for each sample.
            result_id: ResultId::from(""),
            sample: 0,
            case: Arc::clone(case),
            variant: index,
            request_hash: sized.request_hash,
            prepared: Arc::new(sized.prepared),
            model,
            input_bound: sized.input_bound,
            output_bound,
            reservation: sized.reservation,
            cached: None,
            place: 0,
            price,
            provider,
            chain,
            progress: Arc::default(),
        }))
    }

    fn find_cached(&self, calls: &mut [PlannedCall], samples: u32, cancel: &Cancel) -> Result<(), PlanError> {
        if !calls.iter().any(|call| call.prepared.local.is_none()) {
            return Ok(());
        }
        let window = self.store().cache_window(self.cache_limits(), self.clock().now(), cancel)?;
        for sample in 0..samples {
            // The built-in models answer faster than the cache.
            // Chains look for each of their requests when it is known.
            let remote =
                |call: &PlannedCall| call.sample == sample && call.prepared.local.is_none() && call.chain.is_none();
            let hashes: Vec<String> =
                calls.iter().filter(|call| remote(call)).map(|call| call.request_hash.clone()).collect();
            if hashes.is_empty() {
                continue;
            }
            let stored = self.store().cached_results(&hashes, sample, &window, cancel)?;
            let by_hash: HashMap<String, Arc<StoredResult>> = stored
                .into_iter()
                .filter(|stored| stored.result.status == ResultStatus::Ok)
                .map(|stored| (stored.request_hash.clone(), Arc::new(stored)))
                .collect();
            for call in calls.iter_mut().filter(|call| remote(call)) {
                call.cached = by_hash.get(&call.request_hash).cloned();
            }
        }
        Ok(())
    }
}

fn case_ids(case: &Result<Arc<Case>, RunlessCase>) -> (TraceId, SpanId) {
    match case {
        Ok(case) => (case.trace_id.clone(), case.span_id.clone()),
        Err(gone) => (gone.trace_id.clone(), gone.span_id.clone()),
    }
}

/// The id of the result of a number within its run: case-major, then variants, then samples.
pub(super) fn result_id(run: &RunId, number: u64) -> ResultId {
    ResultId::from(format!("{}-{number}", run.as_str()))
}

fn skipped(
    run_id: &RunId,
    result_id: ResultId,
    case: &Result<Arc<Case>, RunlessCase>,
    variant: &Variant,
    sample: u32,
    model: &str,
    reason: &str,
) -> RunResult {
    let (trace_id, span_id) = case_ids(case);
    let place = ResultPlace {
        run_id: run_id.clone(),
        result_id,
        trace_id,
        span_id,
        variant: variant.id.clone(),
        model: model.to_owned(),
        prompt: variant.prompt.as_ref().map(ToString::to_string),
        sample,
    };
    RunResult {
        cost_usd: Some(Money::ZERO),
        cost_source: "computed".to_owned(),
        error: Some(reason.to_owned()),
        ..RunResult::unanswered(place, ResultStatus::Skipped)
    }
}

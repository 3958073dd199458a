//! What a run would do and cost, before anything is sent.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use serde::Serialize;

use super::batch::WaitingBatch;
use super::chain_ask::Asker;
use super::chain_plan::{ChainProgress, Chains, PlannedChain};
use super::order::{CachePolicy, Pacing, PromptRenderer, ReplayOrder};
use super::rebuild::{Target, rebuild};
use super::service::ReplayService;
use super::tokens::input_estimate;
use super::twins::{Twins, is_unsteady};
use crate::domain::cancel::Cancel;
use crate::domain::ids::{ResultId, RunId};
use crate::domain::money::Money;
use crate::domain::price::PriceRow;
use crate::domain::run::{CallsMode, Case, CaseChoice, ModelChoice, ModelId, ResultStatus, Run, RunResult, Variant};
use crate::providers::{Delivery, Prepared, Provider, ProviderError};
use crate::services::compare::Decider;
use crate::store::{Journal, StoreError, StoredResult};

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// No trace matches, or none holds an LLM call.
    #[error("no recorded model call matches: there is nothing to replay")]
    NoCases,
    /// No model was named.
    #[error("no model is named: say -m MODEL, or set defaults.models in hindcast.toml")]
    NoModels,
    /// A model has no price.
    #[error(
        "the price of {0} is not known, so its cost cannot be limited: say it with --price {0}=IN,OUT (US dollars per million \
         tokens) or --free {0}, or add [prices.\"{0}\"] with input and output to hindcast.toml (0 is a price)"
    )]
    NoPrice(ModelId),
    /// A provider cannot be used.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// A provider has no batch endpoint.
    #[error("{provider} has no batch endpoint: leave --batch out, or replay its models in a run of their own")]
    NoBatches {
        /// The provider.
        provider: String,
    },
    /// Chains cannot be asked in batches.
    #[error(
        "--calls chain and --batch do not go together: the next request of a chain needs the answer to the one before"
    )]
    ChainInBatch,
    /// The index or a journal could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A run cannot be resumed.
    #[error("run {run} cannot be resumed: {reason}")]
    NotResumable {
        /// The run.
        run: String,
        /// Why.
        reason: String,
    },
}

/// One call that would be sent.
#[derive(Clone)]
pub struct PlannedCall {
    /// The result it will be.
    pub result_id: ResultId,
    /// The case.
    pub case: Arc<Case>,
    /// The variant, by its place in the run.
    pub variant: usize,
    /// The sample, from 0.
    pub sample: u32,
    /// The model that is asked.
    pub model: ModelId,
    /// The request in the provider's form.
    pub prepared: Arc<Prepared>,
    /// The hash of provider, origin and body in hex.
    pub request_hash: String,
    /// The most input tokens it can have.
    pub input_bound: u64,
    /// The most output tokens its answer can have.
    pub output_bound: u64,
    /// The most it can cost.
    pub reservation: Money,
    /// The answer that is already there for this request and sample.
    pub cached: Option<Arc<StoredResult>>,
    /// The place of its case in the order that cases are asked in, where the run may stop early.
    pub(super) place: usize,
    pub(super) price: Arc<PriceRow>,
    pub(super) provider: Arc<dyn Provider>,
    /// The chain that this is the first request of.
    pub(super) chain: Option<Arc<PlannedChain>>,
    /// What is already there of the chain.
    pub(super) progress: Arc<ChainProgress>,
}

/// What a plan says of one model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlanModel {
    /// `provider/model`.
    pub model: String,
    /// Where requests go.
    pub origin: String,
    /// The proxy they go through.
    pub proxy: Option<String>,
    /// Calls that would be sent.
    pub requests: u64,
    /// Calls whose answer is already there.
    pub from_cache: u64,
    /// Expected input tokens.
    pub input_tokens: u64,
    /// Expected output tokens.
    pub output_tokens: u64,
    /// Expected cost.
    pub estimated_cost_usd: Money,
    /// The most it can cost.
    pub worst_case_usd: Money,
    /// What is left out of some of the requests, with the reason.
    pub dropped: Vec<String>,
}

/// A plan: everything that a run would send, and what it would cost.
#[derive(Clone)]
pub struct ReplayPlan {
    /// The run as it will be journalled.
    pub run: Run,
    /// Calls to be made, or served from the cache, in order.
    pub calls: Vec<PlannedCall>,
    /// Cases that cannot be replayed, as results with the reason.
    pub skipped: Vec<RunResult>,
    /// Results that are already there, of a run that is resumed.
    pub done: Vec<RunResult>,
    /// Calls that were sent and never heard of again, of a run that is resumed; asked again only if the user says so.
    pub unknown: Vec<RunResult>,
    /// By model.
    pub models: Vec<PlanModel>,
    /// How the estimate was made, in words.
    pub basis: String,
    /// What the user should know, in words.
    pub notes: Vec<String>,
    /// The most requests in flight.
    pub concurrency: usize,
    /// Spent before, of a run that is resumed.
    pub spent_before: Money,
    /// Batches that were handed over before, of a run that is resumed; their calls are among `calls`.
    pub waiting: Vec<WaitingBatch>,
    /// The journal of a run that is resumed; while the plan lives, nobody else can go on with it.
    pub journal: Option<Journal>,
    /// Cases whose recorded temperature is not 0 or not known: their answers may differ from one time to the next.
    pub unsteady: u64,
    /// Answers that are not needed any more, of a run that is resumed and has decided something.
    pub saved: u64,
    /// Whether the run that is resumed goes on with another cap or cache than its journal says.
    pub(super) amended: bool,
    /// Tells when the run may stop early.
    pub(super) decider: Option<Arc<Mutex<Decider>>>,
    /// Who says what tools answer where the recording of a chain does not tell.
    pub asker: Option<Arc<dyn Asker>>,
}

impl ReplayPlan {
    /// Calls that would be sent.
    pub fn requests(&self) -> u64 {
        self.models.iter().map(|model| model.requests).sum()
    }

    /// Expected cost of all of them.
    pub fn estimated_cost(&self) -> Money {
        self.models.iter().map(|model| model.estimated_cost_usd).sum()
    }

    /// The most they can cost.
    pub fn worst_case(&self) -> Money {
        self.models.iter().map(|model| model.worst_case_usd).sum()
    }
}

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
    pub(super) trace_id: crate::domain::ids::TraceId,
    pub(super) span_id: crate::domain::ids::SpanId,
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
            variant.prompt_hash =
                renderer.zip(variant.prompt.as_ref()).and_then(|(renderer, prompt)| renderer.content_hash(prompt));
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
        let mut plan = ReplayPlan {
            run: Run {
                run_id: frame.run_id.clone(),
                created_at: self.clock().now(),
                filter: order.filter.clone(),
                name: order.name.clone(),
                variants: frame.variants.clone(),
                samples,
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
        };
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

    /// Counts what is to be sent, by model.
    pub(in crate::services) fn count(&self, plan: &mut ReplayPlan) {
        let mut models: BTreeMap<String, PlanModel> = BTreeMap::new();
        let mut order: Vec<String> = Vec::new();
        let mut guessed = false;
        let now = self.clock().now();
        for call in &plan.calls {
            let name = call.model.to_string();
            let entry = models.entry(name.clone()).or_insert_with(|| {
                order.push(name.clone());
                PlanModel {
                    model: name.clone(),
                    origin: call.provider.origin().to_owned(),
                    proxy: self.providers().proxy(&call.model.provider),
                    requests: 0,
                    from_cache: 0,
                    input_tokens: 0,
                    output_tokens: 0,
                    estimated_cost_usd: Money::ZERO,
                    worst_case_usd: Money::ZERO,
                    dropped: Vec::new(),
                }
            });
            if call.cached.is_some() {
                entry.from_cache += 1;
                continue;
            }
            for dropped in &call.prepared.dropped {
                if !entry.dropped.contains(dropped) {
                    entry.dropped.push(dropped.clone());
                }
            }
            if let Some(chain) = &call.chain {
                let expected = chain.estimate;
                guessed |= expected.guessed;
                entry.requests += expected.requests.saturating_sub(call.progress.steps.len() as u64);
                entry.input_tokens += expected.input_tokens;
                entry.output_tokens += expected.output_tokens;
                entry.estimated_cost_usd += expected.cost;
                entry.worst_case_usd += expected.worst;
                continue;
            }
            let recorded = call.case.usage;
            guessed |= recorded.output.is_none();
            let input = input_estimate(&call.prepared.body).min(call.input_bound);
            let output = recorded.output.map_or(call.output_bound, |output| output.min(call.output_bound));
            let usage = crate::domain::span::Usage {
                input: Some(input),
                output: Some(output),
                ..crate::domain::span::Usage::default()
            };
            entry.requests += 1;
            entry.input_tokens += input;
            entry.output_tokens += output;
            entry.estimated_cost_usd += call.price.cost(&usage, now).unwrap_or(call.reservation).min(call.reservation);
            entry.worst_case_usd += call.reservation;
        }
        plan.models = order.iter().filter_map(|name| models.remove(name)).collect();
        plan.basis = format!(
            "input: a token for every 4 bytes of the request; output: as long as the recorded answer{}",
            if guessed { ", and the most allowed where that is not known" } else { "" }
        );
    }

    fn sum_up(&self, plan: &mut ReplayPlan) {
        self.count(plan);
        plan.run.estimated_cost = Some(plan.estimated_cost());
        if plan.calls.iter().any(|call| call.chain.is_some()) {
            plan.notes.push(
                "each chain is counted as long as it was recorded; one that goes on longer stops at its limits and at the cap"
                    .to_owned(),
            );
        }
        let dearest = plan.calls.iter().filter(|call| call.cached.is_none()).max_by_key(|call| call.reservation);
        if let (Some(cap), Some(call)) = (plan.run.max_cost, dearest)
            && call.reservation > cap
        {
            plan.notes.push(format!(
                "one call of {} can cost up to ${:.4} ({} output tokens allowed), more than the cap of ${cap}: it will not be \
                 sent; raise --max-cost, or allow fewer tokens with --set max_tokens=N",
                call.model, call.reservation, call.output_bound
            ));
        }
    }
}

fn case_ids(case: &Result<Arc<Case>, RunlessCase>) -> (crate::domain::ids::TraceId, crate::domain::ids::SpanId) {
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
    RunResult {
        run_id: run_id.clone(),
        result_id,
        trace_id,
        span_id,
        variant: variant.id.clone(),
        model: model.to_owned(),
        prompt: variant.prompt.as_ref().map(ToString::to_string),
        sample,
        status: ResultStatus::Skipped,
        output_text: None,
        tool_calls: Vec::new(),
        finish_reason: None,
        input_tokens: None,
        output_tokens: None,
        cached_input_tokens: None,
        reasoning_tokens: None,
        cost_usd: Some(Money::ZERO),
        cost_source: "computed".to_owned(),
        latency_ms: None,
        ttft_ms: None,
        attempts: 0,
        from_cache: false,
        error: Some(reason.to_owned()),
        steps: Vec::new(),
        dropped: Vec::new(),
        response_model: None,
        cache_write_tokens: None,
        audio_input_tokens: None,
        audio_output_tokens: None,
    }
}

//! Takes up a run where it was stopped, from its journal alone.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::batch::BatchWish;
use super::cases::case_again;
use super::journalled::{JournalledRun, told};
use super::order::{BaselineLane, CachePolicy, PromptRenderer, ReplayOrder};
use super::plan::ReplayPlan;
use super::plan_error::PlanError;
use super::planning::{Frame, RunlessCase};
use super::service::ReplayService;
use crate::config::Defaults;
use crate::domain::cancel::Cancel;
use crate::domain::chain::ChainOptions;
use crate::domain::ids::{ResultId, RunId, TraceId};
use crate::domain::money::Money;
use crate::domain::run::{Case, Overrides, PromptVersionRef, ResultStatus, Run, RunResult, Variant};
use crate::domain::run_design::VariantRole;
use crate::store::Journal;

/// What happens to calls that were sent and never heard of again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnknownCalls {
    /// They stay unknown, counted at their full reservation.
    #[default]
    Leave,
    /// They are asked, and paid for, again.
    Retry,
}

/// How a run is taken up again.
#[derive(Clone, Debug)]
pub struct ResumeOrder {
    /// What happens to calls whose fate is unknown.
    pub unknown: UnknownCalls,
    /// Another cap than the run's own.
    pub max_cost: Option<Money>,
    /// The most requests in flight.
    pub concurrency: usize,
    /// Whether answers that were already paid for are used again; a run that was begun without them goes on without.
    pub cache: CachePolicy,
    /// The most output tokens where neither recording nor model says.
    pub default_max_output: u64,
    /// Takes chains that left their recording up again, with these options; `None` leaves them as they ended.
    pub diverged: Option<ChainOptions>,
    /// What is wanted of batches that are still at the provider.
    pub batches: BatchWish,
}

impl ResumeOrder {
    /// A run that goes on within its own cap, else on the terms of the configuration, and without what is unknown.
    pub fn configured(defaults: &Defaults) -> Self {
        Self::of(&ReplayOrder::configured(Vec::new(), defaults))
    }

    /// A run that goes on as it was ordered: within its own cap, and without what is unknown.
    pub fn of(order: &ReplayOrder) -> Self {
        Self {
            unknown: UnknownCalls::Leave,
            max_cost: None,
            concurrency: order.concurrency,
            cache: order.cache,
            default_max_output: order.default_max_output,
            diverged: None,
            batches: BatchWish::Await,
        }
    }
}

impl ReplayService {
    /// Reads a run from its journal.
    pub fn journalled(&self, run_id: &RunId) -> Result<JournalledRun, PlanError> {
        told(&Journal::of_run(self.store().state_dir(), run_id)?, run_id)
    }

    /// The same; `None` where there is no journal of the run.
    pub fn journalled_if_there(&self, run_id: &RunId) -> Result<Option<JournalledRun>, PlanError> {
        let there = Journal::exists(self.store().state_dir(), run_id);
        there.then(|| self.journalled(run_id)).transpose()
    }

    /// Plans what is left of a run. Blocks. A run with nothing left gives a plan without calls.
    pub fn resume(
        &self,
        run_id: &RunId,
        order: &ResumeOrder,
        renderer: Option<&dyn PromptRenderer>,
        cancel: &Cancel,
    ) -> Result<ReplayPlan, PlanError> {
        let journal = Journal::of_run_alone(self.store().state_dir(), run_id)?;
        let journalled = told(&journal, run_id)?;
        if journalled.run.variants.iter().any(|variant| variant.role == VariantRole::Judge) {
            // What it asked is not in the recording: it is made anew of the answer and its grounding.
            let reason =
                "it asked a judge of grounding: hindcast ground TRACE_ID --judge MODEL asks again for what is \
                missing, and what was answered comes from the cache"
                    .to_owned();
            return Err(PlanError::NotResumable { run: run_id.as_str().to_owned(), reason });
        }
        if order.batches == BatchWish::Cancel && journalled.waiting.is_empty() {
            let reason = "none of its batches is at a provider, so there is nothing to cancel".to_owned();
            return Err(PlanError::NotResumable { run: run_id.as_str().to_owned(), reason });
        }
        let mut reopened = HashSet::new();
        if order.diverged.is_some() {
            let left = journalled.done.iter().filter(|result| result.status == ResultStatus::Diverged);
            reopened.extend(left.map(|result| result.result_id.clone()));
        }
        self.go_on((journal, journalled), order, &reopened, renderer, cancel)
    }

    /// Plans what is left of a run of one case with more variants, which follow those it has: their results are numbered
    /// after the others. What is added is told of the run as it is, or why nothing can be. Blocks.
    pub(in crate::services) fn extend(
        &self,
        run_id: &RunId,
        more: impl FnOnce(&Run) -> Result<Vec<Variant>, String>,
        order: &ResumeOrder,
        renderer: Option<&dyn PromptRenderer>,
        cancel: &Cancel,
    ) -> Result<ReplayPlan, PlanError> {
        let journal = Journal::of_run_alone(self.store().state_dir(), run_id)?;
        let mut journalled = told(&journal, run_id)?;
        let not = |reason: String| PlanError::NotResumable { run: run_id.as_str().to_owned(), reason };
        if journalled.run.choice.spans.len() != 1 {
            return Err(not("it has several cases, so that no variant can be added to it".to_owned()));
        }
        let more = more(&journalled.run).map_err(not)?;
        let adds = !more.is_empty();
        journalled.run.variants.extend(more);
        let mut plan = self.go_on((journal, journalled), order, &HashSet::new(), renderer, cancel)?;
        plan.amended |= adds;
        Ok(plan)
    }

    /// Plans what is left of a run, and results that are taken up again.
    pub(super) fn go_on(
        &self,
        (journal, journalled): (Journal, JournalledRun),
        order: &ResumeOrder,
        reopened: &HashSet<ResultId>,
        renderer: Option<&dyn PromptRenderer>,
        cancel: &Cancel,
    ) -> Result<ReplayPlan, PlanError> {
        let mut run = journalled.run;
        let as_told = run.clone();
        let run_id = run.run_id.clone();
        run.max_cost = order.max_cost.or(run.max_cost);
        if order.cache == CachePolicy::Ignore {
            run.cache = CachePolicy::Ignore;
        }
        if let Some(options) = order.diverged {
            run.choice.chain = ChainOptions { from_step: run.choice.chain.from_step, ..options };
        }
        let (_, done): (Vec<RunResult>, Vec<RunResult>) =
            journalled.done.into_iter().partition(|result| reopened.contains(&result.result_id));
        let mut settled: HashSet<ResultId> = done.iter().map(|result| result.result_id.clone()).collect();
        let retry = order.unknown == UnknownCalls::Retry;
        if !retry {
            settled.extend(journalled.unknown.iter().map(|result| result.result_id.clone()));
        }
        let replay = ReplayOrder {
            filter: run.filter.clone(),
            name: run.name.clone(),
            calls: run.choice.calls,
            models: Vec::new(),
            prompts: Vec::new(),
            overrides: Overrides::default(),
            samples: run.samples,
            max_cost: run.max_cost,
            concurrency: order.concurrency,
            cache: run.cache,
            pacing: run.pacing,
            default_max_output: order.default_max_output,
            baseline: BaselineLane::Left,
            until: run.until.clone(),
            chain: run.choice.chain,
            prices: run.prices.clone(),
        };
        let frame = Frame {
            run_id: run.run_id.clone(),
            variants: run.variants.clone(),
            cases: self.cases_again(&run, cancel)?,
            renderer,
            settled: &|id| settled.contains(id),
            progress: &journalled.progress,
        };
        let mut plan = self.clone().with_prices(&run.prices).plan_frame(&replay, &frame, cancel)?;
        plan.waiting = journalled.waiting;
        plan.waiting.iter_mut().for_each(|batch| batch.wish = order.batches);
        if let Some(changed) = changed_prompt(&plan, renderer) {
            let reason = format!("{changed} is not as it was when the run began, so its answers could not be compared");
            return Err(PlanError::NotResumable { run: run_id.as_str().to_owned(), reason });
        }
        plan.amended = run != as_told;
        run.estimated_cost = run.estimated_cost.or(plan.run.estimated_cost);
        plan.run = run;
        plan.done = done;
        plan.unknown = if retry { Vec::new() } else { journalled.unknown };
        plan.spent_before = journalled.spent;
        plan.journal = Some(journal);
        plan.notes.extend(journalled.damage);
        Ok(plan)
    }

    /// The cases of a run, read from the index again.
    fn cases_again(&self, run: &Run, cancel: &Cancel) -> Result<Vec<Result<Arc<Case>, RunlessCase>>, PlanError> {
        let traces: BTreeSet<&TraceId> = run.choice.spans.iter().map(|(trace_id, _)| trace_id).collect();
        let traces: Vec<TraceId> = traces.into_iter().cloned().collect();
        let spans = self.store().spans_of(&traces, cancel)?;
        let read: BTreeMap<&TraceId, _> = traces.iter().zip(&spans).collect();
        let mut cases = Vec::with_capacity(run.choice.spans.len());
        for (trace_id, span_id) in &run.choice.spans {
            let found = read.get(trace_id).and_then(|spans| case_again(spans, run.choice.calls, span_id));
            let found = found.or_else(|| self.unrecorded(trace_id, span_id));
            cases.push(
                found.map(Arc::new).ok_or_else(|| RunlessCase { trace_id: trace_id.clone(), span_id: span_id.clone() }),
            );
        }
        Ok(cases)
    }
}

/// A prompt version that calls are left for, and that is another text by now.
fn changed_prompt(plan: &ReplayPlan, renderer: Option<&dyn PromptRenderer>) -> Option<PromptVersionRef> {
    let waiting: HashSet<&ResultId> = plan.waiting.iter().flat_map(|batch| &batch.batch.result_ids).collect();
    let left = plan
        .calls
        .iter()
        .filter(|call| !waiting.contains(&call.result_id))
        .filter_map(|call| plan.run.variants.get(call.variant));
    let changed = left.filter_map(|variant| {
        let (prompt, hash) = (variant.prompt.as_ref()?, variant.prompt_hash.as_ref()?);
        (renderer?.content_hash(prompt)? != *hash).then(|| prompt.clone())
    });
    changed.min_by_key(ToString::to_string)
}

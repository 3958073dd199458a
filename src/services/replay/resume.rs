//! Takes up a run where it was stopped, from its journal alone.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use super::batch::{BatchWish, WaitingBatch};
use super::cases::case_again;
use super::chain_plan::ChainProgress;
use super::order::{BaselineLane, CachePolicy, PromptRenderer, ReplayOrder};
use super::plan::{Frame, PlanError, ReplayPlan, RunlessCase};
use super::service::ReplayService;
use crate::domain::cancel::Cancel;
use crate::domain::chain::{ChainOptions, ServedAnswer};
use crate::domain::ids::{ResultId, RunId, TraceId};
use crate::domain::money::Money;
use crate::domain::run::{Case, Overrides, PromptVersionRef, ResultStatus, Run, RunResult, Variant};
use crate::domain::run_design::VariantRole;
use crate::domain::time::Timestamp;
use crate::store::journal::read_journal;
use crate::store::{Intent, Journal, JournalRecord, StoreError, SubmittedBatch};

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

/// A run as its journal tells it.
#[derive(Clone, Debug)]
pub struct JournalledRun {
    /// As planned.
    pub run: Run,
    /// The last result of each call, those of unknown calls aside.
    pub done: Vec<RunResult>,
    /// Calls that were sent and never heard of again, as results at their full reservation.
    pub unknown: Vec<RunResult>,
    /// Everything spent so far, every unknown call at its reservation.
    pub spent: Money,
    /// Batches with calls that have no result yet.
    pub waiting: Vec<WaitingBatch>,
    /// Lines that could not be used, in words.
    pub damage: Vec<String>,
    /// What is there of each chain, by result.
    pub(super) progress: HashMap<ResultId, Arc<ChainProgress>>,
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
    /// after the others. Blocks.
    pub(in crate::services) fn extend(
        &self,
        run_id: &RunId,
        more: Vec<Variant>,
        order: &ResumeOrder,
        cancel: &Cancel,
    ) -> Result<ReplayPlan, PlanError> {
        let journal = Journal::of_run_alone(self.store().state_dir(), run_id)?;
        let mut journalled = told(&journal, run_id)?;
        if journalled.run.choice.spans.len() != 1 {
            let reason = "it has several cases, so that no variant can be added to it".to_owned();
            return Err(PlanError::NotResumable { run: run_id.as_str().to_owned(), reason });
        }
        let adds = !more.is_empty();
        journalled.run.variants.extend(more);
        let mut plan = self.go_on((journal, journalled), order, &HashSet::new(), None, cancel)?;
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

/// What a journal tells of a run.
pub(super) fn told(journal: &Journal, run_id: &RunId) -> Result<JournalledRun, PlanError> {
    let not = |reason: &str| PlanError::NotResumable { run: run_id.as_str().to_owned(), reason: reason.to_owned() };
    let file = read_journal(journal.path())?;
    let mut told = Told::default();
    for record in file.records {
        told.take(record);
    }
    let run = told.run.take().ok_or_else(|| not("its journal does not begin with the run"))?;
    let damage = file.damage.iter().map(ToString::to_string).collect();
    Ok(told.into_run(run, damage))
}

/// What a run spent since a time, calls whose fate is unknown at their reservation, and what it is allowed on the day.
pub(super) fn spent_since(path: &Path, since: Timestamp) -> Result<(Money, Money), StoreError> {
    if !path.exists() {
        return Ok((Money::ZERO, Money::ZERO));
    }
    let mut told = Told { since, ..Told::default() };
    for record in read_journal(path)?.records {
        told.take(record);
    }
    let open = told.open.values().filter(|intent| intent.at >= since);
    let reserved: Money = open.filter_map(|intent| intent.reservation).sum();
    Ok((told.spent + reserved, told.allowed))
}

/// A journal while it is read.
#[derive(Default)]
struct Told {
    /// What was spent before is not counted.
    since: Timestamp,
    /// What the run is allowed on a day, as it wrote down last.
    allowed: Money,
    run: Option<Run>,
    results: BTreeMap<ResultId, RunResult>,
    /// Intents without a result.
    open: BTreeMap<ResultId, Intent>,
    batches: Vec<SubmittedBatch>,
    spent: Money,
    /// What is there of chains.
    progress: HashMap<ResultId, ChainProgress>,
}

impl Told {
    fn take(&mut self, record: JournalRecord) {
        match record {
            JournalRecord::Run { run } => self.run = Some(run),
            JournalRecord::Intent { intent } => {
                // A second intent without a result between: the first one's fate is unknown for good. That of a later
                // attempt of the same call holds what the attempts before it can cost.
                let again = intent.attempt > 1;
                if let Some(before) = self.open.insert(intent.result_id.clone(), intent)
                    && !again
                    && before.at >= self.since
                {
                    self.spent += before.reservation.unwrap_or_default();
                }
            }
            JournalRecord::Result { result } => {
                let at = result.created_at;
                let result = result.result;
                self.open.remove(&result.result_id);
                let again = self.results.get(&result.result_id).is_some_and(|before| *before == result);
                if !again && at >= self.since {
                    // What a chain's requests cost was counted with each of them.
                    let counted = self.cost_of_steps(&result.result_id);
                    self.spent += result.cost_usd.unwrap_or_default().minus_or_zero(counted);
                }
                self.results.insert(result.result_id.clone(), result);
            }
            JournalRecord::Batch { batch } => self.batches.push(batch),
            JournalRecord::Step { step, answer } => {
                let asked = self.open.remove(&answer.result_id);
                if asked.is_none_or(|intent| intent.at >= self.since) {
                    self.spent += answer.cost_usd.unwrap_or_default();
                }
                self.progress.entry(answer.result_id.clone()).or_default().steps.insert(step, *answer);
            }
            JournalRecord::Given { result_id, step, call, answer } => {
                self.given(result_id, (step, call), answer);
            }
            JournalRecord::Allowed { amount, .. } => self.allowed = amount,
            JournalRecord::End { .. }
            | JournalRecord::CacheCleared { .. }
            | JournalRecord::Score { .. }
            | JournalRecord::Ruling { .. } => {}
        }
    }

    fn given(&mut self, result_id: ResultId, at: (u32, u32), answer: ServedAnswer) {
        self.progress.entry(result_id).or_default().given.insert(at, answer);
    }

    fn cost_of_steps(&self, id: &ResultId) -> Money {
        let steps = self.progress.get(id).into_iter().flat_map(|progress| progress.steps.values());
        steps.map(|answer| answer.cost_usd.unwrap_or_default()).sum()
    }

    fn into_run(mut self, run: Run, damage: Vec<String>) -> JournalledRun {
        let mut waiting = Vec::new();
        for batch in std::mem::take(&mut self.batches) {
            let intents: Vec<Intent> = batch.result_ids.iter().filter_map(|id| self.open.remove(id)).collect();
            if !intents.is_empty() {
                waiting.push(WaitingBatch { batch, intents, wish: BatchWish::Await });
            }
        }
        for (result_id, intent) in std::mem::take(&mut self.open) {
            let reserved = intent.reservation.unwrap_or_default();
            self.spent += reserved;
            let steps = self.cost_of_steps(&result_id);
            if let Some(result) = unknown(&run, &result_id, steps + reserved) {
                self.results.insert(result_id, result);
            }
        }
        let (unknown, mut done): (Vec<RunResult>, Vec<RunResult>) =
            self.results.into_values().partition(|result| result.status == ResultStatus::Unknown);
        done.sort_by_key(|result| number_of(&result.result_id));
        let progress = self.progress.into_iter().map(|(id, progress)| (id, Arc::new(progress))).collect();
        JournalledRun { run, done, unknown, spent: self.spent, waiting, damage, progress }
    }
}

/// The number at the end of a result's id.
fn number_of(id: &ResultId) -> Option<u64> {
    id.as_str().rsplit_once('-')?.1.parse().ok()
}

/// A call of which only the intent is known.
fn unknown(run: &Run, result_id: &ResultId, reserved: Money) -> Option<RunResult> {
    let number = number_of(result_id)?;
    let samples = u64::from(run.samples.max(1));
    let variants = run.variants.len() as u64;
    let variant = run.variants.get(usize::try_from(number / samples % variants.max(1)).ok()?)?;
    let (trace_id, span_id) = run.choice.spans.get(usize::try_from(number / samples / variants.max(1)).ok()?)?.clone();
    Some(RunResult {
        run_id: run.run_id.clone(),
        result_id: result_id.clone(),
        trace_id,
        span_id,
        variant: variant.id.clone(),
        model: variant.model.to_string(),
        prompt: variant.prompt.as_ref().map(ToString::to_string),
        sample: u32::try_from(number % samples).ok()?,
        status: ResultStatus::Unknown,
        output_text: None,
        tool_calls: Vec::new(),
        finish_reason: None,
        input_tokens: None,
        output_tokens: None,
        cached_input_tokens: None,
        reasoning_tokens: None,
        cost_usd: Some(reserved),
        cost_source: "reserved".to_owned(),
        latency_ms: None,
        ttft_ms: None,
        attempts: 1,
        from_cache: false,
        error: Some("sent, and never heard of again; it may have been billed".to_owned()),
        steps: Vec::new(),
        dropped: Vec::new(),
        response_model: None,
        cache_write_tokens: None,
        audio_input_tokens: None,
        audio_output_tokens: None,
    })
}

//! A run as its journal tells it.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use super::batch::{BatchWish, WaitingBatch};
use super::chain_plan::ChainProgress;
use super::plan_error::PlanError;
use crate::domain::chain::ServedAnswer;
use crate::domain::ids::{ResultId, RunId};
use crate::domain::money::Money;
use crate::domain::run::{ResultPlace, ResultStatus, Run, RunResult};
use crate::domain::time::Timestamp;
use crate::store::journal::read_journal;
use crate::store::{Intent, Journal, JournalRecord, StoreError, SubmittedBatch};

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
    let place = ResultPlace {
        run_id: run.run_id.clone(),
        result_id: result_id.clone(),
        trace_id,
        span_id,
        variant: variant.id.clone(),
        model: variant.model.to_string(),
        prompt: variant.prompt.as_ref().map(ToString::to_string),
        sample: u32::try_from(number % samples).ok()?,
    };
    Some(RunResult {
        cost_usd: Some(reserved),
        cost_source: "reserved".to_owned(),
        attempts: 1,
        error: Some("sent, and never heard of again; it may have been billed".to_owned()),
        ..RunResult::unanswered(place, ResultStatus::Unknown)
    })
}

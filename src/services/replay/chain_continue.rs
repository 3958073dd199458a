//! Goes on with one chain that left its recording, with an answer the user gives.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value;

use super::chain_plan::ChainProgress;
use super::journalled::told;
use super::order::PromptRenderer;
use super::plan::ReplayPlan;
use super::plan_error::PlanError;
use super::resume::ResumeOrder;
use super::service::ReplayService;
use crate::domain::cancel::Cancel;
use crate::domain::chain::{AnswerFrom, AnswerPool, ChainStep, RecordedChain, ServedAnswer};
use crate::domain::ids::{ResultId, RunId};
use crate::domain::message::ToolCall;
use crate::domain::run::{ResultStatus, RunResult};
use crate::store::{Journal, JournalRecord};

/// What a tool is said to answer where the recording does not tell.
#[derive(Clone, Debug, PartialEq)]
pub enum ContinueWith {
    /// The nearest recorded answer, for each call of the step that has none.
    Nearest,
    /// A text the user typed, for the first call without an answer.
    Typed(String),
    /// The recorded answer at a place, from 0, for the first call without an answer.
    Picked(usize),
}

impl ReplayService {
    /// Plans the rest of one chain of a finished run: the answer is kept in the journal, and the chain goes on behind it.
    /// Blocks. Other results of the run stay as they are.
    pub fn continue_chain(
        &self,
        run_id: &RunId,
        result_id: &ResultId,
        with: &ContinueWith,
        order: &ResumeOrder,
        renderer: Option<&dyn PromptRenderer>,
        cancel: &Cancel,
    ) -> Result<ReplayPlan, PlanError> {
        let journal = Journal::of_run_alone(self.store().state_dir(), run_id)?;
        let mut journalled = told(&journal, run_id)?;
        let not = |reason: &str| PlanError::NotResumable { run: run_id.as_str().to_owned(), reason: reason.to_owned() };
        let result = journalled
            .done
            .iter()
            .find(|result| result.result_id == *result_id && result.status == ResultStatus::Diverged)
            .ok_or_else(|| not("this result is no chain that left its recording"))?;
        let step = result.steps.last().filter(|step| step.unanswered().is_some());
        let step = step.ok_or_else(|| not("nothing is asked for at its end that could be answered"))?;
        let recorded =
            self.recorded_of(result, cancel)?.ok_or_else(|| not("its trace is not in the index any more"))?;
        let number = result.steps.len() as u32 - 1;
        let given = answers(step, recorded, with).ok_or_else(|| not("the recording holds no such answer"))?;
        let mut progress =
            journalled.progress.get(result_id).map(|known| ChainProgress::clone(known)).unwrap_or_default();
        for (call, answer) in given {
            let record =
                JournalRecord::Given { result_id: result_id.clone(), step: number, call, answer: answer.clone() };
            journal.append(&record)?;
            progress.given.insert((number, call), answer);
        }
        journalled.progress.insert(result_id.clone(), Arc::new(progress));
        let plan = self.go_on((journal, journalled), order, &HashSet::from([result_id.clone()]), renderer, cancel)?;
        Ok(only(plan, result_id))
    }

    fn recorded_of(&self, result: &RunResult, cancel: &Cancel) -> Result<Option<RecordedChain>, PlanError> {
        let spans = self.store().spans_of(std::slice::from_ref(&result.trace_id), cancel)?;
        Ok(spans.first().and_then(|spans| super::chain_case::recorded_chain_of(spans, &result.span_id)))
    }
}

/// A plan of one result alone; what else is left of the run stays for a resume.
fn only(mut plan: ReplayPlan, result_id: &ResultId) -> ReplayPlan {
    plan.calls.retain(|call| call.result_id == *result_id);
    plan.skipped.retain(|result| result.result_id == *result_id);
    plan
}

/// The answers to calls of a step, by their place.
fn answers(step: &ChainStep, recorded: RecordedChain, with: &ContinueWith) -> Option<Vec<(u32, ServedAnswer)>> {
    let (first, _) = step.unanswered()?;
    let one = |answer: ServedAnswer| Some(vec![(first as u32, answer)]);
    match with {
        ContinueWith::Typed(text) => one(ServedAnswer {
            from: AnswerFrom::Typed,
            content: Value::String(text.clone()),
            span_id: None,
            recorded: None,
        }),
        ContinueWith::Picked(place) => one(recorded.answers.get(*place)?.served(AnswerFrom::Picked)),
        ContinueWith::Nearest => {
            let pool = AnswerPool::new(Arc::new(recorded));
            let nearest = |call: &ToolCall| Some(pool.nearest(call)?.served(AnswerFrom::Nearest));
            let open = step.requests.iter().enumerate().filter(|(_, request)| request.answer.is_none());
            open.map(|(place, request)| Some((place as u32, nearest(&request.call)?))).collect()
        }
    }
}

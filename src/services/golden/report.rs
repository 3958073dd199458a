//! Checks the answers of a run of golden cases.

use std::collections::HashMap;

use super::set::{GoldenSet, key};
use crate::domain::golden::{AnswerCheck, GoldenCase, Outcome, check_answer};
use crate::domain::grounding::Scorer;
use crate::domain::ids::RunId;
use crate::domain::run::{Case, ResultStatus, Run, RunResult};
use crate::error::AppError;
use crate::evaluators::{Answer, Evaluator, Specification, Subject, Value};
use crate::services::replay::ReplayService;

/// A golden case and the answers to it.
#[derive(Clone, Debug)]
pub struct CheckedCase {
    /// The case.
    pub golden: GoldenCase,
    /// Its answers by variant and sample.
    pub answers: Vec<CheckedAnswer>,
}

/// An answer, checked.
#[derive(Clone, Debug)]
pub struct CheckedAnswer {
    /// The result.
    pub result: RunResult,
    /// What it says; `None` where there is no answer.
    pub check: Option<AnswerCheck>,
    /// Why it counts as a refusal, where it is one. Untrusted text.
    pub refusal: Option<String>,
}

impl CheckedAnswer {
    /// How it came out; `None` where there is no answer.
    pub fn outcome(&self) -> Option<Outcome> {
        self.check.as_ref().map(AnswerCheck::outcome)
    }
}

/// What came out of a run of golden cases.
#[derive(Clone, Debug)]
pub struct GoldenReport {
    /// The run.
    pub run: Run,
    /// The cases in the order of the file.
    pub cases: Vec<CheckedCase>,
}

impl GoldenReport {
    /// How many answers came out so.
    pub fn count(&self, outcome: Option<Outcome>) -> u64 {
        self.answers().filter(|answer| answer.outcome() == outcome).count() as u64
    }

    /// Every answer.
    pub fn answers(&self) -> impl Iterator<Item = &CheckedAnswer> {
        self.cases.iter().flat_map(|case| &case.answers)
    }
}

/// Checks the answers that a run's journal holds.
pub fn report(
    service: &ReplayService,
    scorer: &Scorer,
    set: &GoldenSet,
    run_id: &RunId,
) -> Result<GoldenReport, AppError> {
    let journalled = service.journalled(run_id)?;
    let places: HashMap<_, _> =
        journalled.run.variants.iter().enumerate().map(|(place, variant)| (variant.id.clone(), place)).collect();
    let mut results: HashMap<_, Vec<RunResult>> = HashMap::new();
    for result in journalled.done.into_iter().chain(journalled.unknown) {
        results.entry((result.trace_id.clone(), result.span_id.clone())).or_default().push(result);
    }
    for answers in results.values_mut() {
        answers.sort_by_key(|result| (places.get(&result.variant).copied(), result.sample));
    }
    let refusal = refusal()?;
    let cases = set.cases.iter().map(|(golden, case)| {
        let own = results.get(&key(case)).cloned().unwrap_or_default();
        let answers = own.into_iter().map(|result| checked(scorer, refusal.as_ref(), golden, case, result)).collect();
        CheckedCase { golden: golden.clone(), answers }
    });
    Ok(GoldenReport { cases: cases.collect(), run: journalled.run })
}

fn checked(
    scorer: &Scorer,
    refusal: &dyn Evaluator,
    golden: &GoldenCase,
    case: &Case,
    result: RunResult,
) -> CheckedAnswer {
    if result.status != ResultStatus::Ok {
        return CheckedAnswer { result, check: None, refusal: None };
    }
    let text = result.output_text.as_deref().unwrap_or_default();
    let check = check_answer(scorer, &golden.question, &golden.expected_facts, text, &case.chunks);
    let subject = Subject {
        answer: Answer { text, tool_calls: &result.tool_calls },
        chunks: &case.chunks,
        finish_reason: result.finish_reason.as_deref(),
        ..Subject::default()
    };
    let refused = refusal.evaluate(&subject).filter(|score| score.value == Value::YesNo(true));
    let refusal = refused.map(|score| score.reason.unwrap_or_else(|| "it refuses".to_owned()));
    CheckedAnswer { check: Some(check), refusal, result }
}

/// The evaluator that tells refusals.
fn refusal() -> Result<Box<dyn Evaluator>, AppError> {
    let failed = |error: crate::evaluators::SpecificationError| AppError::internal(error.to_string());
    let specification: Specification = "refusal".parse().map_err(failed)?;
    specification.build(&|_| Err("it reads no file".to_owned())).map_err(failed)
}

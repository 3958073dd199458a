//! Runs an ablation: a run that grows by the tests that its answers ask for.

use serde_json::Map;

use super::collect;
use super::error::AblationError;
use super::plan::{AblationPlan, variants_of};
use super::report::{AblationReport, Finished};
use crate::domain::ablation::{Finding, Measure, Step, Tests, next_step, report};
use crate::domain::cancel::Cancel;
use crate::domain::ids::RunId;
use crate::domain::money::Money;
use crate::domain::run::{ModelChoice, ResultStatus, RunStatus};
use crate::services::replay::{JournalledRun, ReplayPlan, ReplayService, RunControl, RunEvent};

/// Plans and runs ablations with the replay engine. Cheap to clone.
#[derive(Clone)]
pub struct AblationService {
    replay: ReplayService,
}

/// Something that happened in an ablation.
#[derive(Clone, Debug)]
pub enum AblationEvent {
    /// Tests begin.
    Step {
        /// Which step, from 1.
        number: u32,
        /// Each test in words: `without chunks 1–4`.
        tests: Vec<String>,
        /// Answers that are there before it.
        answers: u64,
        /// Answers there will be after it.
        after: u64,
    },
    /// Something happened in the run; `Started` and `Ended` come with each step.
    Run(Box<RunEvent>),
    /// How far things are: effects so far, without a verdict.
    SoFar(Box<AblationReport>),
}

/// How an ablation ended.
#[derive(Clone, Debug, PartialEq)]
pub struct AblationOutcome {
    /// How its run ended: `completed`, `failed`, `budget` or `interrupted`.
    pub status: RunStatus,
    /// What came out; without a verdict where it was stopped, `None` where not even the baseline was answered.
    pub report: Option<AblationReport>,
    /// The run that holds the answers.
    pub run_id: RunId,
    /// Answers that are there, those from the cache included.
    pub answers: u64,
    /// Requests that failed or were cut.
    pub failed: u64,
    /// Requests that were sent and never heard of again.
    pub unknown: u64,
    /// What it cost so far; `None` where nothing is known.
    pub cost: Option<Money>,
    /// What stopped it before its end, in words. Untrusted text.
    pub stopped_by: Option<String>,
}

impl AblationService {
    /// A service on top of a replay service.
    pub const fn new(replay: ReplayService) -> Self {
        Self { replay }
    }

    pub(super) const fn replay(&self) -> &ReplayService {
        &self.replay
    }

    /// Runs an ablation to its end, on threads of its own; events are given to `on_event` on this thread. Blocks.
    ///
    /// It ends early at the cap, at a failure that leaves a test without any answer, or when `control` stops it; it can be
    /// resumed then.
    pub fn run(
        &self,
        plan: AblationPlan,
        control: &RunControl,
        cancel: &Cancel,
        mut on_event: impl FnMut(AblationEvent),
    ) -> Result<AblationOutcome, AblationError> {
        let mut next = plan.first.clone();
        // The journal of a run is held by whoever runs it, so it moves on with the first step.
        let mut plan = plan;
        next.journal = plan.first.journal.take();
        let mut number = 0;
        loop {
            number += 1;
            on_event(step(number, &plan, &next));
            let (status, stopped_by) = if next.journal.is_some() && next.calls.is_empty() && next.unknown.is_empty() {
                // Every answer is there: nothing is written, and the journal is let go.
                drop(next);
                (None, None)
            } else {
                let run = self.replay.run_controlled_blocking(next, control.clone(), |event| {
                    on_event(AblationEvent::Run(Box::new(event)));
                })?;
                (Some(run.status), run.stopped_by)
            };
            let journalled = self.replay.journalled(plan.run_id())?;
            plan.first.run = journalled.run.clone();
            let told = Told { plan: &plan, journalled: &journalled, stopped_by };
            if let Some(status @ (RunStatus::Budget | RunStatus::Interrupted)) = status {
                return Ok(told.outcome(status, told.report(&told.tests(), None), None));
            }
            let tests = told.tests();
            let needed = match told.next(&tests) {
                Step::Done(finding) => {
                    let report = told.report(&tests, Some(finding));
                    return Ok(told.outcome(told.status(), report, None));
                }
                Step::Ask(needed) => needed,
            };
            let asked = collect::asked(&plan.first.run, &plan.items);
            if let Some(test) = needed.iter().find(|test| asked.contains(test)) {
                let why = told.why_not(&plan.items.in_words(test));
                return Ok(told.outcome(RunStatus::Failed, told.report(&tests, None), Some(why)));
            }
            if let Some(so_far) = told.report(&tests, None) {
                on_event(AblationEvent::SoFar(Box::new(so_far)));
            }
            let before = &plan.first.run.variants;
            let (model, parameters) = before.first().map_or((ModelChoice::Recorded, Map::new()), |variant| {
                (variant.model.clone(), variant.overrides.parameters.clone())
            });
            let more = variants_of(&plan.items, &needed, (&model, &parameters), before.len());
            next = self.replay.extend(&plan.first.run.run_id, |_| Ok(more), &plan.resume, None, cancel)?;
        }
    }
}

/// What is asked next.
fn step(number: u32, plan: &AblationPlan, next: &ReplayPlan) -> AblationEvent {
    let mut variants: Vec<usize> = next.calls.iter().map(|call| call.variant).collect();
    variants.dedup();
    let variants = variants.into_iter().filter_map(|place| next.run.variants.get(place));
    let tests = variants.filter_map(|variant| plan.items.test_of(&variant.overrides));
    let answers = (next.done.len() + next.unknown.len()) as u64;
    AblationEvent::Step {
        number,
        tests: tests.map(|test| plan.items.in_words(&test)).collect(),
        answers,
        after: answers + next.calls.len() as u64,
    }
}

/// What is known after a step.
struct Told<'a> {
    plan: &'a AblationPlan,
    journalled: &'a JournalledRun,
    stopped_by: Option<String>,
}

impl Told<'_> {
    fn tests(&self) -> Tests {
        collect::answers(&self.plan.first.run, &self.plan.items, &self.journalled.done)
    }

    fn measure(&self) -> Measure<'_> {
        self.plan.sentence.as_deref().map_or(Measure::Answer, Measure::Sentence)
    }

    fn next(&self, tests: &Tests) -> Step {
        next_step(tests, self.measure(), &self.plan.case.question)
    }

    fn report(&self, tests: &Tests, finding: Option<Finding>) -> Option<AblationReport> {
        let finished = if finding.is_some() { Finished::Yes } else { Finished::No };
        let told = report(tests, self.measure(), &self.plan.case.question, finding)?;
        let made = AblationReport::of(self.plan, &told, finished, self.answers());
        Some(AblationReport { cost: Some(self.journalled.spent), ..made })
    }

    fn answers(&self) -> u64 {
        self.journalled.done.len() as u64
    }

    fn failed(&self) -> u64 {
        let bad = |status| matches!(status, ResultStatus::Failed | ResultStatus::Incomplete);
        self.journalled.done.iter().filter(|result| bad(result.status)).count() as u64
    }

    /// How an ablation ended that was not stopped.
    fn status(&self) -> RunStatus {
        let all_there = self.failed() == 0 && self.journalled.unknown.is_empty();
        if all_there { RunStatus::Completed } else { RunStatus::Failed }
    }

    fn outcome(&self, status: RunStatus, report: Option<AblationReport>, why: Option<String>) -> AblationOutcome {
        AblationOutcome {
            status,
            report,
            run_id: self.plan.run_id().clone(),
            answers: self.answers(),
            failed: self.failed(),
            unknown: self.journalled.unknown.len() as u64,
            cost: Some(self.journalled.spent),
            stopped_by: why.or_else(|| self.stopped_by.clone()),
        }
    }

    /// Why a test has no answer.
    fn why_not(&self, test: &str) -> String {
        let reason = self.journalled.done.iter().rev().find_map(|result| result.error.clone());
        let reason = reason.or_else(|| self.stopped_by.clone()).unwrap_or_else(|| "no answer came".to_owned());
        format!("the test `{test}` has no answer: {reason}")
    }
}

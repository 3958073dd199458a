//! Gives a plan that may stop early what it needs to know when.

use super::decider::Decider;
use super::run::{recorded_cases, schemas};
use super::tools::{Judges, configured, told};
use crate::domain::cancel::Cancel;
use crate::domain::run_design::StopRule;
use crate::error::AppError;
use crate::evaluators::Specification;
use crate::services::Services;
use crate::services::replay::ReplayPlan;

/// What decides where nothing else is asked for or configured: how close an answer is to the recorded one.
const USUAL: &str = "similarity";

/// The rule of `--until decided`: by the evaluator that is named, else by the first configured one, else by similarity.
pub fn stop_rule(services: &Services, named: Option<&str>) -> Result<StopRule, AppError> {
    let read = |text: &str| text.parse::<Specification>().map_err(|error| told(&error));
    let evaluator = match named {
        Some(text) => read(text)?,
        None => match configured(services.config()?)?.into_iter().next() {
            Some(first) => first,
            None => read(USUAL)?,
        },
    };
    Ok(StopRule::Decided { evaluator: evaluator.to_string() })
}

/// Gives a plan whose run may stop early its judge, and takes off what is clear already; leaves other plans as they are.
/// Blocks: it reads the recordings.
pub fn watched(services: &Services, mut plan: ReplayPlan, cancel: &Cancel) -> Result<ReplayPlan, AppError> {
    let Some(rule) = plan.run.until.clone() else { return Ok(plan) };
    let specification: Specification = rule.evaluator().parse().map_err(|error| told(&error))?;
    let judges = Judges::new(&[specification], services.workspace()?.root()).map_err(|error| told(&error))?;
    let Some((_, judge)) = judges.list.into_iter().next() else { return Ok(plan) };
    let cases = recorded_cases(services, &plan.run, cancel)?;
    let schemas = schemas(services.prompts()?, &plan.run);
    let decider = Decider::new(&plan.run, judge, schemas, cases).map_err(|error| AppError::usage(error.to_string()))?;
    plan.watch(decider);
    if plan.saved > 0 {
        services.replay()?.count(&mut plan);
    }
    Ok(plan)
}

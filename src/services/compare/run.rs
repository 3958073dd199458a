//! Compares a run that is in the index or in a journal.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::judge;
use super::line_up::compare;
use super::model::{Comparison, NoVariant};
use super::order::CompareOrder;
use super::tools::{Judges, chosen, told};
use crate::domain::cancel::Cancel;
use crate::domain::ids::{ResultId, RunId, TraceId, VariantId};
use crate::domain::run::{CallsMode, Case, PromptVersionRef, Run, RunResult};
use crate::domain::score::Rating;
use crate::error::AppError;
use crate::services::Services;
use crate::services::prompts::Prompts;

/// A comparison and what it was made of.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The run.
    pub run: Run,
    /// Its results.
    pub results: Vec<RunResult>,
    /// The comparison.
    pub comparison: Comparison,
}

/// Lines up and judges the answers of a run, read from the index. Blocks.
pub fn compare_run(
    services: &Services,
    run_id: &RunId,
    order: &CompareOrder,
    cancel: &Cancel,
) -> Result<Compared, AppError> {
    let store = services.store()?;
    let run = store.run(run_id, cancel)?.run;
    let results = store.results(run_id, cancel)?;
    let mut compared = compared(services, run, results, order, cancel)?;
    rate(&mut compared.comparison, &store.ratings(run_id, cancel)?);
    Ok(compared)
}

/// Says what reviewers think of the answers.
fn rate(comparison: &mut Comparison, ratings: &BTreeMap<ResultId, Rating>) {
    for answer in comparison.cases.iter_mut().flat_map(|case| &mut case.answers) {
        answer.rating = ratings.get(&answer.result.result_id).copied();
        let totals = comparison.variants.iter_mut().find(|totals| totals.variant == answer.result.variant);
        match (totals, answer.rating) {
            (Some(totals), Some(Rating::Good)) => totals.rated_good += 1,
            (Some(totals), Some(Rating::Bad)) => totals.rated_bad += 1,
            _ => {}
        }
    }
}

/// The same with run and results from the run's journal; `None` where there is no journal of it.
pub fn compare_journalled(
    services: &Services,
    run_id: &RunId,
    order: &CompareOrder,
    cancel: &Cancel,
) -> Result<Option<Compared>, AppError> {
    let Some(told) = services.replay()?.journalled_if_there(run_id)? else { return Ok(None) };
    let mut results = told.done;
    results.extend(told.unknown);
    compared(services, told.run, results, order, cancel).map(Some)
}

fn compared(
    services: &Services,
    run: Run,
    results: Vec<RunResult>,
    order: &CompareOrder,
    cancel: &Cancel,
) -> Result<Compared, AppError> {
    let cases = recorded_cases(services, &run, cancel)?;
    let schemas = schemas(services.prompts()?, &run);
    let chosen = chosen(&order.evaluators, services, &cases, schemas.len())?;
    let judges = Judges::new(&chosen, services.workspace()?.root()).map_err(|error| told(&error))?;
    let mut comparison = compare(&run, &results, &cases, &order.baseline)
        .map_err(|error: NoVariant| AppError::usage(error.to_string()))?;
    judge(&mut comparison, &run, &cases, &judges, &schemas);
    order.arrange(&mut comparison);
    Ok(Compared { run, results, comparison })
}

/// The recordings of a run's cases that are still there.
pub(super) fn recorded_cases(services: &Services, run: &Run, cancel: &Cancel) -> Result<Vec<Case>, AppError> {
    let wanted: BTreeSet<_> = run.choice.spans.iter().map(|(trace, span)| (trace, span)).collect();
    let traces: BTreeSet<&TraceId> = wanted.iter().map(|(trace, _)| *trace).collect();
    let traces: Vec<TraceId> = traces.into_iter().cloned().collect();
    let calls = match run.choice.calls {
        CallsMode::Chain => CallsMode::Chain,
        CallsMode::Answer | CallsMode::All => CallsMode::All,
    };
    let mut cases = services.replay()?.cases(&traces, calls, cancel)?;
    cases.retain(|case| wanted.contains(&(&case.trace_id, &case.span_id)));
    Ok(cases)
}

/// The output schemas that the variants' prompts declare, as they were when the run was planned.
pub(super) fn schemas(prompts: &Prompts, run: &Run) -> BTreeMap<VariantId, Value> {
    let declared = run.variants.iter().filter_map(|variant| {
        let reference = variant.prompt.as_ref()?;
        Some((variant.id.clone(), schema_of(prompts, reference, variant.prompt_hash.as_deref())?))
    });
    declared.collect()
}

fn schema_of(prompts: &Prompts, reference: &PromptVersionRef, hash: Option<&str>) -> Option<Value> {
    let is_it = |text: &str| hash.is_none_or(|hash| blake3::hash(text.as_bytes()).to_hex().as_str() == hash);
    if let Ok(loaded) = prompts.load(reference)
        && is_it(&loaded.text)
    {
        return loaded.prompt.output.schema.clone();
    }
    // The file as it was then may have been committed since.
    let versions = prompts.log(&reference.name).ok()?;
    let version = versions.into_iter().find(|version| hash == Some(version.content_hash.as_str()))?;
    let at = PromptVersionRef { name: reference.name.clone(), version: version.commit?.as_str().to_owned() };
    prompts.load(&at).ok()?.prompt.output.schema.clone()
}

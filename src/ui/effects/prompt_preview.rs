//! Requests about a prompt as it would be sent: the recorded calls it can be shown with, and what it comes to.

use std::fmt::Write as _;

use super::Reply;
use super::prompts::{CaseRow, CaseValues, Uses};
use super::worker::ServicesWorker;
use crate::domain::filter::Filter;
use crate::domain::ids::TraceId;
use crate::domain::run::{CallsMode, PromptVersionRef};
use crate::error::AppError;
use crate::services::prompts::{Preview, PreviewOf};
use crate::store::{PromptUse, TraceRow, TracesQuery};

/// Recorded calls that are offered.
const MOST_CASES: usize = 200;
/// Traces that name no prompt.
const UNNAMED: &str = "not prompt:*";
/// The most of them whose messages are looked at.
const MOST_UNNAMED: usize = 1_000;
/// How many are read at once: a request that nobody waits for any more ends soon.
const AT_ONCE: usize = 50;

/// How a prompt was used: by what recordings say, and where they say nothing, by their messages.
pub fn uses(worker: &ServicesWorker, name: String, reply: &dyn Reply) -> Result<Uses, AppError> {
    let store = worker.store(reply)?;
    let mut versions = store.prompt_uses(&name, reply.cancel())?;
    let traffic = store.prompt_traffic(&name, reply.cancel())?;
    let mut ran = traces(worker, &of_prompt(&name), MOST_CASES, reply)?;
    let unnamed = unnamed(worker, reply)?;
    let prompts = worker.services().prompts()?;
    let made = prompts.ran_on(&name);
    for row in unnamed {
        let Some(by) = made.get(&row.trace_id) else { continue };
        count(&mut versions, &by.version, &row);
        ran.push(row);
    }
    ran.sort_by_key(|row| std::cmp::Reverse(row.started_at));
    let traces = ran.into_iter().take(MOST_CASES).map(|row| row.trace_id).collect();
    Ok(Uses { name, versions, traces, traffic })
}

/// The newest traces that name no prompt, once each was looked at.
fn unnamed(worker: &ServicesWorker, reply: &dyn Reply) -> Result<Vec<TraceRow>, AppError> {
    let rows = traces(worker, UNNAMED, MOST_UNNAMED, reply)?;
    let prompts = worker.services().prompts()?;
    let unseen = prompts.unseen(rows.iter().map(|row| row.trace_id.clone()).collect())?;
    for some in unseen.chunks(AT_ONCE) {
        if reply.cancel().is_cancelled() {
            break;
        }
        let cases = worker.services().replay()?.cases(some, CallsMode::Answer, reply.cancel())?;
        prompts.look_at(&cases)?;
    }
    Ok(rows)
}

/// Adds a trace to the figures of a version.
fn count(versions: &mut Vec<PromptUse>, version: &str, row: &TraceRow) {
    let place = versions.iter().position(|known| known.version.as_deref() == Some(version)).unwrap_or_else(|| {
        versions.push(PromptUse { version: Some(version.to_owned()), ..PromptUse::default() });
        versions.len() - 1
    });
    let used = &mut versions[place];
    if let Some(feedback) = row.feedback {
        let judged = used.judged as f64;
        used.feedback = Some((used.feedback.unwrap_or(0.0) * judged + feedback) / (judged + 1.0));
        used.judged += 1;
    }
    used.traces += 1;
    used.errors += u64::from(row.has_error);
    used.cost_usd = match (used.cost_usd, row.cost_usd) {
        (Some(one), Some(other)) => Some(one + other),
        (one, other) => one.or(other),
    };
    used.first_at = Some(used.first_at.map_or(row.started_at, |first| first.min(row.started_at)));
    used.last_at = Some(used.last_at.map_or(row.started_at, |last| last.max(row.started_at)));
}

/// The recorded calls that a prompt can be shown with, those that name it first, each the newest first.
pub fn cases(worker: &ServicesWorker, name: &str, reply: &dyn Reply) -> Result<Vec<CaseRow>, AppError> {
    let mut rows = traces(worker, &of_prompt(name), MOST_CASES, reply)?;
    let made = worker.services().prompts()?.ran_on(name);
    let mut others = traces(worker, "", MOST_CASES, reply)?;
    others.retain(|row| row.prompt_name.as_deref() != Some(name) && row.llm_calls > 0);
    // The sort is stable: each part stays newest first.
    others.sort_by_key(|row| !made.contains_key(&row.trace_id));
    rows.extend(others);
    rows.truncate(MOST_CASES);
    let cases = rows.into_iter().map(|row| CaseRow {
        started_at: Some(row.started_at),
        question: row.input_preview.unwrap_or_default(),
        prompt: match (row.prompt_name, row.prompt_version) {
            (Some(name), Some(version)) => Some(format!("{name}@{version}")),
            (Some(name), None) => Some(name),
            (None, _) => made.get(&row.trace_id).map(|made| format!("{}@{}", made.prompt, made.version)),
        },
        trace_id: row.trace_id,
    });
    Ok(cases.collect())
}

fn traces(worker: &ServicesWorker, filter: &str, limit: usize, reply: &dyn Reply) -> Result<Vec<TraceRow>, AppError> {
    let filter = Filter::parse(filter, worker.services().clock().now())
        .map_err(|error| AppError::usage(format!("the filter: {}", error.message)))?;
    let query = TracesQuery { filter, limit, ..TracesQuery::default() };
    Ok(worker.store(reply)?.traces_page(&query, reply.cancel(), &mut |_| {})?.rows)
}

/// The filter for the traces of a prompt.
pub fn of_prompt(name: &str) -> String {
    format!("prompt:\"{}\"", name.replace('"', ""))
}

/// The values of a recorded call; of the newest that ran on the prompt where none is named.
pub fn values(
    worker: &ServicesWorker,
    name: &str,
    trace: Option<TraceId>,
    reply: &dyn Reply,
) -> Result<Option<CaseValues>, AppError> {
    let named = trace.is_some();
    let newest = || Ok::<_, AppError>(uses(worker, name.to_owned(), reply)?.traces.into_iter().next());
    let Some(trace_id) = trace.map_or_else(newest, |trace| Ok(Some(trace)))? else { return Ok(None) };
    let cases =
        worker.services().replay()?.cases(std::slice::from_ref(&trace_id), CallsMode::Answer, reply.cancel())?;
    let Some(case) = cases.first() else {
        let why = "this trace has no model call to take values from; choose another";
        return if named { Err(AppError::usage(why)) } else { Ok(None) };
    };
    let variables = worker.services().prompts()?.case_variables(case, name).map_err(AppError::usage)?;
    Ok(Some(CaseValues { trace_id, question: case.question.clone(), variables }))
}

/// What a text comes to as a prompt's file.
pub fn preview(
    worker: &ServicesWorker,
    name: &str,
    text: &str,
    values: Option<&CaseValues>,
    reply: &dyn Reply,
) -> Result<Preview, AppError> {
    let services = worker.services();
    let config = services.config()?;
    // Figures from the index make the costs better; without them the usual length of an answer does.
    let traffic = worker.store(reply).and_then(|store| Ok(store.prompt_traffic(name, reply.cancel())?));
    let facts = worker.lint_facts(reply);
    let of = PreviewOf {
        name,
        text,
        variables: values.map(|values| &values.variables),
        models: &config.defaults.models.value,
        answer_tokens: traffic.ok().and_then(|traffic| traffic.output_tokens).map(|tokens| tokens.round() as u64),
        at: services.clock().now(),
        facts: facts.as_deref().ok(),
    };
    Ok(services.prompts()?.preview(&of, services.prices()?)?)
}

/// The messages of a version as they would be sent, as one text. A variable without a value stands by its name.
pub fn sent(
    worker: &ServicesWorker,
    name: &str,
    version: &str,
    values: Option<&CaseValues>,
) -> Result<String, AppError> {
    let reference = PromptVersionRef { name: name.to_owned(), version: version.to_owned() };
    let messages = worker.services().prompts()?.render_or_named(&reference, values.map(|values| &values.variables))?;
    let mut text = String::new();
    for message in messages {
        let _ = write!(text, "{}:\n{}\n\n", message.role.as_str(), message.content());
    }
    Ok(text)
}

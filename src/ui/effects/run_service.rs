//! Requests about runs, performed with the store and the replay service.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::run_offer;
use super::run_teller::Teller;
use super::runs::{Answered, PlanSummary, RunCase, RunDetail, RunsAnswer, RunsRequest, Unknown};
use super::worker::ServicesWorker;
use super::{Answer, Reply};
use crate::domain::diff::AnswerDiff;
use crate::domain::ids::{ResultId, RunId, SpanId, TraceId};
use crate::domain::run::{Case, Run, RunResult};
use crate::domain::score::Rating;
use crate::domain::span::Span;
use crate::error::AppError;
use crate::services::compare::{self, CompareOrder, Compared, Existing, Keep, NotWritten, compare_run, watched};
use crate::services::notes::{self, ScoreValue};
use crate::services::replay::{
    ReplayPlan, ReplayService, ResumeOrder, RunControl, UnknownCalls, case_again, recorded_chain_of,
};
use crate::store::Store;
use crate::ui::msg::{Msg, RequestId, Toast};

/// Performs a request; what it returns as an error is answered as a failure.
pub fn perform(
    worker: &ServicesWorker,
    id: RequestId,
    request: RunsRequest,
    reply: &dyn Reply,
) -> Result<(), AppError> {
    let store = worker.store(reply)?;
    let answer = match request {
        RunsRequest::List => RunsAnswer::Runs(store.runs(reply.cancel())?),
        RunsRequest::Open(run) => RunsAnswer::Run(Arc::new(detail(store, &run, reply)?)),
        RunsRequest::Measure { run, baseline } => {
            let order = CompareOrder { baseline, ..CompareOrder::default() };
            let compared = compare_run(worker.services(), &run, &order, reply.cancel())?;
            RunsAnswer::Measured(Arc::new(compared.comparison))
        }
        RunsRequest::Diff { old, new } => {
            let between = |new: &super::runs::Spoken| Arc::new(AnswerDiff::between(old.said(), new.said()));
            RunsAnswer::Diffed(new.iter().map(|(place, new)| (*place, between(new))).collect())
        }
        RunsRequest::Offer(of) => return run_offer::offer(worker, &of, reply),
        RunsRequest::Plan(order) => {
            let service = worker.services().replay()?;
            match run_offer::plan(worker, &service, &order, reply) {
                Ok(plan) => RunsAnswer::Plan(Box::new(summary(&plan))),
                Err(error) => RunsAnswer::NoPlan(super::explain(&error)),
            }
        }
        RunsRequest::Start(order) => {
            let service = worker.services().replay()?;
            return match run_offer::plan(worker, &service, &order, reply) {
                Ok(plan) => work(worker, &service, plan, id, reply),
                Err(error) => {
                    reply.send(Answer::Runs(RunsAnswer::NoPlan(super::explain(&error))));
                    Ok(())
                }
            };
        }
        RunsRequest::AddTries(run, order) => {
            let service = worker.services().replay()?;
            return match run_offer::more_tries(worker, &service, &run, &order, reply) {
                Ok(plan) => work(worker, &service, plan, id, reply),
                Err(error) => {
                    reply.send(Answer::Runs(RunsAnswer::NoPlan(super::explain(&error))));
                    Ok(())
                }
            };
        }
        RunsRequest::Resume(run, unknown) => return resume(worker, &run, unknown, id, reply),
        RunsRequest::Export { run, baseline, keep, sort, path, existing } => {
            let order = CompareOrder { baseline, sort, keep, ..CompareOrder::default() };
            let compared = compare_run(worker.services(), &run, &order, reply.cancel())?;
            written(worker, store, &compared, keep, &path, existing)?
        }
        RunsRequest::Rate { result, rating } => {
            notes::keep(store, &notes::rating(&result, rating, worker.services().clock().now()))?;
            RunsAnswer::Kept
        }
        RunsRequest::Chain { trace_id, span_id } => {
            let chain = store.trace(&trace_id, reply.cancel()).ok();
            let chain = chain.and_then(|detail| recorded_chain_of(&detail.spans, &span_id)).map(Arc::new);
            RunsAnswer::Chain { trace_id, span_id, chain }
        }
        RunsRequest::Continue { run, result_id, with } => {
            let order = resume_order(worker, Unknown::Leave)?;
            let prompts = worker.services().prompts()?;
            let service = worker.services().replay()?;
            let plan =
                service.continue_chain(&run, &result_id, &with, &order, Some(prompts.as_ref()), reply.cancel())?;
            return work(worker, &service, plan, id, reply);
        }
        RunsRequest::Change(run, change) => {
            if let Some(control) = worker.runs().get(&run) {
                control.change(change);
            }
            RunsAnswer::Kept
        }
        RunsRequest::Score { trace_id, span_id, result_id, name, value } => {
            let now = worker.services().clock().now();
            let mut given = notes::score(trace_id, &name, &ScoreValue::Number(value), None, now);
            given.span_id = Some(span_id);
            given.result_id = result_id;
            notes::keep(store, &given)?;
            RunsAnswer::Kept
        }
    };
    reply.send(Answer::Runs(answer));
    Ok(())
}

/// Writes a comparison below the workspace, unless that would lose a file.
fn written(
    worker: &ServicesWorker,
    store: &Store,
    compared: &Compared,
    keep: Keep,
    path: &str,
    existing: Existing,
) -> Result<RunsAnswer, AppError> {
    let path = worker.services().workspace()?.root().join(path);
    let format = compare::export_format(None, &path)?;
    match compare::export(compared, keep, format, (&path, existing), store) {
        Ok(()) => Ok(RunsAnswer::Exported(path, compared.comparison.cases.len())),
        Err(NotWritten::Exists(path)) => Ok(RunsAnswer::Exists(path)),
        Err(NotWritten::Failed(error)) => Err(error),
    }
}

pub(super) fn detail(store: &Store, run: &RunId, reply: &dyn Reply) -> Result<RunDetail, AppError> {
    let row = store.run(run, reply.cancel())?;
    let cases = recorded_cases(store, &row.run, Vec::new(), reply);
    let results = store.results(run, reply.cancel())?;
    let ratings = store.ratings(run, reply.cancel())?;
    let answers = with_recorded(&cases, results, &ratings);
    Ok(RunDetail { row, cases, answers })
}

/// The cases of a run in order; those that are not known yet are read.
fn recorded_cases(store: &Store, run: &Run, known: Vec<RunCase>, reply: &dyn Reply) -> Vec<RunCase> {
    let mut known: HashMap<(TraceId, SpanId), RunCase> =
        known.into_iter().map(|case| ((case.trace_id.clone(), case.span_id.clone()), case)).collect();
    let mut spans: HashMap<TraceId, Vec<Span>> = HashMap::new();
    let mut cases = Vec::new();
    for (trace, span) in &run.choice.spans {
        if let Some(case) = known.remove(&(trace.clone(), span.clone())) {
            cases.push(case);
            continue;
        }
        if !spans.contains_key(trace) {
            // A trace that is gone leaves its answers, which are shown without the recorded one.
            let found = store.trace(trace, reply.cancel()).map(|detail| detail.spans);
            spans.insert(trace.clone(), found.unwrap_or_default());
        }
        let case = spans.get(trace).and_then(|spans| case_again(spans, run.choice.calls, span));
        cases.push(case.as_ref().map_or_else(|| gone(trace, span), run_case));
    }
    cases
}

fn gone(trace: &TraceId, span: &SpanId) -> RunCase {
    RunCase {
        trace_id: trace.clone(),
        span_id: span.clone(),
        question: format!("trace {} is not in the index any more", trace.as_str()),
        answer: None,
        calls: Vec::new(),
        model: None,
        prompt: None,
        tokens: None,
        cost: None,
        latency_ms: None,
        ttft_ms: None,
    }
}

fn run_case(case: &Case) -> RunCase {
    let prompt = case.prompt.name.as_ref().map(|name| match &case.prompt.version {
        Some(version) => format!("{name}@{version}"),
        None => name.clone(),
    });
    RunCase {
        trace_id: case.trace_id.clone(),
        span_id: case.span_id.clone(),
        question: case.question.clone(),
        answer: case.answer.clone(),
        calls: case.answer_tool_calls.clone(),
        model: case.model.clone(),
        prompt,
        tokens: case.usage.total(),
        cost: case.cost.amount(),
        latency_ms: case.duration_ns.map(|nanos| nanos as f64 / 1e6),
        ttft_ms: case.ttft_ns.map(|nanos| nanos as f64 / 1e6),
    }
}

/// Results beside what was recorded.
pub fn with_recorded(
    cases: &[RunCase],
    results: Vec<RunResult>,
    ratings: &BTreeMap<ResultId, Rating>,
) -> Vec<Answered> {
    let recorded: HashMap<(&TraceId, &SpanId), &RunCase> =
        cases.iter().map(|case| ((&case.trace_id, &case.span_id), case)).collect();
    results
        .into_iter()
        .map(|result| {
            let case = recorded.get(&(&result.trace_id, &result.span_id)).copied();
            let rating = ratings.get(&result.result_id).copied();
            Answered::new(case, result, rating)
        })
        .collect()
}

fn summary(plan: &ReplayPlan) -> PlanSummary {
    let mut origins: Vec<String> = plan.models.iter().map(|model| model.origin.clone()).collect();
    origins.sort();
    origins.dedup();
    let mut notes = plan.notes.clone();
    for model in &plan.models {
        notes.extend(model.dropped.iter().map(|dropped| format!("{}: left out: {dropped}", model.model)));
    }
    PlanSummary {
        requests: plan.requests(),
        cached: plan.models.iter().map(|model| model.from_cache).sum(),
        skipped: plan.skipped.len() as u64,
        skip_reason: plan.skipped.first().and_then(|result| result.error.clone()),
        estimate: plan.estimated_cost(),
        most: plan.worst_case(),
        origins,
        notes,
    }
}

fn resume(
    worker: &ServicesWorker,
    run: &RunId,
    unknown: Unknown,
    id: RequestId,
    reply: &dyn Reply,
) -> Result<(), AppError> {
    let order = resume_order(worker, unknown)?;
    let prompts = worker.services().prompts()?;
    let service = worker.services().replay()?;
    let plan = service.resume(run, &order, Some(prompts.as_ref()), reply.cancel())?;
    let plan = watched(worker.services(), plan, reply.cancel())?;
    work(worker, &service, plan, id, reply)
}

fn resume_order(worker: &ServicesWorker, unknown: Unknown) -> Result<ResumeOrder, AppError> {
    let unknown = match unknown {
        Unknown::Leave => UnknownCalls::Leave,
        Unknown::Ask => UnknownCalls::Retry,
    };
    Ok(ResumeOrder { unknown, ..ResumeOrder::configured(&worker.services().config()?.defaults) })
}

/// Works on a plan, and tells how it goes.
fn work(
    worker: &ServicesWorker,
    service: &ReplayService,
    plan: ReplayPlan,
    id: RequestId,
    reply: &dyn Reply,
) -> Result<(), AppError> {
    let store = worker.store(reply)?;
    // A run that goes on may have answers that were rated.
    let ratings = store.ratings(&plan.run.run_id, reply.cancel())?;
    let mut cases: Vec<RunCase> = Vec::new();
    for call in &plan.calls {
        if !cases.iter().rev().any(|case| case.span_id == call.case.span_id && case.trace_id == call.case.trace_id) {
            cases.push(run_case(&call.case));
        }
    }
    let cases = recorded_cases(store, &plan.run, cases, reply);
    let control = RunControl::default();
    let stop = control.clone();
    let _hook = reply.cancel().on_cancel(move || stop.stop());
    let run_id = plan.run.run_id.clone();
    worker.runs().insert(run_id.clone(), control.clone());
    let mut teller = Teller::new(id, cases, ratings, &plan, reply);
    let skipped = plan.skipped.clone();
    let outcome = service.run_controlled_blocking(plan, control, |event| teller.take(event, &skipped));
    worker.runs().remove(&run_id);
    teller.over();
    reply.tell(Msg::DataChanged);
    let outcome = outcome?;
    if let Some(decided) = outcome.decided.as_ref().filter(|decided| decided.saved_requests > 0) {
        let text = format!(
            "clear by {} after {} of {} cases: {} requests saved",
            decided.evaluator, decided.cases, decided.planned_cases, decided.saved_requests
        );
        reply.tell(Msg::Toast(Toast::info(text)));
    }
    if let Some(reason) = &outcome.stopped_by {
        reply.tell(Msg::Toast(Toast::warning(reason.clone())));
    }
    reply.send(Answer::Runs(RunsAnswer::Ended(outcome.status)));
    Ok(())
}

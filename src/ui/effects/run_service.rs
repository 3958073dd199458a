//! Requests about runs, performed with the store and the replay service.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::run_offer;
use super::runs::{
    Answered, CallKey, PlanSummary, RunCase, RunDetail, RunNews, RunRow, RunsAnswer, RunsRequest, Unknown,
};
use super::worker::ServicesWorker;
use super::{Answer, Reply};
use crate::domain::diff::{change_ratio, word_diff};
use crate::domain::ids::{RunId, SpanId, TraceId};
use crate::domain::money::Money;
use crate::domain::run::{Case, Run, RunResult, RunStatus};
use crate::domain::span::Span;
use crate::error::AppError;
use crate::services::compare::{CompareOrder, compare_run};
use crate::services::notes::{self, ScoreValue};
use crate::services::replay::{
    CachePolicy, CallId, ReplayPlan, ReplayService, ResumeOrder, RunEvent, UnknownCalls, case_again, recorded_chain_of,
};
use crate::store::{self, Store};
use crate::ui::msg::{JobNews, Msg, Progress, RequestId, Toast};

/// The least time between two deliveries of news.
const NEWS: Duration = Duration::from_millis(33);

/// Performs a request; what it returns as an error is answered as a failure.
pub fn perform(
    worker: &ServicesWorker,
    id: RequestId,
    request: RunsRequest,
    reply: &dyn Reply,
) -> Result<(), AppError> {
    let store = worker.store(reply)?;
    let answer = match request {
        RunsRequest::List => RunsAnswer::Runs(store.runs(reply.cancel())?.into_iter().map(row).collect()),
        RunsRequest::Open(run) => RunsAnswer::Run(Arc::new(detail(store, &run, reply)?)),
        RunsRequest::Measure { run, baseline } => {
            let order = CompareOrder { baseline, ..CompareOrder::default() };
            let compared = compare_run(worker.services(), &run, &order, reply.cancel())?;
            RunsAnswer::Measured(Arc::new(compared.comparison))
        }
        RunsRequest::Diff { old, new } => {
            RunsAnswer::Diffed(new.iter().map(|(place, new)| (*place, Arc::new(word_diff(&old, new)))).collect())
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
                Ok(plan) => work(store, &service, plan, id, reply),
                Err(error) => {
                    reply.send(Answer::Runs(RunsAnswer::NoPlan(super::explain(&error))));
                    Ok(())
                }
            };
        }
        RunsRequest::Resume(run, unknown) => return resume(worker, &run, unknown, id, reply),
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
            return work(store, &service, plan, id, reply);
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

fn row(row: store::RunRow) -> RunRow {
    RunRow {
        run: row.run,
        status: row.status,
        results: row.results,
        ok: row.ok,
        failed: row.failed,
        unknown: row.unknown,
        from_cache: row.from_cache,
        cost: row.cost_usd,
    }
}

fn detail(store: &Store, run: &RunId, reply: &dyn Reply) -> Result<RunDetail, AppError> {
    let row = row(store.run(run, reply.cancel())?);
    let cases = recorded_cases(store, &row.run, Vec::new(), reply);
    let results = store.results(run, reply.cancel())?;
    let answers = with_recorded(&cases, results);
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
        model: case.model.clone(),
        prompt,
        tokens: case.usage.total(),
        cost: case.cost.amount(),
        latency_ms: case.duration_ns.map(|nanos| nanos as f64 / 1e6),
        ttft_ms: case.ttft_ns.map(|nanos| nanos as f64 / 1e6),
    }
}

fn with_recorded(cases: &[RunCase], results: Vec<RunResult>) -> Vec<Answered> {
    let recorded: HashMap<(&TraceId, &SpanId), Option<&str>> =
        cases.iter().map(|case| ((&case.trace_id, &case.span_id), case.answer.as_deref())).collect();
    results
        .into_iter()
        .map(|result| {
            let before = recorded.get(&(&result.trace_id, &result.span_id)).copied().flatten();
            answered(before, result)
        })
        .collect()
}

/// An answer with what changed since the recorded one.
fn answered(before: Option<&str>, result: RunResult) -> Answered {
    let diff = match (before, result.output_text.as_deref()) {
        (Some(before), Some(after)) => Some(word_diff(before, after)),
        _ => None,
    };
    Answered {
        similarity: diff.as_deref().map(|pieces| 1.0 - change_ratio(pieces)),
        diff: Arc::new(diff.unwrap_or_default()),
        result,
    }
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
    work(worker.store(reply)?, &service, plan, id, reply)
}

fn resume_order(worker: &ServicesWorker, unknown: Unknown) -> Result<ResumeOrder, AppError> {
    let config = worker.services().config()?;
    Ok(ResumeOrder {
        unknown: match unknown {
            Unknown::Leave => UnknownCalls::Leave,
            Unknown::Ask => UnknownCalls::Retry,
        },
        max_cost: None,
        concurrency: config.defaults.concurrency.value as usize,
        cache: CachePolicy::Use,
        default_max_output: config.defaults.max_output_tokens.value.into(),
        diverged: None,
    })
}

/// Works on a plan, and tells how it goes.
fn work(
    store: &Store,
    service: &ReplayService,
    plan: ReplayPlan,
    id: RequestId,
    reply: &dyn Reply,
) -> Result<(), AppError> {
    let mut cases: Vec<RunCase> = Vec::new();
    for call in &plan.calls {
        if !cases.iter().rev().any(|case| case.span_id == call.case.span_id && case.trace_id == call.case.trace_id) {
            cases.push(run_case(&call.case));
        }
    }
    let cases = recorded_cases(store, &plan.run, cases, reply);
    let token = tokio_util::sync::CancellationToken::new();
    let stop = token.clone();
    let _hook = reply.cancel().on_cancel(move || stop.cancel());
    let total = (plan.calls.len() + plan.skipped.len() + plan.done.len() + plan.unknown.len()) as u64;
    let mut teller = Teller::new(id, cases, &plan, total, reply);
    let skipped = plan.skipped.clone();
    let outcome = service.run_blocking(plan, token, |event| teller.take(event, &skipped));
    teller.over();
    reply.tell(Msg::DataChanged);
    let outcome = outcome?;
    if let Some(reason) = &outcome.stopped_by {
        reply.tell(Msg::Toast(Toast::warning(reason.clone())));
    }
    reply.send(Answer::Runs(RunsAnswer::Ended(outcome.status)));
    Ok(())
}

/// Tells the workbench how a run goes, not too often.
struct Teller<'a> {
    id: RequestId,
    cases: Vec<RunCase>,
    reply: &'a dyn Reply,
    news: Vec<RunNews>,
    last: Instant,
    title: String,
    done: u64,
    total: u64,
    spent: Money,
}

impl<'a> Teller<'a> {
    fn new(id: RequestId, cases: Vec<RunCase>, plan: &ReplayPlan, total: u64, reply: &'a dyn Reply) -> Self {
        let short: String =
            plan.run.run_id.as_str().chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
        Self {
            id,
            cases,
            reply,
            news: Vec::new(),
            last: Instant::now(),
            title: format!("run {short}"),
            done: (plan.done.len() + plan.skipped.len() + plan.unknown.len()) as u64,
            total,
            spent: plan.spent_before,
        }
    }

    fn take(&mut self, event: RunEvent, skipped: &[RunResult]) {
        match event {
            RunEvent::Started { run, done } => self.started(&run, done, skipped),
            RunEvent::Text { call, text } => self.text(&call, text),
            RunEvent::Waiting { call, wait, reason } => {
                self.news.push(RunNews::Waiting(key(&call), format!("waits {} s: {reason}", wait.as_secs().max(1))));
            }
            RunEvent::Sent { call, attempt } if attempt > 1 => self.news.push(RunNews::Restarted(key(&call))),
            RunEvent::Step { call, .. } => self.news.push(RunNews::Restarted(key(&call))),
            RunEvent::Finished(result) => {
                self.done += 1;
                let case =
                    self.cases.iter().find(|case| case.trace_id == result.trace_id && case.span_id == result.span_id);
                let before = case.and_then(|case| case.answer.as_deref());
                self.news.push(RunNews::Finished(Box::new(answered(before, *result))));
            }
            RunEvent::ModelStopped { model, reason } => self.news.push(RunNews::ModelStopped(model, reason)),
            RunEvent::Spend(spend) => {
                let more = spend.spent.minus_or_zero(self.spent);
                self.spent = spend.spent;
                if more > Money::ZERO {
                    self.reply.tell(Msg::Spent(more));
                }
                self.news.push(RunNews::Spent(spend.spent));
            }
            RunEvent::Sent { .. } | RunEvent::Reasoning { .. } | RunEvent::Ended(_) => {}
        }
        if self.last.elapsed() >= NEWS {
            self.send();
        }
    }

    fn started(&mut self, run: &Run, done: Vec<RunResult>, skipped: &[RunResult]) {
        let answers = with_recorded(&self.cases, done.into_iter().chain(skipped.iter().cloned()).collect());
        let row = RunRow {
            run: run.clone(),
            status: RunStatus::Running,
            results: answers.len() as u64,
            ok: 0,
            failed: 0,
            unknown: 0,
            from_cache: 0,
            cost: Some(self.spent),
        };
        let detail = RunDetail { row, cases: self.cases.clone(), answers };
        self.reply.send(Answer::Runs(RunsAnswer::Started(Arc::new(detail))));
        self.progress();
    }

    fn text(&mut self, call: &CallId, text: String) {
        let key = key(call);
        match self.news.last_mut() {
            Some(RunNews::Text(last, before)) if *last == key => before.push_str(&text),
            _ => self.news.push(RunNews::Text(key, text)),
        }
    }

    fn send(&mut self) {
        self.last = Instant::now();
        let news = std::mem::take(&mut self.news);
        if !news.is_empty() {
            self.reply.send(Answer::Runs(RunsAnswer::News(news)));
            self.progress();
        }
    }

    fn progress(&self) {
        let progress = Progress::Counted { done: self.done, total: self.total };
        self.reply.tell(Msg::Job(JobNews { id: self.id, title: self.title.clone(), progress }));
    }

    fn over(&mut self) {
        self.send();
        let news = JobNews { id: self.id, title: self.title.clone(), progress: Progress::Finished };
        self.reply.tell(Msg::Job(news));
    }
}

fn key(call: &CallId) -> CallKey {
    CallKey {
        trace_id: call.trace_id.clone(),
        span_id: call.span_id.clone(),
        variant: call.variant.clone(),
        sample: call.sample,
    }
}

//! Requests about runs, performed with the store and the replay service.

use std::collections::{BTreeMap, HashMap};
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
use crate::domain::run::{CallsMode, Case, Run, RunResult, RunStatus};
use crate::error::AppError;
use crate::services::compare::{CompareOrder, compare_run};
use crate::services::notes::{self, ScoreValue};
use crate::services::replay::{
    CachePolicy, CallId, Circuit, ReplayPlan, ReplayService, ResumeOrder, RunChange, RunControl, RunEvent,
    UnknownCalls, cases_of, circuit_note, circuit_words,
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
                Ok(plan) => work(worker, &service, plan, id, reply),
                Err(error) => {
                    reply.send(Answer::Runs(RunsAnswer::NoPlan(super::explain(&error))));
                    Ok(())
                }
            };
        }
        RunsRequest::Resume(run, unknown) => return resume(worker, &run, unknown, id, reply),
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
    let mut spans: HashMap<TraceId, Vec<Case>> = HashMap::new();
    let mut cases = Vec::new();
    for (trace, span) in &row.run.choice.spans {
        if !spans.contains_key(trace) {
            // A trace that is gone leaves its answers, which are shown without the recorded one.
            let found = store.trace(trace, reply.cancel()).map(|detail| cases_of(&detail.spans, CallsMode::All));
            spans.insert(trace.clone(), found.unwrap_or_default());
        }
        let case = spans.get(trace).and_then(|cases| cases.iter().find(|case| case.span_id == *span));
        cases.push(case.map_or_else(|| gone(trace, span), run_case));
    }
    let results = store.results(run, reply.cancel())?;
    let answers = with_recorded(&cases, results);
    Ok(RunDetail { row, cases, answers })
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
    let config = worker.services().config()?;
    let order = ResumeOrder {
        unknown: match unknown {
            Unknown::Leave => UnknownCalls::Leave,
            Unknown::Ask => UnknownCalls::Retry,
        },
        max_cost: None,
        concurrency: config.defaults.concurrency.value as usize,
        cache: CachePolicy::Use,
        default_max_output: config.defaults.max_output_tokens.value.into(),
    };
    let prompts = worker.services().prompts()?;
    let service = worker.services().replay()?;
    let plan = service.resume(run, &order, Some(prompts.as_ref()), reply.cancel())?;
    work(worker, &service, plan, id, reply)
}

/// Works on a plan, and tells how it goes.
fn work(
    worker: &ServicesWorker,
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
    let cases = plan
        .run
        .choice
        .spans
        .iter()
        .map(|(trace, span)| {
            let known = cases.iter().find(|case| case.trace_id == *trace && case.span_id == *span);
            known.cloned().unwrap_or_else(|| gone(trace, span))
        })
        .collect();
    let control = RunControl::default();
    let stop = control.clone();
    let _hook = reply.cancel().on_cancel(move || stop.stop());
    let run_id = plan.run.run_id.clone();
    worker.runs().insert(run_id.clone(), control.clone());
    let total = (plan.calls.len() + plan.skipped.len() + plan.done.len() + plan.unknown.len()) as u64;
    let mut teller = Teller::new(id, cases, &plan, total, reply);
    let skipped = plan.skipped.clone();
    let outcome = service.run_controlled_blocking(plan, control, |event| teller.take(event, &skipped));
    worker.runs().remove(&run_id);
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
    at_once: usize,
    held: BTreeMap<String, String>,
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
            at_once: plan.concurrency,
            held: BTreeMap::new(),
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
            RunEvent::Finished(result) => {
                self.done += 1;
                let case =
                    self.cases.iter().find(|case| case.trace_id == result.trace_id && case.span_id == result.span_id);
                let before = case.and_then(|case| case.answer.as_deref());
                self.news.push(RunNews::Finished(Box::new(answered(before, *result))));
            }
            RunEvent::ModelStopped { model, reason } => self.news.push(RunNews::ModelStopped(model, reason)),
            RunEvent::Circuit { model, circuit } => {
                let note = circuit_note(&circuit);
                match &note {
                    Some(note) => drop(self.held.insert(model.clone(), note.clone())),
                    None => drop(self.held.remove(&model)),
                }
                if let (Circuit::Open { .. }, Some(words)) = (&circuit, circuit_words(&model, &circuit)) {
                    self.reply.tell(Msg::Toast(Toast::warning(words)));
                }
                self.news.push(RunNews::Circuit(model, note));
            }
            RunEvent::Changed(change) => self.news.push(RunNews::Changed(change)),
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
        let limits = RunChange { concurrency: Some(self.at_once), cap: None };
        self.news.push(RunNews::Changed(limits));
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
        let held = self.held.iter().map(|(model, note)| format!("{model} {note}"));
        let title = std::iter::once(self.title.clone()).chain(held).collect::<Vec<_>>().join(" · ");
        self.reply.tell(Msg::Job(JobNews { id: self.id, title, progress }));
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

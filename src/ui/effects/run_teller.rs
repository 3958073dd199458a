//! Tells the workbench how a run goes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::run_service::with_recorded;
use super::runs::{Answered, CallKey, RunCase, RunDetail, RunNews, RunRow, RunsAnswer};
use super::{Answer, Reply};
use crate::domain::ids::ResultId;
use crate::domain::money::Money;
use crate::domain::run::{Run, RunResult, RunStatus};
use crate::domain::score::Rating;
use crate::services::replay::{CallId, Circuit, ReplayPlan, RunChange, RunEvent, circuit_note, circuit_words};
use crate::ui::msg::{JobNews, Msg, Progress, RequestId, Toast};

/// The least time between two deliveries of news.
const NEWS: Duration = Duration::from_millis(33);

/// Tells the workbench how a run goes, not too often.
pub struct Teller<'a> {
    id: RequestId,
    cases: Vec<RunCase>,
    ratings: BTreeMap<ResultId, Rating>,
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
    /// A teller of a run that is about to begin.
    pub fn new(
        id: RequestId,
        cases: Vec<RunCase>,
        ratings: BTreeMap<ResultId, Rating>,
        plan: &ReplayPlan,
        reply: &'a dyn Reply,
    ) -> Self {
        let total = (plan.calls.len() + plan.skipped.len() + plan.done.len() + plan.unknown.len()) as u64;
        let short: String =
            plan.run.run_id.as_str().chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
        Self {
            id,
            cases,
            ratings,
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

    /// Takes what happened.
    pub fn take(&mut self, event: RunEvent, skipped: &[RunResult]) {
        match event {
            RunEvent::Started { run, done } => self.started(&run, done, skipped),
            RunEvent::Text { call, text } => self.text(&call, text),
            RunEvent::Waiting { call, wait, reason } => {
                self.news.push(RunNews::Waiting(key(&call), format!("waits {} s: {reason}", wait.as_secs().max(1))));
            }
            RunEvent::Batch { batch_id, done, total, .. } => {
                let name = self.title.split(" · ").next().unwrap_or_default();
                self.title = format!("{name} · batch {batch_id}: {done}/{total}");
                self.progress();
            }
            RunEvent::Sent { call, attempt } if attempt > 1 => self.news.push(RunNews::Restarted(key(&call))),
            RunEvent::Step { call, .. } => self.news.push(RunNews::Restarted(key(&call))),
            RunEvent::Finished(result) => {
                self.done += 1;
                let case =
                    self.cases.iter().find(|case| case.trace_id == result.trace_id && case.span_id == result.span_id);
                self.news.push(RunNews::Finished(Box::new(Answered::new(case, *result, None))));
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
        let answers =
            with_recorded(&self.cases, done.into_iter().chain(skipped.iter().cloned()).collect(), &self.ratings);
        let row = RunRow {
            run: run.clone(),
            status: RunStatus::Running,
            results: answers.len() as u64,
            ok: 0,
            failed: 0,
            unknown: 0,
            from_cache: 0,
            cost_usd: Some(self.spent),
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

    /// Tells what is still held back, and that the job is over.
    pub fn over(&mut self) {
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

//! Requests about ablations, performed with the ablation service.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::ablation::{AblationAnswer, AblationAsked, AblationRequest, AblationSummary};
use super::worker::ServicesWorker;
use super::{Answer, Reply};
use crate::domain::ids::RunId;
use crate::domain::money::Money;
use crate::domain::run::{CallsMode, ModelChoice, NotAModel};
use crate::domain::run_design::AblationDesign;
use crate::error::AppError;
use crate::services::ablation::{AblationEvent, AblationOrder, AblationPlan, DEFAULT_SAMPLES};
use crate::services::replay::{ReplayOrder, ResumeOrder, RunControl, RunEvent};
use crate::ui::msg::{JobNews, Msg, Progress, RequestId, Toast};

/// The least time between two deliveries of news.
const NEWS: Duration = Duration::from_millis(100);

/// Performs a request; what it returns as an error is answered as a failure.
pub fn perform(
    worker: &ServicesWorker,
    id: RequestId,
    request: AblationRequest,
    reply: &dyn Reply,
) -> Result<(), AppError> {
    let send = |answer| {
        reply.send(Answer::Ablation(answer));
    };
    let planned = match &request {
        AblationRequest::Plan(asked) | AblationRequest::Start(asked) => plan(worker, asked, reply),
        AblationRequest::Resume(run) => resumed(worker, run, reply),
    };
    match (request, planned) {
        (_, Err(error)) => send(AblationAnswer::NoPlan(super::explain(&error))),
        (AblationRequest::Plan(_), Ok(plan)) => send(AblationAnswer::Plan(Box::new(summary(&plan)))),
        (AblationRequest::Start(_) | AblationRequest::Resume(_), Ok(plan)) => return work(worker, plan, id, reply),
    }
    Ok(())
}

fn plan(worker: &ServicesWorker, asked: &AblationAsked, reply: &dyn Reply) -> Result<AblationPlan, AppError> {
    let services = worker.services();
    let store = worker.store(reply)?;
    let config = services.config()?;
    let model = match asked.model.as_deref() {
        Some("recorded") => ModelChoice::Recorded,
        Some(text) => ModelChoice::Model(text.parse().map_err(|error: NotAModel| AppError::usage(error.to_string()))?),
        None => match config.defaults.models.value.first() {
            Some(model) => ModelChoice::Model(model.clone()),
            None => {
                return Err(
                    AppError::usage("no model is chosen").hint("choose one, or set defaults.models in hindcast.toml")
                );
            }
        },
    };
    let trace = store.resolve_trace(asked.trace.as_str(), reply.cancel())?;
    let cases = services.replay()?.cases(std::slice::from_ref(&trace), CallsMode::Answer, reply.cancel())?;
    let case = cases.into_iter().next().ok_or(crate::services::replay::PlanError::NoCases)?;
    let mut terms = ReplayOrder::configured(Vec::new(), &config.defaults);
    terms.max_cost = asked.max_cost.or(terms.max_cost);
    terms.prices.clone_from(&asked.prices);
    let order = AblationOrder {
        parameters: asked.parameters.iter().filter_map(|text| ReplayOrder::parse_set(text)).collect(),
        design: AblationDesign { subject: asked.subject, sentence: asked.sentence },
        samples: asked.samples.unwrap_or(DEFAULT_SAMPLES),
        ..AblationOrder::of(model, terms)
    };
    Ok(services.ablation()?.plan(&order, case, reply.cancel())?)
}

fn resumed(worker: &ServicesWorker, run: &RunId, reply: &dyn Reply) -> Result<AblationPlan, AppError> {
    worker.store(reply)?;
    let order = ResumeOrder::configured(&worker.services().config()?.defaults);
    Ok(worker.services().ablation()?.resume(run, &order, reply.cancel())?)
}

fn summary(plan: &AblationPlan) -> AblationSummary {
    let run = &plan.first.run;
    let mut origins: Vec<String> = plan.first.models.iter().map(|model| model.origin.clone()).collect();
    origins.dedup();
    AblationSummary {
        model: run.variants.first().map_or_else(String::new, |variant| variant.model.to_string()),
        items: plan.items.tested.len(),
        absent: plan.items.absent.len(),
        subject: plan.design.subject,
        samples: run.samples,
        usual: plan.forecast.usual,
        most: plan.forecast.most,
        estimate: plan.forecast.estimate,
        worst: plan.forecast.worst,
        cap: run.max_cost,
        origins,
        notes: plan.first.notes.clone(),
    }
}

/// Works on a plan, and tells how it goes.
fn work(worker: &ServicesWorker, plan: AblationPlan, id: RequestId, reply: &dyn Reply) -> Result<(), AppError> {
    let service = worker.services().ablation()?;
    let control = RunControl::default();
    let stop = control.clone();
    let _hook = reply.cancel().on_cancel(move || stop.stop());
    let run_id = plan.run_id().clone();
    worker.runs().insert(run_id.clone(), control.clone());
    reply.send(Answer::Ablation(AblationAnswer::Started(run_id.clone())));
    let mut teller = Teller { id, reply, done: 0, total: 0, spent: plan.first.spent_before, last: None };
    let outcome = service.run(plan, &control, reply.cancel(), |event| teller.take(event));
    worker.runs().remove(&run_id);
    teller.over();
    reply.tell(Msg::DataChanged);
    let outcome = outcome?;
    if let Some(reason) = &outcome.stopped_by {
        reply.tell(Msg::Toast(Toast::warning(reason.clone())));
    }
    reply.send(Answer::Ablation(AblationAnswer::Ended(Arc::new(outcome))));
    Ok(())
}

/// Tells the workbench how an ablation goes, not too often.
struct Teller<'a> {
    id: RequestId,
    reply: &'a dyn Reply,
    done: u64,
    total: u64,
    spent: Money,
    last: Option<Instant>,
}

impl Teller<'_> {
    fn take(&mut self, event: AblationEvent) {
        match event {
            AblationEvent::Step { tests, answers, after, .. } => {
                (self.done, self.total) = (answers, after);
                self.send(AblationAnswer::Step(tests));
                self.counted();
            }
            AblationEvent::SoFar(report) => self.send(AblationAnswer::SoFar(Arc::from(report))),
            AblationEvent::Run(event) => self.of_run(*event),
        }
    }

    fn of_run(&mut self, event: RunEvent) {
        match event {
            RunEvent::Finished(_) => {
                self.done += 1;
                let due = self.last.is_none_or(|last| last.elapsed() >= NEWS);
                if due || self.done >= self.total {
                    self.counted();
                }
            }
            RunEvent::Waiting { wait, reason, .. } => {
                self.send(AblationAnswer::Waiting(format!("waits {} s: {reason}", wait.as_secs().max(1))));
            }
            RunEvent::Spend(spend) => {
                let more = spend.spent.minus_or_zero(self.spent);
                self.spent = spend.spent;
                if more > Money::ZERO {
                    self.reply.tell(Msg::Spent(more));
                }
            }
            _ => {}
        }
    }

    fn send(&self, answer: AblationAnswer) {
        self.reply.send(Answer::Ablation(answer));
    }

    fn counted(&mut self) {
        self.last = Some(Instant::now());
        let (done, total) = (self.done, self.total);
        self.send(AblationAnswer::Counted { done, total });
        self.job(Progress::Counted { done, total });
    }

    fn job(&self, progress: Progress) {
        self.reply.tell(Msg::Job(JobNews { id: self.id, title: "ablation".to_owned(), progress }));
    }

    fn over(&self) {
        self.job(Progress::Finished);
    }
}

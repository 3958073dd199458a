//! Requests about judges of grounding, performed with the replay service.

use std::sync::Arc;

use super::judging::{JudgeAnswer, JudgeAsked, JudgeOutcome, JudgeRequest, JudgeSummary};
use super::worker::ServicesWorker;
use super::{Answer, Reply};
use crate::domain::money::Money;
use crate::domain::run::{CallsMode, ModelChoice, ModelId, NotAModel, RunStatus};
use crate::error::AppError;
use crate::services::grounding::{self, Asking, Band, Rubric};
use crate::services::replay::{PlanError, ReplayOrder, ReplayPlan, ReplayService, RunControl, RunEvent};
use crate::ui::msg::{JobNews, Msg, Progress, RequestId, Toast};

/// A plan, and what it is of.
struct Planned {
    plan: ReplayPlan,
    answer: Asking,
    rubric: Rubric,
    model: ModelId,
    service: ReplayService,
}

/// Performs a request; what it returns as an error is answered as a failure.
pub fn perform(
    worker: &ServicesWorker,
    id: RequestId,
    request: JudgeRequest,
    reply: &dyn Reply,
) -> Result<(), AppError> {
    let (JudgeRequest::Plan(asked) | JudgeRequest::Start(asked)) = &request;
    let planned = plan(worker, asked, reply);
    match (request, planned) {
        (_, Err(error)) => send(reply, JudgeAnswer::NoPlan(super::explain(&error))),
        (JudgeRequest::Plan(_), Ok(planned)) => {
            let summary = summary(worker, &planned, reply)?;
            send(reply, JudgeAnswer::Plan(Box::new(summary)));
        }
        (JudgeRequest::Start(_), Ok(planned)) => return work(worker, planned, id, reply),
    }
    Ok(())
}

fn send(reply: &dyn Reply, answer: JudgeAnswer) {
    reply.send(Answer::Judge(answer));
}

fn plan(worker: &ServicesWorker, asked: &JudgeAsked, reply: &dyn Reply) -> Result<Planned, AppError> {
    let services = worker.services();
    let (store, cancel) = (worker.store(reply)?, reply.cancel());
    let config = services.config()?;
    let model: ModelId = match (asked.model.as_deref(), config.defaults.models.value.first()) {
        (Some(text), _) => text.parse().map_err(|error: NotAModel| AppError::usage(error.to_string()))?,
        (None, Some(model)) => model.clone(),
        (None, None) => {
            return Err(AppError::usage("no model is chosen that could judge")
                .hint("M chooses one, or set defaults.models in hindcast.toml"));
        }
    };
    let service = services.replay()?;
    let cases = service.cases(std::slice::from_ref(&asked.trace), CallsMode::Answer, cancel)?;
    let case = cases.into_iter().next().ok_or(PlanError::NoCases)?;
    let grounding = grounding::of_recorded(store, &*services.scorer(cancel)?, &case, cancel)?;
    let answer = Asking::new(case, grounding, asked.band);
    if answer.asked() == 0 {
        return Err(AppError::usage(match asked.band {
            Band::Doubtful => "the scorer is unsure of no sentence",
            Band::All => "the answer has no sentence",
        }));
    }
    let order = ReplayOrder::configured(vec![ModelChoice::Model(model.clone())], &config.defaults);
    let rubric = Rubric::of(services.prompts()?)?;
    let plan = grounding::plan_judge(&service, &rubric, order, std::slice::from_ref(&answer), cancel)?;
    Ok(Planned { plan, answer, rubric, model, service })
}

fn summary(worker: &ServicesWorker, planned: &Planned, reply: &dyn Reply) -> Result<JudgeSummary, AppError> {
    let Planned { plan, answer, rubric, model, service } = planned;
    let mut origins: Vec<String> = plan.models.iter().map(|model| model.origin.clone()).collect();
    origins.dedup();
    let mut notes = plan.notes.clone();
    for model in &plan.models {
        notes.extend(model.dropped.iter().map(|dropped| format!("left out: {dropped}")));
    }
    if plan.requests() > 0 && grounding::was_lost(service, worker.store(reply)?, &answer.case, reply.cancel())? {
        let lost = "! the last question about this answer was sent and never heard of again: it may be paid for twice";
        notes.push(lost.to_owned());
    }
    Ok(JudgeSummary {
        model: model.to_string(),
        sentences: answer.asked() as u64,
        requests: plan.requests(),
        estimate: plan.estimated_cost(),
        most: plan.worst_case(),
        cap: plan.run.max_cost,
        origins,
        rubric: if rubric.is_compiled_in() {
            "the compiled-in rubric".to_owned()
        } else {
            format!("the rubric {}", rubric.reference)
        },
        notes,
    })
}

/// Asks the judge, keeps what it says, and tells how it goes.
fn work(worker: &ServicesWorker, planned: Planned, id: RequestId, reply: &dyn Reply) -> Result<(), AppError> {
    let Planned { plan, answer, model, service, .. } = planned;
    let asked = answer.asked() as u64;
    let mut answers = [answer];
    let control = RunControl::default();
    let stop = control.clone();
    let _hook = reply.cancel().on_cancel(move || stop.stop());
    let run_id = plan.run.run_id.clone();
    worker.runs().insert(run_id.clone(), control.clone());
    send(reply, JudgeAnswer::Started(run_id.clone()));
    let job = |progress| reply.tell(Msg::Job(JobNews { id, title: "judge".to_owned(), progress }));
    job(Progress::Running);
    let mut spent = Money::ZERO;
    let outcome = service.run_controlled_blocking(plan, control, |event| match event {
        RunEvent::Waiting { wait, reason, .. } => {
            send(reply, JudgeAnswer::Waiting(format!("waits {} s: {reason}", wait.as_secs().max(1))));
        }
        RunEvent::Spend(news) => {
            let more = news.spent.minus_or_zero(spent);
            spent = news.spent;
            if more > Money::ZERO {
                reply.tell(Msg::Spent(more));
            }
        }
        _ => {}
    });
    worker.runs().remove(&run_id);
    job(Progress::Finished);
    let outcome = outcome?;
    let judged = grounding::take_rulings(&service, &run_id, &mut answers, worker.services().clock().now())?;
    grounding::keep(worker.store(reply)?, &judged.rulings)?;
    let mut missing = judged.missing;
    missing.extend(outcome.stopped_by);
    if outcome.unknown > 0 {
        missing.push("the judge was asked and its answer not waited for; it may be billed all the same".to_owned());
    }
    let [answer] = answers;
    let ended = JudgeOutcome {
        status: outcome.status,
        model: model.to_string(),
        judged: judged.told,
        asked,
        cost: outcome.cost_usd,
        missing,
        grounding: Arc::new(answer.grounding),
    };
    if ended.status == RunStatus::Failed || ended.judged < asked {
        reply.tell(Msg::Toast(Toast::warning(ended.missing.join("; "))));
    }
    send(reply, JudgeAnswer::Ended(Arc::new(ended)));
    reply.tell(Msg::DataChanged);
    Ok(())
}

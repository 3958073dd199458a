//! `hindcast ablate`: which chunk, or which part of the prompt, an answer depends on.

use super::super::ablation_text::{print_plan, print_report, tell_plan};
use super::super::agreement::{Offer, agree};
use super::super::context::Context;
use super::super::figures;
use super::super::paid_flags::PaidFlags;
use super::super::run_end::{exit, tell_stopped, tell_unknown};
use super::super::variant_flags::{model, parameters};
use crate::domain::money::Money;
use crate::domain::run::{CallsMode, ModelChoice, ModelId};
use crate::domain::run_design::{AblationDesign, AblationSubject};
use crate::error::{AppError, Exit};
use crate::services::ablation::{
    AblationEvent, AblationOrder, AblationOutcome, AblationPlan, AblationService, DEFAULT_SAMPLES,
};
use crate::services::replay::{PlanError, RunControl, RunEvent, UnknownCalls};

/// Arguments of `hindcast ablate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The trace, or the start of its id
    #[arg(value_name = "TRACE_ID", required_unless_present = "resume")]
    pub trace_id: Option<String>,
    /// The model to ask, provider/model, or recorded for the case's own
    #[arg(short = 'm', long = "model", value_name = "MODEL")]
    pub model: Option<String>,
    /// Set a parameter over the recorded one for all tests, such as temperature=0; may be repeated
    #[arg(long, value_name = "K=V")]
    pub set: Vec<String>,
    /// Answers to each test; one cannot tell an effect from chance
    #[arg(long, value_name = "N", default_value_t = DEFAULT_SAMPLES, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub samples: u32,
    /// Look for the N-th sentence of the recorded answer, as `hindcast ground` counts them, instead of the whole answer
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub sentence: Option<u32>,
    /// Leave out parts of the prompt (system message, sections, examples, history) instead of chunks
    #[arg(long)]
    pub parts: bool,
    /// What it may cost
    #[command(flatten)]
    pub paid: PaidFlags,
    /// Go on with an ablation that was stopped
    #[arg(long, value_name = "RUN_ID", conflicts_with_all = ["trace_id", "model", "set", "samples", "sentence", "parts", "dry_run"])]
    pub resume: Option<String>,
    /// Ask again what was sent and never heard of again; it may be paid for twice
    #[arg(long, requires = "resume")]
    pub retry_unknown: bool,
}

/// Finds it out.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let service = AblationService::new(context.services.replay()?.with_prices(&args.paid.prices()));
    let plan = match &args.resume {
        Some(prefix) => resumed(prefix, args, &service, context)?,
        None => planned(args, &service, context)?,
    };
    context.notices.clear();
    tell_plan(&plan, &context.notices);
    if args.paid.dry_run {
        print_plan(&plan, &mut context.out)?;
        return Ok(Exit::Fine);
    }
    let offer = Offer {
        sends: format!("up to {}", figures::counted(plan.forecast.usual, "request", "requests")),
        about: plan.forecast.estimate,
        at_most: plan.forecast.worst,
        cap: plan.first.run.max_cost,
    };
    agree(args.paid.agreed(), &offer, &context.notices)?;
    go(plan, &service, context)
}

fn planned(args: &Args, service: &AblationService, context: &Context<'_>) -> Result<AblationPlan, AppError> {
    let config = context.services.config()?;
    let model = chosen(args, config.defaults.models.value.first())?;
    let store = context.store()?;
    let trace = store.resolve_trace(args.trace_id.as_deref().unwrap_or_default(), &context.cancel)?;
    context.notices.progress("making the plan");
    let replay = context.services.replay()?;
    let cases = replay.cases(std::slice::from_ref(&trace), CallsMode::Answer, &context.cancel)?;
    let case = cases.into_iter().next().ok_or(PlanError::NoCases)?;
    let order = AblationOrder {
        parameters: parameters(&args.set)?,
        design: AblationDesign {
            subject: if args.parts { AblationSubject::Parts } else { AblationSubject::Chunks },
            sentence: args.sentence,
        },
        samples: args.samples,
        ..AblationOrder::of(model, args.paid.order(Vec::new(), &config.defaults))
    };
    Ok(service.plan(&order, case, &context.cancel)?)
}

fn resumed(
    prefix: &str,
    args: &Args,
    service: &AblationService,
    context: &Context<'_>,
) -> Result<AblationPlan, AppError> {
    let config = context.services.config()?;
    let run = context.store()?.resolve_run(prefix, &context.cancel)?;
    let unknown = if args.retry_unknown { UnknownCalls::Retry } else { UnknownCalls::Leave };
    let order = args.paid.resume(unknown, &config.defaults);
    Ok(service.resume(&run, &order, &context.cancel)?)
}

/// The model of `-m`, else the first configured one.
fn chosen(args: &Args, usual: Option<&ModelId>) -> Result<ModelChoice, AppError> {
    match args.model.as_deref() {
        Some(text) => model(text),
        None => usual.cloned().map(ModelChoice::Model).ok_or_else(|| PlanError::NoModels.into()),
    }
}

fn go(plan: AblationPlan, service: &AblationService, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let control = RunControl::default();
    let stop = control.clone();
    let _hook = context.cancel.on_cancel(move || stop.stop());
    let mut live = Live::default();
    let notices = context.notices.clone();
    let run_id = plan.run_id().as_str().to_owned();
    let outcome = service.run(plan, &control, &context.cancel, |event| match event {
        AblationEvent::Step { number, tests, answers, after } => {
            live = Live { step: number, done: answers, all: after, ..live };
            notices.detail(&format!("step {number}: {}", tests.join(" · ")));
        }
        AblationEvent::SoFar(_) => {}
        AblationEvent::Run(event) => {
            live.take(&event);
            notices.progress(&live.words());
        }
    });
    context.notices.clear();
    let outcome = outcome.map_err(|error| {
        AppError::from(error).hint(format!("what was answered is kept: hindcast ablate --resume {run_id}"))
    })?;
    if let Some(report) = &outcome.report {
        print_report(report, &outcome, &mut context.out)?;
    }
    tell_end(&outcome, context);
    // The tests rest on the answers there are.
    Ok(exit(outcome.status, 0))
}

/// How far an ablation is.
#[derive(Clone, Copy, Default)]
struct Live {
    step: u32,
    done: u64,
    all: u64,
    spent: Money,
}

impl Live {
    fn take(&mut self, event: &RunEvent) {
        match event {
            RunEvent::Finished(_) => self.done += 1,
            RunEvent::Spend(spend) => self.spent = spend.spent,
            _ => {}
        }
    }

    fn words(&self) -> String {
        format!("step {} · {} of {} answers · ${}", self.step, self.done, self.all, figures::usd(self.spent))
    }
}

fn tell_end(outcome: &AblationOutcome, context: &Context<'_>) {
    let id = outcome.run_id.as_str();
    if let Some(reason) = &outcome.stopped_by {
        context.notices.warning(reason);
    }
    tell_stopped(outcome.status, "ablate", id, &context.notices);
    if outcome.failed > 0 {
        let failed = figures::counted(outcome.failed, "request failed", "requests failed");
        context.notices.warning(&format!("{failed}; the tests rest on the other answers"));
    }
    tell_unknown(outcome.unknown, id, &context.notices);
    context.notices.note(&format!("answers: hindcast runs {id} --format jsonl"));
}

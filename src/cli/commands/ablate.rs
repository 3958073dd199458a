//! `hindcast ablate`: which chunk, or which part of the prompt, an answer depends on.

use super::super::ablation_text::{print_plan, print_report, tell_plan};
use super::super::args::dollars;
use super::super::context::Context;
use super::super::figures;
use super::replay::parameters;
use crate::domain::model_price::ModelPrice;
use crate::domain::money::Money;
use crate::domain::run::{CachePolicy, CallsMode, ModelChoice, ModelId, NotAModel, RunStatus};
use crate::domain::run_design::{AblationDesign, AblationSubject};
use crate::error::{AppError, ErrorKind, Exit};
use crate::services::ablation::{
    AblationEvent, AblationOrder, AblationOutcome, AblationPlan, AblationService, DEFAULT_SAMPLES,
};
use crate::services::replay::{BatchWish, PlanError, ResumeOrder, RunControl, RunEvent, UnknownCalls};

/// Arguments of `hindcast ablate`.
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
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
    /// Never spend more than this many US dollars on it
    #[arg(long, value_name = "USD", value_parser = dollars, allow_hyphen_values = true)]
    pub max_cost: Option<Money>,
    /// What a model costs: US dollars per million tokens, in and out, over every other price; may be repeated
    #[arg(long, value_name = "MODEL=IN,OUT")]
    pub price: Vec<ModelPrice>,
    /// A model that costs nothing; may be repeated
    #[arg(long, value_name = "MODEL")]
    pub free: Vec<ModelId>,
    /// Requests in flight at a time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=256))]
    pub concurrency: Option<u32>,
    /// Ask again even where the same request was answered before
    #[arg(long)]
    pub no_cache: bool,
    /// Print the plan and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask before spending
    #[arg(short = 'y', long)]
    pub yes: bool,
    /// Go on with an ablation that was stopped
    #[arg(long, value_name = "RUN_ID", conflicts_with_all = ["trace_id", "model", "set", "samples", "sentence", "parts", "dry_run"])]
    pub resume: Option<String>,
    /// Ask again what was sent and never heard of again; it may be paid for twice
    #[arg(long, requires = "resume")]
    pub retry_unknown: bool,
}

/// Finds it out.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let prices: Vec<ModelPrice> =
        args.price.iter().cloned().chain(args.free.iter().cloned().map(ModelPrice::free)).collect();
    let service = AblationService::new(context.services.replay()?.with_prices(&prices));
    let plan = match &args.resume {
        Some(prefix) => resumed(prefix, args, &service, context)?,
        None => planned(args, prices, &service, context)?,
    };
    context.notices.clear();
    tell_plan(&plan, &context.notices);
    if args.dry_run {
        print_plan(&plan, &mut context.out)?;
        return Ok(Exit::Fine);
    }
    agree(args, &plan, context)?;
    go(plan, &service, context)
}

fn planned(
    args: &Args,
    prices: Vec<ModelPrice>,
    service: &AblationService,
    context: &Context<'_>,
) -> Result<AblationPlan, AppError> {
    let config = context.services.config()?;
    let model = model(args, config.defaults.models.value.first())?;
    let store = context.store()?;
    let trace = store.resolve_trace(args.trace_id.as_deref().unwrap_or_default(), &context.cancel)?;
    context.notices.progress("making the plan");
    let replay = context.services.replay()?;
    let cases = replay.cases(std::slice::from_ref(&trace), CallsMode::Answer, &context.cancel)?;
    let case = cases.into_iter().next().ok_or(PlanError::NoCases)?;
    let order = AblationOrder {
        model,
        parameters: parameters(&args.set)?,
        design: AblationDesign {
            subject: if args.parts { AblationSubject::Parts } else { AblationSubject::Chunks },
            sentence: args.sentence,
        },
        samples: args.samples,
        max_cost: Some(args.max_cost.unwrap_or(config.defaults.max_cost_usd.value)),
        concurrency: concurrency(args, context)?,
        cache: cache(args),
        default_max_output: config.defaults.max_output_tokens.value.into(),
        prices,
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
    let order = ResumeOrder {
        unknown: if args.retry_unknown { UnknownCalls::Retry } else { UnknownCalls::Leave },
        max_cost: args.max_cost,
        concurrency: concurrency(args, context)?,
        cache: cache(args),
        default_max_output: config.defaults.max_output_tokens.value.into(),
        diverged: None,
        batches: BatchWish::Await,
    };
    Ok(service.resume(&run, &order, &context.cancel)?)
}

fn concurrency(args: &Args, context: &Context<'_>) -> Result<usize, AppError> {
    Ok(args.concurrency.unwrap_or(context.services.config()?.defaults.concurrency.value) as usize)
}

const fn cache(args: &Args) -> CachePolicy {
    if args.no_cache { CachePolicy::Ignore } else { CachePolicy::Use }
}

/// The model of `-m`, else the first configured one.
fn model(args: &Args, usual: Option<&ModelId>) -> Result<ModelChoice, AppError> {
    match args.model.as_deref() {
        Some("recorded") => Ok(ModelChoice::Recorded),
        Some(text) => text.parse().map(ModelChoice::Model).map_err(|error: NotAModel| {
            AppError::usage(error.to_string()).hint("hindcast models lists the models there are")
        }),
        None => usual.cloned().map(ModelChoice::Model).ok_or_else(|| PlanError::NoModels.into()),
    }
}

/// Asks before anything is spent; refuses where nobody can be asked.
fn agree(args: &Args, plan: &AblationPlan, context: &Context<'_>) -> Result<(), AppError> {
    let forecast = &plan.forecast;
    // A run that goes on was agreed to with its cap.
    let free = forecast.worst == Money::ZERO;
    if args.yes || free {
        return Ok(());
    }
    let cap = plan.first.run.max_cost.map(|cap| format!(", cap ${}", figures::usd(cap))).unwrap_or_default();
    let question = format!(
        "Send up to {} for about ${}, at most ${}{cap}?",
        figures::counted(forecast.usual, "request", "requests"),
        figures::usd(forecast.estimate),
        figures::usd(forecast.worst)
    );
    match context.notices.confirm(&question) {
        Some(true) => Ok(()),
        Some(false) => Err(AppError::new(ErrorKind::Interrupted, "nothing was sent")),
        None => Err(AppError::usage("this costs money, and there is no terminal to ask on; nothing was sent")
            .hint("--yes sends it without asking, --dry-run only shows the plan")),
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
    Ok(match outcome.status {
        RunStatus::Interrupted => Exit::Interrupted,
        RunStatus::Budget => Exit::Budget,
        RunStatus::Failed => Exit::Provider,
        RunStatus::Completed | RunStatus::Running => Exit::Fine,
    })
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
    match outcome.status {
        RunStatus::Interrupted => context.notices.note(&format!("stopped; go on with: hindcast ablate --resume {id}")),
        RunStatus::Budget => context
            .notices
            .note(&format!("stopped at the cap; go on with: hindcast ablate --resume {id} --max-cost USD")),
        RunStatus::Running | RunStatus::Completed | RunStatus::Failed => {}
    }
    if outcome.failed > 0 {
        let failed = figures::counted(outcome.failed, "request failed", "requests failed");
        context.notices.warning(&format!("{failed}; the tests rest on the other answers"));
    }
    if outcome.unknown > 0 {
        context.notices.note(&format!(
            "{} sent and never heard of again; --resume {id} --retry-unknown asks again and may pay twice",
            figures::counted(outcome.unknown, "call was", "calls were")
        ));
    }
    context.notices.note(&format!("answers: hindcast runs {id} --format jsonl"));
}

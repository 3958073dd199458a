//! Replays calls, or goes on with a run.

use std::sync::Arc;

use super::super::super::chain_asker::ChainAsker;
use super::super::super::context::Context;
use super::super::super::outcome_text::{print_outcome, tell_end};
use super::super::super::plan_text::{agree, print_plan, tell_plan};
use super::super::super::run_end;
use super::super::super::variant_flags::{models, parameters, versions};
use crate::domain::chain::ChainOptions;
use crate::domain::run::{CallsMode, Overrides};
use crate::error::{AppError, Exit};
use crate::services::compare::{stop_rule, watched};
use crate::services::prompts::Prompts;
use crate::services::replay::{
    Asker, BaselineLane, BatchWish, Pacing, PromptRenderer, ReplayPlan, ReplayService, ResumeOrder,
};
use crate::store::TracesQuery;

use super::args::{Args, Calls, Divergence};

/// Replays them.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let service = context.services.replay()?.with_prices(&args.paid.prices());
    let prompts = context.services.prompts()?;
    let plan = match &args.resume {
        Some(prefix) => resumed(prefix, args, &service, prompts.as_ref(), context)?,
        None => planned(args, &service, prompts, context)?,
    };
    let plan = watched(context.services, plan, &context.cancel)?;
    context.notices.clear();
    tell_plan(&plan, &context.notices);
    if args.paid.dry_run {
        print_plan(&plan, &mut context.out)?;
        return Ok(Exit::Fine);
    }
    // Calls of which a kill left only the intent become results that say so, even where nothing else is left.
    if plan.journal.is_some() && plan.calls.is_empty() && plan.unknown.is_empty() {
        context.notices.note("nothing is left to do: every call has its result");
        return Ok(Exit::Fine);
    }
    agree(args.paid.agreed(), &plan, &context.notices)?;
    let mut plan = plan;
    if args.on_divergence == Some(Divergence::Ask) {
        plan.asker = Some(asker(context)?);
    }
    go(plan, &service, context)
}

fn planned(
    args: &Args,
    service: &ReplayService,
    prompts: &Prompts,
    context: &Context<'_>,
) -> Result<ReplayPlan, AppError> {
    let filter = context.filter(&args.filter)?;
    let config = context.services.config()?;
    let models = models(&args.models, &config.defaults.models.value, &args.filter)?;
    let mut order = args.paid.order(models, &config.defaults);
    order.filter = args.filter.join(" ");
    order.calls = match args.calls {
        Calls::Answer => CallsMode::Answer,
        Calls::All => CallsMode::All,
        Calls::Chain => CallsMode::Chain,
    };
    let chain = args.chain_options(config.defaults.chain_limits());
    if order.calls != CallsMode::Chain && chain.is_some() {
        return Err(AppError::usage("--on-divergence, --step and the limits of a chain need --calls chain"));
    }
    order.chain = chain.unwrap_or(ChainOptions { limits: config.defaults.chain_limits(), ..ChainOptions::default() });
    order.prompts = versions(&args.prompts, prompts, &args.filter)?;
    order.overrides =
        Overrides { parameters: parameters(&args.set)?, chunks: args.chunks.edits()?, ..Overrides::default() };
    order.samples = args.samples;
    order.pacing = if args.batch { Pacing::Batch } else { Pacing::Live };
    if args.baseline {
        order.baseline = BaselineLane::Asked;
    }
    order.until = match &args.until {
        Some(until) => Some(stop_rule(context.services, until.evaluator.as_deref())?),
        None => None,
    };
    let store = context.store()?;
    context.notices.progress("reading the cases");
    let limit = args.limit.unwrap_or(u32::MAX) as usize;
    let query = TracesQuery { filter, limit, ..TracesQuery::default() };
    let traces = store.trace_ids(&query, &context.cancel)?;
    let cases = service.cases(&traces, order.calls, &context.cancel)?;
    context.notices.progress("making the plan");
    Ok(service.plan(&order, cases, Some(prompts), &context.cancel)?)
}

fn resumed(
    prefix: &str,
    args: &Args,
    service: &ReplayService,
    render: &dyn PromptRenderer,
    context: &Context<'_>,
) -> Result<ReplayPlan, AppError> {
    let config = context.services.config()?;
    let run = context.store()?.resolve_run(prefix, &context.cancel)?;
    let order = ResumeOrder {
        diverged: args.chain_options(config.defaults.chain_limits()),
        batches: if args.cancel_batches { BatchWish::Cancel } else { BatchWish::Await },
        ..args.paid.resume(args.unknown(), &config.defaults)
    };
    Ok(service.resume(&run, &order, Some(render), &context.cancel)?)
}

/// Somebody to ask; refuses where there is no terminal.
fn asker(context: &Context<'_>) -> Result<Arc<dyn Asker>, AppError> {
    ChainAsker::new(context.notices.clone()).map(|asker| Arc::new(asker) as Arc<dyn Asker>).ok_or_else(|| {
        AppError::usage("--on-divergence ask needs a terminal to ask on; nothing was sent")
            .hint("--on-divergence stop ends such cases as diverged, nearest gives the nearest recorded answer")
    })
}

/// Sends a plan and tells what came out.
pub(in crate::cli::commands) fn go(
    plan: ReplayPlan,
    service: &ReplayService,
    context: &mut Context<'_>,
) -> Result<Exit, AppError> {
    let outcome = run_end::send(plan, service, context)?;
    print_outcome(&outcome, &mut context.out)?;
    tell_end(&outcome, &context.notices);
    Ok(run_end::exit(outcome.status, outcome.failed + outcome.unknown))
}

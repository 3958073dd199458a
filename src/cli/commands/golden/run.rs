//! `hindcast golden run`: asks models the cases and checks the answers.

use super::super::super::cell::Cell;
use super::super::super::context::Context;
use super::super::super::figures;
use super::super::super::output::Format;
use super::super::super::replay_live::Live;
use super::super::replay::{Agreed, agree, model, print_plan, tell_plan};
use super::args::RunArgs;
use super::table::{answers, document};
use crate::domain::filter::Filter;
use crate::domain::golden::Outcome;
use crate::domain::model_price::ModelPrice;
use crate::domain::run::{CachePolicy, ModelChoice, RunStatus};
use crate::error::{AppError, ErrorKind, Exit};
use crate::services::golden::{GoldenReport, GoldenSet, list, report};
use crate::services::prompts::Prompts;
use crate::services::replay::{
    BatchWish, ReplayOrder, ReplayPlan, ReplayService, ResumeOrder, RunOutcome, UnknownCalls,
};

/// Runs them.
pub fn run(args: &RunArgs, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let prices: Vec<ModelPrice> =
        args.price.iter().cloned().chain(args.free.iter().cloned().map(ModelPrice::free)).collect();
    let service = context.services.replay()?.with_prices(&prices);
    let (set, plan) = match &args.resume {
        Some(prefix) => resumed(prefix, args, &service, context)?,
        None => planned(args, prices, &service, context)?,
    };
    context.notices.clear();
    tell_plan(&plan, context);
    if args.dry_run {
        print_plan(&plan, context)?;
        return Ok(Exit::Fine);
    }
    agree(Agreed::of(args.yes), &plan, context)?;
    go(plan, &set, &service, context)
}

fn planned(
    args: &RunArgs,
    prices: Vec<ModelPrice>,
    service: &ReplayService,
    context: &Context<'_>,
) -> Result<(GoldenSet, ReplayPlan), AppError> {
    let filter = context.filter(&args.filter)?;
    let prompts = context.services.prompts()?;
    let config = context.services.config()?;
    let models: Vec<ModelChoice> = if args.models.is_empty() {
        config.defaults.models.value.iter().cloned().map(ModelChoice::Model).collect()
    } else {
        args.models.iter().map(|text| model(text)).collect::<Result<_, _>>()?
    };
    let mut order = ReplayOrder::new(models);
    order.filter = args.filter.join(" ");
    order.prompts = args.prompts.iter().map(|text| Prompts::reference(text)).collect();
    for prompt in &order.prompts {
        prompts.load(prompt)?;
    }
    order.samples = args.samples;
    order.max_cost = Some(args.max_cost.unwrap_or(config.defaults.max_cost_usd.value));
    order.concurrency = args.concurrency.unwrap_or(config.defaults.concurrency.value) as usize;
    order.cache = cache(args);
    order.default_max_output = config.defaults.max_output_tokens.value.into();
    order.prices = prices;
    let set = cases(&filter, service, context)?;
    if set.is_empty() {
        let message = if args.filter.is_empty() { "there are no golden cases" } else { "no golden case matches" };
        return Err(AppError::new(ErrorKind::CheckFailed, message)
            .hint("hindcast golden add TRACE_ID keeps one, hindcast golden list lists them"));
    }
    context.notices.progress("making the plan");
    let plan = set.plan(service, &order, prompts, &context.cancel)?;
    Ok((set, plan))
}

fn resumed(
    prefix: &str,
    args: &RunArgs,
    service: &ReplayService,
    context: &Context<'_>,
) -> Result<(GoldenSet, ReplayPlan), AppError> {
    let config = context.services.config()?;
    let run = context.store()?.resolve_run(prefix, &context.cancel)?;
    let of_run = service.journalled(&run)?.run.choice.spans;
    let set = cases(&Filter::ALL, service, context)?.of_run(&of_run);
    if set.is_empty() {
        return Err(AppError::usage(format!("run {} asked no golden case", run.as_str()))
            .hint(format!("hindcast replay --resume {} goes on with it", run.as_str())));
    }
    let order = ResumeOrder {
        unknown: if args.retry_unknown { UnknownCalls::Retry } else { UnknownCalls::Leave },
        max_cost: args.max_cost,
        concurrency: args.concurrency.unwrap_or(config.defaults.concurrency.value) as usize,
        cache: cache(args),
        default_max_output: config.defaults.max_output_tokens.value.into(),
        diverged: None,
        batches: BatchWish::Await,
    };
    let plan = set.resume(service, &run, &order, context.services.prompts()?, &context.cancel)?;
    Ok((set, plan))
}

/// The cases that a filter matches, rebuilt.
fn cases(filter: &Filter, service: &ReplayService, context: &Context<'_>) -> Result<GoldenSet, AppError> {
    let store = context.store()?;
    context.notices.progress("reading the cases");
    let listed = list(context.services, store, filter, &context.cancel)?;
    GoldenSet::rebuild(service, listed.into_iter().map(|case| case.golden).collect(), &context.cancel)
}

const fn cache(args: &RunArgs) -> CachePolicy {
    if args.no_cache { CachePolicy::Ignore } else { CachePolicy::Use }
}

/// Sends what is left to be asked, and checks all answers.
fn go(plan: ReplayPlan, set: &GoldenSet, service: &ReplayService, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let run_id = plan.run.run_id.clone();
    let is_over = plan.journal.is_some() && plan.calls.is_empty() && plan.unknown.is_empty();
    let outcome = if is_over {
        // Every answer is there: the journal is let go, and its answers are checked again.
        drop(plan);
        None
    } else {
        let token = tokio_util::sync::CancellationToken::new();
        let stop = token.clone();
        let _hook = context.cancel.on_cancel(move || stop.cancel());
        let mut live = Live::new(context.notices.clone(), &plan);
        Some(service.run_blocking(plan, token, |event| live.take(&event))?)
    };
    context.notices.clear();
    let scorer = context.services.scorer(&context.cancel)?;
    let checked = report(service, &scorer, set, &run_id)?;
    let status = outcome.as_ref().map_or(RunStatus::Completed, |outcome| outcome.status);
    print(&checked, status, outcome.as_ref(), context)?;
    tell_end(&checked, outcome.as_ref(), context);
    Ok(exit(&checked, outcome.as_ref()))
}

fn exit(checked: &GoldenReport, outcome: Option<&RunOutcome>) -> Exit {
    let status = outcome.map_or(RunStatus::Completed, |outcome| outcome.status);
    let broken = outcome.is_some_and(|outcome| outcome.failed + outcome.unknown > 0);
    match status {
        RunStatus::Interrupted => Exit::Interrupted,
        RunStatus::Budget => Exit::Budget,
        RunStatus::Failed => Exit::Provider,
        RunStatus::Completed | RunStatus::Running if broken => Exit::Provider,
        RunStatus::Completed | RunStatus::Running if checked.count(Some(Outcome::Failed)) > 0 => Exit::CheckFailed,
        RunStatus::Completed | RunStatus::Running => Exit::Fine,
    }
}

fn print(
    checked: &GoldenReport,
    status: RunStatus,
    outcome: Option<&RunOutcome>,
    context: &mut Context<'_>,
) -> Result<(), AppError> {
    if context.out.format() == Format::Json {
        let cost = Cell::maybe(outcome.and_then(|outcome| outcome.cost_usd), Cell::Usd).to_json();
        return context.out.document(document(checked, status, cost));
    }
    if context.out.format() == Format::Table {
        for variant in &checked.run.variants {
            let prompt = variant.prompt.as_ref().map(|prompt| format!(" · {prompt}")).unwrap_or_default();
            context.out.line(&format!("{}  {}{prompt}", variant.id.as_str(), variant.model))?;
        }
    }
    context.out.rows(&answers(checked))
}

fn tell_end(checked: &GoldenReport, outcome: Option<&RunOutcome>, context: &Context<'_>) {
    let id = checked.run.run_id.as_str();
    if let Some(reason) = outcome.and_then(|outcome| outcome.stopped_by.as_deref()) {
        context.notices.warning(reason);
    }
    match outcome.map(|outcome| outcome.status) {
        Some(RunStatus::Interrupted) => {
            context.notices.note(&format!("stopped; go on with: hindcast golden run --resume {id}"));
        }
        Some(RunStatus::Budget) => {
            let note = format!("stopped at the cap; go on with: hindcast golden run --resume {id} --max-cost USD");
            context.notices.note(&note);
        }
        _ => {}
    }
    let counts = [
        (checked.count(Some(Outcome::Passed)), "passed"),
        (checked.count(Some(Outcome::Failed)), "failed"),
        (checked.count(Some(Outcome::Unchecked)), "unchecked: nothing is expected of it"),
        (checked.count(None), "unanswered"),
    ];
    let said = counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    let said = said.collect::<Vec<_>>().join(" · ");
    let all = figures::counted(checked.answers().count() as u64, "answer", "answers");
    context.notices.note(&format!("{all}: {}", if said.is_empty() { "none" } else { &said }));
    context.notices.note(&format!("answers: hindcast runs {id} · side by side: hindcast compare {id}"));
}

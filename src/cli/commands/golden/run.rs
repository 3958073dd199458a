//! `hindcast golden run`: asks models the cases and checks the answers.

use super::super::super::cell::Cell;
use super::super::super::context::Context;
use super::super::super::figures;
use super::super::super::output::Format;
use super::super::super::plan_text::{agree, print_plan, tell_plan};
use super::super::super::run_end::{self, tell_stopped};
use super::super::super::variant_flags::{models, versions};
use super::args::RunArgs;
use super::table::{answers, document};
use crate::domain::filter::Filter;
use crate::domain::golden::Outcome;
use crate::domain::run::RunStatus;
use crate::error::{AppError, ErrorKind, Exit};
use crate::services::golden::{GoldenReport, GoldenSet, list, report};
use crate::services::replay::{ReplayPlan, ReplayService, RunOutcome, UnknownCalls};

/// Runs them.
pub fn run(args: &RunArgs, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let service = context.services.replay()?.with_prices(&args.paid.prices());
    let (set, plan) = match &args.resume {
        Some(prefix) => resumed(prefix, args, &service, context)?,
        None => planned(args, &service, context)?,
    };
    context.notices.clear();
    tell_plan(&plan, &context.notices);
    if args.paid.dry_run {
        print_plan(&plan, &mut context.out)?;
        return Ok(Exit::Fine);
    }
    agree(args.paid.agreed(), &plan, &context.notices)?;
    go(plan, &set, &service, context)
}

fn planned(
    args: &RunArgs,
    service: &ReplayService,
    context: &Context<'_>,
) -> Result<(GoldenSet, ReplayPlan), AppError> {
    let filter = context.filter(&args.filter)?;
    let prompts = context.services.prompts()?;
    let config = context.services.config()?;
    let models = models(&args.models, &config.defaults.models.value, &args.filter)?;
    let mut order = args.paid.order(models, &config.defaults);
    order.filter = args.filter.join(" ");
    order.prompts = versions(&args.prompts, prompts, &args.filter)?;
    order.samples = args.samples;
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
    let unknown = if args.retry_unknown { UnknownCalls::Retry } else { UnknownCalls::Leave };
    let order = args.paid.resume(unknown, &config.defaults);
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

/// Sends what is left to be asked, and checks all answers.
fn go(plan: ReplayPlan, set: &GoldenSet, service: &ReplayService, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let run_id = plan.run.run_id.clone();
    let is_over = plan.journal.is_some() && plan.calls.is_empty() && plan.unknown.is_empty();
    let outcome = if is_over {
        // Every answer is there: the journal is let go, and its answers are checked again.
        drop(plan);
        None
    } else {
        Some(run_end::send(plan, service, context)?)
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
    let ended = outcome.map_or(Exit::Fine, |outcome| run_end::exit(outcome.status, outcome.failed + outcome.unknown));
    if ended == Exit::Fine && checked.count(Some(Outcome::Failed)) > 0 { Exit::CheckFailed } else { ended }
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
    if let Some(outcome) = outcome {
        tell_stopped(outcome.status, "golden run", id, &context.notices);
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

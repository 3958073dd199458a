//! `hindcast replay`: replays recorded calls on other models, prompts or chunks.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::super::args::dollars;
use super::super::cell::Cell;
use super::super::chain_asker::ChainAsker;
use super::super::chunk_flags::ChunkFlags;
use super::super::context::Context;
use super::super::decided_text::{decided_lines, design_notes};
use super::super::figures;
use super::super::output::Format;
use super::super::replay_live::Live;
use super::super::skipped_text::skipped_lines;
use super::super::table::{Column, Table};
use crate::domain::chain::{ChainLimits, ChainOptions, OnDivergence};
use crate::domain::model_price::ModelPrice;
use crate::domain::money::Money;
use crate::domain::run::{CallsMode, ModelChoice, ModelId, Overrides, RunStatus};
use crate::error::{AppError, ErrorKind, Exit};
use crate::services::compare::{stop_rule, watched};
use crate::services::prompts::Prompts;
use crate::services::replay::{
    Asker, BaselineLane, BatchWish, CachePolicy, OutcomeVariant, Pacing, PlanModel, PromptRenderer, ReplayOrder,
    ReplayPlan, ReplayService, ResumeOrder, RunOutcome, UnknownCalls,
};
use crate::store::TracesQuery;

/// Which calls of a trace are cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Calls {
    /// The call that gave the trace its answer
    #[default]
    Answer,
    /// Every call on its own
    All,
    /// The agent's whole chain: its tools answer from the recording, and nothing is run
    Chain,
}

/// What happens where a chain asks for something that was not recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Divergence {
    /// The case ends there with status diverged, which is a result and no failure: exit code 0
    Stop,
    /// The nearest recorded answer is given, and marked as such
    Nearest,
    /// You are asked what the tool answers
    Ask,
}

/// Arguments of `hindcast replay`.
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which traces; words are joined. A leading - needs -- before it
    #[arg(value_name = "FILTER")]
    pub filter: Vec<String>,
    /// Replay the newest N of them only
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
    /// A model to ask, provider/model, or recorded for each case's own; may be repeated
    #[arg(short = 'm', long = "model", value_name = "MODEL")]
    pub models: Vec<String>,
    /// A prompt, with @VERSION for another than the file as it is now; may be repeated
    #[arg(short = 'p', long = "prompt", value_name = "PROMPT[@VERSION]")]
    pub prompts: Vec<String>,
    /// Set a parameter over the recorded one, such as temperature=0; may be repeated
    #[arg(long, value_name = "K=V")]
    pub set: Vec<String>,
    /// Answers for each case and variant
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub samples: u32,
    /// Ask the recorded model and messages again beside the others: how far answers move when nothing is changed
    #[arg(long)]
    pub baseline: bool,
    /// Stop as soon as it is clear by an evaluator (default: the first configured one, else similarity) whether each variant
    /// differs from the baseline, or that no difference will be shown; cases are asked in an order by chance
    #[arg(long, value_name = "decided[:EVALUATOR]", value_parser = until)]
    pub until: Option<Until>,
    /// Changes to the chunks
    #[command(flatten)]
    pub chunks: ChunkFlags,
    /// Which calls of a trace are cases
    #[arg(long, value_enum, value_name = "CALLS", default_value_t = Calls::Answer)]
    pub calls: Calls,
    /// With --calls chain: what happens where it asks for something that was not recorded [default: stop]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub on_divergence: Option<Divergence>,
    /// With --calls chain: begin with the N-th call, after the recorded ones before it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), conflicts_with = "resume")]
    pub step: Option<u32>,
    /// With --calls chain: end a chain after so many requests [default: 50]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_steps: Option<u32>,
    /// With --calls chain: end a chain after so many input and output tokens [default: 1000000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_chain_tokens: Option<u64>,
    /// With --calls chain: end it when it asks one tool more often with the same arguments [default: 3]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_repeats: Option<u32>,
    /// Never spend more than this many US dollars on the run
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
    /// Hand the calls over in batches, at half the price; answers come within a day. The run can be left and resumed
    #[arg(long)]
    pub batch: bool,
    /// Print the plan and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask before spending
    #[arg(short = 'y', long)]
    pub yes: bool,
    /// Go on with a run that was stopped
    #[arg(long, value_name = "RUN_ID", conflicts_with_all = ["filter", "limit", "models", "prompts", "set", "drop_chunk", "edit_chunk", "add_chunk", "order", "baseline", "until", "dry_run", "batch"])]
    pub resume: Option<String>,
    /// Ask again what was sent and never heard of again; it may be paid for twice
    #[arg(long, requires = "resume")]
    pub retry_unknown: bool,
    /// Ask the provider to stop the batches that are there, and take what was answered; nothing more is handed over
    #[arg(long, requires = "resume")]
    pub cancel_batches: bool,
}

/// What lets a run stop before its end, as typed: `decided`, or `decided:EVALUATOR`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Until {
    /// The evaluator that decides.
    pub evaluator: Option<String>,
}

fn until(text: &str) -> Result<Until, String> {
    match text.split_once(':') {
        None if text == "decided" => Ok(Until { evaluator: None }),
        Some(("decided", evaluator)) if !evaluator.is_empty() => Ok(Until { evaluator: Some(evaluator.to_owned()) }),
        _ => {
            Err("write decided, or decided:EVALUATOR such as decided:similarity or decided:contains:refund".to_owned())
        }
    }
}

/// Replays them.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let prices = prices(args);
    let service = context.services.replay()?.with_prices(&prices);
    let prompts = context.services.prompts()?;
    let plan = match &args.resume {
        Some(prefix) => resumed(prefix, args, &service, prompts.as_ref(), context)?,
        None => planned(args, &service, prompts, context)?,
    };
    let plan = watched(context.services, plan, &context.cancel)?;
    context.notices.clear();
    tell_plan(&plan, context);
    if args.dry_run {
        print_plan(&plan, context)?;
        return Ok(Exit::Fine);
    }
    // Calls of which a kill left only the intent become results that say so, even where nothing else is left.
    if plan.journal.is_some() && plan.calls.is_empty() && plan.unknown.is_empty() {
        context.notices.note("nothing is left to do: every call has its result");
        return Ok(Exit::Fine);
    }
    agree(Agreed::of(args.yes), &plan, context)?;
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
    let mut order = ReplayOrder::new(models(args, &config.defaults.models.value)?);
    order.filter = args.filter.join(" ");
    order.calls = match args.calls {
        Calls::Answer => CallsMode::Answer,
        Calls::All => CallsMode::All,
        Calls::Chain => CallsMode::Chain,
    };
    let chain = chain_options(args, config.defaults.chain_limits());
    if order.calls != CallsMode::Chain && chain.is_some() {
        return Err(AppError::usage("--on-divergence, --step and the limits of a chain need --calls chain"));
    }
    order.chain = chain.unwrap_or(ChainOptions { limits: config.defaults.chain_limits(), ..ChainOptions::default() });
    order.prompts = args.prompts.iter().map(|text| Prompts::reference(text)).collect();
    for prompt in &order.prompts {
        prompts.load(prompt).map_err(|error| dash_hint(error.into(), "-p", &prompt.name, args))?;
    }
    order.overrides =
        Overrides { parameters: parameters(&args.set)?, chunks: args.chunks.edits()?, ..Overrides::default() };
    order.samples = args.samples;
    order.max_cost = Some(config.defaults.max_cost_usd.value);
    order.concurrency = config.defaults.concurrency.value as usize;
    order.cache = cache(args);
    order.pacing = if args.batch { Pacing::Batch } else { Pacing::Live };
    if args.baseline {
        order.baseline = BaselineLane::Asked;
    }
    order.until = match &args.until {
        Some(until) => Some(stop_rule(context.services, until.evaluator.as_deref())?),
        None => None,
    };
    order.default_max_output = config.defaults.max_output_tokens.value.into();
    order.prices = prices(args);
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
        unknown: if args.retry_unknown { UnknownCalls::Retry } else { UnknownCalls::Leave },
        max_cost: args.max_cost,
        concurrency: config.defaults.concurrency.value as usize,
        cache: cache(args),
        default_max_output: config.defaults.max_output_tokens.value.into(),
        diverged: chain_options(args, config.defaults.chain_limits()),
        batches: if args.cancel_batches { BatchWish::Cancel } else { BatchWish::Await },
    };
    Ok(service.resume(&run, &order, Some(render), &context.cancel)?)
}

/// How chains are replayed, where the command line says something about it.
fn chain_options(args: &Args, usual: ChainLimits) -> Option<ChainOptions> {
    let Args { on_divergence, step, max_steps, max_chain_tokens, max_repeats, .. } = args;
    let said = on_divergence.is_some() || step.is_some() || max_steps.is_some();
    (said || max_chain_tokens.is_some() || max_repeats.is_some()).then(|| ChainOptions {
        on_divergence: match on_divergence {
            None | Some(Divergence::Stop) => OnDivergence::Stop,
            Some(Divergence::Nearest) => OnDivergence::Nearest,
            Some(Divergence::Ask) => OnDivergence::Ask,
        },
        from_step: step.unwrap_or(1),
        limits: ChainLimits {
            steps: max_steps.unwrap_or(usual.steps),
            tokens: max_chain_tokens.unwrap_or(usual.tokens),
            repeats: max_repeats.unwrap_or(usual.repeats),
        },
    })
}

/// Somebody to ask; refuses where there is no terminal.
fn asker(context: &Context<'_>) -> Result<Arc<dyn Asker>, AppError> {
    ChainAsker::new(context.notices.clone()).map(|asker| Arc::new(asker) as Arc<dyn Asker>).ok_or_else(|| {
        AppError::usage("--on-divergence ask needs a terminal to ask on; nothing was sent")
            .hint("--on-divergence stop ends such cases as diverged, nearest gives the nearest recorded answer")
    })
}

/// What the user says that models cost.
fn prices(args: &Args) -> Vec<ModelPrice> {
    args.price.iter().cloned().chain(args.free.iter().cloned().map(ModelPrice::free)).collect()
}

const fn cache(args: &Args) -> CachePolicy {
    if args.no_cache { CachePolicy::Ignore } else { CachePolicy::Use }
}

/// The models of `-m`, else the configured ones.
fn models(args: &Args, usual: &[ModelId]) -> Result<Vec<ModelChoice>, AppError> {
    if args.models.is_empty() {
        return Ok(usual.iter().cloned().map(ModelChoice::Model).collect());
    }
    args.models.iter().map(|text| model(text).map_err(|error| dash_hint(error, "-m", text, args))).collect()
}

/// The value of `-m`.
pub(super) fn model(text: &str) -> Result<ModelChoice, AppError> {
    if text == "recorded" {
        return Ok(ModelChoice::Recorded);
    }
    text.parse().map(ModelChoice::Model).map_err(|error: crate::domain::run::NotAModel| {
        AppError::usage(error.to_string()).hint("hindcast models lists the models there are")
    })
}

/// Adds a hint where the value of `-m` or `-p` may be the rest of a filter such as `-model:x`.
fn dash_hint(error: AppError, flag: &str, value: &str, args: &Args) -> AppError {
    if !value.contains(':') {
        return error;
    }
    let before = args.filter.join(" ");
    let space = if before.is_empty() { "" } else { " " };
    error.hint(format!(
        "if {flag}{value} belongs to the filter, put -- before the filter: -- {before}{space}{flag}{value}"
    ))
}

/// Parameters as `--set` says them.
pub(super) fn parameters(set: &[String]) -> Result<Map<String, Value>, AppError> {
    set.iter()
        .map(|text| {
            ReplayOrder::parse_set(text)
                .ok_or_else(|| AppError::usage(format!("`--set {text}` is not K=V, such as temperature=0")))
        })
        .collect()
}

/// Says what would be sent, before anything is.
pub(super) fn tell_plan(plan: &ReplayPlan, context: &Context<'_>) {
    let notices = &context.notices;
    let cached: u64 = plan.models.iter().map(|model| model.from_cache).sum();
    let from_cache = if cached > 0 { format!(", {cached} more from the cache") } else { String::new() };
    notices.note(&format!(
        "{} × {} × {}: {} to send{from_cache}, about ${}, at most ${}",
        figures::counted(plan.run.cases, "case", "cases"),
        figures::counted(plan.run.variants.len() as u64, "variant", "variants"),
        figures::counted(plan.run.samples.into(), "sample", "samples"),
        figures::counted(plan.requests(), "request", "requests"),
        figures::usd(plan.estimated_cost()),
        figures::usd(plan.worst_case()),
    ));
    for model in &plan.models {
        let proxy = model.proxy.as_ref().map(|proxy| format!(" through {proxy}")).unwrap_or_default();
        notices.note(&format!(
            "  {} at {}{proxy}: {}, about {} tokens in and {} out, about ${}",
            model.model,
            model.origin,
            figures::counted(model.requests, "request", "requests"),
            model.input_tokens,
            model.output_tokens,
            figures::usd(model.estimated_cost_usd),
        ));
        model.dropped.iter().for_each(|dropped| notices.note(&format!("    left out: {dropped}")));
    }
    notices.detail(&format!("  estimate: {}", plan.basis));
    plan.notes.iter().for_each(|note| notices.note(&format!("  {note}")));
    for note in design_notes(plan) {
        notices.note(&format!("  {note}"));
    }
    if let Some(cap) = plan.run.max_cost
        && plan.worst_case() > Money::ZERO
    {
        let spent = if plan.journal.is_some() {
            format!(", ${} of it spent", figures::usd(plan.spent_before))
        } else {
            String::new()
        };
        notices.note(&format!("  cap ${}{spent}", figures::usd(cap)));
    }
    let skipped = skipped_lines(&plan.skipped);
    skipped.iter().take(MOST_SKIPPED).for_each(|line| notices.note(&format!("  {line}")));
    notices.and_more(skipped.len().saturating_sub(MOST_SKIPPED));
    if !plan.unknown.is_empty() {
        notices.note(&format!(
            "  {} sent and never heard of again; --retry-unknown asks again and may pay twice",
            figures::counted(plan.unknown.len() as u64, "call was", "calls were"),
        ));
    }
}

/// Skipped cases that are named one by one.
const MOST_SKIPPED: usize = 5;

/// Whether the user said yes beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Agreed {
    /// `--yes`.
    Yes,
    /// Ask.
    NotYet,
}

impl Agreed {
    /// What the flag says.
    pub(super) const fn of(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::NotYet }
    }
}

/// Asks before anything is spent; refuses where nobody can be asked.
pub(super) fn agree(agreed: Agreed, plan: &ReplayPlan, context: &Context<'_>) -> Result<(), AppError> {
    let worst = plan.worst_case();
    if agreed == Agreed::Yes || worst == Money::ZERO || plan.requests() == 0 {
        return Ok(());
    }
    let cap = plan.run.max_cost.map(|cap| format!(", cap ${}", figures::usd(cap))).unwrap_or_default();
    let question = format!(
        "Send {} for about ${}, at most ${}{cap}?",
        figures::counted(plan.requests(), "request", "requests"),
        figures::usd(plan.estimated_cost()),
        figures::usd(worst)
    );
    match context.notices.confirm(&question) {
        Some(true) => Ok(()),
        Some(false) => Err(AppError::new(ErrorKind::Interrupted, "nothing was sent")),
        None => Err(AppError::usage("this costs money, and there is no terminal to ask on; nothing was sent")
            .hint("--yes sends it without asking, --dry-run only shows the plan")),
    }
}

pub(super) fn go(plan: ReplayPlan, service: &ReplayService, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let token = tokio_util::sync::CancellationToken::new();
    let stop = token.clone();
    let _hook = context.cancel.on_cancel(move || stop.cancel());
    let mut live = Live::new(context.notices.clone(), &plan);
    let outcome = service.run_blocking(plan, token, |event| live.take(&event))?;
    context.notices.clear();
    print_outcome(&outcome, context)?;
    tell_end(&outcome, context);
    Ok(match outcome.status {
        RunStatus::Interrupted => Exit::Interrupted,
        RunStatus::Budget => Exit::Budget,
        RunStatus::Failed => Exit::Provider,
        RunStatus::Completed | RunStatus::Running if outcome.failed + outcome.unknown > 0 => Exit::Provider,
        RunStatus::Completed | RunStatus::Running => Exit::Fine,
    })
}

fn tell_end(outcome: &RunOutcome, context: &Context<'_>) {
    let id = outcome.run_id.as_str();
    if let Some(reason) = &outcome.stopped_by {
        context.notices.warning(reason);
    }
    if let Some(decided) = &outcome.decided {
        let name = |variant: &OutcomeVariant| format!("{} {}", variant.id.as_str(), variant.model);
        context.notices.note(&outcome.variants.iter().map(name).collect::<Vec<_>>().join(" · "));
        for line in decided_lines(decided) {
            context.notices.note(&line);
        }
    }
    match outcome.status {
        RunStatus::Interrupted => context.notices.note(&format!("stopped; go on with: hindcast replay --resume {id}")),
        RunStatus::Budget => context
            .notices
            .note(&format!("stopped at the cap; go on with: hindcast replay --resume {id} --max-cost USD")),
        RunStatus::Running | RunStatus::Completed | RunStatus::Failed => {}
    }
    if outcome.diverged > 0 {
        context.notices.note(&format!(
            "{} the recording: `hindcast runs {id} --format jsonl` shows each step, the workbench shows it beside the \
             recording and can go on from there",
            figures::counted(outcome.diverged, "chain left", "chains left"),
        ));
    }
    if outcome.unknown > 0 {
        context.notices.note(&format!(
            "{} sent and never heard of again; --resume {id} --retry-unknown asks again and may pay twice",
            figures::counted(outcome.unknown, "call was", "calls were")
        ));
    }
    if outcome.skipped > 0 {
        context.notices.note(&format!("{} skipped", figures::counted(outcome.skipped, "answer was", "answers were")));
    }
    context.notices.note(&format!("answers: hindcast runs {id} · side by side: hindcast compare {id}"));
}

fn print_outcome(outcome: &RunOutcome, context: &mut Context<'_>) -> Result<(), AppError> {
    match context.out.format() {
        Format::Json => {
            let document = serde_json::to_value(outcome)
                .map_err(|error| AppError::internal(format!("the outcome cannot be written: {error}")))?;
            let Value::Object(mut fields) = document else { return Ok(()) };
            fields.shift_remove("schema_version");
            context.out.document(fields)
        }
        Format::Table | Format::Jsonl | Format::Csv => {
            let mut table = Table::new(
                "runs",
                vec![
                    Column::id("run_id", "run"),
                    Column::id("status", "status"),
                    Column::number("requests", "calls"),
                    Column::number("results", "results"),
                    Column::number("ok", "ok"),
                    Column::number("failed", "failed"),
                    Column::number("unknown", "unknown"),
                    Column::number("from_cache", "cached"),
                    Column::number("cost_usd", "$"),
                    Column::number("estimated_cost_usd", "estimated $"),
                    Column::number("wall_ms", "ms"),
                ],
            );
            table.push(vec![
                Cell::Text(outcome.run_id.as_str().into()),
                Cell::Text(outcome.status.as_str().into()),
                Cell::Count(outcome.requests.into()),
                Cell::Count(outcome.results.into()),
                Cell::Count(outcome.ok.into()),
                Cell::Count(outcome.failed.into()),
                Cell::Count(outcome.unknown.into()),
                Cell::Count(outcome.from_cache.into()),
                Cell::maybe(outcome.cost_usd, Cell::Usd),
                Cell::maybe(outcome.estimated_cost_usd, Cell::Usd),
                Cell::Count(outcome.wall_ms.into()),
            ]);
            context.out.rows(&table)
        }
    }
}

pub(super) fn print_plan(plan: &ReplayPlan, context: &mut Context<'_>) -> Result<(), AppError> {
    let table = plan_table(&plan.models);
    if context.out.format() != Format::Json {
        return context.out.rows(&table);
    }
    let fields = [
        ("status", Value::from("planned")),
        ("cases", Value::from(plan.run.cases)),
        ("variants", Value::from(plan.run.variants.len())),
        ("samples", Value::from(plan.run.samples)),
        ("requests", Value::from(plan.requests())),
        ("skipped", Value::from(plan.skipped.len())),
        ("estimated_cost_usd", Cell::Usd(plan.estimated_cost()).to_json()),
        ("worst_case_usd", Cell::Usd(plan.worst_case()).to_json()),
        ("max_cost_usd", Cell::maybe(plan.run.max_cost, Cell::Usd).to_json()),
        ("basis", Value::from(plan.basis.as_str())),
        ("unsteady_cases", Value::from(plan.unsteady)),
        ("until", Value::from(plan.run.until.as_ref().map(|rule| format!("decided:{}", rule.evaluator())))),
        ("models", table.objects().map(Value::Object).collect()),
    ];
    context.out.document(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn plan_table(models: &[PlanModel]) -> Table {
    let mut table = Table::new(
        "models",
        vec![
            Column::id("model", "model"),
            Column::text("origin", "where"),
            Column::number("requests", "requests"),
            Column::number("from_cache", "cached"),
            Column::number("input_tokens", "in tok"),
            Column::number("output_tokens", "out tok"),
            Column::number("estimated_cost_usd", "about $"),
            Column::number("worst_case_usd", "at most $"),
        ],
    );
    for model in models {
        table.push(vec![
            Cell::Text(model.model.clone()),
            Cell::Text(model.origin.clone()),
            Cell::Count(model.requests.into()),
            Cell::Count(model.from_cache.into()),
            Cell::Count(model.input_tokens.into()),
            Cell::Count(model.output_tokens.into()),
            Cell::Usd(model.estimated_cost_usd),
            Cell::Usd(model.worst_case_usd),
        ]);
    }
    table
}

//! `hindcast runs`: lists runs, or the results of one.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::answered_by::answered_by_others;
use super::super::cell::Cell;
use super::super::context::Context;
use super::super::decided_text::decided_lines;
use super::super::figures;
use super::super::output::Format;
use super::super::span_json;
use super::super::table::{Column, Table};
use super::super::terminal::Paint;
use super::runs_otlp::{self, OtlpArgs};
use crate::domain::ids::ResultId;
use crate::domain::run::{ResultStatus, RunResult, RunStatus, Variant};
use crate::domain::score::Rating;
use crate::error::{AppError, Exit};
use crate::store::RunRow;

/// Arguments of `hindcast runs`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A run, or the start of its id: its results
    #[arg(value_name = "RUN_ID")]
    pub run_id: Option<String>,
    /// The export as OpenTelemetry traces
    #[command(flatten)]
    pub otlp: OtlpArgs,
}

/// Prints the runs, newest first, or the results of one.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let store = context.store()?;
    match &args.run_id {
        None => {
            let runs = store.runs(&context.cancel)?;
            context.notices.clear();
            context.out.rows(&runs_table(&runs))?;
            if runs.is_empty() {
                context.notices.note("no runs yet: `hindcast replay FILTER -m MODEL` makes one");
            }
        }
        Some(prefix) => {
            let id = store.resolve_run(prefix, &context.cancel)?;
            if let Some(target) = &args.otlp.otlp {
                return runs_otlp::run(&id, target, &args.otlp, context);
            }
            let row = store.run(&id, &context.cancel)?;
            let results = store.results(&id, &context.cancel)?;
            let ratings = store.ratings(&id, &context.cancel)?;
            context.notices.clear();
            print_results(&row, &results, &ratings, context)?;
        }
    }
    Ok(Exit::Fine)
}

/// Runs as rows with their public fields.
pub(super) fn runs_table(runs: &[RunRow]) -> Table {
    let mut table = Table::new(
        "runs",
        vec![
            Column::id("run_id", "run"),
            Column::id("status", "status"),
            Column::id("created_at", "created (UTC)"),
            Column::number("cases", "cases"),
            Column::number("variants", "variants"),
            Column::number("results", "results"),
            Column::number("ok", "ok"),
            Column::number("failed", "failed"),
            Column::number("unknown", "unknown"),
            Column::number("cost_usd", "$"),
            Column::number("max_cost_usd", "cap $"),
            Column::hidden("until"),
            Column::hidden("decided_after_cases"),
            Column::number("saved_requests", "saved"),
        ],
    );
    for row in runs {
        table.push(vec![
            Cell::Text(row.run.run_id.as_str().into()),
            run_status(row.status),
            Cell::Time(row.run.created_at),
            Cell::Count(row.run.cases.into()),
            Cell::Count(row.run.variants.len() as i128),
            Cell::Count(row.results.into()),
            Cell::Count(row.ok.into()),
            Cell::Count(row.failed.into()),
            Cell::Count(row.unknown.into()),
            Cell::maybe(row.cost_usd, Cell::Usd),
            Cell::maybe(row.run.max_cost, Cell::Usd),
            Cell::text(row.run.until.as_ref().map(|rule| format!("decided:{}", rule.evaluator()))),
            Cell::count(row.run.decided.as_ref().map(|decided| decided.cases)),
            Cell::count(row.run.decided.as_ref().map(|decided| decided.saved_requests)),
        ]);
    }
    table
}

fn run_status(status: RunStatus) -> Cell {
    let paint = match status {
        RunStatus::Completed => Paint::Good,
        RunStatus::Running => Paint::Dim,
        RunStatus::Budget | RunStatus::Interrupted => Paint::Warning,
        RunStatus::Failed => Paint::Bad,
    };
    Cell::Status(status.as_str().into(), paint)
}

/// What reviewers think of results.
type Ratings = BTreeMap<ResultId, Rating>;

fn print_results(
    row: &RunRow,
    results: &[RunResult],
    ratings: &Ratings,
    context: &mut Context<'_>,
) -> Result<(), AppError> {
    let told = |result: &RunResult| {
        let mut told = span_json::result(result);
        if let Value::Object(fields) = &mut told {
            fields.insert("rating".to_owned(), ratings.get(&result.result_id).map(|rating| rating.as_str()).into());
        }
        told
    };
    match context.out.format() {
        Format::Jsonl => results.iter().try_for_each(|result| context.out.json_line(&told(result))),
        Format::Json => {
            let run = runs_table(std::slice::from_ref(row)).objects().next().unwrap_or_default();
            let variants = row.run.variants.iter().map(variant_json).collect::<Value>();
            let results = results.iter().map(told).collect::<Value>();
            let fields = [("run", Value::Object(run)), ("variants", variants), ("results", results)];
            context.out.document(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
        }
        Format::Csv => context.out.rows(&results_table(results, ratings)),
        Format::Table => {
            context.out.head(&heading(row))?;
            for variant in &row.run.variants {
                let prompt = variant.prompt.as_ref().map(|prompt| format!(" · {prompt}")).unwrap_or_default();
                let changed = variant.overrides.in_words();
                let changed = if changed.is_empty() { changed } else { format!(" · {changed}") };
                context.out.line(&format!("  {}  {}{prompt}{changed}", variant.id.as_str(), variant.model))?;
            }
            for line in row.run.decided.iter().flat_map(decided_lines) {
                context.out.line(&format!("  {line}"))?;
            }
            context.out.rows(&results_table(results, ratings))?;
            let mut left_out: Vec<&String> = results.iter().flat_map(|result| &result.dropped).collect();
            left_out.sort();
            left_out.dedup();
            for dropped in left_out {
                context.notices.note(&format!("left out of requests: {dropped}"));
            }
            answered_by_others(results.iter(), &context.notices);
            Ok(())
        }
    }
}

/// A variant, with what it changes.
fn variant_json(variant: &Variant) -> Value {
    json!({
        "id": variant.id.as_str(),
        "model": variant.model.to_string(),
        "prompt": variant.prompt.as_ref().map(ToString::to_string),
        "overrides": variant.overrides,
    })
}

fn heading(row: &RunRow) -> String {
    let money = row.cost_usd.map_or_else(|| figures::UNKNOWN.to_owned(), figures::usd);
    format!(
        "run {} · {} · {} of {} · {} failed · ${money}",
        row.run.run_id.as_str(),
        row.status.as_str(),
        row.ok,
        figures::counted(row.results, "result", "results"),
        row.failed,
    )
}

/// Results as rows with their public fields.
fn results_table(results: &[RunResult], ratings: &Ratings) -> Table {
    let mut table = Table::new(
        "results",
        vec![
            Column::hidden("run_id"),
            Column::hidden("result_id"),
            Column::id("trace_id", "trace"),
            Column::hidden("span_id"),
            Column::id("variant", "variant"),
            Column::id("status", "status"),
            Column::hidden("model"),
            Column::hidden("prompt"),
            Column::hidden("sample"),
            Column::number("latency_ms", "ms"),
            Column::number("ttft_ms", "ttft ms"),
            Column::number("input_tokens", "in tok"),
            Column::number("output_tokens", "out tok"),
            Column::hidden("cached_input_tokens"),
            Column::hidden("reasoning_tokens"),
            Column::number("cost_usd", "$"),
            Column::hidden("cost_source"),
            Column::hidden("tool_calls"),
            Column::hidden("finish_reason"),
            Column::hidden("attempts"),
            Column::id("from_cache", "cached"),
            Column::text("output_text", "answer"),
            Column::text("error", "error"),
            Column::id("rating", "rated"),
            Column::hidden("dropped"),
            Column::hidden("response_model"),
            Column::hidden("cache_write_tokens"),
            Column::hidden("audio_input_tokens"),
            Column::hidden("audio_output_tokens"),
        ],
    );
    for result in results {
        table.push(vec![
            Cell::Text(result.run_id.as_str().into()),
            Cell::Text(result.result_id.as_str().into()),
            Cell::Text(result.trace_id.as_str().into()),
            Cell::Text(result.span_id.as_str().into()),
            Cell::Text(result.variant.as_str().into()),
            result_status(result.status),
            Cell::Text(result.model.clone()),
            Cell::text(result.prompt.as_deref()),
            Cell::Count(result.sample.into()),
            Cell::maybe(result.latency_ms, Cell::Millis),
            Cell::maybe(result.ttft_ms, Cell::Millis),
            Cell::count(result.input_tokens),
            Cell::count(result.output_tokens),
            Cell::count(result.cached_input_tokens),
            Cell::count(result.reasoning_tokens),
            Cell::maybe(result.cost_usd, Cell::Usd),
            Cell::Text(result.cost_source.clone()),
            Cell::Json(serde_json::to_value(&result.tool_calls).unwrap_or_default()),
            Cell::text(result.finish_reason.as_deref()),
            Cell::Count(result.attempts.into()),
            Cell::Flag(result.from_cache),
            Cell::text(result.output_text.as_deref()),
            Cell::text(result.error.as_deref()),
            rating(ratings.get(&result.result_id).copied()),
            Cell::Json(serde_json::to_value(&result.dropped).unwrap_or_default()),
            Cell::text(result.response_model.as_deref()),
            Cell::count(result.cache_write_tokens),
            Cell::count(result.audio_input_tokens),
            Cell::count(result.audio_output_tokens),
        ]);
    }
    table
}

fn rating(rating: Option<Rating>) -> Cell {
    match rating {
        None => Cell::Unknown,
        Some(rating @ Rating::Good) => Cell::Status(rating.as_str().into(), Paint::Good),
        Some(rating @ Rating::Bad) => Cell::Status(rating.as_str().into(), Paint::Bad),
    }
}

fn result_status(status: ResultStatus) -> Cell {
    let paint = match status {
        ResultStatus::Ok => Paint::Good,
        ResultStatus::Skipped => Paint::Dim,
        ResultStatus::Incomplete | ResultStatus::Unknown | ResultStatus::Diverged => Paint::Warning,
        ResultStatus::Failed => Paint::Bad,
    };
    Cell::Status(status.as_str().into(), paint)
}

//! `hindcast compare`: lines up the variants of a run.

use serde_json::Value;

use super::super::cell::Cell;
use super::super::context::Context;
use super::super::figures;
use super::super::output::Format;
use super::super::table::{Column, Table};
use crate::error::{AppError, Exit};
use crate::services::compare::{Baseline, ComparedCase, Comparison};

/// Arguments of `hindcast compare`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run, or the start of its id
    #[arg(value_name = "RUN_ID")]
    pub run_id: String,
    /// The variant the others are compared with: recorded, or a letter
    #[arg(long, value_name = "VARIANT", default_value = "recorded")]
    pub baseline: String,
}

/// Prints them side by side.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let run = context.store()?.resolve_run(&args.run_id, &context.cancel)?;
    let baseline = match args.baseline.as_str() {
        "recorded" => Baseline::Recorded,
        other => Baseline::Variant(other.into()),
    };
    let comparison = context.services.replay()?.compare(&run, &baseline, &context.cancel)?;
    context.notices.clear();
    match context.out.format() {
        Format::Json => {
            let document = serde_json::to_value(&comparison)
                .map_err(|error| AppError::internal(format!("the comparison cannot be written: {error}")))?;
            if let Value::Object(fields) = document {
                context.out.document(fields)?;
            }
        }
        Format::Jsonl => {
            for case in &comparison.cases {
                let case = serde_json::to_value(case)
                    .map_err(|error| AppError::internal(format!("a case cannot be written: {error}")))?;
                context.out.json_line(&case)?;
            }
        }
        Format::Csv => context.out.rows(&totals(&comparison))?,
        Format::Table => page(&comparison, context)?,
    }
    Ok(Exit::Fine)
}

fn page(comparison: &Comparison, context: &mut Context<'_>) -> Result<(), AppError> {
    let (run, baseline) = (comparison.run_id.as_str(), comparison.baseline.as_str());
    context.out.head(&format!("run {run} · compared with {baseline}"))?;
    context.out.rows(&totals(comparison))?;
    comparison.cases.iter().try_for_each(|case| one_case(case, context))
}

fn one_case(case: &ComparedCase, context: &mut Context<'_>) -> Result<(), AppError> {
    let out = &mut context.out;
    out.line("")?;
    let question = case.question.as_deref().unwrap_or(figures::UNKNOWN);
    out.head(&format!("{}  {question}", case.trace_id.as_str()))?;
    out.line("  recorded")?;
    out.block("    ", case.recorded.as_deref().unwrap_or(figures::UNKNOWN))?;
    for answer in &case.answers {
        let result = &answer.result;
        let changed = match (answer.changed, answer.change) {
            (Some(true), Some(change)) => format!("{:.0} % changed", change * 100.0),
            (Some(false), _) => "unchanged".to_owned(),
            _ => result.status.as_str().to_owned(),
        };
        let cost = result.cost_usd.map_or_else(|| figures::UNKNOWN.to_owned(), figures::usd);
        let latency = result.latency_ms.map_or_else(|| figures::UNKNOWN.to_owned(), figures::millis);
        let sample = if result.sample > 0 { format!(" sample {}", result.sample) } else { String::new() };
        out.line(&format!(
            "  {}{sample}  {} · {changed} · {latency} ms · ${cost}",
            result.variant.as_str(),
            result.model
        ))?;
        let text = result.output_text.as_deref().or(result.error.as_deref()).unwrap_or(figures::UNKNOWN);
        out.block("    ", text)?;
    }
    Ok(())
}

fn totals(comparison: &Comparison) -> Table {
    let mut table = Table::new(
        "variants",
        vec![
            Column::id("variant", "variant"),
            Column::text("model", "model"),
            Column::text("prompt", "prompt"),
            Column::number("results", "results"),
            Column::number("ok", "ok"),
            Column::number("failed", "failed"),
            Column::number("changed", "changed"),
            Column::number("mean_change", "mean change"),
            Column::number("latency_p50_ms", "p50 ms"),
            Column::number("ttft_p50_ms", "ttft p50 ms"),
            Column::number("input_tokens", "in tok"),
            Column::number("output_tokens", "out tok"),
            Column::number("cost_usd", "$"),
        ],
    );
    for variant in &comparison.variants {
        table.push(vec![
            Cell::Text(variant.variant.as_str().into()),
            Cell::Text(variant.model.clone()),
            Cell::text(variant.prompt.as_deref()),
            Cell::Count(variant.results.into()),
            Cell::Count(variant.ok.into()),
            Cell::Count(variant.failed.into()),
            Cell::Count(variant.changed.into()),
            Cell::maybe(variant.mean_change, Cell::Real),
            Cell::maybe(variant.latency_p50_ms, Cell::Millis),
            Cell::maybe(variant.ttft_p50_ms, Cell::Millis),
            Cell::count(variant.input_tokens),
            Cell::count(variant.output_tokens),
            Cell::maybe(variant.cost_usd, Cell::Usd),
        ]);
    }
    table
}

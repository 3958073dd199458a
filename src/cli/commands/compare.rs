//! `hindcast compare`: lines up the variants of a run.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::super::answered_by::answered_by_others;
use super::super::cell::Cell;
use super::super::compare_tables::{differences, matrix, means};
use super::super::context::Context;
use super::super::decided_text::{decided_lines, steadiness_lines};
use super::super::figures::counted;
use super::super::output::Format;
use super::super::table::{Column, Table};
use crate::error::{AppError, Exit};
use crate::exporters::comparison::Format as ExportTo;
use crate::services::compare::{
    Baseline, CompareOrder, Compared, Comparison, Existing, Keep, NotWritten, Sort, compare_run, export, export_format,
    export_text, specifications,
};

/// Arguments of `hindcast compare`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run, or the start of its id
    #[arg(value_name = "RUN_ID")]
    pub run_id: String,
    /// The variant the others are compared with: recorded, or a letter
    #[arg(long, value_name = "VARIANT", default_value = "recorded")]
    pub baseline: String,
    /// What judges the answers, such as similarity, contains:TEXT or json-schema:FILE; may be repeated
    #[arg(long = "evaluator", value_name = "SPEC")]
    pub evaluators: Vec<String>,
    /// In which order the cases stand
    #[arg(long, value_enum, value_name = "ORDER", default_value_t = Order::Run)]
    pub sort: Order,
    /// Leave out cases whose answers are all as the baseline's
    #[arg(long)]
    pub only_changed: bool,
    /// Write the comparison to a file instead; its suffix (.md, .html, .csv, .jsonl, .parquet) says the format
    #[arg(long, value_name = "FILE|-")]
    pub export: Option<PathBuf>,
    /// The format of the file, whatever its suffix: markdown, html, csv, jsonl or parquet
    #[arg(long, value_name = "FORMAT", requires = "export")]
    pub export_format: Option<String>,
    /// Replace the file where it is there already
    #[arg(long, requires = "export")]
    pub overwrite: bool,
}

/// In which order the cases stand.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Order {
    /// As in the run
    Run,
    /// Those that moved most first
    Moved,
}

/// Prints them side by side.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let order = CompareOrder {
        baseline: match args.baseline.as_str() {
            "recorded" => Baseline::Recorded,
            other => Baseline::Variant(other.into()),
        },
        evaluators: specifications(&args.evaluators)?,
        sort: match args.sort {
            Order::Run => Sort::Run,
            Order::Moved => Sort::Moved,
        },
        keep: if args.only_changed { Keep::Changed } else { Keep::All },
    };
    // A wrong name is told before anything is worked out.
    let target = args.export.as_deref().map(|path| target(args, path)).transpose()?;
    let run = context.store()?.resolve_run(&args.run_id, &context.cancel)?;
    let compared = compare_run(context.services, &run, &order, &context.cancel)?;
    context.notices.clear();
    if let Some((path, format)) = target {
        written(&compared, order.keep, format, path, args, context)?;
        return Ok(Exit::Fine);
    }
    let comparison = compared.comparison;
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
        Format::Table => {
            page(&comparison, context)?;
            let answers = comparison.cases.iter().flat_map(|case| &case.answers).map(|answer| &answer.result);
            answered_by_others(answers, &context.notices);
        }
    }
    Ok(Exit::Fine)
}

/// Where a comparison is written to, and as what.
fn target<'a>(args: &Args, path: &'a Path) -> Result<(&'a Path, &'static ExportTo), AppError> {
    let format = export_format(args.export_format.as_deref(), path)?;
    Ok((path, format))
}

/// Writes the comparison to its file, or to the standard output for `-`.
fn written(
    compared: &Compared,
    keep: Keep,
    format: &ExportTo,
    path: &Path,
    args: &Args,
    context: &mut Context<'_>,
) -> Result<(), AppError> {
    if path == Path::new("-") {
        let text = export_text(compared, keep, format)
            .ok_or_else(|| AppError::usage(format!("{} needs a file to be written to", format.name)))?;
        return context.out.own_text(text.as_bytes());
    }
    let existing = if args.overwrite { Existing::Replace } else { Existing::Keep };
    export(compared, keep, format, (path, existing), context.store()?).map_err(|reason| match reason {
        NotWritten::Exists(_) => AppError::from(reason).hint("--overwrite replaces it"),
        NotWritten::Failed(error) => error,
    })?;
    let cases = counted(compared.comparison.cases.len() as u64, "case", "cases");
    context.notices.note(&format!("wrote {}: {cases} as {}", path.display(), format.name));
    Ok(())
}

fn page(comparison: &Comparison, context: &mut Context<'_>) -> Result<(), AppError> {
    let (run, baseline) = (comparison.run_id.as_str(), comparison.baseline.as_str());
    let out = &mut context.out;
    out.head(&format!("run {run} · compared with {baseline}"))?;
    out.rows(&matrix(comparison))?;
    out.line("")?;
    out.rows(&totals(comparison))?;
    out.line("")?;
    out.rows(&means(comparison))?;
    let table = differences(comparison);
    if !table.rows.is_empty() {
        out.line("")?;
        out.head(if comparison.decided.is_some() {
            "differences, paired by case, with 95 % intervals that hold whenever the run stopped"
        } else {
            "differences, paired by case, with 95 % intervals"
        })?;
        out.rows(&table)?;
    }
    for line in comparison.baselines.iter().flat_map(steadiness_lines) {
        out.line(&line)?;
    }
    for line in comparison.decided.iter().flat_map(decided_lines) {
        out.line(&line)?;
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
            Column::number("rated_good", "good"),
            Column::number("rated_bad", "bad"),
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
            Cell::Count(variant.rated_good.into()),
            Cell::Count(variant.rated_bad.into()),
            Cell::maybe(variant.latency_p50_ms, Cell::Millis),
            Cell::maybe(variant.ttft_p50_ms, Cell::Millis),
            Cell::count(variant.input_tokens),
            Cell::count(variant.output_tokens),
            Cell::maybe(variant.cost_usd, Cell::Usd),
        ]);
    }
    table
}

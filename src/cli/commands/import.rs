//! `hindcast import`: imports recorded traces.

use std::path::PathBuf;

use serde_json::Value;

use super::super::cell::Cell;
use super::super::context::Context;
use super::super::figures;
use super::super::output::Format;
use super::super::table::{Column, Table};
use crate::error::{AppError, Exit};
use crate::services::import::{FileReport, ImportReport, KeepFiles, Outcome, Progress, Request};

/// Arguments of `hindcast import`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files or folders; - reads standard input
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// The format, where it is not to be guessed
    #[arg(long = "as", value_name = "FORMAT")]
    pub recorded_as: Option<String>,
    /// Keep only the path of each file, not a copy of it
    #[arg(long)]
    pub link: bool,
    /// Do not ground the answers; whatever asks for their grounding does it then
    #[arg(long)]
    pub no_ground: bool,
}

/// Skipped records that are named one by one for a file; all are in the JSON.
const MOST_REASONS: usize = 10;

/// Imports them.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    context.prepared_store()?;
    let intake = context.services.intake()?;
    let keep = if args.link { KeepFiles::Link } else { KeepFiles::Copy };
    let request = Request { paths: args.paths.clone(), format: args.recorded_as.clone(), keep };
    let notices = context.notices.clone();
    let report = intake.import(&request, &mut |progress| notices.progress(&words(progress)), &context.cancel)?;
    context.notices.clear();
    tell_skipped(&report, context);
    match context.out.format() {
        Format::Json => {
            let document = serde_json::to_value(&report)
                .map_err(|error| AppError::internal(format!("the report cannot be written: {error}")))?;
            if let Value::Object(mut fields) = document {
                fields.shift_remove("schema_version");
                context.out.document(fields)?;
            }
        }
        Format::Table | Format::Jsonl | Format::Csv => context.out.rows(&table(&report.files))?,
    }
    context.notices.note(&format!(
        "{} in {}: {} new, {} updated",
        figures::counted(report.spans, "span", "spans"),
        figures::counted(report.traces, "trace", "traces"),
        report.new_spans,
        report.updated_spans,
    ));
    // What was imported is there already: whoever stops this keeps it, and knows what it was.
    if !args.no_ground {
        context.ground_history()?;
    }
    Ok(if report.has_failed_files() { Exit::Data } else { Exit::Fine })
}

/// How far an import is, in a line.
pub fn words(progress: &Progress) -> String {
    let share = if progress.bytes > 0 {
        format!("{:.0} %", progress.bytes_done as f64 * 100.0 / progress.bytes as f64)
    } else {
        format!("{} MB", progress.bytes_done / 1_000_000)
    };
    format!(
        "importing {share} · file {} of {} · {} spans · {}",
        (progress.files_done + 1).min(progress.files.max(1)),
        progress.files.max(1),
        progress.spans,
        progress.path
    )
}

fn tell_skipped(report: &ImportReport, context: &Context<'_>) {
    for file in &report.files {
        for skipped in file.skipped.iter().take(MOST_REASONS) {
            let line = skipped.line.map(|line| format!(":{line}")).unwrap_or_default();
            context.notices.warning(&format!("{}{line}: {}", file.path, skipped.reason));
        }
        context.notices.and_more(file.skipped.len().saturating_sub(MOST_REASONS));
    }
}

fn table(files: &[FileReport]) -> Table {
    let mut table = Table::new(
        "files",
        vec![
            Column::id("path", "file"),
            Column::id("format", "format"),
            Column::number("traces", "traces"),
            Column::number("spans", "spans"),
            Column::number("chunks", "chunks"),
            Column::number("new_spans", "new"),
            Column::number("updated_spans", "updated"),
            Column::number("skipped", "skipped"),
            Column::id("outcome", "outcome"),
        ],
    );
    for file in files {
        let outcome = match file.outcome {
            Outcome::Imported => "imported",
            Outcome::Unchanged => "unchanged",
            Outcome::Ignored => "ignored",
            Outcome::Failed => "failed",
        };
        table.push(vec![
            Cell::Text(file.path.clone()),
            Cell::text(file.format.as_deref()),
            Cell::Count(file.traces.into()),
            Cell::Count(file.spans.into()),
            Cell::Count(file.chunks.into()),
            Cell::Count(file.new_spans.into()),
            Cell::Count(file.updated_spans.into()),
            Cell::Count(file.skipped.len() as i128),
            Cell::Text(outcome.into()),
        ]);
    }
    table
}

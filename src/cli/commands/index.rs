//! `hindcast index`: keeps the index in step with the files.

use serde_json::{Map, Value, json};

use super::super::cell::Cell;
use super::super::context::Context;
use super::super::figures;
use super::super::output::Format;
use super::super::table::{Column, Table};
use crate::error::{AppError, Exit};
use crate::store::{CheckReport, IndexSize};

/// Arguments of `hindcast index`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Compare the index with the files, and change nothing; exit code 1 where they differ
    #[arg(long, conflicts_with = "rebuild")]
    pub check: bool,
    /// Build the index anew from the files
    #[arg(long)]
    pub rebuild: bool,
}

/// Does it.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    if args.check {
        return check(context);
    }
    if args.rebuild {
        let notices = context.notices.clone();
        let store = context.services.rebuild(
            &mut |progress| notices.progress(&format!("{} · {} spans", progress.step, progress.spans)),
            &context.cancel,
        )?;
        let size = store.size(&context.cancel)?;
        return size_of(&size, context);
    }
    let size = context.store()?.size(&context.cancel)?;
    size_of(&size, context)
}

fn size_of(size: &IndexSize, context: &mut Context<'_>) -> Result<Exit, AppError> {
    context.notices.clear();
    let mut table = Table::new(
        "index",
        vec![
            Column::number("traces", "traces"),
            Column::number("spans", "spans"),
            Column::number("sources", "sources"),
            Column::number("runs", "runs"),
            Column::id("newest", "newest (UTC)"),
        ],
    );
    table.push(vec![
        Cell::Count(size.traces.into()),
        Cell::Count(size.spans.into()),
        Cell::Count(size.sources.into()),
        Cell::Count(size.runs.into()),
        Cell::maybe(size.newest, Cell::Time),
    ]);
    match context.out.format() {
        Format::Json => context.out.document(table.objects().next().unwrap_or_default())?,
        Format::Table | Format::Jsonl | Format::Csv => context.out.rows(&table)?,
    }
    Ok(Exit::Fine)
}

fn check(context: &mut Context<'_>) -> Result<Exit, AppError> {
    context.notices.progress("comparing index and files");
    let files = context.services.intake()?.current_files();
    let report = context.services.store()?.check(&files, &context.cancel)?;
    context.notices.clear();
    match context.out.format() {
        Format::Json => context.out.document(document(&report))?,
        Format::Table | Format::Jsonl | Format::Csv => context.out.rows(&table(&report))?,
    }
    let size = &report.size;
    let seen = format!(
        "{}, {} and {} compared",
        figures::counted(size.traces, "trace", "traces"),
        figures::counted(size.sources, "source", "sources"),
        figures::counted(size.runs, "run", "runs"),
    );
    if report.differences.is_empty() {
        context.notices.note(&format!("{seen}: index and files agree"));
        return Ok(Exit::Fine);
    }
    context.notices.note(&format!(
        "{seen}: {}; `hindcast index` takes in what is new, `hindcast index --rebuild` builds it anew",
        figures::counted(report.differences.len() as u64, "difference", "differences")
    ));
    Ok(Exit::CheckFailed)
}

fn table(report: &CheckReport) -> Table {
    let mut table =
        Table::new("differences", vec![Column::id("subject", "about"), Column::text("detail", "difference")]);
    for difference in &report.differences {
        table.push(vec![Cell::Text(difference.subject.clone()), Cell::Text(difference.detail.clone())]);
    }
    table
}

fn document(report: &CheckReport) -> Map<String, Value> {
    let size = &report.size;
    [
        ("agrees", Value::from(report.differences.is_empty())),
        ("traces", json!(size.traces)),
        ("spans", json!(size.spans)),
        ("sources", json!(size.sources)),
        ("runs", json!(size.runs)),
        ("differences", table(report).objects().map(Value::Object).collect()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

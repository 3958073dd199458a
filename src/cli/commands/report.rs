//! The bare command without a terminal: a plain report of the workspace.

use serde_json::{Map, Value, json};

use super::super::cell::Cell;
use super::super::context::Context;
use super::super::figures;
use super::super::output::Format;
use super::super::table::{Column, Table};
use super::runs::runs_table;
use crate::domain::time::Timestamp;
use crate::error::{AppError, Exit};
use crate::services::report::{self, Report, WrongAnswer};
use crate::services::workspace::{Origin, Workspace};
use crate::store::Figures;

/// Prints the report.
pub fn run(context: &mut Context<'_>) -> Result<Exit, AppError> {
    let store = context.store()?;
    context.ground_history()?;
    let report = report::report(context.services, store, &context.cancel)?;
    let workspace = context.services.workspace()?;
    context.notices.clear();
    match context.out.format() {
        Format::Json | Format::Jsonl => context.out.document(document(workspace, &report))?,
        Format::Csv => context.out.rows(&wrong_table(&report.wrong))?,
        Format::Table => page(workspace, &report, context)?,
    }
    Ok(Exit::Fine)
}

fn page(workspace: &Workspace, report: &Report, context: &mut Context<'_>) -> Result<(), AppError> {
    let out = &mut context.out;
    let size = &report.size;
    out.head(&format!("hindcast · {}", workspace.name()))?;
    let newest = size.newest.map(|time| format!(" · newest {} UTC", figures::time(time))).unwrap_or_default();
    out.line(&format!(
        "{} · {} · {} · {}{newest}",
        figures::counted(size.traces, "trace", "traces"),
        figures::counted(size.spans, "span", "spans"),
        figures::counted(size.sources, "source", "sources"),
        figures::counted(size.runs, "run", "runs"),
    ))?;
    if size.traces > 0 {
        out.line("")?;
        out.head("Figures")?;
        out.rows(&figures_table(report))?;
        out.line("")?;
        out.head("Answers that look wrong")?;
        if report.wrong.is_empty() {
            out.line("none: no error, no bad feedback, no failed evaluation, no unsupported sentence")?;
        } else {
            out.rows(&wrong_table(&report.wrong))?;
        }
    }
    if !report.runs.is_empty() {
        out.line("")?;
        out.head("Last runs")?;
        out.rows(&runs_table(&report.runs))?;
    }
    out.line("")?;
    out.head("Next")?;
    let width = report.next.iter().map(|(command, _)| command.chars().count()).max().unwrap_or(0);
    report.next.iter().try_for_each(|(command, what)| out.line(&format!("{command:width$}  {what}")))
}

fn figures_table(report: &Report) -> Table {
    let mut table = Table::new(
        "figures",
        vec![
            Column::text("of", "of"),
            Column::number("count", "count"),
            Column::number("errors", "errors"),
            Column::number("p50_ms", "p50 ms"),
            Column::number("p95_ms", "p95 ms"),
            Column::number("tokens", "tok"),
            Column::number("cost_usd", "$"),
            Column::number("feedback", "feedback"),
        ],
    );
    let mut push = |of: String, figures: &Figures| {
        table.push(vec![
            Cell::Text(of),
            Cell::Count(figures.count.into()),
            Cell::Count(figures.errors.into()),
            Cell::maybe(figures.p50_ms, Cell::Millis),
            Cell::maybe(figures.p95_ms, Cell::Millis),
            Cell::count(figures.tokens),
            Cell::maybe(figures.cost_usd, Cell::Usd),
            Cell::maybe(figures.feedback, Cell::Real),
        ]);
    };
    push("all traces".into(), &report.telemetry.total);
    for entry in &report.telemetry.by_model {
        let model = entry.model.as_deref().unwrap_or("model not recorded");
        let provider = entry.provider.as_ref().map(|provider| format!("{provider}/")).unwrap_or_default();
        push(format!("calls of {provider}{model}"), &entry.figures);
    }
    table
}

fn wrong_table(wrong: &[WrongAnswer]) -> Table {
    let mut table = Table::new(
        "wrong",
        vec![
            Column::id("trace_id", "trace"),
            Column::id("started_at", "started (UTC)"),
            Column::hidden("name"),
            Column::text("reasons", "why"),
            Column::text("input_text", "question"),
        ],
    );
    for answer in wrong {
        table.push(vec![
            Cell::Text(answer.trace_id.as_str().into()),
            Cell::maybe(answer.started_at, Cell::Time),
            Cell::Text(answer.name.clone()),
            Cell::Text(answer.reasons.clone()),
            Cell::text(answer.input.as_deref()),
        ]);
    }
    table
}

fn document(workspace: &Workspace, report: &Report) -> Map<String, Value> {
    let origin = match workspace.origin() {
        Origin::Named => "named",
        Origin::Found => "found",
        Origin::Samples => "samples",
    };
    let size = &report.size;
    let list = |table: Table| table.objects().map(Value::Object).collect::<Value>();
    let next: Vec<Value> =
        report.next.iter().map(|(command, what)| json!({"command": command, "what": what})).collect();
    let fields = [
        ("workspace", json!({"name": workspace.name(), "path": workspace.root().to_string_lossy(), "origin": origin})),
        (
            "index",
            json!({
                "traces": size.traces, "spans": size.spans, "sources": size.sources, "runs": size.runs,
                "newest": size.newest.map(Timestamp::to_rfc3339),
            }),
        ),
        ("figures", list(figures_table(report))),
        ("wrong", list(wrong_table(&report.wrong))),
        ("runs", list(runs_table(&report.runs))),
        ("next", Value::Array(next)),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

//! Traces as rows, for every command that lists them.

use super::cell::Cell;
use super::figures;
use super::table::{Column, Table};
use super::terminal::Paint;
use crate::domain::ids::SessionId;
use crate::domain::span::SpanStatus;
use crate::store::{TraceRow, TraceTexts};

/// A table of traces; JSON and CSV have the columns of the `traces` view.
pub fn table(rows: &[TraceRow], texts: Option<&[TraceTexts]>) -> Table {
    let mut table = Table::new(
        "traces",
        vec![
            Column::id("trace_id", "trace"),
            Column::id("started_at", "started (UTC)"),
            Column::id("status", "status"),
            Column::text("name", "name"),
            Column::text("models", "model"),
            Column::number("duration_ms", "ms"),
            Column::number("tokens", "tok"),
            Column::number("cost_usd", "$"),
            Column::number("spans", "spans"),
            Column::number("chunks", "chunks"),
            Column::number("feedback", "feedback"),
            Column::hidden("llm_calls"),
            Column::hidden("input_tokens"),
            Column::hidden("output_tokens"),
            Column::hidden("session_id"),
            Column::hidden("user_id"),
            Column::hidden("tenant_id"),
            Column::hidden("environment"),
            Column::hidden("tags"),
            Column::hidden("prompt_name"),
            Column::hidden("prompt_version"),
            Column::text("input_text", "question"),
            Column::hidden("output_text"),
        ],
    );
    for (at, row) in rows.iter().enumerate() {
        let whole = texts.and_then(|texts| texts.get(at)).cloned();
        let (input, output) = whole.unwrap_or_else(|| (row.input_preview.clone(), row.output_preview.clone()));
        table.push(vec![
            Cell::Text(row.trace_id.as_str().into()),
            Cell::Time(row.started_at),
            status(row),
            Cell::Text(row.name.clone()),
            Cell::List(row.models.clone()),
            Cell::maybe(row.duration_ms, Cell::Millis),
            Cell::count(row.tokens),
            Cell::maybe(row.cost_usd, Cell::Usd),
            Cell::Count(row.spans.into()),
            Cell::Count(row.chunks.into()),
            Cell::maybe(row.feedback, Cell::Real),
            Cell::Count(row.llm_calls.into()),
            Cell::count(row.input_tokens),
            Cell::count(row.output_tokens),
            Cell::text(row.session_id.as_ref().map(SessionId::as_str)),
            Cell::text(row.user_id.as_deref()),
            Cell::text(row.tenant_id.as_deref()),
            Cell::text(row.environment.as_deref()),
            Cell::List(row.tags.clone()),
            Cell::text(row.prompt_name.as_deref()),
            Cell::text(row.prompt_version.as_deref()),
            Cell::text(input),
            Cell::text(output),
        ]);
    }
    table
}

/// The status of a trace in one word.
pub fn status(row: &TraceRow) -> Cell {
    Cell::Status(row.status.as_str().to_owned(), status_paint(row.status))
}

/// The style of a span's status.
pub const fn status_paint(status: SpanStatus) -> Paint {
    match status {
        SpanStatus::Ok => Paint::Good,
        SpanStatus::Error => Paint::Bad,
        SpanStatus::Unset => Paint::Dim,
    }
}

/// The figures of a trace in one line: `1204 ms · 612 tok · $0.0001`.
pub fn summary(row: &TraceRow) -> String {
    let unknown = || figures::UNKNOWN.to_owned();
    let mut parts = vec![
        row.duration_ms.map_or_else(unknown, figures::millis) + " ms",
        row.tokens.map_or_else(unknown, |tokens| tokens.to_string()) + " tok",
        row.cost_usd.map_or_else(|| "$ —".to_owned(), |cost| format!("${}", figures::usd(cost))),
        figures::counted(row.spans, "span", "spans"),
    ];
    if row.chunks > 0 {
        parts.push(figures::counted(row.chunks, "chunk", "chunks"));
    }
    for (name, value) in [
        ("session", row.session_id.as_ref().map(SessionId::as_str)),
        ("user", row.user_id.as_deref()),
        ("tenant", row.tenant_id.as_deref()),
        ("env", row.environment.as_deref()),
    ] {
        parts.extend(value.map(|value| format!("{name} {value}")));
    }
    parts.join(" · ")
}

//! `hindcast show`: one trace with its tree, messages, chunks and scores, or the traces of a session.

use serde_json::{Map, Value};

use super::super::context::Context;
use super::super::figures;
use super::super::output::Format;
use super::super::span_json;
use super::super::table::Table;
use super::super::trace_rows;
use super::super::trace_text;
use crate::domain::ids::SessionId;
use crate::domain::span::Span;
use crate::error::{AppError, Exit};
use crate::store::{Store, TraceDetail};

/// Arguments of `hindcast show`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The trace, or the start of its id
    #[arg(value_name = "TRACE_ID", required_unless_present = "session", conflicts_with = "session")]
    pub trace_id: Option<String>,
    /// Show one span of it whole
    #[arg(long, value_name = "SPAN_ID", conflicts_with = "session")]
    pub span: Option<String>,
    /// Show the traces of a session in order
    #[arg(long, value_name = "ID")]
    pub session: Option<String>,
}

/// Shows it.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let store = context.store()?;
    if let Some(id) = &args.session {
        return session(id, store, context);
    }
    let prefix = args.trace_id.as_deref().unwrap_or_default();
    let id = store.resolve_trace(prefix, &context.cancel)?;
    let trace = store.trace(&id, &context.cancel)?;
    context.notices.clear();
    match &args.span {
        Some(prefix) => span(&trace, prefix, context)?,
        None => whole(&trace, context)?,
    }
    Ok(Exit::Fine)
}

fn whole(trace: &TraceDetail, context: &mut Context<'_>) -> Result<(), AppError> {
    match context.out.format() {
        Format::Table => trace_text::trace(trace, &mut context.out),
        Format::Json => context.out.document(document(trace)),
        Format::Jsonl => {
            trace.spans.iter().try_for_each(|span| context.out.json_line(&Value::Object(span_json::span(span))))
        }
        Format::Csv => context.out.rows(&spans_table(&trace.spans)),
    }
}

fn document(trace: &TraceDetail) -> Map<String, Value> {
    let root = trace.spans.iter().find(|span| span.span_id == trace.row.root_span_id);
    let texts = (root.and_then(|span| span.input_text.clone()), root.and_then(|span| span.output_text.clone()));
    let texts =
        (texts.0.or_else(|| trace.row.input_preview.clone()), texts.1.or_else(|| trace.row.output_preview.clone()));
    let row = trace_rows::table(std::slice::from_ref(&trace.row), Some(&[texts]));
    let mut document = row.objects().next().unwrap_or_default();
    // The counts of the row are the lengths of these lists.
    document.insert("spans".into(), trace.spans.iter().map(|span| Value::Object(span_json::span(span))).collect());
    document.insert("scores".into(), trace.scores.iter().map(span_json::score).collect());
    document.insert("results".into(), trace.results.iter().map(span_json::result).collect());
    document
}

fn span(trace: &TraceDetail, prefix: &str, context: &mut Context<'_>) -> Result<(), AppError> {
    let matching: Vec<&Span> = trace.spans.iter().filter(|span| span.span_id.as_str().starts_with(prefix)).collect();
    let exact = matching.iter().find(|span| span.span_id.as_str() == prefix);
    let span = match (exact, matching.as_slice()) {
        (Some(span), _) | (None, [span]) => span,
        (None, []) => {
            let id = trace.row.trace_id.as_str();
            return Err(AppError::store(format!("no span `{prefix}` in trace {id}"))
                .hint(format!("hindcast show {id} lists its spans")));
        }
        (None, several) => {
            let names: Vec<_> = several.iter().take(5).map(|span| span.span_id.as_str()).collect();
            return Err(AppError::usage(format!("`{prefix}` fits several spans: {}", names.join(", "))));
        }
    };
    match context.out.format() {
        Format::Table => trace_text::span(span, &mut context.out),
        Format::Json => context.out.document(span_json::span(span)),
        Format::Jsonl => context.out.json_line(&Value::Object(span_json::span(span))),
        Format::Csv => context.out.rows(&spans_table(std::slice::from_ref(*span))),
    }
}

/// Spans as rows of their scalar columns.
fn spans_table(spans: &[Span]) -> Table {
    use super::super::cell::Cell;
    use super::super::table::Column;
    let nested = ["messages", "chunks", "tool_calls", "scores"];
    let objects: Vec<Map<String, Value>> = spans.iter().map(span_json::span).collect();
    let names: Vec<String> = objects
        .first()
        .map(|object| object.keys().filter(|key| !nested.contains(&key.as_str())).cloned().collect())
        .unwrap_or_default();
    let mut table = Table::new("spans", names.iter().map(|name| Column::hidden(name.clone())).collect());
    for mut object in objects {
        table.push(names.iter().map(|name| Cell::Json(object.remove(name).unwrap_or(Value::Null))).collect());
    }
    table
}

fn session(id: &str, store: &Store, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let rows = store.session_traces(&SessionId::from(id), &context.cancel)?;
    context.notices.clear();
    if rows.is_empty() {
        return Err(AppError::store(format!("no session `{id}`")).hint("hindcast sessions lists the sessions"));
    }
    let texts = store.trace_texts(&rows, &context.cancel)?;
    if context.out.format() != Format::Table {
        context.out.rows(&trace_rows::table(&rows, Some(&texts)))?;
        return Ok(Exit::Fine);
    }
    context.out.head(&format!("session {id} · {}", figures::counted(rows.len() as u64, "turn", "turns")))?;
    for (turn, (row, (input, output))) in rows.iter().zip(&texts).enumerate() {
        context.out.line("")?;
        context.out.head(&format!("{}  {}  {}", turn + 1, figures::time(row.started_at), row.trace_id.as_str()))?;
        context.out.line(&format!("   {} · {}", row.status.as_str(), trace_rows::summary(row)))?;
        for (mark, text) in [("› ", input), ("‹ ", output)] {
            let text = text.as_deref().unwrap_or(figures::UNKNOWN);
            context.out.block("   ", &format!("{mark}{text}"))?;
        }
    }
    Ok(Exit::Fine)
}

//! A trace as plain text: figures, the tree, the answer's messages, chunks and scores.

use std::collections::{BTreeMap, BTreeSet};

use super::cell::Cell;
use super::figures;
use super::output::Output;
use super::span_json::millis;
use super::table::{Column, Table};
use super::terminal::Paint;
use super::trace_rows;
use crate::domain::ids::SpanId;
use crate::domain::message::{Message, Part};
use crate::domain::score::Score;
use crate::domain::span::{Span, SpanKind, SpanStatus};
use crate::error::AppError;
use crate::store::TraceDetail;

/// Prints a trace.
pub fn trace(trace: &TraceDetail, out: &mut Output) -> Result<(), AppError> {
    let row = &trace.row;
    out.painted(&[
        (Some(Paint::Bold), &format!("{}  {}  ", row.trace_id.as_str(), row.name)),
        (Some(trace_rows::status_paint(row.status)), row.status.as_str()),
    ])?;
    out.line(&format!("{} UTC · {}", figures::time(row.started_at), trace_rows::summary(row)))?;
    if let Some(prompt) = &row.prompt_name {
        let version = row.prompt_version.as_ref().map(|version| format!("@{version}")).unwrap_or_default();
        out.line(&format!("prompt {prompt}{version}"))?;
    }
    section("Spans", out)?;
    out.rows(&tree(&trace.spans))?;
    if let Some(call) = answer(&trace.spans) {
        section(&format!("Messages of {} {}", call.name, call.span_id.as_str()), out)?;
        call.input_messages.iter().chain(&call.output_messages).try_for_each(|message| self::message(message, out))?;
        if call.output_messages.is_empty()
            && let Some(text) = &call.output_text
        {
            out.line("assistant")?;
            out.block("  ", text)?;
        }
    }
    chunks(&trace.spans, out)?;
    scores(&trace.scores, out)?;
    if !trace.results.is_empty() {
        section("Replayed", out)?;
        for result in &trace.results {
            out.head(&format!("{} {} {}", result.run_id.as_str(), result.variant.as_str(), result.model))?;
            let text = result.output_text.as_deref().or(result.error.as_deref()).unwrap_or(result.status.as_str());
            out.block("  ", text)?;
        }
    }
    Ok(())
}

/// Prints one span whole.
pub fn span(span: &Span, out: &mut Output) -> Result<(), AppError> {
    out.painted(&[
        (Some(Paint::Bold), &format!("{}  {} {}  ", span.span_id.as_str(), span.kind.as_str(), span.name)),
        (Some(trace_rows::status_paint(span.status)), span.status.as_str()),
    ])?;
    let unknown = || figures::UNKNOWN.to_owned();
    out.line(&format!(
        "{} UTC · {} ms · {} in, {} out tok · ${} ({})",
        figures::time(span.started_at),
        span.duration_ns().map_or_else(unknown, |nanos| figures::millis(millis(nanos))),
        span.usage.input.map_or_else(unknown, |count| count.to_string()),
        span.usage.output.map_or_else(unknown, |count| count.to_string()),
        span.cost.amount().map_or_else(unknown, figures::usd),
        span.cost.source(),
    ))?;
    for (name, value) in [
        ("error", span.status_message.as_deref().or(span.error_type.as_deref())),
        ("provider", span.provider.as_deref()),
        ("model", span.model()),
        ("finish reason", span.finish_reason.as_deref()),
    ] {
        if let Some(value) = value {
            out.block("", &format!("{name}: {value}"))?;
        }
    }
    let messages = span.input_messages.len() + span.output_messages.len();
    if messages > 0 {
        section("Messages", out)?;
        span.input_messages.iter().chain(&span.output_messages).try_for_each(|message| self::message(message, out))?;
    } else {
        for (name, text) in [("Input", &span.input_text), ("Output", &span.output_text)] {
            if let Some(text) = text {
                section(name, out)?;
                out.block("  ", text)?;
            }
        }
    }
    chunks(std::slice::from_ref(span), out)?;
    if !span.tool_calls.is_empty() {
        section("Tool calls", out)?;
        for call in &span.tool_calls {
            out.block("  ", &format!("{} {}", call.name, call.arguments))?;
            let result = call.error.as_deref().or(call.result.as_deref()).unwrap_or(figures::UNKNOWN);
            out.block("    ", result)?;
        }
    }
    for (name, map) in [("Parameters", &span.parameters), ("Attributes", &span.attributes)] {
        if !map.is_empty() {
            section(name, out)?;
            for (key, value) in map {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                out.block("  ", &format!("{key}: {value}"))?;
            }
        }
    }
    scores(&span.scores, out)
}

fn section(name: &str, out: &mut Output) -> Result<(), AppError> {
    out.line("")?;
    out.head(name)
}

/// The spans as an indented tree with their figures.
fn tree(spans: &[Span]) -> Table {
    let mut table = Table::new(
        "spans",
        vec![
            Column::id("span", "span"),
            Column::id("id", "id"),
            Column::id("status", "status"),
            Column::number("start_ms", "start ms"),
            Column::number("duration_ms", "ms"),
            Column::number("tokens", "tok"),
            Column::number("cost_usd", "$"),
            Column::text("model", "model"),
        ],
    );
    let first = spans.iter().map(|span| span.started_at).min().unwrap_or_default();
    for (depth, span) in in_order(spans) {
        let status = match &span.status_message {
            Some(message) if span.status == SpanStatus::Error => format!("error: {message}"),
            _ => span.status.as_str().to_owned(),
        };
        let indent = "  ".repeat(depth.min(MOST_INDENT));
        table.push(vec![
            Cell::Text(format!("{indent}{} {}", span.kind.as_str(), span.name)),
            Cell::Text(span.span_id.as_str().into()),
            Cell::Status(status, trace_rows::status_paint(span.status)),
            Cell::Millis(millis(span.started_at.since(first))),
            Cell::maybe(span.duration_ns(), |nanos| Cell::Millis(millis(nanos))),
            Cell::count(span.usage.total()),
            Cell::maybe(span.cost.amount(), Cell::Usd),
            Cell::text(span.model()),
        ]);
    }
    table
}

/// The deepest a tree is indented: a trace can be deeper than any line is long.
const MOST_INDENT: usize = 24;

/// The spans with their depths, children after their parents; a span whose parent is missing is a root, and so is one
/// of a ring that no root leads to.
fn in_order(spans: &[Span]) -> Vec<(usize, &Span)> {
    let known: BTreeSet<&str> = spans.iter().map(|span| span.span_id.as_str()).collect();
    let mut children: BTreeMap<&str, Vec<&Span>> = BTreeMap::new();
    let mut roots = Vec::new();
    for span in spans {
        match span.parent_id.as_ref().map(SpanId::as_str).filter(|id| known.contains(id)) {
            Some(parent) => children.entry(parent).or_default().push(span),
            None => roots.push(span),
        }
    }
    let mut seen = BTreeSet::new();
    let mut ordered = Vec::with_capacity(spans.len());
    for root in roots.into_iter().chain(spans) {
        let mut stack = vec![(0, root)];
        while let Some((depth, span)) = stack.pop() {
            if !seen.insert(span.span_id.as_str()) {
                continue;
            }
            ordered.push((depth, span));
            let below = children.get(span.span_id.as_str()).into_iter().flatten();
            stack.extend(below.rev().map(|child| (depth + 1, *child)));
        }
    }
    ordered
}

/// The call that most likely gave the answer: the last fine model call, else the last.
fn answer(spans: &[Span]) -> Option<&Span> {
    let calls = || spans.iter().filter(|span| span.kind == SpanKind::Llm);
    calls().rfind(|span| span.status != SpanStatus::Error && span.output_text.is_some()).or_else(|| calls().next_back())
}

/// Prints one message under its role.
pub fn message(message: &Message, out: &mut Output) -> Result<(), AppError> {
    out.painted(&[(Some(Paint::Dim), message.role.as_str())])?;
    for part in &message.parts {
        match part {
            Part::Text { text } => out.block("  ", text)?,
            Part::Reasoning { text } => out.block("  (reasoning) ", text)?,
            Part::ToolCall(call) => out.block("  ", &format!("→ {} {}", call.name, call.arguments))?,
            Part::ToolResult { result, .. } => {
                let text = result.as_str().map_or_else(|| result.to_string(), str::to_owned);
                out.block("  ", &format!("← {text}"))?;
            }
            Part::Other { value } => out.block("  ", &value.to_string())?,
        }
    }
    Ok(())
}

fn chunks(spans: &[Span], out: &mut Output) -> Result<(), AppError> {
    let mut table = Table::new(
        "chunks",
        vec![
            Column::number("rank", "rank"),
            Column::id("document_id", "document"),
            Column::number("score", "score"),
            Column::id("role", "role"),
            Column::text("content", "content"),
        ],
    );
    for chunk in spans.iter().flat_map(|span| &span.chunks) {
        table.push(vec![
            Cell::Count(chunk.rank.into()),
            Cell::text(chunk.document_id.as_deref()),
            Cell::maybe(chunk.score, Cell::Real),
            Cell::Text(chunk.role.as_str().into()),
            Cell::text(chunk.content.as_deref()),
        ]);
    }
    if table.rows.is_empty() {
        return Ok(());
    }
    section("Chunks", out)?;
    out.rows(&table)
}

fn scores(scores: &[Score], out: &mut Output) -> Result<(), AppError> {
    if scores.is_empty() {
        return Ok(());
    }
    section("Scores", out)?;
    for score in scores {
        let value = match (score.value, &score.label) {
            (Some(value), Some(label)) => format!(" {} ({label})", figures::real(value)),
            (Some(value), None) => format!(" {}", figures::real(value)),
            (None, Some(label)) => format!(" {label}"),
            (None, None) => String::new(),
        };
        let why = score.explanation.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        out.block("  ", &format!("{}{value} by {}{why}", score.name, score.source.as_str()))?;
    }
    Ok(())
}

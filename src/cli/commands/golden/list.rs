//! `hindcast golden list`: which cases there are.

use serde_json::{Value, json};

use super::super::super::cell::Cell;
use super::super::super::context::Context;
use super::super::super::table::{Column, Table};
use crate::domain::ids::{SpanId, TraceId};
use crate::error::{AppError, Exit};
use crate::services::golden::{ListedCase, Recording, list as listed};

/// Prints them.
pub fn list(filter: &[String], context: &mut Context<'_>) -> Result<Exit, AppError> {
    let parsed = context.filter(filter)?;
    let cases = listed(context.services, context.store()?, &parsed, &context.cancel)?;
    context.notices.clear();
    context.out.rows(&table(&cases))?;
    if cases.is_empty() {
        context.notices.note(if filter.is_empty() {
            "no golden cases yet: `hindcast golden add TRACE_ID` keeps one"
        } else {
            "no golden case matches"
        });
    }
    Ok(Exit::Fine)
}

fn table(cases: &[ListedCase]) -> Table {
    let mut table = Table::new(
        "cases",
        vec![
            Column::id("id", "case"),
            Column::hidden("trace_id"),
            Column::hidden("span_id"),
            Column::id("recorded", "recorded"),
            Column::number("facts", "facts"),
            Column::number("chunk_count", "chunks"),
            Column::number("relevant_count", "relevant"),
            Column::text("question", "question"),
            Column::text("note", "note"),
            Column::hidden("expected_facts"),
            Column::hidden("relevant"),
            Column::hidden("chunks"),
            Column::hidden("created_at"),
        ],
    );
    for ListedCase { golden, recording } in cases {
        let relevant = golden.relevant.iter().map(|one| json!({"document_id": one.document_id, "grade": one.grade}));
        let chunks = golden.chunks.iter().map(|one| json!({"document_id": one.document_id, "content": one.content}));
        table.push(vec![
            Cell::Text(golden.id.as_str().into()),
            Cell::text(golden.trace_id.as_ref().map(TraceId::as_str)),
            Cell::text(golden.span_id.as_ref().map(SpanId::as_str)),
            Cell::Flag(*recording == Recording::Here),
            Cell::Count(golden.expected_facts.len() as i128),
            Cell::Count(golden.chunks.len() as i128),
            Cell::Count(golden.relevant.len() as i128),
            Cell::Text(golden.question.clone()),
            Cell::text(golden.note.clone()),
            Cell::Json(Value::from(golden.expected_facts.clone())),
            Cell::Json(relevant.collect()),
            Cell::Json(chunks.collect()),
            Cell::maybe(golden.created_at, Cell::Time),
        ]);
    }
    table
}

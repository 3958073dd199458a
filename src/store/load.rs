//! Reading whole spans back from the tables.

use std::collections::HashMap;

use duckdb::{Connection, ToSql};
use serde_json::{Map, Value};

use super::error::Result;
use super::row_reader::RowReader;
use super::tables::nanos;
use crate::domain::chunk::{Chunk, ChunkRole};
use crate::domain::message::{Direction, Message, Part, Role};
use crate::domain::score::{Score, ScoreSource};
use crate::domain::span::{Cost, PromptRef, Span, SpanKind, SpanStatus, ToolExecution, Usage};
use crate::domain::time::Timestamp;

type Key = (String, String);

/// Which spans: a condition on `t.trace_id`, `t.span_id` and `{ns}` (the span's start in any table), with its parameters.
pub(super) struct Which<'a> {
    pub condition: &'a str,
    pub params: &'a [&'a dyn ToSql],
}

impl Which<'_> {
    fn rows(
        &self,
        conn: &Connection,
        columns: &str,
        table: &str,
        ns: &str,
        order: &str,
        each: &mut dyn FnMut(&mut RowReader<'_, '_>) -> Result<()>,
    ) -> Result<()> {
        let condition = self.condition.replace("{ns}", ns);
        let sql = format!("SELECT {columns} FROM store.{table} t WHERE {condition} ORDER BY {order}");
        let mut statement = conn.prepare(&sql)?;
        let mut rows = statement.query(self.params)?;
        while let Some(row) = rows.next()? {
            each(&mut RowReader::new(row))?;
        }
        Ok(())
    }
}

/// Reads spans with everything below them, by start.
pub(super) fn spans(conn: &Connection, which: &Which<'_>) -> Result<Vec<Span>> {
    let mut spans: Vec<Span> = Vec::new();
    which.rows(conn, SPAN, "spans", "t.started_ns", "t.started_ns, t.span_id", &mut |row| {
        spans.push(span(row)?);
        Ok(())
    })?;
    let places: HashMap<Key, usize> = spans
        .iter()
        .enumerate()
        .map(|(place, span)| ((span.trace_id.as_str().to_owned(), span.span_id.as_str().to_owned()), place))
        .collect();
    let below = "t.trace_id, t.span_id";
    let columns = format!("{below}, direction, role, name, content, parts");
    which.rows(conn, &columns, "messages", "t.span_ns", &format!("{below}, direction, position"), &mut |row| {
        let key = key(row)?;
        let output = row.text()?.as_deref() == Some(Direction::Output.as_str());
        let message = message(row)?;
        if let Some(span) = places.get(&key).and_then(|place| spans.get_mut(*place)) {
            if output { &mut span.output_messages } else { &mut span.input_messages }.push(message);
        }
        Ok(())
    })?;
    let columns = format!("{below}, role, rank, document_id, score, content, metadata");
    which.rows(conn, &columns, "chunks", "t.span_ns", &format!("{below}, role, rank"), &mut |row| {
        let key = key(row)?;
        let chunk = chunk(row)?;
        if let Some(span) = places.get(&key).and_then(|place| spans.get_mut(*place)) {
            span.chunks.push(chunk);
        }
        Ok(())
    })?;
    let columns = format!("{below}, name, arguments, result, error, duration_ms");
    which.rows(conn, &columns, "tool_calls", "t.span_ns", &format!("{below}, position"), &mut |row| {
        let key = key(row)?;
        let tool = ToolExecution {
            name: row.get()?,
            arguments: json(row.text()?).unwrap_or_default(),
            result: row.text()?,
            error: row.text()?,
            duration_ns: row.get::<Option<f64>>()?.map(nanos),
        };
        if let Some(span) = places.get(&key).and_then(|place| spans.get_mut(*place)) {
            span.tool_calls.push(tool);
        }
        Ok(())
    })?;
    Ok(spans)
}

const SPAN: &str = "trace_id, span_id, parent_id, kind, name, started_ns, ended_ns, ttft_ms, status, status_message, \
    error_type, provider, request_model, response_model, finish_reason, parameters, tools, input_text, output_text, \
    input_tokens, output_tokens, cached_input_tokens, cache_write_tokens, reasoning_tokens, cost_usd, cost_source, \
    prompt_name, prompt_version, prompt_template, prompt_variables, session_id, user_id, tenant_id, environment, tags, \
    attributes, source_id";

fn span(row: &mut RowReader<'_, '_>) -> Result<Span> {
    Ok(Span {
        trace_id: row.get::<String>()?.into(),
        span_id: row.get::<String>()?.into(),
        parent_id: row.text()?.map(Into::into),
        kind: row.text()?.and_then(|kind| SpanKind::parse(&kind)).unwrap_or_default(),
        name: row.get()?,
        started_at: row.nanos()?,
        ended_at: row.get::<Option<i64>>()?.map(Timestamp::from_nanos),
        ttft_ns: row.get::<Option<f64>>()?.map(nanos),
        status: row.text()?.and_then(|status| SpanStatus::parse(&status)).unwrap_or_default(),
        status_message: row.text()?,
        error_type: row.text()?,
        provider: row.text()?,
        request_model: row.text()?,
        response_model: row.text()?,
        finish_reason: row.text()?,
        parameters: object(row.text()?).unwrap_or_default(),
        tools: json(row.text()?),
        input_text: row.text()?,
        output_text: row.text()?,
        input_messages: Vec::new(),
        output_messages: Vec::new(),
        chunks: Vec::new(),
        tool_calls: Vec::new(),
        usage: Usage {
            input: row.count()?,
            output: row.count()?,
            cached_input: row.count()?,
            cache_write: row.count()?,
            reasoning: row.count()?,
            ..Usage::default()
        },
        cost: cost(row)?,
        prompt: PromptRef {
            name: row.text()?,
            version: row.text()?,
            template: row.text()?,
            variables: object(row.text()?),
        },
        session_id: row.text()?.map(Into::into),
        user_id: row.text()?,
        tenant_id: row.text()?,
        environment: row.text()?,
        tags: row.texts()?,
        attributes: object(row.text()?).unwrap_or_default(),
        scores: Vec::new(),
        source_id: row.get::<String>()?.into(),
    })
}

fn cost(row: &mut RowReader<'_, '_>) -> Result<Cost> {
    let amount = row.money()?;
    Ok(match (amount, row.text()?.as_deref()) {
        (Some(amount), Some("computed")) => Cost::Computed(amount),
        (Some(amount), _) => Cost::Recorded(amount),
        (None, _) => Cost::Unknown,
    })
}

fn key(row: &mut RowReader<'_, '_>) -> Result<Key> {
    Ok((row.get()?, row.get()?))
}

fn message(row: &mut RowReader<'_, '_>) -> Result<Message> {
    let role = row.text()?.unwrap_or_default();
    let name = row.text()?;
    let content = row.text()?.unwrap_or_default();
    let parts: Option<Vec<Part>> = row.text()?.and_then(|text| serde_json::from_str(&text).ok());
    let role = [Role::System, Role::User, Role::Assistant, Role::Tool]
        .into_iter()
        .find(|known| known.as_str() == role)
        .unwrap_or(Role::Other(role));
    Ok(Message { role, name, parts: parts.unwrap_or_else(|| vec![Part::Text { text: content }]) })
}

fn chunk(row: &mut RowReader<'_, '_>) -> Result<Chunk> {
    Ok(Chunk {
        role: row.text()?.and_then(|role| ChunkRole::parse(&role)).unwrap_or(ChunkRole::Retrieved),
        rank: row.get::<i32>()?.try_into().unwrap_or(0),
        document_id: row.text()?,
        score: row.get()?,
        content: row.text()?,
        metadata: object(row.text()?).unwrap_or_default(),
    })
}

/// The columns of a score, for [`score`].
pub(super) const SCORE: &str = "trace_id, span_id, result_id, name, value, label, explanation, source, created_ns";

/// Reads a score from the columns [`SCORE`].
pub(super) fn score(row: &mut RowReader<'_, '_>) -> Result<Score> {
    Ok(Score {
        trace_id: row.get::<String>()?.into(),
        span_id: row.text()?.map(Into::into),
        result_id: row.text()?.map(Into::into),
        name: row.get()?,
        value: row.get()?,
        label: row.text()?,
        explanation: row.text()?,
        source: ScoreSource::parse(&row.get::<String>()?),
        created_at: row.nanos()?,
    })
}

/// JSON of a column.
pub(super) fn json(text: Option<String>) -> Option<Value> {
    serde_json::from_str(&text?).ok()
}

fn object(text: Option<String>) -> Option<Map<String, Value>> {
    match json(text)? {
        Value::Object(map) => Some(map),
        _ => None,
    }
}

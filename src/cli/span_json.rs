//! A trace as JSON: the public columns of its tables, nested.

use serde_json::{Map, Value, json};

use crate::domain::chunk::Chunk;
use crate::domain::message::{Direction, Message};
use crate::domain::run::RunResult;
use crate::domain::score::Score;
use crate::domain::span::{Span, ToolExecution};
use crate::domain::time::Timestamp;

/// One span with the columns of `spans`, then its messages, chunks, tool calls and scores.
pub fn span(span: &Span) -> Map<String, Value> {
    let usage = &span.usage;
    let messages: Vec<Value> = directed(&span.input_messages, Direction::Input)
        .chain(directed(&span.output_messages, Direction::Output))
        .collect();
    let fields = [
        ("trace_id", json!(span.trace_id)),
        ("span_id", json!(span.span_id)),
        ("parent_id", json!(span.parent_id)),
        ("kind", json!(span.kind.as_str())),
        ("name", json!(span.name)),
        ("started_at", time(span.started_at)),
        ("ended_at", span.ended_at.map_or(Value::Null, time)),
        ("duration_ms", json!(span.duration_ns().map(millis))),
        ("ttft_ms", json!(span.ttft_ns.map(millis))),
        ("status", json!(span.status.as_str())),
        ("status_message", json!(span.status_message)),
        ("error_type", json!(span.error_type)),
        ("provider", json!(span.provider)),
        ("model", json!(span.model())),
        ("request_model", json!(span.request_model)),
        ("response_model", json!(span.response_model)),
        ("finish_reason", json!(span.finish_reason)),
        ("parameters", json!(span.parameters)),
        ("tools", json!(span.tools)),
        ("input_text", json!(span.input_text)),
        ("output_text", json!(span.output_text)),
        ("input_tokens", json!(usage.input)),
        ("output_tokens", json!(usage.output)),
        ("cached_input_tokens", json!(usage.cached_input)),
        ("cache_write_tokens", json!(usage.cache_write)),
        ("reasoning_tokens", json!(usage.reasoning)),
        ("cost_usd", json!(span.cost.amount())),
        ("cost_source", json!(span.cost.source())),
        ("prompt_name", json!(span.prompt.name)),
        ("prompt_version", json!(span.prompt.version)),
        ("prompt_template", json!(span.prompt.template)),
        ("prompt_variables", json!(span.prompt.variables)),
        ("session_id", json!(span.session_id)),
        ("user_id", json!(span.user_id)),
        ("tenant_id", json!(span.tenant_id)),
        ("environment", json!(span.environment)),
        ("tags", json!(span.tags)),
        ("attributes", json!(span.attributes)),
        ("source_id", json!(span.source_id)),
        ("messages", Value::Array(messages)),
        ("chunks", span.chunks.iter().map(chunk).collect()),
        ("tool_calls", span.tool_calls.iter().enumerate().map(|(at, call)| tool_call(at, call)).collect()),
        ("scores", span.scores.iter().map(score).collect()),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn directed(messages: &[Message], direction: Direction) -> impl Iterator<Item = Value> {
    messages.iter().enumerate().map(move |(position, message)| {
        let calls: Vec<Value> = message.tool_calls().map(|call| json!(call)).collect();
        json!({
            "direction": direction.as_str(),
            "position": position,
            "role": message.role.as_str(),
            "content": message.content(),
            "parts": message.parts,
            "tool_call_id": message.tool_call_id(),
            "tool_calls": calls,
        })
    })
}

fn chunk(chunk: &Chunk) -> Value {
    json!({
        "role": chunk.role.as_str(),
        "rank": chunk.rank,
        "document_id": chunk.document_id,
        "score": chunk.score,
        "content": chunk.content,
        "metadata": chunk.metadata,
    })
}

fn tool_call(position: usize, call: &ToolExecution) -> Value {
    json!({
        "position": position,
        "name": call.name,
        "arguments": call.arguments,
        "result": call.result,
        "error": call.error,
        "duration_ms": call.duration_ns.map(millis),
    })
}

/// One score with the columns of `scores`.
pub fn score(score: &Score) -> Value {
    json!({
        "trace_id": score.trace_id,
        "span_id": score.span_id,
        "result_id": score.result_id,
        "name": score.name,
        "value": score.value,
        "label": score.label,
        "explanation": score.explanation,
        "source": score.source.as_str(),
        "created_at": time(score.created_at),
    })
}

/// One result of a run with its public fields; `steps` only where it is that of a chain.
pub fn result(result: &RunResult) -> Value {
    let mut fields = json!({
        "run_id": result.run_id,
        "result_id": result.result_id,
        "trace_id": result.trace_id,
        "span_id": result.span_id,
        "variant": result.variant,
        "model": result.model,
        "prompt": result.prompt,
        "sample": result.sample,
        "status": result.status.as_str(),
        "output_text": result.output_text,
        "tool_calls": result.tool_calls,
        "finish_reason": result.finish_reason,
        "input_tokens": result.input_tokens,
        "output_tokens": result.output_tokens,
        "cached_input_tokens": result.cached_input_tokens,
        "reasoning_tokens": result.reasoning_tokens,
        "cost_usd": result.cost_usd,
        "cost_source": result.cost_source,
        "latency_ms": result.latency_ms,
        "ttft_ms": result.ttft_ms,
        "attempts": result.attempts,
        "from_cache": result.from_cache,
        "error": result.error,
        "dropped": result.dropped,
        "response_model": result.response_model,
        "cache_write_tokens": result.cache_write_tokens,
        "audio_input_tokens": result.audio_input_tokens,
        "audio_output_tokens": result.audio_output_tokens,
    });
    if !result.steps.is_empty() {
        fields["steps"] = json!(result.steps);
    }
    fields
}

fn time(time: Timestamp) -> Value {
    Value::from(time.to_rfc3339())
}

/// Nanoseconds as milliseconds.
pub fn millis(nanos: i64) -> f64 {
    nanos as f64 / 1e6
}

//! Reads the chain of an agent from its spans.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::canonical::{CallKey, stands_for};
use super::recorded::{AnswerSource, RecordedAnswer, RecordedChain, RecordedRequest, RecordedStep};
use crate::domain::chunk::ChunkRole;
use crate::domain::ids::SpanId;
use crate::domain::message::{Message, Part, Role, ToolCall};
use crate::domain::span::{Span, SpanKind, ToolExecution};

/// Attributes that hold the id of the call a tool's span answers.
const CALL_ID: [&str; 3] = ["gen_ai.tool.call.id", "tool_call.id", "tool.call.id"];
/// What recorders put around the name of a tool in the name of its span.
const AROUND: [&str; 7] = ["execute_tool ", "retrieval ", ".tool", ".task", ".workflow", ".retrieve", "running tool: "];

/// The chain that ends with the call of a span: the calls of the same conversation, found by their answers standing in
/// the messages of later ones. Calls of other conversations (sub-agents, rewritten questions) are not part of it.
///
/// `calls` are the model calls of the trace by start, `spans` all of its spans by start.
pub fn recorded_chain(calls: &[&Span], spans: &[&Span], last: &SpanId) -> Option<RecordedChain> {
    let last = calls.iter().copied().find(|call| call.span_id == *last)?;
    let linked = linked(calls, last);
    let mut chain = RecordedChain::default();
    for (place, call) in linked.iter().enumerate() {
        let step = step(call, linked.get(place + 1).copied(), &mut chain.answers);
        chain.steps.push(step);
    }
    answers_by_id(&linked, &mut chain);
    for span in spans {
        from_span(span, spans, &mut chain);
    }
    Some(chain)
}

/// The last call of the conversation that a call belongs to.
pub fn last_of_conversation<'a>(calls: &[&'a Span], from: &'a Span) -> &'a Span {
    let mut last = from;
    let mut seen = HashSet::from([&from.span_id]);
    while let Some(next) = calls.iter().copied().rfind(|call| {
        call.started_at >= last.started_at
            && !seen.contains(&call.span_id)
            && call.input_messages.iter().any(|message| says(last, message))
    }) {
        seen.insert(&next.span_id);
        last = next;
    }
    last
}

/// The calls of a conversation in order, the given one last.
fn linked<'a>(calls: &[&'a Span], last: &'a Span) -> Vec<&'a Span> {
    let mut chain = vec![last];
    let mut seen = HashSet::from([&last.span_id]);
    loop {
        let first = chain[0];
        let mut before: Vec<&Span> = Vec::new();
        for message in first.input_messages.iter().filter(|message| message.role == Role::Assistant) {
            let found = calls.iter().copied().find(|call| {
                !seen.contains(&call.span_id) && call.started_at <= first.started_at && says(call, message)
            });
            if let Some(found) = found {
                seen.insert(&found.span_id);
                before.push(found);
            }
        }
        if before.is_empty() {
            return chain;
        }
        before.append(&mut chain);
        chain = before;
    }
}

/// Whether a message is what a call answered: by the ids of its tool calls, else by its content.
fn says(call: &Span, message: &Message) -> bool {
    if message.role != Role::Assistant {
        return false;
    }
    let asked: Vec<&ToolCall> = call.output_messages.iter().flat_map(Message::tool_calls).collect();
    let told: Vec<&ToolCall> = message.tool_calls().collect();
    let ids = |calls: &[&'_ ToolCall]| -> HashSet<String> {
        calls.iter().filter_map(|call| call.id.clone()).filter(|id| !id.is_empty()).collect()
    };
    let (asked_ids, told_ids) = (ids(&asked), ids(&told));
    if !asked_ids.is_empty() && !told_ids.is_empty() {
        return !asked_ids.is_disjoint(&told_ids);
    }
    let keys = |calls: &[&ToolCall]| {
        let mut keys: Vec<CallKey> = calls.iter().map(|call| CallKey::of(&call.name, &call.arguments)).collect();
        keys.sort();
        keys
    };
    let text = message.content();
    let same_text = answer_text(call).unwrap_or_default().trim() == text.trim();
    if asked.is_empty() && told.is_empty() { same_text && !text.trim().is_empty() } else { keys(&asked) == keys(&told) }
}

fn answer_text(call: &Span) -> Option<String> {
    if call.output_messages.is_empty() {
        return call.output_text.clone();
    }
    let texts: Vec<String> =
        call.output_messages.iter().map(Message::content).filter(|text| !text.is_empty()).collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
}

fn step(call: &Span, next: Option<&Span>, answers: &mut Vec<RecordedAnswer>) -> RecordedStep {
    let calls = call.output_messages.iter().flat_map(Message::tool_calls);
    let mut step = RecordedStep {
        span_id: call.span_id.clone(),
        text: answer_text(call),
        speaker: None,
        requests: calls.map(|call| RecordedRequest { call: call.clone(), answer: None }).collect(),
        inserted: Vec::new(),
        rewritten: None,
    };
    let Some(next) = next else { return step };
    let Some(place) = next.input_messages.iter().rposition(|message| says(call, message)) else { return step };
    let before = &next.input_messages[..place];
    step.speaker.clone_from(&next.input_messages[place].name);
    if !same_messages(before, &call.input_messages) {
        step.rewritten = Some(before.to_vec());
    }
    for message in &next.input_messages[place + 1..] {
        take_behind(message, &next.span_id, &mut step, answers);
    }
    step
}

/// Takes a message that stands behind a step's answer: its tool results as answers, the rest as inserted.
fn take_behind(message: &Message, span_id: &SpanId, step: &mut RecordedStep, answers: &mut Vec<RecordedAnswer>) {
    let mut rest = Vec::new();
    for part in &message.parts {
        let Part::ToolResult { id, result } = part else {
            rest.push(part.clone());
            continue;
        };
        let id = id.as_deref().filter(|id| !id.is_empty());
        let open = |request: &RecordedRequest| match id {
            Some(id) if request.call.id.is_some() => request.call.id.as_deref() == Some(id),
            _ => request.answer.is_none(),
        };
        if let Some(request) = step.requests.iter_mut().find(|request| open(request))
            && request.answer.is_none()
        {
            request.answer = Some(answers.len());
            answers.push(answer(&request.call, result.clone(), AnswerSource::Message, span_id));
        }
    }
    let is_result = rest.len() < message.parts.len();
    if !is_result || !rest.is_empty() {
        step.inserted.push(Message { parts: rest, ..message.clone() });
    }
}

fn answer(call: &ToolCall, result: Value, source: AnswerSource, span_id: &SpanId) -> RecordedAnswer {
    RecordedAnswer {
        name: call.name.clone(),
        arguments: call.arguments.clone(),
        result,
        source,
        span_id: span_id.clone(),
    }
}

/// Answers that stand, by the id of their call, in the messages of any later call of the chain.
fn answers_by_id(linked: &[&Span], chain: &mut RecordedChain) {
    let mut results: HashMap<&str, (&Value, &SpanId)> = HashMap::new();
    for call in linked {
        for part in call.input_messages.iter().flat_map(|message| &message.parts) {
            if let Part::ToolResult { id: Some(id), result } = part {
                results.entry(id).or_insert((result, &call.span_id));
            }
        }
    }
    for request in chain.steps.iter_mut().flat_map(|step| &mut step.requests) {
        if request.answer.is_none()
            && let Some((result, span_id)) = request.call.id.as_deref().and_then(|id| results.get(id))
        {
            request.answer = Some(chain.answers.len());
            chain.answers.push(answer(&request.call, (*result).clone(), AnswerSource::Message, span_id));
        }
    }
}

/// What the span of a tool, retriever or reranker answered: it is the answer to a recorded request, or stands by itself.
fn from_span(span: &Span, spans: &[&Span], chain: &mut RecordedChain) {
    let source = match span.kind {
        SpanKind::Tool => AnswerSource::Tool,
        SpanKind::Retriever => AnswerSource::Retriever,
        SpanKind::Reranker => AnswerSource::Reranker,
        _ => return,
    };
    // Within the span of a tool, other spans are how the tool did its work.
    if is_within_tool(span, spans) {
        return;
    }
    for execution in executions(span, source) {
        let id = call_id(span, &execution);
        let result = execution.result.as_deref().map(unwrapped);
        let asked = chain.steps.iter_mut().flat_map(|step| &mut step.requests).filter(|request| {
            let same = request.call.name == execution.name && stands_for(&execution.arguments, &request.call.arguments);
            id.as_deref().map_or(same, |id| request.call.id.as_deref().map_or(same, |call| call == id))
        });
        let mut asked: Vec<&mut RecordedRequest> = asked.collect();
        // Of several requests alike, the first span answers the first.
        let executed = spans.iter().take_while(|other| other.span_id != span.span_id);
        let earlier = executed.filter(|other| same_execution(other, source, &execution)).count();
        match asked.get_mut(if id.is_some() { 0 } else { earlier }) {
            Some(request) => {
                if let (None, Some(result)) = (request.answer, result) {
                    request.answer = Some(chain.answers.len());
                    let call = request.call.clone();
                    chain.answers.push(answer(&call, result, source, &span.span_id));
                }
            }
            None => {
                if let Some(result) = result {
                    let call = ToolCall { id: None, name: execution.name, arguments: execution.arguments };
                    chain.answers.push(answer(&call, result, source, &span.span_id));
                }
            }
        }
    }
}

/// Whether another span executed the same call.
fn same_execution(span: &Span, source: AnswerSource, wanted: &ToolExecution) -> bool {
    let same_kind = matches!(
        (span.kind, source),
        (SpanKind::Tool, AnswerSource::Tool)
            | (SpanKind::Retriever, AnswerSource::Retriever)
            | (SpanKind::Reranker, AnswerSource::Reranker)
    );
    same_kind
        && executions(span, source)
            .iter()
            .any(|done| CallKey::of(&done.name, &done.arguments) == CallKey::of(&wanted.name, &wanted.arguments))
}

fn is_within_tool(span: &Span, spans: &[&Span]) -> bool {
    let mut seen = HashSet::from([&span.span_id]);
    let mut current = span;
    while let Some(parent) =
        current.parent_id.as_ref().and_then(|id| spans.iter().copied().find(|span| span.span_id == *id))
    {
        if !seen.insert(&parent.span_id) {
            return false;
        }
        if parent.kind == SpanKind::Tool {
            return true;
        }
        current = parent;
    }
    false
}

fn executions(span: &Span, source: AnswerSource) -> Vec<ToolExecution> {
    if source == AnswerSource::Tool && !span.tool_calls.is_empty() {
        return span.tool_calls.clone();
    }
    let arguments = span.input_text.as_deref().map_or(Value::Null, |text| Value::String(text.to_owned()));
    let execution = ToolExecution {
        name: bare_name(&span.name).to_owned(),
        arguments,
        result: found_text(span),
        error: None,
        duration_ns: span.duration_ns(),
    };
    vec![execution]
}

/// What a span gave back: its output, else the texts of the documents it found.
fn found_text(span: &Span) -> Option<String> {
    if let Some(text) = span.output_text.clone().filter(|text| !text.is_empty()) {
        return Some(text);
    }
    let texts: Vec<&str> = span
        .chunks
        .iter()
        .filter(|chunk| chunk.role != ChunkRole::RerankerIn)
        .filter_map(|chunk| chunk.content.as_deref())
        .collect();
    (!texts.is_empty()).then(|| texts.join("\n\n"))
}

/// A tool's name without what recorders put around it.
fn bare_name(name: &str) -> &str {
    let mut bare = name.trim();
    for around in AROUND {
        bare = bare.strip_prefix(around).or_else(|| bare.strip_suffix(around)).unwrap_or(bare).trim();
    }
    bare
}

/// The id of the call that a tool's span answers, where it is recorded.
fn call_id(span: &Span, execution: &ToolExecution) -> Option<String> {
    let text = |value: &Value| value.as_str().filter(|id| !id.is_empty()).map(str::to_owned);
    let attribute = CALL_ID.iter().find_map(|name| span.attributes.get(*name).and_then(text));
    attribute.or_else(|| {
        let message: Value = serde_json::from_str(execution.result.as_deref()?).ok()?;
        text(message.pointer("/data/tool_call_id")?)
    })
}

/// A result as the model was given it: LangChain's spans hold the whole message around it.
fn unwrapped(result: &str) -> Value {
    let message: Option<Value> = result.starts_with('{').then(|| serde_json::from_str(result).ok()).flatten();
    let content = message
        .as_ref()
        .filter(|message| message.get("type").and_then(Value::as_str) == Some("tool"))
        .and_then(|message| message.pointer("/data/content"));
    match content {
        Some(text @ Value::String(_)) => text.clone(),
        _ => Value::String(result.to_owned()),
    }
}

/// Whether two lists of messages say the same.
pub(super) fn same_messages(one: &[Message], other: &[Message]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same_message(one, other))
}

fn same_message(one: &Message, other: &Message) -> bool {
    let keys = |message: &Message| -> Vec<CallKey> {
        message.tool_calls().map(|call| CallKey::of(&call.name, &call.arguments)).collect()
    };
    let others = |message: &Message| -> Vec<Part> {
        message.parts.iter().filter(|part| matches!(part, Part::Other { .. })).cloned().collect()
    };
    one.role == other.role
        && one.content() == other.content()
        && keys(one) == keys(other)
        && others(one) == others(other)
}

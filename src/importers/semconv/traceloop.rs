//! Traceloop's OpenLLMetry: the flattened form of earlier versions, and the current one, which is GenAI with extras.

use serde_json::{Map, Value};

use super::attributes::{Attrs, as_text, label, number, object, parsed};
use super::base::{Dialect, Parts, execution};
use super::openinference_messages::{messages, take_list};
use super::{documents, genai, genai_events, kind};
use crate::domain::chunk::{Chunk, ChunkRole};
use crate::domain::message::{Message, Role};
use crate::domain::patch::SpanPatch;
use crate::domain::span::{Span, SpanKind};
use crate::importers::raw::{RawEvent, RawSpan};

/// Spans with `traceloop.*` or flattened `gen_ai.prompt.N.*` attributes.
pub struct Traceloop;

const ENTITY_INPUT: &str = "traceloop.entity.input";
const ENTITY_OUTPUT: &str = "traceloop.entity.output";

impl Dialect for Traceloop {
    fn recognises(&self, raw: &RawSpan) -> bool {
        raw.attributes.iter().any(|(key, _)| {
            key.starts_with("traceloop.")
                || key == "llm.request.type"
                || key.starts_with("gen_ai.prompt.0.")
                || key.starts_with("gen_ai.completion.0.")
        }) || raw.events.iter().any(|event| event.name == "db.query.result")
    }

    fn is_content(&self, key: &str) -> bool {
        let flattened = ["gen_ai.prompt.", "gen_ai.completion.", "llm.request.functions."].iter().any(|prefix| {
            key.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
        });
        flattened
            || matches!(key, ENTITY_INPUT | ENTITY_OUTPUT | "traceloop.prompt.template")
            || genai::GenAi.is_content(key)
    }

    fn fill(&self, span: &mut Span, parts: &mut Parts, patches: &mut Vec<SpanPatch>) {
        span.kind = kind_of(span, &parts.events);
        genai::attributes(span);
        genai::contents(span, parts);
        flattened(span, parts);
        span.prompt.template =
            parts.take("traceloop.prompt.template").and_then(as_text).or(span.prompt.template.take());
        genai_events::from_span_events(span, parts, patches);
        vector_database(span, parts);
        let input = parts.take(ENTITY_INPUT).and_then(as_text);
        let output = parts.take(ENTITY_OUTPUT).and_then(as_text);
        entity(span, input, output);
        genai::finish(span, parts);
        if span.kind == SpanKind::Tool {
            tool(span);
        }
    }
}

fn kind_of(span: &Span, events: &[RawEvent]) -> SpanKind {
    let attrs = Attrs(&span.attributes);
    let searches = attrs
        .text("db.operation")
        .is_some_and(|operation| matches!(operation, "query" | "search" | "vector_db_retrieve"));
    let model = attrs.get("gen_ai.request.model").map(|_| SpanKind::Llm);
    attrs
        .text("traceloop.span.kind")
        .and_then(kind::traceloop)
        .or_else(|| attrs.text("llm.request.type").and_then(kind::request_type))
        .or_else(|| attrs.text("gen_ai.operation.name").and_then(kind::operation))
        .or_else(|| {
            (searches || events.iter().any(|event| event.name == "db.query.result")).then_some(SpanKind::Retriever)
        })
        .or(model)
        .unwrap_or(SpanKind::Other)
}

fn flattened(span: &mut Span, parts: &mut Parts) {
    let prompts = take_list(&mut parts.content, "gen_ai.prompt.");
    if span.input_messages.is_empty() {
        // Completion APIs have one text under the key `user`.
        let renamed = prompts.into_iter().map(|(index, members)| {
            let is_text = |(key, _): &(String, Value)| key == "user";
            let members = if members.iter().any(is_text) {
                members
                    .into_iter()
                    .map(|(key, value)| if key == "user" { ("content".to_owned(), value) } else { (key, value) })
                    .collect()
            } else {
                members
            };
            (index, members)
        });
        span.input_messages = messages(renamed.collect(), &Role::User);
    }
    let mut completions = take_list(&mut parts.content, "gen_ai.completion.");
    for members in completions.values_mut() {
        members.retain(|(key, value)| {
            if key == "finish_reason" && span.finish_reason.is_none() {
                span.finish_reason = label(value);
            }
            key != "finish_reason"
        });
    }
    if span.output_messages.is_empty() {
        span.output_messages = messages(completions, &Role::Assistant);
    }
    let functions = take_list(&mut parts.content, "llm.request.functions.");
    if span.tools.is_none() && !functions.is_empty() {
        let definition = |members: Vec<(String, Value)>| {
            let mut function: Map<String, Value> =
                members.into_iter().map(|(key, value)| (key, parsed(value))).collect();
            if let Some(schema) = function.shift_remove("input_schema") {
                function.entry("parameters").or_insert(schema);
            }
            serde_json::json!({"type": "function", "function": function})
        };
        span.tools = Some(functions.into_values().map(definition).collect());
    }
    for message in span.input_messages.iter_mut().chain(&mut span.output_messages) {
        unfold_text(message);
    }
}

/// A content that is the JSON text of a list of parts.
fn unfold_text(message: &mut Message) {
    use crate::domain::message::Part;
    if let [Part::Text { text }] = message.parts.as_slice()
        && text.starts_with("[{\"type\"")
        && let Some(list) = super::attributes::parse_text(text)
    {
        message.parts = super::messages::parts_of(list);
    }
}

/// One event a document.
fn vector_database(span: &mut Span, parts: &mut Parts) {
    for event in std::mem::take(&mut parts.events) {
        if event.name != "db.query.result" {
            parts.events.push(event);
            continue;
        }
        let rank = span.chunks.len() as u32 + 1;
        let mut chunk = Chunk {
            role: ChunkRole::Retrieved,
            rank,
            document_id: None,
            score: None,
            content: None,
            metadata: Map::new(),
        };
        for (key, value) in event.attributes {
            match key.strip_prefix("db.query.result.").unwrap_or(&key) {
                "id" => chunk.document_id = label(&value),
                "score" => chunk.score = number(&value),
                "document" => chunk.content = as_text(value),
                "metadata" => match object(&value) {
                    Some(members) => chunk.metadata.extend(members),
                    None => {
                        chunk.metadata.insert("metadata".to_owned(), value);
                    }
                },
                other => {
                    chunk.metadata.insert(other.to_owned(), value);
                }
            }
        }
        documents::complete(&mut chunk);
        span.chunks.push(chunk);
    }
}

/// Input and output of a decorated function. A task that returns documents is a retriever.
fn entity(span: &mut Span, input: Option<String>, output: Option<String>) {
    let found = output.as_deref().and_then(super::attributes::parse_text);
    let is_retriever = span.kind == SpanKind::Retriever || span.kind == SpanKind::Chain;
    if is_retriever
        && span.chunks.is_empty()
        && let Some(found) = found
        && (documents::is_list(&found) || span.kind == SpanKind::Retriever)
    {
        span.chunks = documents::from_value(found, ChunkRole::Retrieved);
        if !span.chunks.is_empty() {
            span.kind = SpanKind::Retriever;
            span.input_text = input.as_deref().and_then(first_argument);
        }
    }
    if span.kind == SpanKind::Llm {
        return;
    }
    span.input_text = span.input_text.take().or(input);
    span.output_text = span.output_text.take().or(output.map(unquote));
}

/// Decorators record what a function returned as JSON: a text then has quotes around it.
fn unquote(text: String) -> String {
    if text.starts_with('"') { serde_json::from_str(&text).unwrap_or(text) } else { text }
}

/// The query of a search function: its first text argument.
fn first_argument(input: &str) -> Option<String> {
    let call = super::attributes::parse_text(input)?;
    let positional =
        call.get("args").and_then(Value::as_array).and_then(|arguments| arguments.iter().find_map(Value::as_str));
    let named = || {
        let members = call.get("kwargs").or_else(|| call.get("inputs"))?.as_object()?;
        ["query", "question", "q", "text", "input"].iter().find_map(|key| members.get(*key)?.as_str())
    };
    positional.or_else(named).map(str::to_owned)
}

fn tool(span: &mut Span) {
    let attrs = Attrs(&span.attributes);
    let name = attrs.label(&["gen_ai.tool.name", "traceloop.entity.name"]).unwrap_or_else(|| span.name.clone());
    let given = span.input_text.as_deref().map_or(Value::Null, Value::from);
    let arguments = match super::attributes::arguments(given) {
        Value::Object(mut call) if call.contains_key("args") || call.contains_key("kwargs") => {
            let positional = call.get("args").and_then(Value::as_array).is_some_and(|list| !list.is_empty());
            if positional { Value::Object(call) } else { call.remove("kwargs").unwrap_or(Value::Object(Map::new())) }
        }
        other => other,
    };
    span.tool_calls = vec![execution(name, arguments, span.output_text.clone())];
}

//! The GenAI semantic conventions of OpenTelemetry, current and older: content in span attributes.
//!
//! <https://github.com/open-telemetry/semantic-conventions-genai>

use serde_json::Value;

use super::attributes::{Attrs, as_text, label, object, parsed};
use super::base::{Dialect, Parts, execution};
use super::{documents, genai_events, kind, messages, provider, usage};
use crate::domain::chunk::ChunkRole;
use crate::domain::message::{Message, Role};
use crate::domain::patch::{SpanPatch, asked_for, joined_content};
use crate::domain::span::{Span, SpanKind};
use crate::importers::raw::RawSpan;

/// Spans with `gen_ai.*` attributes or events.
pub struct GenAi;

const CONTENT: [&str; 9] = [
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    "gen_ai.tool.definitions",
    "gen_ai.tool.call.arguments",
    "gen_ai.tool.call.result",
    "gen_ai.retrieval.query.text",
    "gen_ai.retrieval.documents",
    "gen_ai.prompt.template",
];

impl Dialect for GenAi {
    fn recognises(&self, raw: &RawSpan) -> bool {
        raw.attributes.iter().any(|(key, _)| key.starts_with("gen_ai."))
            || raw.events.iter().any(|event| event.name.starts_with("gen_ai."))
    }

    fn is_content(&self, key: &str) -> bool {
        CONTENT.contains(&key)
    }

    fn fill(&self, span: &mut Span, parts: &mut Parts, patches: &mut Vec<SpanPatch>) {
        let operation = Attrs(&span.attributes).text("gen_ai.operation.name").and_then(kind::operation);
        span.kind = operation.unwrap_or_else(|| guess(Attrs(&span.attributes)));
        attributes(span);
        contents(span, parts);
        genai_events::from_span_events(span, parts, patches);
        finish(span, parts);
    }
}

/// The kind of a span whose recorder does not say the operation.
fn guess(attrs: Attrs<'_>) -> SpanKind {
    if attrs.get("gen_ai.tool.name").is_some() {
        SpanKind::Tool
    } else if attrs.get("gen_ai.request.model").is_some() {
        SpanKind::Llm
    } else {
        SpanKind::Other
    }
}

/// Everything that stands in small attributes, for this dialect and those that build on it.
pub fn attributes(span: &mut Span) {
    let attrs = Attrs(&span.attributes);
    span.provider = attrs.first_text(&["gen_ai.provider.name", "gen_ai.system"]).map(provider::normal);
    span.request_model = attrs.label(&["gen_ai.request.model"]);
    span.response_model = attrs.label(&["gen_ai.response.model"]);
    span.usage = usage::genai(attrs);
    span.cost = usage::cost(attrs, &["gen_ai.usage.cost", "gen_ai.usage.total_cost"]);
    span.finish_reason =
        attrs.get("gen_ai.response.finish_reasons").cloned().map(parsed).and_then(|reasons| match &reasons {
            Value::Array(list) => list.first().and_then(label),
            other => label(other),
        });
    let seconds = attrs.number(&["gen_ai.response.time_to_first_chunk", "gen_ai.client.operation.time_to_first_chunk"]);
    span.ttft_ns = seconds.filter(|seconds| (0.0..1e9).contains(seconds)).map(|seconds| (seconds * 1e9) as i64);
    let mut parameters = std::mem::take(&mut span.parameters);
    for (name, keys) in PARAMETERS {
        if let Some(value) = keys.iter().find_map(|key| span.attributes.get(*key)).filter(|value| !value.is_null()) {
            parameters.entry(*name).or_insert_with(|| value.clone());
        }
    }
    span.parameters = parameters;
    let variables = span.attributes.iter().filter_map(|(key, value)| {
        let name = key
            .strip_prefix("gen_ai.prompt.variable.")
            .or_else(|| key.strip_prefix("traceloop.prompt.template_variables."))?;
        Some((name.to_owned(), value.clone()))
    });
    let variables: serde_json::Map<String, Value> = variables.collect();
    if !variables.is_empty() {
        span.prompt.variables = Some(variables);
    }
}

const PARAMETERS: &[(&str, &[&str])] = &[
    ("temperature", &["gen_ai.request.temperature"]),
    ("top_p", &["gen_ai.request.top_p"]),
    ("top_k", &["gen_ai.request.top_k", "llm.top_k"]),
    ("max_tokens", &["gen_ai.request.max_tokens", "llm.request.max_tokens"]),
    ("stop", &["gen_ai.request.stop_sequences", "llm.chat.stop_sequences"]),
    ("seed", &["gen_ai.request.seed", "gen_ai.openai.request.seed"]),
    ("frequency_penalty", &["gen_ai.request.frequency_penalty", "llm.frequency_penalty"]),
    ("presence_penalty", &["gen_ai.request.presence_penalty", "llm.presence_penalty"]),
    ("n", &["gen_ai.request.choice.count"]),
    ("stream", &["gen_ai.request.stream", "gen_ai.is_streaming", "llm.is_streaming"]),
    ("reasoning_effort", &["gen_ai.request.reasoning.level", "llm.request.reasoning_effort"]),
    (
        "response_format",
        &["gen_ai.request.structured_output_schema", "gen_ai.output.type", "gen_ai.openai.request.response_format"],
    ),
    ("service_tier", &["openai.request.service_tier", "gen_ai.openai.request.service_tier"]),
];

/// Messages, tool definitions and documents from the content attributes.
pub fn contents(span: &mut Span, parts: &mut Parts) {
    if let Some(input) = parts.take("gen_ai.input.messages") {
        span.input_messages = messages::from_value(input, &Role::User);
    }
    if let Some(system) = parts.take("gen_ai.system_instructions").and_then(messages::system) {
        span.input_messages.insert(0, system);
    }
    if let Some(output) = parts.take("gen_ai.output.messages") {
        let output = parsed(output);
        if span.finish_reason.is_none() {
            span.finish_reason = messages::finish_reason(&output);
        }
        span.output_messages = messages::from_value(output, &Role::Assistant);
    }
    if let Some(tools) = parts.take("gen_ai.tool.definitions").map(parsed) {
        span.tools = Some(if tools.is_array() { tools } else { Value::Array(vec![tools]) });
    }
    if let Some(found) = parts.take("gen_ai.retrieval.documents") {
        span.chunks = documents::from_value(found, ChunkRole::Retrieved);
    }
    span.prompt.template = parts.take("gen_ai.prompt.template").and_then(as_text).or(span.prompt.template.take());
}

/// The texts and tool calls of a span, once its content is known.
pub fn finish(span: &mut Span, parts: &mut Parts) {
    let arguments = parts.take("gen_ai.tool.call.arguments");
    let result = parts.take("gen_ai.tool.call.result").and_then(as_text);
    let query = parts.take("gen_ai.retrieval.query.text").and_then(as_text);
    if span.kind == SpanKind::Tool {
        let name = Attrs(&span.attributes).label(&["gen_ai.tool.name"]);
        let name = name.unwrap_or_else(|| span.name.strip_prefix("execute_tool ").unwrap_or(&span.name).to_owned());
        span.input_text = span.input_text.take().or_else(|| arguments.clone().and_then(as_text));
        span.output_text = span.output_text.take().or_else(|| result.clone());
        let given = super::attributes::arguments(arguments.unwrap_or(Value::Null));
        span.tool_calls = vec![execution(name, given, result)];
        return;
    }
    let last = span.last_user_text().or_else(|| span.input_messages.last().map(Message::content));
    let answer = joined_content(&span.output_messages);
    let said = |text: String| Some(text).filter(|text| !text.is_empty());
    span.input_text = span.input_text.take().or(query).or(last.and_then(said));
    span.output_text = span.output_text.take().or(said(answer));
    if span.kind == SpanKind::Llm {
        span.tool_calls = asked_for(&span.output_messages);
    }
}

/// Members of a JSON object in an attribute, for dialects that keep parameters in one.
pub fn parameters_from(span: &mut Span, key: &str) {
    if let Some(members) = span.attributes.get(key).and_then(object) {
        for (name, value) in members {
            if !value.is_null() {
                span.parameters.entry(name).or_insert(value);
            }
        }
    }
}

//! Dialects that are read for what they share with GenAI, and spans of no dialect at all.

use serde_json::Value;

use super::attributes::{Attrs, as_text, label};
use super::base::{Dialect, Parts, execution};
use super::{documents, genai, kind, messages, provider, usage};
use crate::domain::chunk::ChunkRole;
use crate::domain::message::{Message, Role};
use crate::domain::patch::{SpanPatch, asked_for, joined_content};
use crate::domain::span::{Span, SpanKind, SpanStatus};
use crate::domain::time::Timestamp;
use crate::importers::raw::RawSpan;

/// Spans of the Langfuse SDKs.
pub struct Langfuse;

const INPUT: &str = "langfuse.observation.input";
const OUTPUT: &str = "langfuse.observation.output";

impl Dialect for Langfuse {
    fn recognises(&self, raw: &RawSpan) -> bool {
        raw.attributes
            .iter()
            .any(|(key, _)| key.starts_with("langfuse.observation.") || key.starts_with("langfuse.trace."))
    }

    fn is_content(&self, key: &str) -> bool {
        matches!(key, INPUT | OUTPUT)
    }

    fn fill(&self, span: &mut Span, parts: &mut Parts, _: &mut Vec<SpanPatch>) {
        let observed = Attrs(&span.attributes).text("langfuse.observation.type").map(kind::langfuse);
        genai::attributes(span);
        let attrs = Attrs(&span.attributes);
        span.kind = observed.unwrap_or(SpanKind::Chain);
        span.usage = usage::langfuse(attrs);
        let costs = attrs.object("langfuse.observation.cost_details").unwrap_or_default();
        span.cost = usage::cost(Attrs(&costs), &["total"]);
        let model = attrs.label(&["langfuse.observation.model.name"]);
        span.request_model = span.request_model.take().or(model);
        if attrs.text("langfuse.observation.level") == Some("ERROR") {
            span.status = SpanStatus::Error;
        }
        let said = attrs.text("langfuse.observation.status_message").map(str::to_owned);
        span.status_message = span.status_message.take().or(said);
        let first = attrs.text("langfuse.observation.completion_start_time");
        let first = first.and_then(|text| Timestamp::parse_rfc3339(text.trim_matches('"')));
        span.ttft_ns = first.map(|time| time.since(span.started_at)).filter(|&elapsed| elapsed >= 0);
        genai::parameters_from(span, "langfuse.observation.model.parameters");
        let (input, output) = (parts.take(INPUT), parts.take(OUTPUT));
        observation(span, input, output);
    }
}

fn observation(span: &mut Span, input: Option<Value>, output: Option<Value>) {
    match span.kind {
        SpanKind::Llm => {
            let tools = input.as_ref().and_then(super::attributes::object).and_then(|mut body| body.remove("tools"));
            span.tools = tools.filter(Value::is_array);
            span.input_messages = input.map(|value| messages::from_value(value, &Role::User)).unwrap_or_default();
            span.output_messages =
                output.map(|value| messages::from_value(value, &Role::Assistant)).unwrap_or_default();
            texts_of_messages(span);
        }
        SpanKind::Retriever => {
            let found = output.clone().map(|value| documents::from_value(value, ChunkRole::Retrieved));
            span.chunks = found.unwrap_or_default();
            span.input_text = input.and_then(text);
            span.output_text = output.and_then(text);
        }
        SpanKind::Tool => {
            let arguments = super::attributes::arguments(input.clone().unwrap_or(Value::Null));
            (span.input_text, span.output_text) = (input.and_then(text), output.and_then(text));
            span.tool_calls = vec![execution(span.name.clone(), arguments, span.output_text.clone())];
        }
        _ => (span.input_text, span.output_text) = (input.and_then(text), output.and_then(text)),
    }
}

/// A text without the quotes that JSON puts around it.
fn text(value: Value) -> Option<String> {
    let text = as_text(value)?;
    Some(if text.starts_with('"') { serde_json::from_str(&text).unwrap_or(text) } else { text })
}

fn texts_of_messages(span: &mut Span) {
    let last = span.last_user_text().or_else(|| span.input_messages.last().map(Message::content));
    span.input_text = last.filter(|text| !text.is_empty());
    span.output_text = Some(joined_content(&span.output_messages)).filter(|text| !text.is_empty());
    if span.kind == SpanKind::Llm {
        span.tool_calls = asked_for(&span.output_messages);
    }
}

/// Spans of the Vercel AI SDK in its own form.
pub struct AiSdk;

const AI_CONTENT: [&str; 5] =
    ["ai.prompt", "ai.prompt.messages", "ai.response.text", "ai.response.toolCalls", "ai.prompt.tools"];

impl Dialect for AiSdk {
    fn recognises(&self, raw: &RawSpan) -> bool {
        let is_sign = |(key, value): &(String, Value)| {
            key == "ai.operationId"
                || (key == "operation.name" && value.as_str().is_some_and(|name| name.starts_with("ai.")))
        };
        raw.attributes.iter().any(is_sign)
    }

    fn is_content(&self, key: &str) -> bool {
        AI_CONTENT.contains(&key)
    }

    fn fill(&self, span: &mut Span, parts: &mut Parts, _: &mut Vec<SpanPatch>) {
        genai::attributes(span);
        let attrs = Attrs(&span.attributes);
        let operation = attrs.first_text(&["ai.operationId", "operation.name"]).unwrap_or_default();
        span.kind = kind::ai_sdk(operation.split(' ').next().unwrap_or_default());
        span.provider = attrs.first_text(&["ai.model.provider", "gen_ai.system"]).map(provider::normal);
        let asked = attrs.label(&["ai.model.id"]);
        let answered = attrs.label(&["ai.response.model"]);
        let reason = attrs.label(&["ai.response.finishReason"]);
        let first = attrs.number(&["ai.response.msToFirstChunk", "ai.stream.msToFirstChunk"]);
        let tool = attrs.label(&["ai.toolCall.name"]);
        let arguments = attrs.get("ai.toolCall.args").cloned();
        let result = attrs.get("ai.toolCall.result").cloned().and_then(as_text);
        span.usage = usage::ai_sdk(attrs);
        span.request_model = span.request_model.take().or(asked);
        span.response_model = span.response_model.take().or(answered);
        span.finish_reason = span.finish_reason.take().or(reason);
        span.ttft_ns = first.filter(|ms| (0.0..1e12).contains(ms)).map(|ms| (ms * 1e6) as i64).or(span.ttft_ns);
        let prompt = parts.take("ai.prompt.messages").or_else(|| parts.take("ai.prompt"));
        span.input_messages = prompt.map(|value| messages::from_value(value, &Role::User)).unwrap_or_default();
        let mut answer = serde_json::Map::new();
        for (member, key) in [("content", "ai.response.text"), ("tool_calls", "ai.response.toolCalls")] {
            if let Some(value) = parts.take(key) {
                answer.insert(member.to_owned(), value);
            }
        }
        if !answer.is_empty() {
            span.output_messages = messages::from_value(Value::Object(answer), &Role::Assistant);
        }
        if let Some(Value::Array(tools)) = parts.take("ai.prompt.tools").map(super::attributes::parsed) {
            span.tools = Some(tools.into_iter().map(super::attributes::parsed).collect());
        }
        texts_of_messages(span);
        if span.kind == SpanKind::Tool {
            let arguments = super::attributes::arguments(arguments.unwrap_or(Value::Null));
            span.input_text = as_text(arguments.clone());
            span.output_text.clone_from(&result);
            span.tool_calls = vec![execution(tool.unwrap_or_else(|| span.name.clone()), arguments, result)];
        }
    }
}

/// A span of no dialect: names that many recorders use for input and output.
pub fn plain(span: &mut Span) {
    let text = |key: &str| span.attributes.get(key).and_then(label);
    let (input, output) = (text("input.value").or(text("input")), text("output.value").or(text("output")));
    (span.input_text, span.output_text) = (input, output);
}

//! GenAI content outside span attributes: span events and log records, in the forms of v1.27 to now.

use serde_json::{Map, Value};

use super::attributes::{Attrs, parsed};
use super::base::Parts;
use super::{messages, scores, usage};
use crate::domain::message::{Message, Role};
use crate::domain::patch::SpanPatch;
use crate::domain::span::Span;
use crate::domain::time::Timestamp;
use crate::importers::raw::{Attributes, RawLog};

const DETAILS: &str = "gen_ai.client.inference.operation.details";
const EVALUATION: &str = "gen_ai.evaluation.result";

/// What a log record says about its span; `None` where it is about something else.
pub fn patch_from_log(log: RawLog) -> Option<SpanPatch> {
    let mut attributes: Map<String, Value> = log.attributes.into_iter().collect();
    let name = if log.event_name.is_empty() {
        attributes.get("event.name").and_then(Value::as_str).unwrap_or_default().to_owned()
    } else {
        log.event_name
    };
    let at = Timestamp::from_nanos(i64::try_from(log.time_ns).unwrap_or(i64::MAX))
        .clamp(Timestamp::default(), Timestamp::RANGE.1);
    let mut patch = SpanPatch::new(log.trace_id, log.span_id);
    patch.recorded_at = at;
    if let Value::Object(body) = &log.body {
        // Some SDKs put the attributes of the details event into the body.
        for (key, value) in body.iter().filter(|(key, _)| key.starts_with("gen_ai.")) {
            attributes.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    fold(&mut patch, &name, attributes, log.body);
    (!patch.is_empty()).then_some(patch)
}

/// Takes the events that carry content off a span, unless the span has its messages already.
pub fn from_span_events(span: &mut Span, parts: &mut Parts, patches: &mut Vec<SpanPatch>) {
    if !parts.events.iter().any(|event| event.name.starts_with("gen_ai.")) {
        return;
    }
    let mut events = std::mem::take(&mut parts.events);
    events.sort_by_key(|event| event.time_ns);
    let mut own = SpanPatch::new(span.trace_id.clone(), span.span_id.clone());
    let parent = span.parent_id.clone();
    for event in events {
        if !carries_content(&event.name) {
            parts.events.push(event);
            continue;
        }
        let mut said = SpanPatch::new(span.trace_id.clone(), span.span_id.clone());
        said.recorded_at = span.started_at;
        let body = body_of(&event.attributes);
        fold(&mut said, &event.name, event.attributes.into_iter().collect(), body);
        let is_of_parent = event.name == EVALUATION && !matches!(span.kind, crate::domain::span::SpanKind::Llm);
        match &parent {
            Some(parent) if is_of_parent => {
                said.span_id = parent.clone();
                for score in &mut said.scores {
                    score.span_id = Some(parent.clone());
                }
                patches.push(said);
            }
            _ => own.merge(said),
        }
    }
    own.apply_to(span);
}

fn carries_content(name: &str) -> bool {
    name == DETAILS
        || name == EVALUATION
        || name == "gen_ai.choice"
        || name.starts_with("gen_ai.content.")
        || role(name).is_some()
}

/// The body of a message that came as a span event: one JSON text, or plain attributes.
fn body_of(attributes: &Attributes) -> Value {
    let whole = attributes.iter().find(|(key, _)| key == "gen_ai.event.content");
    match whole {
        Some((_, content)) => parsed(content.clone()),
        None => Value::Object(attributes.iter().cloned().map(|(key, value)| (key, parsed(value))).collect()),
    }
}

/// The role that an event's name stands for.
fn role(event: &str) -> Option<Role> {
    Some(match event {
        "gen_ai.system.message" => Role::System,
        "gen_ai.user.message" => Role::User,
        "gen_ai.assistant.message" => Role::Assistant,
        "gen_ai.tool.message" => Role::Tool,
        _ => return None,
    })
}

fn fold(patch: &mut SpanPatch, name: &str, mut attributes: Map<String, Value>, body: Value) {
    if let Some(role) = role(name) {
        patch.input_messages.extend(message(body, role));
        return;
    }
    match name {
        "gen_ai.choice" => choice(patch, body),
        "gen_ai.content.prompt" => {
            let prompt = attributes.remove("gen_ai.prompt").unwrap_or(body);
            patch.input_messages = messages::from_value(prompt, &Role::User);
        }
        "gen_ai.content.completion" => {
            let completion = attributes.remove("gen_ai.completion").unwrap_or(body);
            patch.output_messages = messages::from_value(completion, &Role::Assistant);
        }
        EVALUATION => {
            let target =
                scores::Target { trace_id: &patch.trace_id, span_id: Some(&patch.span_id), at: patch.recorded_at };
            patch.scores.extend(scores::from_evaluation(Attrs(&attributes), &target));
        }
        DETAILS => details(patch, attributes),
        // A record without a name that has the content is one too.
        "" if attributes.contains_key("gen_ai.input.messages") || attributes.contains_key("gen_ai.output.messages") => {
            details(patch, attributes);
        }
        _ => {}
    }
}

fn details(patch: &mut SpanPatch, mut attributes: Map<String, Value>) {
    if let Some(input) = attributes.remove("gen_ai.input.messages") {
        patch.input_messages = messages::from_value(input, &Role::User);
    }
    if let Some(system) = attributes.remove("gen_ai.system_instructions").and_then(messages::system) {
        patch.input_messages.insert(0, system);
    }
    if let Some(output) = attributes.remove("gen_ai.output.messages").map(parsed) {
        patch.finish_reason = messages::finish_reason(&output);
        patch.output_messages = messages::from_value(output, &Role::Assistant);
    }
    patch.tools = attributes.remove("gen_ai.tool.definitions").map(parsed).filter(Value::is_array);
    let attrs = Attrs(&attributes);
    patch.usage = usage::genai(attrs);
    patch.error_type = attrs.text("error.type").map(str::to_owned);
    if let Some(Value::Array(reasons)) = attrs.get("gen_ai.response.finish_reasons") {
        patch.finish_reason = reasons.first().and_then(super::attributes::label).or(patch.finish_reason.take());
    }
}

/// One message of the older form; a tool's message names its call `id`.
fn message(body: Value, role: Role) -> Option<Message> {
    let mut members = match parsed(body) {
        Value::Object(members) => members,
        Value::String(text) => return Some(Message::text(role, text)),
        _ => return None,
    };
    if role == Role::Tool
        && let Some(id) = members.remove("id")
    {
        members.entry("tool_call_id").or_insert(id);
    }
    messages::from_value(Value::Object(members), &role).pop()
}

fn choice(patch: &mut SpanPatch, body: Value) {
    let body = parsed(body);
    let reason = messages::finish_reason(&body);
    patch.finish_reason = patch.finish_reason.take().or(reason);
    patch.output_messages.extend(messages::from_value(body, &Role::Assistant));
}

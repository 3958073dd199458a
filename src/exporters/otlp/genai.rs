//! What the GenAI conventions call what was sent and what came back.

use serde_json::{Map, Value, json};

use super::span::Attributes;
use crate::domain::message::{Message, Part};
use crate::domain::run::{ResultStatus, RunResult};

/// Whether messages, tool definitions and the providers' own words go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// They do.
    Included,
    /// Only names, counts, times and costs do.
    LeftOut,
}

/// Numbers of the request, with their names in the conventions.
const DOUBLES: [(&str, &str); 4] = [
    ("temperature", "gen_ai.request.temperature"),
    ("top_p", "gen_ai.request.top_p"),
    ("frequency_penalty", "gen_ai.request.frequency_penalty"),
    ("presence_penalty", "gen_ai.request.presence_penalty"),
];
const COUNTS: [(&str, &str); 3] =
    [("top_k", "gen_ai.request.top_k"), ("max_tokens", "gen_ai.request.max_tokens"), ("seed", "gen_ai.request.seed")];

/// The parameters of a request, by their names in chat completions.
pub(super) fn parameters(into: &mut Attributes, parameters: &Map<String, Value>) {
    for (name, attribute) in DOUBLES {
        into.double(attribute, parameters.get(name).and_then(Value::as_f64));
    }
    for (name, attribute) in COUNTS {
        into.count(attribute, parameters.get(name).and_then(Value::as_u64));
    }
    let stops = match parameters.get("stop") {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    into.texts("gen_ai.request.stop_sequences", stops);
    if let Some(stream) = parameters.get("stream").and_then(Value::as_bool) {
        into.flag("gen_ai.request.stream", stream);
    }
    for (name, attribute) in
        [("reasoning_effort", "gen_ai.request.reasoning.level"), ("output_type", "gen_ai.output.type")]
    {
        if let Some(text) = parameters.get(name).and_then(Value::as_str) {
            into.text(attribute, text);
        }
    }
}

/// Counts, times and cost of an answer. The cost has no name in the conventions; this is the one that recorders use.
pub(super) fn outcome(into: &mut Attributes, result: &RunResult) {
    if let Some(model) = &result.response_model {
        into.text("gen_ai.response.model", model);
    }
    into.texts("gen_ai.response.finish_reasons", result.finish_reason.iter().cloned().collect());
    into.double("gen_ai.response.time_to_first_chunk", result.ttft_ms.map(|ms| ms / 1_000.0));
    into.count("gen_ai.usage.input_tokens", result.input_tokens);
    into.count("gen_ai.usage.output_tokens", result.output_tokens);
    into.count("gen_ai.usage.cache_read.input_tokens", result.cached_input_tokens);
    into.count("gen_ai.usage.cache_write.input_tokens", result.cache_write_tokens);
    into.count("gen_ai.usage.reasoning.output_tokens", result.reasoning_tokens);
    into.count("gen_ai.usage.audio.input_tokens", result.audio_input_tokens);
    into.count("gen_ai.usage.audio.output_tokens", result.audio_output_tokens);
    into.double("gen_ai.usage.cost", result.cost_usd.map(crate::domain::money::Money::as_dollars));
    if result.status != ResultStatus::Ok {
        into.text("error.type", result.status.as_str());
    }
}

/// Messages that were sent, as the conventions write them.
pub(super) fn input_messages(messages: &[Message]) -> String {
    let messages = messages.iter().map(|message| {
        let mut object = json!({"role": message.role.as_str(), "parts": parts(&message.parts)});
        if let Some(name) = &message.name {
            object["name"] = json!(name);
        }
        object
    });
    messages.collect::<Value>().to_string()
}

/// The answer, as the conventions write it; `None` where there is none.
pub(super) fn output_messages(result: &RunResult) -> Option<String> {
    let text = result.output_text.iter().filter(|text| !text.is_empty());
    let text = text.map(|text| json!({"type": "text", "content": text}));
    let calls = result.tool_calls.iter().map(|call| part(&Part::ToolCall(call.clone())));
    let parts: Vec<Value> = text.chain(calls).collect();
    let finish = result.finish_reason.as_deref().unwrap_or("error");
    let message = json!([{"role": "assistant", "parts": parts, "finish_reason": finish}]);
    (!parts.is_empty()).then(|| message.to_string())
}

fn parts(parts: &[Part]) -> Value {
    parts.iter().map(part).collect()
}

/// A part; what the conventions have no type for stays as it was recorded, which they allow.
fn part(part: &Part) -> Value {
    match part {
        Part::Text { text } => json!({"type": "text", "content": text}),
        Part::Reasoning { text } => json!({"type": "reasoning", "content": text}),
        Part::ToolCall(call) => {
            json!({"type": "tool_call", "id": call.id, "name": call.name, "arguments": call.arguments})
        }
        Part::ToolResult { id, result } => json!({"type": "tool_call_response", "id": id, "response": result}),
        Part::Other { value } => value.clone(),
    }
}

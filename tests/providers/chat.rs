//! Chat completions as several doubles speak them.

use hindcast::domain::span::Usage;
use serde_json::{Map, Value, json};

use super::dialect::{Asked, Choice, Frames, Offered, Piece, Refused, Said, Script, Thinking, Who, halves, sse, texts};
use super::double::{Received, Reply};

pub const FINISH_WORDS: &[(&str, &str)] = &[
    ("stop", "stop"),
    ("length", "length"),
    ("tool_calls", "tool_calls"),
    ("function_call", "tool_calls"),
    ("content_filter", "content_filter"),
];

pub fn usage(usage: &Usage) -> Value {
    let Some(input) = usage.input else { return Value::Null };
    json!({
        "prompt_tokens": input, "completion_tokens": usage.output, "total_tokens": usage.total(),
        "prompt_tokens_details": {"cached_tokens": usage.cached_input, "cache_write_tokens": usage.cache_write,
            "audio_tokens": usage.audio_input},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning, "audio_tokens": usage.audio_output,
            "accepted_prediction_tokens": 0},
    })
}

fn calls(script: &Script) -> Vec<Value> {
    let call = |(id, name, arguments): (&str, &str, Value)| json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments.to_string()}});
    script.calls().into_iter().map(call).collect()
}

/// The answer at once; `message` has the texts in the server's own form.
pub fn plain(script: &Script, mut message: Value) -> Value {
    message["role"] = json!("assistant");
    let calls = calls(script);
    if !calls.is_empty() {
        message["tool_calls"] = Value::Array(calls);
    }
    let mut body = json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1_795_435_200, "model": script.model,
        "choices": [{"index": 0, "message": message, "logprobs": null, "finish_reason": script.finish}],
    });
    let usage = usage(&script.usage);
    if !usage.is_null() {
        body["usage"] = usage;
    }
    body
}

/// Content and reasoning beside each other.
pub fn message(script: &Script) -> Value {
    let text = script.text();
    let content = if text.is_empty() { Value::Null } else { Value::String(text) };
    let mut message = json!({"content": content, "refusal": null});
    if !script.reasoning().is_empty() {
        message["reasoning"] = json!(script.reasoning());
    }
    message
}

fn chunk(script: &Script, choices: &Value) -> Value {
    json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_795_435_200, "model": script.model,
        "choices": choices, "usage": null, "obfuscation": "x9"})
}

fn delta(script: &Script, delta: &Value, finish: Option<&str>) -> Value {
    chunk(script, &json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish}]))
}

/// The frames; `text` and `reasoning` make a delta of a piece in the server's own form.
pub fn frames(script: &Script, text: fn(&str) -> Value, reasoning: fn(&str) -> Value) -> Frames {
    let mut body = vec![sse(&delta(script, &json!({"role": "assistant", "content": "", "refusal": null}), None))];
    let mut index = 0;
    for piece in &script.pieces {
        match piece {
            Piece::Text(piece) => body.push(sse(&delta(script, &text(piece), None))),
            Piece::Reasoning(piece) => body.push(sse(&delta(script, &reasoning(piece), None))),
            Piece::Call { id, name, arguments } => {
                let open = json!({"index": index, "id": id, "type": "function",
                    "function": {"name": name, "arguments": ""}});
                body.push(sse(&delta(script, &json!({"tool_calls": [open]}), None)));
                for half in halves(&arguments.to_string()) {
                    let more = json!({"index": index, "function": {"arguments": half}});
                    body.push(sse(&delta(script, &json!({"tool_calls": [more]}), None)));
                }
                index += 1;
            }
        }
    }
    let mut end = vec![sse(&delta(script, &json!({}), Some(script.finish)))];
    let usage = usage(&script.usage);
    if !usage.is_null() {
        let mut last = chunk(script, &json!([]));
        last["usage"] = usage;
        end.push(sse(&last));
    }
    end.push(b"data: [DONE]\n\n".to_vec());
    Frames { body, end }
}

/// Refusals as OpenAI's reference has them.
pub fn refusal(why: Refused, words: &str) -> Reply {
    let (status, kind, code) = match why {
        Refused::Authentication => (401, "invalid_request_error", "invalid_api_key"),
        Refused::Permission => (403, "invalid_request_error", "unsupported_country_region_territory"),
        Refused::NoSuchModel => (404, "invalid_request_error", "model_not_found"),
        Refused::RateLimit => (429, "requests", "rate_limit_exceeded"),
        Refused::Quota => (429, "insufficient_quota", "insufficient_quota"),
        Refused::TooLong => (400, "invalid_request_error", "context_length_exceeded"),
        Refused::Filtered => (400, "invalid_request_error", "content_filter"),
        Refused::Overloaded => (503, "server_error", "overloaded"),
        Refused::Invalid => (400, "invalid_request_error", "unsupported_parameter"),
        Refused::Server => (500, "server_error", "server_error"),
    };
    let body = json!({"error": {"message": words, "type": kind, "param": null, "code": code}});
    let reply = Reply::json(status, &body);
    if why == Refused::RateLimit { reply.with_header("retry-after", "7") } else { reply }
}

pub fn models(ids: &[&str]) -> Reply {
    let data: Vec<Value> = ids.iter().map(|id| json!({"id": id, "object": "model", "owned_by": "x"})).collect();
    Reply::json(200, &json!({"object": "list", "data": data}))
}

pub fn bearer(request: &Received, path: &str) -> Result<(), String> {
    if request.path != path || request.method != "POST" {
        return Err(format!("not a POST to {path}"));
    }
    match request.header("authorization") {
        Some(value) if value == format!("Bearer {}", super::dialect::KEY) => Ok(()),
        other => Err(format!("authorization is {other:?}")),
    }
}

/// Reads a request; `limit` and `seed` are the server's names of those parameters.
pub fn read(request: &Received, limit: &str, seed: &str) -> Asked {
    let body = request.json();
    let number = |name: &str| body.get(name).and_then(Value::as_f64);
    let mut asked = Asked {
        model: body.get("model").and_then(Value::as_str).unwrap_or("").to_owned(),
        is_streamed: Some(body.get("stream").and_then(Value::as_bool).unwrap_or(false)),
        temperature: number("temperature"),
        top_p: number("top_p"),
        top_k: number("top_k"),
        presence_penalty: number("presence_penalty"),
        seed: body.get(seed).and_then(Value::as_u64),
        stop: texts(body.get("stop")),
        max_output: body.get(limit).and_then(Value::as_u64),
        parallel: body.get("parallel_tool_calls").and_then(Value::as_bool),
        schema: body.pointer("/response_format/json_schema/schema").cloned(),
        thinking: body.get("reasoning_effort").and_then(Value::as_str).map(|effort| match effort {
            "none" => Thinking::Off,
            other => Thinking::Effort(other.to_owned()),
        }),
        choice: body.get("tool_choice").map(choice),
        ..Asked::default()
    };
    for tool in body.get("tools").and_then(Value::as_array).into_iter().flatten() {
        asked.tools.push(Offered {
            name: tool["function"]["name"].as_str().unwrap().to_owned(),
            description: tool["function"]["description"].as_str().map(str::to_owned),
            schema: tool["function"]["parameters"].clone(),
        });
    }
    for message in body["messages"].as_array().unwrap() {
        said(message.as_object().unwrap(), &mut asked);
    }
    asked
}

fn choice(value: &Value) -> Choice {
    match value.as_str() {
        Some("auto") => Choice::Auto,
        Some("none") => Choice::None,
        Some("required" | "any") => Choice::Required,
        _ => Choice::Named(value["function"]["name"].as_str().unwrap().to_owned()),
    }
}

fn said(message: &Map<String, Value>, asked: &mut Asked) {
    let content = message.get("content").unwrap_or(&Value::Null);
    let id = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let who = match message["role"].as_str().unwrap() {
        "system" | "developer" => {
            asked.system.push(content.as_str().unwrap().to_owned());
            return;
        }
        "tool" => {
            let text = content.as_str().unwrap().to_owned();
            let (id, name) = (id(message.get("tool_call_id")), id(message.get("name")));
            asked.said.push((Who::User, Said::Result { id, name, text }));
            return;
        }
        "assistant" => Who::Model,
        _ => Who::User,
    };
    let parts = match content {
        Value::String(text) => vec![json!({"type": "text", "text": text})],
        Value::Array(parts) => parts.clone(),
        _ => Vec::new(),
    };
    for part in parts {
        let part = if part["type"] == "text" {
            Said::Text(part["text"].as_str().unwrap().to_owned())
        } else {
            let url = part.pointer("/image_url/url").or_else(|| part.get("image_url"));
            Said::Image(url.and_then(Value::as_str).unwrap().to_owned())
        };
        asked.said.push((who, part));
    }
    for call in message.get("tool_calls").and_then(Value::as_array).into_iter().flatten() {
        let name = call["function"]["name"].as_str().unwrap().to_owned();
        let arguments = serde_json::from_str(call["function"]["arguments"].as_str().unwrap()).unwrap();
        asked.said.push((who, Said::Call { id: id(call.get("id")), name, arguments }));
    }
}

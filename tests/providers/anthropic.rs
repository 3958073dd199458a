//! Anthropic's Messages.

use hindcast::domain::provider::ProviderKind;
use hindcast::domain::span::Usage;
use hindcast::providers::{Environment, Providers};
use serde_json::{Map, Value, json};

use super::conform;
use super::dialect::{
    Ability, Asked, Choice, Dialect, Frames, KEY, Offered, Piece, Refused, Said, Script, Thinking, Who, halves,
    named_sse, texts,
};
use super::double::{Double, Received, Reply};

struct Anthropic;

/// The counts that the start of a stream says and those that only its end knows, in the API's arithmetic.
fn usage(usage: &Usage) -> (Map<String, Value>, Map<String, Value>) {
    let Some(input) = usage.input else { return (Map::new(), Map::new()) };
    let (read, written) = (usage.cached_input.unwrap_or(0), usage.cache_write.unwrap_or(0));
    let start = json!({"input_tokens": input - read - written, "output_tokens": 1, "cache_read_input_tokens": read,
        "cache_creation_input_tokens": written, "service_tier": "standard", "server_tool_use": null,
        "cache_creation": {"ephemeral_5m_input_tokens": written, "ephemeral_1h_input_tokens": 0}});
    let end = json!({"input_tokens": null, "output_tokens": usage.output,
        "output_tokens_details": {"thinking_tokens": usage.reasoning}});
    let object = |value: Value| value.as_object().cloned().unwrap();
    (object(start), object(end))
}

/// The blocks of an answer, each with the deltas in which it is streamed.
fn blocks(script: &Script) -> Vec<(Value, Vec<Value>)> {
    let mut blocks: Vec<(Value, Vec<Value>)> = Vec::new();
    for piece in &script.pieces {
        let (kind, more) = match piece {
            Piece::Text(text) => ("text", json!({"type": "text_delta", "text": text})),
            Piece::Reasoning(text) => ("thinking", json!({"type": "thinking_delta", "thinking": text})),
            Piece::Call { id, name, arguments } => {
                let whole = json!({"type": "tool_use", "id": id, "name": name, "input": arguments});
                let text = if arguments == &json!({}) { String::new() } else { arguments.to_string() };
                let halves = halves(&text);
                let deltas = halves.map(|half| json!({"type": "input_json_delta", "partial_json": half}));
                blocks.push((whole, deltas.into()));
                continue;
            }
        };
        match blocks.last_mut().filter(|(block, _)| block["type"] == kind) {
            Some((block, deltas)) => {
                let joined = format!("{}{}", block[kind].as_str().unwrap(), more[kind].as_str().unwrap());
                block[kind] = Value::String(joined);
                deltas.push(more);
            }
            None => blocks.push((json!({"type": kind, kind: more[kind]}), vec![more])),
        }
    }
    for (block, deltas) in &mut blocks {
        if block["type"] == "thinking" {
            block["signature"] = json!("c2ln");
            deltas.push(json!({"type": "signature_delta", "signature": "c2ln"}));
        }
    }
    blocks
}

fn start(mut block: Value) -> Value {
    for (field, empty) in [("text", json!("")), ("thinking", json!("")), ("signature", json!("")), ("input", json!({}))]
    {
        if block.get(field).is_some() {
            block[field] = empty;
        }
    }
    block
}

impl Dialect for Anthropic {
    fn name(&self) -> &'static str {
        "anthropic"
    }

    fn kind(&self) -> ProviderKind {
        ProviderKind::Anthropic
    }

    fn lacks(&self) -> &'static [Ability] {
        &[Ability::Seed, Ability::Penalties]
    }

    fn finish_words(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("end_turn", "stop"),
            ("stop_sequence", "stop"),
            ("max_tokens", "length"),
            ("model_context_window_exceeded", "length"),
            ("tool_use", "tool_calls"),
            ("refusal", "content_filter"),
            ("pause_turn", "pause"),
        ]
    }

    fn full_usage(&self) -> Usage {
        Usage {
            input: Some(100),
            output: Some(40),
            cached_input: Some(30),
            cache_write: Some(20),
            reasoning: Some(15),
            ..Usage::default()
        }
    }

    fn check(&self, request: &Received) -> Result<(), String> {
        if request.path != "/v1/messages" || request.method != "POST" {
            return Err("not a POST to /v1/messages".to_owned());
        }
        if request.header("anthropic-version") != Some("2023-06-01") {
            return Err("no version".to_owned());
        }
        let body = request.json();
        let roles: Vec<&str> = body["messages"].as_array().unwrap().iter().filter_map(|m| m["role"].as_str()).collect();
        if roles.windows(2).any(|pair| pair[0] == pair[1]) || roles.first() != Some(&"user") {
            return Err(format!("turns do not alternate: {roles:?}"));
        }
        match (request.header("x-api-key"), request.header("authorization")) {
            (Some(KEY), None) => Ok(()),
            other => Err(format!("credentials are {other:?}")),
        }
    }

    fn plain(&self, script: &Script) -> Reply {
        let content: Vec<Value> = blocks(script).into_iter().map(|(block, _)| block).collect();
        let (mut counts, end) = usage(&script.usage);
        counts.extend(end.into_iter().filter(|(_, value)| !value.is_null()));
        let mut body = json!({"id": "msg_01", "type": "message", "role": "assistant", "model": script.model,
            "content": content, "stop_reason": script.finish, "stop_sequence": null});
        if !counts.is_empty() {
            body["usage"] = Value::Object(counts);
        }
        Reply::json(200, &body).with_header("request-id", "req_01")
    }

    fn frames(&self, script: &Script) -> Frames {
        let (first, last) = usage(&script.usage);
        let mut message = json!({"id": "msg_01", "type": "message", "role": "assistant", "model": script.model,
            "content": [], "stop_reason": null, "stop_sequence": null});
        if !first.is_empty() {
            message["usage"] = Value::Object(first);
        }
        let event = |name: &str, mut data: Value| {
            data["type"] = json!(name);
            named_sse(name, &data)
        };
        let mut body = vec![event("message_start", json!({"message": message})), event("ping", json!({}))];
        for (index, (block, deltas)) in blocks(script).into_iter().enumerate() {
            body.push(event("content_block_start", json!({"index": index, "content_block": start(block)})));
            for delta in deltas {
                body.push(event("content_block_delta", json!({"index": index, "delta": delta})));
            }
            body.push(event("content_block_stop", json!({"index": index})));
        }
        let delta = json!({"stop_reason": script.finish, "stop_sequence": null});
        let mut done = json!({"delta": delta});
        if !last.is_empty() {
            done["usage"] = Value::Object(last);
        }
        Frames { body, end: vec![event("message_delta", done), event("message_stop", json!({}))] }
    }

    fn refusal(&self, why: Refused, words: &str) -> Option<Reply> {
        let (status, kind, words) = match why {
            Refused::Authentication => (401, "authentication_error", words.to_owned()),
            Refused::Permission => (403, "permission_error", words.to_owned()),
            Refused::NoSuchModel => (404, "not_found_error", words.to_owned()),
            Refused::RateLimit => (429, "rate_limit_error", words.to_owned()),
            Refused::Quota => {
                (400, "invalid_request_error", format!("Your credit balance is too low to use this API. {words}"))
            }
            Refused::TooLong => {
                (400, "invalid_request_error", format!("prompt is too long: 210000 tokens > 200000 maximum {words}"))
            }
            Refused::Filtered => {
                (400, "invalid_request_error", format!("Output blocked by content filtering policy {words}"))
            }
            Refused::Overloaded => (529, "overloaded_error", words.to_owned()),
            Refused::Invalid => (400, "invalid_request_error", words.to_owned()),
            Refused::Server => (500, "api_error", words.to_owned()),
        };
        let body = json!({"type": "error", "error": {"type": kind, "message": words}, "request_id": "req_01"});
        let reply = Reply::json(status, &body);
        Some(if why == Refused::RateLimit { reply.with_header("retry-after", "7") } else { reply })
    }

    fn error_frame(&self, words: &str) -> Vec<u8> {
        let error = json!({"type": "overloaded_error", "message": words});
        named_sse("error", &json!({"type": "error", "error": error}))
    }

    fn models(&self, ids: &[&str]) -> Reply {
        let data: Vec<Value> = ids.iter().map(|id| json!({"type": "model", "id": id, "display_name": "x"})).collect();
        Reply::json(200, &json!({"data": data, "has_more": false, "first_id": null, "last_id": null}))
    }

    fn read(&self, request: &Received) -> Asked {
        read(&request.json())
    }
}

/// Reads a body; Vertex has the same without the model.
pub fn read(body: &Value) -> Asked {
    let number = |name: &str| body.get(name).and_then(Value::as_f64);
    let choice = body.get("tool_choice");
    let mut asked = Asked {
        model: body.get("model").and_then(Value::as_str).unwrap_or("").to_owned(),
        is_streamed: Some(body.get("stream").and_then(Value::as_bool).unwrap_or(false)),
        temperature: number("temperature"),
        top_p: number("top_p"),
        top_k: number("top_k"),
        stop: texts(body.get("stop_sequences")),
        max_output: body.get("max_tokens").and_then(Value::as_u64),
        schema: body.pointer("/output_config/format/schema").cloned(),
        parallel: choice.and_then(|choice| choice["disable_parallel_tool_use"].as_bool()).map(|disabled| !disabled),
        choice: choice.map(|choice| match choice["type"].as_str().unwrap() {
            "auto" => Choice::Auto,
            "any" => Choice::Required,
            "none" => Choice::None,
            _ => Choice::Named(choice["name"].as_str().unwrap().to_owned()),
        }),
        thinking: thinking(body),
        ..Asked::default()
    };
    asked.system = match body.get("system") {
        Some(Value::Array(blocks)) => {
            blocks.iter().filter_map(|block| block["text"].as_str()).map(Into::into).collect()
        }
        other => texts(other),
    };
    for tool in body.get("tools").and_then(Value::as_array).into_iter().flatten() {
        asked.tools.push(Offered {
            name: tool["name"].as_str().unwrap().to_owned(),
            description: tool["description"].as_str().map(str::to_owned),
            schema: tool["input_schema"].clone(),
        });
    }
    for message in body["messages"].as_array().unwrap() {
        let who = if message["role"] == "assistant" { Who::Model } else { Who::User };
        match &message["content"] {
            Value::String(text) => asked.said.push((who, Said::Text(text.clone()))),
            blocks => asked.said.extend(blocks.as_array().unwrap().iter().map(|block| (who, said(block)))),
        }
    }
    asked
}

fn thinking(body: &Value) -> Option<Thinking> {
    if let Some(effort) = body.pointer("/output_config/effort").and_then(Value::as_str) {
        return Some(Thinking::Effort(effort.to_owned()));
    }
    let thinking = body.get("thinking")?;
    Some(match (thinking["type"].as_str()?, thinking["budget_tokens"].as_u64()) {
        ("disabled", _) => Thinking::Off,
        (_, Some(budget)) => Thinking::Budget(budget),
        _ => Thinking::On,
    })
}

fn said(block: &Value) -> Said {
    let text = |field: &str| block[field].as_str().unwrap_or("").to_owned();
    match block["type"].as_str().unwrap() {
        "text" => Said::Text(text("text")),
        "image" => Said::Image(match block["source"]["type"].as_str().unwrap() {
            "url" => block["source"]["url"].as_str().unwrap().to_owned(),
            _ => format!(
                "data:{};base64,{}",
                block["source"]["media_type"].as_str().unwrap(),
                block["source"]["data"].as_str().unwrap()
            ),
        }),
        "tool_use" => Said::Call { id: Some(text("id")), name: text("name"), arguments: block["input"].clone() },
        "tool_result" => Said::Result { id: Some(text("tool_use_id")), name: None, text: text("content") },
        other => panic!("a block of type {other}"),
    }
}

#[tokio::test]
async fn anthropic() {
    conform(&Anthropic).await;
}

#[tokio::test]
async fn a_token_goes_as_a_bearer_token_and_a_base_with_v1_is_taken() {
    let token = "sk-ant-oat01-abcdefghijklmnop";
    let double = Double::start(|_| Anthropic.models(&["m"])).await;
    let settings = Anthropic.settings(&format!("{}/v1", double.base));
    let providers = Providers::new(vec![settings], Environment::of([("TEST_KEY", token)]));
    assert_eq!(providers.get("p").unwrap().models().await.unwrap(), ["m"]);
    let received = &double.received()[0];
    assert!(received.path.starts_with("/v1/models"), "{}", received.path);
    assert_eq!(received.header("authorization"), Some(format!("Bearer {token}").as_str()));
    assert_eq!(received.header("x-api-key"), None);
}

//! Bedrock's Converse: signed requests or a key, and AWS event streams.

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use hindcast::domain::provider::{KeySource, ProviderKind, ProviderSettings};
use hindcast::domain::span::Usage;
use hindcast::providers::Environment;
use reqsign_core::hash::{hex_hmac_sha256, hex_sha256, hmac_sha256};
use serde_json::{Value, json};

use super::conform;
use super::dialect::{
    Ability, Asked, Choice, Dialect, Frames, KEY, Offered, Piece, Refused, Said, Script, Thinking, Who, halves, texts,
};
use super::double::{Double, Received, Reply};

/// The model in requests: its colon has to be encoded, once on the wire and twice where it is signed.
const MODEL: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const REGION: &str = "eu-central-1";

/// What lets its requests in.
enum Bedrock {
    /// Temporary credentials of the chain; the token is what must never be told.
    Signed,
    /// A key.
    Key,
}

impl Dialect for Bedrock {
    fn name(&self) -> &'static str {
        match self {
            Self::Signed => "bedrock, signed",
            Self::Key => "bedrock, with a key",
        }
    }

    fn kind(&self) -> ProviderKind {
        ProviderKind::Bedrock
    }

    fn settings(&self, base: &str) -> ProviderSettings {
        ProviderSettings {
            base_url: Some(base.to_owned()),
            key: matches!(self, Self::Key).then(|| KeySource::Env("TEST_KEY".to_owned())),
            region: Some(REGION.to_owned()),
            ..ProviderSettings::new("p", self.kind())
        }
    }

    fn environment(&self) -> Environment {
        Environment::of([
            ("TEST_KEY", KEY),
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
            ("AWS_SESSION_TOKEN", KEY),
        ])
    }

    fn model(&self) -> &'static str {
        MODEL
    }

    fn lacks(&self) -> &'static [Ability] {
        &[
            Ability::Seed,
            Ability::Penalties,
            Ability::ParallelSwitch,
            Ability::NoneChoice,
            Ability::ImageAddress,
            Ability::ModelName,
        ]
    }

    fn finish_words(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("end_turn", "stop"),
            ("stop_sequence", "stop"),
            ("max_tokens", "length"),
            ("model_context_window_exceeded", "length"),
            ("tool_use", "tool_calls"),
            ("content_filtered", "content_filter"),
            ("guardrail_intervened", "content_filter"),
            ("malformed_model_output", "error"),
            ("malformed_tool_use", "error"),
        ]
    }

    fn full_usage(&self) -> Usage {
        Usage { input: Some(100), output: Some(40), cached_input: Some(30), cache_write: Some(20), ..Usage::default() }
    }

    fn check(&self, request: &Received) -> Result<(), String> {
        let model = MODEL.replace(':', "%3A");
        let paths = [format!("/model/{model}/converse"), format!("/model/{model}/converse-stream")];
        if request.method != "POST" || !paths.contains(&request.path) {
            return Err(format!("not a POST to one of {paths:?}"));
        }
        match self {
            Self::Signed => check_signature(request),
            Self::Key if request.header("authorization") == Some(format!("Bearer {KEY}").as_str()) => Ok(()),
            Self::Key => Err(format!("authorization is {:?}", request.header("authorization"))),
        }
    }

    fn wants_stream(&self, request: &Received) -> bool {
        request.path.ends_with("/converse-stream")
    }

    fn plain(&self, script: &Script) -> Reply {
        let mut content = Vec::new();
        if !script.reasoning().is_empty() {
            let text = json!({"text": script.reasoning(), "signature": "c2ln"});
            content.push(json!({"reasoningContent": {"reasoningText": text}}));
        }
        if !script.text().is_empty() {
            content.push(json!({"text": script.text()}));
        }
        for (id, name, input) in script.calls() {
            content.push(json!({"toolUse": {"toolUseId": id, "name": name, "input": input}}));
        }
        let mut body = json!({"output": {"message": {"role": "assistant", "content": content}},
            "stopReason": script.finish, "metrics": {"latencyMs": 850}});
        if let Some(usage) = usage(&script.usage) {
            body["usage"] = usage;
        }
        Reply::json(200, &body).with_header("x-amzn-requestid", "r-1")
    }

    fn frames(&self, script: &Script) -> Frames {
        let mut body = vec![event("messageStart", &json!({"role": "assistant", "p": "abcdefgh"}))];
        let mut index = 0;
        let mut last = None;
        for piece in &script.pieces {
            let kind = std::mem::discriminant(piece);
            if last.is_some_and(|last| last != kind || matches!(piece, Piece::Call { .. })) {
                body.push(event("contentBlockStop", &json!({"contentBlockIndex": index})));
                index += 1;
            }
            last = Some(kind);
            let mut delta = |delta: Value| {
                body.push(event("contentBlockDelta", &json!({"contentBlockIndex": index, "delta": delta})));
            };
            match piece {
                Piece::Text(text) => delta(json!({"text": text})),
                Piece::Reasoning(text) => delta(json!({"reasoningContent": {"text": text}})),
                Piece::Call { id, name, arguments } => {
                    let start = json!({"toolUse": {"toolUseId": id, "name": name}});
                    let [one, two] = halves(&arguments.to_string()).map(str::to_owned);
                    let none = arguments.as_object().is_some_and(serde_json::Map::is_empty);
                    body.push(event("contentBlockStart", &json!({"contentBlockIndex": index, "start": start})));
                    for half in [one, two].into_iter().filter(|_| !none) {
                        let delta = json!({"contentBlockIndex": index, "delta": {"toolUse": {"input": half}}});
                        body.push(event("contentBlockDelta", &delta));
                    }
                }
            }
        }
        let mut end = vec![
            event("contentBlockStop", &json!({"contentBlockIndex": index})),
            event("messageStop", &json!({"stopReason": script.finish})),
        ];
        if let Some(usage) = usage(&script.usage) {
            end.push(event("metadata", &json!({"usage": usage, "metrics": {"latencyMs": 9}})));
        }
        Frames { body, end }
    }

    fn stream_type(&self) -> &'static str {
        "application/vnd.amazon.eventstream"
    }

    fn refusal(&self, why: Refused, words: &str) -> Option<Reply> {
        let typed = |status: u16, name: &str| {
            let body = json!({"message": words});
            Reply::json(status, &body)
                .with_header("x-amzn-errortype", &format!("{name}:http://internal.example/coral/"))
        };
        Some(match why {
            Refused::Authentication => typed(403, "UnrecognizedClientException"),
            Refused::Permission => {
                let name = "com.amazon.coral.service#AccessDeniedException";
                Reply::json(403, &json!({"__type": name, "Message": words}))
            }
            Refused::NoSuchModel => typed(404, "ResourceNotFoundException"),
            Refused::RateLimit => typed(429, "ThrottlingException").with_header("retry-after", "7"),
            Refused::Quota => typed(400, "ServiceQuotaExceededException"),
            Refused::TooLong => {
                let said = format!("Input is too long for requested model: {words}");
                let reply = Reply::json(400, &json!({"message": said}));
                reply.with_header("x-amzn-errortype", "ValidationException")
            }
            Refused::Overloaded => typed(503, "ServiceUnavailableException"),
            Refused::Invalid => typed(400, "ValidationException"),
            Refused::Server => typed(500, "InternalServerException"),
            Refused::Filtered => return None,
        })
    }

    fn error_frame(&self, words: &str) -> Vec<u8> {
        let headers = [(":message-type", "exception"), (":exception-type", "serviceUnavailableException")];
        frame(&headers, &json!({"message": words}).to_string())
    }

    fn broken_frame(&self) -> Vec<u8> {
        frame(&[(":message-type", "event"), (":event-type", "contentBlockDelta")], "{\"broken")
    }

    fn models(&self, ids: &[&str]) -> Reply {
        let list: Vec<Value> = ids.iter().map(|id| json!({"modelId": id, "providerName": "x"})).collect();
        Reply::json(200, &json!({"modelSummaries": list}))
    }

    fn read(&self, request: &Received) -> Asked {
        read(request)
    }
}

fn usage(usage: &Usage) -> Option<Value> {
    let (input, output) = (usage.input?, usage.output?);
    let (read, written) = (usage.cached_input.unwrap_or(0), usage.cache_write.unwrap_or(0));
    Some(json!({"inputTokens": input - read - written, "outputTokens": output, "totalTokens": input + output,
        "cacheReadInputTokens": usage.cached_input, "cacheWriteInputTokens": usage.cache_write}))
}

fn event(name: &str, payload: &Value) -> Vec<u8> {
    let headers = [(":event-type", name), (":content-type", "application/json"), (":message-type", "event")];
    frame(&headers, &payload.to_string())
}

fn frame(headers: &[(&'static str, &str)], payload: &str) -> Vec<u8> {
    let mut message = Message::new(payload.to_owned().into_bytes());
    for (name, value) in headers {
        message = message.add_header(Header::new(*name, HeaderValue::String((*value).to_owned().into())));
    }
    let mut bytes = Vec::new();
    write_message_to(&message, &mut bytes).unwrap();
    bytes
}

/// Recomputes the signature from what came, as the service does.
fn check_signature(request: &Received) -> Result<(), String> {
    let header = |name: &str| request.header(name).ok_or_else(|| format!("no header {name}"));
    let authorization = header("authorization")?;
    let part = |name: &str| {
        let (_, rest) = authorization.split_once(name)?;
        Some(rest.split(',').next()?.trim().to_owned())
    };
    let names = part("SignedHeaders=").ok_or("no SignedHeaders")?;
    let date = header("x-amz-date")?;
    let scope = format!("{}/{REGION}/bedrock/aws4_request", &date[..8]);
    if part("Credential=") != Some(format!("AKIDEXAMPLE/{scope}")) {
        return Err(format!("Credential is {:?}", part("Credential=")));
    }
    let must: &[&str] = if request.method == "POST" { &["content-type"] } else { &[] };
    for must in ["host", "x-amz-date", "x-amz-security-token"].iter().chain(must) {
        if !names.split(';').any(|name| name == *must) {
            return Err(format!("{must} is not signed"));
        }
    }
    let lines = names.split(';').map(|name| Ok(format!("{name}:{}\n", header(name)?.trim())));
    let signed = lines.collect::<Result<String, String>>()?;
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let path = path.replace('%', "%25");
    let hash = hex_sha256(&request.body);
    let canonical = format!("{}\n{path}\n{query}\n{signed}\n{names}\n{hash}", request.method);
    let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex_sha256(canonical.as_bytes()));
    let mut key = format!("AWS4{SECRET}").into_bytes();
    for step in [&date[..8], REGION, "bedrock", "aws4_request"] {
        key = hmac_sha256(&key, step.as_bytes());
    }
    let right = hex_hmac_sha256(&key, to_sign.as_bytes());
    if part("Signature=") == Some(right) { Ok(()) } else { Err("the signature is wrong".to_owned()) }
}

fn read(request: &Received) -> Asked {
    let body = request.json();
    let at = |path: &str| body.pointer(path);
    let number = |path: &str| at(path).and_then(Value::as_f64);
    let fields = "/additionalModelRequestFields";
    let thinking = at(&format!("{fields}/thinking")).map(|thinking| match thinking["type"].as_str() {
        Some("disabled") => Thinking::Off,
        Some("enabled") => Thinking::Budget(thinking["budget_tokens"].as_u64().unwrap()),
        _ => Thinking::On,
    });
    let effort = at("/outputConfig/effort").and_then(Value::as_str).map(|word| Thinking::Effort(word.to_owned()));
    let schema = at("/outputConfig/textFormat/structure/jsonSchema/schema").and_then(Value::as_str);
    let mut asked = Asked {
        model: request.path.split('/').nth(2).unwrap().replace("%3A", ":"),
        is_streamed: Some(request.path.ends_with("/converse-stream")),
        temperature: number("/inferenceConfig/temperature"),
        top_p: number("/inferenceConfig/topP"),
        top_k: number(&format!("{fields}/top_k")),
        stop: texts(at("/inferenceConfig/stopSequences")),
        max_output: at("/inferenceConfig/maxTokens").and_then(Value::as_u64),
        schema: schema.map(|text| serde_json::from_str(text).unwrap()),
        thinking: thinking.or(effort),
        choice: at("/toolConfig/toolChoice").map(|choice| {
            match choice.as_object().unwrap().keys().next().unwrap().as_str() {
                "auto" => Choice::Auto,
                "any" => Choice::Required,
                _ => Choice::Named(choice["tool"]["name"].as_str().unwrap().to_owned()),
            }
        }),
        ..Asked::default()
    };
    for block in at("/system").and_then(Value::as_array).into_iter().flatten() {
        asked.system.push(block["text"].as_str().unwrap().to_owned());
    }
    for tool in at("/toolConfig/tools").and_then(Value::as_array).into_iter().flatten() {
        asked.tools.push(Offered {
            name: tool["toolSpec"]["name"].as_str().unwrap().to_owned(),
            description: tool["toolSpec"]["description"].as_str().map(str::to_owned),
            schema: tool["toolSpec"]["inputSchema"]["json"].clone(),
        });
    }
    let mut last = None;
    for message in body["messages"].as_array().unwrap() {
        let who = if message["role"] == "assistant" { Who::Model } else { Who::User };
        assert_ne!(last.replace(who), Some(who), "turns do not alternate");
        for block in message["content"].as_array().unwrap() {
            asked.said.push((who, said(block)));
        }
    }
    asked
}

fn said(block: &Value) -> Said {
    let (kind, inner) = block.as_object().unwrap().iter().next().unwrap();
    let id = inner.get("toolUseId").and_then(Value::as_str).map(str::to_owned);
    match kind.as_str() {
        "text" => Said::Text(inner.as_str().unwrap().to_owned()),
        "image" => {
            let (format, bytes) = (inner["format"].as_str().unwrap(), inner["source"]["bytes"].as_str().unwrap());
            Said::Image(format!("data:image/{format};base64,{bytes}"))
        }
        "toolUse" => {
            Said::Call { id, name: inner["name"].as_str().unwrap().to_owned(), arguments: inner["input"].clone() }
        }
        "toolResult" => {
            let content = &inner["content"][0];
            let text = content["text"].as_str().map_or_else(|| content["json"].to_string(), str::to_owned);
            Said::Result { id, name: None, text }
        }
        other => panic!("a block of kind {other}"),
    }
}

#[tokio::test]
async fn signed() {
    conform(&Bedrock::Signed).await;
}

#[tokio::test]
async fn with_a_key() {
    conform(&Bedrock::Key).await;
}

#[tokio::test]
async fn lists_are_signed_too() {
    let double = Double::start(|_| Bedrock::Signed.models(&["m"])).await;
    Bedrock::Signed.providers(&double.base).get("p").unwrap().models().await.unwrap();
    let received = double.received();
    let paths: Vec<&str> = received.iter().map(|request| request.path.split('?').next().unwrap()).collect();
    assert_eq!(paths, ["/foundation-models", "/inference-profiles"]);
    for request in &received {
        check_signature(request).unwrap();
    }
}

use serde_json::{Map, Value, json};

use super::super::{stream, wire};
use super::*;
use crate::domain::message::{Message, Part, Role, ToolCall};
use crate::http::SseEvent;
use crate::providers::recorded::NameRule;
use crate::providers::remote::{Assembly, Wire};
use crate::providers::{Abilities, CallError, CallErrorKind, Delivery};

fn request(model: &str, messages: Vec<Message>, parameters: Value) -> Request {
    let Value::Object(parameters) = parameters else { panic!("{parameters} is no object") };
    Request {
        model: model.into(),
        messages,
        parameters,
        set: Map::new(),
        tools: None,
        max_output: Some(200),
        abilities: Abilities::default(),
        delivery: Delivery::Whole,
        case: case(),
        chunks: Vec::new(),
    }
}

fn case() -> std::sync::Arc<crate::domain::run::Case> {
    let case = json!({
        "trace_id": "t", "span_id": "s", "provider": "bedrock", "model": "m", "messages": [], "parameters": {},
        "tools": null, "prompt": {"name": null, "version": null, "template": null, "variables": null}, "chunks": [],
        "question": "q", "answer": null, "answer_tool_calls": [], "usage": crate::domain::span::Usage::default(),
        "cost": crate::domain::span::Cost::Unknown, "duration_ns": null, "ttft_ns": null, "finish_reason": null
    });
    std::sync::Arc::new(serde_json::from_value(case).unwrap())
}

fn hi() -> Vec<Message> {
    vec![Message::text(Role::System, "S"), Message::text(Role::User, "hi")]
}

fn sent(request: &Request) -> (Value, Vec<String>) {
    let mut dropped = Vec::new();
    (body(request, &ToolNames::of(request, NameRule::Plain), &mut dropped).unwrap(), dropped)
}

#[test]
fn parameters_go_where_the_api_wants_them() {
    let recorded = json!({
        "temperature": 0, "top_p": 0.9, "top_k": 5, "stop": "END", "seed": 7, "thinking": {"type": "enabled", "budget_tokens": 1024},
        "response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}},
        "user": "u"
    });
    let (body, dropped) = sent(&request("us.anthropic.claude-sonnet-4-5-20250929-v1:0", hi(), recorded.clone()));
    assert_eq!(
        body,
        json!({
            "messages": [{"role": "user", "content": [{"text": "hi"}]}],
            "system": [{"text": "S"}],
            "inferenceConfig": {"temperature": 0, "topP": 0.9, "stopSequences": ["END"], "maxTokens": 200},
            "additionalModelRequestFields": {"top_k": 5, "thinking": {"type": "enabled", "budget_tokens": 1024}},
            "outputConfig": {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": {
                "name": "a", "schema": "{\"type\":\"object\"}"}}}},
        })
    );
    assert_eq!(dropped, ["seed (not a parameter of this API)", "user (not sent on a replay)"]);
    let (nova, dropped) = sent(&request("amazon.nova-pro-v1:0", hi(), recorded));
    assert_eq!(nova["additionalModelRequestFields"], json!({"inferenceConfig": {"topK": 5}}));
    assert!(dropped.iter().any(|said| said.starts_with("thinking")), "{dropped:?}");
}

#[test]
fn what_the_user_sets_reaches_the_api_or_the_model() {
    let mut request = request("meta.llama3-1-70b-instruct-v1:0", hi(), json!({"reasoning_effort": "low"}));
    request.set =
        json!({"guardrailConfig": {"guardrailIdentifier": "g"}, "max_gen_len": 9}).as_object().unwrap().clone();
    let (body, _) = sent(&request);
    assert_eq!(body["guardrailConfig"], json!({"guardrailIdentifier": "g"}));
    assert_eq!(body["additionalModelRequestFields"], json!({"max_gen_len": 9}));
    assert_eq!(body["outputConfig"], json!({"effort": "low"}));
}

#[test]
fn tools_calls_results_and_choices() {
    let message = |role, parts| Message { role, name: None, parts };
    let call = ToolCall { id: Some("call 1".into()), name: "kb.search".into(), arguments: json!({"q": "x"}) };
    let messages = vec![
        Message::text(Role::User, "find"),
        message(Role::Assistant, vec![Part::Text { text: " ".into() }, Part::ToolCall(call)]),
        message(Role::Tool, vec![Part::ToolResult { id: Some("call 1".into()), result: json!([1]) }]),
    ];
    let mut asked = request("anthropic.claude-3-haiku-20240307-v1:0", messages, json!({"tool_choice": "required"}));
    asked.tools = Some(json!([{"type": "function", "function": {
        "name": "kb.search", "description": "D", "strict": true, "parameters": {"type": "object"}}}]));
    let (body, dropped) = sent(&asked);
    assert_eq!(
        body["messages"].as_array().unwrap()[1..],
        [
            json!({"role": "assistant", "content": [
                {"toolUse": {"toolUseId": "call_00001", "name": "kb_search", "input": {"q": "x"}}}]}),
            json!({"role": "user", "content": [{"toolResult": {"toolUseId": "call_00001", "content": [{"text": "[1]"}]}}]}),
        ]
    );
    assert_eq!(
        body["toolConfig"],
        json!({"tools": [{"toolSpec": {"name": "kb_search", "inputSchema": {"json": {"type": "object"}}, "description": "D",
            "strict": true}}], "toolChoice": {"any": {}}})
    );
    assert_eq!(dropped, ["the name of the tool kb.search (sent as kb_search)"]);
    asked.tools = None;
    let (body, dropped) = sent(&asked);
    assert_eq!(body["toolConfig"]["tools"][0]["toolSpec"]["name"], "kb_search");
    assert!(dropped.iter().any(|said| said.contains("open schema")), "{dropped:?}");
}

#[test]
fn pictures_go_by_their_bytes_only() {
    let with = |value: Value| {
        let parts = vec![Part::Text { text: "what?".into() }, Part::Other { value }];
        let request =
            request("amazon.nova-lite-v1:0", vec![Message { role: Role::User, name: None, parts }], json!({}));
        body(&request, &ToolNames::default(), &mut Vec::new()).map(|body| body["messages"][0]["content"][1].clone())
    };
    let picture = with(json!({"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,AA=="}}));
    assert_eq!(picture.unwrap(), json!({"image": {"format": "jpeg", "source": {"bytes": "AA=="}}}));
    let own = json!({"document": {"format": "pdf", "name": "x", "source": {"bytes": "AA=="}}});
    let own = with(own).unwrap();
    assert_eq!(own, json!({"document": {"format": "pdf", "name": "document 1", "source": {"bytes": "AA=="}}}));
    let stored = with(json!({"type": "uri", "modality": "image", "uri": "s3://b/cat.png"})).unwrap();
    assert_eq!(stored["image"]["source"], json!({"s3Location": {"uri": "s3://b/cat.png"}}));
    let far = with(json!({"type": "image_url", "image_url": {"url": "https://e.example/c.png"}})).unwrap_err();
    assert!(far.to_string().contains("bytes only"), "{far}");
}

#[test]
fn a_whole_answer() {
    let answer = wire::ConverseWire.whole(&json!({
        "output": {"message": {"role": "assistant", "content": [
            {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "c2ln"}}}, {"text": "I will check."},
            {"toolUse": {"toolUseId": "tooluse_1", "name": "get_weather", "input": {"city": "Oslo"}}}]}},
        "stopReason": "tool_use",
        "usage": {"inputTokens": 60, "outputTokens": 30, "totalTokens": 190, "cacheReadInputTokens": 80, "cacheWriteInputTokens": 20},
        "trace": {"promptRouter": {"invokedModelId": "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku"}}
    }));
    let answer = answer.unwrap();
    assert_eq!((answer.text.as_str(), answer.reasoning.as_str()), ("I will check.", "hm"));
    assert_eq!(answer.tool_calls[0].arguments, json!({"city": "Oslo"}));
    assert_eq!(answer.finish_reason.as_deref(), Some("tool_calls"));
    assert_eq!(
        (answer.usage.input, answer.usage.cached_input, answer.usage.cache_write),
        (Some(160), Some(80), Some(20))
    );
    assert_eq!(answer.model.as_deref(), Some("anthropic.claude-3-haiku"));
}

#[test]
fn a_streamed_answer_with_interleaved_blocks() {
    let mut building = Box::new(stream::Building::default());
    let mut events = Vec::new();
    let mut take = |name: &str, data: Value| {
        let event = SseEvent { name: name.into(), data: data.to_string() };
        building.take(&event, &mut |event| events.push(event)).unwrap();
        building.is_complete()
    };
    take("messageStart", json!({"role": "assistant", "p": "abcdef"}));
    take("contentBlockDelta", json!({"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "hm"}}}));
    take("contentBlockDelta", json!({"contentBlockIndex": 0, "delta": {"reasoningContent": {"signature": "x"}}}));
    for index in [1, 2] {
        let start =
            json!({"contentBlockIndex": index, "start": {"toolUse": {"toolUseId": format!("t{index}"), "name": "f"}}});
        take("contentBlockStart", start);
    }
    take("contentBlockDelta", json!({"contentBlockIndex": 2, "delta": {"toolUse": {"input": "{\"b\":"}}}));
    take("contentBlockDelta", json!({"contentBlockIndex": 1, "delta": {"toolUse": {"input": ""}}}));
    take("contentBlockDelta", json!({"contentBlockIndex": 2, "delta": {"toolUse": {"input": "2}"}}}));
    assert!(!take("contentBlockStop", json!({"contentBlockIndex": 2})));
    assert!(take("messageStop", json!({"stopReason": "tool_use"})));
    take(
        "metadata",
        json!({"usage": {"inputTokens": 5, "outputTokens": 7, "totalTokens": 12}, "metrics": {"latencyMs": 9}}),
    );
    let answer = building.finish();
    assert_eq!(answer.reasoning, "hm");
    let calls: Vec<_> = answer.tool_calls.iter().map(|call| (call.id.as_deref(), &call.arguments)).collect();
    assert_eq!(calls, [(Some("t1"), &json!({})), (Some("t2"), &json!({"b": 2}))]);
    assert_eq!((answer.usage.input, answer.usage.output), (Some(5), Some(7)));
}

#[test]
fn failures_by_their_types() {
    let kind = |status: u16, name: &str, said: &str| {
        CallError::from(wire::ConverseWire.named_refusal(status, name, &json!({"message": said}))).kind
    };
    for (status, name, said, expected) in [
        (429, "ThrottlingException:http://internal/", "Too many requests", CallErrorKind::RateLimited),
        (429, "ThrottlingException", "Too many tokens per day, please wait", CallErrorKind::QuotaExhausted),
        (429, "ModelNotReadyException", "", CallErrorKind::Overloaded),
        (400, "ServiceQuotaExceededException", "", CallErrorKind::QuotaExhausted),
        (400, "ValidationException", "Input is too long for requested model.", CallErrorKind::ContextOverflow),
        (400, "ValidationException", "The provided model identifier is invalid.", CallErrorKind::NoSuchModel),
        (400, "ValidationException", "messages must alternate", CallErrorKind::Invalid),
        (403, "AccessDeniedException", "no access to the model", CallErrorKind::Forbidden),
        (403, "UnrecognizedClientException", "The security token is invalid.", CallErrorKind::Unauthorized),
        (404, "ResourceNotFoundException", "", CallErrorKind::NoSuchModel),
        (408, "ModelTimeoutException", "", CallErrorKind::Conflict),
        (424, "ModelErrorException", "", CallErrorKind::Server),
        (503, "ServiceUnavailableException", "", CallErrorKind::Overloaded),
        (0, "throttlingException", "slow down", CallErrorKind::RateLimited),
        (0, "modelStreamErrorException", "", CallErrorKind::Server),
        (500, "SomethingNew", "", CallErrorKind::Server),
    ] {
        assert_eq!(kind(status, name, said), expected, "{name}: {said}");
    }
    let typed = json!({"__type": "com.amazon.coral.service#AccessDeniedException", "Message": "no"});
    let refusal = wire::ConverseWire.refusal(403, &typed);
    assert_eq!((refusal.kind, refusal.message.as_str()), (Some(CallErrorKind::Forbidden), "no"));
    let echo = "The signature does not match. The Canonical String for this request was x-amz-security-token:SECRET";
    let refusal = wire::ConverseWire.named_refusal(403, "InvalidSignatureException", &json!({"message": echo}));
    assert_eq!(refusal.message, "The signature does not match.");
}

use serde_json::{Value, json};

use super::super::super::remote::Wire;
use super::super::super::testing::request;
use super::super::{chat::ChatWire, reply};
use super::*;
use crate::providers::{Abilities, CallErrorKind, Support};

fn provider(base: Option<&str>) -> OpenAi {
    let settings =
        ProviderSettings { base_url: base.map(str::to_owned), ..ProviderSettings::new("p", ProviderKind::OpenAi) };
    OpenAi::with_http(&settings, &Environment::of([]), HttpSettings::default()).unwrap()
}

fn body(provider: &OpenAi, request: &Request) -> (Value, Vec<String>) {
    let prepared = provider.prepare(request).unwrap();
    (serde_json::from_slice(&prepared.body).unwrap(), prepared.dropped)
}

#[test]
fn the_name_of_the_output_limit_depends_on_the_server() {
    let request = request(json!({"temperature": 0, "top_k": 5, "max_tokens": 9}));
    let (maker, dropped) = body(&provider(None), &request);
    assert_eq!(maker["max_completion_tokens"], 50);
    assert_eq!(maker["temperature"], 0);
    assert_eq!(dropped, ["top_k (not a parameter of this API)"]);
    let (local, dropped) = body(&provider(Some("http://127.0.0.1:1/v1")), &request);
    assert_eq!((&local["max_tokens"], &local["top_k"]), (&json!(50), &json!(5)));
    assert!(dropped.is_empty());
}

#[test]
fn what_the_model_refuses_is_dropped_and_said() {
    let mut request = request(json!({"temperature": 0.2, "top_p": 1, "tool_choice": "required", "seed": 7}));
    request.abilities =
        Abilities { sampling_params: Support::Refused, forced_tool_use: Support::Refused, ..Abilities::default() };
    request.tools = Some(json!([{"type": "function", "function": {"name": "f"}}]));
    let (sent, dropped) = body(&provider(None), &request);
    assert_eq!(dropped, ["temperature (refused by m)", "top_p (refused by m)", "forced tool_choice (refused by m)"]);
    assert_eq!((sent.get("temperature"), &sent["seed"]), (None, &json!(7)));
}

#[test]
fn price_and_privacy_parameters_are_never_sent() {
    let recorded = json!({"service_tier": "priority", "user": "u-5", "store": true, "n": 3, "metadata": {"a": 1}});
    let (sent, dropped) = body(&provider(None), &request(recorded));
    let names: Vec<&str> = sent.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["model", "messages", "max_completion_tokens"]);
    assert_eq!(dropped.len(), 5);
}

#[test]
fn the_users_own_parameters_win() {
    let mut request = request(json!({"temperature": 0.2}));
    request.set = json!({"temperature": 0.9, "custom_thing": [1], "stream": false}).as_object().unwrap().clone();
    let (sent, dropped) = body(&provider(Some("http://127.0.0.1:1")), &request);
    assert_eq!((&sent["temperature"], &sent["custom_thing"]), (&json!(0.9), &json!([1])));
    assert_eq!(dropped, ["stream (set by the replay itself)"]);
}

#[test]
fn answers_of_several_servers() {
    let vllm = json!({"choices": [{"message": {"content": "Hello!", "reasoning": "hm", "tool_calls": []},
        "finish_reason": "stop"}], "usage": {"prompt_tokens": 9, "completion_tokens": 3,
        "prompt_tokens_details": {"cached_tokens": 4}, "completion_tokens_details": {"reasoning_tokens": 2}}});
    let answer = reply::read(&vllm).unwrap();
    assert_eq!((answer.text.as_str(), answer.reasoning.as_str()), ("Hello!", "hm"));
    let usage = answer.usage;
    assert_eq!((usage.input, usage.output, usage.cached_input, usage.reasoning), (Some(9), Some(3), Some(4), Some(2)));

    let refusal =
        json!({"choices": [{"message": {"content": null, "refusal": "No."}, "finish_reason": "content_filter"}]});
    let answer = reply::read(&refusal).unwrap();
    assert_eq!((answer.shown_text(), answer.usage), ("No.", crate::domain::span::Usage::default()));

    let calls = json!({"choices": [{"message": {"tool_calls": [
        {"id": "c", "function": {"name": "f", "arguments": "{\"a\":1}"}},
        {"id": "d", "function": {"name": "g", "arguments": "{broken"}}]}, "finish_reason": "tool_calls"}]});
    let calls = reply::read(&calls).unwrap().tool_calls;
    assert_eq!((&calls[0].arguments, &calls[1].arguments), (&json!({"a": 1}), &json!("{broken")));

    assert_eq!(reply::read(&json!({"usage": {"prompt_tokens": -4}})).unwrap_err().kind, CallErrorKind::Malformed);
}

#[test]
fn errors_of_several_servers() {
    let kind = |status, body: Value| crate::providers::CallError::from(ChatWire.refusal(status, &body)).kind;
    let of = |code: &str| json!({"error": {"message": "x", "type": "t", "code": code}});
    assert_eq!(kind(429, of("insufficient_quota")), CallErrorKind::QuotaExhausted);
    assert_eq!(kind(429, of("rate_limit_exceeded")), CallErrorKind::RateLimited);
    assert_eq!(kind(400, of("context_length_exceeded")), CallErrorKind::ContextOverflow);
    assert_eq!(kind(400, of("unsupported_parameter")), CallErrorKind::Invalid);
    assert_eq!(kind(404, of("model_not_found")), CallErrorKind::NoSuchModel);
    assert_eq!(kind(503, json!("<html>down</html>")), CallErrorKind::Overloaded);
    assert_eq!(kind(403, of("x")), CallErrorKind::Forbidden);
    let llama = json!({"error": {"code": 400, "message": "too long", "type": "exceed_context_size_error"}});
    assert_eq!(kind(400, llama), CallErrorKind::ContextOverflow);
    let tgi = json!({"error": "Model is overloaded", "error_type": "overloaded"});
    assert_eq!(kind(429, tgi), CallErrorKind::RateLimited);
    let streamed = json!({"error": {"message": "slow down", "code": 429}});
    assert_eq!(kind(0, streamed), CallErrorKind::RateLimited);
}

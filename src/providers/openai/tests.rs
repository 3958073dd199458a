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

#[test]
fn ollama_is_not_sent_what_it_would_leave_out_in_silence() {
    let mut asked = request(json!({"top_k": 5, "seed": 7, "tool_choice": "required", "parallel_tool_calls": false}));
    asked.tools = Some(json!([{"type": "function", "function": {"name": "f"}}]));
    let (sent, dropped) = body(&provider(Some("http://127.0.0.1:11434/v1")), &asked);
    let names: Vec<&str> = sent.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["model", "messages", "seed", "max_tokens", "tools"]);
    assert_eq!(dropped.len(), 3, "{dropped:?}");
    asked.messages[0] = crate::domain::message::Message::text(crate::domain::message::Role::User, "x".repeat(20_000));
    let (_, dropped) = body(&provider(Some("http://127.0.0.1:11434/v1")), &asked);
    assert!(dropped.iter().any(|said| said.contains("num_ctx")), "{dropped:?}");
}

#[test]
fn failures_inside_an_answer_of_status_200() {
    let kind = |body: Value| ChatWire.whole(&body).unwrap_err();
    let router = kind(json!({"error": {"code": 502, "message": "Provider returned error",
        "metadata": {"provider_name": "P", "raw": "upstream is gone"}}}));
    assert_eq!((router.kind, router.status), (CallErrorKind::Server, Some(502)));
    assert!(router.message.contains("upstream is gone"));
    let choice = json!({"choices": [{"finish_reason": "error", "message": {"content": "Half"},
        "error": {"code": 429, "message": "slow down"}}]});
    assert_eq!(kind(choice).kind, CallErrorKind::RateLimited);
    let flagged = json!({"error": {"code": 403, "message": "flagged", "metadata": {"reasons": ["violence"]}}});
    assert_eq!(kind(flagged).kind, CallErrorKind::ContentFiltered);
    assert_eq!(kind(json!({"error": {"code": 402, "message": "no credits"}})).kind, CallErrorKind::PaymentRequired);
    let silent = kind(json!({"choices": [{"finish_reason": "error", "message": {"content": "Half"}}]}));
    assert_eq!((silent.kind, silent.partial.unwrap().text.as_str()), (CallErrorKind::Cut, "Half"));
}

#[test]
fn failures_in_the_words_of_gateways() {
    let error = |status, body: Value| crate::providers::CallError::from(ChatWire.refusal(status, &body));
    let lite = |message: &str, code: &str| json!({"error": {"message": message, "type": "None", "param": "None", "code": code}});
    let long = lite("litellm.ContextWindowExceededError: litellm.BadRequestError: too big", "400");
    assert_eq!(error(400, long).kind, CallErrorKind::ContextOverflow);
    let filtered = lite("litellm.ContentPolicyViolationError: no", "400");
    assert_eq!(error(400, filtered).kind, CallErrorKind::ContentFiltered);
    // Inside a stream the code is the status, as text.
    assert_eq!(error(0, lite("litellm.RateLimitError: slow", "429")).kind, CallErrorKind::RateLimited);
    let budget = json!({"error": {"message": "Budget has been exceeded!", "type": "budget_exceeded", "code": "400"}});
    assert_eq!(error(400, budget).kind, CallErrorKind::QuotaExhausted);
    let azure = json!({"error": {"message": "The response was filtered.", "code": "content_filter", "status": 400,
        "innererror": {"code": "ResponsibleAIPolicyViolation", "content_filter_result": {
            "hate": {"filtered": false, "severity": "safe"}, "violence": {"filtered": true, "severity": "medium"},
            "jailbreak": {"filtered": true, "detected": true}}}}});
    let azure = error(400, azure);
    assert_eq!(azure.kind, CallErrorKind::ContentFiltered);
    assert!(
        azure.message.contains("violence: medium, jailbreak: detected")
            || azure.message.contains("jailbreak: detected, violence: medium"),
        "{}",
        azure.message
    );
    let tgi = |kind: &str, said: &str| json!({"error": said, "error_type": kind});
    assert_eq!(error(424, tgi("generation", "CUDA error")).kind, CallErrorKind::Server);
    assert_eq!(error(0, tgi("validation", "no")).kind, CallErrorKind::Invalid);
    let long = "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 9000";
    assert_eq!(error(422, tgi("validation", long)).kind, CallErrorKind::ContextOverflow);
    let vllm = json!({"object": "error", "message": "The decoder prompt (length 9) is longer than the maximum model length of 8",
        "type": "BadRequestError", "param": null, "code": 400});
    assert_eq!(error(400, vllm).kind, CallErrorKind::ContextOverflow);
    let picture =
        json!({"error": {"code": 500, "message": "image input is not supported - hint: …", "type": "server_error"}});
    assert_eq!(error(500, picture).kind, CallErrorKind::Invalid);
    let studio = json!({"error": "Trying to keep the first 9 tokens when context the overflows. However, the model is loaded with \
        context length of only 8 tokens"});
    assert_eq!(error(400, studio).kind, CallErrorKind::ContextOverflow);
}

#[test]
fn several_whole_calls_under_one_index_stay_several() {
    let call = |id: &str, name: &str| {
        json!({"choices": [{"delta": {"tool_calls": [{"index": 0, "id": id, "function":
            {"name": name, "arguments": "{\"a\":1}"}}]}, "finish_reason": null}]})
    };
    let mut building = ChatWire.assembly();
    for event in [call("c1", "f"), call("c2", "g")] {
        let event = crate::http::SseEvent { name: String::new(), data: event.to_string() };
        building.take(&event, &mut |_| ()).unwrap();
    }
    let calls = building.finish().tool_calls;
    assert_eq!(calls.iter().map(|call| call.name.as_str()).collect::<Vec<_>>(), ["f", "g"]);
}

#[test]
fn parts_of_thinking_are_no_part_of_the_text() {
    let content = json!([{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
        {"type": "reference", "reference_ids": [1]}, {"type": "text", "text": "Yes."}]);
    let answer =
        reply::read(&json!({"choices": [{"message": {"content": content}, "finish_reason": "stop"}]})).unwrap();
    assert_eq!((answer.text.as_str(), answer.reasoning.as_str()), ("Yes.", "hm"));
}

#[test]
fn a_server_without_models_has_none() {
    assert_eq!(reply::model_ids(&json!({"object": "list", "data": null})), Some(Vec::new()));
    assert_eq!(reply::model_ids(&json!("<html>")), None);
}

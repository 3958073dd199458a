use serde_json::{Value, json};

use super::super::super::request::{Delivery, Request};
use super::super::{reply, stream};
use super::*;
use crate::http::SseEvent;
use crate::providers::remote::Assembly;
use crate::providers::{CallError, CallErrorKind, StreamEvent};

fn request(parameters: Value, tools: Option<Value>) -> Request {
    Request {
        model: "command-a-03-2025".into(),
        tools,
        delivery: Delivery::Streamed,
        ..super::super::super::testing::request(parameters)
    }
}

#[test]
fn parameters_have_cohere_s_names() {
    let recorded = json!({
        "temperature": 0.2, "top_p": 0.9, "top_k": 40, "seed": 7, "stop": ["END"], "presence_penalty": 0.1,
        "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}},
        "parallel_tool_calls": false, "logit_bias": {"5": 1}, "reasoning_effort": "low", "tool_choice": "required",
        "safety_mode": "OFF", "user": "u1",
    });
    let tools = json!([{"type": "function", "function": {"name": "f", "parameters": {}, "strict": true}}]);
    let mut dropped = Vec::new();
    let sent = Value::Object(body(&request(recorded, Some(tools)), &ToolNames::default(), &mut dropped).unwrap());
    assert_eq!(
        sent,
        json!({
            "model": "command-a-03-2025", "messages": [{"role": "user", "content": "hi"}],
            "temperature": 0.2, "p": 0.9, "k": 40, "seed": 7, "stop_sequences": ["END"], "presence_penalty": 0.1,
            "response_format": {"type": "json_object", "json_schema": {"type": "object"}},
            "thinking": {"type": "enabled"}, "tool_choice": "REQUIRED", "safety_mode": "OFF", "max_tokens": 50,
            "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}], "stream": true,
        })
    );
    dropped.sort();
    let names: Vec<&str> = dropped.iter().filter_map(|said| said.split(" (").next()).collect();
    assert_eq!(names, ["logit_bias", "parallel_tool_calls", "the effort `low`", "user"]);
}

#[test]
fn a_tool_chosen_by_name_is_the_only_one_sent() {
    let tools = json!([{"name": "f", "input_schema": {}}, {"name": "g", "input_schema": {}}]);
    let named = json!({"tool_choice": {"type": "tool", "name": "g"}});
    let mut dropped = Vec::new();
    let sent = body(&request(named, Some(tools)), &ToolNames::default(), &mut dropped).unwrap();
    assert_eq!(sent["tool_choice"], "REQUIRED");
    assert_eq!((sent["tools"].as_array().unwrap().len(), &sent["tools"][0]["function"]["name"]), (1, &json!("g")));
    assert!(dropped[0].contains("beside g"), "{dropped:?}");
}

#[test]
fn what_is_billed_counts_and_thoughts_and_citations_stay_out_of_the_text() {
    let whole = json!({
        "id": "c1", "finish_reason": "COMPLETE",
        "message": {"role": "assistant", "tool_plan": "Look. ", "content": [
            {"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "Five working days."}],
            "citations": [{"start": 0, "end": 17, "text": "Five working days", "sources": []}]},
        "usage": {"billed_units": {"input_tokens": 18.0, "output_tokens": 5}, "cached_tokens": 0,
            "tokens": {"input_tokens": 620, "output_tokens": 9}},
    });
    let answer = reply::read(&whole).unwrap();
    assert_eq!((answer.text.as_str(), answer.reasoning.as_str()), ("Five working days.", "Look. hm"));
    assert_eq!((answer.usage.input, answer.usage.output, answer.usage.cached_input), (Some(18), Some(5), Some(0)));
    assert_eq!(answer.finish_reason.as_deref(), Some("stop"));
}

fn read(events: &[Value]) -> (Result<(), CallError>, crate::providers::Answer, Vec<StreamEvent>) {
    let mut building = Box::new(stream::Building::default());
    let mut seen = Vec::new();
    let taken = events.iter().try_for_each(|event| {
        let event = SseEvent { name: String::new(), data: event.to_string() };
        building.take(&event, &mut |piece| seen.push(piece))
    });
    (taken, building.finish(), seen)
}

#[test]
fn streams_with_a_plan_two_calls_and_a_failure() {
    let call = |index: u64, id: &str, name: &str| {
        let function = json!({"name": name, "arguments": ""});
        json!({"type": "tool-call-start", "index": index,
            "delta": {"message": {"tool_calls": {"id": id, "type": "function", "function": function}}}})
    };
    let more = |index: u64, text: &str| {
        json!({"type": "tool-call-delta", "index": index,
            "delta": {"message": {"tool_calls": {"function": {"arguments": text}}}}})
    };
    let (taken, answer, seen) = read(&[
        json!({"type": "message-start", "id": "c1", "delta": {"message": {"role": "assistant"}}}),
        json!({"type": "tool-plan-delta", "delta": {"message": {"tool_plan": "I look."}}}),
        call(0, "a", "f"),
        more(0, "{\"x\":"),
        more(0, "1}"),
        json!({"type": "tool-call-end", "index": 0}),
        call(1, "b", "g"),
        json!({"type": "citation-start", "index": 0, "delta": {"message": {"citations": {"text": "no"}}}}),
        json!({"type": "message-end", "id": "c1", "delta": {"finish_reason": "TOOL_CALL",
            "usage": {"tokens": {"input_tokens": 9, "output_tokens": 2}}}}),
    ]);
    assert!(taken.is_ok());
    assert_eq!((answer.reasoning.as_str(), answer.text.as_str()), ("I look.", ""));
    let calls: Vec<(&str, &Value)> =
        answer.tool_calls.iter().map(|call| (call.name.as_str(), &call.arguments)).collect();
    assert_eq!(calls, [("f", &json!({"x": 1})), ("g", &json!({}))]);
    assert_eq!((answer.finish_reason.as_deref(), answer.usage.input), (Some("tool_calls"), Some(9)));
    assert!(seen.contains(&StreamEvent::Reasoning("I look.".into())));

    let failed = json!({"type": "message-end", "delta": {"finish_reason": "ERROR", "error": "worker lost"}});
    let (taken, ..) = read(&[failed]);
    let error = taken.unwrap_err();
    assert_eq!(error.kind, CallErrorKind::Server);
    assert!(error.message.contains("worker lost"));
}

#[test]
fn statuses_of_its_own() {
    let kind = |status, said: &str| CallError::from(reply::refusal(status, &json!({"message": said}))).kind;
    assert_eq!(kind(498, "blocked"), CallErrorKind::ContentFiltered);
    assert_eq!(kind(429, "a Trial key is limited to 1000 API calls / month"), CallErrorKind::QuotaExhausted);
    assert_eq!(kind(429, "a Trial key is limited to 40 API calls / minute"), CallErrorKind::RateLimited);
    assert_eq!(kind(401, "invalid api token"), CallErrorKind::Unauthorized);
    assert_eq!(kind(400, "too many tokens: size limit exceeded"), CallErrorKind::ContextOverflow);
    assert_eq!(kind(422, "unprocessable"), CallErrorKind::Invalid);
    assert_eq!(kind(503, ""), CallErrorKind::Overloaded);
}

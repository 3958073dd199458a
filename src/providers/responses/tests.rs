use serde_json::{Value, json};

use super::super::super::request::{Delivery, Request};
use super::super::{reply, stream};
use super::*;
use crate::domain::message::{Message, Role, ToolCall};
use crate::http::SseEvent;
use crate::providers::remote::Assembly;
use crate::providers::{Answer, CallError, CallErrorKind, StreamEvent};

fn request(parameters: Value, tools: Option<Value>) -> Request {
    Request {
        model: "gpt-5.4-mini".into(),
        messages: vec![Message::text(Role::System, "S"), Message::text(Role::User, "hi")],
        tools,
        delivery: Delivery::Streamed,
        ..super::super::super::testing::request(parameters)
    }
}

#[test]
fn parameters_and_tools_of_chat_completions_move_to_their_places() {
    let recorded = json!({
        "temperature": 0.2, "top_p": 0.9, "seed": 7, "stop": ["END"], "verbosity": "low", "store": true,
        "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}, "strict": true}},
        "parallel_tool_calls": false, "reasoning_effort": "low", "tool_choice": {"type": "function", "function": {"name": "f"}},
    });
    let tools =
        json!([{"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object"}}}]);
    let mut dropped = Vec::new();
    let sent = Value::Object(body(&request(recorded, Some(tools)), &ToolNames::default(), &mut dropped).unwrap());
    assert_eq!(
        sent,
        json!({
            "model": "gpt-5.4-mini", "instructions": "S",
            "input": [{"type": "message", "role": "user", "content": "hi"}],
            "temperature": 0.2, "top_p": 0.9, "reasoning": {"effort": "low"}, "parallel_tool_calls": false,
            "text": {"verbosity": "low",
                "format": {"type": "json_schema", "name": "n", "schema": {"type": "object"}, "strict": true}},
            "tool_choice": {"type": "function", "name": "f"}, "max_output_tokens": 50,
            "tools": [{"type": "function", "name": "f", "description": "d", "parameters": {"type": "object"}, "strict": false}],
            "store": false, "stream": true,
        })
    );
    dropped.sort();
    let names: Vec<&str> = dropped.iter().filter_map(|said| said.split(" (").next()).collect();
    assert_eq!(names, ["seed", "stop", "store"]);
}

#[test]
fn its_own_recordings_keep_summary_and_truncation_and_nothing_is_stored_whoever_asks() {
    let recorded = json!({"reasoning": {"effort": "high", "summary": "auto"}, "truncation": "auto", "store": false,
        "text": {"format": {"type": "json_object"}, "verbosity": "high"}, "include": ["x"]});
    let mut request = request(recorded, None);
    request.set = json!({"store": true, "background": true, "prompt_cache_key": "k"}).as_object().unwrap().clone();
    let mut dropped = Vec::new();
    let sent = body(&request, &ToolNames::default(), &mut dropped).unwrap();
    assert_eq!(sent["reasoning"], json!({"effort": "high", "summary": "auto"}));
    assert_eq!(sent["text"], json!({"format": {"type": "json_object"}, "verbosity": "high"}));
    assert_eq!((&sent["truncation"], &sent["store"]), (&json!("auto"), &json!(false)));
    assert_eq!((sent.get("background"), &sent["prompt_cache_key"]), (None, &json!("k")));
    assert_eq!(dropped.len(), 3, "{dropped:?}");
}

fn response(status: &str, output: &Value) -> Value {
    json!({"id": "resp_1", "object": "response", "status": status, "error": null, "incomplete_details": null,
        "model": "gpt-5.4-mini-2026-03-17", "output": output,
        "usage": {"input_tokens": 62, "input_tokens_details": {"cached_tokens": 8, "cache_write_tokens": 2},
            "output_tokens": 44, "output_tokens_details": {"reasoning_tokens": 22}, "total_tokens": 106}})
}

#[test]
fn items_become_text_calls_and_reasoning() {
    let output = json!([
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "A"}, {"type": "summary_text", "text": "B"}]},
        {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{\"x\":1}"},
        {"type": "custom_tool_call", "call_id": "call_2", "name": "sh", "input": "ls"},
        {"type": "message", "content": [{"type": "output_text", "text": "One. "}, {"type": "output_text", "text": "Two."}]},
    ]);
    let answer = reply::read(&response("completed", &output)).unwrap();
    assert_eq!((answer.text.as_str(), answer.reasoning.as_str()), ("One. Two.", "A\n\nB"));
    assert_eq!(answer.tool_calls[0].arguments, json!({"x": 1}));
    assert_eq!(answer.tool_calls[1], ToolCall { id: Some("call_2".into()), name: "sh".into(), arguments: json!("ls") });
    assert_eq!(answer.finish_reason.as_deref(), Some("tool_calls"));
    let usage = answer.usage;
    assert_eq!((usage.input, usage.output, usage.cached_input), (Some(62), Some(44), Some(8)));
    assert_eq!((usage.cache_write, usage.reasoning), (Some(2), Some(22)));
}

#[test]
fn incomplete_and_failed() {
    let text = json!([{"type": "message", "content": [{"type": "output_text", "text": "Half"}]}]);
    let mut cut = response("incomplete", &text);
    for (said, normal) in
        [("max_output_tokens", "length"), ("content_filter", "content_filter"), ("steered", "steered")]
    {
        cut["incomplete_details"] = json!({"reason": said});
        assert_eq!(reply::read(&cut).unwrap().finish_reason.as_deref(), Some(normal));
    }
    let mut failed = response("failed", &json!([]));
    for (code, kind) in [
        ("rate_limit_exceeded", CallErrorKind::RateLimited),
        ("server_error", CallErrorKind::Server),
        ("invalid_prompt", CallErrorKind::Invalid),
    ] {
        failed["error"] = json!({"code": code, "message": "no"});
        assert_eq!(reply::read(&failed).unwrap_err().kind, kind, "{code}");
    }
    failed["output"] = text;
    let error = reply::read(&failed).unwrap_err();
    assert_eq!((error.kind, error.partial.unwrap().text.as_str()), (CallErrorKind::Invalid, "Half"));
}

fn read(events: &[Value]) -> (Result<(), CallError>, bool, Answer, Vec<StreamEvent>) {
    let mut building = Box::new(stream::Building::default());
    let mut seen = Vec::new();
    let taken = events.iter().try_for_each(|event| {
        let name = event["type"].as_str().unwrap_or("").to_owned();
        building.take(&SseEvent { name, data: event.to_string() }, &mut |piece| seen.push(piece))
    });
    let complete = building.is_complete();
    (taken, complete, building.finish(), seen)
}

fn pieces() -> Vec<Value> {
    vec![
        json!({"type": "response.created", "response": {"id": "resp_1", "model": "m-1", "output": []}}),
        json!({"type": "response.reasoning_summary_text.delta", "output_index": 0, "delta": "Hm."}),
        json!({"type": "response.output_item.added", "output_index": 1,
            "item": {"type": "function_call", "call_id": "c1", "name": "f", "arguments": ""}}),
        json!({"type": "response.output_item.added", "output_index": 2,
            "item": {"type": "function_call", "call_id": "c2", "name": "g", "arguments": ""}}),
        json!({"type": "response.function_call_arguments.delta", "output_index": 2, "delta": "{\"y\":2}"}),
        json!({"type": "response.function_call_arguments.delta", "output_index": 1, "delta": "{\"x\":1}"}),
        json!({"type": "response.output_text.delta", "output_index": 3, "delta": "Hi"}),
    ]
}

#[test]
fn a_stream_is_whole_only_with_its_last_event() {
    let (taken, complete, answer, seen) = read(&pieces());
    assert!(taken.is_ok() && !complete);
    assert_eq!((answer.text.as_str(), answer.reasoning.as_str()), ("Hi", "Hm."));
    assert_eq!(answer.tool_calls[1].arguments, json!({"y": 2}));
    assert!(seen.contains(&StreamEvent::Tool { index: 1, text: "{\"y\":2}".into() }));

    let mut events = pieces();
    let output = json!([{"type": "message", "content": [{"type": "output_text", "text": "Hi!"}]}]);
    events.push(json!({"type": "response.completed", "response": response("completed", &output)}));
    let (_, complete, answer, _) = read(&events);
    // What the last event says counts; what it leaves out was said before.
    assert!(complete);
    assert_eq!((answer.text.as_str(), answer.tool_calls.len(), answer.usage.input), ("Hi!", 2, Some(62)));
    assert_eq!(answer.finish_reason.as_deref(), Some("tool_calls"));
}

#[test]
fn a_stream_may_end_in_failure() {
    let mut events = pieces();
    let mut failed = response("failed", &json!([]));
    failed["error"] = json!({"code": "server_error", "message": "lost"});
    events.push(json!({"type": "response.failed", "response": failed}));
    let (taken, complete, answer, _) = read(&events);
    assert_eq!((taken.unwrap_err().kind, complete), (CallErrorKind::Server, false));
    assert_eq!((answer.text.as_str(), answer.usage.output), ("Hi", Some(44)));
    let (taken, ..) =
        read(&[json!({"type": "error", "code": "rate_limit_exceeded", "message": "slow", "param": null})]);
    assert_eq!(taken.unwrap_err().kind, CallErrorKind::RateLimited);
}

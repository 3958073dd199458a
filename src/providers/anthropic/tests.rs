use serde_json::{Value, json};

use super::body;
use crate::domain::message::{Message, Part, Role, ToolCall};
use crate::providers::recorded::{NameRule, ToolNames};
use crate::providers::request::Request;
use crate::providers::testing::request;

fn sent(request: &Request) -> (Value, Vec<String>) {
    let mut dropped = Vec::new();
    (body(request, &ToolNames::of(request, NameRule::Plain), &mut dropped).unwrap().into(), dropped)
}

#[test]
fn a_limit_is_always_sent() {
    let mut asked = request(json!({}));
    assert_eq!(sent(&asked).0["max_tokens"], 50);
    asked.max_output = None;
    asked.abilities.max_output = Some(64_000);
    assert_eq!(sent(&asked).0["max_tokens"], 64_000);
    asked.abilities.max_output = None;
    assert_eq!(sent(&asked).0["max_tokens"], 4096);
}

#[test]
fn thinking_changes_what_may_stand_beside_it() {
    let mut asked = request(json!({"thinking": {"type": "enabled", "budget_tokens": 9_000}, "temperature": 0.2,
        "top_k": 4, "top_p": 0.97, "tool_choice": {"type": "tool", "name": "f"}}));
    asked.max_output = Some(4_000);
    asked.tools = Some(json!([{"name": "f", "input_schema": {"type": "object"}}]));
    let (body, dropped) = sent(&asked);
    assert_eq!(body["thinking"], json!({"type": "enabled", "budget_tokens": 3_999}));
    assert_eq!(body["tool_choice"], json!({"type": "auto"}));
    assert_eq!((body.get("temperature"), body.get("top_k"), &body["top_p"]), (None, None, &json!(0.97)));
    assert_eq!(dropped.len(), 4, "{dropped:?}");

    asked.max_output = Some(1_000);
    let (body, dropped) = sent(&asked);
    assert_eq!((body.get("thinking"), &body["temperature"]), (None, &json!(0.2)));
    assert!(dropped[0].contains("leaves no room"), "{dropped:?}");
}

#[test]
fn efforts_temperatures_and_stops_are_put_into_the_ranges_of_the_api() {
    let asked = request(json!({"reasoning_effort": "minimal", "temperature": 1.4, "stop": ["\n", "END"]}));
    let (body, dropped) = sent(&asked);
    assert_eq!(body["output_config"], json!({"effort": "low"}));
    assert_eq!((&body["temperature"], &body["stop_sequences"]), (&json!(1), &json!(["END"])));
    assert_eq!(dropped.len(), 3, "{dropped:?}");
}

#[test]
fn messages_with_calls_get_tools_and_ids_in_the_letters_of_the_api() {
    let call = ToolCall { id: Some("call.1/x".into()), name: "kb.search".into(), arguments: json!("{broken") };
    let mut asked = request(json!({}));
    asked.messages = vec![
        Message::text(Role::User, "?"),
        Message { role: Role::Assistant, name: None, parts: vec![Part::ToolCall(call)] },
        Message {
            role: Role::Tool,
            name: None,
            parts: vec![Part::ToolResult { id: Some("call.1/x".into()), result: json!({"n": 1}) }],
        },
    ];
    let (body, dropped) = sent(&asked);
    let (called, answered) = (&body["messages"][1]["content"][0], &body["messages"][2]["content"][0]);
    assert_eq!((&called["name"], &called["input"]), (&json!("kb_search"), &json!({"arguments": "{broken"})));
    assert_eq!(called["id"], answered["tool_use_id"]);
    assert_eq!(answered["content"], "{\"n\":1}");
    assert_eq!(body["tools"][0]["name"], "kb_search");
    assert_eq!(dropped.len(), 3, "{dropped:?}");
}

#[test]
fn documents_of_several_recorders() {
    let own = json!({"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "Hello"},
        "title": "T"});
    let pdf =
        json!({"type": "file", "file": {"file_data": "data:application/pdf;base64,JVBERg==", "filename": "a.pdf"}});
    let text = json!({"inlineData": {"mimeType": "text/csv", "data": "YSxi"}});
    let mut asked = request(json!({}));
    let parts = [&own, &pdf, &text].map(|value| Part::Other { value: value.clone() });
    asked.messages = vec![Message { role: Role::User, name: None, parts: parts.into() }];
    let (body, _) = sent(&asked);
    assert_eq!(
        body["messages"][0]["content"],
        json!([
            own,
            {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERg=="}},
            {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "a,b"}},
        ])
    );
    let sound = json!({"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}});
    asked.messages[0].parts = vec![Part::Other { value: sound }];
    assert!(super::body(&asked, &ToolNames::default(), &mut Vec::new()).unwrap_err().to_string().contains("sound"));
}

use serde_json::{Value, json};

use super::body;
use crate::domain::message::{Message, Part, Role, ToolCall};
use crate::providers::recorded::{NameRule, ToolNames};
use crate::providers::request::Request;
use crate::providers::testing::request;

fn sent(request: &Request) -> (Value, Vec<String>) {
    let mut dropped = Vec::new();
    (body(request, &ToolNames::of(request, NameRule::Dotted), &mut dropped).unwrap(), dropped)
}

#[test]
fn parameters_of_chat_completions_have_their_places() {
    let mut asked = request(json!({"temperature": 0, "top_p": 0.5, "seed": 3, "stop": "END", "logit_bias": {"1": 2},
        "response_format": {"type": "json_object"}, "safetySettings": [{"category": "C", "threshold": "OFF"}],
        "reasoning_effort": "low"}));
    asked.model = "gemini-2.5-flash".into();
    let (body, dropped) = sent(&asked);
    assert_eq!(
        body["generationConfig"],
        json!({"maxOutputTokens": 50, "temperature": 0, "topP": 0.5, "seed": 3, "stopSequences": ["END"],
            "responseMimeType": "application/json",
            "thinkingConfig": {"thinkingBudget": 1024, "includeThoughts": true}})
    );
    assert_eq!(body["safetySettings"][0]["threshold"], "OFF");
    assert_eq!(dropped.len(), 2, "{dropped:?}");
}

#[test]
fn calls_go_without_ids_and_models_that_want_signatures_are_told_that_there_are_none() {
    let call =
        |name: &str| Part::ToolCall(ToolCall { id: Some("c1".into()), name: name.into(), arguments: json!({"q": 1}) });
    let mut asked = request(json!({}));
    asked.model = "gemini-3-pro".into();
    asked.messages = vec![
        Message::text(Role::User, "?"),
        Message { role: Role::Assistant, name: None, parts: vec![call("kb.search"), call("b")] },
        Message {
            role: Role::Tool,
            name: None,
            parts: vec![Part::ToolResult { id: Some("c1".into()), result: json!("found") }],
        },
    ];
    let (body, dropped) = sent(&asked);
    let parts = &body["contents"][1]["parts"];
    assert_eq!(parts[0]["functionCall"], json!({"name": "kb.search", "args": {"q": 1}}));
    assert!(parts[0]["thoughtSignature"].is_string() && parts[1].get("thoughtSignature").is_none());
    assert_eq!(body["contents"][2]["parts"][0]["functionResponse"]["response"], json!({"result": "found"}));
    assert_eq!(dropped.len(), 1, "{dropped:?}");
    asked.model = "gemini-2.5-flash".into();
    let (body, dropped) = sent(&asked);
    assert!(body["contents"][1]["parts"][0].get("thoughtSignature").is_none());
    assert!(dropped.is_empty(), "{dropped:?}");
}

#[test]
fn an_address_has_to_tell_its_type() {
    let image = |url: &str| {
        let value = json!({"type": "image_url", "image_url": {"url": url}});
        let mut asked = request(json!({}));
        asked.messages = vec![Message { role: Role::User, name: None, parts: vec![Part::Other { value }] }];
        body(&asked, &ToolNames::default(), &mut Vec::new())
    };
    let sent = image("https://e.example/a/cat.JPG?size=2").unwrap();
    assert_eq!(
        sent["contents"][0]["parts"][0]["fileData"],
        json!({"mimeType": "image/jpeg", "fileUri": "https://e.example/a/cat.JPG?size=2"})
    );
    assert!(image("https://e.example/cat").unwrap_err().to_string().contains("type"));
}

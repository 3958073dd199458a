//! Reasoning: asked for, and kept apart from the answer.

use hindcast::domain::message::{Message, Part, Role};
use hindcast::providers::{Delivery, Request, StreamEvent};
use serde_json::json;

use super::bench::{ask, exchange, request, streamed, with};
use super::dialect::{Ability, Dialect, Piece, Script, Thinking};

pub async fn an_effort_or_said(dialect: &dyn Dialect) {
    let request = Request { max_output: Some(8_000), ..with(dialect, json!({"reasoning_effort": "low"})) };
    let got = ask(dialect, &request).await;
    if dialect.has(Ability::Effort) {
        assert_eq!(got.asked.thinking, Some(Thinking::Effort("low".into())));
    } else {
        // Put into whatever the API knows, or left out: both are worth a word.
        got.must_say(&["effort", "thinking", "reasoning"]);
    }
}

pub async fn a_budget_or_said(dialect: &dyn Dialect) {
    let recorded = json!({"thinking": {"type": "enabled", "budget_tokens": 2048}});
    let got = ask(dialect, &Request { max_output: Some(8_000), ..with(dialect, recorded) }).await;
    if dialect.has(Ability::Budget) {
        assert_eq!(got.asked.thinking, Some(Thinking::Budget(2048)));
    } else {
        got.must_say(&["budget", "thinking"]);
    }
}

pub async fn earlier_reasoning_stays_here(dialect: &dyn Dialect) {
    let messages = vec![
        Message::text(Role::User, "one"),
        Message {
            role: Role::Assistant,
            name: None,
            parts: vec![Part::Reasoning { text: "secret thought".into() }, Part::Text { text: "two".into() }],
        },
        Message::text(Role::User, "three"),
    ];
    let got = ask(dialect, &Request { messages, ..request(dialect) }).await;
    assert_eq!(got.asked.said.len(), 3, "{:?}", got.asked.said);
    got.must_say(&["reasoning"]);
}

pub async fn reasoning_is_kept_apart(dialect: &dyn Dialect) {
    if !dialect.has(Ability::Reasoning) {
        return;
    }
    let pieces =
        vec![Piece::Reasoning("Let me "), Piece::Reasoning("think."), Piece::Text("Rain"), Piece::Text(" it is.")];
    let script = Script::new(dialect, pieces);
    let whole = exchange(dialect, &request(dialect), dialect.plain(&script)).await.answer();
    assert_eq!((whole.text.as_str(), whole.reasoning.as_str()), ("Rain it is.", "Let me think."));
    let asking = Request { delivery: Delivery::Streamed, ..request(dialect) };
    let got = exchange(dialect, &asking, streamed(dialect, dialect.frames(&script))).await;
    assert_eq!(got.streamed_text(), "Rain it is.");
    assert!(got.events.iter().any(|event| matches!(event, StreamEvent::Reasoning(_))));
    let pieces = got.answer();
    assert_eq!((pieces.text.as_str(), pieces.reasoning.as_str()), ("Rain it is.", "Let me think."));
}

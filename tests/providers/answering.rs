//! Answers: at once, in pieces, with calls, reasons and counts.

use hindcast::domain::span::Usage;
use hindcast::providers::{Answer, Delivery, Request, StreamEvent};
use serde_json::json;

use super::bench::{Exchange, exchange, hello, request, streamed};
use super::dialect::{Ability, Dialect, Piece, Script};
use super::double::Double;

/// The answer at once and in pieces; both have to be the same but for the provider's id.
async fn both(dialect: &dyn Dialect, script: &Script) -> Answer {
    let whole = exchange(dialect, &request(dialect), dialect.plain(script)).await.answer();
    let pieces = stream(dialect, script).await.answer();
    assert_eq!(Answer { request_id: None, ..pieces }, Answer { request_id: None, ..whole.clone() }, "streamed, whole");
    whole
}

async fn stream(dialect: &dyn Dialect, script: &Script) -> Exchange {
    let asking = Request { delivery: Delivery::Streamed, ..request(dialect) };
    exchange(dialect, &asking, streamed(dialect, dialect.frames(script))).await
}

fn weather() -> Piece {
    Piece::Call { id: "call_a", name: "get_weather", arguments: json!({"city": "Oslo", "days": 2}) }
}

pub async fn at_once(dialect: &dyn Dialect) {
    let got = exchange(dialect, &request(dialect), dialect.plain(&hello(dialect))).await;
    assert_eq!(got.streamed_text(), "Hello.");
    let answer = got.answer();
    assert_eq!((answer.text.as_str(), answer.finish_reason.as_deref()), ("Hello.", Some("stop")));
    assert!(answer.tool_calls.is_empty() && answer.reasoning.is_empty() && answer.refusal.is_none());
}

pub async fn in_pieces(dialect: &dyn Dialect) {
    let got = stream(dialect, &hello(dialect)).await;
    assert_eq!(got.events, [StreamEvent::Text("Hel".into()), StreamEvent::Text("lo.".into())]);
    let answer = got.answer();
    assert_eq!((answer.text.as_str(), answer.finish_reason.as_deref()), ("Hello.", Some("stop")));
}

pub async fn in_single_bytes(dialect: &dyn Dialect) {
    let mut pieces = vec![Piece::Text("Größe 漢"), Piece::Text("字 🙂")];
    pieces.push(weather());
    let script = Script::new(dialect, pieces);
    let asking = Request { delivery: Delivery::Streamed, ..request(dialect) };
    let reply = streamed(dialect, dialect.frames(&script)).in_single_bytes();
    let split = exchange(dialect, &asking, reply).await.answer();
    assert_eq!(split.text, "Größe 漢字 🙂");
    assert_eq!(split, stream(dialect, &script).await.answer());
}

pub async fn at_once_although_a_stream_was_asked(dialect: &dyn Dialect) {
    let asking = Request { delivery: Delivery::Streamed, ..request(dialect) };
    let got = exchange(dialect, &asking, dialect.plain(&hello(dialect))).await;
    assert_eq!(got.answer().text, "Hello.");
}

pub async fn a_call(dialect: &dyn Dialect) {
    let script = Script::new(dialect, vec![weather()]);
    let answer = both(dialect, &script).await;
    assert_calls(dialect, &answer, &script);
    assert_eq!(answer.finish_reason.as_deref(), Some("tool_calls"));
    let got = stream(dialect, &script).await;
    assert!(got.events.iter().any(|event| matches!(event, StreamEvent::Tool { index: 0, .. })), "{:?}", got.events);
}

pub async fn several_calls(dialect: &dyn Dialect) {
    let time = Piece::Call { id: "call_b", name: "get_time", arguments: json!({"city": "Oslo"}) };
    let again = Piece::Call { id: "call_c", name: "get_weather", arguments: json!({"city": "Rome"}) };
    let script = Script::new(dialect, vec![weather(), time, again]);
    assert_calls(dialect, &both(dialect, &script).await, &script);
}

fn assert_calls(dialect: &dyn Dialect, answer: &Answer, script: &Script) {
    let got: Vec<_> = answer.tool_calls.iter().map(|call| (call.name.as_str(), call.arguments.clone())).collect();
    let wanted: Vec<_> = script.calls().into_iter().map(|(_, name, arguments)| (name, arguments)).collect();
    assert_eq!(got, wanted);
    if dialect.has(Ability::CallIds) {
        let ids: Vec<_> = answer.tool_calls.iter().filter_map(|call| call.id.as_deref()).collect();
        assert_eq!(ids, script.calls().into_iter().map(|(id, ..)| id).collect::<Vec<_>>());
    }
}

pub async fn a_call_without_arguments(dialect: &dyn Dialect) {
    let script = Script::new(dialect, vec![Piece::Call { id: "call_a", name: "now", arguments: json!({}) }]);
    assert_calls(dialect, &both(dialect, &script).await, &script);
}

pub async fn text_before_a_call(dialect: &dyn Dialect) {
    let script = Script::new(dialect, vec![Piece::Text("I will "), Piece::Text("check."), weather()]);
    let answer = both(dialect, &script).await;
    assert_eq!(answer.text, "I will check.");
    assert_calls(dialect, &answer, &script);
}

pub async fn every_stop_reason(dialect: &dyn Dialect) {
    for normal in ["stop", "length", "tool_calls"] {
        dialect.word(normal);
    }
    for &(word, normal) in dialect.finish_words() {
        let piece = if normal == "tool_calls" { weather() } else { Piece::Text("Hello.") };
        let script = Script { finish: word, ..Script::new(dialect, vec![piece]) };
        assert_eq!(both(dialect, &script).await.finish_reason.as_deref(), Some(normal), "{word}");
    }
}

pub async fn every_usage_field(dialect: &dyn Dialect) {
    let usage = dialect.full_usage();
    assert!(usage.input.is_some() && usage.output.is_some());
    assert_eq!(both(dialect, &hello(dialect)).await.usage, usage);
}

pub async fn usage_unknown_is_not_zero(dialect: &dyn Dialect) {
    let script = Script { usage: Usage::default(), ..hello(dialect) };
    assert_eq!(both(dialect, &script).await.usage, Usage::default());
}

pub async fn the_model_that_answered(dialect: &dyn Dialect) {
    let named = dialect.has(Ability::ModelName).then(|| "model-as-answered".to_owned());
    assert_eq!(both(dialect, &hello(dialect)).await.model, named);
}

pub async fn models_are_listed(dialect: &dyn Dialect) {
    if !dialect.has(Ability::ModelList) {
        return;
    }
    let reply = dialect.models(&["model-1", "model-2"]);
    let double = Double::start(move |_| reply.clone()).await;
    let provider = dialect.providers(&double.base).get(dialect.provider()).unwrap();
    assert_eq!(provider.models().await.unwrap(), ["model-1", "model-2"]);
    assert!(double.received().iter().all(|request| request.method == "GET"));
}

//! Faults: streams that fail, break off or lie, and redirects.

use hindcast::providers::{CallErrorKind, Delivery, Request};

use super::bench::{Exchange, exchange, hello, request, streamed};
use super::dialect::{Dialect, Frames};
use super::double::{Double, Reply};

async fn stream_of(dialect: &dyn Dialect, reply: Reply) -> Exchange {
    exchange(dialect, &Request { delivery: Delivery::Streamed, ..request(dialect) }, reply).await
}

/// Frames of `Hello.` without those that say it is complete, and with others after them.
fn unfinished(dialect: &dyn Dialect, after: Vec<Vec<u8>>) -> Reply {
    streamed(dialect, Frames { end: after, ..dialect.frames(&hello(dialect)) })
}

pub async fn an_error_inside_the_stream(dialect: &dyn Dialect) {
    let frames = Frames { body: vec![dialect.error_frame("too busy")], end: Vec::new() };
    let error = stream_of(dialect, streamed(dialect, frames)).await.error();
    // Not every API says what kind of failure it is.
    assert!(matches!(error.kind, CallErrorKind::Overloaded | CallErrorKind::Server), "{error:?}");
    assert!(error.message.contains("too busy"), "{}", error.message);
    assert!(error.partial.is_none());
}

pub async fn an_error_after_text_keeps_the_text(dialect: &dyn Dialect) {
    let got = stream_of(dialect, unfinished(dialect, vec![dialect.error_frame("too busy")])).await;
    assert_eq!(got.streamed_text(), "Hello.");
    let error = got.error();
    assert_eq!(error.kind, CallErrorKind::Cut, "an answer that had begun is not asked again: {error:?}");
    assert_eq!(error.partial.map(|partial| partial.text), Some("Hello.".to_owned()));
}

pub async fn a_cut_stream_keeps_its_text(dialect: &dyn Dialect) {
    let error = stream_of(dialect, unfinished(dialect, Vec::new())).await.error();
    assert_eq!(error.kind, CallErrorKind::Cut, "{error:?}");
    assert_eq!(error.partial.map(|partial| partial.text), Some("Hello.".to_owned()));
}

pub async fn a_connection_that_breaks(dialect: &dyn Dialect) {
    let error = stream_of(dialect, unfinished(dialect, Vec::new()).cut()).await.error();
    assert_eq!(error.kind, CallErrorKind::Cut, "{error:?}");
    assert_eq!(error.partial.map(|partial| partial.text), Some("Hello.".to_owned()));
    let nothing = Frames::default();
    let error = stream_of(dialect, streamed(dialect, nothing).cut()).await.error();
    assert_eq!(error.kind, CallErrorKind::NoAnswer, "{error:?}");
}

pub async fn broken_json(dialect: &dyn Dialect) {
    for body in ["{\"choices\": [", "", "[]", "\"text\"", "{}", "null"] {
        let reply = Reply::new(200, "application/json", vec![body.as_bytes().to_vec()]);
        let error = exchange(dialect, &request(dialect), reply).await.error();
        assert_eq!(error.kind, CallErrorKind::Malformed, "{body}: {error:?}");
    }
}

pub async fn broken_json_in_a_stream(dialect: &dyn Dialect) {
    let error = stream_of(dialect, unfinished(dialect, vec![dialect.broken_frame()])).await.error();
    assert_eq!(error.kind, CallErrorKind::Malformed, "{error:?}");
    assert_eq!(error.partial.map(|partial| partial.text), Some("Hello.".to_owned()));
}

pub async fn invalid_utf8(dialect: &dyn Dialect) {
    let mut reply = dialect.plain(&hello(dialect));
    reply.pieces = vec![spoiled(&reply.pieces.concat())];
    let error = exchange(dialect, &request(dialect), reply).await.error();
    assert_eq!(error.kind, CallErrorKind::Malformed, "{error:?}");
    let mut reply = streamed(dialect, dialect.frames(&hello(dialect)));
    reply.pieces = vec![spoiled(&reply.pieces.concat())];
    let error = stream_of(dialect, reply).await.error();
    assert_eq!(error.kind, CallErrorKind::Malformed, "{error:?}");
}

/// The bytes with the last letter of `Hel` made one that no UTF-8 text holds.
fn spoiled(bytes: &[u8]) -> Vec<u8> {
    let mut spoiled = bytes.to_vec();
    let at = spoiled.windows(3).position(|three| three == b"Hel").expect("the text is in the body");
    spoiled[at + 2] = 0xFF;
    spoiled
}

pub async fn a_redirect_gets_no_key(dialect: &dyn Dialect) {
    for status in [301, 302, 303, 307, 308] {
        let thief = Double::start(|_| Reply::json(200, &serde_json::json!({}))).await;
        let reply = Reply::new(status, "text/plain", Vec::new()).with_header("location", &format!("{}/x", thief.base));
        let error = exchange(dialect, &request(dialect), reply).await.error();
        assert_eq!(error.kind, CallErrorKind::Redirected, "{error:?}");
        assert!(thief.received().is_empty(), "{status} was followed");
    }
}

pub async fn an_empty_answer(dialect: &dyn Dialect) {
    let error = stream_of(dialect, streamed(dialect, Frames::default())).await.error();
    assert_eq!(error.kind, CallErrorKind::NoAnswer, "{error:?}");
}

//! Small data for tests.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::domain::chunk::{Chunk, ChunkRole};
use crate::domain::ids::SourceId;
use crate::domain::message::{Message, Role};
use crate::domain::span::{Cost, Span, SpanKind, SpanStatus, Usage};
use crate::domain::time::Timestamp;
use crate::ui::effects::traces::TraceRow;

/// The time of the tests.
pub fn now() -> Timestamp {
    Timestamp::parse_rfc3339("2026-11-23T06:50:00Z").unwrap()
}

/// Three traces, newest first.
pub fn rows() -> Vec<TraceRow> {
    let row = |id: &str, minutes: u64, question: &str, answer: Option<&str>, error: Option<&str>| TraceRow {
        trace_id: id.into(),
        name: "support.answer".into(),
        started_at: now().minus(Duration::from_mins(minutes)),
        duration_ns: answer.map(|_| 1_204_000_000),
        status: if error.is_some() { SpanStatus::Error } else { SpanStatus::Ok },
        question: Some(question.into()),
        answer: answer.map(Into::into),
        models: vec!["smollm2-135m".into()],
        prompt: Some("answer@v3".into()),
        tokens: answer.map(|_| 612),
        cost: answer.and_then(|_| "0.0001".parse().ok()),
        spans: 4,
        chunks: 3,
        grounded: None,
        error: error.map(Into::into),
        feedback: None,
        session: Some("s-113".into()),
    };
    vec![
        row(
            "8f2c00000000000000000000000091ab",
            2,
            "How many API calls may I make per minute?",
            Some("The API allows 100 requests per minute on every plan. Over the limit the answer is 429."),
            None,
        ),
        row(
            "9f2c00000000000000000000000091ac",
            2,
            "What is the rate\u{202e} limit on Business?",
            Some("600 requests."),
            None,
        ),
        row(
            "af2c00000000000000000000000091ad",
            3,
            "Can I raise the limit for one day?",
            None,
            Some("429 rate limited"),
        ),
    ]
}

/// A trace of a chain with retrieval, a model call and an evaluation.
pub fn spans() -> Arc<Vec<Span>> {
    let start = now().minus(Duration::from_mins(2));
    let span = |id: &str, parent: Option<&str>, kind, name: &str, from: u64, to: u64| {
        let source = SourceId::from("s");
        let begin = start.plus(Duration::from_millis(from));
        let mut span = Span::new("8f2c00000000000000000000000091ab".into(), id.into(), begin, source);
        span.parent_id = parent.map(Into::into);
        span.kind = kind;
        span.name = name.into();
        span.ended_at = Some(start.plus(Duration::from_millis(to)));
        span.status = SpanStatus::Ok;
        span
    };
    let mut root = span("a", None, SpanKind::Chain, "support.answer", 0, 1_204);
    root.session_id = Some("s-113".into());
    root.user_id = Some("u-7".into());
    let mut retriever = span("c", Some("a"), SpanKind::Retriever, "kb k=3", 41, 129);
    retriever.chunks = [
        ("api-limits", "The REST API allows 600 requests a minute on Business."),
        ("api-errors", "Over the limit the answer is 429 Too Many Requests."),
        ("api-limits-2024", "100 requests per minute on every plan."),
    ]
    .iter()
    .zip(1..)
    .map(|((id, text), rank)| Chunk {
        role: ChunkRole::Retrieved,
        rank,
        document_id: Some((*id).into()),
        score: Some(0.9 - f64::from(rank) / 10.0),
        content: Some((*text).into()),
        metadata: serde_json::Map::new(),
    })
    .collect();
    let mut call = span("d", Some("a"), SpanKind::Llm, "chat", 130, 1_181);
    call.response_model = Some("smollm2-135m".into());
    call.input_messages = vec![
        Message::text(Role::System, "You answer questions about Larkboard from the sources only."),
        Message::text(
            Role::User,
            "Sources:\n[api-limits] The REST API allows 600 requests a minute.\n\nHow many API calls may I make per minute?",
        ),
    ];
    call.output_messages = vec![Message::text(
        Role::Assistant,
        "The API allows 100 requests per minute on every plan.\u{1b}[31m Over the limit the answer is 429.",
    )];
    call.input_text = Some("How many API calls may I make per minute?".into());
    call.output_text =
        Some("The API allows 100 requests per minute on every plan. Over the limit the answer is 429.".into());
    call.usage = Usage { input: Some(550), output: Some(62), ..Usage::default() };
    call.cost = Cost::Computed("0.0001".parse().unwrap());
    call.prompt.name = Some("answer".into());
    call.prompt.version = Some("v3".into());
    call.parameters = serde_json::from_value(json!({"temperature": 0.2})).unwrap();
    call.attributes = serde_json::from_value(json!({"deployment": "eu-1"})).unwrap();
    Arc::new(vec![
        root,
        span("b", Some("a"), SpanKind::Embedding, "query", 0, 41),
        retriever,
        call,
        span("e", Some("a"), SpanKind::Evaluator, "grounded", 1_182, 1_191),
    ])
}

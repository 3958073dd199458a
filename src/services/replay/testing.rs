//! Cases and variants for the tests of this folder.

use crate::domain::chunk::{Chunk, ChunkRole};
use crate::domain::ids::{SpanId, TraceId};
use crate::domain::message::{Message, Role};
use crate::domain::run::{Case, ModelChoice, Overrides, Variant};
use crate::domain::run_design::VariantRole;
use crate::domain::span::{Cost, PromptRef, Usage};

/// A recorded question with two chunks.
pub(crate) fn case(trace: &str) -> Case {
    let texts = ["The API allows 60 requests a minute.", "Exports are kept for 30 days."];
    let chunks = texts
        .iter()
        .zip(1..)
        .map(|(text, rank)| Chunk {
            role: ChunkRole::Retrieved,
            rank,
            document_id: Some(format!("doc-{rank}")),
            score: None,
            content: Some((*text).to_owned()),
            metadata: serde_json::Map::new(),
        })
        .collect();
    let prompt = format!("Sources:\n[1] {}\n[2] {}\n\nHow many requests a minute? ({trace})", texts[0], texts[1]);
    Case {
        trace_id: TraceId::from(trace),
        span_id: SpanId::from("span"),
        provider: Some("openai".into()),
        model: Some("gpt-4.1".into()),
        messages: vec![Message::text(Role::User, prompt)],
        parameters: serde_json::Map::new(),
        tools: None,
        prompt: PromptRef::default(),
        chunks,
        question: "How many requests a minute?".into(),
        answer: Some("60 requests.".into()),
        answer_tool_calls: Vec::new(),
        usage: Usage { input: Some(40), output: Some(5), ..Usage::default() },
        cost: Cost::Unknown,
        duration_ns: Some(1_000_000),
        ttft_ns: None,
        finish_reason: Some("stop".into()),
    }
}

/// A variant of one model.
pub(crate) fn variant(id: &str, model: &str) -> Variant {
    Variant {
        id: id.into(),
        model: ModelChoice::Model(model.parse().unwrap()),
        prompt: None,
        prompt_hash: None,
        overrides: Overrides::default(),
        role: VariantRole::Candidate,
    }
}

//! What is recorded around the chunks of a case: who found them, how a reranker moved them, what was found besides.

use std::collections::BTreeSet;

use super::cases::folded;
use crate::domain::chunk::{Chunk, ChunkRole};
use crate::domain::run::Case;
use crate::domain::span::{Span, SpanKind};
use crate::domain::time::Timestamp;

/// What is recorded around the chunks of a case.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Surroundings {
    /// Where each chunk comes from, by its place in the case.
    pub origins: Vec<ChunkOrigin>,
    /// Chunks that were found and that the model was not given, each once, in the order in which they were found.
    pub beyond: Vec<Chunk>,
    /// The retrievers and rerankers before the call, in order.
    pub steps: Vec<RetrievalStep>,
    /// When the call was made.
    pub at: Timestamp,
}

/// Where a chunk comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChunkOrigin {
    /// The name of the span that found it. It is foreign.
    pub found_by: Option<String>,
    /// Its rank before a reranker moved it, from 1; `None` where nothing reranked it.
    pub before: Option<u32>,
}

/// A retriever or reranker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetrievalStep {
    /// The span's name. It is foreign.
    pub name: String,
    /// Retriever, reranker, or what else returned chunks.
    pub kind: SpanKind,
    /// Chunks that it returned.
    pub returned: usize,
    /// How long it took, in nanoseconds.
    pub duration_ns: Option<i64>,
}

/// What the spans of a trace tell of the chunks of one of its cases.
pub fn surroundings_of(spans: &[Span], case: &Case) -> Surroundings {
    let Some(call) = spans.iter().find(|span| span.span_id == case.span_id) else { return Surroundings::default() };
    let mut before: Vec<&Span> = spans
        .iter()
        .filter(|span| span.span_id != call.span_id && span.started_at <= call.started_at && !span.chunks.is_empty())
        .collect();
    before.sort_by_key(|span| span.started_at);
    let reranker = before.iter().rfind(|span| span.chunks.iter().any(|chunk| chunk.role == ChunkRole::RerankerOut));
    let given = reranker.map(|span| in_order(span, ChunkRole::RerankerIn)).unwrap_or_default();
    let found: Vec<(&Span, &Chunk)> = before
        .iter()
        .flat_map(|span| in_order(span, ChunkRole::Retrieved).into_iter().map(move |chunk| (*span, chunk)))
        .collect();
    let candidates: Vec<&Chunk> =
        if given.is_empty() { found.iter().map(|(_, chunk)| *chunk).collect() } else { given };
    let origins = case
        .chunks
        .iter()
        .map(|chunk| ChunkOrigin {
            found_by: found.iter().find(|(_, other)| key(other) == key(chunk)).map(|(span, _)| span.name.clone()),
            before: reranker
                .and_then(|_| candidates.iter().position(|other| key(other) == key(chunk)))
                .and_then(|place| u32::try_from(place + 1).ok()),
        })
        .collect();
    let mut seen: BTreeSet<String> = case.chunks.iter().map(key).collect();
    let all = candidates.into_iter().chain(found.iter().map(|(_, chunk)| *chunk));
    let beyond = all.filter(|chunk| chunk.content.is_some() && seen.insert(key(chunk))).cloned().collect();
    let steps = before.iter().map(|span| RetrievalStep {
        name: span.name.clone(),
        kind: span.kind,
        returned: span.chunks.iter().filter(|chunk| chunk.role != ChunkRole::RerankerIn).count(),
        duration_ns: span.duration_ns(),
    });
    Surroundings { origins, beyond, steps: steps.collect(), at: call.started_at }
}

fn in_order(span: &Span, role: ChunkRole) -> Vec<&Chunk> {
    let mut chunks: Vec<&Chunk> = span.chunks.iter().filter(|chunk| chunk.role == role).collect();
    chunks.sort_by_key(|chunk| chunk.rank);
    chunks
}

/// What makes two recorded chunks the same: the text where there is one, else the document.
fn key(chunk: &Chunk) -> String {
    match chunk.content.as_deref().map(folded).filter(|text| !text.is_empty()) {
        Some(text) => format!("t{text}"),
        None => format!("i{}", chunk.document_id.as_deref().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::cases_of;
    use super::*;
    use crate::domain::ids::{SourceId, SpanId, TraceId};
    use crate::domain::run::CallsMode;

    fn span(id: &str, kind: SpanKind, at: i64, chunks: &[(ChunkRole, &str)]) -> Span {
        let mut span = Span::new(TraceId::from("t"), SpanId::from(id), Timestamp::from_nanos(at), SourceId::from("s"));
        (span.kind, span.name) = (kind, id.to_owned());
        for (role, text) in chunks {
            let rank = 1 + span.chunks.iter().filter(|chunk| chunk.role == *role).count() as u32;
            let (content, document_id) = (Some(format!("Text {text}.")), Some((*text).to_owned()));
            span.chunks.push(Chunk {
                role: *role,
                rank,
                document_id,
                score: None,
                content,
                metadata: serde_json::Map::new(),
            });
        }
        span
    }

    #[test]
    fn a_reranker_moves_chunks_and_leaves_some_behind() {
        use ChunkRole::{RerankerIn as In, RerankerOut as Out, Retrieved};
        let spans = [
            span(
                "kb",
                SpanKind::Retriever,
                1,
                &[(Retrieved, "a"), (Retrieved, "b"), (Retrieved, "c"), (Retrieved, "d")],
            ),
            span("rerank", SpanKind::Reranker, 2, &[(In, "a"), (In, "b"), (In, "c"), (Out, "c"), (Out, "a")]),
            span("call", SpanKind::Llm, 3, &[]),
        ];
        let case = cases_of(&spans, CallsMode::Answer).remove(0);
        let around = surroundings_of(&spans, &case);
        let before: Vec<_> = around.origins.iter().map(|origin| (origin.found_by.as_deref(), origin.before)).collect();
        assert_eq!(before, [(Some("kb"), Some(3)), (Some("kb"), Some(1))]);
        let beyond: Vec<_> = around.beyond.iter().filter_map(|chunk| chunk.document_id.as_deref()).collect();
        assert_eq!(beyond, ["b", "d"], "what the reranker left, then what it was not given");
        let steps: Vec<_> = around.steps.iter().map(|step| (step.name.as_str(), step.returned)).collect();
        assert_eq!(steps, [("kb", 4), ("rerank", 2)]);
    }

    #[test]
    fn without_a_reranker_nothing_was_moved() {
        let spans =
            [span("kb", SpanKind::Retriever, 1, &[(ChunkRole::Retrieved, "a")]), span("call", SpanKind::Llm, 3, &[])];
        let case = cases_of(&spans, CallsMode::Answer).remove(0);
        let around = surroundings_of(&spans, &case);
        assert_eq!((around.origins[0].before, around.beyond.len()), (None, 0));
    }
}

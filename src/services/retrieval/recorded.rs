//! What a recorded trace retrieved, for which question, and by which retriever.

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

use crate::domain::chunk::{Chunk, ChunkRole};
use crate::domain::ids::TraceId;
use crate::domain::retrieval::{DocumentId, RankedList};
use crate::domain::run::{CallsMode, Case};
use crate::domain::span::{Span, SpanKind};
use crate::services::replay::cases_of;

/// The last step of the name of an attribute that holds the id of the question: `metadata.question_id` and the like.
const QUESTION_ID: &str = "question_id";
/// Attributes that name the index that was searched: OpenTelemetry's for retrieval and for databases.
const INDEX: [&str; 3] = ["gen_ai.data_source.id", "db.collection.name", "db.namespace"];

/// What one trace retrieved.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The trace.
    pub trace_id: TraceId,
    /// The question.
    pub question: String,
    /// The question's id, where recorded.
    pub question_id: Option<String>,
    /// The index that was searched, else the name of the span; several with ` + ` between.
    pub retriever: String,
    /// What was given to the model, or found where no model was asked; each document once.
    pub chunks: Vec<Chunk>,
    /// The call that was given the chunks, where there is one.
    pub case: Option<Case>,
}

impl Recorded {
    /// What the spans of a trace retrieved; `None` where nothing was retrieved.
    pub fn of(spans: &[Span]) -> Option<Self> {
        let mut spans: Vec<&Span> = spans.iter().collect();
        spans.sort_by_key(|span| span.started_at);
        let searches = searches(&spans);
        let first = searches.first()?;
        let case = {
            let own: Vec<Span> = spans.iter().map(|span| (*span).clone()).collect();
            cases_of(&own, CallsMode::Answer).into_iter().next()
        };
        let chunks = case.as_ref().map(|case| case.chunks.clone()).filter(|chunks| !chunks.is_empty());
        let text = |text: Option<&str>| text.map(str::to_owned).filter(|text| !text.trim().is_empty());
        Some(Self {
            trace_id: first.trace_id.clone(),
            question: case
                .as_ref()
                .and_then(|case| text(Some(&case.question)))
                .or_else(|| text(first.input_text.as_deref()))
                .or_else(|| text(spans.first().and_then(|span| span.input_text.as_deref())))
                .unwrap_or_default(),
            question_id: spans.iter().find_map(|span| question_id(span)),
            retriever: names(&searches),
            chunks: chunks.unwrap_or_else(|| found(&searches)),
            case,
        })
    }

    /// The documents in their order; chunks without an id are known by what their text is.
    pub fn ranking(&self) -> RankedList {
        RankedList::of_ranks(self.chunks.iter().filter_map(document_of))
    }
}

/// The id of a chunk's document; `None` where none was recorded.
pub fn document_of(chunk: &Chunk) -> Option<DocumentId> {
    chunk.document_id.as_deref().map(DocumentId::new)
}

/// The spans whose documents count: the last reranker that gave some back, else all retrievers.
fn searches<'a>(spans: &[&'a Span]) -> Vec<&'a Span> {
    let has = |span: &Span, role: ChunkRole| span.chunks.iter().any(|chunk| chunk.role == role);
    let reranked = spans.iter().rfind(|span| has(span, ChunkRole::RerankerOut)).copied();
    match reranked {
        Some(span) => vec![span],
        None => spans
            .iter()
            .copied()
            .filter(|span| has(span, ChunkRole::Retrieved) || span.kind == SpanKind::Retriever)
            .collect(),
    }
}

fn found(searches: &[&Span]) -> Vec<Chunk> {
    let mut seen = HashSet::new();
    let all = searches.iter().flat_map(|span| {
        let mut chunks: Vec<&Chunk> = span.chunks.iter().filter(|chunk| chunk.role != ChunkRole::RerankerIn).collect();
        chunks.sort_by_key(|chunk| chunk.rank);
        chunks
    });
    let once = all.filter(|chunk| seen.insert((&chunk.document_id, &chunk.content)));
    (1..).zip(once).map(|(rank, chunk)| Chunk { rank, ..chunk.clone() }).collect()
}

fn names(searches: &[&Span]) -> String {
    let named = |span: &&Span| {
        let index = INDEX.iter().find_map(|key| span.attributes.get(*key)?.as_str());
        index.unwrap_or(&span.name).to_owned()
    };
    let with_chunks: Vec<&Span> = searches.iter().copied().filter(|span| !span.chunks.is_empty()).collect();
    let asked = if with_chunks.is_empty() { searches } else { with_chunks.as_slice() };
    let all: BTreeSet<String> = asked.iter().map(named).collect();
    all.into_iter().collect::<Vec<_>>().join(" + ")
}

fn question_id(span: &Span) -> Option<String> {
    let named = |(key, value): (&String, &Value)| {
        let last = key.rsplit('.').next()?;
        (last == QUESTION_ID).then(|| value.as_str().map(str::to_owned))?
    };
    span.attributes.iter().find_map(named)
}

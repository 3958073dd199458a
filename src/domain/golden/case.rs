//! A golden case, and how keeping it again changes it.

use serde_json::{Map, Value};

use crate::domain::chunk::{Chunk, ChunkRole};
use crate::domain::ids::{GoldenId, SpanId, TraceId};
use crate::domain::time::Timestamp;

/// A golden case. All texts came from outside.
#[derive(Clone, Debug, PartialEq)]
pub struct GoldenCase {
    /// Its id in the file.
    pub id: GoldenId,
    /// The question.
    pub question: String,
    /// The trace it was kept from; `None` where somebody wrote it by hand.
    pub trace_id: Option<TraceId>,
    /// The call of that trace that gave the answer.
    pub span_id: Option<SpanId>,
    /// The chunks that the call was given, in their order.
    pub chunks: Vec<GoldenChunk>,
    /// What a right answer says, a sentence or a few words each.
    pub expected_facts: Vec<String>,
    /// The documents that are known to answer the question.
    pub relevant: Vec<RelevantDocument>,
    /// The variables that a prompt made the call of, where they are known.
    pub variables: Option<Map<String, Value>>,
    /// What somebody wanted to remember.
    pub note: Option<String>,
    /// When it was kept first.
    pub created_at: Option<Timestamp>,
    /// Fields that this program does not know; they are kept.
    pub extra: Map<String, Value>,
}

/// A chunk of a golden case.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GoldenChunk {
    /// The document's id, where recorded.
    pub document_id: Option<String>,
    /// The text; `None` where the recording has none.
    pub content: Option<String>,
    /// Fields that this program does not know; they are kept.
    pub extra: Map<String, Value>,
}

/// A document that is known to answer the question, or known not to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RelevantDocument {
    /// The document's id.
    pub document_id: String,
    /// How well it answers: 0 not at all, 1 and more relevant.
    pub grade: u8,
    /// Fields that this program does not know; they are kept.
    pub extra: Map<String, Value>,
}

/// What is said of a case when it is kept; what is not said stays as it is where the case is there already.
#[derive(Clone, Debug, PartialEq)]
pub struct NewGolden {
    /// The question.
    pub question: String,
    /// The trace.
    pub trace_id: TraceId,
    /// The call.
    pub span_id: SpanId,
    /// The chunks.
    pub chunks: Vec<GoldenChunk>,
    /// What a right answer says; `None` leaves it as it is.
    pub expected_facts: Option<Vec<String>>,
    /// The documents that are known to answer; those that are there already and not among them stay.
    pub relevant: Vec<RelevantDocument>,
    /// The variables of its prompt; `None` leaves them as they are.
    pub variables: Option<Map<String, Value>>,
    /// What to remember; `None` leaves it as it is.
    pub note: Option<String>,
    /// Now.
    pub now: Timestamp,
}

impl GoldenCase {
    /// The id of a case that nobody named.
    pub(super) fn id_of(trace_id: Option<&TraceId>, span_id: Option<&SpanId>, question: &str) -> GoldenId {
        let trace = trace_id.map_or("", TraceId::as_str);
        let text = if trace.is_empty() { question } else { span_id.map_or("", SpanId::as_str) };
        let hash = blake3::hash(format!("{trace}\0{text}").as_bytes()).to_hex();
        GoldenId::from(format!("g-{}", &hash[..12]))
    }

    /// The case as it is kept first.
    pub fn new(new: NewGolden) -> Self {
        Self {
            id: Self::id_of(Some(&new.trace_id), Some(&new.span_id), &new.question),
            question: new.question,
            trace_id: Some(new.trace_id),
            span_id: Some(new.span_id),
            chunks: new.chunks,
            expected_facts: new.expected_facts.unwrap_or_default(),
            relevant: new.relevant,
            variables: new.variables,
            note: new.note,
            created_at: Some(new.now),
            extra: Map::new(),
        }
    }

    /// Whether keeping a call anew means this case.
    pub fn is_of(&self, trace_id: &TraceId, span_id: &SpanId) -> bool {
        self.trace_id.as_ref() == Some(trace_id) && self.span_id.as_ref().is_none_or(|span| span == span_id)
    }

    /// The case kept again: what is said anew counts, everything else stays.
    #[must_use]
    pub fn kept_again(&self, new: NewGolden) -> Self {
        let mut kept = self.clone();
        kept.question = new.question;
        kept.trace_id = Some(new.trace_id);
        kept.span_id = Some(new.span_id);
        let known = |chunk: &GoldenChunk| self.chunks.iter().find(|old| old.is_like(chunk)).cloned();
        kept.chunks = new.chunks.into_iter().map(|chunk| known(&chunk).unwrap_or(chunk)).collect();
        kept.expected_facts = new.expected_facts.unwrap_or(kept.expected_facts);
        for judged in new.relevant {
            match kept.relevant.iter_mut().find(|old| old.document_id == judged.document_id) {
                Some(old) => old.grade = judged.grade,
                None => kept.relevant.push(judged),
            }
        }
        kept.variables = new.variables.or(kept.variables);
        kept.note = new.note.or(kept.note);
        kept
    }

    /// The chunks as a call would be given them, ranks from 1.
    pub fn as_chunks(&self) -> Vec<Chunk> {
        let chunk = |(place, chunk): (usize, &GoldenChunk)| Chunk {
            role: ChunkRole::Retrieved,
            rank: place as u32 + 1,
            document_id: chunk.document_id.clone(),
            score: None,
            content: chunk.content.clone(),
            metadata: Map::new(),
        };
        self.chunks.iter().enumerate().map(chunk).collect()
    }
}

impl GoldenChunk {
    fn is_like(&self, other: &Self) -> bool {
        self.document_id == other.document_id && self.content == other.content
    }
}

impl From<&Chunk> for GoldenChunk {
    fn from(chunk: &Chunk) -> Self {
        Self { document_id: chunk.document_id.clone(), content: chunk.content.clone(), extra: Map::new() }
    }
}

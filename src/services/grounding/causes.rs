//! What is seen of a wrong answer, with everything that the workspace ever retrieved.

use std::collections::{HashMap, HashSet};

use crate::domain::cause::{Cause, Symptoms};
use crate::domain::chunk::{Chunk, ChunkRole};
use crate::domain::grounding::{Answered, GroundedSentence, Grounding, Lack, Scorer, Verdict};
use crate::domain::ids::TraceId;
use crate::domain::lexical::{Rarity, sentences};
use crate::domain::retrieval::{Bm25, Bm25Parameters, DocumentId, Judgements};
use crate::domain::run::Case;
use crate::evaluators::declines;
use crate::store::SeenChunk;

/// From this share of the question's weight on, a sentence of a chunk is taken to answer it.
const ANSWERS: f64 = 0.6;
/// Chunks of other traces that a sentence is held against.
const CANDIDATES: usize = 4;
/// Texts of chunks that are searched; beyond them the first by document count.
const MOST_TEXTS: usize = 50_000;
/// Words of metadata that say that a document no longer holds.
const OUTDATED: [&str; 6] = ["outdated", "deprecated", "superseded", "obsolete", "archived", "expired"];

/// Everything that the workspace ever retrieved, to be searched.
#[derive(Debug)]
pub struct Everything {
    chunks: Vec<Chunk>,
    index: Bm25,
    judged: HashMap<TraceId, Judgements>,
    rarity: Rarity,
}

impl Everything {
    /// Indexes what was retrieved, with what is known of relevant documents by trace.
    pub fn of(seen: Vec<SeenChunk>, judged: HashMap<TraceId, Judgements>) -> Self {
        let chunks: Vec<Chunk> = seen.into_iter().take(MOST_TEXTS).map(chunk).collect();
        let texts = || chunks.iter().map(|chunk| chunk.content.as_deref().unwrap_or_default());
        let index = Bm25::of(texts(), Bm25Parameters::default());
        let rarity =
            Rarity::of(texts().flat_map(|text| sentences(text).into_iter().map(move |part| &text[part.bytes])));
        Self { chunks, index, judged, rarity }
    }

    /// The causes of a case's answer being wrong, the main one first.
    pub fn causes(&self, scorer: &Scorer, case: &Case, grounding: &Grounding) -> Vec<Cause> {
        let declines = case.answer.as_deref().is_some_and(declines);
        let wrong = |sentence: &GroundedSentence| {
            matches!(sentence.verdict, Verdict::Unsupported(_) | Verdict::Partial(_))
                || sentence.citations.iter().any(|check| !check.supports)
        };
        let relevant = self.relevant(case);
        if !declines && !grounding.sentences.iter().any(wrong) {
            return Vec::new();
        }
        let own: HashSet<&str> = case.chunks.iter().filter_map(|chunk| chunk.content.as_deref()).collect();
        let absent: Vec<&GroundedSentence> = grounding
            .sentences
            .iter()
            .filter(|sentence| sentence.verdict == Verdict::Unsupported(Lack::Absent))
            .collect();
        let answering = self.answering(case, &relevant);
        let symptoms = Symptoms {
            declines,
            answered_here: !answering.is_empty(),
            answered_elsewhere: self.found(&case.question, &own).any(|chunk| self.covers(&case.question, chunk)),
            relevant_missed: !relevant.is_empty() && !case.chunks.iter().any(|chunk| is_among(chunk, &relevant)),
            absent: !absent.is_empty(),
            carried_elsewhere: absent.iter().any(|sentence| self.is_carried_elsewhere(scorer, case, sentence, &own)),
            contradicted: grounding.count(|verdict| verdict == Verdict::Unsupported(Lack::Contradicted)) > 0,
            disagreeing: grounding.sentences.iter().any(|sentence| is_disputed(scorer, case, sentence)),
            unused: answering.iter().any(|rank| !carries(grounding, *rank)),
            cited_wrongly: grounding
                .sentences
                .iter()
                .flat_map(|sentence| &sentence.citations)
                .any(|check| !check.supports),
        };
        symptoms.causes()
    }

    /// The documents that are known to be relevant to a case.
    fn relevant(&self, case: &Case) -> Vec<&DocumentId> {
        let judged = self.judged.get(&case.trace_id);
        let grades = judged.into_iter().flat_map(Judgements::iter);
        grades.filter(|(_, grade)| grade.is_relevant()).map(|(document, _)| document).collect()
    }

    /// The ranks of the case's chunks that answer its question.
    fn answering(&self, case: &Case, relevant: &[&DocumentId]) -> Vec<u32> {
        let answers = |chunk: &&Chunk| is_among(chunk, relevant) || self.covers(&case.question, chunk);
        case.chunks.iter().filter(answers).map(|chunk| chunk.rank).collect()
    }

    fn covers(&self, question: &str, chunk: &Chunk) -> bool {
        let text = chunk.content.as_deref().unwrap_or_default();
        sentences(text).into_iter().any(|part| self.rarity.coverage(question, &text[part.bytes]) >= ANSWERS)
    }

    /// The chunks of other traces that share the rarest words with a text.
    fn found<'a>(&'a self, text: &str, own: &HashSet<&str>) -> impl Iterator<Item = &'a Chunk> {
        let hits = self.index.search(text);
        let others: Vec<&Chunk> = hits
            .into_iter()
            .filter_map(|hit| self.chunks.get(hit.text))
            .filter(|chunk| !chunk.content.as_deref().is_some_and(|content| own.contains(content)))
            .take(CANDIDATES)
            .collect();
        others.into_iter()
    }

    fn is_carried_elsewhere(
        &self,
        scorer: &Scorer,
        case: &Case,
        sentence: &GroundedSentence,
        own: &HashSet<&str>,
    ) -> bool {
        self.found(&sentence.text, own).any(|chunk| verdict(scorer, case, sentence, chunk) == Verdict::Supported)
    }
}

/// Whether the chunks disagree on a sentence, or it rests on one that no longer holds.
fn is_disputed(scorer: &Scorer, case: &Case, sentence: &GroundedSentence) -> bool {
    match sentence.verdict {
        Verdict::Unsupported(Lack::Contradicted) => {
            case.chunks.iter().any(|chunk| verdict(scorer, case, sentence, chunk) == Verdict::Supported)
        }
        Verdict::Supported => {
            let best = sentence.evidence.first().map(|evidence| evidence.rank);
            case.chunks.iter().any(|chunk| Some(chunk.rank) == best && is_outdated(chunk))
        }
        _ => false,
    }
}

fn verdict(scorer: &Scorer, case: &Case, sentence: &GroundedSentence, chunk: &Chunk) -> Verdict {
    let alone = Answered { question: &case.question, answer: &sentence.text, chunks: std::slice::from_ref(chunk) };
    let grounding = scorer.ground(&alone);
    match grounding.sentences.as_slice() {
        [only] => only.verdict,
        several if !several.is_empty() && several.iter().all(|part| part.verdict == Verdict::Supported) => {
            Verdict::Supported
        }
        _ => Verdict::Unsure,
    }
}

/// Whether a supported sentence rests on the chunk of a rank.
fn carries(grounding: &Grounding, rank: u32) -> bool {
    let rests = |sentence: &&GroundedSentence| {
        matches!(sentence.verdict, Verdict::Supported | Verdict::Partial(_))
            && sentence.evidence.iter().any(|evidence| evidence.rank == rank)
    };
    grounding.sentences.iter().any(|sentence| rests(&sentence))
}

fn is_among(chunk: &Chunk, documents: &[&DocumentId]) -> bool {
    chunk.document_id.as_deref().is_some_and(|id| documents.iter().any(|document| document.as_str() == id))
}

/// Whether a chunk's metadata say that its document no longer holds: a status of such a word, or what replaced it.
fn is_outdated(chunk: &Chunk) -> bool {
    chunk.metadata.iter().any(|(name, value)| match (name.as_str(), value.as_str()) {
        ("superseded_by" | "replaced_by", Some(by)) => !by.is_empty(),
        ("status" | "state", Some(status)) => OUTDATED.contains(&status.to_ascii_lowercase().as_str()),
        _ => false,
    })
}

fn chunk(seen: SeenChunk) -> Chunk {
    Chunk {
        role: ChunkRole::Retrieved,
        rank: 1,
        document_id: seen.document_id,
        score: None,
        content: Some(seen.content),
        metadata: seen.metadata,
    }
}

//! What is seen of a wrong answer, with everything that the workspace ever retrieved.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::domain::cause::{Causes, Symptoms};
use crate::domain::chunk::{Chunk, ChunkRole};
use crate::domain::document_age::outdated;
use crate::domain::grounding::{Answered, GroundedSentence, Grounding, Lack, Scorer, Verdict};
use crate::domain::ids::TraceId;
use crate::domain::lexical::{Rarity, is_stop_word, sentences, words};
use crate::domain::retrieval::{Bm25, Bm25Parameters, DocumentId, Judgements};
use crate::domain::run::Case;
use crate::domain::time::Timestamp;
use crate::evaluators::declines;
use crate::store::{OpenAnswer, SeenChunk};

/// From this share of the question's weight on, a sentence of a chunk is taken to answer it.
const ANSWERS: f64 = 0.6;
/// Below this share of a sentence's weight, a text retrieved since is not asked whether it carries it: to say in quite other
/// words what a sentence says, it would not have been found by its words.
const LEAST: f64 = 0.2;
/// Chunks of other traces that a sentence is held against.
const CANDIDATES: usize = 4;
/// Texts of chunks that are searched; beyond them the first by document count.
const MOST_TEXTS: usize = 50_000;
/// Words of a text that are looked up, the rarest first.
const MOST_WORDS: usize = 8;

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

    /// Why a case's answer is wrong.
    ///
    /// `at` is when it was answered: documents that no longer held then count as stale.
    pub fn causes(&self, scorer: &Scorer, case: &Case, grounding: &Grounding, at: Timestamp) -> Causes {
        let declines = case.answer.as_deref().is_some_and(declines);
        let wrong = |sentence: &GroundedSentence| {
            matches!(sentence.standing(), Verdict::Unsupported(_) | Verdict::Partial(_)) || is_cited_wrongly(sentence)
        };
        let relevant = self.relevant(case);
        if !declines && !grounding.sentences.iter().any(wrong) {
            return Causes::default();
        }
        let own: HashSet<&str> = case.chunks.iter().filter_map(|chunk| chunk.content.as_deref()).collect();
        let absent: Vec<&GroundedSentence> = grounding
            .sentences
            .iter()
            .filter(|sentence| sentence.standing() == Verdict::Unsupported(Lack::Absent))
            .collect();
        let answering = self.answering(case, &relevant);
        let elsewhere = |sentence: &&&GroundedSentence| self.is_carried_elsewhere(scorer, case, sentence, &own);
        let carried_elsewhere = absent.iter().filter(elsewhere).count();
        let symptoms = Symptoms {
            declines,
            answered_here: !answering.is_empty(),
            answered_elsewhere: declines
                && self.found(&case.question, &own).any(|chunk| self.covers(&case.question, chunk)),
            relevant_missed: !relevant.is_empty() && !case.chunks.iter().any(|chunk| is_among(chunk, &relevant)),
            absent: !absent.is_empty(),
            carried_elsewhere: carried_elsewhere > 0,
            carried_nowhere: carried_elsewhere < absent.len(),
            contradicted: grounding.count(|verdict| verdict.lack() == Some(Lack::Contradicted)) > 0,
            disagreeing: grounding.sentences.iter().any(|sentence| is_disputed(scorer, case, sentence, at)),
            unused: !answering.is_empty() && !answering.iter().any(|rank| carries(grounding, *rank)),
            cited_wrongly: grounding.sentences.iter().any(is_cited_wrongly),
        };
        Causes { found: symptoms.causes(), open: symptoms.is_open() }
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

    /// The chunks of other traces that share the rarest words with a text, words that stand in no chunk aside. Common words
    /// would be looked up in nearly every chunk, and tell nothing.
    fn found<'a>(&'a self, text: &str, own: &HashSet<&str>) -> impl Iterator<Item = &'a Chunk> {
        let hits = self.index.search(&self.rarest(text));
        let others: Vec<&Chunk> = hits
            .into_iter()
            .filter_map(|hit| self.chunks.get(hit.text))
            .filter(|chunk| !chunk.content.as_deref().is_some_and(|content| own.contains(content)))
            .take(CANDIDATES)
            .collect();
        others.into_iter()
    }

    /// The rarest words of a text that stand in a chunk.
    fn rarest(&self, text: &str) -> String {
        let unseen = self.rarity.weight("");
        let tells = |word: &String| !is_stop_word(word) && self.rarity.weight(word) < unseen;
        let mut rare: Vec<String> = words(text).into_iter().map(|word| word.text).filter(tells).collect();
        rare.sort_by(|one, other| {
            self.rarity.weight(other).total_cmp(&self.rarity.weight(one)).then_with(|| one.cmp(other))
        });
        rare.dedup();
        rare.truncate(MOST_WORDS);
        rare.join(" ")
    }

    fn is_carried_elsewhere(
        &self,
        scorer: &Scorer,
        case: &Case,
        sentence: &GroundedSentence,
        own: &HashSet<&str>,
    ) -> bool {
        self.found(&sentence.text, own)
            .any(|chunk| verdict(scorer, &case.question, &sentence.text, chunk) == Verdict::Supported)
    }

    /// Whether one of the chunks that were retrieved since could change why an answer is wrong: it carries a sentence that no
    /// chunk carried, or answers the question.
    pub fn is_reached(&self, scorer: &Scorer, since: &Since, open: &OpenAnswer) -> bool {
        let has_to_do = |text: &str, chunk: &Chunk| {
            self.rarity.coverage(text, chunk.content.as_deref().unwrap_or_default()) >= LEAST
        };
        let carries = |text: &String| {
            let words = self.rarest(text);
            let mut found = since.found(&words).filter(|chunk| has_to_do(text, chunk));
            found.any(|chunk| verdict(scorer, &open.question, text, chunk) == Verdict::Supported)
        };
        open.absent.iter().any(carries)
            || since.found(&self.rarest(&open.question)).any(|chunk| self.covers(&open.question, chunk))
    }
}

/// Texts that were retrieved since answers were looked at, to be searched.
#[derive(Debug)]
pub struct Since {
    chunks: Vec<Chunk>,
    index: Bm25,
}

impl Since {
    /// Indexes them.
    pub fn of(seen: Vec<SeenChunk>) -> Self {
        let chunks: Vec<Chunk> = seen.into_iter().map(chunk).collect();
        let texts = chunks.iter().map(|chunk| chunk.content.as_deref().unwrap_or_default());
        let index = Bm25::of(texts, Bm25Parameters::default());
        Self { chunks, index }
    }

    fn found(&self, words: &str) -> impl Iterator<Item = &Chunk> {
        self.index.search(words).into_iter().take(CANDIDATES).filter_map(|hit| self.chunks.get(hit.text))
    }
}

/// Whether the chunks disagree on a sentence, or it rests on one that no longer holds.
fn is_disputed(scorer: &Scorer, case: &Case, sentence: &GroundedSentence, at: Timestamp) -> bool {
    match sentence.standing() {
        Verdict::Unsupported(Lack::Contradicted) | Verdict::Partial(Lack::Contradicted) => {
            case.chunks.iter().any(|chunk| verdict(scorer, &case.question, &sentence.text, chunk) == Verdict::Supported)
        }
        Verdict::Supported => {
            let best = sentence.evidence.first().map(|evidence| evidence.rank);
            case.chunks.iter().any(|chunk| Some(chunk.rank) == best && is_outdated(chunk, at))
        }
        _ => false,
    }
}

fn verdict(scorer: &Scorer, question: &str, sentence: &str, chunk: &Chunk) -> Verdict {
    let alone = Answered { question, answer: sentence, chunks: std::slice::from_ref(chunk) };
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
        matches!(sentence.standing(), Verdict::Supported | Verdict::Partial(_))
            && sentence.evidence.iter().any(|evidence| evidence.rank == rank)
    };
    grounding.sentences.iter().any(|sentence| rests(&sentence))
}

fn is_among(chunk: &Chunk, documents: &[&DocumentId]) -> bool {
    chunk.document_id.as_deref().is_some_and(|id| documents.iter().any(|document| document.as_str() == id))
}

/// Whether a citation of a sentence names no chunk, or the sentence is carried and not by what it cites.
fn is_cited_wrongly(sentence: &GroundedSentence) -> bool {
    let carried = sentence.standing() == Verdict::Supported;
    sentence.citations.iter().any(|check| !check.exists || (carried && !check.supports))
}

/// Whether a chunk's metadata say that its document no longer holds, or what replaced it.
fn is_outdated(chunk: &Chunk, at: Timestamp) -> bool {
    let replaced = ["superseded_by", "replaced_by"]
        .iter()
        .any(|name| chunk.metadata.get(*name).and_then(Value::as_str).is_some_and(|by| !by.is_empty()));
    replaced || outdated(&chunk.metadata, at).is_some()
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

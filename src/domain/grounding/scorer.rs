//! The scorer: from an answer and its chunks to verdicts.

use std::ops::Range;

use super::alignment::{Alignment, Claim};
use super::citations::{Marker, markers};
use super::claims::parts;
use super::decision::{self, Decision};
use super::evidence::Evidence;
use super::explain;
use super::features::{Features, Seen};
use super::figures;
use super::passages::Passages;
use super::quantities::Quantity;
use super::tokens::Reader;
use super::verdict::{CitationCheck, EvidenceSpan, GroundedSentence, Grounding, Verdict};
use crate::domain::chunk::Chunk;
use crate::domain::lexical::Rarity;

/// An answer with what it was given.
#[derive(Clone, Copy, Debug, Default)]
pub struct Answered<'a> {
    /// The question; empty where not known.
    pub question: &'a str,
    /// The answer.
    pub answer: &'a str,
    /// The chunks that the answer could rest on.
    pub chunks: &'a [Chunk],
}

/// Grounds answers, with the rarity of words learned from a workspace's own chunks.
#[derive(Clone, Debug, Default)]
pub struct Scorer {
    rarity: Rarity,
}

/// A change of this number means that earlier verdicts are out of date.
pub const VERSION: u32 = 4;

/// What the fitted model sees of one part of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// The part's first code point in the answer.
    pub start: usize,
    /// The code point after its last.
    pub end: usize,
    /// Its numbers, in the order of `FEATURES`.
    pub values: Vec<f32>,
}

impl Scorer {
    /// A scorer for a workspace whose words are so rare; with an empty rarity that of English alone counts.
    pub fn new(rarity: Rarity) -> Self {
        Self { rarity }
    }

    /// Says of each sentence of an answer whether the chunks support it.
    pub fn ground(&self, answered: &Answered<'_>) -> Grounding {
        let mut sentences = Vec::new();
        self.each(answered, |judged| sentences.push(judged.grounded()));
        Grounding { sentences }
    }

    /// What the model sees of each sentence: for fitting it.
    pub fn observe(&self, answered: &Answered<'_>) -> Vec<Observed> {
        let mut observed = Vec::new();
        self.each(answered, |judged| {
            let (start, end) = judged.place();
            observed.push(Observed { start, end, values: Features::of(&judged.seen).values() });
        });
        observed
    }

    fn each(&self, answered: &Answered<'_>, mut then: impl FnMut(&Judging<'_>)) {
        let answer = answered.answer;
        let parts = parts(answer);
        if parts.is_empty() {
            return;
        }
        let mut reader = Reader::new(&self.rarity);
        let passages = Passages::read(&mut reader, answered.chunks);
        let question = read(&mut reader, answered.question, 0..answered.question.len(), &[]);
        let asked = Alignment::of(&question, &passages);
        let cited: Vec<Marker<'_>> =
            markers(answer).into_iter().filter(|marker| marker.cites(answered.chunks)).collect();
        let mut skipped: Vec<Range<usize>> = cited.iter().map(|marker| marker.bytes.clone()).collect();
        skipped.dedup();
        let mut before: Vec<Quantity> = Vec::new();
        let mut counted = Counted { text: answer, bytes: 0, points: 0 };
        for (place, part) in parts.iter().enumerate() {
            let claim = read(&mut reader, answer, part.bytes.clone(), &skipped);
            let with = Alignment::of(&claim, &passages);
            let evidence = Evidence::find(&claim, &with, &question, &asked, &passages);
            let figures = figures::judge(&claim, &with, &evidence, &passages, &question, &before);
            let seen = Seen {
                answer,
                part,
                place: (place, parts.len()),
                claim: &claim,
                with: &with,
                question: &question,
                asked: &asked,
                passages: &passages,
                evidence: &evidence,
                figures: &figures,
            };
            let start = counted.to(part.bytes.start);
            let markers = cited.iter().filter(|marker| part.bytes.contains(&marker.bytes.start)).collect();
            then(&Judging { seen, chunks: answered.chunks, start, markers });
            before.extend(claim.quantities);
        }
    }
}

/// Reads a part of a text as a claim.
fn read(reader: &mut Reader<'_>, text: &str, part: Range<usize>, skipped: &[Range<usize>]) -> Claim {
    let mut tokens = Vec::new();
    reader.read(text, part, skipped, &mut tokens);
    Claim::of(text, tokens)
}

/// Counts code points up to places that only go forward.
struct Counted<'a> {
    text: &'a str,
    bytes: usize,
    points: usize,
}

impl Counted<'_> {
    fn to(&mut self, bytes: usize) -> usize {
        self.points += self.text[self.bytes..bytes].chars().count();
        self.bytes = bytes;
        self.points
    }
}

/// A part of the answer on its way to a verdict.
struct Judging<'a> {
    seen: Seen<'a>,
    chunks: &'a [Chunk],
    start: usize,
    markers: Vec<&'a Marker<'a>>,
}

impl Judging<'_> {
    fn text(&self) -> &str {
        &self.seen.answer[self.seen.part.bytes.clone()]
    }

    fn place(&self) -> (usize, usize) {
        (self.start, self.start + self.text().chars().count())
    }

    fn grounded(&self) -> GroundedSentence {
        let features = Features::of(&self.seen);
        let Decision { verdict, support } = decision::decide(&features, &self.seen);
        let (start, end) = self.place();
        let why = explain::why(verdict, &features, &self.seen, self.chunks);
        let evidence = if verdict == Verdict::NoClaim { Vec::new() } else { self.evidence() };
        let citations = self.citations(verdict, support);
        GroundedSentence {
            text: self.text().to_owned(),
            start,
            end,
            verdict,
            support: f64::from(support),
            evidence,
            citations,
            why,
            judged: None,
        }
    }

    fn evidence(&self) -> Vec<EvidenceSpan> {
        let found = self.seen.evidence;
        let least = 0.15;
        found
            .best
            .into_iter()
            .chain(found.second)
            .map(|passage| (passage, self.seen.with.by_passage(self.seen.claim, passage)))
            .filter(|(passage, score)| *score >= least || Some(*passage) == found.best)
            .filter_map(|(passage, score)| self.span(passage, score))
            .collect()
    }

    fn span(&self, passage: usize, score: f32) -> Option<EvidenceSpan> {
        let passage = self.seen.passages.all.get(passage)?;
        let chunk = self.chunks.get(passage.chunk)?;
        let content = chunk.content.as_deref()?;
        let start = content[..passage.bytes.start].chars().count();
        Some(EvidenceSpan {
            rank: chunk.rank,
            document_id: chunk.document_id.clone(),
            start,
            end: start + content[passage.bytes.clone()].chars().count(),
            score: f64::from(score.clamp(0.0, 1.0)),
        })
    }

    /// Checks each marker; together they support a supported sentence where its best evidence is among their chunks.
    fn citations(&self, verdict: Verdict, support: f32) -> Vec<CitationCheck> {
        let places = |marker: &Marker<'_>| -> Vec<usize> {
            (0..self.chunks.len()).filter(|place| marker.names(&self.chunks[*place])).collect()
        };
        let all: Vec<usize> = self.markers.iter().flat_map(|marker| places(marker)).collect();
        let carried = decision::carried_by(&self.seen, &all)
            && (verdict == Verdict::Supported || (verdict == Verdict::Unsure && support > 0.5));
        self.markers
            .iter()
            .map(|marker| {
                let named = places(marker);
                let helps = named.iter().any(|chunk| decision::rests_on(&self.seen, *chunk));
                CitationCheck {
                    marker: self.seen.answer[marker.bytes.clone()].to_owned(),
                    document_id: named.first().and_then(|place| self.chunks[*place].document_id.clone()),
                    exists: !named.is_empty(),
                    supports: !named.is_empty() && carried && helps,
                }
            })
            .collect()
    }
}

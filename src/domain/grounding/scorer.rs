//! The scorer: from an answer and its chunks to verdicts.

use super::verdict::{EvidenceSpan, GroundedSentence, Grounding, Lack, Verdict};
use crate::domain::chunk::Chunk;
use crate::domain::lexical::{Rarity, sentences};

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
pub const VERSION: u32 = 1;

impl Scorer {
    /// A scorer for a workspace whose words are so rare; an empty rarity takes all words for equally rare.
    pub fn new(rarity: Rarity) -> Self {
        Self { rarity }
    }

    /// Says of each sentence of an answer whether the chunks support it.
    pub fn ground(&self, answered: &Answered<'_>) -> Grounding {
        let sentences = sentences(answered.answer)
            .into_iter()
            .map(|sentence| self.sentence(answered, sentence.bytes.start, sentence.bytes.end))
            .collect();
        Grounding { sentences }
    }

    fn sentence(&self, answered: &Answered<'_>, from: usize, to: usize) -> GroundedSentence {
        let text = &answered.answer[from..to];
        let start = answered.answer[..from].chars().count();
        let evidence = self.best(text, answered.chunks);
        let support = evidence.as_ref().map_or(0.0, |evidence| evidence.score);
        let verdict = match support {
            0.75.. => Verdict::Supported,
            0.2.. => Verdict::Unsure,
            _ => Verdict::Unsupported(Lack::Absent),
        };
        GroundedSentence {
            text: text.to_owned(),
            start,
            end: start + text.chars().count(),
            verdict,
            support,
            evidence: evidence.into_iter().collect(),
            citations: Vec::new(),
            why: format!("the best chunk covers {:.0} % of its words", support * 100.0),
        }
    }

    fn best(&self, text: &str, chunks: &[Chunk]) -> Option<EvidenceSpan> {
        let mut best: Option<EvidenceSpan> = None;
        for chunk in chunks {
            let content = chunk.content.as_deref().unwrap_or_default();
            for sentence in sentences(content) {
                let part = &content[sentence.bytes.clone()];
                let score = self.rarity.coverage(text, part);
                if best.as_ref().is_none_or(|best| score > best.score) {
                    let start = content[..sentence.bytes.start].chars().count();
                    best = Some(EvidenceSpan {
                        rank: chunk.rank,
                        document_id: chunk.document_id.clone(),
                        start,
                        end: start + part.chars().count(),
                        score,
                    });
                }
            }
        }
        best
    }
}

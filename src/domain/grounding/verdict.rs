//! What the grounding of an answer says.

use serde::{Deserialize, Serialize};

use super::ruling::JudgedVerdict;

/// Why a sentence, or a part of it, is not supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// A chunk says otherwise.
    Contradicted,
    /// No chunk says it.
    Absent,
}

impl Lack {
    /// Its name in the tables and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contradicted => "contradicted",
            Self::Absent => "absent",
        }
    }
}

/// Whether the chunks support a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "verdict", content = "lack", rename_all = "snake_case")]
pub enum Verdict {
    /// They carry all that it claims.
    Supported,
    /// They carry one of its claims and not another.
    Partial(Lack),
    /// They do not carry it.
    Unsupported(Lack),
    /// The scorer cannot tell.
    Unsure,
    /// It claims nothing.
    NoClaim,
}

impl Verdict {
    /// Its name in the tables and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::Partial(_) => "partial",
            Self::Unsupported(_) => "unsupported",
            Self::Unsure => "unsure",
            Self::NoClaim => "no_claim",
        }
    }

    /// Why it is not supported, where it is not.
    pub const fn lack(self) -> Option<Lack> {
        match self {
            Self::Partial(lack) | Self::Unsupported(lack) => Some(lack),
            Self::Supported | Self::Unsure | Self::NoClaim => None,
        }
    }

    /// Reads the names that the tables hold; a lack that is missing counts as absent.
    pub fn parse(verdict: &str, lack: Option<&str>) -> Option<Self> {
        let lack = if lack == Some("contradicted") { Lack::Contradicted } else { Lack::Absent };
        Some(match verdict {
            "supported" => Self::Supported,
            "partial" => Self::Partial(lack),
            "unsupported" => Self::Unsupported(lack),
            "unsure" => Self::Unsure,
            "no_claim" => Self::NoClaim,
            _ => return None,
        })
    }
}

/// A part of a chunk that a sentence rests on, or that contradicts it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvidenceSpan {
    /// The chunk's rank, from 1.
    pub rank: u32,
    /// The chunk's document, where recorded.
    pub document_id: Option<String>,
    /// The first code point of the chunk's content.
    pub start: usize,
    /// The code point after the last.
    pub end: usize,
    /// How much of the sentence it covers, from 0 to 1.
    pub score: f64,
}

/// A citation in a sentence, checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CitationCheck {
    /// The marker as it stands in the answer: `[1]`.
    pub marker: String,
    /// The document that it names, where there is such a chunk.
    pub document_id: Option<String>,
    /// Whether there is such a chunk.
    pub exists: bool,
    /// Whether that chunk, alone or with the sentence's other citations, carries the sentence.
    pub supports: bool,
}

/// A sentence of an answer and what the chunks say of it.
#[derive(Clone, Debug, PartialEq)]
pub struct GroundedSentence {
    /// Its text.
    pub text: String,
    /// Its first code point in the answer.
    pub start: usize,
    /// The code point after its last.
    pub end: usize,
    /// Whether the chunks support it, by the scorer.
    pub verdict: Verdict,
    /// How probable it is that they do, by the scorer, from 0 to 1.
    pub support: f64,
    /// Its best evidence, the best first; for a contradicted sentence what it contradicts.
    pub evidence: Vec<EvidenceSpan>,
    /// Its citations, in order.
    pub citations: Vec<CitationCheck>,
    /// Why the scorer's verdict, in one line: the number or the rarest words that were not found.
    pub why: String,
    /// What a judge says of it, where one was asked.
    pub judged: Option<JudgedVerdict>,
}

impl GroundedSentence {
    /// The verdict that counts: the judge's where there is one, else the scorer's.
    pub fn standing(&self) -> Verdict {
        self.judged.as_ref().map_or(self.verdict, |judged| judged.verdict)
    }
}

/// What the chunks say of an answer, sentence by sentence.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grounding {
    /// The sentences, in order.
    pub sentences: Vec<GroundedSentence>,
}

impl Grounding {
    /// Supported sentences of all that claim something, from 0 to 1; `None` where nothing is claimed.
    ///
    /// What nobody is sure of counts as claimed and not as supported. As everywhere here, a judge's verdict counts before
    /// the scorer's.
    pub fn rate(&self) -> Option<f64> {
        let claims = self.count(|verdict| verdict != Verdict::NoClaim);
        (claims > 0).then(|| self.count(|verdict| verdict == Verdict::Supported) as f64 / claims as f64)
    }

    /// How many sentences have such a verdict.
    pub fn count(&self, such: impl Fn(Verdict) -> bool) -> usize {
        self.sentences.iter().filter(|sentence| such(sentence.standing())).count()
    }

    /// Whether a sentence is not supported.
    pub fn has_unsupported(&self) -> bool {
        self.sentences.iter().any(|sentence| matches!(sentence.standing(), Verdict::Unsupported(_)))
    }
}

//! Whether an answer says what is expected of it.

use crate::domain::chunk::{Chunk, ChunkRole};
use crate::domain::grounding::{Answered, Grounding, Lack, Scorer, Verdict};
use crate::domain::lexical::{Word, words};
use crate::domain::sentences::sentences;

/// Words that turn what stands around them into its opposite; lower-case. A fact that stands word for word in a sentence
/// with one of them more is not taken for said.
const NEGATIONS: [&str; 26] = [
    "aucun",
    "cannot",
    "false",
    "ikke",
    "incorrect",
    "jamais",
    "kein",
    "keine",
    "neither",
    "never",
    "nicht",
    "nie",
    "niet",
    "no",
    "nobody",
    "non",
    "none",
    "nor",
    "not",
    "nothing",
    "nunca",
    "não",
    "pas",
    "wrong",
    "without",
    "不",
];

/// Whether an answer carries a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Carried {
    /// It says it.
    Carried,
    /// It cannot be told without a model; counts as not passed.
    Unsure,
    /// It says otherwise.
    Contradicted,
    /// It does not say it.
    Missing,
}

impl Carried {
    /// Its name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Carried => "carried",
            Self::Unsure => "unsure",
            Self::Contradicted => "contradicted",
            Self::Missing => "missing",
        }
    }

    /// How far it is from carried: of a fact of several sentences the furthest counts.
    const fn distance(self) -> u8 {
        match self {
            Self::Carried => 0,
            Self::Unsure => 1,
            Self::Missing => 2,
            Self::Contradicted => 3,
        }
    }
}

/// An expected fact, looked for in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactCheck {
    /// The fact.
    pub fact: String,
    /// Whether the answer carries it.
    pub carried: Carried,
    /// Why, in one line; untrusted text.
    pub why: String,
}

/// The citations of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CitationCount {
    /// All of them.
    pub cited: usize,
    /// Those that name no chunk.
    pub missing: usize,
    /// Those whose chunk does not carry the sentence.
    pub unsupported: usize,
}

/// How a case came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Every fact is carried.
    Passed,
    /// A fact is not.
    Failed,
    /// Nothing is expected of the case.
    Unchecked,
}

impl Outcome {
    /// Its name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Unchecked => "unchecked",
        }
    }
}

/// An answer, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerCheck {
    /// The expected facts, in the order of the case.
    pub facts: Vec<FactCheck>,
    /// Supported sentences of all that claim something, from 0 to 1; `None` where nothing is claimed or no chunk was given.
    pub grounded_rate: Option<f64>,
    /// Its citations.
    pub citations: CitationCount,
}

impl AnswerCheck {
    /// How many facts are carried.
    pub fn carried(&self) -> usize {
        self.facts.iter().filter(|fact| fact.carried == Carried::Carried).count()
    }

    /// How the case came out.
    pub fn outcome(&self) -> Outcome {
        match self.facts.len() {
            0 => Outcome::Unchecked,
            all if all == self.carried() => Outcome::Passed,
            _ => Outcome::Failed,
        }
    }
}

/// Checks an answer: each expected fact in it, and its own sentences in the chunks that it was given.
pub fn check_answer(scorer: &Scorer, question: &str, facts: &[String], answer: &str, chunks: &[Chunk]) -> AnswerCheck {
    let grounding = scorer.ground(&Answered { question, answer, chunks });
    AnswerCheck {
        facts: facts.iter().map(|fact| check_fact(scorer, question, fact, answer)).collect(),
        grounded_rate: grounding.rate().filter(|_| !chunks.is_empty()),
        citations: citations(&grounding),
    }
}

fn citations(grounding: &Grounding) -> CitationCount {
    let all = || grounding.sentences.iter().flat_map(|sentence| &sentence.citations);
    CitationCount {
        cited: all().count(),
        missing: all().filter(|citation| !citation.exists).count(),
        unsupported: all().filter(|citation| citation.exists && !citation.supports).count(),
    }
}

/// Looks for a fact in an answer: it is grounded as if the answer were the only chunk. What the scorer cannot decide, or
/// takes for no claim (a name, `30 days`), is carried where it stands in one sentence of the answer word for word and
/// that sentence negates nothing more than the fact.
pub fn check_fact(scorer: &Scorer, question: &str, fact: &str, answer: &str) -> FactCheck {
    let checked = |carried, why: String| FactCheck { fact: fact.to_owned(), carried, why };
    if answer.trim().is_empty() {
        return checked(Carried::Missing, "the answer is empty".to_owned());
    }
    let chunk = Chunk {
        role: ChunkRole::Retrieved,
        rank: 1,
        document_id: None,
        score: None,
        content: Some(answer.to_owned()),
        metadata: serde_json::Map::new(),
    };
    let grounding = scorer.ground(&Answered { question, answer: fact, chunks: &[chunk] });
    let judged = grounding.sentences.iter().map(|sentence| {
        let (carried, why) = match sentence.verdict {
            Verdict::Supported => (Carried::Carried, of_the_answer(&sentence.why)),
            Verdict::Partial(lack) | Verdict::Unsupported(lack) => (of_lack(lack), of_the_answer(&sentence.why)),
            Verdict::Unsure | Verdict::NoClaim if says_word_for_word(answer, &sentence.text) => {
                (Carried::Carried, "it stands there word for word".to_owned())
            }
            Verdict::Unsure => (Carried::Unsure, of_the_answer(&sentence.why)),
            Verdict::NoClaim => (Carried::Missing, "its words do not stand there in this order".to_owned()),
        };
        (carried, why)
    });
    // Of equal ones the first.
    let furthest = judged.reduce(|far, next| if next.0.distance() > far.0.distance() { next } else { far });
    furthest.map_or_else(
        || checked(Carried::Missing, "the fact has no words".to_owned()),
        |(carried, why)| checked(carried, why),
    )
}

/// What the scorer says of a fact, in words of the answer that stood for its only chunk.
fn of_the_answer(why: &str) -> String {
    if let Some(words) = why.strip_prefix("not found in the chunks: ") {
        return format!("not found in the answer: {words}");
    }
    why.strip_prefix("no chunk has ").map_or_else(
        || why.replace("chunk 1", "the answer").replace("a chunk", "the answer"),
        |said| format!("the answer does not have {said}"),
    )
}

const fn of_lack(lack: Lack) -> Carried {
    match lack {
        Lack::Contradicted => Carried::Contradicted,
        Lack::Absent => Carried::Missing,
    }
}

fn says_word_for_word(answer: &str, fact: &str) -> bool {
    let wanted = words(fact);
    if wanted.is_empty() {
        return answer.contains(fact.trim());
    }
    sentences(answer).iter().any(|sentence| {
        let said = words(&answer[sentence.bytes.clone()]);
        let there = said.windows(wanted.len()).any(|run| run.iter().zip(&wanted).all(|(a, b)| a.text == b.text));
        there && negations(&said) <= negations(&wanted)
    })
}

fn negations(words: &[Word]) -> usize {
    let negates = |word: &&Word| {
        NEGATIONS.contains(&word.text.as_str()) || word.text.ends_with("n't") || word.text.ends_with("n’t")
    };
    words.iter().filter(negates).count()
}

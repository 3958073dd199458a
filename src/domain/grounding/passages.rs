//! The chunks of an answer, read once: their sentences as passages, with clauses, quantities and an index of words.

use std::ops::Range;

use super::clauses::clauses;
use super::quantities::{Quantity, quantities};
use super::stems::hash;
use super::tokens::{Reader, Token};
use super::units::Kind;
use super::vectors::{DIMENSIONS, Vectors};
use crate::domain::chunk::Chunk;
use crate::domain::sentences::sentences;

/// A sentence of a chunk.
#[derive(Clone, Debug)]
pub(super) struct Passage {
    /// The chunk's place among the chunks.
    pub(super) chunk: usize,
    /// Where it stands in the chunk's content, in bytes.
    pub(super) bytes: Range<usize>,
    /// Its tokens, of all tokens read.
    pub(super) tokens: Range<usize>,
    /// Its quantities.
    pub(super) quantities: Range<usize>,
    /// Its clauses.
    pub(super) clauses: Range<usize>,
    /// The weighted sum of its words' vectors.
    pub(super) meaning: [f32; DIMENSIONS],
    /// The senses of all its words, joined.
    pub(super) senses: u32,
}

/// A word of the chunks, and the clauses that hold it.
#[derive(Clone, Debug)]
pub(super) struct Indexed {
    /// A token that stands for it.
    pub(super) token: usize,
    /// Its places in `Passages::places`.
    pub(super) places: Range<usize>,
}

/// Everything read from the chunks.
#[derive(Clone, Debug, Default)]
pub(super) struct Passages {
    /// The tokens of all passages.
    pub(super) tokens: Vec<Token>,
    /// The quantities of all passages; their tokens count in `tokens`.
    pub(super) quantities: Vec<Quantity>,
    /// The clauses of all passages, as ranges of `tokens`.
    pub(super) clauses: Vec<Range<usize>>,
    /// The passage of each clause.
    pub(super) of_clause: Vec<u32>,
    /// The passages, chunk by chunk.
    pub(super) all: Vec<Passage>,
    /// The distinct content words.
    pub(super) words: Vec<Indexed>,
    /// For each token which of `words` it is; `u32::MAX` for what has no content.
    pub(super) word_of: Vec<u32>,
    /// Numbers of clauses, for `words`.
    pub(super) places: Vec<u32>,
    /// The latest year in each chunk's document id, and whether it is marked as out of date.
    pub(super) ages: Vec<Age>,
}

/// What tells whether a chunk still holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Age {
    /// Its id says that it is old, or it says so itself.
    pub(super) stale: bool,
    /// The year in its document id, else the latest in its first sentence.
    pub(super) year: Option<u32>,
}

impl Passages {
    /// Reads the chunks.
    pub(super) fn read(reader: &mut Reader<'_>, chunks: &[Chunk]) -> Self {
        let mut read = Self::default();
        for (place, chunk) in chunks.iter().enumerate() {
            let content = chunk.content.as_deref().unwrap_or_default();
            for sentence in sentences(content) {
                read.passage(reader, place, content, sentence.bytes);
            }
            let stale = read.all.iter().any(|passage| passage.chunk == place && read.says_it_is_old(passage));
            let heading = read.all.iter().find(|passage| passage.chunk == place);
            let said = heading.and_then(|heading| year_of(&read.quantities[heading.quantities.clone()]));
            let age = age(chunk, stale);
            read.ages.push(Age { year: age.year.or(said), ..age });
        }
        read.index();
        read
    }

    fn passage(&mut self, reader: &mut Reader<'_>, chunk: usize, content: &str, bytes: Range<usize>) {
        let (tokens, numbers, parts) = (self.tokens.len(), self.quantities.len(), self.clauses.len());
        reader.read(content, bytes.clone(), &[], &mut self.tokens);
        quantities(content, &self.tokens[tokens..], &mut self.quantities);
        for quantity in &mut self.quantities[numbers..] {
            quantity.first += tokens;
            quantity.last += tokens;
        }
        clauses(&self.tokens[tokens..], tokens, &mut self.clauses);
        self.of_clause.resize(self.clauses.len(), self.all.len() as u32);
        self.all.push(Passage {
            chunk,
            bytes,
            tokens: tokens..self.tokens.len(),
            quantities: numbers..self.quantities.len(),
            clauses: parts..self.clauses.len(),
            meaning: meaning(&self.tokens[tokens..]),
            senses: self.tokens[tokens..].iter().fold(0, |all, token| all | token.senses),
        });
    }

    /// `valid until`, `superseded`, `no longer` in one of the first sentences of a chunk.
    fn says_it_is_old(&self, passage: &Passage) -> bool {
        let first = self.all.iter().position(|other| other.chunk == passage.chunk).unwrap_or(0);
        let place = self.all.iter().position(|other| std::ptr::eq(other, passage)).unwrap_or(0);
        let tokens = &self.tokens[passage.tokens.clone()];
        let pair = |one: &str, others: &[&str]| {
            tokens
                .windows(2)
                .any(|pair| pair[0].word == hash(one) && others.iter().any(|other| pair[1].word == hash(other)))
        };
        let ends = pair("valid", &["until"])
            || (place == first
                && (pair("no", &["longer"]) || pair("replaced", &["by", "on", "in"]) || pair("ended", &["on", "in"])));
        place - first < 2
            && (ends || (tokens.len() < 14 && tokens.iter().any(|token| token.has(super::lexicon::sense::STALE))))
    }

    fn index(&mut self) {
        let mut held: Vec<(u64, u32, u32)> = Vec::with_capacity(self.tokens.len());
        for (clause, range) in self.clauses.iter().enumerate() {
            for token in range.clone() {
                if self.tokens[token].is_content() {
                    held.push((self.tokens[token].stem, clause as u32, token as u32));
                }
            }
        }
        held.sort_unstable();
        self.word_of = vec![u32::MAX; self.tokens.len()];
        let mut before = None;
        for (stem, clause, token) in held {
            if before != Some(stem) {
                before = Some(stem);
                self.words.push(Indexed { token: token as usize, places: self.places.len()..self.places.len() });
            }
            self.places.push(clause);
            self.word_of[token as usize] = self.words.len() as u32 - 1;
            if let Some(word) = self.words.last_mut() {
                word.places.end = self.places.len();
            }
        }
    }

    /// The tokens of a passage.
    pub(super) fn tokens_of(&self, passage: usize) -> &[Token] {
        self.all.get(passage).map_or(&[], |passage| &self.tokens[passage.tokens.clone()])
    }

    /// The quantities of a passage.
    pub(super) fn quantities_of(&self, passage: usize) -> &[Quantity] {
        self.all.get(passage).map_or(&[], |passage| &self.quantities[passage.quantities.clone()])
    }
}

/// The weighted sum of the vectors of some words.
pub(super) fn meaning(tokens: &[Token]) -> [f32; DIMENSIONS] {
    let mut sum = [0.0; DIMENSIONS];
    let vectors = Vectors::get();
    for token in tokens {
        if let Some(word) = token.vector {
            vectors.add(word, token.weight, &mut sum);
        }
    }
    sum
}

/// The latest year among dates.
fn year_of(quantities: &[Quantity]) -> Option<u32> {
    let years = quantities.iter().filter(|quantity| quantity.kind == Kind::Date);
    years.map(|date| (date.value / 10_000.0).trunc() as u32).filter(|year| (1990..2100).contains(year)).max()
}

fn age(chunk: &Chunk, stale: bool) -> Age {
    let id = chunk.document_id.as_deref().unwrap_or_default().to_ascii_lowercase();
    let parts = || id.split(|c: char| !c.is_ascii_alphanumeric());
    let old = parts().any(|part| {
        matches!(part, "old" | "archive" | "archived" | "deprecated" | "legacy" | "outdated" | "obsolete" | "former")
    });
    let year = parts()
        .filter(|part| part.len() == 4)
        .filter_map(|part| part.parse().ok())
        .filter(|year| (1990..2100).contains(year))
        .max();
    Age { stale: stale || old, year }
}

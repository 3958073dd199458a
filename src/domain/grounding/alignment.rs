//! How much of a claim each part of the chunks covers, word by word.

use std::ops::Range;

use super::clauses::clauses;
use super::passages::{Passages, meaning};
use super::quantities::{Quantity, quantities};
use super::tokens::Token;
use super::vectors::{DIMENSIONS, Vectors, cosine};

/// A claim that was read: a part of the answer, or the question.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    /// Its tokens.
    pub(super) tokens: Vec<Token>,
    /// Its clauses, as ranges of tokens.
    pub(super) clauses: Vec<Range<usize>>,
    /// Its quantities.
    pub(super) quantities: Vec<Quantity>,
    /// The first token of each distinct content word.
    pub(super) words: Vec<usize>,
    /// For each token which of `words` it is, where it is one.
    pub(super) word_of: Vec<Option<usize>>,
    /// For each clause, which of `words` stand in it.
    pub(super) words_of: Vec<Vec<usize>>,
    /// The weighted sum of its words' vectors.
    pub(super) meaning: [f32; DIMENSIONS],
    /// The senses of all its words, joined.
    pub(super) senses: u32,
}

impl Claim {
    /// A claim of these tokens of a text.
    pub(super) fn of(text: &str, tokens: Vec<Token>) -> Self {
        let mut parts = Vec::new();
        clauses(&tokens, 0, &mut parts);
        let mut found = Vec::new();
        quantities(text, &tokens, &mut found);
        let mut words: Vec<usize> = Vec::new();
        let mut words_of = vec![Vec::new(); parts.len()];
        let mut numbered = vec![None; tokens.len()];
        for (part, held) in parts.iter().zip(&mut words_of) {
            for at in part.clone().filter(|at| tokens[*at].is_content()) {
                if found.iter().any(|quantity| (quantity.first..quantity.last).contains(&at)) {
                    // Units and months are judged with their numbers.
                    continue;
                }
                let known = words.iter().position(|word| tokens[*word].stem == tokens[at].stem);
                let word = known.unwrap_or_else(|| {
                    words.push(at);
                    words.len() - 1
                });
                numbered[at] = Some(word);
                if !held.contains(&word) {
                    held.push(word);
                }
            }
        }
        let senses = tokens.iter().fold(0, |all, token| all | token.senses);
        Self {
            meaning: meaning(&tokens),
            tokens,
            clauses: parts,
            quantities: found,
            words,
            word_of: numbered,
            words_of,
            senses,
        }
    }

    /// The weight of a word, by its number among `words`.
    pub(super) fn weight(&self, word: usize) -> f32 {
        self.tokens[self.words[word]].weight
    }
}

/// How alike two words are, from 0 to 1: the same stem, or near vectors, or the same beginning.
pub(super) fn likeness(vectors: &Vectors, one: &Token, other: &Token) -> f32 {
    if one.stem == other.stem {
        return 1.0;
    }
    let near = match (one.vector, other.vector) {
        (Some(one), Some(other)) => ((vectors.cosine(one, other) - 0.3) / 0.5).clamp(0.0, 0.9),
        _ => 0.0,
    };
    if one.prefix != 0 && one.prefix == other.prefix { near.max(0.7) } else { near }
}

/// The likeness of each word of a claim with the nearest word of each clause and passage.
#[derive(Clone, Debug, Default)]
pub(super) struct Alignment {
    clauses: usize,
    passages: usize,
    indexed: usize,
    likes: Vec<f32>,
    by_clause: Vec<f32>,
    by_passage: Vec<f32>,
    /// The cosine of the claim's meaning with each passage's.
    pub(super) cosines: Vec<f32>,
}

impl Alignment {
    /// Aligns a claim with all passages.
    pub(super) fn of(claim: &Claim, passages: &Passages) -> Self {
        let vectors = Vectors::get();
        let mut made = Self {
            clauses: passages.clauses.len(),
            passages: passages.all.len(),
            indexed: passages.words.len(),
            likes: vec![0.0; claim.words.len() * passages.words.len()],
            by_clause: vec![0.0; claim.words.len() * passages.clauses.len()],
            by_passage: vec![0.0; claim.words.len() * passages.all.len()],
            cosines: passages.all.iter().map(|passage| cosine(&claim.meaning, &passage.meaning)).collect(),
        };
        for (word, at) in claim.words.iter().enumerate() {
            let token = &claim.tokens[*at];
            let row = word * made.clauses;
            for (place, indexed) in passages.words.iter().enumerate() {
                let like = likeness(vectors, token, &passages.tokens[indexed.token]);
                made.likes[word * made.indexed + place] = like;
                if like > 0.05 {
                    for clause in &passages.places[indexed.places.clone()] {
                        let held = &mut made.by_clause[row + *clause as usize];
                        *held = held.max(like);
                    }
                }
            }
            let row_of_passages = word * made.passages;
            for (clause, passage) in passages.of_clause.iter().enumerate() {
                let held = &mut made.by_passage[row_of_passages + *passage as usize];
                *held = held.max(made.by_clause[row + clause]);
            }
        }
        made
    }

    /// The likeness of a word of the claim with a token of the chunks; 0 for a token without content.
    pub(super) fn like(&self, word: usize, passages: &Passages, token: usize) -> f32 {
        let indexed = passages.word_of.get(token).copied().unwrap_or(u32::MAX) as usize;
        if indexed < self.indexed { self.likes.get(word * self.indexed + indexed).copied().unwrap_or(0.0) } else { 0.0 }
    }

    /// The likeness of a token of the chunks with the nearest word of the claim.
    pub(super) fn said(&self, claim: &Claim, passages: &Passages, token: usize) -> f32 {
        (0..claim.words.len()).map(|word| self.like(word, passages, token)).fold(0.0, f32::max)
    }

    /// The likeness of a word with the nearest word of a passage.
    pub(super) fn in_passage(&self, word: usize, passage: usize) -> f32 {
        self.by_passage.get(word * self.passages + passage).copied().unwrap_or(0.0)
    }

    /// The likeness of a word with the nearest word of a clause.
    pub(super) fn in_clause(&self, word: usize, clause: usize) -> f32 {
        self.by_clause.get(word * self.clauses + clause).copied().unwrap_or(0.0)
    }

    /// The share of some words' weight that is covered, each word by as much as `held` says; 0 without words.
    pub(super) fn coverage(claim: &Claim, words: impl Iterator<Item = usize>, held: impl Fn(usize) -> f32) -> f32 {
        let (mut covered, mut all) = (0.0, 0.0);
        for word in words {
            let weight = claim.weight(word);
            all += weight;
            covered += weight * held(word);
        }
        if all > 0.0 { covered / all } else { 0.0 }
    }

    /// The coverage of a whole claim by one passage.
    pub(super) fn by_passage(&self, claim: &Claim, passage: usize) -> f32 {
        Self::coverage(claim, 0..claim.words.len(), |word| self.in_passage(word, passage))
    }
}

//! Static word vectors: how near two words are in meaning, and how common a word is in English.
//!
//! The table was distilled from the sentence model all-MiniLM-L6-v2 (Apache License 2.0) by
//! `tests/by_hand/grounding/distil.py`: each word through the model alone, reduced to 112 dimensions of one byte. The
//! words stand in the order of how common they are.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::stems::{Ready, hash};

/// Numbers of one vector.
pub(super) const DIMENSIONS: usize = 112;

static WORDS: &str = include_str!("table/words.txt");
static VECTORS: &[u8] = include_bytes!("table/vectors.bin");

/// A word's place in the table; the smaller, the commoner the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct WordId(u32);

/// The table, ready to be looked up.
pub(super) struct Vectors {
    places: HashMap<u64, u32, Ready>,
    /// All vectors, one behind the other.
    numbers: Vec<i8>,
    /// One over the length of each.
    scale: Vec<f32>,
}

impl Vectors {
    /// The one table.
    pub(super) fn get() -> &'static Self {
        static TABLE: OnceLock<Vectors> = OnceLock::new();
        TABLE.get_or_init(Self::build)
    }

    fn build() -> Self {
        let numbers: Vec<i8> = VECTORS.iter().map(|byte| byte.cast_signed()).collect();
        let places = WORDS.lines().zip(0..).map(|(word, place)| (hash(word), place)).collect();
        let scale = numbers
            .chunks_exact(DIMENSIONS)
            .map(|vector| {
                let square: i32 = vector.iter().map(|&x| i32::from(x) * i32::from(x)).sum();
                1.0 / (square as f32).sqrt().max(1.0)
            })
            .collect();
        Self { places, numbers, scale }
    }

    /// The place of a lower-case word, or of the word without an ending where only that is listed.
    pub(super) fn find(&self, word: &str) -> Option<WordId> {
        let known = |text: &str| self.places.get(&hash(text)).copied().map(WordId);
        if let Some(found) = known(word) {
            return Some(found);
        }
        ["'s", "s", "es", "d", "ed", "ing", "ly", "er"]
            .iter()
            .filter_map(|ending| word.strip_suffix(ending))
            .filter(|rest| rest.len() > 2)
            .find_map(known)
    }

    /// The vector of a word, not of unit length.
    fn vector(&self, WordId(place): WordId) -> &[i8] {
        let start = place as usize * DIMENSIONS;
        self.numbers.get(start..start + DIMENSIONS).unwrap_or(&[])
    }

    /// The cosine of two words' vectors, from -1 to 1.
    pub(super) fn cosine(&self, one: WordId, other: WordId) -> f32 {
        let dot: i32 = self
            .vector(one)
            .iter()
            .zip(self.vector(other))
            .map(|(&a, &b)| i32::from(i16::from(a) * i16::from(b)))
            .sum();
        dot as f32 * self.scale[one.0 as usize] * self.scale[other.0 as usize]
    }

    /// Adds a word's unit vector, times a weight, to a sum.
    pub(super) fn add(&self, word: WordId, weight: f32, sum: &mut [f32; DIMENSIONS]) {
        let scale = self.scale[word.0 as usize] * weight;
        for (total, &x) in sum.iter_mut().zip(self.vector(word)) {
            *total += f32::from(x) * scale;
        }
    }

    /// How rare an English word is: from 1 for the commonest to 6, and 6.5 for one that is not listed.
    pub(super) fn rarity(word: Option<WordId>) -> f32 {
        word.map_or(6.5, |WordId(place)| 1.0 + 5.0 * (place as f32 / 100.0).ln_1p() / 300.0_f32.ln_1p())
    }
}

/// The cosine of two sums of vectors, 0 where one is empty.
pub(super) fn cosine(one: &[f32; DIMENSIONS], other: &[f32; DIMENSIONS]) -> f32 {
    let (mut dot, mut a, mut b) = (0.0, 0.0, 0.0);
    for (x, y) in one.iter().zip(other) {
        dot += x * y;
        a += x * x;
        b += y * y;
    }
    if a > 0.0 && b > 0.0 { dot / (a * b).sqrt() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_like_meaning_are_near() {
        let table = Vectors::get();
        let near = |one: &str, other: &str| match (table.find(one), table.find(other)) {
            (Some(one), Some(other)) => table.cosine(one, other),
            _ => panic!("{one} {other} not listed"),
        };
        for (one, like, unlike) in
            [("doctor", "physician", "carpet"), ("buy", "purchase", "river"), ("yearly", "annual", "orange")]
        {
            assert!(near(one, like) > near(one, unlike) + 0.3, "{one}");
        }
        assert!(Vectors::rarity(table.find("the")) < Vectors::rarity(table.find("invoice")));
        assert_eq!(table.numbers.len() / DIMENSIONS, WORDS.lines().count());
    }
}

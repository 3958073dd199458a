//! Retrieval by words: BM25.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::domain::lexical::words;

/// How much repeated words and long texts count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bm25Parameters {
    /// How slowly a repeated word stops counting, not below 0.
    pub k1: f64,
    /// How much a long text is held against it, from 0 to 1.
    pub b: f64,
}

/// Lucene's defaults.
impl Default for Bm25Parameters {
    fn default() -> Self {
        Self { k1: 1.2, b: 0.75 }
    }
}

/// A text that holds a word of the query.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// Its place among the texts that were indexed, from 0.
    pub text: usize,
    /// Its score, more than 0.
    pub score: f64,
}

/// An index of texts for BM25.
#[derive(Clone, Debug, Default)]
pub struct Bm25 {
    parameters: Bm25Parameters,
    lengths: Vec<usize>,
    mean_length: f64,
    /// Which texts hold a word, and how often.
    postings: HashMap<String, Vec<(usize, usize)>>,
}

impl Bm25 {
    /// Indexes texts by their lower-case words.
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>, parameters: Bm25Parameters) -> Self {
        let mut index = Self { parameters, ..Self::default() };
        for (at, text) in texts.into_iter().enumerate() {
            let mut counts: HashMap<String, usize> = HashMap::new();
            let words = words(text);
            index.lengths.push(words.len());
            for word in words {
                *counts.entry(word.text).or_default() += 1;
            }
            for (word, count) in counts {
                index.postings.entry(word).or_default().push((at, count));
            }
        }
        let all: usize = index.lengths.iter().sum();
        index.mean_length = all as f64 / index.lengths.len().max(1) as f64;
        index
    }

    /// The texts that hold a word of the query, best first; of equals the earlier text first.
    ///
    /// A word in n of N texts adds `ln(1 + (N - n + 0.5) / (n + 0.5)) * f / (f + k1 * (1 - b + b * length / mean))`,
    /// f being how often the text holds it: Lucene's `BM25Similarity` since version 8, which leaves out the factor
    /// k1 + 1 as it changes no order, here with exact lengths (the variant "Lucene (accurate)" of Kamphuis and others,
    /// Which BM25 Do You Mean?, ECIR 2020). A word counts once, however often the query holds it.
    pub fn search(&self, query: &str) -> Vec<Hit> {
        let asked: BTreeSet<String> = words(query).into_iter().map(|word| word.text).collect();
        let mut scores: BTreeMap<usize, f64> = BTreeMap::new();
        let Bm25Parameters { k1, b } = self.parameters;
        for word in asked {
            let Some(holding) = self.postings.get(&word) else { continue };
            let n = holding.len() as f64;
            let rarity = ((self.lengths.len() as f64 - n + 0.5) / (n + 0.5)).ln_1p();
            for &(text, count) in holding {
                let (count, length) = (count as f64, self.lengths[text] as f64);
                let damping = k1 * (1.0 - b + b * length / self.mean_length);
                *scores.entry(text).or_default() += rarity * count / (count + damping);
            }
        }
        let mut hits: Vec<Hit> = scores.into_iter().map(|(text, score)| Hit { text, score }).collect();
        hits.sort_by(|x, y| y.score.total_cmp(&x.score));
        hits
    }
}

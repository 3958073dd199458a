//! Answers with sentences of the retrieved chunks: what a model that never invents could have said.
//!
//! Every sentence of every chunk is scored against the question, and the best few are given with their document:
//!
//! ```text
//! weight(t)   = ln(1 + N / max(df(t), 1/2))     N sentences, df(t) of them hold the term t
//! cover(S)    = Σ weight(t), t in question and S / Σ weight(t), t in question
//! score(s)    = (3/4 cover(s) + 1/4 cover(chunk)) / ((1 + 0.15 (rank - 1)) (1 + 0.03 place))
//! ```
//!
//! `rank` counts chunks from 1 and `place` a chunk's sentences from 0. Terms are words without case, ending `s` and stop
//! words. Below [`THRESHOLD`] nothing is answered: a question whose rare words are in no chunk is one the sources do not
//! answer. The same input always gives the same answer.

use std::collections::{HashMap, HashSet};

use unicode_segmentation::UnicodeSegmentation;

use crate::domain::chunk::Chunk;

/// What is said where no sentence fits.
pub(super) const REFUSAL: &str = "The sources do not say.";

/// The least score of an answer.
const THRESHOLD: f64 = 0.33;
/// The most sentences of an answer.
const MOST: usize = 3;
/// Further sentences score at least this part of the best one.
const NEAR_BEST: f64 = 0.8;
/// Sentences that share more of their terms say the same.
const SAME: f64 = 0.7;

/// Words that say nothing about the subject.
const STOP_WORDS: &str = "a about all am an and any are as at be been being but by can could did do doe for from get \
    had ha have how i if in into is it it' its just me much many my no not of on or our please so some than that the \
    their them then there these they thi this to u up was we were what when where which who why will with would you your";

struct Sentence<'a> {
    text: &'a str,
    terms: HashSet<String>,
    chunk: usize,
    place: usize,
}

/// The answer to a question from chunks.
pub(super) fn answer(question: &str, chunks: &[Chunk]) -> String {
    let sentences: Vec<Sentence<'_>> = chunks
        .iter()
        .enumerate()
        .flat_map(|(chunk, content)| {
            let text = content.content.as_deref().unwrap_or("");
            split(text).enumerate().map(move |(place, text)| Sentence { text, terms: terms(text), chunk, place })
        })
        .collect();
    let scored = score(&terms(question), &sentences, chunks);
    let chosen = choose(&sentences, &scored);
    if chosen.is_empty() {
        return REFUSAL.to_owned();
    }
    let cited: Vec<String> = chosen
        .into_iter()
        .map(|index| {
            let sentence = &sentences[index];
            let chunk = &chunks[sentence.chunk];
            let marker = chunk.document_id.clone().unwrap_or_else(|| chunk.rank.to_string());
            format!("{} [{marker}]", sentence.text)
        })
        .collect();
    cited.join(" ")
}

/// Lines, and sentences in them; headings are no sentences.
fn split(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.starts_with('#'))
        .flat_map(|line| line.trim_start_matches(['-', '*', '•', ' ']).unicode_sentences())
        .map(str::trim)
        .filter(|sentence| sentence.chars().any(char::is_alphanumeric))
}

/// The words that count.
fn terms(text: &str) -> HashSet<String> {
    let stop: HashSet<&str> = STOP_WORDS.split_whitespace().collect();
    text.unicode_words()
        .map(|word| {
            let lower = word.to_lowercase();
            let plural = lower.len() > 2 && lower.ends_with('s') && !lower.ends_with("ss");
            if plural { lower[..lower.len() - 1].to_owned() } else { lower }
        })
        .filter(|term| !stop.contains(term.as_str()))
        .collect()
}

fn score(question: &HashSet<String>, sentences: &[Sentence<'_>], chunks: &[Chunk]) -> Vec<f64> {
    let count = sentences.len() as f64;
    let weights: HashMap<&str, f64> = question
        .iter()
        .map(|term| {
            let with = sentences.iter().filter(|sentence| sentence.terms.contains(term)).count();
            (term.as_str(), (count / (with as f64).max(0.5)).ln_1p())
        })
        .collect();
    // Summed in the order of the terms, so that the last digit does not depend on a hash.
    let mut order: Vec<(&str, f64)> = weights.into_iter().collect();
    order.sort_by_key(|(term, _)| *term);
    let total: f64 = order.iter().map(|(_, weight)| weight).sum();
    if total <= 0.0 {
        return vec![0.0; sentences.len()];
    }
    let cover = |terms: &HashSet<String>| {
        order.iter().filter(|(term, _)| terms.contains(*term)).map(|(_, weight)| weight).sum::<f64>() / total
    };
    let of_chunks: Vec<f64> =
        chunks.iter().map(|chunk| cover(&terms(chunk.content.as_deref().unwrap_or("")))).collect();
    sentences
        .iter()
        .map(|sentence| {
            let far = (1.0 + 0.15 * sentence.chunk as f64) * (1.0 + 0.03 * sentence.place as f64);
            (0.75 * cover(&sentence.terms) + 0.25 * of_chunks[sentence.chunk]) / far
        })
        .collect()
}

/// The best sentences in the order of their chunks, none twice.
fn choose(sentences: &[Sentence<'_>], scored: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..sentences.len()).collect();
    order.sort_by(|&a, &b| scored[b].total_cmp(&scored[a]).then(a.cmp(&b)));
    let best = order.first().map_or(0.0, |&first| scored[first]);
    if best < THRESHOLD {
        return Vec::new();
    }
    let mut chosen: Vec<usize> = Vec::new();
    for index in order {
        if chosen.len() == MOST || scored[index] < best * NEAR_BEST {
            break;
        }
        if chosen.iter().all(|&other| alike(&sentences[index].terms, &sentences[other].terms) < SAME) {
            chosen.push(index);
        }
    }
    chosen.sort_unstable();
    chosen
}

/// The part of their terms that two sentences share (Jaccard).
fn alike(a: &HashSet<String>, b: &HashSet<String>) -> f64 {
    let shared = a.intersection(b).count();
    let all = a.len() + b.len() - shared;
    if all == 0 { 1.0 } else { shared as f64 / all as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::chunk::ChunkRole;

    fn chunk(rank: u32, id: Option<&str>, content: &str) -> Chunk {
        Chunk {
            role: ChunkRole::Retrieved,
            rank,
            document_id: id.map(str::to_owned),
            score: None,
            content: Some(content.to_owned()),
            metadata: serde_json::Map::new(),
        }
    }

    fn chunks() -> Vec<Chunk> {
        vec![
            chunk(
                1,
                Some("api-limits"),
                "# API limits\nThe API allows 60 requests per minute on Team. Business has 300 requests per minute.",
            ),
            chunk(2, Some("plans"), "Team costs 12 euros per seat. Seats can be added at any time."),
            chunk(3, None, "Exports are kept for 30 days. They are CSV files."),
        ]
    }

    #[test]
    fn the_best_sentence_is_given_with_its_document() {
        let said = answer("How many API requests per minute on the Business plan?", &chunks());
        assert!(said.contains("Business has 300 requests per minute. [api-limits]"), "{said}");
        assert_eq!(answer("How long are exports kept?", &chunks()), "Exports are kept for 30 days. [3]");
    }

    #[test]
    fn what_the_sources_do_not_say_is_refused() {
        assert_eq!(answer("Who founded the company in Reykjavik?", &chunks()), REFUSAL);
        assert_eq!(answer("anything", &[]), REFUSAL);
        assert_eq!(answer("", &chunks()), REFUSAL);
        assert_eq!(answer("the of and", &chunks()), REFUSAL);
    }

    #[test]
    fn the_same_sentence_is_not_given_twice() {
        let twice = vec![
            chunk(1, Some("a"), "Exports are kept for 30 days."),
            chunk(2, Some("b"), "Exports are kept for 30 days."),
        ];
        assert_eq!(answer("How long are exports kept?", &twice), "Exports are kept for 30 days. [a]");
    }
}

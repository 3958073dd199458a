//! Words, sentences and how rare words are: what can be said about two texts without a model.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

pub use super::sentences::{Sentence, SentenceKind, sentences};

/// Words that carry no content of their own, lower-case and sorted. English only: in other languages rarity weights
/// alone tell common words.
const STOP_WORDS: [&str; 116] = [
    "a", "about", "above", "after", "again", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be",
    "because", "been", "before", "being", "below", "between", "both", "but", "by", "can", "could", "did", "do", "does",
    "doing", "down", "during", "each", "few", "for", "from", "further", "had", "has", "have", "having", "he", "her",
    "here", "hers", "him", "his", "how", "i", "if", "in", "into", "is", "it", "its", "itself", "just", "may", "me",
    "might", "more", "most", "must", "my", "of", "off", "on", "once", "only", "or", "other", "our", "ours", "out",
    "over", "own", "same", "shall", "she", "should", "so", "some", "such", "than", "that", "the", "their", "theirs",
    "them", "then", "there", "these", "they", "this", "those", "through", "to", "too", "under", "until", "up", "very",
    "was", "we", "were", "what", "when", "where", "which", "while", "who", "whom", "why", "will", "with", "would",
];

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word in lower case.
    pub text: String,
    /// Where it stands, in bytes.
    pub bytes: Range<usize>,
}

/// The words of a text by Unicode's word boundaries (UAX #29), in order; punctuation is no word, numbers are.
pub fn words(text: &str) -> Vec<Word> {
    text.unicode_word_indices()
        .map(|(start, word)| Word { text: word.to_lowercase(), bytes: start..start + word.len() })
        .collect()
}

/// Whether a lower-case word carries no content of its own. Negations (`no`, `not`, `never`) do carry some.
pub fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.binary_search(&word).is_ok()
}

/// How rare words are among a set of sentences.
///
/// The weight of a word that `n` of `N` sentences hold is `ln(1 + (N - n + 0.5) / (n + 0.5))`: the inverse document
/// frequency of BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009) in the form that is never
/// negative. A word that no sentence holds weighs most.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rarity {
    sentences: usize,
    counts: HashMap<String, usize>,
}

impl Rarity {
    /// Counts in how many of the sentences each word stands.
    pub fn of<'a>(sentences: impl IntoIterator<Item = &'a str>) -> Self {
        let mut rarity = Self::default();
        for sentence in sentences {
            rarity.sentences += 1;
            let distinct: HashSet<String> = words(sentence).into_iter().map(|word| word.text).collect();
            for word in distinct {
                *rarity.counts.entry(word).or_default() += 1;
            }
        }
        rarity
    }

    /// The weight of a lower-case word, more than 0.
    pub fn weight(&self, word: &str) -> f64 {
        let holding = self.counts.get(word).copied().unwrap_or(0) as f64;
        ((self.sentences as f64 - holding + 0.5) / (holding + 0.5)).ln_1p()
    }

    /// How much of a query's weight a sentence covers: the weights of the distinct content words in both, over those
    /// of the query's; from 0 to 1, and 0 where the query has no content word.
    pub fn coverage(&self, query: &str, sentence: &str) -> f64 {
        let wanted: HashSet<String> =
            words(query).into_iter().map(|word| word.text).filter(|word| !is_stop_word(word)).collect();
        let held: HashSet<String> = words(sentence).into_iter().map(|word| word.text).collect();
        // Summed in a fixed order: the last digit must not depend on how the words are hashed.
        let mut wanted: Vec<&String> = wanted.iter().collect();
        wanted.sort_unstable();
        let (mut covered, mut all) = (0.0, 0.0);
        for word in wanted {
            let weight = self.weight(word);
            all += weight;
            if held.contains(word) {
                covered += weight;
            }
        }
        if all > 0.0 { covered / all } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stop_words_can_be_searched() {
        assert!(STOP_WORDS.is_sorted());
        assert!(is_stop_word("the") && !is_stop_word("not") && !is_stop_word("refund"));
    }

    #[test]
    fn words_are_lower_case_and_know_their_place() {
        let text = "Größe: 3.5 cm, don't!";
        let found = words(text);
        assert_eq!(found.iter().map(|word| word.text.as_str()).collect::<Vec<_>>(), ["größe", "3.5", "cm", "don't"]);
        assert_eq!(&text[found[1].bytes.clone()], "3.5");
    }

    #[test]
    fn rare_words_weigh_more() {
        let rarity = Rarity::of(["the refund takes days", "the parcel takes days", "the invoice"]);
        assert!(rarity.weight("refund") > rarity.weight("takes"));
        assert!(rarity.weight("takes") > rarity.weight("the"));
        assert!(rarity.weight("unseen") > rarity.weight("refund"));
        assert!((rarity.weight("the") - (1.0_f64 + 0.5 / 3.5).ln()).abs() < 1e-12);
    }

    #[test]
    fn coverage_is_the_share_of_the_questions_weight() {
        let rarity = Rarity::of(["Refunds take 30 days.", "Parcels take 3 days."]);
        let right = rarity.coverage("How many days do refunds take?", "Refunds take 30 days.");
        let wrong = rarity.coverage("How many days do refunds take?", "Parcels take 3 days.");
        assert!(right > wrong && wrong > 0.0 && right < 1.0);
        assert!(rarity.coverage("is it the", "it is").abs() < f64::EPSILON);
    }
}

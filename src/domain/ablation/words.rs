//! Answers as weighted words, and how alike two of them are.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use crate::domain::lexical::{is_stop_word, words};

/// The weight of a word that holds a digit: a wrong number is a wrong answer however much else is the same.
const NUMBER: f64 = 3.0;
/// The weight of a word that the question holds, or that the model says without being told: it tells little of a source.
const COMMON: f64 = 0.3;

/// Words by which an answer speaks of its sources rather than of the matter, without endings and sorted; they weigh as
/// little as those of the question. English only.
const OF_SOURCES: [&str; 14] = [
    "according",
    "answer",
    "based",
    "chunk",
    "context",
    "document",
    "given",
    "information",
    "mention",
    "mentioned",
    "provided",
    "source",
    "state",
    "text",
];

/// Two answers to one question share some words whatever they say: up to this share of the weight is nothing.
const NOT_SAID: f64 = 0.3;
/// The same thing is said in other words: from this share on it is all there.
const SAID: f64 = 0.85;

/// What words weigh.
#[derive(Clone, Debug, Default)]
pub(super) struct Weights {
    common: HashSet<String>,
}

impl Weights {
    /// Weights where the words of these texts weigh little.
    pub(super) fn with_common<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let common = texts.into_iter().flat_map(words).map(|word| stem(&word.text)).collect();
        Self { common }
    }

    /// A text as its content words with their weights.
    pub(super) fn bag(&self, text: &str) -> Bag {
        let found = words(text).into_iter().filter(|word| !is_stop_word(&word.text) && !is_citation(text, &word.bytes));
        let weighted = found.map(|word| {
            let stem = stem(&word.text);
            let weight = if stem.bytes().any(|byte| byte.is_ascii_digit()) { NUMBER } else { 1.0 };
            let tells_little = self.common.contains(&stem) || OF_SOURCES.binary_search(&stem.as_str()).is_ok();
            let weight = if tells_little { weight * COMMON } else { weight };
            (stem, weight)
        });
        let folded = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        Bag { words: weighted.collect(), folded }
    }
}

/// Whether a word is the number of a citation, `[2]`: lists of chunks count anew when one is gone.
fn is_citation(text: &str, bytes: &Range<usize>) -> bool {
    let is_number = text[bytes.clone()].bytes().all(|byte| byte.is_ascii_digit());
    is_number && text[..bytes.start].ends_with('[') && text[bytes.end..].starts_with(']')
}

/// A word without the ending of a plural or genitive.
fn stem(word: &str) -> String {
    let bare = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word);
    match bare.strip_suffix('s') {
        Some(single) if single.len() > 2 && !single.ends_with('s') => single.to_owned(),
        _ => bare.to_owned(),
    }
}

/// The content words of a text with their weights; each counts once.
#[derive(Clone, Debug)]
pub(super) struct Bag {
    words: BTreeMap<String, f64>,
    folded: String,
}

impl Bag {
    fn weight(&self) -> f64 {
        self.words.values().sum()
    }

    fn shared(&self, other: &Self) -> f64 {
        self.words.iter().filter(|(word, _)| other.words.contains_key(*word)).map(|(_, weight)| weight).sum()
    }

    /// How much of this text another one says, from 0 to 1: the weight of the words in both over that of its own, where
    /// up to [`NOT_SAID`] counts as nothing and from [`SAID`] on as all. A text without content words is said where it
    /// stands in the other.
    pub(super) fn said_by(&self, other: &Self) -> f64 {
        let all = self.weight();
        let share = if self.folded == other.folded {
            1.0
        } else if all > 0.0 {
            self.shared(other) / all
        } else {
            f64::from(!self.folded.is_empty() && other.folded.contains(&self.folded))
        };
        ((share - NOT_SAID) / (SAID - NOT_SAID)).clamp(0.0, 1.0)
    }

    /// How far two texts say the same, from 0 to 1: the mean of how much each says of the other.
    pub(super) fn agreement(&self, other: &Self) -> f64 {
        f64::midpoint(self.said_by(other), other.said_by(self))
    }

    /// The words that another text does not have, the heaviest first, at most so many.
    pub(super) fn beyond(&self, other: &Self, most: usize) -> Vec<String> {
        let mut own: Vec<(&String, f64)> =
            self.words.iter().filter(|(word, _)| !other.words.contains_key(*word)).map(|(w, x)| (w, *x)).collect();
        let place = |word: &str| self.folded.find(word).unwrap_or(usize::MAX);
        own.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| place(a.0).cmp(&place(b.0))));
        own.truncate(most);
        own.sort_by_key(|(word, _)| place(word));
        own.into_iter().map(|(word, _)| word.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(question: &str, one: &str, other: &str) -> f64 {
        let weights = Weights::with_common([question]);
        weights.bag(one).said_by(&weights.bag(other))
    }

    #[test]
    fn the_same_is_alike_and_a_wrong_number_is_not() {
        let question = "How long does a refund take?";
        assert!((alike(question, "Refunds take 14 days.", "refunds  take 14 days.") - 1.0).abs() < 1e-12);
        assert!(alike(question, "A refund takes 14 days.", "A refund takes 30 days.") < 0.1);
        assert!(alike(question, "It takes 14 days.", "A refund takes 14 days.") > 0.8);
        assert!(alike(question, "Refunds take 14 days.", "I do not know.") < 0.05);
        assert!(alike(question, "It takes 14 days [2].", "It takes 14 days [1].") > 0.999);
        assert!((alike("", "", "") - 1.0).abs() < 1e-12);
        assert!(alike("", "", "14 days") < 1e-12);
    }

    #[test]
    fn words_of_the_question_tell_little() {
        let (question, one, other) =
            ("What is the code of Larkboard?", "The Larkboard code is zebra.", "The Larkboard code is unknown.");
        assert!(alike(question, one, other) < 0.2 && alike("", one, other) > 0.5);
    }

    #[test]
    fn how_an_answer_speaks_of_its_sources_tells_little() {
        assert!(OF_SOURCES.is_sorted());
        let said = alike("", "The document states that uptime is 99.9 percent.", "Uptime is 99.9 percent.");
        assert!(said > 0.99, "{said}");
    }

    #[test]
    fn what_is_lost_is_told_in_order() {
        let weights = Weights::default();
        let (before, after) = (weights.bag("Exports are kept for 30 days in Oslo"), weights.bag("Exports are kept"));
        assert_eq!(before.beyond(&after, 2), ["30", "day"]);
        assert!(after.beyond(&before, 2).is_empty());
    }
}

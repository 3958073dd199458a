//! The words that texts are compared by.

use crate::domain::lexical::words;

/// Words that the SQuAD script takes out before it compares.
const ARTICLES: [&str; 3] = ["a", "an", "the"];

/// The words of a text in lower case by Unicode's word boundaries (UAX #29).
///
/// Punctuation is no word; `3.5` and `don't` are one; scripts that put no space between words give a word a character,
/// or a run of Katakana.
pub(super) fn tokens(text: &str) -> Vec<String> {
    words(text).into_iter().map(|word| word.text).collect()
}

/// The same without English articles.
pub(super) fn content_tokens(text: &str) -> Vec<String> {
    tokens(text).into_iter().filter(|token| !ARTICLES.contains(&token.as_str())).collect()
}

/// The harmonic mean of precision and recall: `shared` of `found` words found and of `wanted` words wanted.
///
/// Two texts without words are alike; one without words is like none.
pub(super) fn f_measure(shared: usize, found: usize, wanted: usize) -> f64 {
    match found + wanted {
        0 => 1.0,
        all => 2.0 * shared as f64 / all as f64,
    }
}

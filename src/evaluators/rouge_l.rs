//! `rouge-l`: how much of the expected answer stands in the answer in the same order.

use std::collections::HashMap;

use super::evaluator::{Evaluator, Kind, Score, Subject};
use super::tokens::{f_measure, tokens};
use crate::domain::statistics::Better;

/// ROUGE-L from 0 to 1: the F-measure, precision and recall alike, of the longest common subsequence of words (Lin, ROUGE:
/// A Package for Automatic Evaluation of Summaries, 2004, section 3.1), over the whole texts, without stemming.
pub(super) struct RougeL {
    /// The expected text; `None` is the recorded answer.
    pub(super) expected: Option<String>,
}

impl Evaluator for RougeL {
    fn kind(&self) -> Kind {
        Kind::number(Better::Higher, "")
    }

    fn evaluate(&self, subject: &Subject<'_>) -> Option<Score> {
        let expected = subject.wanted(self.expected.as_deref())?;
        let (found, wanted) = (tokens(subject.answer.text), tokens(expected));
        let common = longest_common(&found, &wanted);
        Some(Score::number(f_measure(common, found.len(), wanted.len())))
    }
}

/// The length of the longest common subsequence, 64 words of `one` at a time.
///
/// Hyyrö, Bit-parallel LCS-length computation revisited, 2004: after each word of `other`, a 0 in `row` marks a word of
/// `one` at which the common subsequence grows.
fn longest_common(one: &[String], other: &[String]) -> usize {
    let blocks = one.len().div_ceil(64);
    let mut places: HashMap<&str, Vec<u64>> = HashMap::new();
    for (place, token) in one.iter().enumerate() {
        places.entry(token).or_insert_with(|| vec![0; blocks])[place / 64] |= 1 << (place % 64);
    }
    let mut row = vec![u64::MAX; blocks];
    for token in other {
        let Some(matches) = places.get(token.as_str()) else { continue };
        let mut carry = false;
        for (bits, found) in row.iter_mut().zip(matches) {
            let hit = *bits & found;
            let (sum, over) = bits.overflowing_add(hit);
            let (sum, again) = sum.overflowing_add(u64::from(carry));
            carry = over || again;
            *bits = sum | (*bits - hit);
        }
    }
    let zeros: u32 = row.iter().map(|bits| bits.count_zeros()).sum();
    zeros as usize
}

#[cfg(test)]
mod tests {
    use super::super::evaluator::Answer;
    use super::*;
    use proptest::prelude::*;

    /// Values of `rouge_score` 0.1.2, `RougeScorer(["rougeL"])`.
    #[test]
    fn the_f_measure_of_rouge() {
        let expected = [
            ("police killed the gunman", "police kill the gunman", 0.75),
            ("police killed the gunman", "the gunman kill police", 0.5),
            (
                "The quick brown fox jumps over the lazy dog",
                "the lazy dog was jumped over by a quick fox.",
                0.315_789_473_7,
            ),
        ];
        for (wanted, text, f) in expected {
            let answer = Answer { text, tool_calls: &[] };
            let judged = RougeL { expected: Some(wanted.into()) }.evaluate(&Subject { answer, ..Subject::default() });
            assert!((judged.unwrap().value.as_number() - f).abs() < 1e-9, "{wanted} {text}");
        }
    }

    fn by_table(one: &[String], other: &[String]) -> usize {
        let mut last = vec![0; other.len() + 1];
        for a in one {
            let mut row = vec![0];
            for (j, b) in other.iter().enumerate() {
                row.push(if a == b { last[j] + 1 } else { last[j + 1].max(row[j]) });
            }
            last = row;
        }
        last[other.len()]
    }

    proptest! {
        #[test]
        fn bits_count_what_the_table_counts(one in "[abcd]{0,200}", other in "[abcd]{0,200}") {
            let letters = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
            let (one, other) = (letters(&one), letters(&other));
            prop_assert_eq!(longest_common(&one, &other), by_table(&one, &other));
        }
    }
}

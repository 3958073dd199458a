//! `similarity`: how many words the answer shares with the expected one.

use std::collections::HashMap;

use super::evaluator::{Evaluator, Kind, Score, Subject};
use super::tokens::{content_tokens, f_measure};
use crate::domain::statistics::Better;

/// Token F1 from 0 to 1 as SQuAD's evaluation has it (Rajpurkar et al., SQuAD: 100,000+ Questions, EMNLP 2016): the
/// harmonic mean of precision and recall of words as often as they stand, articles aside.
///
/// Words are those of UAX #29 in place of white space with punctuation cut out, so that it works in every script and
/// `3.5` is not `35`.
pub(super) struct Similarity {
    /// The expected text; `None` is the recorded answer.
    pub(super) expected: Option<String>,
}

impl Evaluator for Similarity {
    fn kind(&self) -> Kind {
        Kind::number(Better::Higher, "")
    }

    fn evaluate(&self, subject: &Subject<'_>) -> Option<Score> {
        let expected = subject.wanted(self.expected.as_deref())?;
        Some(Score::number(token_f1(subject.answer.text, expected)))
    }
}

fn token_f1(found: &str, wanted: &str) -> f64 {
    let (found, wanted) = (content_tokens(found), content_tokens(wanted));
    let mut left: HashMap<&str, usize> = HashMap::new();
    for token in &wanted {
        *left.entry(token).or_default() += 1;
    }
    let mut shared = 0;
    for token in &found {
        if let Some(count) = left.get_mut(token.as_str()).filter(|count| **count > 0) {
            *count -= 1;
            shared += 1;
        }
    }
    f_measure(shared, found.len(), wanted.len())
}

#[cfg(test)]
mod tests {
    use super::super::evaluator::Answer;
    use super::*;

    /// Values of `evaluate-v1.1.py` of SQuAD for texts that both cut alike, the last three by hand.
    #[test]
    fn the_f1_of_squad() {
        let expected = [
            ("Denver Broncos", "The Denver Broncos", 1.0),
            ("the Broncos of Denver", "Denver Broncos", 0.8),
            ("Refunds take five days", "A refund takes five working days", 4.0 / 9.0),
            ("one one two", "one two two", 2.0 / 3.0),
            ("Carolina", "Denver", 0.0),
            ("", "", 1.0),
            ("", "Denver", 0.0),
            ("It is 3.5", "It is 35", 2.0 / 3.0),
            ("返金は五日です", "返金は三日です", 12.0 / 14.0),
        ];
        for (found, wanted, f1) in expected {
            assert!((token_f1(found, wanted) - f1).abs() < 1e-12, "{found} {wanted}: {}", token_f1(found, wanted));
        }
    }

    #[test]
    fn without_an_expected_answer_there_is_nothing_to_say() {
        let answer = Answer { text: "x", tool_calls: &[] };
        assert_eq!(Similarity { expected: None }.evaluate(&Subject { answer, ..Subject::default() }), None);
    }
}

//! `length`: how long the answer is.

use super::evaluator::{Evaluator, Kind, Score, Subject};
use super::tokens::tokens;
use crate::domain::statistics::Better;

/// The number of words by UAX #29; neither more nor fewer is better in itself.
pub(super) struct Length;

impl Evaluator for Length {
    fn kind(&self) -> Kind {
        Kind::number(Better::Neither, "words")
    }

    fn evaluate(&self, subject: &Subject<'_>) -> Option<Score> {
        Some(Score::number(tokens(subject.answer.text).len() as f64))
    }
}

//! `latency`: how long the answer took.

use super::evaluator::{Evaluator, Kind, Score, Subject};
use crate::domain::statistics::Better;

/// Milliseconds from sending the request to the end of the answer; answers from the cache have none.
pub(super) struct Latency;

impl Evaluator for Latency {
    fn kind(&self) -> Kind {
        Kind::number(Better::Lower, "ms")
    }

    fn evaluate(&self, subject: &Subject<'_>) -> Option<Score> {
        subject.latency_ms.filter(|latency| latency.is_finite()).map(Score::number)
    }
}

//! `cost`: what the answer cost.

use super::evaluator::{Evaluator, Kind, Score, Subject};
use crate::domain::money::Money;
use crate::domain::statistics::Better;

/// US dollars; answers whose cost is not known, or that came from the cache, have none.
pub(super) struct Cost;

impl Evaluator for Cost {
    fn kind(&self) -> Kind {
        Kind::number(Better::Lower, "$")
    }

    fn evaluate(&self, subject: &Subject<'_>) -> Option<Score> {
        subject.cost.map(Money::as_dollars).map(Score::number)
    }
}

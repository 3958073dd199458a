//! Evaluators by which a version did not move: told in one line, so that a commit names at length what moved.

use super::model::{Evidence, MeasuredDifference};
use super::word::{decode, encode};
use crate::domain::statistics::Verdict;

/// The verdicts of what did not move.
const STILL: [Verdict; 2] = [Verdict::NoDifference, Verdict::TooFew];

/// Evaluators by which a version did not move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmoved {
    /// The evaluators as they are specified.
    pub evaluators: Vec<String>,
    /// What each comes to: no difference shown, or too few cases.
    pub verdict: Verdict,
    /// The prompt version measured, `name@version`.
    pub variant: String,
    /// What it was compared with, as in [`MeasuredDifference::baseline`].
    pub baseline: String,
    /// The model that answered, `provider/model`.
    pub model: String,
}

impl Unmoved {
    /// Whether a difference is one of the same two versions on the same model.
    pub fn is_about(&self, difference: &MeasuredDifference) -> bool {
        (&self.variant, &self.baseline, &self.model) == (&difference.variant, &difference.baseline, &difference.model)
    }

    /// Reads `similarity, length no difference shown (answer@work vs answer@v3 on c/d)`.
    pub(super) fn parse(value: &str) -> Option<Self> {
        let (before, place) = value.strip_suffix(')')?.split_once('(')?;
        let (names, verdict) =
            STILL.iter().find_map(|verdict| Some((before.trim().strip_suffix(verdict.as_str())?, *verdict)))?;
        let evaluators: Option<Vec<String>> = names.split(',').map(|name| decode(name.trim())).collect();
        let (variant, rest) = place.split_once(" vs ")?;
        let (baseline, model) = rest.split_once(" on ")?;
        Some(Self {
            evaluators: evaluators?,
            verdict,
            variant: decode(variant)?,
            baseline: decode(baseline)?,
            model: decode(model)?,
        })
    }
}

impl std::fmt::Display for Unmoved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<String> = self.evaluators.iter().map(|name| encode(name)).collect();
        let [variant, baseline, model] = [&self.variant, &self.baseline, &self.model].map(|name| encode(name));
        write!(f, "{} {} ({variant} vs {baseline} on {model})", names.join(", "), self.verdict.as_str())
    }
}

impl Evidence {
    /// The same evidence with what did not move in a line for each pair of versions and model.
    #[must_use]
    pub fn brief(mut self) -> Self {
        let (still, moved) = self.differences.into_iter().partition(|difference| STILL.contains(&difference.verdict));
        self.differences = moved;
        let still: Vec<MeasuredDifference> = still;
        for difference in still {
            let of_one = |known: &&mut Unmoved| known.verdict == difference.verdict && known.is_about(&difference);
            match self.unmoved.iter_mut().find(of_one) {
                Some(known) => known.evaluators.push(difference.evaluator),
                None => self.unmoved.push(Unmoved {
                    evaluators: vec![difference.evaluator],
                    verdict: difference.verdict,
                    variant: difference.variant,
                    baseline: difference.baseline,
                    model: difference.model,
                }),
            }
        }
        self
    }
}

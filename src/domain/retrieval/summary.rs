//! A metric over many cases.

use super::judgement::Judgements;
use super::metric::Metric;
use super::ranking::RankedList;
use crate::domain::statistics::{LEAST_CASES, interval_of_mean};

/// A metric's mean over the cases that have a relevant document.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MetricSummary {
    /// The cases it is the mean of, at least 1.
    pub cases: usize,
    /// The cases left out: no document is relevant, so no ranking could be right.
    pub without_relevant: usize,
    /// The mean, from 0 to 1.
    pub mean: f64,
    /// Its 95 % interval by resampling the cases; `None` with fewer than [`LEAST_CASES`] cases.
    pub interval: Option<[f64; 2]>,
}

/// The mean of a metric with its interval; `None` where no case has a relevant document.
pub fn summary<'a>(
    metric: Metric,
    cases: impl IntoIterator<Item = (&'a RankedList, &'a Judgements)>,
    seed: u64,
) -> Option<MetricSummary> {
    let mut values = Vec::new();
    let mut without_relevant = 0;
    for (ranked, judged) in cases {
        if judged.relevant() == 0 {
            without_relevant += 1;
        } else {
            values.push(metric.of(ranked, judged));
        }
    }
    if values.is_empty() {
        return None;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let interval = (values.len() >= LEAST_CASES).then(|| {
        let [low, high] = interval_of_mean(&values, seed);
        // Beyond the resampled range the interval is Student's, which knows no bounds.
        [low.min(mean).max(0.0), high.max(mean).min(1.0)]
    });
    Some(MetricSummary { cases: values.len(), without_relevant, mean, interval })
}

//! The difference of two variants over the same cases.

use serde::{Deserialize, Serialize};

use super::bootstrap::interval_of_mean;
use super::proportions::PairedTable;
use super::sign_flip;

/// Fewest paired cases with an interval: fewer could show nothing at the level of 5 % even if all pointed one way
/// (`2 / 2^5` is 6 %).
pub const LEAST_CASES: usize = 6;

/// The level of the intervals and tests.
const LEVEL: f64 = 0.05;

/// What kind of values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Any number.
    Number,
    /// 1 for yes, 0 for no; between them where a case has several samples that do not agree.
    YesNo,
}

/// One case's values; where it has several samples, their mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The variant's.
    pub variant: f64,
    /// The baseline's.
    pub baseline: f64,
}

/// A 95 % confidence interval with the test that goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end, not below the lower.
    pub high: f64,
    /// The two-sided probability of a difference at least so large if the variants were alike, from 0 to 1.
    pub p_value: f64,
}

/// How far a variant is from its baseline over the same cases.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairedDifference {
    /// The cases that both have a value for.
    pub cases: usize,
    /// The mean of variant less baseline.
    pub mean: f64,
    /// Its interval; `None` with fewer than [`LEAST_CASES`] cases.
    pub interval: Option<Interval>,
}

/// The mean difference with its interval; `None` where no case has both values. Values that are no finite numbers do not
/// count.
///
/// Numbers: an expanded percentile bootstrap over the cases and a sign-flip test. Yes and no: Newcombe's interval and
/// McNemar's exact test; where samples of a case disagree, as for numbers. An interval speaks for a difference only where
/// its test does too, else it is widened to hold 0: so chance alone shows a difference in at most 5 of 100 comparisons,
/// also where most cases do not differ at all and a bootstrap would see too little variety.
pub fn paired_difference(scale: Scale, pairs: &[Pair], seed: u64) -> Option<PairedDifference> {
    let pairs: Vec<Pair> = pairs.iter().copied().filter(|pair| (pair.variant - pair.baseline).is_finite()).collect();
    let differences: Vec<f64> = pairs.iter().map(|pair| pair.variant - pair.baseline).collect();
    let cases = differences.len();
    if cases == 0 {
        return None;
    }
    let mean = differences.iter().sum::<f64>() / cases as f64;
    if !mean.is_finite() {
        return None;
    }
    let interval = (cases >= LEAST_CASES).then(|| {
        let ([low, high], p_value) = match (scale, table(&pairs)) {
            (Scale::YesNo, Some(table)) => (table.interval(), table.probability()),
            _ => (interval_of_mean(&differences, seed), sign_flip::probability(&differences, seed)),
        };
        let (low, high) = if p_value > LEVEL { (low.min(0.0), high.max(0.0)) } else { (low, high) };
        // An interval holds its mean: with the ends of very uneven values a percentile may just miss it.
        Interval { low: low.min(mean), high: high.max(mean), p_value }
    });
    Some(PairedDifference { cases, mean, interval })
}

/// The table of yes and no; `None` where a value is between them.
fn table(pairs: &[Pair]) -> Option<PairedTable> {
    let answer = |value: f64| match value {
        1.0 => Some(true),
        0.0 => Some(false),
        _ => None,
    };
    let mut table = PairedTable::default();
    for pair in pairs {
        match (answer(pair.variant)?, answer(pair.baseline)?) {
            (true, true) => table.both += 1,
            (true, false) => table.gained += 1,
            (false, true) => table.lost += 1,
            (false, false) => table.neither += 1,
        }
    }
    Some(table)
}

//! The fitted model's linear part: logistic regression on scaled numbers, compiled in as a table that can be read.
//!
//! A line of `table/linear.txt` is a number's name, its mean and standard deviation, and a weight for each class; the
//! line of `-` has what is added to each. `tests/by_hand/grounding/fit.py` writes it.

use std::sync::OnceLock;

use super::features::{FEATURES, Features};
use super::forest::CLASSES;

static TABLE: &str = include_str!("table/linear.txt");

/// How far a number counts, in standard deviations from its mean.
const FURTHEST: f32 = 4.0;

#[derive(Clone, Copy, Debug, PartialEq)]
struct Term {
    feature: usize,
    mean: f32,
    deviation: f32,
    weights: [f32; CLASSES],
}

/// Weights of all numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Linear {
    terms: Vec<Term>,
    added: [f32; CLASSES],
}

impl Linear {
    /// The weights for the verdict.
    pub(super) fn verdict() -> &'static Self {
        static LINEAR: OnceLock<Linear> = OnceLock::new();
        LINEAR.get_or_init(|| Self::read(TABLE))
    }

    fn read(table: &str) -> Self {
        let mut linear = Self::default();
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let Some((name, numbers)) = line.split_once(' ') else { continue };
            let numbers: Vec<f32> = numbers.split(' ').filter_map(|number| number.parse().ok()).collect();
            let [mean, deviation, weights @ ..] = numbers.as_slice() else { continue };
            let Ok(weights) = <[f32; CLASSES]>::try_from(weights) else { continue };
            match FEATURES.iter().position(|feature| *feature == name) {
                Some(feature) => linear.terms.push(Term { feature, mean: *mean, deviation: *deviation, weights }),
                None => linear.added = weights,
            }
        }
        linear
    }

    /// The share of each class, from 0 to 1: supported, partial, unsupported, no claim.
    pub(super) fn shares(&self, features: &Features) -> [f32; CLASSES] {
        let values = features.values();
        let mut sum = self.added;
        for term in &self.terms {
            let value = values.get(term.feature).copied().unwrap_or(0.0);
            let scaled = ((value - term.mean) / term.deviation).clamp(-FURTHEST, FURTHEST);
            for (total, weight) in sum.iter_mut().zip(term.weights) {
                *total += scaled * weight;
            }
        }
        let most = sum.iter().copied().fold(f32::MIN, f32::max);
        let powers = sum.map(|total| (total - most).exp());
        let all: f32 = powers.iter().sum();
        powers.map(|power| power / all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read_whole() {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(Linear::read(TABLE).terms.len() + 1, lines);
    }

    #[test]
    fn weights_become_shares() {
        let linear = Linear::read("cov1 0.5 0.25 1 0 -1 0\n- 0 1 0 0 0 0");
        let high = linear.shares(&Features { cov1: 1.0, ..Features::default() });
        assert!(high[0] > high[1] && high[1] > high[2] && (high.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }
}

//! The interval of a mean by resampling the cases.

use super::distributions::{normal_below, student_975};
use super::random::Random;

/// How often the cases are drawn anew.
const RESAMPLES: usize = 10_000;

/// Cases beyond which the means of resamples are normal to every digit that is shown.
const MOST_CASES: usize = 2_000;

/// The 95 % interval of the mean of at least two values.
///
/// It is the expanded percentile interval of Hesterberg (What Teachers Should Know About the Bootstrap, The American
/// Statistician 69, 2015, section 5.3): percentiles of 10,000 resampled means, at shares that make up for the plain
/// percentile interval being too narrow where there are few cases.
pub(in crate::domain) fn interval_of_mean(values: &[f64], seed: u64) -> [f64; 2] {
    let count = values.len();
    let quantile = student_975(u32::try_from(count - 1).unwrap_or(u32::MAX));
    if count > MOST_CASES {
        return by_student(values, quantile);
    }
    let n = count as f64;
    let share = normal_below(-quantile * (n / (n - 1.0)).sqrt());
    let mut means = resampled_means(values, seed);
    let below = (share * RESAMPLES as f64) as usize;
    let above = RESAMPLES - 1 - below;
    let (_, &mut high, _) = means.select_nth_unstable_by(above, f64::total_cmp);
    let (_, &mut low, _) = means.select_nth_unstable_by(below, f64::total_cmp);
    [low, high]
}

fn resampled_means(values: &[f64], seed: u64) -> Vec<f64> {
    let mut random = Random::new(seed);
    let (count, n) = (values.len(), values.len() as f64);
    let mut mean = || {
        let mut sum = 0.0;
        for _ in 0..count / 2 {
            let [first, second] = random.two_below(count as u64);
            sum += values[first] + values[second];
        }
        if count % 2 == 1 {
            sum += values[random.two_below(count as u64)[0]];
        }
        sum / n
    };
    (0..RESAMPLES).map(|_| mean()).collect()
}

fn by_student(values: &[f64], quantile: f64) -> [f64; 2] {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let half = quantile * (variance / n).sqrt();
    [mean - half, mean + half]
}

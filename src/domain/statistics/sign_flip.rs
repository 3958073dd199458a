//! Whether a mean difference is more than chance: the randomisation test of paired values.

use super::distributions::normal_below;
use super::random::Random;

/// Differences up to which every assignment of signs is tried.
const MOST_TRIED: usize = 14;

/// Assignments of signs that are drawn where there are more.
const DRAWN: usize = 10_000;

/// Differences beyond which the sum of random signs is normal to every digit that is shown.
const MOST_DRAWN: usize = 2_000;

/// The two-sided probability of a mean at least so far from 0 if each difference could as well have had the other sign.
///
/// Fisher, The Design of Experiments, 1935, section 21. Differences of 0 have no say. Exact up to 14 others, by 10,000
/// random assignments beyond; never below `2 / 2^k` for `k` differences that are not 0, so that fewer than six can
/// never show anything at the level of 5 %.
pub(super) fn probability(differences: &[f64], seed: u64) -> f64 {
    let differences: Vec<f64> = differences.iter().copied().filter(|difference| *difference != 0.0).collect();
    let observed = differences.iter().sum::<f64>().abs();
    // Sums of the same numbers in another order differ in their last digits.
    let observed = observed - 1e-12 * differences.iter().map(|difference| difference.abs()).sum::<f64>();
    match differences.len() {
        0 => 1.0,
        count if count <= MOST_TRIED => all(&differences, observed),
        count if count <= MOST_DRAWN => drawn(&differences, observed, seed),
        _ => {
            let spread = differences.iter().map(|difference| difference * difference).sum::<f64>().sqrt();
            2.0 * normal_below(-observed / spread)
        }
    }
}

fn all(differences: &[f64], observed: f64) -> f64 {
    let assignments = 1_u32 << differences.len();
    let far = (0..assignments).filter(|signs| flipped_sum(differences, u64::from(*signs)).abs() >= observed);
    far.count() as f64 / f64::from(assignments)
}

fn drawn(differences: &[f64], observed: f64, seed: u64) -> f64 {
    let mut random = Random::new(seed);
    let mut sum = || differences.chunks(64).map(|part| flipped_sum(part, random.bits())).sum::<f64>();
    let far = (0..DRAWN).filter(|_| sum().abs() >= observed).count();
    // The assignment that was observed is one of them (Phipson and Smyth 2010).
    (far + 1) as f64 / (DRAWN + 1) as f64
}

/// The sum of at most 64 numbers, those with a 1 in `signs` taken off.
fn flipped_sum(differences: &[f64], signs: u64) -> f64 {
    let mut sum = 0.0;
    for (place, difference) in differences.iter().enumerate() {
        // A 1 becomes the sign bit: a branch on random bits would be mispredicted every other time.
        sum += f64::from_bits(difference.to_bits() ^ ((signs >> place & 1) << 63));
    }
    sum
}

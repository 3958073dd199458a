//! Two means of independent values from 0 to 1.

use super::distributions::Z_975;

/// The mean of so many values from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanOf {
    /// The mean, from 0 to 1.
    pub mean: f64,
    /// How many values, at least 1.
    pub count: u64,
}

/// The 95 % interval of the first mean less the second.
///
/// Method 10 of Newcombe (Interval estimation for the difference between independent proportions: comparison of eleven
/// methods, Statistics in Medicine 17, 1998, 873-890): Wilson's intervals of both, squared and added. It is for shares of
/// yes; values between 0 and 1 vary at most as much as yes and no of the same mean do, so for those it is rather too wide.
/// Unlike a bootstrap it does not shrink to nothing where a few values happen to be the same.
pub fn difference_of_means(first: MeanOf, second: MeanOf) -> [f64; 2] {
    let (difference, [first, second]) = (first.mean - second.mean, [first, second].map(reach));
    let apart = |a: f64, b: f64| a.hypot(b);
    [difference - apart(first[0], second[1]), difference + apart(first[1], second[0])]
}

/// How far the Wilson interval of a mean reaches below and above it.
pub(super) fn reach(of: MeanOf) -> [f64; 2] {
    let (value, cases) = (of.mean.clamp(0.0, 1.0), of.count.max(1) as f64);
    let squared = Z_975 * Z_975 / cases;
    let middle = (value + squared / 2.0) / (1.0 + squared);
    let half = Z_975 * (value * (1.0 - value) / cases + squared / (4.0 * cases)).sqrt() / (1.0 + squared);
    [value - (middle - half), middle + half - value]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Newcombe 1998, table II, method 10.
    #[test]
    fn intervals_are_the_published_ones() {
        let expected = [
            ((56, 70), (48, 80), [0.0524, 0.3339]),
            ((9, 10), (3, 10), [0.1705, 0.8090]),
            ((6, 7), (2, 7), [0.0582, 0.8062]),
            ((5, 56), (0, 29), [-0.0381, 0.1926]),
            ((0, 10), (0, 20), [-0.1611, 0.2775]),
            ((10, 10), (0, 10), [0.6075, 1.0000]),
        ];
        let of = |(yes, count): (u32, u32)| MeanOf { mean: f64::from(yes) / f64::from(count), count: count.into() };
        for (first, second, interval) in expected {
            let found = difference_of_means(of(first), of(second));
            assert!(found.iter().zip(interval).all(|(a, b)| (a - b).abs() < 6e-5), "{first:?} {second:?}: {found:?}");
        }
    }
}

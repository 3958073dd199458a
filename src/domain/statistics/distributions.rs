//! The normal distribution and Student's t.

use std::f64::consts::{FRAC_2_PI, FRAC_PI_2, PI};

/// The 0.975 quantile of the normal distribution.
pub(super) const Z_975: f64 = 1.959_963_984_540_054;

/// Degrees of freedom from which Student's t is taken as normal with the first terms of its expansion.
const LARGE: u32 = 2_000;

/// The share of a normal distribution below `z`, within 10^-7 (Abramowitz and Stegun, 26.2.17).
pub(super) fn normal_below(z: f64) -> f64 {
    let t = 1.0 / 0.231_641_9_f64.mul_add(z.abs(), 1.0);
    let coefficients = [1.330_274_429, -1.821_255_978, 1.781_477_937, -0.356_563_782, 0.319_381_530];
    let polynomial = coefficients.iter().fold(0.0, |sum, coefficient| (sum + coefficient) * t);
    let above = (-z * z / 2.0).exp() / (2.0 * PI).sqrt() * polynomial;
    if z > 0.0 { 1.0 - above } else { above }
}

/// The share of Student's distribution between `-t` and `t` (Abramowitz and Stegun, 26.7.3 and 26.7.4).
fn student_between(t: f64, degrees: u32) -> f64 {
    let degrees_f = f64::from(degrees);
    let angle = (t / degrees_f.sqrt()).atan();
    let (sine, cosine) = angle.sin_cos();
    let odd = degrees % 2 == 1;
    if degrees == 1 {
        return angle / FRAC_PI_2;
    }
    let mut term = if odd { cosine } else { 1.0 };
    let mut sum = term;
    let mut n = if odd { 2.0 } else { 1.0 };
    while n < degrees_f - 2.0 {
        term *= cosine * cosine * n / (n + 1.0);
        sum += term;
        n += 2.0;
    }
    if odd { FRAC_2_PI * sine.mul_add(sum, angle) } else { sine * sum }
}

/// The 0.975 quantile of Student's t for 1 degree of freedom and more.
pub(super) fn student_975(degrees: u32) -> f64 {
    let degrees = degrees.max(1);
    if degrees > LARGE {
        // Cornish-Fisher expansion, Abramowitz and Stegun 26.7.5.
        return Z_975 + (Z_975.powi(3) + Z_975) / (4.0 * f64::from(degrees));
    }
    let (mut low, mut high) = (Z_975, 13.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if student_between(middle, degrees) < 0.95 {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values: `scipy.stats.norm.cdf` of SciPy 1.17.1.
    #[test]
    fn normal_shares() {
        let expected = [
            (-3.0, 0.001_349_898),
            (-2.5, 0.006_209_666),
            (-1.96, 0.024_997_895),
            (-1.0, 0.158_655_254),
            (0.0, 0.5),
            (1.2, 0.884_930_330),
        ];
        for (z, share) in expected {
            assert!((normal_below(z) - share).abs() < 1e-7, "{z}");
        }
    }

    /// Expected values: `scipy.stats.t.ppf(0.975, degrees)` of SciPy 1.17.1.
    #[test]
    fn student_quantiles() {
        let expected = [
            (1, 12.706_204_736),
            (4, 2.776_445_105),
            (5, 2.570_581_836),
            (9, 2.262_157_163),
            (30, 2.042_272_456),
            (49, 2.009_575_237),
            (500, 1.964_719_837),
        ];
        for (degrees, quantile) in expected {
            assert!((student_975(degrees) - quantile).abs() < 1e-8, "{degrees}: {}", student_975(degrees));
        }
        assert!((student_975(LARGE) - student_975(LARGE + 1)).abs() < 1e-5);
    }
}

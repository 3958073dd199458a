//! Two yes-or-no answers to the same cases: McNemar's test and the interval of the difference.

use super::independent::{MeanOf, reach};

/// How often two variants said yes over the same cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PairedTable {
    /// Both said yes.
    pub(super) both: u64,
    /// Only the variant did.
    pub(super) gained: u64,
    /// Only the baseline did.
    pub(super) lost: u64,
    /// Neither did.
    pub(super) neither: u64,
}

impl PairedTable {
    const fn cases(&self) -> u64 {
        self.both + self.gained + self.lost + self.neither
    }

    /// The two-sided probability of so uneven a split of the cases that differ if either way were as likely.
    ///
    /// McNemar's test in its exact binomial form (McNemar 1947; Fagerland, Lydersen and Laake 2013, formula 3), in
    /// logarithms so that many cases do not overflow.
    pub(super) fn probability(&self) -> f64 {
        let (fewer, all) = (self.gained.min(self.lost), self.gained + self.lost);
        if self.gained == self.lost {
            return 1.0;
        }
        let mut log_term = -(all as f64) * std::f64::consts::LN_2;
        let mut tail = log_term.exp();
        for k in 0..fewer {
            log_term += ((all - k) as f64 / (k + 1) as f64).ln();
            tail += log_term.exp();
        }
        (2.0 * tail).min(1.0)
    }

    /// The 95 % interval of the variant's share of yes less the baseline's.
    ///
    /// Method 10 of Newcombe (Improved confidence intervals for the difference between binomial proportions based on
    /// paired data, Statistics in Medicine 17, 1998): Wilson's intervals of both shares, squared and added, with the
    /// correlation of the pairs.
    pub(super) fn interval(&self) -> [f64; 2] {
        let cases = self.cases();
        let first = Share::of(self.both + self.gained, cases);
        let second = Share::of(self.both + self.lost, cases);
        let difference = first.value - second.value;
        let correlation = self.correlation();
        let reach = |a: f64, b: f64| (a * a - 2.0 * correlation * a * b + b * b).max(0.0).sqrt();
        [difference - reach(first.below, second.above), difference + reach(first.above, second.below)]
    }

    fn correlation(&self) -> f64 {
        let [both, gained, lost, neither] = [self.both, self.gained, self.lost, self.neither].map(|count| count as f64);
        let margins = (both + gained) * (lost + neither) * (both + lost) * (gained + neither);
        if margins <= 0.0 {
            return 0.0;
        }
        let agreement = both * neither - gained * lost;
        let corrected = if agreement > 0.0 { (agreement - self.cases() as f64 / 2.0).max(0.0) } else { agreement };
        corrected / margins.sqrt()
    }
}

/// A share and how far its Wilson interval (Wilson 1927) reaches to both sides.
struct Share {
    value: f64,
    below: f64,
    above: f64,
}

impl Share {
    fn of(yes: u64, cases: u64) -> Self {
        let value = yes as f64 / cases as f64;
        let [below, above] = reach(MeanOf { mean: value, count: cases });
        Self { value, below, above }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn table(both: u64, gained: u64, lost: u64, neither: u64) -> PairedTable {
        PairedTable { both, gained, lost, neither }
    }

    /// Expected values: `scipy.stats.binomtest(min(b, c), b + c)` of SciPy 1.17.1.
    #[test]
    fn mcnemars_test_is_the_exact_binomial_one() {
        let expected = [
            (6, 1, 0.125),
            (1, 6, 0.125),
            (10, 2, 0.038_574_219),
            (3, 3, 1.0),
            (0, 6, 0.031_25),
            (40, 20, 0.013_489_293),
            (150, 86, 3.715_936e-5),
            (0, 0, 1.0),
        ];
        for (gained, lost, probability) in expected {
            let found = table(0, gained, lost, 3).probability();
            assert!((found / probability - 1.0).abs() < 1e-6, "{gained} {lost}: {found}");
        }
        let many = table(0, 6_000, 6_400, 0).probability();
        assert!(many > 1e-4 && many < 5e-4, "{many}");
    }

    /// The first and third lines are in Newcombe 1998, table III; the second in Fagerland, Lydersen and Laake 2014
    /// (airway responsiveness, Bentur et al.); the others were made with the formulas in Python.
    #[test]
    fn intervals_are_the_published_ones() {
        let expected = [
            (table(36, 12, 2, 0), [0.0569, 0.3404]),
            (table(1, 1, 7, 12), [-0.5069, -0.0256]),
            (table(1, 97, 1, 1), [0.8737, 0.9850]),
            (table(20, 12, 2, 16), [0.0562, 0.3292]),
            (table(30, 0, 0, 24), [-0.0358, 0.0358]),
            (table(54, 0, 0, 0), [-0.0664, 0.0664]),
            (table(0, 29, 1, 0), [0.6666, 0.9882]),
        ];
        for (table, interval) in expected {
            let found = table.interval();
            assert!(found.iter().zip(interval).all(|(a, b)| (a - b).abs() < 6e-5), "{table:?}: {found:?}");
        }
    }
}

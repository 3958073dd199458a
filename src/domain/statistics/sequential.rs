//! A test of paired differences that may be looked at after every case: when to stop, and what may be said then.
//!
//! The test is anytime-valid over the planned cases: whenever it is looked at, and whatever made one stop, a thing compared
//! with itself is called different in at most 5 of 100 runs. It is the sign-flip test (Fisher, The Design of Experiments,
//! 1935) made sequential by spending its level as cases come:
//!
//! - Koning and van Meer, Anytime validity is free: inducing sequential tests (Journal of the Royal Statistical Society B,
//!   2026): where the most observations are known beforehand, a test that is valid for all of them gives one that may be
//!   stopped at any time. The chance, given what was seen, that it rejects by the end, divided by its level, is an e-process
//!   that reaches 1 / level as the test rejects.
//! - Lan and `DeMets`, Discrete sequential boundaries for clinical trials (Biometrika 70, 1983), with the power family of Kim
//!   and `DeMets` (Biometrika 74, 1987): by the share `t` of the cases the level spent is `0.05 t^1.5`, so that early looks have
//!   to be very clear, and looks cost nothing whatever their number.
//!
//! An e-process by betting (Waudby-Smith and Ramdas, Journal of the Royal Statistical Society B 86, 2024) needs no plan and
//! holds for ever; for a run that has an end it pays for looks that never come. `tests/replay/decided.rs` measures both: at
//! the effect that all cases show in 80 of 100 runs, this one shows it in 67 to 74 with 40 to 43 % fewer cases, the other in
//! 2 to 64 with 0 to 31 % fewer. No test could do both wholly: with the power of all cases, none saves more than 37 % on the
//! average (Wald and Wolfowitz, Optimum character of the sequential probability ratio test, Annals of Mathematical
//! Statistics 19, 1948).
//!
//! The null hypothesis is the one of the fixed test: variant and baseline could be exchanged within a case, so every
//! difference could as well have had the other sign. It needs no bounds and no distribution, so that every score can decide.
//! The signs of the observed cases and of 4,095 random draws are alike under it; each look gives up the most extreme of those
//! still standing, as many as may be spent, and there is a difference when the observed one is among them. With the observed
//! draw among the others the level is exact and not an estimate (Besag and Clifford, Generalized Monte Carlo significance
//! tests, Biometrika 76, 1989).
//!
//! It also gives up early where no difference will be shown: stochastic curtailment (Lan, Simon and Halperin, Stochastically
//! curtailed tests in long-term clinical trials, Sequential Analysis 1, 1982). The rest is not asked where even an effect
//! that all cases would have shown in 80 of 100 runs has less than 28 chances in 100 left. The level is not raised to make up for it,
//! so that this rule can only lower the number of differences that are called.

use serde::{Deserialize, Serialize};

use super::distributions::normal_below;
use super::paired::{LEAST_CASES, Pair};
use super::random::Random;
use super::verdict::{Better, Verdict};

/// The level of the test over all looks.
const LEVEL: f64 = 0.05;

/// The exponent of the level's spending.
const SPENDING: f64 = 1.5;

/// Random draws of signs, with the observed one.
const DRAWS: usize = 4_096;

/// The drift, per square root of all cases in standard deviations, that a fixed two-sided test of 5 % shows four times out
/// of five: `1.960 + 0.842`.
const DRIFT: f64 = 2.802;

/// About what the last look asks for, in standard deviations.
const LAST_LOOK: f64 = 2.3;

/// The least chance of a difference that is worth going on for.
const HOPE: f64 = 0.28;

/// What is clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Clear {
    /// There is a difference.
    Difference,
    /// None will be shown by the end.
    NoDifference,
}

/// What may be said at a look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Cases with a pair of values.
    pub cases: usize,
    /// The mean of variant less baseline over them.
    pub mean: f64,
    /// A repeated confidence interval of 95 % (Jennison and Turnbull, Journal of the Royal Statistical Society B 51, 1989):
    /// it holds the true mean at every look at once, if differences scatter about it as much to either side. `None` where
    /// nothing can be shown yet.
    pub interval: Option<[f64; 2]>,
    /// What is clear.
    pub clear: Option<Clear>,
}

impl Look {
    /// What it comes to, in words.
    pub fn verdict(&self, better: Better) -> Verdict {
        match self.interval {
            _ if self.clear == Some(Clear::NoDifference) && self.cases >= LEAST_CASES => Verdict::NoDifference,
            Some([low, high]) if self.cases >= LEAST_CASES => Verdict::of_interval(low, high, better),
            _ => Verdict::TooFew,
        }
    }
}

/// A running test; it takes the cases one by one, in an order that was fixed by chance beforehand.
#[derive(Clone, Debug)]
pub struct SequentialTest {
    planned: usize,
    passed: usize,
    /// The sums of the draws that still stand; the observed one is the first while it stands.
    sums: Vec<f64>,
    observed: f64,
    squares: f64,
    cases: usize,
    spent: usize,
    random: Random,
    clear: Option<Clear>,
    last: Option<Look>,
}

impl SequentialTest {
    /// A test over a number of planned cases; the same seed gives the same digits.
    pub fn new(planned: usize, seed: u64) -> Self {
        Self {
            planned: planned.max(1),
            passed: 0,
            sums: vec![0.0; DRAWS],
            observed: 0.0,
            squares: 0.0,
            cases: 0,
            spent: 0,
            random: Random::new(seed),
            clear: None,
            last: None,
        }
    }

    /// Takes the next case; `None` is a case of which one has no value. Once something is clear, or all planned cases are
    /// there, what comes is left aside.
    pub fn take(&mut self, pair: Option<Pair>) {
        if self.passed >= self.planned || self.clear == Some(Clear::Difference) {
            return;
        }
        self.passed += 1;
        let difference = pair.map(|pair| pair.variant - pair.baseline).filter(|difference| difference.is_finite());
        if let Some(difference) = difference {
            self.cases += 1;
            self.add(difference);
        }
        self.look();
    }

    fn add(&mut self, difference: f64) {
        self.observed += difference;
        self.squares += difference * difference;
        let mut signs = 0;
        for (place, sum) in self.sums.iter_mut().enumerate() {
            if place % 64 == 0 {
                signs = self.random.bits();
            }
            // A 1 becomes the sign bit.
            *sum += f64::from_bits(difference.to_bits() ^ ((signs >> (place % 64) & 1) << 63));
        }
        if let Some(first) = self.sums.first_mut() {
            *first = self.observed;
        }
    }

    /// Gives up the draws that may be spent by now.
    fn look(&mut self) {
        let share = self.passed as f64 / self.planned as f64;
        let allowed = (LEVEL * share.powf(SPENDING) * DRAWS as f64 + 1e-9) as usize;
        let reach = self.reach(allowed.saturating_sub(self.spent));
        if let Some(reach) = reach {
            if self.observed.abs() >= reach {
                self.clear = Some(Clear::Difference);
            } else {
                let before = self.sums.len();
                self.sums.retain(|sum| sum.abs() < reach);
                self.spent += before - self.sums.len();
            }
        }
        let count = self.cases.max(1) as f64;
        let mean = self.observed / count;
        let interval = reach.map(|reach| {
            let half = reach / count;
            // The ends touch 0 exactly where the sum is at its reach: there the test speaks.
            let hair = if self.clear == Some(Clear::Difference) { half * 1e-12 } else { 0.0 };
            [mean - half + hair, mean + half - hair]
        });
        if self.clear.is_none() && (self.passed == self.planned || self.is_hopeless(share)) {
            self.clear = Some(Clear::NoDifference);
        }
        if interval.is_some() || self.clear.is_some() || self.last.is_none_or(|last| last.interval.is_none()) {
            self.last = Some(Look { cases: self.cases, mean, interval, clear: self.clear });
        }
    }

    /// The smallest size of a sum that at most so many of the standing draws reach; `None` where none may.
    fn reach(&self, spend: usize) -> Option<f64> {
        if spend == 0 || self.sums.is_empty() || self.squares <= 0.0 {
            return None;
        }
        let mut sizes: Vec<f64> = self.sums.iter().map(|sum| sum.abs()).collect();
        let spend = spend.min(sizes.len());
        // The size that is one too many, and what lies above it.
        if spend == sizes.len() {
            return sizes.into_iter().reduce(f64::min);
        }
        let (above, excess, _) = sizes.select_nth_unstable_by(spend, |a, b| b.total_cmp(a));
        let excess = *excess;
        above.iter().copied().filter(|size| *size > excess).reduce(f64::min)
    }

    /// Whether so little chance of a difference is left that the rest is not worth asking.
    fn is_hopeless(&self, share: f64) -> bool {
        if self.squares <= 0.0 {
            // Nothing differed at all: half of the cases are enough to see that.
            return share >= 0.5;
        }
        let left = 1.0 - share;
        let drift = self.observed.abs() / self.squares.sqrt() * share.sqrt();
        normal_below((drift + DRIFT * left - LAST_LOOK) / left.sqrt()) < HOPE
    }

    /// What is clear so far; with the last case, something is.
    pub const fn clear(&self) -> Option<Clear> {
        self.clear
    }

    /// Planned cases that were taken.
    pub const fn passed(&self) -> usize {
        self.passed
    }

    /// What may be said now; `None` before any case with a pair of values.
    pub fn last(&self) -> Option<Look> {
        self.last.filter(|last| last.cases > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(difference: f64) -> Pair {
        Pair { variant: difference, baseline: 0.0 }
    }

    fn share(random: &mut Random) -> f64 {
        (random.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// About normal: the sum of twelve shares less 6.
    fn bell(random: &mut Random) -> f64 {
        (0..12).map(|_| share(random)).sum::<f64>() - 6.0
    }

    /// Runs a test until something is clear or no case is left.
    fn run(cases: usize, seed: u64, mut draw: impl FnMut() -> f64) -> SequentialTest {
        let mut test = SequentialTest::new(cases, seed);
        while test.clear().is_none() && test.passed() < cases {
            test.take(Some(pair(draw())));
        }
        test
    }

    #[test]
    fn what_is_plain_is_clear_long_before_the_end() {
        let plain = run(100, 1, || 1.0);
        assert_eq!(plain.clear(), Some(Clear::Difference));
        assert!((6..30).contains(&plain.passed()), "{}", plain.passed());
        let look = plain.last().unwrap();
        assert_eq!((look.verdict(Better::Higher), look.verdict(Better::Lower)), (Verdict::Better, Verdict::Worse));
        assert!(look.interval.unwrap()[0] > 0.0 && (look.mean - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_does_not_differ_at_all_is_given_up_in_the_middle() {
        let equal = run(40, 1, || 0.0);
        assert_eq!((equal.clear(), equal.passed()), (Some(Clear::NoDifference), 20));
        assert_eq!(equal.last().unwrap().verdict(Better::Higher), Verdict::NoDifference);
        let few = run(4, 1, || 0.0);
        assert_eq!(few.last().unwrap().verdict(Better::Higher), Verdict::TooFew);
    }

    #[test]
    fn five_cases_never_show_anything_and_missing_values_do_not_count() {
        let five = run(5, 1, || 1.0);
        assert_ne!(five.clear(), Some(Clear::Difference));
        let mut gaps = SequentialTest::new(12, 1);
        for place in 0..12 {
            gaps.take((place % 2 == 0).then(|| pair(1.0)));
        }
        assert_eq!((gaps.passed(), gaps.last().unwrap().cases), (11, 6));
        assert_eq!(gaps.clear(), Some(Clear::Difference));
        let mut odd = SequentialTest::new(3, 1);
        odd.take(Some(Pair { variant: f64::INFINITY, baseline: 0.0 }));
        assert_eq!((odd.passed(), odd.last()), (1, None));
    }

    #[test]
    fn the_same_seed_and_cases_always_say_the_same() {
        let of = |seed| {
            let mut random = Random::new(5);
            let test = run(60, seed, || bell(&mut random) + 0.5);
            (test.clear(), test.passed(), test.last())
        };
        assert_eq!(of(3), of(3));
    }

    /// How many of `runs` say that there is a difference, and the share of the cases that they took.
    fn said(runs: u64, cases: usize, draw: impl Fn(&mut Random) -> f64) -> (u64, f64) {
        let (mut differences, mut taken) = (0, 0);
        for number in 0..runs {
            let mut random = Random::new(number + 77_000);
            let test = run(cases, number, || draw(&mut random));
            differences += u64::from(test.clear() == Some(Clear::Difference));
            taken += test.passed();
        }
        (differences, taken as f64 / (runs as usize * cases) as f64)
    }

    /// The whole of it, with 1,000 runs and more kinds of scores, is in `tests/replay/decided.rs`.
    #[test]
    fn a_thing_compared_with_itself_is_rarely_called_different_and_an_effect_is_found_early() {
        let (alarms, _) = said(300, 40, bell);
        // At most 5 in 100; by the spread of 300 tries at most 27.
        assert!(alarms <= 27, "{alarms} of 300");
        let noisy =
            |random: &mut Random| f64::from(u8::from(share(random) < 0.8)) - f64::from(u8::from(share(random) < 0.8));
        let (alarms, _) = said(300, 40, noisy);
        assert!(alarms <= 27, "{alarms} of 300");
        // The fixed test shows 2.802 / sqrt(40) four times out of five.
        let (found, taken) = said(200, 40, |random| bell(random) + 0.443);
        assert!((120..=175).contains(&found), "{found} of 200");
        assert!(taken < 0.65, "{taken}");
    }
}

use super::random::Random;
use super::*;
use proptest::prelude::*;

fn pairs(differences: &[f64]) -> Vec<Pair> {
    differences.iter().map(|&difference| Pair { variant: difference, baseline: 0.0 }).collect()
}

fn numbers(differences: &[f64]) -> PairedDifference {
    paired_difference(Scale::Number, &pairs(differences), 1).unwrap()
}

/// A number from 0 to 1.
fn share(random: &mut Random) -> f64 {
    (random.bits() >> 11) as f64 / (1_u64 << 53) as f64
}

/// About normal: the sum of twelve shares less 6.
fn bell(random: &mut Random) -> f64 {
    (0..12).map(|_| share(random)).sum::<f64>() - 6.0
}

const UNEVEN: [f64; 12] = [0.04, 0.10, -0.02, 0.00, 0.07, 0.05, 0.12, -0.01, 0.03, 0.06, 0.02, 0.08];

/// Expected values of SciPy 1.17.1: `bootstrap((d,), np.mean, method="percentile", n_resamples=400000)` at the confidence
/// level 1 - 2 * 0.0107566, which is the expanded one for 12 cases, and `permutation_test((d, zeros),
/// permutation_type="samples", n_resamples=inf)`.
#[test]
fn a_difference_of_numbers_agrees_with_scipy() {
    let found = numbers(&UNEVEN);
    let interval = found.interval.unwrap();
    assert!((found.mean - 0.045).abs() < 1e-12);
    assert!((interval.low - 0.01833).abs() < 1e-3 && (interval.high - 0.0725).abs() < 1e-3, "{interval:?}");
    assert!((interval.p_value - 0.006_835_937_5).abs() < 1e-12, "{interval:?}");
    assert_eq!(Verdict::of(&found, Better::Higher), Verdict::Better);
    let seven = numbers(&[0.3, -0.1, 0.2, 0.1, -0.05, 0.15, 0.05]);
    assert!((seven.interval.unwrap().p_value - 0.171_875).abs() < 1e-12);
    assert_eq!(Verdict::of(&seven, Better::Higher), Verdict::NoDifference);
}

#[test]
fn many_cases_are_tested_by_drawing_signs() {
    let three: Vec<f64> = UNEVEN.iter().chain(&[-0.05, -0.06, -0.07, 0.01]).copied().collect();
    let drawn = numbers(&three).interval.unwrap().p_value;
    // All 2^15 assignments by SciPy's `permutation_test`: 0.13263.
    assert!((drawn - 0.132_63).abs() < 0.01, "{drawn}");
}

#[test]
fn the_same_seed_gives_the_same_digits_and_another_gives_almost_the_same() {
    let with = |seed| paired_difference(Scale::Number, &pairs(&UNEVEN), seed).unwrap().interval.unwrap();
    assert_eq!(with(5), with(5));
    assert_ne!(with(5), with(6));
    assert!((with(5).low - with(6).low).abs() < 0.002);
}

#[test]
fn the_words_follow_the_better_side() {
    let [up, down] = [[1.0, 2.0, 3.0, 1.0, 2.0, 3.0], [-1.0, -2.0, -3.0, -1.0, -2.0, -3.0]].map(|d| numbers(&d));
    let words = |difference: &PairedDifference| {
        [Better::Higher, Better::Lower, Better::Neither].map(|better| Verdict::of(difference, better).as_str())
    };
    assert_eq!(words(&up), ["better", "worse", "higher"]);
    assert_eq!(words(&down), ["worse", "better", "lower"]);
    for verdict in Verdict::ALL {
        assert_eq!(Verdict::parse(verdict.as_str()), Some(verdict));
    }
}

#[test]
fn what_has_no_spread_or_too_few_cases() {
    let equal = numbers(&[0.0; 20]);
    assert_eq!(equal.interval, Some(Interval { low: 0.0, high: 0.0, p_value: 1.0 }));
    assert_eq!(Verdict::of(&equal, Better::Higher), Verdict::NoDifference);
    let constant = numbers(&[0.5; 10]).interval.unwrap();
    assert_eq!((constant.low, constant.high), (0.5, 0.5));
    let one = numbers(&[3.0]);
    assert_eq!((one.cases, one.mean, one.interval), (1, 3.0, None));
    assert_eq!(Verdict::of(&numbers(&[1.0; 5]), Better::Higher), Verdict::TooFew);
    assert_eq!(paired_difference(Scale::Number, &[], 1), None);
    let nothing = [f64::NAN, f64::INFINITY].map(|variant| Pair { variant, baseline: 0.0 });
    assert_eq!(paired_difference(Scale::Number, &nothing, 1), None);
    let huge = [Pair { variant: f64::MAX, baseline: 0.0 }; 6];
    assert_eq!(paired_difference(Scale::Number, &huge, 1), None);
}

/// Of fifty cases four changed, all for the better: a plain bootstrap would call that a difference, although four coins
/// of one side are no rare sight.
#[test]
fn a_few_changed_cases_among_many_show_nothing() {
    let mut differences = vec![0.0; 46];
    differences.extend([0.2, 0.3, 0.1, 0.4]);
    let found = numbers(&differences);
    assert_eq!(Verdict::of(&found, Better::Higher), Verdict::NoDifference);
    assert!((found.interval.unwrap().p_value - 0.125).abs() < 1e-12);
    differences.extend([0.2, 0.3, 0.1, 0.4]);
    assert_eq!(Verdict::of(&numbers(&differences), Better::Higher), Verdict::Better);
}

#[test]
fn yes_and_no_are_proportions_unless_samples_disagree() {
    let yes_no = |gained: usize, lost: usize, same: usize| {
        let of = |variant, baseline, count| vec![Pair { variant, baseline }; count];
        [of(1.0, 0.0, gained), of(0.0, 1.0, lost), of(1.0, 1.0, same)].concat()
    };
    let found = paired_difference(Scale::YesNo, &yes_no(12, 2, 36), 1).unwrap();
    let interval = found.interval.unwrap();
    assert!((found.mean - 0.2).abs() < 1e-12);
    assert!((interval.low - 0.0569).abs() < 6e-5 && (interval.high - 0.3404).abs() < 6e-5);
    assert_eq!(Verdict::of(&found, Better::Higher), Verdict::Better);
    let few = paired_difference(Scale::YesNo, &yes_no(5, 0, 10), 1).unwrap();
    assert_eq!(Verdict::of(&few, Better::Higher), Verdict::NoDifference);
    let mut halves = yes_no(12, 2, 36);
    halves.push(Pair { variant: 0.5, baseline: 0.0 });
    let mixed = paired_difference(Scale::YesNo, &halves, 1).unwrap();
    assert_eq!(mixed.cases, 51);
    assert_eq!(Verdict::of(&mixed, Better::Higher), Verdict::Better);
}

/// How many of `runs` comparisons of a thing with itself are called a difference.
fn false_alarms(runs: u64, cases: usize, scale: Scale, draw: impl Fn(&mut Random) -> f64) -> u64 {
    let one = |run: u64| {
        let mut random = Random::new(run + 1_000);
        let pairs: Vec<Pair> =
            (0..cases).map(|_| Pair { variant: draw(&mut random), baseline: draw(&mut random) }).collect();
        let found = paired_difference(scale, &pairs, run).unwrap();
        u64::from(Verdict::of(&found, Better::Higher) != Verdict::NoDifference)
    };
    (0..runs).map(one).sum()
}

/// At most 5 in 100, and by the spread of 300 tries at most 27.
#[test]
fn a_thing_compared_with_itself_rarely_differs() {
    type Draw = fn(&mut Random) -> f64;
    let skewed: Draw = |random| (1.5 * bell(random)).exp();
    let sparse: Draw = |random| if share(random) < 0.05 { share(random) } else { 1.0 };
    let often: Draw = |random| f64::from(u8::from(share(random) < 0.8));
    let tries = [
        (6, Scale::Number, bell as Draw),
        (12, Scale::Number, skewed),
        (50, Scale::Number, bell as Draw),
        (50, Scale::Number, sparse),
        (50, Scale::YesNo, often),
        (15, Scale::YesNo, often),
    ];
    for (cases, scale, draw) in tries {
        let alarms = false_alarms(300, cases, scale, draw);
        assert!(alarms <= 27, "{cases} cases, {scale:?}: {alarms} of 300");
    }
}

/// The true difference is in about 95 of 100 intervals, and a large one is found.
#[test]
fn intervals_hold_the_true_difference() {
    let (mut held, mut found) = (0, 0);
    for run in 0..300 {
        let mut random = Random::new(run + 9_000);
        let differences: Vec<f64> = (0..30).map(|_| bell(&mut random) + 0.8).collect();
        let difference = paired_difference(Scale::Number, &pairs(&differences), run).unwrap();
        let interval = difference.interval.unwrap();
        held += u32::from(interval.low <= 0.8 && 0.8 <= interval.high);
        found += u32::from(Verdict::of(&difference, Better::Higher) == Verdict::Better);
    }
    assert!((273..=297).contains(&held), "{held} of 300");
    assert!(found > 280, "{found} of 300");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_interval_holds_its_mean_and_turns_with_the_sign(
        values in prop::collection::vec(-1e6..1e6_f64, 6..40), seed in any::<u64>(),
    ) {
        let there = paired_difference(Scale::Number, &pairs(&values), seed).unwrap();
        let turned: Vec<f64> = values.iter().map(|value| -value).collect();
        let back = paired_difference(Scale::Number, &pairs(&turned), seed).unwrap();
        let (a, b) = (there.interval.unwrap(), back.interval.unwrap());
        prop_assert!(a.low <= there.mean && there.mean <= a.high);
        prop_assert!((a.low + b.high).abs() < 1e-6 && (a.high + b.low).abs() < 1e-6);
        prop_assert!((0.0..=1.0).contains(&a.p_value));
    }
}

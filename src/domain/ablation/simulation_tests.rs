//! Ablations of planted corpora: what is responsible is known, and must be found within the bound.

use std::collections::BTreeMap;

use super::*;

/// Numbers by chance, the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// What an answer depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Planted {
    One,
    Both,
    Either,
    Nobody,
}

/// What the model says when it does not say the planted answer.
#[derive(Clone, Copy)]
enum Otherwise {
    /// Always the same.
    TheSame,
    /// Something else each time.
    MadeUp,
}

struct Model {
    planted: Planted,
    culprits: Vec<usize>,
    /// How often it says the planted answer where it can, in percent.
    steady: u64,
    otherwise: Otherwise,
    chance: Chance,
}

const QUESTION: &str = "How long does the workshop keep a repair before it is sold?";

impl Model {
    fn answer(&mut self, dropped: &DropSet) -> String {
        let there = |item: &usize| !dropped.holds(*item);
        let can = match self.planted {
            Planted::One | Planted::Both => self.culprits.iter().all(there),
            Planted::Either => self.culprits.iter().any(there),
            Planted::Nobody => true,
        };
        if can && self.chance.below(100) < self.steady {
            return "The workshop keeps it for 42 weeks, says the ledger of Tessin.".to_owned();
        }
        match self.otherwise {
            Otherwise::TheSame => "The documents do not say how long.".to_owned(),
            Otherwise::MadeUp => {
                let (weeks, name) = (self.chance.below(9_000) + 100, self.chance.below(100_000));
                format!("The workshop keeps it for {weeks} weeks, says the ledger of town{name}.")
            }
        }
    }
}

fn ablated(model: &mut Model, items: usize, samples: usize) -> (Finding, Tests) {
    let mut tests = Tests { items, ..Tests::default() };
    loop {
        match next_step(&tests, Measure::Answer, QUESTION) {
            Step::Done(finding) => return (finding, tests),
            Step::Ask(needed) => {
                assert!(!needed.is_empty());
                for test in needed {
                    let answers = (0..samples).map(|_| model.answer(&test)).collect();
                    assert!(tests.answers.insert(test, answers).is_none(), "asked twice");
                }
                assert!(tests.answers.len() <= most_tests(items), "{items}: {}", tests.answers.len());
            }
        }
    }
}

/// Right ones and those within the bound, of all.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    all: u32,
    right: u32,
    within: u32,
}

fn counts(cases: u64, steady: u64, samples: usize) -> BTreeMap<Planted, Count> {
    let mut counts: BTreeMap<Planted, Count> = BTreeMap::new();
    for number in 0..cases {
        let planted = [Planted::One, Planted::Both, Planted::Either, Planted::Nobody][(number % 4) as usize];
        let mut chance = Chance(number * 7_919 + steady);
        let least = if matches!(planted, Planted::Both | Planted::Either) { 2 } else { 1 };
        let items = (least + chance.below(41 - least)) as usize;
        let first = chance.below(items as u64) as usize;
        let culprits = match planted {
            Planted::One => vec![first],
            Planted::Nobody => Vec::new(),
            _ => vec![first, (first + 1 + chance.below(items as u64 - 1) as usize) % items],
        };
        let otherwise = if number / 4 % 2 == 0 { Otherwise::TheSame } else { Otherwise::MadeUp };
        let mut model = Model { planted, culprits: culprits.clone(), steady, otherwise, chance };
        let (finding, tests) = ablated(&mut model, items, samples);
        let ranked = report(&tests, Measure::Answer, QUESTION, Some(finding.clone())).unwrap().items;
        let count = counts.entry(planted).or_default();
        count.all += 1;
        let mut found = finding.cause.as_ref().map(Cause::items).unwrap_or_default();
        found.sort_unstable();
        let right = match planted {
            Planted::One => ranked[0].item == first && ranked[0].responsible,
            Planted::Nobody => finding.cause.is_none(),
            Planted::Both | Planted::Either => {
                let mut wanted = culprits;
                wanted.sort_unstable();
                let verdict = if planted == Planted::Both { Verdict::Together } else { Verdict::Redundant };
                found == wanted && (finding.verdict == verdict)
            }
        };
        count.right += u32::from(right);
        count.within += u32::from(tests.answers.len() <= bound(items));
    }
    counts
}

#[test]
fn a_steady_model_gives_every_culprit_away_within_the_bound() {
    for (cases, samples) in [(200, 1), (40, 3)] {
        for (planted, count) in counts(cases, 100, samples) {
            assert_eq!(count.right, count.all, "{planted:?} with {samples} samples: {count:?}");
            if matches!(planted, Planted::One | Planted::Nobody) {
                assert_eq!(count.within, count.all, "{planted:?} with {samples} samples: {count:?}");
            }
        }
    }
}

#[test]
fn a_model_that_answers_seven_times_of_ten_is_not_blamed_on_a_chunk() {
    let found = counts(160, 70, 5);
    for planted in [Planted::One, Planted::Nobody] {
        let count = found[&planted];
        assert!(count.right * 10 >= count.all * 9, "{planted:?}: {count:?}");
        assert!(count.within * 10 >= count.all * 9, "{planted:?}: {count:?}");
    }
}

/// By hand: `--ignored --nocapture a_thousand_planted_corpora`.
#[test]
#[ignore = "it takes minutes; run it by hand, and read its figures"]
fn a_thousand_planted_corpora() {
    for (steady, samples) in [(100, 1), (100, 3), (70, 3), (70, 5), (70, 7)] {
        for (planted, count) in counts(1_000, steady, samples) {
            let share = |of: u32| f64::from(of) * 100.0 / f64::from(count.all);
            println!(
                "{steady} % steady, {samples} samples, {planted:?}: right {:.1} %, within the bound {:.1} %",
                share(count.right),
                share(count.within)
            );
        }
    }
}

#[test]
fn a_sum_of_facts_blames_each_of_their_chunks() {
    let facts = ["It holds 320 litres.", "The lid has 7 boards.", "Oslo built it in 1911."];
    let mut tests = Tests { items: 4, ..Tests::default() };
    let finding = loop {
        match next_step(&tests, Measure::Answer, "What is known of the barrel?") {
            Step::Done(finding) => break finding,
            Step::Ask(needed) => {
                for test in needed {
                    let said = facts.iter().enumerate().filter(|(item, _)| !test.holds(*item)).map(|(_, fact)| *fact);
                    let text = said.collect::<Vec<_>>().join(" ");
                    tests.answers.insert(test, vec![text]);
                }
            }
        }
    };
    assert_eq!(finding.verdict, Verdict::Together);
    let mut found = finding.cause.unwrap().items();
    found.sort_unstable();
    assert_eq!(found, [0, 1, 2]);
}

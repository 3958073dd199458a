//! Which tests to ask next, and when it is clear what an answer depends on.

use std::collections::BTreeMap;

use super::cause::{Cause, Finding, Sufficiency, Verdict};
use super::drop_set::DropSet;
use super::ruler::{Measure, Ruler, mean};

/// Up to so many items each is left out on its own; it fits in the bound.
const EACH_ALONE: usize = 6;
/// An effect below this is none, where the model's answers are steady.
const LEAST: f64 = 0.2;
/// The same where they vary.
const LEAST_NOISY: f64 = 0.5;
/// Answers that agree less than this with each other vary.
const STEADY: f64 = 0.9;
/// Baseline answers that agree less than this have nothing in common.
const NOTHING_IN_COMMON: f64 = 0.25;
/// A test with this share of the effect of all items explains it.
const EXPLAINS: f64 = 0.75;
/// A test with this share of it explains a part, where answers are steady.
const PART: f64 = 0.3;
/// The same where they vary.
const HALF: f64 = 0.5;
/// The most that is asked of a difference before it counts, however much answers vary.
const MOST_ASKED: f64 = 0.8;
/// The least that baseline answers must say of a sentence, from 0 to 1.
pub const LEAST_SAID: f64 = 0.35;

/// The most tests for one responsible item of so many (at least 1), the baseline and the test without any item
/// included: `2 · log2(k) + 4`, rounded down.
pub fn bound(items: usize) -> usize {
    (2.0 * (items.max(1) as f64).log2() + 4.0 + 1e-9) as usize
}

/// The most tests whatever is found: each split of the halving costs two, each pair of needed items one more, and
/// the last test tells whether what was found is enough.
pub const fn most_tests(items: usize) -> usize {
    3 * items + 2
}

/// The answers so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tests {
    /// How many items there are, at least 1.
    pub items: usize,
    /// The answers to each test that was asked, at least one.
    pub answers: BTreeMap<DropSet, Vec<String>>,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// These tests, at once.
    Ask(Vec<DropSet>),
    /// Nothing: this is what came out.
    Done(Finding),
}

/// What comes next, from nothing but the answers so far.
///
/// First the baseline and the test without any item: where the answer stays, nothing is responsible. Up to six items are
/// then left out one by one. More are halved (group testing by adaptive halving as in Dorfman 1943 and delta debugging,
/// Zeller and Hildebrandt 2002): each half is left out in turn. Where one of the tests moves the answer, the search goes on
/// in that half; where both do, the answer needs items of both; where neither does, though both together do, either half is
/// enough, and each is searched with the other gone.
pub fn next_step(tests: &Tests, measure: Measure<'_>, question: &str) -> Step {
    let (nothing, everything) = (DropSet::nothing(), DropSet::everything(tests.items));
    let (Some(base), Some(none)) = (tests.answers.get(&nothing), tests.answers.get(&everything)) else {
        let missing = [nothing, everything].into_iter().filter(|test| !tests.answers.contains_key(test));
        return Step::Ask(missing.collect());
    };
    let ruler = Ruler::new(measure, question, base, none);
    match (Search { tests, ruler: &ruler }).finding(base, none) {
        Ok(finding) => Step::Done(finding),
        Err(mut needed) => {
            needed.sort();
            needed.dedup();
            Step::Ask(needed)
        }
    }
}

/// Tests that must be asked first.
type Needed = Vec<DropSet>;

struct Search<'a> {
    tests: &'a Tests,
    ruler: &'a Ruler,
}

/// What a pair of halves says.
enum Split {
    /// It hangs on the first half.
    First,
    /// It hangs on the second.
    Second,
    /// It needs both; the stronger one is the first.
    Both,
    /// The same the other way round.
    BothSecond,
    /// Either is enough.
    Either,
}

impl Search<'_> {
    fn finding(&self, base: &[String], none: &[String]) -> Result<Finding, Needed> {
        if self.ruler.is_sentence() && self.ruler.own() < LEAST_SAID {
            return Ok(Finding::nobody(Verdict::NotSaid));
        }
        let in_common = self.ruler.agreement(base) >= NOTHING_IN_COMMON;
        let stays = if in_common { Verdict::MadeUp } else { Verdict::Varies };
        if self.ruler.is_as_without() || self.ruler.own() < 0.02 {
            return Ok(Finding::nobody(if self.ruler.is_as_without() { Verdict::MadeUp } else { Verdict::Varies }));
        }
        let steady = self.is_steady(base) && self.is_steady(none);
        let all = self.ruler.effect(none).value;
        if all < if steady { LEAST } else { LEAST_NOISY } {
            return Ok(Finding::nobody(stays));
        }
        let items: Vec<usize> = (0..self.tests.items).collect();
        let cause = if (2..=EACH_ALONE).contains(&items.len()) {
            self.one_by_one(&items, all)?
        } else {
            self.halved(&items, &DropSet::nothing())?
        };
        if !self.is_borne_out(&cause) {
            let varies = !self.is_steady(base);
            return Ok(Finding::nobody(if varies { Verdict::Varies } else { Verdict::Spread }));
        }
        let sufficiency = self.sufficiency(&cause, all)?;
        Ok(Finding { verdict: Verdict::of(&cause), cause: Some(cause), sufficiency })
    }

    fn is_steady(&self, answers: &[String]) -> bool {
        self.ruler.agreement(answers) >= STEADY
    }

    fn answers(&self, test: &DropSet) -> Result<&[String], Needed> {
        self.tests.answers.get(test).map(Vec::as_slice).ok_or_else(|| vec![test.clone()])
    }

    fn effect(&self, test: &DropSet) -> Result<f64, Needed> {
        self.answers(test).map(|answers| self.ruler.effect(answers).value)
    }

    /// The share of an effect from which on a test explains a part of it.
    fn part(&self, tests: &[DropSet]) -> f64 {
        let steady = |test: &DropSet| self.tests.answers.get(test).is_none_or(|answers| self.is_steady(answers));
        let all_steady = steady(&DropSet::nothing()) && tests.iter().all(steady);
        if all_steady { PART } else { HALF }
    }

    /// Leaves each item out on its own.
    fn one_by_one(&self, items: &[usize], all: f64) -> Result<Cause, Needed> {
        let tests: Vec<DropSet> = items.iter().map(|item| DropSet::nothing().and(&[*item])).collect();
        let effects = together(tests.iter().map(|test| self.effect(test)))?;
        let highest = effects.iter().copied().fold(0.0, f64::max);
        let part = self.part(&tests);
        if highest < part * all {
            return self.halved(items, &DropSet::nothing());
        }
        let enough = enough(highest, part, all);
        let mut moved: Vec<usize> = items.iter().copied().filter(|item| effects[*item] >= enough).collect();
        moved.sort_by(|one, other| effects[*other].total_cmp(&effects[*one]));
        let first = moved[0];
        let single = moved.len() == 1 || (highest >= EXPLAINS * all && self.keeps_the_answer(&[first], all)?);
        Ok(if single { Cause::Item(first) } else { Cause::all(moved.into_iter().map(Cause::Item)) })
    }

    /// Halves items of which the answer needs some once `gone` is gone.
    fn halved(&self, items: &[usize], gone: &DropSet) -> Result<Cause, Needed> {
        if let [item] = items {
            return Ok(Cause::Item(*item));
        }
        let (first, second) = items.split_at(items.len().div_ceil(2));
        match self.split(items, first, second, gone)? {
            Split::First => self.halved(first, gone),
            Split::Second => self.halved(second, gone),
            Split::Both => self.both(first, second, gone),
            Split::BothSecond => self.both(second, first, gone),
            Split::Either => {
                let (without_first, without_second) = (gone.and(first), gone.and(second));
                let found = together([self.halved(first, &without_second), self.halved(second, &without_first)])?;
                Ok(Cause::any(found))
            }
        }
    }

    fn split(&self, items: &[usize], first: &[usize], second: &[usize], gone: &DropSet) -> Result<Split, Needed> {
        let tests = [gone.and(first), gone.and(second)];
        let effects = together(tests.iter().map(|test| self.effect(test)))?;
        let all = self.effect(&gone.and(items))?;
        let (high, low) = (effects[0].max(effects[1]), effects[0].min(effects[1]));
        let part = self.part(&tests);
        if high < part * all {
            return Ok(Split::Either);
        }
        let both = low >= enough(high, part, all);
        Ok(match (both, effects[0] >= effects[1]) {
            (true, true) => Split::Both,
            (true, false) => Split::BothSecond,
            (false, true) => Split::First,
            (false, false) => Split::Second,
        })
    }

    /// Searches the stronger half, and the other one unless what was found is enough.
    fn both(&self, stronger: &[usize], other: &[usize], gone: &DropSet) -> Result<Cause, Needed> {
        let found = self.halved(stronger, gone)?;
        let all = self.effect(&gone.and(stronger).and(other))?;
        if self.keeps_the_answer(&found.items(), all)? {
            return Ok(found);
        }
        Ok(Cause::all([found, self.halved(other, gone)?]))
    }

    /// Whether the answer stays with these items alone.
    fn keeps_the_answer(&self, items: &[usize], all: f64) -> Result<bool, Needed> {
        let test = DropSet::everything(self.tests.items).but(items);
        Ok(self.effect(&test)? < self.part(std::slice::from_ref(&test)) * all)
    }

    /// Whether all tests together bear a cause out: those that should keep the answer score higher than those that
    /// should not, by more than the model's own variation.
    fn is_borne_out(&self, cause: &Cause) -> bool {
        let (mut kept, mut gone) = (Vec::new(), Vec::new());
        for (test, answers) in &self.tests.answers {
            if test.is_empty() {
                kept.extend(std::iter::repeat_n(self.ruler.own(), answers.len()));
            } else if cause.stays(&|item| !test.holds(item)) {
                kept.extend(self.ruler.scores(answers));
            } else {
                gone.extend(self.ruler.scores(answers));
            }
        }
        let (kept, gone) = (mean(kept.into_iter()), mean(gone.into_iter()));
        let asked = (1.0 - kept).mul_add(MOST_ASKED, LEAST).min(MOST_ASKED);
        kept > 0.0 && 1.0 - gone / kept >= asked
    }

    /// Asks whether the cause is enough, where one item is found within the bound or several are.
    fn sufficiency(&self, cause: &Cause, all: f64) -> Result<Sufficiency, Needed> {
        let items = cause.items();
        let test = DropSet::everything(self.tests.items).but(&items);
        let asked = self.tests.answers.len();
        let room = self.tests.answers.contains_key(&test) || asked < bound(self.tests.items);
        if test.is_empty() || (items.len() == 1 && !room) {
            return Ok(Sufficiency::NotAsked);
        }
        let alone = self.keeps_the_answer(&items, all)?;
        Ok(if alone { Sufficiency::Alone } else { Sufficiency::WithOthers })
    }
}

/// The least effect of another test that has a part in it, beside one with the highest.
///
/// Where answers vary and one test explains everything, another must too: less is variation.
fn enough(highest: f64, part: f64, all: f64) -> f64 {
    let varies = part > PART;
    all * if varies && highest >= EXPLAINS * all { EXPLAINS } else { part }
}

/// All results, or every test that one of them needs.
fn together<T>(results: impl IntoIterator<Item = Result<T, Needed>>) -> Result<Vec<T>, Needed> {
    let (mut found, mut needed) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(value) => found.push(value),
            Err(tests) => needed.extend(tests),
        }
    }
    if needed.is_empty() { Ok(found) } else { Err(needed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_what_is_promised() {
        assert_eq!([1, 2, 3, 4, 8, 16, 40].map(bound), [4, 6, 7, 8, 10, 12, 14]);
    }

    #[test]
    fn the_baseline_and_nothing_come_first() {
        let mut tests = Tests { items: 3, ..Tests::default() };
        let all = DropSet::everything(3);
        assert_eq!(next_step(&tests, Measure::Answer, "q"), Step::Ask(vec![DropSet::nothing(), all.clone()]));
        tests.answers.insert(DropSet::nothing(), vec!["The same words.".into()]);
        tests.answers.insert(all, vec!["The same words.".into()]);
        assert_eq!(next_step(&tests, Measure::Answer, "q"), Step::Done(Finding::nobody(Verdict::MadeUp)));
    }

    #[test]
    fn a_sentence_that_is_not_said_any_more_blames_nobody() {
        let mut tests = Tests { items: 1, ..Tests::default() };
        tests.answers.insert(DropSet::nothing(), vec!["Something else.".into()]);
        tests.answers.insert(DropSet::everything(1), vec!["Nothing.".into()]);
        let step = next_step(&tests, Measure::Sentence("Exports take 30 days."), "q");
        assert_eq!(step, Step::Done(Finding::nobody(Verdict::NotSaid)));
    }
}

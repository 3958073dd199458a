//! How far answers move, measured against the same model's answers with everything there.

use super::words::{Bag, Weights};
use crate::domain::statistics::{MeanOf, difference_of_means};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure<'a> {
    /// The whole answer.
    Answer,
    /// One sentence: whether it is still said.
    Sentence(&'a str),
}

/// How far answers move without some items.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Effect {
    /// From 0 (they do not move) to 1 (nothing of the baseline's answers is left).
    pub value: f64,
    /// The lower end of its 95 % interval, from 0.
    pub low: f64,
    /// The upper end, up to 1.
    pub high: f64,
}

/// Measures answers against a baseline.
///
/// Of the whole answer: a baseline answer weighs as much as it differs from the answers without any item, so that what
/// the model says anyway does not count. An answer's score is how much of the baseline's answers it says, in the weighted
/// mean; that of the baseline itself is how much each of its answers says of the others. The effect is the share of the baseline's score
/// that is lost, so that a model whose answers differ anyway is not blamed on an item. Of a sentence: the score is how
/// much of the sentence's weight an answer says.
#[derive(Clone, Debug)]
pub struct Ruler {
    words: Weights,
    /// The sentence that is looked for.
    sentence: Option<Bag>,
    base: Vec<(Bag, f64)>,
    own: f64,
}

impl Ruler {
    /// A ruler for a question, from the answers with everything there and those with nothing; there is at least one of
    /// each.
    pub fn new(measure: Measure<'_>, question: &str, base: &[String], none: &[String]) -> Self {
        let said = none.iter().map(String::as_str);
        let (words, sentence) = match measure {
            Measure::Answer => (Weights::with_common(std::iter::once(question).chain(said)), None),
            Measure::Sentence(sentence) => {
                let words = Weights::with_common([question]);
                let bag = words.bag(sentence);
                (words, Some(bag))
            }
        };
        let none: Vec<Bag> = none.iter().map(|text| words.bag(text)).collect();
        let weighted = base.iter().map(|text| {
            let bag = words.bag(text);
            let weight = 1.0 - mean(none.iter().map(|other| bag.said_by(other)));
            (bag, weight)
        });
        let mut ruler = Self { base: weighted.collect(), words, sentence, own: 0.0 };
        ruler.own = match (&ruler.sentence, base) {
            (None, [_]) => 1.0,
            _ => mean((0..base.len()).map(|place| ruler.score_of(&ruler.base[place].0, Some(place)))),
        };
        ruler
    }

    /// The score of the baseline itself, from 0 to 1: how far its answers agree, or how much of the sentence they say.
    pub const fn own(&self) -> f64 {
        self.own
    }

    /// The score of an answer, from 0 to 1.
    pub fn score(&self, answer: &str) -> f64 {
        self.score_of(&self.words.bag(answer), None)
    }

    fn score_of(&self, answer: &Bag, but: Option<usize>) -> f64 {
        if let Some(sentence) = &self.sentence {
            return sentence.said_by(answer);
        }
        let others = self.base.iter().enumerate().filter(|(place, _)| Some(*place) != but);
        let (found, all) = others.fold((0.0, 0.0), |(found, all), (_, (bag, weight))| {
            (weight.mul_add(bag.said_by(answer), found), all + weight)
        });
        if all > f64::EPSILON { found / all } else { 0.0 }
    }

    /// The scores of answers.
    pub fn scores(&self, answers: &[String]) -> Vec<f64> {
        answers.iter().map(|answer| self.score(answer)).collect()
    }

    /// Whether a sentence is looked for.
    pub(super) const fn is_sentence(&self) -> bool {
        self.sentence.is_some()
    }

    /// Whether the baseline is just what the model says without any item.
    pub(super) fn is_as_without(&self) -> bool {
        self.sentence.is_none() && self.base.iter().all(|(_, weight)| *weight <= 1e-9)
    }

    /// How far answers moved; all of it where the baseline has no score.
    ///
    /// The interval is Newcombe's for the difference of two shares, over the baseline's: scores from 0 to 1 vary at most
    /// as much as yes and no do, so that it is rather too wide than too narrow.
    pub fn effect(&self, answers: &[String]) -> Effect {
        let scores = self.scores(answers);
        if self.own <= f64::EPSILON || scores.is_empty() {
            return Effect { value: 0.0, low: 0.0, high: 1.0 };
        }
        let found = mean(scores.iter().copied());
        let [low, high] = difference_of_means(
            MeanOf { mean: self.own, count: self.base.len() as u64 },
            MeanOf { mean: found, count: scores.len() as u64 },
        );
        let share = |difference: f64| (difference / self.own).clamp(0.0, 1.0);
        let value = share(self.own - found);
        Effect { value, low: share(low).min(value), high: share(high).max(value) }
    }

    /// How far answers agree with each other, from 0 to 1; one answer agrees with itself.
    pub fn agreement(&self, answers: &[String]) -> f64 {
        let bags: Vec<Bag> = answers.iter().map(|answer| self.words.bag(answer)).collect();
        let scores = self.scores(answers);
        let pairs = (0..bags.len()).flat_map(|one| (0..one).map(move |other| (one, other)));
        let alike = pairs.map(|(one, other)| match self.sentence {
            Some(_) => 1.0 - (scores[one] - scores[other]).abs(),
            None => bags[one].agreement(&bags[other]),
        });
        if answers.len() < 2 { 1.0 } else { mean(alike) }
    }

    /// The answer that is most like the others; `None` where there is none.
    pub fn typical<'a>(&self, answers: &'a [String]) -> Option<&'a String> {
        let bags: Vec<Bag> = answers.iter().map(|answer| self.words.bag(answer)).collect();
        let likeness = |place: usize| mean(bags.iter().map(|other| bags[place].agreement(other)));
        // The first of those that are as good.
        let best = (0..answers.len()).rev().max_by(|a, b| likeness(*a).total_cmp(&likeness(*b)))?;
        answers.get(best)
    }

    /// The heaviest words that the first text has and the second has not, at most so many.
    pub(super) fn beyond(&self, text: &str, other: &str, most: usize) -> Vec<String> {
        self.words.bag(text).beyond(&self.words.bag(other), most)
    }
}

/// The mean; 0 of nothing.
pub(super) fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    if count == 0 { 0.0 } else { sum / f64::from(count) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn an_answer_that_stays_has_no_effect_and_one_that_goes_has_all() {
        let base = texts(&["It is 42."; 3]);
        let ruler = Ruler::new(Measure::Answer, "How many?", &base, &texts(&["No idea."; 3]));
        assert!(ruler.effect(&base).value < 1e-9);
        let gone = ruler.effect(&texts(&["No idea."; 3]));
        assert!((gone.value - 1.0).abs() < 1e-9 && gone.low > 0.15 && gone.high >= gone.value, "{gone:?}");
    }

    #[test]
    fn one_sample_shows_an_effect_and_proves_nothing() {
        let ruler = Ruler::new(Measure::Answer, "How many?", &texts(&["It is 42."]), &texts(&["No idea."]));
        let gone = ruler.effect(&texts(&["No idea."]));
        assert!(gone.value > 0.9 && gone.low < 1e-9, "{gone:?}");
    }

    #[test]
    fn a_model_that_varies_is_measured_against_its_own_variation() {
        let base = texts(&["It is 42.", "It is 42.", "Nobody can say."]);
        let ruler = Ruler::new(Measure::Answer, "How many?", &base, &texts(&["Nobody can say."; 3]));
        assert!((0.6..0.7).contains(&ruler.own()), "{}", ruler.own());
        assert!(ruler.effect(&texts(&["It is 42.", "Nobody can say.", "It is 42."])).value < 1e-9);
        assert!(ruler.effect(&texts(&["Nobody can say."; 3])).value > 0.99);
    }

    #[test]
    fn a_sentence_is_looked_for_in_the_answer() {
        let base = texts(&["Exports are kept for 30 days. They are free."]);
        let sentence = Measure::Sentence("Exports stay for 30 days.");
        let ruler = Ruler::new(sentence, "How long are exports kept?", &base, &texts(&["They are free."]));
        assert!(ruler.own() > 0.9);
        assert!(ruler.effect(&texts(&["Exports are kept for 90 days."])).value > 0.6);
        assert!(ruler.effect(&texts(&["We keep them 30 days, then exports stay no longer."])).value < 1e-9);
    }

    #[test]
    fn the_typical_answer_is_the_one_that_most_agree_with() {
        let all = texts(&["No idea.", "It is 42.", "42 it is."]);
        let ruler = Ruler::new(Measure::Answer, "", &all, &texts(&["x"]));
        assert_eq!(ruler.typical(&all).map(String::as_str), Some("It is 42."));
        assert!(ruler.agreement(&all) < 0.5);
    }
}

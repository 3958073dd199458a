//! The result of an ablation: the items by effect, with what became of the answer without them.

use super::cause::{Finding, Verdict};
use super::drop_set::DropSet;
use super::ruler::{Effect, Measure, Ruler};
use super::search::Tests;

/// Words that are told of a change.
const MOST_WORDS: usize = 4;

/// How an item was tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tested {
    /// It alone was left out.
    Alone,
    /// It was left out together with the others that are enough, too.
    WithOthers,
    /// It was left out with a group, without which the answer stayed.
    InGroup,
    /// The search had no need to.
    Not,
}

impl Tested {
    /// Its name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::WithOthers => "with_others",
            Self::InGroup => "in_group",
            Self::Not => "not",
        }
    }
}

/// The heaviest words that an answer lost and gained, a few of each, in lower case and without endings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WordsMoved {
    /// In the baseline and not in the answer.
    pub lost: Vec<String>,
    /// In the answer and not in the baseline.
    pub gained: Vec<String>,
}

/// What became of the answer without an item.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemEffect {
    /// The item's place, from 0.
    pub item: usize,
    /// How far the answer moves without it; 0 for an item that a group cleared.
    pub effect: Effect,
    /// Whether the answer depends on it.
    pub responsible: bool,
    /// How it was tested.
    pub tested: Tested,
    /// The typical answer without it; `None` where it was not left out on its own. Untrusted text.
    pub output_text: Option<String>,
    /// How that differs from the typical baseline answer. Untrusted text.
    pub moved: WordsMoved,
}

/// The result of an ablation.
#[derive(Clone, Debug, PartialEq)]
pub struct Ablated {
    /// What is responsible.
    pub finding: Finding,
    /// The items, those that are responsible first, then by effect, then by place.
    pub items: Vec<ItemEffect>,
    /// The typical answer with everything there. Untrusted text.
    pub baseline: Option<String>,
    /// The typical answer without any item. Untrusted text.
    pub none: Option<String>,
    /// How far the answer moves without any item.
    pub without_all: Effect,
    /// How far the baseline's answers agree with each other, from 0 to 1; 1 with a single answer.
    pub agreement: f64,
    /// The share of the baseline's answers that say the sentence, or agree with the others, from 0 to 1.
    pub own: f64,
    /// How many tests were asked, the baseline and the one without any item included.
    pub tests: usize,
}

/// The result of an ablation from its answers; `None` before the baseline and the test without any item are there. With
/// a finding of `None` it tells how far things are.
pub fn report(tests: &Tests, measure: Measure<'_>, question: &str, finding: Option<Finding>) -> Option<Ablated> {
    let base = tests.answers.get(&DropSet::nothing())?;
    let none = tests.answers.get(&DropSet::everything(tests.items))?;
    let ruler = Ruler::new(measure, question, base, none);
    let finding = finding.unwrap_or_else(|| Finding::nobody(Verdict::Spread));
    let baseline = ruler.typical(base).cloned();
    let mut items: Vec<ItemEffect> =
        (0..tests.items).map(|item| item_effect(item, tests, &ruler, &finding, baseline.as_deref())).collect();
    items.sort_by(|one, other| {
        let by_effect = other.effect.value.total_cmp(&one.effect.value);
        other.responsible.cmp(&one.responsible).then(by_effect).then(one.item.cmp(&other.item))
    });
    Some(Ablated {
        items,
        without_all: ruler.effect(none),
        agreement: ruler.agreement(base),
        own: ruler.own(),
        baseline,
        none: ruler.typical(none).cloned(),
        tests: tests.answers.len(),
        finding,
    })
}

fn item_effect(item: usize, tests: &Tests, ruler: &Ruler, finding: &Finding, baseline: Option<&str>) -> ItemEffect {
    let responsible = finding.blames(item);
    let alone = DropSet::nothing().and(&[item]);
    let own = |test: &&DropSet| test.holds(item) && (responsible || **test == alone);
    // Of one that says the same as others, what shows it is the smallest test that leaves them all out.
    let shows = |test: &&DropSet| {
        let cause = finding.cause.as_ref();
        let goes = cause.is_none_or(|cause| !cause.stays(&|other| !test.holds(other)));
        let only = cause.is_none_or(|cause| cause.stays(&|other| other == item || !test.holds(other)));
        !responsible || (goes && only)
    };
    let least = |tests: Vec<&DropSet>| tests.into_iter().min_by_key(|test| test.len()).cloned();
    let found: Vec<&DropSet> = tests.answers.keys().filter(own).collect();
    let test = least(found.iter().copied().filter(|test| shows(test)).collect()).or_else(|| least(found));
    let Some((test, answers)) = test.and_then(|test| tests.answers.get_key_value(&test)) else {
        let cleared = tests.answers.keys().any(|test| test.holds(item) && test.len() < tests.items);
        return ItemEffect {
            item,
            effect: Effect::default(),
            responsible,
            tested: if cleared { Tested::InGroup } else { Tested::Not },
            output_text: None,
            moved: WordsMoved::default(),
        };
    };
    let output_text = ruler.typical(answers).cloned();
    let moved = output_text.as_deref().zip(baseline).map(|(text, baseline)| WordsMoved {
        lost: ruler.beyond(baseline, text, MOST_WORDS),
        gained: ruler.beyond(text, baseline, MOST_WORDS),
    });
    ItemEffect {
        item,
        effect: ruler.effect(answers),
        responsible,
        tested: if *test == alone { Tested::Alone } else { Tested::WithOthers },
        output_text,
        moved: moved.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::cause::{Cause, Sufficiency};
    use super::*;

    #[test]
    fn the_responsible_one_comes_first_and_says_what_is_lost() {
        let mut tests = Tests { items: 2, ..Tests::default() };
        for (dropped, answer) in [
            (vec![], "It takes 14 days."),
            (vec![0, 1], "I do not know."),
            (vec![0], "It takes 14 days."),
            (vec![1], "It takes long."),
        ] {
            tests.answers.insert(dropped.into_iter().collect(), vec![answer.to_owned(); 2]);
        }
        let finding = Finding { verdict: Verdict::One, cause: Some(Cause::Item(1)), sufficiency: Sufficiency::Alone };
        let told = report(&tests, Measure::Answer, "How long?", Some(finding)).unwrap();
        let first = &told.items[0];
        assert_eq!((first.item, first.responsible, first.tested), (1, true, Tested::Alone));
        assert_eq!(first.output_text.as_deref(), Some("It takes long."));
        assert_eq!(
            (first.moved.lost.join(" "), first.moved.gained.join(" ")),
            ("14 day".to_owned(), "long".to_owned())
        );
        assert_eq!((told.items[1].effect.value, told.tests), (0.0, 4));
        assert_eq!(told.baseline.as_deref(), Some("It takes 14 days."));
    }
}

//! What the answers of a case are compared with: the recorded one, or that of any variant.

use std::collections::HashMap;
use std::sync::Arc;

use super::cells::Cell;
use super::run::RunView;
use crate::domain::diff::{AnswerDiff, Said, differs};
use crate::ui::effect::Effect;
use crate::ui::effects::runs::{RunsAnswer, RunsRequest, Spoken};
use crate::ui::effects::{Answer, Request};
use crate::ui::msg::RequestId;
use crate::ui::screens::{Cx, Newest, ScreenId};

/// What answers are compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Against {
    /// The recorded answer.
    #[default]
    Recorded,
    /// The answer of a variant, by its place.
    Variant(usize),
    /// Nothing: answers are shown as they are.
    Nothing,
}

impl Against {
    /// The next one of a run with so many variants.
    #[must_use]
    pub const fn next(self, variants: usize) -> Self {
        match self {
            Self::Recorded if variants > 1 => Self::Variant(0),
            Self::Variant(place) if place + 1 < variants => Self::Variant(place + 1),
            Self::Recorded | Self::Variant(_) => Self::Nothing,
            Self::Nothing => Self::Recorded,
        }
    }

    /// The column that stands for it: 0 for the recorded answer, then the variants. Figures are told against the recorded
    /// answer where nothing is compared.
    pub const fn column(self) -> usize {
        match self {
            Self::Recorded | Self::Nothing => 0,
            Self::Variant(place) => place + 1,
        }
    }
}

/// What changed from the answer of a variant to the others of the case shown, by column.
#[derive(Debug, Default)]
pub struct FromVariant {
    found: HashMap<usize, Arc<AnswerDiff>>,
    waiting: Newest,
}

impl FromVariant {
    /// Takes an answer; says whether it was asked for here.
    pub fn answered(&mut self, id: RequestId, answer: &Answer) -> bool {
        if !self.waiting.take(id) {
            return false;
        }
        if let Answer::Runs(RunsAnswer::Diffed(found)) = answer {
            self.found = found.iter().cloned().collect();
        }
        true
    }
}

impl RunView {
    /// What a column of the case under the cursor says; 0 is the recorded answer. Only whole answers count.
    pub fn said(&self, column: usize) -> Option<Said<'_>> {
        let (place, case) = self.case()?;
        let said = match column.checked_sub(1) {
            None => case.said(),
            Some(variant) => match self.cells.get(place, variant, self.sample) {
                Cell::Done(answered) if !answered.failed() => answered.said(),
                _ => return None,
            },
        };
        (!said.is_nothing()).then_some(said)
    }

    /// What changed from what answers are compared with to the answer of a column, where it is known.
    pub fn diff_of(&self, column: usize) -> Option<&AnswerDiff> {
        if column == self.against.column() {
            return None;
        }
        match self.against {
            Against::Nothing => None,
            Against::Variant(_) => self.from_variant.found.get(&column).map(Arc::as_ref),
            Against::Recorded => match self.cells.get(self.case()?.0, column.checked_sub(1)?, self.sample) {
                Cell::Done(answered) => answered.diff.as_deref(),
                _ => None,
            },
        }
    }

    /// Asks what changed from the answer of a variant, where that is to be seen.
    pub(super) fn compare(&mut self, cx: &Cx) -> Vec<Effect> {
        self.from_variant.found.clear();
        let stopped: Vec<Effect> = self.from_variant.waiting.stop().into_iter().collect();
        if !self.side || !matches!(self.against, Against::Variant(_)) {
            return stopped;
        }
        let spoken = |column: usize| {
            let said = self.said(column)?;
            Some(Spoken { text: said.text.map(str::to_owned), calls: said.calls.to_vec() })
        };
        let reference = self.against.column();
        let Some(old) = spoken(reference) else { return stopped };
        let others = (0..=self.variants()).filter(|column| *column != reference);
        let new = others.filter_map(|column| Some((column, spoken(column)?))).collect();
        let asked = self.from_variant.waiting.ask(ScreenId::Runs, Request::Runs(RunsRequest::Diff { old, new }), cx);
        stopped.into_iter().chain(asked).collect()
    }

    /// Whether the answer of a column to the case under the cursor differs, or was asked for and is not there.
    pub(super) fn differs_at(&self, column: usize) -> bool {
        let reference = self.against.column();
        if column == reference {
            return false;
        }
        let failed = || match (self.case(), column.checked_sub(1)) {
            (Some((place, _)), Some(variant)) => {
                matches!(self.cells.get(place, variant, self.sample), Cell::Done(answered) if answered.failed())
            }
            _ => false,
        };
        self.said(reference).zip(self.said(column)).is_some_and(|(old, new)| differs(old, new)) || failed()
    }

    /// Whether an answer to a case differs from what answers are compared with, or one was asked for and is not there.
    pub fn is_changed(&self, place: usize) -> bool {
        if self.cells.answers(place).any(crate::ui::effects::runs::Answered::failed) {
            return true;
        }
        let Against::Variant(reference) = self.against else {
            return self.cells.answers(place).any(|answer| answer.diff.as_deref().is_some_and(AnswerDiff::is_change));
        };
        let samples = self.row().map_or(1, |row| row.run.samples.max(1) as usize);
        (0..samples).any(|sample| {
            let of = |variant: usize| match self.cells.get(place, variant, sample) {
                Cell::Done(answered) => Some(answered.said()),
                _ => None,
            };
            let Some(old) = of(reference) else { return false };
            (0..self.variants()).filter(|variant| *variant != reference).filter_map(of).any(|new| differs(old, new))
        })
    }

    /// What answers are compared with, in words.
    pub fn against_name(&self) -> String {
        match self.against {
            Against::Recorded => "recorded".to_owned(),
            Against::Variant(place) => self.letter(place),
            Against::Nothing => "nothing".to_owned(),
        }
    }

    /// The letter of a variant.
    pub fn letter(&self, place: usize) -> String {
        let variant = self.row().and_then(|row| row.run.variants.get(place));
        variant.map_or_else(String::new, |variant| crate::ui::text::foreign_plain(variant.id.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_goes_through_everything_answers_can_be_compared_with() {
        let mut seen = vec![Against::Recorded];
        while seen.len() < 5 {
            seen.push(seen[seen.len() - 1].next(3));
        }
        let variants = [0, 1, 2].map(Against::Variant);
        assert_eq!(seen, [&[Against::Recorded], &variants[..], &[Against::Nothing]].concat());
        assert_eq!(seen[4].next(3), Against::Recorded);
        assert_eq!(Against::Recorded.next(1), Against::Nothing, "the only variant is not compared with itself");
    }
}

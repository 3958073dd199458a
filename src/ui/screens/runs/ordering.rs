//! Which cases of a run are shown, and in which order.

use super::run::RunView;
use crate::domain::money::Money;
use crate::ui::action::Action;
use crate::ui::effect::{Choose, Pick, PickItem};
use crate::ui::effects::runs::Answered;

/// What the matrix is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As the cases were chosen.
    #[default]
    Case,
    /// What moved most from the recorded answer first.
    Moved,
    /// The dearest first.
    Cost,
    /// The slowest first.
    Latency,
}

impl Order {
    const ALL: [Self; 4] = [Self::Case, Self::Moved, Self::Cost, Self::Latency];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Moved => "moved most",
            Self::Cost => "cost",
            Self::Latency => "latency",
        }
    }
}

/// Which cases are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// All.
    #[default]
    All,
    /// Those with an answer that differs from what answers are compared with, or that failed.
    Changed,
}

impl RunView {
    /// Chooses and sorts the cases again; the cursor stays on its case where that is still shown.
    pub(super) fn arrange(&mut self) {
        let before = self.rows.get(self.state.selected).copied();
        let recorded = self.detail.as_ref().map(|detail| detail.cases.as_slice()).unwrap_or_default();
        let mut rows: Vec<usize> = match self.shown {
            Shown::All => (0..recorded.len()).collect(),
            Shown::Changed => (0..recorded.len()).filter(|case| self.is_changed(*case)).collect(),
        };
        let cells = &self.cells;
        let greatest = |case: usize, value: &dyn Fn(&Answered) -> Option<f64>| {
            cells.answers(case).filter_map(value).reduce(f64::max).unwrap_or(f64::NEG_INFINITY)
        };
        let key = |case: usize| match self.order {
            Order::Case => 0.0,
            Order::Moved => match recorded.get(case).and_then(|case| self.measures.moved(case)) {
                Some(moved) => -moved,
                None => cells.least_alike(case).unwrap_or(f64::INFINITY),
            },
            Order::Cost => -greatest(case, &|answer| answer.result.cost_usd.map(Money::as_dollars)),
            Order::Latency => -greatest(case, &|answer| answer.result.latency_ms),
        };
        rows.sort_by(|one, other| key(*one).total_cmp(&key(*other)));
        self.rows = rows;
        let same = before.and_then(|case| self.rows.iter().position(|row| *row == case));
        self.state.select(same.unwrap_or(0));
    }

    /// Shows all cases, or only those that changed.
    pub(super) fn turn_filter(&mut self) {
        self.shown = match self.shown {
            Shown::All => Shown::Changed,
            Shown::Changed => Shown::All,
        };
        self.arrange();
    }

    /// Takes the order that was picked.
    pub(super) fn sort_by(&mut self, names: &[String]) {
        let found = Order::ALL.into_iter().find(|order| names.iter().any(|name| name == order.name()));
        self.order = found.unwrap_or(self.order);
        self.arrange();
        if !self.side {
            self.state.select(0);
        }
    }

    /// Lets the user choose the order.
    pub(super) fn orders(&self) -> Pick {
        let items = Order::ALL.map(|order| PickItem {
            value: order.name().into(),
            label: order.name().into(),
            detail: if order == self.order { "now".into() } else { String::new() },
            ..PickItem::default()
        });
        Pick { action: Action::Sort, title: "Sort cases by".into(), items: items.into(), choose: Choose::One }
    }
}

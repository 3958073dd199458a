//! Where in a case's answers the reader is: how far scrolled, and at which difference.

use std::cell::{Cell, RefCell};

use super::run::RunView;
use crate::ui::action::Action;
use crate::ui::effect::Effect;
use crate::ui::msg::Toast;

/// Rows of a page.
const PAGE: u16 = 10;
/// Rows that stay above a difference that was jumped to.
const ABOVE: u16 = 2;

/// Which difference is to be shown once it is known where they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Jump {
    /// None.
    #[default]
    No,
    /// The first.
    First,
    /// The last.
    Last,
}

/// The place. What only drawing knows is remembered by it.
#[derive(Debug, Default)]
pub struct Reading {
    /// Rows scrolled.
    pub scroll: Cell<u16>,
    /// How far can be scrolled.
    pub most: Cell<u16>,
    /// Rows that are seen at once.
    pub height: Cell<u16>,
    /// The rows where differences begin.
    pub spots: RefCell<Vec<u16>>,
    /// The difference that was jumped to, by its place among them.
    pub at: Cell<Option<usize>>,
    /// The columns shown, each with the last column of the terminal that it takes.
    pub columns: RefCell<Vec<(usize, u16)>>,
    jump: Cell<Jump>,
    /// Whether it is known where differences are.
    known: Cell<bool>,
}

impl Reading {
    /// Begins at the top of another case.
    pub fn restart(&self, jump: Jump) {
        self.scroll.set(0);
        self.at.set(None);
        self.spots.borrow_mut().clear();
        self.jump.set(jump);
        self.known.set(false);
    }

    /// Takes what was laid out: all rows, rows seen at once, and where differences begin.
    pub fn laid_out(&self, rows: u16, height: u16, spots: Vec<u16>) {
        self.most.set(rows.saturating_sub(height));
        self.height.set(height);
        self.known.set(true);
        let last = spots.len().checked_sub(1);
        *self.spots.borrow_mut() = spots;
        self.at.set(self.at.get().and_then(|at| last.map(|last| at.min(last))));
        match (self.jump.replace(Jump::No), last) {
            (Jump::First, Some(_)) => self.show(0),
            (Jump::Last, Some(last)) => self.show(last),
            _ => {}
        }
        self.scroll.set(self.scroll.get().min(self.most.get()));
    }

    fn show(&self, spot: usize) {
        let Some(row) = self.spots.borrow().get(spot).copied() else { return };
        self.at.set(Some(spot));
        let seen = self.scroll.get()..self.scroll.get().saturating_add(self.height.get());
        if !seen.contains(&row) {
            self.scroll.set(row.saturating_sub(ABOVE).min(self.most.get()));
        }
    }

    /// The row of the difference that was jumped to.
    pub fn spot(&self) -> Option<u16> {
        self.spots.borrow().get(self.at.get()?).copied()
    }

    /// Goes to the next or previous difference; says whether there is one.
    fn step(&self, forward: bool) -> bool {
        if !self.known.get() {
            self.jump.set(if forward { Jump::First } else { Jump::Last });
            return true;
        }
        let count = self.spots.borrow().len();
        let next = match (self.at.get(), forward) {
            (None, true) => 0,
            (None, false) => return false,
            (Some(at), true) => at + 1,
            (Some(at), false) => match at.checked_sub(1) {
                Some(before) => before,
                None => return false,
            },
        };
        if next < count {
            self.show(next);
        }
        next < count
    }

    /// The column that stands at a column of the terminal.
    pub fn column_at(&self, x: u16) -> Option<usize> {
        self.columns.borrow().iter().find(|(_, right)| x <= *right).map(|(column, _)| *column)
    }

    /// Scrolls by rows.
    pub fn scroll_by(&self, rows: i32) {
        let to = i32::from(self.scroll.get()).saturating_add(rows).clamp(0, i32::from(self.most.get()));
        self.scroll.set(to as u16);
    }

    /// Takes an action that scrolls; says whether it is one.
    pub fn act(&self, action: Action) -> bool {
        let page = i32::from(self.height.get().saturating_sub(2).max(PAGE.min(self.height.get())));
        match action {
            Action::Up => self.scroll_by(-1),
            Action::Down => self.scroll_by(1),
            Action::PageUp => self.scroll_by(-page),
            Action::PageDown => self.scroll_by(page),
            Action::Top => self.scroll.set(0),
            Action::Bottom => self.scroll.set(self.most.get()),
            _ => return false,
        }
        true
    }
}

impl RunView {
    /// Goes to the next or previous difference: in the case, then in the cases that follow.
    pub(super) fn next_difference(&mut self, forward: bool) -> Vec<Effect> {
        if self.side && self.reading.step(forward) {
            return Vec::new();
        }
        let jump = if forward { Jump::First } else { Jump::Last };
        if let Some(column) = self.hidden_difference(forward) {
            self.column = column;
            self.reading.restart(jump);
            return Vec::new();
        }
        let here = self.state.selected;
        let found = if forward {
            (here + 1..self.rows.len()).find(|at| self.is_changed(self.rows[*at]))
        } else {
            (0..here.min(self.rows.len())).rev().find(|at| self.is_changed(self.rows[*at]))
        };
        let Some(at) = found else {
            let text = if forward { "no difference comes after this" } else { "no difference comes before this" };
            return vec![Effect::Toast(Toast::info(text))];
        };
        self.state.select(at);
        self.reading.restart(jump);
        if self.side && self.hides_columns() {
            let mut columns = 1..=self.variants();
            let differing = if forward {
                columns.find(|at| self.differs_at(*at))
            } else {
                columns.rfind(|at| self.differs_at(*at))
            };
            self.column = differing.unwrap_or(self.column);
        }
        Vec::new()
    }

    fn hides_columns(&self) -> bool {
        self.reading.columns.borrow().len() <= self.variants()
    }

    /// The next column that is not shown, as drawn last, and has a difference.
    fn hidden_difference(&self, forward: bool) -> Option<usize> {
        if !self.side || !self.hides_columns() {
            return None;
        }
        let reference = self.against.column();
        let shown: Vec<usize> = {
            let columns = self.reading.columns.borrow();
            columns
                .iter()
                .map(|(column, _)| *column)
                .filter(|column| *column != reference || *column == self.column)
                .collect()
        };
        if forward {
            let last = shown.into_iter().max()?;
            (last + 1..=self.variants()).find(|column| self.differs_at(*column))
        } else {
            let first = shown.into_iter().min()?;
            (1..first).rfind(|column| self.differs_at(*column))
        }
    }

    /// Goes to the next or previous case.
    pub(super) fn next_case(&mut self, by: isize) {
        let last = self.rows.len().saturating_sub(1);
        self.state.select(self.state.selected.saturating_add_signed(by).min(last));
        self.reading.restart(Jump::No);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_gone_through_and_scrolled_to() {
        let reading = Reading::default();
        reading.laid_out(40, 10, vec![3, 20, 39]);
        assert!(!reading.step(false) && reading.step(true));
        assert_eq!((reading.spot(), reading.scroll.get()), (Some(3), 0));
        assert!(reading.step(true));
        assert_eq!((reading.spot(), reading.scroll.get()), (Some(20), 18));
        assert!(reading.step(true) && !reading.step(true));
        assert_eq!((reading.spot(), reading.scroll.get()), (Some(39), 30));
        reading.restart(Jump::Last);
        reading.laid_out(12, 10, vec![1, 11]);
        assert_eq!((reading.spot(), reading.scroll.get()), (Some(11), 2));
        reading.laid_out(5, 10, Vec::new());
        assert_eq!((reading.spot(), reading.scroll.get()), (None, 0));
    }
}

//! Which rows of the list are marked, and what a replay of them is of.

use std::collections::BTreeSet;

use super::list::List;
use crate::domain::ids::TraceId;
use crate::ui::msg::ReplayOf;

/// Which rows are marked.
#[derive(Clone, Debug, PartialEq)]
pub enum Marks {
    /// These.
    Some(BTreeSet<TraceId>),
    /// All that match the filter, whether they are on the screen or not.
    All,
}

impl Default for Marks {
    fn default() -> Self {
        Self::Some(BTreeSet::new())
    }
}

impl Marks {
    /// Marks everything, or nothing any more.
    pub fn turn(&mut self) {
        *self = if *self == Self::All { Self::default() } else { Self::All };
    }

    /// Marks a trace, or takes its mark away; where all were marked, it is the only one then.
    pub fn toggle(&mut self, id: TraceId) {
        match self {
            Self::All => *self = Self::Some(BTreeSet::from([id])),
            Self::Some(ids) => {
                if !ids.remove(&id) {
                    ids.insert(id);
                }
            }
        }
    }
}

impl List {
    /// Whether a row is marked.
    pub fn is_marked(&self, row: usize) -> bool {
        match &self.marks {
            Marks::All => true,
            Marks::Some(ids) => self.pages.get(row).is_some_and(|row| ids.contains(&row.trace_id)),
        }
    }

    /// How many are marked.
    pub fn marked(&self) -> usize {
        match &self.marks {
            Marks::All => self.pages.len(),
            Marks::Some(ids) => ids.len(),
        }
    }

    pub(super) fn mark(&mut self) {
        let Some(id) = self.selected().map(|row| row.trace_id.clone()) else { return };
        self.marks.toggle(id);
    }

    pub(super) fn replay(&self) -> ReplayOf {
        match &self.marks {
            Marks::All => ReplayOf { filter: self.filter.text().to_owned(), ..ReplayOf::default() },
            Marks::Some(ids) if !ids.is_empty() => {
                ReplayOf { traces: ids.iter().cloned().collect(), ..ReplayOf::default() }
            }
            Marks::Some(_) => ReplayOf {
                traces: self.selected().map(|row| row.trace_id.clone()).into_iter().collect(),
                ..ReplayOf::default()
            },
        }
    }
}

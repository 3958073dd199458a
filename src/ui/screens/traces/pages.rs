//! The rows of a long list that are known, in pages.

use std::collections::BTreeMap;

use crate::ui::effects::traces::{Counts, TraceRow};

/// Rows of a page.
pub const PAGE: usize = 200;
/// Pages kept; those farthest from the last one are forgotten.
const KEPT: usize = 16;

/// What is known of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pages {
    pages: BTreeMap<usize, Vec<TraceRow>>,
    counts: Counts,
}

impl Pages {
    /// How many rows the whole list has.
    pub fn len(&self) -> usize {
        usize::try_from(self.counts.matched).unwrap_or(usize::MAX)
    }

    /// How many match, and how many there are.
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// Takes a count that came after a page.
    pub const fn count(&mut self, counts: Counts) {
        self.counts = counts;
    }

    /// A row, where it is known.
    pub fn get(&self, row: usize) -> Option<&TraceRow> {
        self.pages.get(&(row / PAGE))?.get(row % PAGE)
    }

    /// Whether a known row is such a one.
    pub fn any(&self, is: impl Fn(&TraceRow) -> bool) -> bool {
        self.pages.values().flatten().any(is)
    }

    /// The place of a trace among the known rows.
    pub fn find(&self, is: impl Fn(&TraceRow) -> bool) -> Option<usize> {
        self.pages.iter().find_map(|(page, rows)| rows.iter().position(&is).map(|place| page * PAGE + place))
    }

    /// The first page that is missing between two rows.
    pub fn missing(&self, rows: std::ops::Range<usize>) -> Option<usize> {
        let end = rows.end.min(self.len());
        (rows.start / PAGE..end.div_ceil(PAGE)).find(|page| !self.pages.contains_key(page))
    }

    /// Takes a page as it came.
    pub fn put(&mut self, offset: usize, rows: Vec<TraceRow>, counts: Counts) {
        let page = offset / PAGE;
        self.counts = counts;
        self.pages.insert(page, rows);
        while self.pages.len() > KEPT {
            let farthest = self.pages.keys().copied().max_by_key(|known| known.abs_diff(page));
            match farthest {
                Some(farthest) => self.pages.remove(&farthest),
                None => break,
            };
        }
    }
}

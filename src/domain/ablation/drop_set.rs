//! What a test leaves out.

use std::collections::BTreeSet;

/// The items that a test leaves out, by their place from 0; each once, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DropSet(BTreeSet<usize>);

impl DropSet {
    /// Nothing is left out: the baseline.
    pub const fn nothing() -> Self {
        Self(BTreeSet::new())
    }

    /// Every one of so many items is left out.
    pub fn everything(items: usize) -> Self {
        (0..items).collect()
    }

    /// These are left out too.
    #[must_use]
    pub fn and(&self, more: &[usize]) -> Self {
        self.0.iter().chain(more).copied().collect()
    }

    /// These are kept.
    #[must_use]
    pub fn but(&self, kept: &[usize]) -> Self {
        self.0.iter().filter(|item| !kept.contains(item)).copied().collect()
    }

    /// Whether an item is left out.
    pub fn holds(&self, item: usize) -> bool {
        self.0.contains(&item)
    }

    /// How many are left out.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is left out.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The items, in order.
    pub fn items(&self) -> impl Iterator<Item = usize> {
        self.0.iter().copied()
    }
}

impl FromIterator<usize> for DropSet {
    fn from_iter<T: IntoIterator<Item = usize>>(items: T) -> Self {
        Self(items.into_iter().collect())
    }
}

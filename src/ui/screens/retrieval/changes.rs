//! Changes to the chunks of a case before it is replayed.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::run::ChunkEdit;

/// What the next replay does to the chunks; ranks count from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    dropped: BTreeSet<u32>,
    replaced: BTreeMap<u32, String>,
}

impl Changes {
    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        self.dropped.is_empty() && self.replaced.is_empty()
    }

    /// Leaves a chunk out, or takes it back.
    pub fn toggle(&mut self, rank: u32) {
        if !self.dropped.remove(&rank) {
            self.dropped.insert(rank);
        }
    }

    /// Puts another text in a chunk's place; the recorded text takes the change back.
    pub fn replace(&mut self, rank: u32, recorded: &str, text: String) {
        if text == recorded {
            self.replaced.remove(&rank);
        } else {
            self.replaced.insert(rank, text);
        }
    }

    /// Whether a chunk is left out.
    pub fn drops(&self, rank: u32) -> bool {
        self.dropped.contains(&rank)
    }

    /// The other text of a chunk.
    pub fn text(&self, rank: u32) -> Option<&str> {
        self.replaced.get(&rank).map(String::as_str)
    }

    /// The changes as a replay takes them.
    pub fn edits(&self) -> Vec<ChunkEdit> {
        let kept = self.replaced.iter().filter(|(rank, _)| !self.dropped.contains(rank));
        let replaced = kept.map(|(rank, content)| ChunkEdit::Replace { rank: *rank, content: content.clone() });
        self.dropped.iter().map(|rank| ChunkEdit::Drop(*rank)).chain(replaced).collect()
    }

    /// The changes in words: `drop 3 · edit 1`.
    pub fn words(&self) -> String {
        let list = |ranks: Vec<String>| ranks.join(", ");
        let dropped = list(self.dropped.iter().map(u32::to_string).collect());
        let edited =
            list(self.replaced.keys().filter(|rank| !self.dropped.contains(rank)).map(u32::to_string).collect());
        let parts = [("drop", dropped), ("edit", edited)];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(_, ranks)| !ranks.is_empty())
            .map(|(what, ranks)| format!("{what} {ranks}"))
            .collect();
        parts.join(" · ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_made_twice_or_back_is_none() {
        let mut changes = Changes::default();
        changes.toggle(3);
        changes.replace(1, "old", "new".into());
        assert_eq!(changes.words(), "drop 3 · edit 1");
        assert_eq!(changes.edits(), [ChunkEdit::Drop(3), ChunkEdit::Replace { rank: 1, content: "new".into() }]);
        changes.toggle(3);
        changes.replace(1, "old", "old".into());
        assert!(changes.is_empty());
    }

    #[test]
    fn a_dropped_chunk_is_not_edited_too() {
        let mut changes = Changes::default();
        changes.replace(2, "old", "new".into());
        changes.toggle(2);
        assert_eq!(changes.edits(), [ChunkEdit::Drop(2)]);
    }
}

//! Changes to the chunks of a case before it is tried again.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::domain::chunk::Chunk;
use crate::domain::chunk_edit::{ArrangedChunk, Fate, Origin, arrange};
use crate::domain::run::ChunkEdit;

/// Changes that can be taken back one by one.
const UNDO: usize = 200;

/// A chunk that is put in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewChunk {
    /// Its text.
    pub content: String,
    /// Its document, where it has one.
    pub document_id: Option<String>,
    /// What else is known of it.
    pub metadata: Map<String, Value>,
}

/// What the next try does to the chunks. They are named by their recorded ranks; added ones count on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// How many were recorded.
    recorded: u32,
    state: State,
    undo: Vec<State>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct State {
    /// All names in their order, those left out included.
    order: Vec<u32>,
    dropped: BTreeSet<u32>,
    replaced: BTreeMap<u32, String>,
    added: Vec<NewChunk>,
}

impl Changes {
    /// No changes to so many chunks.
    pub fn of(chunks: &[Chunk]) -> Self {
        let recorded = chunks.iter().map(|chunk| chunk.rank).max().unwrap_or(0);
        Self { recorded, state: State { order: (1..=recorded).collect(), ..State::default() }, undo: Vec::new() }
    }

    /// The changes that these edits make, for a try that is taken up again.
    pub fn from_edits(chunks: &[Chunk], edits: &[ChunkEdit]) -> Self {
        let mut changes = Self::of(chunks);
        for edit in edits {
            match edit {
                ChunkEdit::Drop(rank) => drop(changes.state.dropped.insert(*rank)),
                ChunkEdit::Replace { rank, content } => drop(changes.state.replaced.insert(*rank, content.clone())),
                ChunkEdit::Add { content, document_id, metadata, .. } => {
                    let chunk = NewChunk {
                        content: content.clone(),
                        document_id: document_id.clone(),
                        metadata: metadata.clone(),
                    };
                    changes.state.added.push(chunk);
                }
                ChunkEdit::Order(_) => {}
            }
        }
        if let Ok(arranged) = arrange(chunks, edits) {
            changes.state.order = arranged.iter().map(|arranged| arranged.named).collect();
        }
        changes
    }

    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        self.edits().is_empty()
    }

    fn change(&mut self, change: impl FnOnce(&mut State)) {
        let before = self.state.clone();
        change(&mut self.state);
        if before != self.state {
            self.undo.push(before);
            if self.undo.len() > UNDO {
                self.undo.remove(0);
            }
        }
    }

    /// Leaves a chunk out, or takes it back.
    pub fn toggle(&mut self, named: u32) {
        self.change(|state| {
            if !state.dropped.remove(&named) {
                state.dropped.insert(named);
            }
        });
    }

    /// Puts another text in a chunk's place; the recorded text takes the change back.
    pub fn replace(&mut self, named: u32, recorded: &str, text: String) {
        let first_added = self.recorded + 1;
        self.change(|state| match named.checked_sub(first_added).and_then(|at| state.added.get_mut(at as usize)) {
            Some(added) => added.content = text,
            None if text == recorded => drop(state.replaced.remove(&named)),
            None => drop(state.replaced.insert(named, text)),
        });
    }

    /// Puts a chunk in behind another, or at the end; says what it is named by.
    pub fn add(&mut self, after: Option<u32>, chunk: NewChunk) -> u32 {
        let named = self.recorded + self.state.added.len() as u32 + 1;
        self.change(|state| {
            state.added.push(chunk);
            let at = after.and_then(|after| state.order.iter().position(|known| *known == after));
            state.order.insert(at.map_or(state.order.len(), |at| at + 1), named);
        });
        named
    }

    /// Puts a chunk in the place of another, which is left out; says what it is named by.
    pub fn swap(&mut self, named: u32, chunk: NewChunk) -> u32 {
        let new = self.add(Some(named), chunk);
        self.state.dropped.insert(named);
        new
    }

    /// Moves a chunk up or down past the next one that is given.
    pub fn shift(&mut self, named: u32, way: Way) {
        self.change(|state| {
            let Some(at) = state.order.iter().position(|known| *known == named) else { return };
            let given = |at: &usize| !state.dropped.contains(&state.order[*at]);
            let other = match way {
                Way::Up => (0..at).rev().find(given),
                Way::Down => (at + 1..state.order.len()).find(given),
            };
            if let Some(other) = other {
                let moved = state.order.remove(at);
                state.order.insert(other, moved);
            }
        });
    }

    /// Leaves the last chunk that is given out; says whether there is another.
    pub fn fewer(&mut self) -> bool {
        let given: Vec<u32> =
            self.state.order.iter().copied().filter(|named| !self.state.dropped.contains(named)).collect();
        let [_, .., last] = given[..] else { return false };
        self.toggle(last);
        true
    }

    /// Gives one more chunk: the first one behind all that are given that was left out, else the first of those that were
    /// found and not given; says whether there was one.
    pub fn more(&mut self, beyond: &[Chunk]) -> bool {
        let end = self.state.order.iter().rposition(|named| !self.state.dropped.contains(named)).map_or(0, |at| at + 1);
        if let Some(next) = self.state.order.get(end).copied() {
            self.toggle(next);
            return true;
        }
        let taken = |chunk: &&Chunk| {
            !self.state.added.iter().any(|added| Some(added.content.as_str()) == chunk.content.as_deref())
        };
        let Some(next) = beyond.iter().find(taken) else { return false };
        let chunk = NewChunk {
            content: next.content.clone().unwrap_or_default(),
            document_id: next.document_id.clone(),
            metadata: next.metadata.clone(),
        };
        self.add(None, chunk);
        true
    }

    /// Takes the last change back; says whether there was one.
    pub fn undo(&mut self) -> bool {
        let before = self.undo.pop();
        let there = before.is_some();
        self.state = before.unwrap_or_else(|| self.state.clone());
        there
    }

    /// Takes all changes back; that can be taken back, too.
    pub fn reset(&mut self) {
        let recorded = self.recorded;
        self.change(|state| *state = State { order: (1..=recorded).collect(), ..State::default() });
    }

    /// The changes as a replay takes them.
    pub fn edits(&self) -> Vec<ChunkEdit> {
        let state = &self.state;
        let dropped = state.dropped.iter().map(|rank| ChunkEdit::Drop(*rank));
        let kept = state.replaced.iter().filter(|(rank, _)| !state.dropped.contains(rank));
        let replaced = kept.map(|(rank, content)| ChunkEdit::Replace { rank: *rank, content: content.clone() });
        let added = state.added.iter().map(|chunk| ChunkEdit::Add {
            content: chunk.content.clone(),
            document_id: chunk.document_id.clone(),
            after: None,
            metadata: chunk.metadata.clone(),
        });
        // What is added must be there before it can be left out or ordered.
        let mut edits: Vec<ChunkEdit> = added.chain(dropped).chain(replaced).collect();
        if !state.order.is_sorted() {
            edits.push(ChunkEdit::Order(state.order.clone()));
        }
        edits
    }

    /// All chunks in their order, those left out included.
    pub fn arranged(&self, chunks: &[Chunk]) -> Vec<ArrangedChunk> {
        arrange(chunks, &self.edits()).unwrap_or_default()
    }
}

/// Which way a chunk is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Towards the first.
    Up,
    /// Towards the last.
    Down,
}

/// What edits come to in few words: `− 3 · edit 1 · + api-limits at 1 · order 2, 1`. Ids of documents are foreign.
pub fn words(chunks: &[Chunk], edits: &[ChunkEdit]) -> String {
    let Ok(all) = arrange(chunks, edits) else { return String::new() };
    let named = |such: &dyn Fn(&ArrangedChunk) -> bool| -> Vec<String> {
        all.iter().filter(|arranged| such(arranged)).map(|arranged| arranged.named.to_string()).collect()
    };
    let is_given = |arranged: &ArrangedChunk| arranged.fate == Fate::Given;
    let left = named(&|arranged| !is_given(arranged) && arranged.origin != Origin::Added);
    let edited = named(&|arranged| is_given(arranged) && arranged.origin == Origin::Edited);
    let added = all.iter().filter(|arranged| is_given(arranged) && arranged.origin == Origin::Added).map(|arranged| {
        let id = arranged.chunk.document_id.as_deref().unwrap_or("a chunk");
        format!("with {id} at {}", arranged.chunk.rank)
    });
    let mut parts = Vec::new();
    if !left.is_empty() {
        parts.push(format!("without {}", left.join(", ")));
    }
    if !edited.is_empty() {
        parts.push(format!("{} edited", edited.join(", ")));
    }
    parts.extend(added);
    let recorded: Vec<&ArrangedChunk> =
        all.iter().filter(|arranged| is_given(arranged) && arranged.origin != Origin::Added).collect();
    if !recorded.is_sorted_by_key(|arranged| arranged.named) {
        let order: Vec<String> = recorded.iter().map(|arranged| arranged.named.to_string()).collect();
        parts.push(format!("order {}", order.join(", ")));
    }
    if parts.is_empty() { "chunks as recorded".to_owned() } else { parts.join(" · ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::chunk_edit::edit_chunks;
    use crate::domain::chunk_edit::tests::chunks;

    fn new(text: &str) -> NewChunk {
        NewChunk { content: text.into(), document_id: Some(format!("{text}-doc")), metadata: Map::new() }
    }

    fn given(changes: &Changes) -> Vec<String> {
        edit_chunks(&chunks(), &changes.edits()).unwrap().into_iter().map(|chunk| chunk.content.unwrap()).collect()
    }

    fn said(changes: &Changes) -> String {
        words(&chunks(), &changes.edits())
    }

    #[test]
    fn a_change_made_twice_or_back_is_none() {
        let mut changes = Changes::of(&chunks());
        changes.toggle(3);
        changes.replace(1, "old", "new".into());
        assert_eq!(said(&changes), "without 3 · 1 edited");
        changes.toggle(3);
        changes.replace(1, "old", "old".into());
        assert!(changes.is_empty());
        assert!(changes.undo() && changes.undo());
        assert_eq!(said(&changes), "without 3 · 1 edited");
        changes.reset();
        assert_eq!(said(&changes), "chunks as recorded");
        assert!(changes.undo());
        assert_eq!(given(&changes), ["new", "text 2"]);
    }

    #[test]
    fn another_chunk_takes_a_place_and_can_be_moved_edited_and_left_out() {
        let mut changes = Changes::of(&chunks());
        let named = changes.swap(1, new("x"));
        assert_eq!((named, given(&changes)), (4, ["x", "text 2", "text 3"].map(str::to_owned).to_vec()));
        changes.replace(4, "", "y".into());
        changes.shift(4, Way::Down);
        assert_eq!(given(&changes), ["text 2", "y", "text 3"]);
        assert_eq!(said(&changes), "without 1 · with x-doc at 2");
        let again = Changes::from_edits(&chunks(), &changes.edits());
        assert_eq!(given(&again), given(&changes));
        changes.toggle(4);
        assert_eq!(given(&changes), ["text 2", "text 3"]);
        changes.shift(3, Way::Up);
        assert_eq!(said(&changes), "without 1 · order 3, 2");
    }

    #[test]
    fn fewer_and_more_chunks() {
        let mut changes = Changes::of(&chunks());
        assert!(changes.fewer() && changes.fewer());
        assert!(!changes.fewer(), "one is left");
        assert_eq!(given(&changes), ["text 1"]);
        let beyond = [Chunk { content: Some("found".into()), ..chunks()[0].clone() }];
        assert!(changes.more(&beyond) && changes.more(&beyond) && changes.more(&beyond));
        assert!(!changes.more(&beyond), "nothing else was found");
        assert_eq!(given(&changes), ["text 1", "text 2", "text 3", "found"]);
    }
}

//! The chunks that another retriever found, in the place of those that were recorded.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::chunk::Chunk;
use super::chunk_edit::ChunkEdit;
use super::ids::TraceId;
use super::run::Variant;

/// Other chunks for single traces, as changes to the recorded ones.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChunkLists {
    /// What found them, such as `bm25`. It may be a command of the user's.
    pub retriever: String,
    /// The changes, by trace; a trace that is not named keeps its chunks.
    pub traces: BTreeMap<TraceId, Vec<ChunkEdit>>,
}

/// A chunk that is to be given.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted<'a> {
    /// Its document.
    pub document_id: &'a str,
    /// Its text.
    pub content: &'a str,
    /// Whatever else is known of it.
    pub metadata: &'a Map<String, Value>,
}

/// The changes that make recorded chunks a list of others, in its order: recorded ones with the same text stay, the
/// others are left out, and what is new is added.
pub fn changes_to(recorded: &[Chunk], wanted: &[Wanted<'_>]) -> Vec<ChunkEdit> {
    let folded = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let same = |chunk: &Chunk, wanted: &Wanted<'_>| {
        chunk.content.as_deref().is_some_and(|content| folded(content) == folded(wanted.content))
    };
    let mut next = recorded.iter().map(|chunk| chunk.rank).max().unwrap_or(0);
    let (mut added, mut ranks) = (Vec::new(), Vec::new());
    for one in wanted {
        let known = recorded.iter().find(|chunk| same(chunk, one) && !ranks.contains(&chunk.rank));
        let rank = if let Some(chunk) = known {
            chunk.rank
        } else {
            added.push(ChunkEdit::Add {
                content: one.content.to_owned(),
                document_id: Some(one.document_id.to_owned()),
                after: None,
                metadata: one.metadata.clone(),
            });
            next += 1;
            next
        };
        ranks.push(rank);
    }
    let gone = recorded.iter().filter(|chunk| !ranks.contains(&chunk.rank));
    let mut changes: Vec<ChunkEdit> = gone.map(|chunk| ChunkEdit::Drop(chunk.rank)).collect();
    changes.extend(added);
    if ranks.windows(2).any(|pair| pair[0] > pair[1]) {
        changes.push(ChunkEdit::Order(ranks));
    }
    changes
}

impl Variant {
    /// The variant as it is for one trace: with the trace's own chunks among its changes, before those for all traces.
    pub fn for_trace(&self, trace: &TraceId) -> Cow<'_, Self> {
        let Some(lists) = &self.overrides.lists else { return Cow::Borrowed(self) };
        let mut own = self.clone();
        own.overrides.lists = None;
        if let Some(changes) = lists.traces.get(trace) {
            own.overrides.chunks.splice(0..0, changes.iter().cloned());
        }
        Cow::Owned(own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::chunk::ChunkRole;
    use crate::domain::chunk_edit::edit_chunks;
    use crate::domain::run::{ModelChoice, Overrides};
    use crate::domain::run_design::VariantRole;

    fn recorded() -> Vec<Chunk> {
        let chunk = |(rank, content): (u32, &str)| Chunk {
            role: ChunkRole::Retrieved,
            rank,
            document_id: Some(format!("d{rank}")),
            score: None,
            content: Some(content.to_owned()),
            metadata: Map::new(),
        };
        (1..).zip(["one  text", "two", "three"]).map(chunk).collect()
    }

    fn after(wanted: &[(&str, &str)]) -> (Vec<ChunkEdit>, Vec<(String, String)>) {
        let metadata = Map::new();
        let wanted: Vec<Wanted<'_>> =
            wanted.iter().map(|(document_id, content)| Wanted { document_id, content, metadata: &metadata }).collect();
        let changes = changes_to(&recorded(), &wanted);
        let given = edit_chunks(&recorded(), &changes).unwrap();
        let seen = given.into_iter().map(|chunk| (chunk.document_id.unwrap(), chunk.content.unwrap())).collect();
        (changes, seen)
    }

    #[test]
    fn the_recorded_chunks_become_the_wanted_ones_in_their_order() {
        for wanted in [
            vec![("d3", "three"), ("new", "four"), ("d1", "one  text")],
            vec![("new", "four"), ("newer", "five")],
            vec![("d1", "one  text"), ("d2", "two"), ("d3", "three"), ("new", "four")],
            vec![("d2", "two")],
            vec![],
        ] {
            let (_, seen) = after(&wanted);
            let seen: Vec<(&str, &str)> = seen.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
            assert_eq!(seen, wanted);
        }
    }

    #[test]
    fn a_variant_has_the_chunks_of_each_trace_before_its_other_changes() {
        let lists = ChunkLists { retriever: "bm25".into(), traces: [("t1".into(), vec![ChunkEdit::Drop(1)])].into() };
        let overrides = Overrides { chunks: vec![ChunkEdit::Drop(2)], lists: Some(lists), ..Overrides::default() };
        assert_eq!(overrides.in_words(), "chunks found by bm25, without chunk 2");
        let variant = Variant {
            id: "A".into(),
            model: ModelChoice::Recorded,
            prompt: None,
            prompt_hash: None,
            overrides,
            role: VariantRole::Candidate,
        };
        assert_eq!(variant.for_trace(&"t1".into()).overrides.chunks, [ChunkEdit::Drop(1), ChunkEdit::Drop(2)]);
        assert_eq!(variant.for_trace(&"t2".into()).overrides.chunks, [ChunkEdit::Drop(2)]);
    }

    #[test]
    fn the_same_chunks_are_no_change() {
        assert_eq!(after(&[("x", "one text"), ("d2", "two"), ("d3", "three")]).0, []);
    }
}

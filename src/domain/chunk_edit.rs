//! Changes to the chunks of a case before it is replayed.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::chunk::{Chunk, ChunkRole};

/// A change to a case's chunks before it is replayed. Ranks count from 1 in the recorded order and do not change with
/// the edits; added chunks count on behind the last recorded one, in the order in which they were added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChunkEdit {
    /// Leave the chunk of this rank out.
    Drop(u32),
    /// Put another text in the place of the chunk of this rank.
    Replace {
        /// The rank of the chunk.
        rank: u32,
        /// The new text.
        content: String,
    },
    /// Put a chunk in that was not retrieved.
    Add {
        /// Its text.
        content: String,
        /// Its document, where it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document_id: Option<String>,
        /// The rank of the chunk that it follows, also where that one is left out; 0 puts it first, `None` last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<u32>,
        /// Whatever else is known of it, as it is of recorded chunks.
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        metadata: Map<String, Value>,
    },
    /// Give the chunks in this order of ranks; those that are not named follow as they were.
    Order(Vec<u32>),
}

impl ChunkEdit {
    /// The change in words: `without chunk 2`. Ids of documents may be foreign.
    pub fn in_words(&self) -> String {
        match self {
            Self::Drop(rank) => format!("without chunk {rank}"),
            Self::Replace { rank, .. } => format!("chunk {rank} edited"),
            Self::Add { document_id, after, .. } => {
                let what = document_id.as_deref().unwrap_or("a chunk");
                match after {
                    None => format!("{what} added"),
                    Some(0) => format!("{what} added as the first"),
                    Some(rank) => format!("{what} added after chunk {rank}"),
                }
            }
            Self::Order(ranks) => {
                let ranks: Vec<String> = ranks.iter().map(u32::to_string).collect();
                format!("chunks in the order {}", ranks.join(", "))
            }
        }
    }
}

/// A chunk of a changed list.
#[derive(Clone, Debug, PartialEq)]
pub struct ArrangedChunk {
    /// The rank that edits name it by: of the recording, or counted on for an added one.
    pub named: u32,
    /// Where it comes from.
    pub origin: Origin,
    /// Whether the model is given it.
    pub fate: Fate,
    /// The chunk; its rank is its place among those that are given, from 1, and as named where it is left out.
    pub chunk: Chunk,
}

/// Where a chunk of a changed list comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It was retrieved, and is as it was.
    Recorded,
    /// It was retrieved, and its text is another.
    Edited,
    /// It was put in.
    Added,
}

/// Whether the model is given a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is.
    Given,
    /// It is not.
    LeftOut,
}

/// All chunks of a case after edits in their order, those that are left out at their places. The reason names a chunk
/// that there is not.
pub fn arrange(chunks: &[Chunk], edits: &[ChunkEdit]) -> Result<Vec<ArrangedChunk>, String> {
    let recorded = |chunk: &Chunk| ArrangedChunk {
        named: chunk.rank,
        origin: Origin::Recorded,
        fate: Fate::Given,
        chunk: chunk.clone(),
    };
    let mut all: Vec<ArrangedChunk> = chunks.iter().map(recorded).collect();
    for edit in edits {
        match edit {
            ChunkEdit::Drop(rank) => {
                let place = place(&all, *rank, chunks)?;
                all[place].fate = Fate::LeftOut;
            }
            ChunkEdit::Replace { rank, content } => {
                let place = place(&all, *rank, chunks)?;
                all[place].chunk.content = Some(content.clone());
                if all[place].origin == Origin::Recorded {
                    all[place].origin = Origin::Edited;
                }
            }
            ChunkEdit::Add { content, document_id, after, metadata } => {
                let at = match after {
                    None => all.len(),
                    Some(0) => 0,
                    Some(rank) => place(&all, *rank, chunks)? + 1,
                };
                let named = all.iter().map(|arranged| arranged.named).max().unwrap_or(0) + 1;
                let chunk = Chunk {
                    role: ChunkRole::Retrieved,
                    rank: named,
                    document_id: document_id.clone(),
                    score: None,
                    content: Some(content.clone()),
                    metadata: metadata.clone(),
                };
                all.insert(at, ArrangedChunk { named, origin: Origin::Added, fate: Fate::Given, chunk });
            }
            ChunkEdit::Order(ranks) => {
                for rank in ranks {
                    place(&all, *rank, chunks)?;
                }
                let wanted = |named: u32| ranks.iter().position(|rank| *rank == named).unwrap_or(usize::MAX);
                all.sort_by_key(|arranged| wanted(arranged.named));
            }
        }
    }
    for (arranged, rank) in all.iter_mut().filter(|arranged| arranged.fate == Fate::Given).zip(1..) {
        arranged.chunk.rank = rank;
    }
    Ok(all)
}

/// The chunks of a case as the model is given them after edits, in their order, ranks from 1. The reason names a chunk
/// that there is not.
pub fn edit_chunks(chunks: &[Chunk], edits: &[ChunkEdit]) -> Result<Vec<Chunk>, String> {
    let given = arrange(chunks, edits)?.into_iter().filter(|arranged| arranged.fate == Fate::Given);
    Ok(given.map(|arranged| arranged.chunk).collect())
}

fn place(all: &[ArrangedChunk], rank: u32, chunks: &[Chunk]) -> Result<usize, String> {
    all.iter().position(|arranged| arranged.named == rank).ok_or_else(|| match chunks.len() {
        0 => format!("there is no chunk {rank}: the case has none"),
        count => format!("there is no chunk {rank}: the case has {count}"),
    })
}

/// Changes in words, in order; three and more chunks of neighbouring ranks that are left out one after the other are told
/// as one: `without chunks 3–9`.
pub fn edits_in_words(edits: &[ChunkEdit]) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = edits;
    while let Some(first) = rest.first() {
        let run = (0_u32..).zip(rest).take_while(|(at, edit)| match (first, edit) {
            (ChunkEdit::Drop(from), ChunkEdit::Drop(rank)) => *rank == from + at,
            _ => false,
        });
        if let (ChunkEdit::Drop(from), count @ 3..) = (first, run.count()) {
            words.push(format!("without chunks {from}–{}", *from as usize + count - 1));
            rest = &rest[count..];
        } else {
            words.push(first.in_words());
            rest = &rest[1..];
        }
    }
    words
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Three chunks, `text 1` of `doc-1` and so on.
    pub(crate) fn chunks() -> Vec<Chunk> {
        let chunk = |rank: u32| Chunk {
            role: ChunkRole::Retrieved,
            rank,
            document_id: Some(format!("doc-{rank}")),
            score: None,
            content: Some(format!("text {rank}")),
            metadata: Map::new(),
        };
        (1..=3).map(chunk).collect()
    }

    fn add(content: &str, after: Option<u32>) -> ChunkEdit {
        ChunkEdit::Add { content: content.into(), document_id: None, after, metadata: Map::new() }
    }

    fn texts(edits: &[ChunkEdit]) -> Vec<String> {
        let given = edit_chunks(&chunks(), edits).unwrap();
        assert!(given.iter().zip(1..).all(|(chunk, rank)| chunk.rank == rank));
        given.into_iter().map(|chunk| chunk.content.unwrap()).collect()
    }

    #[test]
    fn chunks_are_dropped_edited_added_and_ordered() {
        assert_eq!(texts(&[ChunkEdit::Drop(2)]), ["text 1", "text 3"]);
        assert_eq!(
            texts(&[ChunkEdit::Replace { rank: 2, content: "new".into() }, ChunkEdit::Order(vec![3, 2])]),
            ["text 3", "new", "text 1"]
        );
        assert_eq!(texts(&[add("first", Some(0)), add("last", None)]), ["first", "text 1", "text 2", "text 3", "last"]);
    }

    #[test]
    fn another_chunk_takes_the_place_of_one_that_is_left_out() {
        assert_eq!(texts(&[ChunkEdit::Drop(2), add("swapped", Some(2))]), ["text 1", "swapped", "text 3"]);
        assert_eq!(texts(&[add("x", Some(1)), ChunkEdit::Order(vec![4, 3])]), ["x", "text 3", "text 1", "text 2"]);
    }

    #[test]
    fn what_is_left_out_keeps_its_place_and_its_name() {
        let all = arrange(&chunks(), &[ChunkEdit::Drop(2), add("x", Some(2))]).unwrap();
        let seen: Vec<_> = all.iter().map(|arranged| (arranged.named, arranged.fate, arranged.chunk.rank)).collect();
        assert_eq!(seen, [(1, Fate::Given, 1), (2, Fate::LeftOut, 2), (4, Fate::Given, 2), (3, Fate::Given, 3)]);
    }

    #[test]
    fn a_chunk_that_is_not_there_is_named() {
        let no = |edit: ChunkEdit| arrange(&chunks(), &[edit]).unwrap_err();
        assert_eq!(no(ChunkEdit::Drop(9)), "there is no chunk 9: the case has 3");
        assert!(no(ChunkEdit::Order(vec![1, 4])).contains("no chunk 4"));
        assert!(no(add("x", Some(7))).contains("no chunk 7"));
    }

    #[test]
    fn journals_keep_edits_by_their_names() {
        let edits = [ChunkEdit::Drop(2), ChunkEdit::Order(vec![3, 1]), add("x", Some(1))];
        let json = serde_json::to_string(&edits).unwrap();
        assert_eq!(json, r#"[{"drop":2},{"order":[3,1]},{"add":{"content":"x","after":1}}]"#);
        assert_eq!(serde_json::from_str::<Vec<ChunkEdit>>(&json).unwrap(), edits);
    }

    #[test]
    fn neighbours_that_are_left_out_are_told_as_one() {
        let drops =
            |ranks: &[u32]| edits_in_words(&ranks.iter().map(|rank| ChunkEdit::Drop(*rank)).collect::<Vec<_>>());
        assert_eq!(drops(&[3, 4, 5, 9, 10]), ["without chunks 3–5", "without chunk 9", "without chunk 10"]);
        assert_eq!(drops(&[2]), ["without chunk 2"]);
    }
}

//! What another trace, or a try, was given, beside what is shown.

use super::state::Listed;
use crate::domain::chunk::Chunk;
use crate::domain::chunk_edit::{ArrangedChunk, Fate, Origin};
use crate::domain::ids::TraceId;

/// The other side.
#[derive(Clone, Debug, PartialEq)]
pub struct OtherSide {
    /// What it is called. It may hold foreign text.
    pub label: String,
    /// Whose chunks they are.
    pub trace_id: TraceId,
    /// Whether it is a try, which is beside its own trace.
    pub is_try: bool,
    /// Its chunks, in order.
    pub chunks: Vec<Chunk>,
}

impl OtherSide {
    /// Chunks with their ranks on the other side, then those that only the other side has.
    pub fn beside(&self, arranged: Vec<ArrangedChunk>) -> Vec<Listed> {
        let only: Vec<&Chunk> = self
            .chunks
            .iter()
            .filter(|chunk| !arranged.iter().any(|own| own.fate == Fate::Given && is_same(&own.chunk, chunk)))
            .collect();
        let next = arranged.iter().map(|own| own.named).max().unwrap_or(0) + 1;
        let there =
            |own: &ArrangedChunk| self.chunks.iter().find(|chunk| is_same(&own.chunk, chunk)).map(|chunk| chunk.rank);
        let mut listed: Vec<Listed> = arranged
            .into_iter()
            .map(|arranged| Listed { there: there(&arranged), arranged, only_there: false })
            .collect();
        listed.extend(only.into_iter().zip(next..).map(|(chunk, named)| Listed {
            arranged: ArrangedChunk { named, origin: Origin::Recorded, fate: Fate::LeftOut, chunk: chunk.clone() },
            there: Some(chunk.rank),
            only_there: true,
        }));
        listed
    }
}

/// Whether two chunks are the same document, or the same text where they name none.
fn is_same(one: &Chunk, other: &Chunk) -> bool {
    match (&one.document_id, &other.document_id) {
        (Some(one), Some(other)) => one == other,
        _ => one.content.is_some() && one.content == other.content,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::chunk::ChunkRole;
    use crate::domain::chunk_edit::arrange;

    fn chunk(rank: u32, id: &str) -> Chunk {
        Chunk {
            role: ChunkRole::Retrieved,
            rank,
            document_id: Some(id.into()),
            score: None,
            content: Some(id.into()),
            metadata: serde_json::Map::new(),
        }
    }

    #[test]
    fn chunks_of_both_sides_and_of_one() {
        let other = OtherSide {
            label: "x".into(),
            trace_id: "t".into(),
            is_try: false,
            chunks: vec![chunk(1, "b"), chunk(2, "c")],
        };
        let own = arrange(&[chunk(1, "a"), chunk(2, "b")], &[]).unwrap();
        let seen: Vec<_> = other
            .beside(own)
            .into_iter()
            .map(|listed| (listed.arranged.chunk.document_id.unwrap(), listed.there, listed.only_there))
            .collect();
        let expected =
            [("a".to_owned(), None, false), ("b".to_owned(), Some(1), false), ("c".to_owned(), Some(2), true)];
        assert_eq!(seen, expected);
    }
}

//! What can be left out of a case.

use super::error::AblationError;
use crate::domain::ablation::{DropSet, PartKind, prompt_parts};
use crate::domain::message_edit::MessageEdit;
use crate::domain::run::{Case, ChunkEdit, Overrides};
use crate::domain::run_design::AblationSubject;
use crate::services::replay::edit_messages;

/// Something that can be left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The chunk's rank, or the part's place in the prompt, from 1.
    pub rank: u32,
    /// The chunk's document, where recorded. Untrusted text.
    pub document_id: Option<String>,
    /// What a part is; `None` for a chunk.
    pub kind: Option<PartKind>,
    /// The first words of it, on one line. Untrusted text.
    pub label: String,
    edits: Edits,
}

#[derive(Clone, Debug, PartialEq)]
enum Edits {
    Chunk(ChunkEdit),
    Part(Vec<MessageEdit>),
}

/// What can be left out of a case, and what cannot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Items {
    /// What is tested, in order.
    pub tested: Vec<Item>,
    /// Chunks whose text does not stand in the messages, so that the answer cannot come from it there.
    pub absent: Vec<Item>,
}

/// Characters of a chunk that stand for it.
const LABEL_CHARS: usize = 60;

impl Items {
    /// What can be left out of a case. A model that answers on this machine reads the chunks themselves, whether they
    /// stand in the messages or not.
    pub fn of(case: &Case, subject: AblationSubject, reads: Reads) -> Result<Self, AblationError> {
        match subject {
            AblationSubject::Chunks => Self::chunks(case, reads),
            AblationSubject::Parts => Self::parts(case),
        }
    }

    fn chunks(case: &Case, reads: Reads) -> Result<Self, AblationError> {
        let trace = || case.trace_id.as_str().to_owned();
        let mut items = Self::default();
        let mut first = None;
        for chunk in &case.chunks {
            let edit = ChunkEdit::Drop(chunk.rank);
            let content = chunk.content.as_deref().unwrap_or_default();
            let line = content.split_whitespace().collect::<Vec<_>>().join(" ");
            let found = match reads {
                Reads::Chunks => Ok(()),
                Reads::Messages => edit_messages(&mut case.messages.clone(), &case.chunks, std::slice::from_ref(&edit)),
            };
            let item = Item {
                rank: chunk.rank,
                document_id: chunk.document_id.clone(),
                kind: None,
                label: line.chars().take(LABEL_CHARS).collect(),
                edits: Edits::Chunk(edit),
            };
            match found {
                Ok(()) => items.tested.push(item),
                Err(reason) => {
                    first.get_or_insert(reason);
                    items.absent.push(item);
                }
            }
        }
        match first {
            _ if case.chunks.is_empty() => Err(AblationError::NoChunks { trace: trace() }),
            Some(reason) if items.tested.is_empty() => {
                Err(AblationError::NotInMessages { trace: trace(), chunks: case.chunks.len(), reason })
            }
            _ => Ok(items),
        }
    }

    fn parts(case: &Case) -> Result<Self, AblationError> {
        let parts = prompt_parts(case).into_iter().zip(1..);
        let tested: Vec<Item> = parts
            .map(|(part, rank)| Item {
                rank,
                document_id: None,
                kind: Some(part.kind),
                label: part.label,
                edits: Edits::Part(part.edits),
            })
            .collect();
        if tested.is_empty() {
            return Err(AblationError::NoParts { trace: case.trace_id.as_str().to_owned() });
        }
        Ok(Self { tested, absent: Vec::new() })
    }

    /// What leaves the items of a test out.
    pub fn overrides(&self, test: &DropSet) -> Overrides {
        let mut overrides = Overrides::default();
        for item in test.items().filter_map(|item| self.tested.get(item)) {
            match &item.edits {
                Edits::Chunk(edit) => overrides.chunks.push(edit.clone()),
                Edits::Part(edits) => overrides.messages.extend(edits.iter().cloned()),
            }
        }
        overrides
    }

    /// The test that a variant is; `None` where it leaves out something else.
    pub fn test_of(&self, overrides: &Overrides) -> Option<DropSet> {
        let leaves_out = |item: &Item| match &item.edits {
            Edits::Chunk(edit) => overrides.chunks.contains(edit),
            Edits::Part(edits) => edits.iter().all(|edit| overrides.messages.contains(edit)),
        };
        let test: DropSet =
            self.tested.iter().enumerate().filter(|(_, item)| leaves_out(item)).map(|(at, _)| at).collect();
        // Parameters are set for all tests alike.
        let parameters = overrides.parameters.clone();
        (Overrides { parameters, ..self.overrides(&test) } == *overrides).then_some(test)
    }

    /// A test in words: `everything`, `without chunks 1–4`.
    pub fn in_words(&self, test: &DropSet) -> String {
        let what = if self.tested.first().is_some_and(|item| item.kind.is_some()) { "part" } else { "chunk" };
        if test.is_empty() {
            return "everything".to_owned();
        }
        if test.len() == self.tested.len() {
            return format!("no {what}");
        }
        let ranks: Vec<u32> = test.items().filter_map(|item| self.tested.get(item)).map(|item| item.rank).collect();
        let several = if ranks.len() == 1 { "" } else { "s" };
        format!("without {what}{several} {}", ranges(&ranks))
    }
}

/// Where a model takes the chunks from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// From the messages, as every model that is sent a request.
    Messages,
    /// From the case itself, as the built-in ones.
    Chunks,
}

/// Numbers with runs drawn together: `1–4, 7`.
fn ranges(numbers: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => runs.push((*number, *number)),
        }
    }
    let words = runs.into_iter().map(|(first, last)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first}–{last}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::replay::testing::case;

    #[test]
    fn tests_and_overrides_are_the_same_thing() {
        let items = Items::of(&case("t1"), AblationSubject::Chunks, Reads::Messages).unwrap();
        assert_eq!(items.tested.len(), 2);
        for test in [DropSet::nothing(), DropSet::everything(2), DropSet::nothing().and(&[1])] {
            assert_eq!(items.test_of(&items.overrides(&test)), Some(test));
        }
        let other = Overrides { chunks: vec![ChunkEdit::Drop(9)], ..Overrides::default() };
        assert_eq!(items.test_of(&other), None);
        assert_eq!(items.in_words(&DropSet::nothing().and(&[1])), "without chunk 2");
        assert_eq!(ranges(&[1, 2, 3, 5, 7, 8]), "1–3, 5, 7, 8");
    }

    #[test]
    fn a_chunk_that_does_not_stand_in_the_messages_is_told_apart() {
        let mut one = case("t1");
        one.chunks[1].content = Some("Something that was cut off.".into());
        let items = Items::of(&one, AblationSubject::Chunks, Reads::Messages).unwrap();
        assert_eq!((items.tested.len(), items.absent[0].rank), (1, 2));
        one.chunks.remove(0);
        let refused = Items::of(&one, AblationSubject::Chunks, Reads::Messages).unwrap_err();
        assert!(refused.to_string().contains("none of the 1 chunks"), "{refused}");
        assert!(Items::of(&one, AblationSubject::Chunks, Reads::Chunks).is_ok());
        one.chunks.clear();
        assert!(matches!(
            Items::of(&one, AblationSubject::Chunks, Reads::Messages),
            Err(AblationError::NoChunks { .. })
        ));
    }
}

//! Cuts, replaces, adds and reorders chunks where they stand in the messages.

use std::collections::BTreeSet;

use super::chunk_places::{Place, lists, marker_for, number_in, places};
use super::chunk_text::{between, cut, renumbered};
use crate::domain::chunk::Chunk;
use crate::domain::chunk_edit::{ArrangedChunk, ChunkEdit, Fate, Origin, arrange};
use crate::domain::message::{Message, Part, Role};

pub use crate::domain::chunk_edit::edit_chunks;

/// Applies edits to messages: each chunk's text is looked for exactly, then with white space folded; it is cut with its
/// list marker, replaced, moved with its marker, or followed by a new one whose marker is made as its neighbour's. Lists
/// that count their chunks go on counting them. The reason says what was not found.
pub fn edit_messages(messages: &mut [Message], chunks: &[Chunk], edits: &[ChunkEdit]) -> Result<(), String> {
    if edits.is_empty() {
        return Ok(());
    }
    edit_texts(&mut texts(messages).collect::<Vec<_>>(), chunks, edits)
}

/// The same for texts, which together hold the chunks.
pub(super) fn edit_texts(texts: &mut [&mut String], chunks: &[Chunk], edits: &[ChunkEdit]) -> Result<(), String> {
    let wanted = Wanted { recorded: chunks, all: arrange(chunks, edits)?, edits };
    let found: Vec<Vec<Vec<Place>>> = texts.iter().map(|text| lists(places(text, chunks))).collect();
    let anywhere: BTreeSet<u32> = found.iter().flatten().flatten().map(|place| place.rank).collect();
    wanted.check(&anywhere, found.iter().flatten())?;
    for (text, lists) in texts.iter_mut().zip(&found) {
        for list in lists.iter().rev() {
            wanted.write(text, list, &anywhere)?;
        }
    }
    Ok(())
}

/// The texts a chunk may stand in: all but the model's own.
fn texts(messages: &mut [Message]) -> impl Iterator<Item = &mut String> {
    messages.iter_mut().filter(|message| message.role != Role::Assistant).flat_map(|message| {
        message.parts.iter_mut().filter_map(|part| match part {
            Part::Text { text } | Part::ToolResult { result: serde_json::Value::String(text), .. } => Some(text),
            _ => None,
        })
    })
}

/// What the chunks are to be.
struct Wanted<'a> {
    recorded: &'a [Chunk],
    all: Vec<ArrangedChunk>,
    edits: &'a [ChunkEdit],
}

impl Wanted<'_> {
    /// Whether recorded chunks stand in another order than before.
    fn reorders(&self) -> bool {
        let recorded = self.all.iter().filter(|arranged| arranged.origin != Origin::Added);
        !recorded.is_sorted_by_key(|arranged| arranged.named)
    }

    fn adds(&self) -> bool {
        self.edits.iter().any(|edit| matches!(edit, ChunkEdit::Add { .. }))
    }

    /// Whether the edits can be made where the chunks stand.
    fn check<'p>(
        &self,
        anywhere: &BTreeSet<u32>,
        mut lists: impl Iterator<Item = &'p Vec<Place>>,
    ) -> Result<(), String> {
        let changed = |arranged: &&ArrangedChunk| {
            arranged.origin != Origin::Added
                && (self.reorders() || arranged.fate == Fate::LeftOut || arranged.origin == Origin::Edited)
        };
        for named in self.all.iter().filter(changed).map(|arranged| arranged.named) {
            if anywhere.contains(&named) {
                continue;
            }
            let text = self.recorded(named).and_then(|chunk| chunk.content.as_deref()).unwrap_or_default();
            return Err(if text.trim().is_empty() {
                format!("chunk {named} has no recorded text, so it cannot be found in the messages")
            } else {
                format!("the text of chunk {named} is not in the recorded messages")
            });
        }
        if self.adds() && anywhere.is_empty() {
            return Err("no chunk's text is in the recorded messages, so there is no place for another".to_owned());
        }
        if self.reorders() && lists.any(|list| list.len() < anywhere.len()) {
            return Err(
                "the chunks do not stand together in the messages, so they cannot be reordered there".to_owned()
            );
        }
        Ok(())
    }

    fn recorded(&self, named: u32) -> Option<&Chunk> {
        self.recorded.iter().find(|chunk| chunk.rank == named)
    }

    /// Makes one list what it is to be.
    fn write(&self, text: &mut String, list: &[Place], anywhere: &BTreeSet<u32>) -> Result<(), String> {
        let base = self.counts_from(text, list);
        let slots = self.slots(list, anywhere);
        let given = || slots.iter().filter(|slot| slot.fate == Fate::Given);
        let adds = slots.iter().any(|slot| slot.origin == Origin::Added);
        if (adds || self.reorders()) && given().next().is_some() {
            return self.rewrite(text, list, &given().copied().collect::<Vec<_>>(), base);
        }
        let numbers: Vec<u32> = given().map(|slot| slot.named).collect();
        for place in list.iter().rev() {
            let Some(slot) = slots.iter().find(|slot| slot.named == place.rank) else { continue };
            if slot.fate == Fate::LeftOut {
                cut(text, &place.whole);
                continue;
            }
            if slot.origin == Origin::Edited {
                text.replace_range(place.content.clone(), slot.chunk.content.as_deref().unwrap_or_default());
            }
            let number = numbers.iter().position(|named| *named == place.rank).zip(base);
            if let (Some((at, base)), Some(chunk)) = (number, self.recorded(place.rank)) {
                let marker = place.whole.start..place.content.start;
                let counted = renumbered(&text[marker.clone()], chunk, base + at as u32);
                text.replace_range(marker, &counted);
            }
        }
        Ok(())
    }

    /// The chunks of a list as they are to be: those that stand in it, and each added one where the chunk before it
    /// stands, or the first that follows where none is before it.
    fn slots(&self, list: &[Place], anywhere: &BTreeSet<u32>) -> Vec<&ArrangedChunk> {
        let stands = |named: u32| list.iter().any(|place| place.rank == named);
        let is_anchor =
            |arranged: &&ArrangedChunk| arranged.origin != Origin::Added && anywhere.contains(&arranged.named);
        let belongs = |at: usize, arranged: &ArrangedChunk| match arranged.origin {
            Origin::Recorded | Origin::Edited => stands(arranged.named),
            Origin::Added => {
                let before = self.all[..at].iter().rfind(is_anchor);
                before.or_else(|| self.all[at..].iter().find(is_anchor)).is_some_and(|anchor| stands(anchor.named))
            }
        };
        self.all
            .iter()
            .enumerate()
            .filter(|(at, arranged)| belongs(*at, arranged))
            .map(|(_, arranged)| arranged)
            .collect()
    }

    /// The number of the first chunk, 0 or 1, where markers count all chunks of a list.
    fn counts_from(&self, text: &str, list: &[Place]) -> Option<u32> {
        let numbers: Option<Vec<u32>> = list
            .iter()
            .map(|place| Some(number_in(&text[place.whole.start..place.content.start], self.recorded(place.rank)?)?.1))
            .collect();
        let numbers = numbers?;
        let base = numbers.first().copied().filter(|first| *first <= 1)?;
        numbers.iter().zip(base..).all(|(number, wanted)| *number == wanted).then_some(base)
    }

    /// Writes a list anew.
    fn rewrite(
        &self,
        text: &mut String,
        list: &[Place],
        given: &[&ArrangedChunk],
        base: Option<u32>,
    ) -> Result<(), String> {
        let (Some(begin), Some(end)) = (list.first(), list.last()) else { return Ok(()) };
        let between = between(text, list)?;
        let mut made = String::new();
        for (at, slot) in given.iter().enumerate() {
            if at > 0 {
                made.push_str(&between[(at - 1).min(between.len() - 1)]);
            }
            made.push_str(&self.entry(text, list, slot, base.map(|base| base + at as u32)));
        }
        text.replace_range(begin.whole.start..end.whole.end, &made);
        Ok(())
    }

    /// A chunk with its marker.
    fn entry(&self, text: &str, list: &[Place], slot: &ArrangedChunk, number: Option<u32>) -> String {
        let at = self.all.iter().position(|arranged| arranged.named == slot.named).unwrap_or(0);
        let own = |named: u32| list.iter().find(|place| place.rank == named);
        // An added chunk is marked as the one before it, else as the first.
        let before = || self.all[..at].iter().rev().find_map(|arranged| own(arranged.named));
        let Some(place) = own(slot.named).or_else(before).or_else(|| list.first()) else { return String::new() };
        let Some(model) = self.recorded(place.rank) else { return String::new() };
        let (marker, closes) =
            (&text[place.whole.start..place.content.start], &text[place.content.end..place.whole.end]);
        let content = match slot.origin {
            Origin::Recorded => &text[place.content.clone()],
            Origin::Edited | Origin::Added => slot.chunk.content.as_deref().unwrap_or_default().trim_end(),
        };
        let mut marker = number.map_or_else(|| marker.to_owned(), |number| renumbered(marker, model, number));
        if slot.origin == Origin::Added {
            marker = marker_for(&marker, model, &slot.chunk);
        }
        format!("{marker}{content}{closes}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::chunk::ChunkRole;
    use rstest::rstest;

    fn chunk(rank: u32, content: &str) -> Chunk {
        Chunk {
            role: ChunkRole::Retrieved,
            rank,
            document_id: Some(format!("doc-{rank}")),
            score: None,
            content: Some(content.to_owned()),
            metadata: serde_json::Map::new(),
        }
    }

    fn edited(text: &str, edits: &[ChunkEdit]) -> Result<String, String> {
        let mut messages = [Message::text(Role::User, text)];
        edit_messages(&mut messages, &[chunk(1, "Alpha one."), chunk(2, "Beta  two.\nMore.")], edits)?;
        Ok(messages[0].content())
    }

    #[rstest]
    #[case::numbers_in_brackets(
        "Sources:\n[1] Alpha one.\n[2] Beta  two.\nMore.\n\nQ?",
        "Sources:\n[1] Beta  two.\nMore.\n\nQ?"
    )]
    #[case::bullets("- Alpha one.\n- x", "- x")]
    #[case::numbers("1. Alpha one.\n2. x", "2. x")]
    #[case::ids("[doc-1] Alpha one.\n[doc-2] x", "[doc-2] x")]
    #[case::words("Document 1: Alpha one.\nDocument 2: x", "Document 2: x")]
    #[case::blank_lines("A\n\nAlpha one.\n\nB", "A\n\nB")]
    #[case::in_the_middle_of_a_line("See Alpha one. and x", "See  and x")]
    #[case::the_whole("Alpha one.", "")]
    #[case::last_line("[1] Alpha one.", "")]
    fn a_dropped_chunk_goes_with_its_marker(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(edited(text, &[ChunkEdit::Drop(1)]).as_deref(), Ok(expected));
    }

    #[test]
    fn white_space_may_differ() {
        assert_eq!(edited("* Beta two. More.\n* x", &[ChunkEdit::Drop(2)]).as_deref(), Ok("* x"));
        let replace = ChunkEdit::Replace { rank: 2, content: "Gamma".into() };
        assert_eq!(edited("[2] Beta two.\n  More.\nQ", &[replace]).as_deref(), Ok("[2] Gamma\nQ"));
    }

    #[test]
    fn what_is_not_found_is_said() {
        assert!(edited("nothing", &[ChunkEdit::Drop(1)]).unwrap_err().contains("chunk 1 is not in"));
        assert!(edited("nothing", &[ChunkEdit::Drop(9)]).unwrap_err().contains("no chunk 9"));
    }

    #[test]
    fn a_replacement_that_holds_the_old_text_ends() {
        let replace = ChunkEdit::Replace { rank: 1, content: "Alpha one. And more.".into() };
        assert_eq!(edited("Alpha one.", &[replace]).as_deref(), Ok("Alpha one. And more."));
    }

    fn add(content: &str, after: Option<u32>) -> ChunkEdit {
        ChunkEdit::Add {
            content: content.into(),
            document_id: Some("new-doc".into()),
            after,
            metadata: serde_json::Map::new(),
        }
    }

    #[rstest]
    #[case::numbered("S:\n[1] Alpha one.\n[2] Beta two. More.\n\nQ?", "S:\n[1] Beta two. More.\n[2] Alpha one.\n\nQ?")]
    #[case::ids("[doc-1] Alpha one.\n[doc-2] Beta two. More.", "[doc-2] Beta two. More.\n[doc-1] Alpha one.")]
    #[case::bare("Alpha one.\n\nBeta two. More.\n\nQ?", "Beta two. More.\n\nAlpha one.\n\nQ?")]
    #[case::headings(
        "Document 1:\nAlpha one.\nDocument 2:\nBeta two. More.",
        "Document 1:\nBeta two. More.\nDocument 2:\nAlpha one."
    )]
    #[case::tags(
        "<doc id=\"1\">\nAlpha one.\n</doc>\n<doc id=\"2\">\nBeta two. More.\n</doc>\nQ",
        "<doc id=\"1\">\nBeta two. More.\n</doc>\n<doc id=\"2\">\nAlpha one.\n</doc>\nQ"
    )]
    #[case::rules("Alpha one.\n---\nBeta two. More.\n", "Beta two. More.\n---\nAlpha one.\n")]
    fn chunks_move_with_their_markers_and_lists_count_on(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(edited(text, &[ChunkEdit::Order(vec![2, 1])]).as_deref(), Ok(expected));
    }

    #[rstest]
    #[case::behind("[1] Alpha one.\n[2] Beta two. More.\nQ", None, "[1] Alpha one.\n[2] Beta two. More.\n[3] New.\nQ")]
    #[case::first(
        "[1] Alpha one.\n[2] Beta two. More.\nQ",
        Some(0),
        "[1] New.\n[2] Alpha one.\n[3] Beta two. More.\nQ"
    )]
    #[case::id(
        "[doc-1] Alpha one.\n\n[doc-2] Beta two. More.",
        Some(1),
        "[doc-1] Alpha one.\n\n[new-doc] New.\n\n[doc-2] Beta two. More."
    )]
    #[case::to_an_only_one("Context:\nAlpha one.\n\nQ", Some(1), "Context:\nAlpha one.\nNew.\n\nQ")]
    fn an_added_chunk_is_marked_as_its_neighbour(
        #[case] text: &str,
        #[case] after: Option<u32>,
        #[case] expected: &str,
    ) {
        assert_eq!(edited(text, &[add("New.", after)]).as_deref(), Ok(expected));
    }

    #[test]
    fn another_chunk_takes_the_place_of_a_dropped_one() {
        let swap = [ChunkEdit::Drop(1), add("New.", Some(1))];
        assert_eq!(
            edited("[doc-1] Alpha one.\n[doc-2] Beta two. More.\nQ", &swap).as_deref(),
            Ok("[new-doc] New.\n[doc-2] Beta two. More.\nQ")
        );
        assert_eq!(edited("Context: Alpha one.\nQ", &swap).as_deref(), Ok("Context: New.\nQ"), "the only one, too");
    }

    #[test]
    fn what_is_said_of_a_document_in_its_marker_goes_with_it() {
        let mut dated = chunk(1, "Alpha one.");
        dated.metadata.insert("updated".into(), "2026-01-22".into());
        let edited = |edits: &[ChunkEdit]| {
            let mut messages = [Message::text(Role::User, "[doc-1] (updated 2026-01-22) Alpha one.\n\nQ")];
            edit_messages(&mut messages, &[dated.clone()], edits).unwrap();
            messages[0].content()
        };
        assert_eq!(edited(&[ChunkEdit::Drop(1)]), "\nQ");
        assert_eq!(
            edited(&[add("New.", None)]),
            "[doc-1] (updated 2026-01-22) Alpha one.\n[new-doc] New.\n\nQ",
            "a date is not invented"
        );
    }

    #[test]
    fn chunks_that_do_not_stand_together_are_not_reordered() {
        let mut messages = [Message::text(Role::User, "Alpha one."), Message::text(Role::User, "Beta two. More.")];
        let chunks = [chunk(1, "Alpha one."), chunk(2, "Beta two. More.")];
        let why = edit_messages(&mut messages, &chunks, &[ChunkEdit::Order(vec![2, 1])]).unwrap_err();
        assert!(why.contains("do not stand together"), "{why}");
        edit_messages(&mut messages, &chunks, &[add("New.", Some(1))]).unwrap();
        assert_eq!(messages[0].content(), "Alpha one.\nNew.", "a place beside one of them there is");
        assert!(edited("Alpha one. Then say Beta two. More.", &[add("x", None)]).unwrap_err().contains("other text"));
    }

    #[test]
    fn a_chunk_put_in_at_a_place_needs_no_other_in_the_messages() {
        let edits = [add("New.", None), ChunkEdit::Drop(1), ChunkEdit::Order(vec![1, 3, 2])];
        assert_eq!(edited("[1] Alpha one.\n\nQ", &edits).as_deref(), Ok("[1] New.\n\nQ"), "chunk 2 was cut off");
    }

    #[test]
    fn a_chunk_within_another_is_not_taken_for_it() {
        let chunks = [chunk(1, "Beta two."), chunk(2, "Alpha. Beta two. End.")];
        let mut messages = [Message::text(Role::User, "[1] Beta two.\n[2] Alpha. Beta two. End.")];
        edit_messages(&mut messages, &chunks, &[ChunkEdit::Drop(1)]).unwrap();
        assert_eq!(messages[0].content(), "[1] Alpha. Beta two. End.");
    }
}

//! Cuts or replaces a chunk's text where it stands in the messages.

use crate::domain::chunk::Chunk;
use crate::domain::message::{Message, Part, Role};
use crate::domain::run::ChunkEdit;

/// The longest list marker before a chunk, in bytes.
const LONGEST_MARKER: usize = 120;

/// The chunks after edits; ranks stay those of the recording.
pub fn edit_chunks(chunks: &[Chunk], edits: &[ChunkEdit]) -> Result<Vec<Chunk>, String> {
    let mut edited = chunks.to_vec();
    for edit in edits {
        let rank = rank_of(edit);
        let place = edited.iter().position(|chunk| chunk.rank == rank).ok_or_else(|| no_such_chunk(rank, chunks))?;
        match edit {
            ChunkEdit::Drop(_) => {
                edited.remove(place);
            }
            ChunkEdit::Replace { content, .. } => edited[place].content = Some(content.clone()),
        }
    }
    Ok(edited)
}

/// Applies edits to messages: each chunk's text is looked for exactly, then with white space folded, and cut with its
/// list marker or replaced. The reason says which chunk was not found.
pub fn edit_messages(messages: &mut [Message], chunks: &[Chunk], edits: &[ChunkEdit]) -> Result<(), String> {
    for edit in edits {
        let rank = rank_of(edit);
        let chunk = chunks.iter().find(|chunk| chunk.rank == rank).ok_or_else(|| no_such_chunk(rank, chunks))?;
        let content = chunk
            .content
            .as_deref()
            .map(str::trim)
            .filter(|content| !content.is_empty())
            .ok_or_else(|| format!("chunk {rank} has no recorded text, so it cannot be found in the messages"))?;
        let mut found = false;
        for text in texts(messages) {
            while let Some((start, end)) = find(text, content) {
                found = true;
                match edit {
                    ChunkEdit::Drop(_) => cut(text, start, end, chunk),
                    ChunkEdit::Replace { content: new, .. } => {
                        text.replace_range(start..end, new);
                        // The new text may hold the old one.
                        break;
                    }
                }
            }
        }
        if !found {
            return Err(format!("the text of chunk {rank} is not in the recorded messages"));
        }
    }
    Ok(())
}

const fn rank_of(edit: &ChunkEdit) -> u32 {
    match edit {
        ChunkEdit::Drop(rank) | ChunkEdit::Replace { rank, .. } => *rank,
    }
}

fn no_such_chunk(rank: u32, chunks: &[Chunk]) -> String {
    match chunks.len() {
        0 => format!("there is no chunk {rank}: the case has none"),
        count => format!("there is no chunk {rank}: the case has {count}"),
    }
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

/// Where a text stands in another, in bytes: exactly, else with runs of white space taken as equal.
fn find(text: &str, wanted: &str) -> Option<(usize, usize)> {
    if let Some(start) = text.find(wanted) {
        return Some((start, start + wanted.len()));
    }
    let words: Vec<&str> = wanted.split_whitespace().collect();
    let (first, rest) = words.split_first()?;
    text.match_indices(*first).map(|(start, _)| start).find_map(|start| {
        let mut end = start + first.len();
        for word in rest {
            let after = &text[end..];
            let gap = after.len() - after.trim_start().len();
            if gap == 0 || !after[gap..].starts_with(*word) {
                return None;
            }
            end += gap + word.len();
        }
        Some((start, end))
    })
}

/// Cuts a chunk with its list marker and the line break that would be left over.
fn cut(text: &mut String, start: usize, end: usize, chunk: &Chunk) {
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let marker = &text[line_start..start];
    let start = if is_marker(marker, chunk) { line_start } else { start };
    let line_ends = text[end..].trim_start_matches([' ', '\t']);
    let spaces = text[end..].len() - line_ends.len();
    let at_line_start = start == 0 || text[..start].ends_with('\n');
    let end = if at_line_start && line_ends.starts_with('\n') {
        let breaks = line_ends.len() - line_ends.trim_start_matches('\n').len();
        // A blank line before stays as the only one.
        let keep = usize::from(start == 0 || !text[..start].ends_with("\n\n")).min(breaks.saturating_sub(1));
        end + spaces + breaks - keep
    } else {
        end
    };
    text.replace_range(start..end, "");
}

/// Whether the start of a line is nothing but a marker: a bullet, a number, or a number or the document's id in
/// brackets, quotes or before a colon.
fn is_marker(marker: &str, chunk: &Chunk) -> bool {
    let marker = marker.trim();
    if marker.len() > LONGEST_MARKER {
        return false;
    }
    let bare = marker.trim_matches(|c: char| c.is_whitespace() || "-*•>#[](){}<>.:|\"'=".contains(c));
    let numbered = || {
        let last = bare.rsplit(|c: char| c.is_whitespace() || c == '#').next().unwrap_or("");
        let words = bare.split_whitespace().count();
        words <= 2 && !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit()) && bare != marker
    };
    let named = || chunk.document_id.as_deref().is_some_and(|id| bare == id || (bare.ends_with(id) && bare != marker));
    bare.is_empty() || numbered() || named()
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
        "Sources:\n[2] Beta  two.\nMore.\n\nQ?"
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

    #[test]
    fn chunks_keep_their_ranks() {
        let edits = [ChunkEdit::Drop(1), ChunkEdit::Replace { rank: 2, content: "new".into() }];
        let left = edit_chunks(&[chunk(1, "a"), chunk(2, "b"), chunk(3, "c")], &edits).unwrap();
        let seen: Vec<_> = left.iter().map(|c| (c.rank, c.content.as_deref().unwrap())).collect();
        assert_eq!(seen, [(2, "new"), (3, "c")]);
    }
}

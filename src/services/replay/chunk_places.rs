//! Where chunks stand in a text: their words, and the marker of a list before them.

use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::Value;

use crate::domain::chunk::Chunk;

/// The longest list marker before a chunk, in bytes.
const LONGEST_MARKER: usize = 160;
/// Shorter values of metadata may stand in a marker by chance.
const SHORTEST_VALUE: usize = 3;

/// Where a chunk stands in a text, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Its recorded rank.
    pub(super) rank: u32,
    /// Its marker, its text and what closes it.
    pub(super) whole: Range<usize>,
    /// Its text.
    pub(super) content: Range<usize>,
}

/// Where chunks stand in a text, in order and without overlaps: each is looked for exactly, else with runs of white
/// space taken as equal. Where one chunk holds another, it is the longer one that stands there.
pub(super) fn places(text: &str, chunks: &[Chunk]) -> Vec<Place> {
    let mut found: Vec<(Range<usize>, &Chunk)> = Vec::new();
    for chunk in chunks {
        let content = chunk.content.as_deref().map(str::trim).filter(|content| !content.is_empty());
        let Some(content) = content else { continue };
        let mut from = 0;
        while let Some((start, end)) = find(&text[from..], content) {
            found.push((from + start..from + end, chunk));
            from += end;
        }
    }
    found.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    let mut places: Vec<Place> = Vec::new();
    for (content, chunk) in found {
        if places.last().is_none_or(|last| last.content.end <= content.start) {
            let from = places.last().map_or(0, |last| last.whole.end);
            let whole = whole(text, &content, chunk);
            places.push(Place { rank: chunk.rank, whole: whole.start.max(from)..whole.end, content });
        }
    }
    places
}

/// Places in lists: a list ends where a chunk stands for the second time.
pub(super) fn lists(places: Vec<Place>) -> Vec<Vec<Place>> {
    let mut lists: Vec<Vec<Place>> = Vec::new();
    let mut seen = BTreeSet::new();
    for place in places {
        if lists.is_empty() || !seen.insert(place.rank) {
            seen = BTreeSet::from([place.rank]);
            lists.push(Vec::new());
        }
        if let Some(list) = lists.last_mut() {
            list.push(place);
        }
    }
    lists
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

/// A chunk's text with its marker: before it in its line, or a line of its own above it; and the end of a tag that the
/// marker begins.
fn whole(text: &str, content: &Range<usize>, chunk: &Chunk) -> Range<usize> {
    let line_start = text[..content.start].rfind('\n').map_or(0, |at| at + 1);
    let before = &text[line_start..content.start];
    let above_start = text[..line_start.saturating_sub(1)].rfind('\n').map_or(0, |at| at + 1);
    let above = text[above_start..line_start].trim();
    let (marker, start) = if !before.trim().is_empty() {
        (before.trim(), line_start)
    } else if line_start > 0 && !above.is_empty() {
        (above, above_start)
    } else {
        return if before.is_empty() { content.clone() } else { line_start..content.end };
    };
    if let Some(end) = end_of_tag(marker, &text[content.end..]) {
        return start..content.end + end;
    }
    let is_above = start == above_start && start != line_start;
    let marks = if is_above { is_heading(marker, chunk) } else { is_marker(marker, chunk) };
    match (marks, is_above) {
        (true, _) => start..content.end,
        (false, true) => line_start..content.end,
        (false, false) => content.clone(),
    }
}

/// Where the tag that a marker begins is closed behind the chunk, in bytes from the chunk's end.
fn end_of_tag(marker: &str, after: &str) -> Option<usize> {
    let tag = marker.strip_prefix('<')?.strip_suffix('>')?;
    let name = tag.split_whitespace().next().filter(|name| !name.contains(['<', '>', '/']))?;
    let rest = after.trim_start();
    let closed = rest.strip_prefix("</")?.strip_prefix(name)?.strip_prefix('>')?;
    Some(after.len() - closed.len())
}

/// Whether the start of a line is nothing but a marker: a bullet, a number, or a number or what is known of the document
/// in brackets, quotes, parentheses or before a colon.
fn is_marker(marker: &str, chunk: &Chunk) -> bool {
    let marker = marker.trim();
    if marker.len() > LONGEST_MARKER {
        return false;
    }
    let (bare, named) = reduced(marker, chunk);
    let numbered = || {
        let last = bare.rsplit(|c: char| c.is_whitespace() || c == '#').next().unwrap_or("");
        let is_number = !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit());
        bare.split_whitespace().count() <= 2 && is_number && bare != marker
    };
    bare.is_empty() || numbered() || (named && bare.split_whitespace().count() <= 2)
}

/// Whether a line of its own is a heading of the chunk below it: it has a number, or names the document.
fn is_heading(line: &str, chunk: &Chunk) -> bool {
    let (bare, named) = reduced(line, chunk);
    is_marker(line, chunk) && (named || bare.bytes().any(|b| b.is_ascii_digit()))
}

/// A marker without what is known of the document, parentheses and punctuation; and whether the document was named.
fn reduced(marker: &str, chunk: &Chunk) -> (String, bool) {
    let mut left = marker.to_owned();
    for value in known(chunk) {
        left = left.replace(value, "");
    }
    let named = left.len() < marker.len();
    if let Some(open) = left.find('(').filter(|open| *open > 0)
        && let Some(close) = left.rfind(')').filter(|close| *close > open)
    {
        left.replace_range(open..=close, "");
    }
    let bare = left.trim_matches(|c: char| c.is_whitespace() || "-*•>#[](){}<>.:|\"'=,".contains(c));
    (bare.to_owned(), named)
}

/// What is known of a document and may stand in its marker, the longest first.
fn known(chunk: &Chunk) -> Vec<&str> {
    let values = chunk.metadata.values().filter_map(Value::as_str).filter(|value| value.len() >= SHORTEST_VALUE);
    let mut known: Vec<&str> =
        chunk.document_id.as_deref().filter(|id| !id.is_empty()).into_iter().chain(values).collect();
    known.sort_unstable_by_key(|value| std::cmp::Reverse(value.len()));
    known
}

/// Where the number of a list stands in a marker, in bytes, and the number; digits of what is known of the document are
/// none.
pub(super) fn number_in(marker: &str, chunk: &Chunk) -> Option<(Range<usize>, u32)> {
    let taken: Vec<Range<usize>> = known(chunk)
        .into_iter()
        .flat_map(|value| marker.match_indices(value).map(|(at, value)| at..at + value.len()))
        .collect();
    let end = marker.find('(').filter(|open| *open > 0).unwrap_or(marker.len());
    let mut at = 0;
    while let Some(start) = marker[at..end].find(|c: char| c.is_ascii_digit()).map(|found| at + found) {
        let stop = marker[start..end].find(|c: char| !c.is_ascii_digit()).map_or(end, |found| start + found);
        let stands_alone =
            !marker[..start].ends_with(char::is_alphanumeric) && !marker[stop..].starts_with(char::is_alphanumeric);
        if stands_alone && !taken.iter().any(|taken| taken.contains(&start)) {
            return Some((start..stop, marker[start..stop].parse().ok()?));
        }
        at = stop;
    }
    None
}

/// The marker of a neighbour, for a chunk that is put in: what is known of the one becomes what is known of the other;
/// parentheses with something that is not known of it are left out.
pub(super) fn marker_for(marker: &str, neighbour: &Chunk, added: &Chunk) -> String {
    let mut made = marker.to_owned();
    if let Some(id) = neighbour.document_id.as_deref().filter(|id| !id.is_empty()) {
        made = made.replace(id, added.document_id.as_deref().unwrap_or("added"));
    }
    for (name, value) in &neighbour.metadata {
        let Some(value) = value.as_str().filter(|value| value.len() >= SHORTEST_VALUE && made.contains(value)) else {
            continue;
        };
        match added.metadata.get(name).and_then(Value::as_str) {
            Some(own) => made = made.replace(value, own),
            None => made = without(&made, value),
        }
    }
    made
}

/// A marker without a value, and without the parentheses around it.
fn without(marker: &str, value: &str) -> String {
    let Some(at) = marker.find(value) else { return marker.to_owned() };
    let around = marker[..at].rfind('(').zip(marker[at..].find(')').map(|close| at + close + 1));
    let (start, end) = around.unwrap_or((at, at + value.len()));
    let after = if marker[..start].ends_with(' ') {
        marker[end..].strip_prefix(' ').unwrap_or(&marker[end..])
    } else {
        &marker[end..]
    };
    format!("{}{after}", &marker[..start])
}

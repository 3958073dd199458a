//! Parts of a message that are set apart: code, tags.

use std::ops::Range;

use super::pattern::{Pattern, compile};

/// Where code stands in a text: fenced blocks whole, and inline code between backticks of one line.
pub(super) fn code(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut open: Option<(usize, &str)> = None;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        let fence = fence(trimmed);
        match (open, fence) {
            (Some((start, mark)), Some(found)) if found.starts_with(mark) && trimmed.len() == found.len() => {
                ranges.push(start..offset + line.len());
                open = None;
            }
            (None, Some(found)) => open = Some((offset, found)),
            (None, None) => inline(line, offset, &mut ranges),
            (Some(_), _) => {}
        }
        offset += line.len();
    }
    ranges
}

/// The fence that a line begins with: three or more backticks or tildes.
pub(super) fn fence(line: &str) -> Option<&str> {
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = line.len() - line.trim_start_matches(mark).len();
    // A line such as ```code``` is inline code.
    (length >= 3 && !line[length..].contains('`')).then(|| &line[..length])
}

fn inline(line: &str, offset: usize, ranges: &mut Vec<Range<usize>>) {
    let mut at = 0;
    while let Some(open) = line[at..].find('`').map(|found| at + found) {
        let length = line[open..].len() - line[open..].trim_start_matches('`').len();
        let Some(close) = line[open + length..].find(&line[open..open + length]).map(|found| open + length + found)
        else {
            return;
        };
        ranges.push(offset + open..offset + close + length);
        at = close + length;
    }
}

/// Whether an offset lies in one of some ascending ranges.
pub(super) fn within(ranges: &[Range<usize>], at: usize) -> bool {
    let index = ranges.partition_point(|range| range.end <= at);
    ranges.get(index).is_some_and(|range| range.start <= at)
}

/// A tag as prompts use them to set text apart.
pub(super) struct Tag<'t> {
    /// Its bytes in the text.
    pub(super) range: Range<usize>,
    /// Its name.
    pub(super) name: &'t str,
    /// Whether it opens or closes.
    pub(super) end: End,
}

/// Which end of an element a tag is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// `<name>`
    Open,
    /// `</name>`
    Close,
}

static TAG: Pattern = Pattern::new(|| {
    compile(r#"<(/?)([A-Za-z][A-Za-z0-9_.:-]*)((?:\s+[A-Za-z_:-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))*)\s*(/?)>"#)
});

/// The tags of a text outside code; those that close themselves are left out.
pub(super) fn tags<'t>(text: &'t str, code: &[Range<usize>]) -> Vec<Tag<'t>> {
    let Some(regex) = TAG.as_ref() else { return Vec::new() };
    let mut tags = Vec::new();
    for found in regex.captures_iter(text) {
        let (Some(whole), Some(slash), Some(name), Some(last)) =
            (found.get(0), found.get(1), found.get(2), found.get(4))
        else {
            continue;
        };
        if last.is_empty() && !within(code, whole.start()) {
            let end = if slash.is_empty() { End::Open } else { End::Close };
            tags.push(Tag { range: whole.range(), name: name.as_str(), end });
        }
    }
    tags
}

/// Opening and closing tags that belong together, and those that belong to nothing.
pub(super) fn pair<'a, 't>(tags: &'a [Tag<'t>]) -> (Vec<(&'a Tag<'t>, &'a Tag<'t>)>, Vec<&'a Tag<'t>>) {
    let (mut pairs, mut alone, mut open): (Vec<_>, Vec<_>, Vec<&Tag<'_>>) = (Vec::new(), Vec::new(), Vec::new());
    for tag in tags {
        if tag.end == End::Open {
            open.push(tag);
        } else if let Some(at) = open.iter().rposition(|opened| opened.name == tag.name) {
            alone.extend(open.drain(at + 1..));
            pairs.extend(open.pop().map(|opened| (opened, tag)));
        } else {
            alone.push(tag);
        }
    }
    alone.extend(open);
    (pairs, alone)
}

#[cfg(test)]
pub(in super::super) fn compiles() -> bool {
    TAG.is_some()
}

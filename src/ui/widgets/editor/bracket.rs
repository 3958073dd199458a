//! Brackets and template tags that belong together, and characters found within a line.

use std::ops::Range;

use super::buffer::Buffer;

/// Pairs that `%` goes between; longer ones first, since `{{` begins like `{`.
const PAIRS: [(&str, &str); 6] = [("{{", "}}"), ("{%", "%}"), ("{#", "#}"), ("(", ")"), ("[", "]"), ("{", "}")];

/// Which way to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Toward the end.
    Forward,
    /// Toward the start.
    Back,
}

/// The partner of the first bracket at or behind an offset in its line.
pub fn partner(buffer: &Buffer, from: usize) -> Option<usize> {
    let end = buffer.end(buffer.line_at(from));
    let text = buffer.text();
    let mut at = from;
    while at < end {
        for (open, close) in PAIRS {
            if text[at..].starts_with(open) {
                return closing(text, at, open, close);
            }
            if text[at..].starts_with(close) {
                return opening(text, at, open, close);
            }
            // On the second character of a tag's sign.
            if open.len() == 2 && at > 0 && text.is_char_boundary(at - 1) {
                if text[at - 1..].starts_with(open) && !text[at..].starts_with(open) {
                    return closing(text, at - 1, open, close).map(|found| found + 1);
                }
                if text[at - 1..].starts_with(close) && !text[at..].starts_with(close) {
                    return opening(text, at - 1, open, close).map(|found| found + 1);
                }
            }
        }
        at += text[at..].chars().next().map_or(1, char::len_utf8);
    }
    None
}

/// The sign that closes the one at `from`.
pub fn closing(text: &str, from: usize, open: &str, close: &str) -> Option<usize> {
    let (open, close) = (open.as_bytes(), close.as_bytes());
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (from + open.len(), 0_usize);
    while at < bytes.len() {
        if bytes[at..].starts_with(close) {
            if depth == 0 {
                return Some(at);
            }
            depth -= 1;
            at += close.len();
        } else if bytes[at..].starts_with(open) {
            depth += 1;
            at += open.len();
        } else {
            at += 1;
        }
    }
    None
}

/// The sign that opens what the one at `from` closes.
pub fn opening(text: &str, from: usize, open: &str, close: &str) -> Option<usize> {
    let (open, close) = (open.as_bytes(), close.as_bytes());
    let bytes = &text.as_bytes()[..from];
    let (mut end, mut depth) = (bytes.len(), 0_usize);
    while end > 0 {
        if bytes[..end].ends_with(open) {
            end -= open.len();
            if depth == 0 {
                return Some(end);
            }
            depth -= 1;
        } else if bytes[..end].ends_with(close) {
            depth += 1;
            end -= close.len();
        } else {
            end -= 1;
        }
    }
    None
}

/// The pair of signs around an offset, nearest first: the offsets of both.
pub fn around(buffer: &Buffer, from: usize, open: &str, close: &str) -> Option<(usize, usize)> {
    let text = buffer.text();
    if text[from..].starts_with(open) {
        return Some((from, closing(text, from, open, close)?));
    }
    let start = opening(text, from, open, close)?;
    Some((start, closing(text, start, open, close)?))
}

/// A character to find within a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Find {
    /// The character.
    pub what: char,
    /// Which way.
    pub way: Way,
    /// Where to stop.
    pub stop: Stop,
}

/// Where a search for a character stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// On it.
    On,
    /// One before it.
    Before,
}

impl Find {
    /// The same the other way.
    #[must_use]
    pub const fn reversed(self) -> Self {
        let way = match self.way {
            Way::Forward => Way::Back,
            Way::Back => Way::Forward,
        };
        Self { way, ..self }
    }

    /// Where the count-th one from an offset is; a repeated search passes one that it already stands before.
    pub fn from(self, buffer: &Buffer, from: usize, count: usize, again: Again) -> Option<usize> {
        let line = buffer.line_at(from);
        let skip = usize::from(again == Again::Yes && self.stop == Stop::Before && count == 1);
        match self.way {
            Way::Forward => {
                let begin = buffer.next(from).min(buffer.end(line));
                let rest = buffer.slice(begin..buffer.end(line));
                let mut found = rest.match_indices(self.what).map(|(at, _)| begin + at);
                let mut at = found.nth(count - 1)?;
                if skip == 1 && buffer.previous(at) == from {
                    at = found.next()?;
                }
                Some(if self.stop == Stop::On { at } else { buffer.previous(at) })
            }
            Way::Back => {
                let start = buffer.start(line);
                let rest = buffer.slice(start..from);
                let mut found = rest.rmatch_indices(self.what).map(|(at, _)| start + at);
                let mut at = found.nth(count - 1)?;
                if skip == 1 && buffer.next(at) == from {
                    at = found.next()?;
                }
                Some(if self.stop == Stop::On { at } else { buffer.next(at) })
            }
        }
    }
}

/// Whether a search for a character is repeated with `;` or `,`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// It is.
    Yes,
    /// It is the first one.
    No,
}

/// The text between quotes in the line of an offset: the offsets of both quotes.
pub fn quotes(buffer: &Buffer, from: usize, quote: char) -> Option<(usize, usize)> {
    let line = buffer.line_at(from);
    let start = buffer.start(line);
    let text = buffer.line(line);
    let mut places = Vec::new();
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if c == quote && !escaped {
            places.push(start + at);
        }
        escaped = c == '\\' && !escaped;
    }
    let mut pairs = places.chunks_exact(2);
    pairs.find(|pair| from <= pair[1]).map(|pair| (pair[0], pair[1]))
}

/// The XML element around an offset: its opening and its closing tag.
pub fn element(buffer: &Buffer, from: usize) -> Option<(Range<usize>, Range<usize>)> {
    let text = buffer.text();
    let mut open: Vec<(&str, Range<usize>)> = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find('<').map(|place| at + place) {
        let Some(end) = text[found..].find('>').map(|place| found + place + 1) else { break };
        at = end;
        let inner = &text[found + 1..end - 1];
        let name = inner.trim_start_matches('/').split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or("");
        if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') || inner.ends_with('/') {
            at = if name.is_empty() { found + 1 } else { end };
            continue;
        }
        if !inner.starts_with('/') {
            open.push((name, found..end));
            continue;
        }
        let Some(place) = open.iter().rposition(|(known, _)| *known == name) else { continue };
        let (_, opening) = open.swap_remove(place);
        open.truncate(place);
        if opening.start <= from && from < end {
            return Some((opening, found..end));
        }
    }
    None
}

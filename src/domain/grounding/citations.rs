//! Citations in an answer: `[2]`, `[1, 3]`, `[^1]`, `[doc-7]`, `【2†source】`, `(doc-7)`.

use std::ops::Range;

use crate::domain::chunk::Chunk;

/// Longest text between brackets that is looked at, in bytes.
const MOST_BYTES: usize = 300;

/// A name between brackets, which may be a chunk's rank or document id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker<'a> {
    /// The bracket that opened it.
    pub bracket: char,
    /// The name, without the mark of a footnote or a word such as `source`.
    pub name: &'a str,
    /// The brackets and all between them, in bytes of the text; several names may share them.
    pub bytes: Range<usize>,
}

impl Marker<'_> {
    /// Whether it names this chunk, by rank or by document id.
    pub fn names(&self, chunk: &Chunk) -> bool {
        let id = chunk.document_id.as_deref().is_some_and(|id| id.trim().eq_ignore_ascii_case(self.name));
        // A number in round brackets is a quantity more often than a source.
        id || (self.bracket != '(' && self.name.parse() == Ok(chunk.rank))
    }

    /// Whether it is a number where only a source is told by one.
    pub fn is_number(&self) -> bool {
        self.bracket != '(' && !self.name.is_empty() && self.name.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Whether it cites something, be it there or not: it names a chunk, is a number, or looks like an id (`[doc-7]`).
    pub fn cites(&self, chunks: &[Chunk]) -> bool {
        self.is_number()
            || chunks.iter().any(|chunk| self.names(chunk))
            || (self.bracket != '(' && looks_like_id(self.name))
    }
}

/// Letters and digits with a `-`, `_`, `.` or `/` between, and no space.
fn looks_like_id(name: &str) -> bool {
    let inner = name.trim_matches(|c: char| !c.is_alphanumeric());
    name.len() > 3
        && inner.contains(['-', '_', '/', '#'])
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '#' | ':'))
}

/// What stands between brackets, divided at commas and semicolons, in order; links of Markdown are left out.
pub fn markers(text: &str) -> Vec<Marker<'_>> {
    let mut found = Vec::new();
    let mut open: Option<(char, usize)> = None;
    for (place, c) in text.char_indices() {
        match (c, open) {
            ('[' | '【' | '(', _) => open = Some((c, place)),
            (']' | '】' | ')', Some((bracket, start))) => {
                open = None;
                let closes = matches!((bracket, c), ('[', ']') | ('【', '】') | ('(', ')'));
                // `[text](address)` is a link.
                let link = c == ']' && text[place + 1..].starts_with('(');
                let inner = start + bracket.len_utf8();
                if closes && !link && place - inner <= MOST_BYTES {
                    let bytes = start..place + c.len_utf8();
                    let names = text[inner..place].split([',', ';']);
                    found.extend(names.map(|name| Marker { bracket, name: bare(name), bytes: bytes.clone() }));
                }
            }
            _ => {}
        }
    }
    found
}

/// A name without the mark of a footnote, what comes after a dagger, or a word such as `source` before it.
fn bare(name: &str) -> &str {
    let name = name.split('†').next().unwrap_or_default().trim().trim_start_matches(['^', '#']);
    for word in ["source", "doc", "document", "chunk", "ref"] {
        let rest = name.get(..word.len()).filter(|start| start.eq_ignore_ascii_case(word)).map(|_| &name[word.len()..]);
        if let Some(rest) = rest.filter(|rest| rest.starts_with([' ', ':'])) {
            return rest.trim_start_matches([' ', ':']).trim();
        }
    }
    name
}

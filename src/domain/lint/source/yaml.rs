//! Where the keys of a YAML text stand. Values are read by the formats' own reader; this finds their places.

use std::ops::Range;

/// A key with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Key {
    /// The keys from the outside in; the index stands for an item of a list.
    pub(in super::super) path: Vec<String>,
    /// The key's bytes in the file.
    pub(in super::super) name: Range<usize>,
    /// The value's bytes; quotes included, empty where a block of keys or items follows.
    pub(in super::super) value: Range<usize>,
}

impl Key {
    /// Whether it is `table.ANY.name`.
    pub(super) fn is_at(&self, table: &str, name: &str) -> bool {
        self.path.len() == 3 && self.path[0] == table && self.path[2] == name
    }
}

/// An open level of the text.
struct Level {
    indent: usize,
    name: String,
    /// Items so far, where it is a list's item.
    item: Option<usize>,
}

/// The keys of block mappings in a range of a file; what stands in `{}` or `[]` is one value.
pub(super) fn keys(text: &str, range: Range<usize>) -> Vec<Key> {
    let mut keys = Vec::new();
    let mut levels: Vec<Level> = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let line_end = text[at..range.end].find('\n').map_or(range.end, |found| at + found + 1);
        let line = &text[at..line_end];
        let trimmed = line.trim_start_matches([' ', '\t']);
        let mut column = line.len() - trimmed.len();
        let mut rest = trimmed;
        if rest.trim_end().is_empty() || rest.starts_with('#') {
            at = line_end;
            continue;
        }
        while let Some(item) = rest.strip_prefix("- ").or_else(|| (rest.trim_end() == "-").then_some("")) {
            let same = levels.iter().rposition(|level| level.indent == column && level.item.is_some());
            let index = same.and_then(|index| levels[index].item).map_or(0, |item| item + 1);
            levels.retain(|level| level.indent < column || (level.indent == column && level.item.is_none()));
            levels.push(Level { indent: column, name: index.to_string(), item: Some(index) });
            let further = item.trim_start_matches(' ');
            column += rest.len() - further.len();
            rest = further;
        }
        let Some((name, value)) = key_of(rest) else {
            at = line_end;
            continue;
        };
        // A list may stand at the same column as its key, so an item ends only at a key of that column.
        levels.retain(|level| level.indent < column);
        let start = at + column;
        let place = start..start + name.len();
        let from = start + value;
        let (value, next) = value_of(text, from, line_end, range.end, column);
        levels.push(Level { indent: column, name: unquoted(name).to_owned(), item: None });
        keys.push(Key { path: levels.iter().map(|level| level.name.clone()).collect(), name: place, value });
        at = next;
    }
    keys
}

/// The key that a line begins with, and the offset after its colon.
fn key_of(line: &str) -> Option<(&str, usize)> {
    if let Some(quote @ ('"' | '\'')) = line.chars().next() {
        let end = line[1..].find(quote)? + 2;
        return line[end..].starts_with(':').then_some((&line[..end], end + 1));
    }
    if line.starts_with(['{', '[', '|', '>', '&', '*', '!', '%', '@', '`']) {
        return None;
    }
    let colon = line
        .match_indices(':')
        .map(|(at, _)| at)
        .find(|&at| line[at + 1..].chars().next().is_none_or(char::is_whitespace))?;
    Some((line[..colon].trim_end(), colon + 1))
}

/// The range of a value, and where the next line to read begins.
fn value_of(text: &str, from: usize, line_end: usize, end: usize, indent: usize) -> (Range<usize>, usize) {
    let line = &text[from..line_end];
    let start = from + line.len() - line.trim_start().len();
    let first = text[start.min(line_end)..line_end].trim_end();
    if first.starts_with(['|', '>']) {
        let next = block_end(text, line_end, end, indent);
        return (line_end.min(next)..next, next);
    }
    if let Some(quote @ ('"' | '\'')) = first.chars().next() {
        if let Some(close) = closing(text, start + 1, end, quote) {
            let next = text[close..end].find('\n').map_or(end, |found| close + found + 1);
            return (start..close, next);
        }
        return (start..start + first.len(), line_end);
    }
    let first = first.find(" #").map_or(first, |comment| first[..comment].trim_end());
    if first.is_empty() || first.starts_with('#') {
        return (from.min(line_end)..from.min(line_end), line_end);
    }
    (start..start + first.len(), line_end)
}

/// The end of a block scalar: the first line that is not indented deeper than its key.
fn block_end(text: &str, from: usize, end: usize, indent: usize) -> usize {
    let mut at = from;
    for line in text[from..end].split_inclusive('\n') {
        let depth = line.len() - line.trim_start_matches(' ').len();
        if !line.trim().is_empty() && depth <= indent {
            break;
        }
        at += line.len();
    }
    at
}

/// The offset after a closing quote.
fn closing(text: &str, from: usize, end: usize, quote: char) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while at < end {
        match bytes[at] {
            b'\\' if quote == '"' => at += 1,
            b'\'' if quote == '\'' && bytes.get(at + 1) == Some(&b'\'') => at += 1,
            byte if char::from(byte) == quote => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
    None
}

/// A scalar without its quotes.
pub(super) fn unquoted(text: &str) -> &str {
    let text = text.trim();
    ['"', '\''].into_iter().find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(text)
}

/// The text with `\n` and `\t` of double-quoted values written out as white space of the same length, and their quotes as
/// blanks; `None` where there are none.
pub(super) fn write_breaks(text: &str, keys: &[Key]) -> Option<String> {
    let mut written: Option<String> = None;
    for key in keys.iter().filter(|key| key.path.last().is_some_and(|name| name == "content")) {
        let value = &text[key.value.clone()];
        let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else { continue };
        let mut inner = value.get(1..value.len().saturating_sub(1)).unwrap_or_default().to_owned();
        if quote == '"' {
            inner = inner.replace("\\n", " \n").replace("\\t", " \t").replace("\\\"", " \"");
        }
        let whole = written.get_or_insert_with(|| text.to_owned());
        if inner.len() + 2 == key.value.len() {
            whole.replace_range(key.value.clone(), &format!(" {inner} "));
        }
    }
    written
}

//! Searching: what is looked for, and where it is.

use std::ops::Range;

use regex::{Regex, RegexBuilder};

use super::bracket::Way;
use super::buffer::Buffer;

/// Bytes that a compiled pattern may take.
const MOST_BYTES: usize = 1 << 20;
/// Bytes before a part of a long line in which a match that reaches into the part may begin.
const BEFORE: usize = 1_024;
/// Matches that are counted.
const MOST_COUNTED: usize = 9_999;

/// How what is looked for is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// As plain text.
    Literal,
    /// As vim's patterns: `.`, `*`, `^`, `$`, `[…]`, `\(`, `\|`, `\<`, `\+`; after `\v` as a regular expression of the
    /// regex crate, after `\V` as plain text.
    Vim,
}

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Pattern {
    source: String,
    regex: Regex,
}

impl Pattern {
    /// Reads a pattern. It ignores case unless it holds a capital or `\C`; the error is a sentence.
    pub fn new(source: &str, dialect: Dialect) -> Result<Self, String> {
        let (text, case) = take_case(source);
        let pattern = match dialect {
            Dialect::Literal => regex::escape(source),
            Dialect::Vim => match (text.strip_prefix("\\v"), text.strip_prefix("\\V")) {
                (Some(rest), _) => rest.to_owned(),
                (_, Some(rest)) => regex::escape(rest),
                _ => from_magic(&text),
            },
        };
        let ignore_case = case.unwrap_or_else(|| !has_capital(&text));
        let built = RegexBuilder::new(&pattern)
            .case_insensitive(ignore_case)
            .multi_line(true)
            .size_limit(MOST_BYTES)
            .build()
            .map_err(|_| format!("`{source}` is no pattern; \\V before it looks for it as it is written"))?;
        Ok(Self { source: source.to_owned(), regex: built })
    }

    /// The pattern as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The compiled pattern.
    pub const fn regex(&self) -> &Regex {
        &self.regex
    }

    /// The pattern for a word that stands alone.
    pub fn word(word: &str) -> String {
        let edge = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let escaped: String =
            word.chars().flat_map(|c| if r"\.*[]^$~/".contains(c) { vec!['\\', c] } else { vec![c] }).collect();
        let open = if edge(word.chars().next()) { r"\<" } else { "" };
        let close = if edge(word.chars().next_back()) { r"\>" } else { "" };
        format!("{open}{escaped}{close}")
    }

    /// The next match behind or before an offset, beyond the text's end going on at its start.
    pub fn next(&self, buffer: &Buffer, from: usize, way: Way) -> Option<Range<usize>> {
        let text = buffer.text();
        match way {
            Way::Forward => {
                let begin = if from < text.len() { buffer.next(from) } else { 0 };
                let found = self.regex.find_at(text, begin).or_else(|| self.regex.find(text))?;
                Some(found.range())
            }
            Way::Back => {
                let mut line = buffer.line_at(from);
                loop {
                    let last = self.in_range(buffer, buffer.start(line)..from.min(buffer.break_end(line))).pop();
                    if last.is_some() {
                        return last;
                    }
                    if line == 0 {
                        return self.regex.find_iter(text).last().map(|found| found.range());
                    }
                    line -= 1;
                }
            }
        }
    }

    /// The matches that begin in a range.
    pub fn in_range(&self, buffer: &Buffer, range: Range<usize>) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut at = range.start;
        while at <= range.end && at <= buffer.len() {
            let Some(next) = self.regex.find_at(buffer.text(), at) else { break };
            if next.start() >= range.end {
                break;
            }
            let behind = buffer.char_at(next.end()).map_or(1, char::len_utf8);
            at = if next.is_empty() { next.end() + behind } else { next.end() };
            found.push(next.range());
        }
        found
    }

    /// The matches that are seen in a range of a line.
    pub fn visible(&self, buffer: &Buffer, line: usize, range: Range<usize>) -> Vec<Range<usize>> {
        let from = range.start.saturating_sub(BEFORE).max(buffer.start(line));
        let from = buffer.text().floor_char_boundary(from);
        let mut found = self.in_range(buffer, from..range.end);
        found.retain(|place| place.end > range.start && !place.is_empty());
        found
    }

    /// Which of how many matches one is.
    pub fn count(&self, buffer: &Buffer, at: usize) -> (usize, usize) {
        let mut place = 0;
        let mut all = 0;
        for found in self.regex.find_iter(buffer.text()).take(MOST_COUNTED) {
            all += 1;
            if found.start() <= at {
                place = all;
            }
        }
        (place, all)
    }
}

/// Takes `\c` and `\C` out of a pattern: whether case is ignored, where it says so.
fn take_case(source: &str) -> (String, Option<bool>) {
    let mut text = String::new();
    let mut case = None;
    let mut chars = source.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match chars.next() {
            Some('c') => case = Some(true),
            Some('C') => case = Some(false),
            Some(other) => text.extend(['\\', other]),
            None => text.push('\\'),
        }
    }
    (text, case)
}

/// Whether a pattern holds a capital that is none of its signs.
fn has_capital(pattern: &str) -> bool {
    let mut escaped = false;
    pattern.chars().any(|c| {
        let counts = !escaped && c.is_uppercase();
        escaped = c == '\\' && !escaped;
        counts
    })
}

/// Vim's pattern as one of the regex crate.
fn from_magic(pattern: &str) -> String {
    let mut out = String::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(sign @ ('(' | ')' | '|' | '+')) => out.push(sign),
                Some('?' | '=') => out.push('?'),
                Some('{') => {
                    let inner: String = chars.by_ref().take_while(|c| *c != '}').collect();
                    out.extend(["{", inner.trim_end_matches('\\'), "}"]);
                }
                Some('<' | '>') => out.push_str(r"\b"),
                Some('n') => out.push_str(r"\r?\n"),
                Some('t') => out.push_str(r"\t"),
                Some(kind @ ('s' | 'S' | 'd' | 'D' | 'w' | 'W')) => out.extend(['\\', kind]),
                Some('a') => out.push_str("[A-Za-z]"),
                Some('x') => out.push_str("[0-9A-Fa-f]"),
                Some(other) => out.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
                None => out.push_str(r"\\"),
            },
            '^' if out.is_empty() || out.ends_with(['(', '|']) => out.push('^'),
            // A line may end in CR LF.
            '$' if chars.peek().is_none() => out.push_str(r"(?:\r?$)"),
            '.' => out.push_str(r"[^\r\n]"),
            '*' if out.is_empty() || out == "^" => out.push_str(r"\*"),
            '*' => out.push('*'),
            '[' if chars.clone().any(|c| c == ']') => {
                out.push('[');
                for (place, c) in chars.by_ref().enumerate() {
                    match c {
                        ']' if place > 0 => break,
                        '[' | '&' | '~' => out.extend(['\\', c]),
                        _ => out.push(c),
                    }
                }
                out.push(']');
            }
            _ => out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str, text: &str) -> Vec<String> {
        let buffer = Buffer::new(text);
        let pattern = Pattern::new(pattern, Dialect::Vim).unwrap();
        pattern.in_range(&buffer, 0..text.len()).into_iter().map(|range| text[range].to_owned()).collect()
    }

    #[test]
    fn case_matters_where_a_capital_is_written() {
        assert_eq!(found("the", "The the"), ["The", "the"]);
        assert_eq!(found("The", "The the"), ["The"]);
        assert_eq!(found(r"the\C", "The the"), ["the"]);
        assert_eq!(found(r"\Sb", "ab AB"), ["ab", "AB"], "the capital of a sign is no capital");
    }

    #[test]
    fn patterns_are_those_of_vim() {
        assert_eq!(found("{{name}}", "{{name}}"), ["{{name}}"]);
        assert_eq!(found(r"a.c", "abc\na\nc"), ["abc"]);
        assert_eq!(found(r"\<is\>", "this is"), ["is"]);
        assert_eq!(found(r"\(ab\)\+", "ababx"), ["abab"]);
        assert_eq!(found("^a", "aa\na"), ["a", "a"]);
        assert_eq!(found("why?", "why? wh"), ["why?"]);
        assert_eq!(found(r"\v(a|b)+", "abba"), ["abba"]);
        assert_eq!(found(r"\Va.*", "a.* abc"), ["a.*"]);
        assert_eq!(found("[a-c]x", "bx dx"), ["bx"]);
        assert!(Pattern::new(r"\v(", Dialect::Vim).is_err());
        assert!(Pattern::new(r"\(a\{9999}\)\{9999}", Dialect::Vim).is_err());
    }

    #[test]
    fn a_search_goes_on_at_the_other_end() {
        let buffer = Buffer::new("ab\nab\n");
        let pattern = Pattern::new("ab", Dialect::Literal).unwrap();
        assert_eq!(pattern.next(&buffer, 3, Way::Forward), Some(0..2));
        assert_eq!(pattern.next(&buffer, 0, Way::Back), Some(3..5));
        assert_eq!(pattern.count(&buffer, 3), (2, 2));
    }
}

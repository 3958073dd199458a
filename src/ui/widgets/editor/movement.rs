//! Where words, lines, paragraphs and sentences begin and end.
//!
//! Functions from an offset to an offset; what they give is made a cluster edge where the cursor is put.

use super::buffer::Buffer;
use super::class::{Class, Grain, class};

/// The first character of a line that is no blank; its end where there is none.
pub fn first_written(buffer: &Buffer, line: usize) -> usize {
    let text = buffer.line(line);
    buffer.start(line) + text.find(|c: char| c != ' ' && c != '\t').unwrap_or(text.len())
}

/// Spaces and tabs at a line's beginning.
pub fn indent(buffer: &Buffer, line: usize) -> &str {
    buffer.slice(buffer.start(line)..first_written(buffer, line))
}

/// Whether a line has no characters.
pub fn is_empty_line(buffer: &Buffer, line: usize) -> bool {
    buffer.start(line) == buffer.end(line)
}

/// Whether a line holds no more than blanks.
pub fn is_blank_line(buffer: &Buffer, line: usize) -> bool {
    buffer.line(line).chars().all(char::is_whitespace)
}

fn class_at(buffer: &Buffer, at: usize, grain: Grain) -> Option<Class> {
    buffer.char_at(at).map(|c| class(c, grain))
}

fn is_at_empty_line(buffer: &Buffer, at: usize) -> bool {
    let line = buffer.line_at(at);
    buffer.start(line) == at && is_empty_line(buffer, line)
}

fn after(buffer: &Buffer, at: usize) -> usize {
    at + buffer.char_at(at).map_or(0, char::len_utf8)
}

fn before(buffer: &Buffer, at: usize) -> usize {
    at - buffer.char_before(at).map_or(0, char::len_utf8)
}

/// The beginning of the next word; an empty line is one.
pub fn next_word(buffer: &Buffer, from: usize, grain: Grain) -> usize {
    let mut at = from;
    let here = class_at(buffer, at, grain);
    if here != Some(Class::Blank) {
        while at < buffer.len() && class_at(buffer, at, grain) == here {
            at = after(buffer, at);
        }
    } else if is_at_empty_line(buffer, at) {
        at = buffer.next(at);
        if is_at_empty_line(buffer, at) {
            return at;
        }
    }
    while class_at(buffer, at, grain) == Some(Class::Blank) {
        if at != from && is_at_empty_line(buffer, at) {
            return at;
        }
        at = after(buffer, at);
    }
    at
}

/// The last character of this word or, from there, of the next.
pub fn word_end(buffer: &Buffer, from: usize, grain: Grain) -> usize {
    let mut at = after(buffer, from);
    while class_at(buffer, at, grain) == Some(Class::Blank) {
        at = after(buffer, at);
    }
    let here = class_at(buffer, at, grain);
    while at < buffer.len() {
        let next = after(buffer, at);
        if class_at(buffer, next, grain) != here {
            return at;
        }
        at = next;
    }
    before(buffer, buffer.len())
}

/// The beginning of this word or, from there, of the one before; an empty line is one.
pub fn previous_word(buffer: &Buffer, from: usize, grain: Grain) -> usize {
    let mut at = before(buffer, from);
    while at > 0 && class_at(buffer, at, grain) == Some(Class::Blank) {
        if is_at_empty_line(buffer, at) {
            return at;
        }
        at = before(buffer, at);
    }
    let here = class_at(buffer, at, grain);
    while at > 0 && class_at(buffer, before(buffer, at), grain) == here {
        at = before(buffer, at);
    }
    at
}

/// The last character of the word before; an empty line is one.
pub fn previous_word_end(buffer: &Buffer, from: usize, grain: Grain) -> usize {
    let mut at = from;
    let here = class_at(buffer, at, grain);
    if here == Some(Class::Blank) {
        at = before(buffer, at);
    } else {
        while at > 0 && class_at(buffer, at, grain) == here {
            at = before(buffer, at);
        }
        if at == 0 && class_at(buffer, 0, grain) == here {
            return 0;
        }
    }
    while at > 0 && class_at(buffer, at, grain) == Some(Class::Blank) {
        if is_at_empty_line(buffer, at) {
            return at;
        }
        at = before(buffer, at);
    }
    at
}

/// The next empty line behind this paragraph; the end of the text where there is none.
pub fn paragraph_down(buffer: &Buffer, from: usize, lines: usize) -> usize {
    let mut line = buffer.line_at(from);
    while line < lines && is_empty_line(buffer, line) {
        line += 1;
    }
    while line < lines && !is_empty_line(buffer, line) {
        line += 1;
    }
    if line < lines { buffer.start(line) } else { buffer.end(lines - 1) }
}

/// The empty line before this paragraph; the start of the text where there is none.
pub fn paragraph_up(buffer: &Buffer, from: usize) -> usize {
    let mut line = buffer.line_at(from);
    while line > 0 && is_empty_line(buffer, line) {
        line -= 1;
    }
    while line > 0 && !is_empty_line(buffer, line) {
        line -= 1;
    }
    buffer.start(line)
}

/// Where sentences begin around an offset: the start of its own and that of the next.
///
/// As in vim: a sentence ends at `.`, `!` or `?`, closing brackets and quotes may follow, then a blank or a line's end.
/// An empty line is a sentence of its own.
pub fn sentence(buffer: &Buffer, from: usize) -> (usize, usize) {
    let lines = buffer.written_lines();
    let line = buffer.line_at(from).min(lines - 1);
    if is_empty_line(buffer, line) {
        return (buffer.start(line), if line + 1 < lines { buffer.start(line + 1) } else { buffer.end(line) });
    }
    let (mut first, mut last) = (line, line);
    while first > 0 && !is_empty_line(buffer, first - 1) {
        first -= 1;
    }
    while last + 1 < lines && !is_empty_line(buffer, last + 1) {
        last += 1;
    }
    let (start, end) = (buffer.start(first), buffer.end(last));
    let beyond = if last + 1 < lines { buffer.start(last + 1) } else { end };
    let mut begin = start;
    let mut at = start;
    while at < end {
        let Some(next) = sentence_after(buffer, at, end) else { break };
        if next > from {
            return (begin, next);
        }
        begin = next;
        at = next;
    }
    (begin, beyond)
}

/// Where the sentence behind the one at `from` begins, before `end`.
fn sentence_after(buffer: &Buffer, from: usize, end: usize) -> Option<usize> {
    let text = buffer.slice(from..end);
    for (place, _) in text.match_indices(['.', '!', '?']) {
        let rest = text[place + 1..].trim_start_matches([')', ']', '"', '\'', '.', '!', '?']);
        let written = rest.trim_start();
        if rest.len() > written.len() && !written.is_empty() {
            return Some(from + text.len() - written.len());
        }
    }
    None
}

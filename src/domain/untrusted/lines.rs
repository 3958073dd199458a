//! Whole texts to safe lines.

use memchr::memchr2;

use super::cluster::push_stretch;
use super::code_point::{is_surely_fine, tag};
use super::line::SafeLine;
use crate::domain::width::display_width;

/// Columns between tab stops.
const TAB_STOP: usize = 4;

/// What ends a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Break {
    /// LF or CR LF.
    Plain,
    /// A lone CR, NEL, LS or PS: shown, since few viewers take it for a line break.
    Shown(char),
    /// The end of the text.
    End,
}

/// The lines of a text with what ends each; a final line break opens no further line.
struct RawLines<'a> {
    rest: Option<&'a str>,
    ascii: bool,
}

impl<'a> RawLines<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: (!text.is_empty()).then_some(text), ascii: text.is_ascii() }
    }
}

impl<'a> Iterator for RawLines<'a> {
    type Item = (&'a str, Break);

    fn next(&mut self) -> Option<Self::Item> {
        let text = self.rest.take()?;
        let found = if self.ascii { memchr2(b'\n', b'\r', text.as_bytes()) } else { any_break(text.as_bytes()) };
        let Some(at) = found else { return Some((text, Break::End)) };
        let (line, tail) = text.split_at(at);
        let (kind, length) = match tail.chars().next() {
            Some('\r') if tail.as_bytes().get(1) == Some(&b'\n') => (Break::Plain, 2),
            Some('\n') | None => (Break::Plain, 1),
            Some(c) => (Break::Shown(c), c.len_utf8()),
        };
        let rest = &tail[length..];
        self.rest = (!rest.is_empty()).then_some(rest);
        Some((line, kind))
    }
}

/// Where LF, CR, NEL, LS or PS stands first.
fn any_break(bytes: &[u8]) -> Option<usize> {
    bytes.iter().enumerate().find_map(|(at, &byte)| {
        let found = match byte {
            b'\n' | b'\r' => true,
            0xC2 => bytes.get(at + 1) == Some(&0x85),
            0xE2 => matches!(bytes.get(at + 1..at + 3), Some([0x80, 0xA8 | 0xA9])),
            _ => false,
        };
        found.then_some(at)
    })
}

/// A text as safe lines, tabs expanded; a final line break opens no further line, an empty text has none.
pub fn safe_lines(text: &str) -> Vec<SafeLine> {
    RawLines::new(text).map(|(line, end)| shown_line(line, end)).collect()
}

/// The lines `first_line` (from 0) to `first_line + count` of what [`safe_lines`] gives, at the cost of these lines
/// and a scan for line breaks before them.
pub fn safe_lines_window(text: &str, first_line: usize, count: usize) -> Vec<SafeLine> {
    RawLines::new(text).skip(first_line).take(count).map(|(line, end)| shown_line(line, end)).collect()
}

/// The number of lines that [`safe_lines`] gives.
pub fn line_count(text: &str) -> usize {
    RawLines::new(text).count()
}

/// The number of markers in a text: 0 where everything in it is what it seems.
pub fn count_markers(text: &str) -> usize {
    RawLines::new(text)
        .map(|(line, end)| {
            let shown = usize::from(matches!(end, Break::Shown(_)));
            shown + if is_clean_ascii(line) { 0 } else { shown_line(line, Break::End).markers() }
        })
        .sum()
}

/// A text as one safe line; a line break in it becomes the marker `⏎`.
pub fn safe_line(text: &str) -> SafeLine {
    let mut line = SafeLine::default();
    for (raw, end) in RawLines::new(text) {
        push_line(&mut line, raw);
        match end {
            Break::Plain => line.push_marker("⏎"),
            Break::Shown(c) => line.push_marker(tag(c)),
            Break::End => {}
        }
    }
    line
}

/// A text as one line of plain text, markers included: for tables, messages and logs.
pub fn safe_plain(text: &str) -> String {
    if is_clean_ascii(text) { text.to_owned() } else { safe_line(text).text() }
}

/// A text as plain text with its line breaks as LF, a final one included; markers included.
pub fn safe_plain_lines(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for (raw, end) in RawLines::new(text) {
        if is_clean_ascii(raw) && !matches!(end, Break::Shown(_)) {
            plain.push_str(raw);
        } else {
            plain.push_str(&shown_line(raw, end).text());
        }
        if end != Break::End {
            plain.push('\n');
        }
    }
    plain
}

fn is_clean_ascii(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

fn shown_line(raw: &str, end: Break) -> SafeLine {
    let mut line = SafeLine::default();
    push_line(&mut line, raw);
    if let Break::Shown(c) = end {
        line.push_marker(tag(c));
    }
    line
}

/// Adds a line without its break; tab stops count from its own beginning.
fn push_line(line: &mut SafeLine, raw: &str) {
    if is_clean_ascii(raw) {
        line.push_plain(raw);
        return;
    }
    if !raw.contains('\t') {
        push_segment(line, raw);
        return;
    }
    let mut column = 0;
    for (index, segment) in raw.split('\t').enumerate() {
        if index > 0 {
            let spaces = TAB_STOP - column % TAB_STOP;
            line.push_plain(&" ".repeat(spaces));
            column += spaces;
        }
        let first = line.pieces.len().saturating_sub(1);
        let before = line.pieces.last().map_or(0, |piece| piece.text().len());
        push_segment(line, segment);
        column += line.pieces[first..]
            .iter()
            .enumerate()
            .map(|(index, piece)| display_width(&piece.text()[if index == 0 { before } else { 0 }..]))
            .sum::<usize>();
    }
}

/// Text without line breaks and tabs: runs of plain letters in bulk, what lies between them cluster by cluster.
fn push_segment(line: &mut SafeLine, segment: &str) {
    let mut rest = segment;
    while !rest.is_empty() {
        let run = fine_run(rest);
        line.push_plain(&rest[..run]);
        let at_start = rest.len() == segment.len() && run == 0;
        rest = &rest[run..];
        let stretch = doubtful_stretch(rest);
        if stretch > 0 {
            let edge = (at_start, stretch == rest.len());
            push_stretch(line, rest, stretch, edge);
            rest = &rest[stretch..];
        }
    }
}

/// The bytes of the letters at the start that surely stand alone: all of the run, less the last one where it may be the
/// base of what follows.
fn fine_run(text: &str) -> usize {
    let mut last = 0;
    for (at, c) in text.char_indices() {
        if !is_surely_fine(c) {
            return last;
        }
        last = at;
    }
    text.len()
}

/// The bytes up to the next boundary between two letters that surely stand alone.
fn doubtful_stretch(text: &str) -> usize {
    let mut before_fine = false;
    for (at, c) in text.char_indices() {
        let fine = is_surely_fine(c);
        if fine && before_fine {
            return at;
        }
        before_fine = fine;
    }
    text.len()
}

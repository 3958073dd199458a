//! A line as the cells it is drawn in: each cluster with what is shown for it and the columns that takes.
//!
//! What is shown went through [`untrusted`], cluster by cluster, so that every mark on screen has a place in the text.

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation as _};
use unicode_width::UnicodeWidthStr as _;

use crate::domain::untrusted::{self, Piece};
use crate::domain::width::display_width;

/// Columns between tab stops.
pub const TAB_STOP: usize = 4;
/// Bytes that are looked at together where text is no plain ASCII.
const STRETCH: usize = 512;
/// Bytes behind a `‹` that tell whether data poses as one of our marks.
const POSE: usize = 16;

/// One cluster of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell<'a> {
    /// Its offset in the line.
    pub at: usize,
    /// Its bytes.
    pub len: usize,
    /// What is shown for it.
    pub shown: Shown<'a>,
    /// The columns that takes; at least 1.
    pub columns: usize,
}

impl Cell<'_> {
    /// Whether a row may end behind this cell.
    pub fn may_end_row(&self) -> bool {
        matches!(self.shown, Shown::Tab | Shown::Text(" "))
    }
}

/// What is shown for a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown<'a> {
    /// The cluster as it is.
    Text(&'a str),
    /// Blanks up to the next tab stop.
    Tab,
    /// Marks, and what of the cluster may be drawn.
    Marked(Vec<Piece>),
}

/// What is known of the text ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ahead {
    /// Up to an offset everything is what it seems.
    Plain(usize),
    /// Up to an offset some of it is not.
    Doubtful(usize),
}

/// The cells of a line from an offset on.
#[derive(Clone, Debug)]
pub struct Cells<'a> {
    line: &'a str,
    at: usize,
    column: usize,
    ahead: Ahead,
}

impl<'a> Cells<'a> {
    /// The cells from a cluster edge on; tab stops count from there.
    pub const fn new(line: &'a str, from: usize) -> Self {
        Self::behind(line, (from, 0))
    }

    /// The cells from a cluster edge on, whose column is known.
    pub const fn behind(line: &'a str, (from, column): (usize, usize)) -> Self {
        Self { line, at: from, column, ahead: Ahead::Plain(from) }
    }

    fn shown(&mut self) -> (usize, Shown<'a>, usize) {
        let bytes = self.line.as_bytes();
        let byte = bytes[self.at];
        if matches!(byte, b' '..=b'~') && bytes.get(self.at + 1).is_none_or(u8::is_ascii) {
            return (1, Shown::Text(&self.line[self.at..=self.at]), 1);
        }
        if byte == b'\t' {
            return (1, Shown::Tab, TAB_STOP - self.column % TAB_STOP);
        }
        let (Ahead::Plain(known) | Ahead::Doubtful(known)) = self.ahead;
        if self.at >= known {
            self.look_ahead();
        }
        let (Ahead::Plain(end) | Ahead::Doubtful(end)) = self.ahead;
        let cluster = self.line[self.at..end].graphemes(true).next().unwrap_or_default();
        let plain = || (cluster.len(), Shown::Text(cluster), cluster.width().max(1));
        if matches!(self.ahead, Ahead::Plain(_)) {
            return plain();
        }
        let text = if cluster == "‹" {
            &self.line[self.at..self.line.ceil_char_boundary((self.at + POSE).min(self.line.len()))]
        } else {
            cluster
        };
        let mut pieces = untrusted::safe_line(text).pieces;
        if cluster == "‹" {
            pieces.truncate(1);
            if pieces.first().is_none_or(|piece| !piece.is_marker()) {
                return plain();
            }
        }
        if let [Piece::Plain(same)] = &pieces[..]
            && same == cluster
        {
            return plain();
        }
        let columns = pieces.iter().map(|piece| display_width(piece.text())).sum::<usize>().max(1);
        (cluster.len(), Shown::Marked(pieces), columns)
    }

    /// Looks at the text up to two plain letters in a row, between which there is always an edge.
    fn look_ahead(&mut self) {
        let bytes = self.line.as_bytes();
        let mut end = self.at;
        let mut pair = false;
        while end < bytes.len() && bytes[end] != b'\t' && end - self.at < STRETCH {
            let ascii = bytes[end].is_ascii();
            if ascii && pair {
                break;
            }
            pair = ascii;
            end += 1;
        }
        let mut end = self.line.ceil_char_boundary(end);
        let mut edge = GraphemeCursor::new(end, self.line.len(), true);
        if edge.is_boundary(self.line, 0) == Ok(false) {
            end = edge.next_boundary(self.line, 0).ok().flatten().unwrap_or(self.line.len());
        }
        let stretch = &self.line[self.at..end];
        let shown = untrusted::safe_line(stretch);
        let same = matches!(&shown.pieces[..], [Piece::Plain(text)] if text == stretch);
        // What poses as a mark shows only together with what follows.
        let ends_open = stretch.contains('‹');
        self.ahead = if same && !ends_open { Ahead::Plain(end) } else { Ahead::Doubtful(end) };
    }
}

impl<'a> Iterator for Cells<'a> {
    type Item = Cell<'a>;

    fn next(&mut self) -> Option<Cell<'a>> {
        if self.at >= self.line.len() {
            return None;
        }
        let at = self.at;
        let (len, shown, columns) = self.shown();
        self.at += len.max(1);
        self.column += columns;
        Some(Cell { at, len, shown, columns })
    }
}

/// The column of an offset, counted from the cluster edge `from`.
pub fn column_of(line: &str, from: usize, offset: usize) -> usize {
    column_behind(line, (from, 0), offset)
}

/// The column of an offset, counted on from a cluster edge whose column is known.
pub fn column_behind(line: &str, edge: (usize, usize), offset: usize) -> usize {
    let (from, column) = edge;
    let end = line.floor_char_boundary(offset.min(line.len())).max(from);
    if is_plain(&line.as_bytes()[from.min(end)..end]) {
        return column + end - from;
    }
    column + Cells::behind(line, edge).take_while(|cell| cell.at < offset).map(|cell| cell.columns).sum::<usize>()
}

/// Whether each byte is a letter of one column.
pub fn is_plain(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, b' '..=b'~'))
}

/// The offset of the cell that covers a column, counted from `from` and not beyond `to`.
pub fn offset_at(line: &str, from: usize, to: usize, column: usize) -> usize {
    offset_behind(line, (from, 0), to, column)
}

/// The offset of the cell that covers a column, counted on from a cluster edge whose column is known.
pub fn offset_behind(line: &str, edge: (usize, usize), to: usize, column: usize) -> usize {
    let mut used = edge.1;
    for cell in Cells::behind(line, edge).take_while(|cell| cell.at < to) {
        used += cell.columns;
        if used > column {
            return cell.at;
        }
    }
    to
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(line: &str) -> String {
        Cells::new(line, 0)
            .map(|cell| match cell.shown {
                Shown::Text(text) => text.to_owned(),
                Shown::Tab => ">".repeat(cell.columns),
                Shown::Marked(pieces) => format!("[{}]", pieces.iter().map(Piece::text).collect::<String>()),
            })
            .collect()
    }

    #[test]
    fn what_hides_or_steers_is_shown_at_its_place() {
        assert_eq!(
            shown("a\u{202e}b\x1b[31m"),
            "a[‹U+202E RLO›]b[␛][31m".replace("][31m", "]").as_str().to_owned() + "[31m"
        );
        assert_eq!(shown("x\u{200b}y\rz"), "x[‹U+200B ZWSP›]y[‹U+000D CR›]z");
        assert_eq!(shown("é日👩\u{200d}🚀\tz"), "é日👩\u{200d}🚀>>>z");
        assert_eq!(shown("‹U+202E›"), "[‹U+2039›]U+202E›", "data that poses as a mark");
        assert_eq!(shown("‹b›"), "‹b›");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn cells_cover_the_line_and_are_safe(line in "([a-c \t]|\\PC|\u{202e}|\u{e0041}|‹|\u{301}|\u{200d}|🇩|👩|\r){0,40}") {
            let mut at = 0;
            for cell in Cells::new(&line, 0) {
                prop_assert_eq!(cell.at, at);
                prop_assert!(cell.columns > 0);
                at += cell.len;
                if let Shown::Text(text) = cell.shown {
                    prop_assert_eq!(untrusted::safe_line(text).markers(), 0, "{:?}", text);
                }
            }
            prop_assert_eq!(at, line.len());
            prop_assert_eq!(column_of(&line, 0, line.len()), Cells::new(&line, 0).map(|cell| cell.columns).sum::<usize>());
        }
    }
}

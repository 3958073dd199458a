//! The width of text on screen, and cutting, padding and wrapping by it: one family for layout, cursor and tables.
//!
//! Widths count terminal columns, cluster by cluster as a terminal buffer places them. Give it safe text
//! ([`crate::domain::untrusted`]).

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::domain::untrusted::{Piece, SafeLine};

const ELLIPSIS: &str = "…";

/// The columns a text takes.
pub fn display_width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.graphemes(true).map(UnicodeWidthStr::width).sum() }
}

/// The text's beginning in at most `width` columns, with `…` at its end where something is cut off.
pub fn truncate_end(text: &str, width: usize) -> Cow<'_, str> {
    if display_width(text) <= width {
        return Cow::Borrowed(text);
    }
    if width == 0 {
        return Cow::Borrowed("");
    }
    Cow::Owned(format!("{}{ELLIPSIS}", head(text, width - 1)))
}

/// The text's beginning and end in at most `width` columns, with `…` between where something is cut out.
pub fn truncate_middle(text: &str, width: usize) -> Cow<'_, str> {
    if display_width(text) <= width {
        return Cow::Borrowed(text);
    }
    if width == 0 {
        return Cow::Borrowed("");
    }
    let tail_width = (width - 1) / 2;
    Cow::Owned(format!("{}{ELLIPSIS}{}", head(text, width - 1 - tail_width), tail(text, tail_width)))
}

/// The text followed by spaces up to `width` columns; a longer text stays as it is.
pub fn pad_end(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(display_width(text))))
}

/// The text with spaces before it up to `width` columns, as numbers stand in tables; a longer text stays as it is.
pub fn pad_start(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(display_width(text))))
}

/// The text in exactly `width` columns: cut at its end, or padded.
pub fn fit_end(text: &str, width: usize) -> String {
    pad_end(&truncate_end(text, width), width)
}

/// The text in exactly `width` columns, to the right: cut at its end, or padded.
pub fn fit_start(text: &str, width: usize) -> String {
    pad_start(&truncate_end(text, width), width)
}

/// The longest beginning of whole clusters in at most `width` columns.
pub fn head(text: &str, width: usize) -> &str {
    let mut used = 0;
    for (at, cluster) in text.grapheme_indices(true) {
        used += UnicodeWidthStr::width(cluster);
        if used > width {
            return &text[..at];
        }
    }
    text
}

/// The longest end of whole clusters in at most `width` columns.
pub fn tail(text: &str, width: usize) -> &str {
    let mut used = 0;
    let mut start = text.len();
    for (at, cluster) in text.grapheme_indices(true).rev() {
        used += UnicodeWidthStr::width(cluster);
        if used > width {
            break;
        }
        start = at;
    }
    &text[start..]
}

/// A safe line cut to at most `width` columns, with `…` at its end where something is cut off; markers stay markers.
pub fn truncate_line(line: &SafeLine, width: usize) -> SafeLine {
    if line.width() <= width {
        return line.clone();
    }
    let mut cut = SafeLine::default();
    let mut left = width.saturating_sub(1);
    for piece in &line.pieces {
        let kept = head(piece.text(), left);
        match piece {
            Piece::Plain(_) => cut.push_plain(kept),
            Piece::Marker(_) if !kept.is_empty() => cut.push_marker(kept),
            Piece::Marker(_) => {}
        }
        left -= display_width(kept);
        if kept.len() < piece.text().len() {
            break;
        }
    }
    if width > 0 {
        cut.push_plain(ELLIPSIS);
    }
    cut
}

/// A safe line as lines of at most `width` columns, broken after spaces and hyphens and beside wide characters, else
/// within a word. Spaces that do not fit at a line's end are left out, nothing else is; markers stay markers.
///
/// There is always at least one line. Where a cluster is wider than `width`, `…` stands for it.
pub fn wrap(line: &SafeLine, width: usize) -> Vec<SafeLine> {
    if width == 0 {
        return vec![SafeLine::default()];
    }
    if line.width() <= width {
        return vec![line.clone()];
    }
    let cells = cells(line, width);
    let mut lines = Vec::new();
    let mut start = 0;
    while start < cells.len() {
        let (end, next) = line_end(&cells, start, width);
        lines.push(rebuild(line, &cells[start..end]));
        start = next;
    }
    lines
}

/// One cluster of a line, or a whole marker where it fits on a line.
struct Cell<'a> {
    piece: usize,
    text: &'a str,
    width: usize,
}

impl Cell<'_> {
    fn is_space(&self) -> bool {
        self.text == " "
    }

    /// Whether a line may end after this cell.
    fn may_end_line(&self) -> bool {
        self.width > 1 || matches!(self.text, " " | "-" | "–" | "—" | "/")
    }
}

fn cells(line: &SafeLine, width: usize) -> Vec<Cell<'_>> {
    let mut cells = Vec::new();
    for (piece, content) in line.pieces.iter().enumerate() {
        let text = content.text();
        if content.is_marker() && display_width(text) <= width {
            cells.push(Cell { piece, text, width: display_width(text) });
            continue;
        }
        cells.extend(text.graphemes(true).map(|cluster| {
            let columns = UnicodeWidthStr::width(cluster);
            if columns > width {
                Cell { piece, text: ELLIPSIS, width: 1 }
            } else {
                Cell { piece, text: cluster, width: columns }
            }
        }));
    }
    cells
}

/// Where the line that starts at a cell ends, and where the next one starts: always behind it.
fn line_end(cells: &[Cell<'_>], start: usize, width: usize) -> (usize, usize) {
    let mut used = 0;
    let mut last_break = None;
    let mut at = start;
    while let Some(cell) = cells.get(at) {
        if used + cell.width > width {
            // Spaces hang over the line's end.
            if cell.is_space() {
                return (at, at + cells[at..].iter().take_while(|cell| cell.is_space()).count());
            }
            let end = last_break.unwrap_or(at.max(start + 1));
            return (end, end);
        }
        used += cell.width;
        at += 1;
        let before_wide = cells.get(at).is_some_and(|next| next.width == 2);
        if cell.may_end_line() || before_wide {
            last_break = Some(at);
        }
    }
    (at, at)
}

fn rebuild(line: &SafeLine, cells: &[Cell<'_>]) -> SafeLine {
    let mut built = SafeLine::default();
    let mut last_piece = None;
    for cell in cells {
        match (line.pieces.get(cell.piece), built.pieces.last_mut()) {
            (Some(Piece::Marker(_)), Some(Piece::Marker(text))) if last_piece == Some(cell.piece) => {
                text.push_str(cell.text);
            }
            (Some(Piece::Marker(_)), _) => built.push_marker(cell.text),
            _ => built.push_plain(cell.text),
        }
        last_piece = Some(cell.piece);
    }
    built
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::untrusted::safe_line;

    #[test]
    fn cuts_fall_between_clusters() {
        assert_eq!(truncate_end("日本語", 6), "日本語");
        assert_eq!(truncate_end("日本語", 5), "日本…");
        assert_eq!(truncate_end("日本語", 4), "日…");
        assert_eq!(truncate_end("abc", 0), "");
        assert_eq!(truncate_end("👩\u{200d}🚀ab", 3), "👩\u{200d}🚀…");
        assert_eq!(truncate_middle("prompts/support/answer", 11), "promp…nswer");
        assert_eq!(fit_start("7", 3), "  7");
        assert_eq!(fit_end("日本", 3), "日…");
    }

    #[test]
    fn lines_wrap_after_words_and_markers_stay_markers() {
        let texts = |text: &str, width: usize| -> Vec<String> {
            wrap(&safe_line(text), width).iter().map(SafeLine::text).collect()
        };
        assert_eq!(texts("the quick brown fox", 9), ["the quick", "brown fox"]);
        assert_eq!(texts("abcdefgh ij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(texts("日本語です", 4), ["日本", "語で", "す"]);
        assert_eq!(texts("", 4), [""]);
        let wrapped = wrap(&safe_line("see \u{202e}this"), 14);
        assert_eq!(wrapped[0].pieces, [Piece::Plain("see ".into())]);
        assert_eq!(wrapped[1].pieces, [Piece::Marker("‹U+202E RLO›".into())]);
        let narrow = wrap(&safe_line("\u{202e}x"), 5);
        assert!(narrow[0].pieces[0].is_marker() && narrow[1].pieces[0].is_marker());
    }
}

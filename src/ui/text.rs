//! Foreign text as pieces with roles, measured, wrapped and cut in columns. The only way from data to a widget.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation as _;

use super::theme::{Role, Theme};
use crate::domain::untrusted;
use crate::domain::width::{display_width, truncate_end, truncate_middle};

/// A piece of a line: text that is safe to draw, and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// Its style.
    pub role: Role,
}

impl Piece {
    /// A piece of our own words.
    pub fn own(text: impl Into<String>, role: Role) -> Self {
        Self { text: text.into(), role }
    }
}

/// Columns that a text takes.
pub fn width(text: &str) -> usize {
    display_width(text)
}

/// A count with its noun, which has an s in the plural: `1 trace`, `3 traces`.
pub fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Columns that pieces take.
pub fn pieces_width(pieces: &[Piece]) -> usize {
    pieces.iter().map(|piece| width(&piece.text)).sum()
}

/// Foreign text as one line: hidden and control characters become visible marks.
pub fn foreign(text: &str, role: Role) -> Vec<Piece> {
    untrusted::safe_line(text)
        .pieces
        .into_iter()
        .map(|piece| match piece {
            untrusted::Piece::Plain(text) => Piece { text, role },
            untrusted::Piece::Marker(text) => Piece { text, role: Role::Hidden },
        })
        .collect()
}

/// Foreign text as one line of plain text, for places that have one style.
pub fn foreign_plain(text: &str) -> String {
    untrusted::safe_plain(text)
}

/// Safe text cut to `columns`, with an ellipsis at the end where something was cut.
pub fn cut(text: &str, columns: usize) -> String {
    truncate_end(text, columns).into_owned()
}

/// Safe text cut in its middle, for ids and paths.
pub fn cut_middle(text: &str, columns: usize) -> String {
    truncate_middle(text, columns).into_owned()
}

/// Breaks pieces into rows of at most `columns`, at spaces where there are any.
pub fn wrap(pieces: &[Piece], columns: usize) -> Vec<Vec<Piece>> {
    let columns = columns.max(1);
    let clusters: Vec<(&str, Role)> =
        pieces.iter().flat_map(|piece| piece.text.graphemes(true).map(move |cluster| (cluster, piece.role))).collect();
    let mut rows = Vec::new();
    let mut start = 0;
    while start < clusters.len() {
        let (mut end, mut used, mut space) = (start, 0, None);
        while end < clusters.len() {
            let next = width(clusters[end].0);
            if used + next > columns && end > start {
                break;
            }
            used += next;
            end += 1;
            if clusters[end - 1].0 == " " {
                space = Some(end);
            }
        }
        if end < clusters.len() && clusters[end].0 != " " {
            end = space.unwrap_or(end);
        }
        rows.push(join(&clusters[start..end]));
        start = end;
        if start < clusters.len() && clusters[start].0 == " " {
            start += 1;
        }
    }
    if rows.is_empty() {
        rows.push(Vec::new());
    }
    rows
}

/// Breaks lines of pieces into rows of at most `columns`.
pub fn wrap_lines(lines: &[Vec<Piece>], columns: usize) -> Vec<Vec<Piece>> {
    lines.iter().flat_map(|line| wrap(line, columns)).collect()
}

fn join(clusters: &[(&str, Role)]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (cluster, role) in clusters {
        match pieces.last_mut() {
            Some(last) if last.role == *role => last.text.push_str(cluster),
            _ => pieces.push(Piece::own(*cluster, *role)),
        }
    }
    pieces
}

/// Draws safe text from a place in the buffer, at most `columns` wide; returns the columns used.
pub fn put(buf: &mut Buffer, x: u16, y: u16, text: &str, columns: usize, style: Style) -> u16 {
    let area = buf.area;
    if y < area.top() || y >= area.bottom() || x < area.left() || x >= area.right() {
        return 0;
    }
    let room = columns.min(usize::from(area.right() - x));
    let text = cut(text, room);
    buf.set_stringn(x, y, &text, room, style);
    width(&text).min(room) as u16
}

/// Draws pieces from a place in the buffer, at most `columns` wide; returns the columns used.
pub fn put_pieces(buf: &mut Buffer, (x, y): (u16, u16), pieces: &[Piece], columns: usize, theme: &Theme) -> u16 {
    let mut used = 0_u16;
    for (place, piece) in pieces.iter().enumerate() {
        let room = columns.saturating_sub(usize::from(used));
        let cut_here = place + 1 < pieces.len() && width(&piece.text) == room;
        used += put(buf, x.saturating_add(used), y, &piece.text, room, theme.style(piece.role));
        if width(&piece.text) > room || cut_here {
            break;
        }
    }
    used
}

/// Fills an area with a style and blanks.
pub fn clear(buf: &mut Buffer, area: Rect, style: Style) {
    let area = area.intersection(buf.area);
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            let cell = &mut buf[(x, y)];
            cell.reset();
            cell.set_style(style);
        }
    }
}

/// The row `offset` below the top of an area; empty where the area is not that high.
pub fn row(area: Rect, offset: u16) -> Rect {
    if offset < area.height { Rect { y: area.y + offset, height: 1, ..area } } else { Rect { height: 0, ..area } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_count_columns_and_not_characters() {
        assert_eq!(cut("日本語テキスト", 7), "日本語…");
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 0), "");
        assert_eq!(cut_middle("8f2c0000000091ab", 9), "8f2c…91ab");
    }

    #[test]
    fn hidden_characters_become_visible_and_have_their_own_style() {
        let pieces = foreign("a\u{202e}b\n", Role::Text);
        assert_eq!(
            pieces.iter().map(|piece| piece.role).collect::<Vec<_>>(),
            [Role::Text, Role::Hidden, Role::Text, Role::Hidden]
        );
        assert!(pieces[1].text.contains("U+202E"));
    }

    #[test]
    fn rows_break_at_spaces_and_no_row_is_too_wide() {
        let rows = wrap(&[Piece::own("The API allows 日本語 requests", Role::Text)], 10);
        let texts: Vec<String> = rows.iter().map(|row| row.iter().map(|p| p.text.as_str()).collect()).collect();
        assert_eq!(texts, ["The API ", "allows ", "日本語 ", "requests"]);
        assert_eq!(wrap(&[], 10).len(), 1);
        assert_eq!(wrap(&[Piece::own("日日", Role::Text)], 1).len(), 2);
    }
}

//! How the list of chunks looks: two rows each, what it is and what there is to say of it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::chunk_words::{moved_by_reranker, notes, shift};
use super::state::{CHUNK_ROWS, Listed, Retrieval};
use crate::domain::chunk_edit::{Fate, Origin};
use crate::ui::screens::DrawCx;
use crate::ui::screens::traces::{count, money};
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;
use crate::ui::widgets::empty;
use crate::ui::widgets::panes::Pane;
use crate::ui::widgets::table::{Focus, gutter};

/// A figure at the right of a chunk's row.
struct Figure {
    title: &'static str,
    columns: u16,
    /// The narrowest pane that still shows it.
    from: u16,
    of: fn(&Retrieval, &Listed, &DrawCx) -> String,
}

const FIGURES: [Figure; 5] = [
    Figure { title: "by", columns: 12, from: 84, of: found_by },
    Figure { title: "chars", columns: 6, from: 64, of: characters },
    Figure { title: "score", columns: 7, from: 30, of: score },
    Figure { title: "tok", columns: 5, from: 38, of: tokens },
    Figure { title: "$", columns: 7, from: 50, of: cost },
];

fn found_by(state: &Retrieval, listed: &Listed, cx: &DrawCx) -> String {
    let name = own(listed).and_then(|named| state.origin_of(named)).and_then(|origin| origin.found_by.as_deref());
    name.map_or_else(|| cx.glyphs.none.to_owned(), |name| text::cut(&text::foreign_plain(name), 12))
}

fn characters(state: &Retrieval, listed: &Listed, _: &DrawCx) -> String {
    count(own(listed).and_then(|named| state.facts(named)).map(|facts| facts.characters as u64))
}

fn score(_: &Retrieval, listed: &Listed, cx: &DrawCx) -> String {
    listed.arranged.chunk.score.map_or_else(|| cx.glyphs.none.to_owned(), |score| format!("{score:.4}"))
}

fn tokens(state: &Retrieval, listed: &Listed, _: &DrawCx) -> String {
    count(own(listed).and_then(|named| state.facts(named)).map(|facts| facts.tokens))
}

fn cost(state: &Retrieval, listed: &Listed, _: &DrawCx) -> String {
    money(own(listed).and_then(|named| state.facts(named)).and_then(|facts| facts.cost))
}

/// What a chunk of this side is named by.
fn own(listed: &Listed) -> Option<u32> {
    (!listed.only_there).then_some(listed.arranged.named)
}

/// Draws the pane of the chunks.
pub fn draw(state: &Retrieval, pane: Pane, buf: &mut Buffer, cx: &DrawCx) {
    let area = pane.area;
    if state.listed.is_empty() {
        let key = cx.key(crate::ui::action::Action::AddChunk, crate::ui::action::Context::Retrieval);
        let lines =
            [format!("The recording has no retriever before this call. {key} searches everything ever retrieved.")];
        return empty::draw("No chunks", &lines, area, buf, cx);
    }
    if area.is_empty() {
        return;
    }
    let figures: Vec<&Figure> = FIGURES.iter().filter(|figure| figure.from <= area.width).collect();
    heads(&figures, text::row(area, 0), buf, cx);
    let body = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let focus = if cx.covered { Focus::Elsewhere } else { pane.focus };
    for (line, place) in state.chunks.visible(body, state.listed.len()).enumerate() {
        let Some(listed) = state.listed.get(place) else { continue };
        let top = body.y + line as u16 * CHUNK_ROWS;
        let area = Rect { y: top, height: CHUNK_ROWS.min(body.bottom().saturating_sub(top)), ..body };
        chunk(state, listed, &figures, area, buf, cx);
        for row in 0..area.height {
            let area = text::row(area, row);
            if place == state.chunks.selected {
                gutter(buf, area, true, false, focus, cx);
            }
        }
    }
}

fn heads(figures: &[&Figure], area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let style = cx.style(Role::Dim);
    text::put(buf, area.x.saturating_add(2), area.y, "  # document", usize::from(area.width.saturating_sub(2)), style);
    let mut x = area.right();
    for figure in figures.iter().rev() {
        x = x.saturating_sub(figure.columns + 1);
        let indent = figure.columns.saturating_sub(figure.title.len() as u16);
        text::put(buf, x + indent, area.y, figure.title, usize::from(figure.columns), style);
    }
}

fn chunk(state: &Retrieval, listed: &Listed, figures: &[&Figure], area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let arranged = &listed.arranged;
    let out = arranged.fate == Fate::LeftOut;
    let role = if out { Role::Dim } else { Role::Text };
    let sign = match (listed.only_there, arranged.fate, arranged.origin) {
        (true, ..) => Piece::own("=", Role::Dim),
        (_, Fate::LeftOut, _) => Piece::own("-", Role::Warning),
        (_, _, Origin::Added) => Piece::own("+", Role::Warning),
        (_, _, Origin::Edited) => Piece::own("*", Role::Warning),
        (_, _, Origin::Recorded) => Piece::own(" ", Role::Text),
    };
    let number = if listed.only_there { arranged.chunk.rank } else { arranged.named };
    let mut pieces = vec![sign, Piece::own(format!("{number:>2} "), Role::Dim)];
    if let Some((before, after)) = moved_by_reranker(state, arranged.named).filter(|_| !listed.only_there)
        && let Some(moved) = shift(before, after, cx.glyphs)
    {
        pieces.extend([moved, Piece::own(" ", Role::Text)]);
    }
    match &arranged.chunk.document_id {
        Some(id) => pieces.extend(text::foreign(id, role)),
        None => pieces.extend(text::foreign(&beginning(listed), Role::Dim)),
    }
    let mut x = area.right();
    for figure in figures.iter().rev() {
        x = x.saturating_sub(figure.columns + 1);
        let said = (figure.of)(state, listed, cx);
        let indent = figure.columns.saturating_sub(text::width(&said) as u16);
        text::put(buf, x + indent, area.y, &said, usize::from(figure.columns), cx.style(role));
    }
    let room = usize::from(x.saturating_sub(area.x + 3));
    text::put_pieces(buf, (area.x.saturating_add(2), area.y), &pieces, room, cx.theme);
    if area.height > 1 {
        let mut second = notes(state, listed, cx.glyphs);
        if second.is_empty() {
            second = text::foreign(&beginning(listed), Role::Dim);
        }
        let room = usize::from(area.width.saturating_sub(7));
        text::put_pieces(buf, (area.x.saturating_add(6), area.y + 1), &second, room, cx.theme);
    }
}

/// The beginning of a chunk's text.
fn beginning(listed: &Listed) -> String {
    let text = listed.arranged.chunk.content.as_deref().unwrap_or_default();
    text.trim_start().chars().take(200).collect()
}

//! How the search for a chunk looks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::finding::{Finding, Goal};
use crate::store::FoundChunk;
use crate::ui::action::{Action, Context};
use crate::ui::screens::DrawCx;
use crate::ui::screens::traces::age;
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;
use crate::ui::widgets::line_input::Active;
use crate::ui::widgets::table::{Focus, gutter};

/// Draws the search over the whole screen: what is typed, what was found, and the text of the one under the cursor.
pub fn draw(finding: &Finding, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return;
    }
    let title = match finding.goal {
        Goal::InPlaceOf(named) => format!(" A chunk in the place of {named}: search everything ever retrieved "),
        Goal::Behind(Some(named)) => format!(" A chunk behind {named}: search everything ever retrieved "),
        Goal::Behind(None) => " A chunk to add: search everything ever retrieved ".to_owned(),
    };
    for x in area.left()..area.right() {
        text::put(buf, x, area.y, cx.glyphs.horizontal_focus, 1, cx.style(Role::BorderFocus));
    }
    text::put(buf, area.x + 1, area.y, &title, usize::from(area.width.saturating_sub(2)), cx.style(Role::BorderFocus));
    let line = text::row(area, 1);
    if line.is_empty() {
        return;
    }
    text::put(buf, line.x + 1, line.y, cx.glyphs.prompt, 2, cx.style(Role::Accent));
    let input = Rect { x: line.x + 3.min(line.width), width: line.width.saturating_sub(4), ..line };
    finding.input.draw(input, buf, cx, if cx.covered { Active::No } else { Active::Yes });
    let rest = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
    let text_rows = if rest.height >= 12 { rest.height / 3 } else { 0 };
    let list = Rect { height: rest.height - text_rows, ..rest };
    rows(finding, list, buf, cx);
    if text_rows > 0 {
        reading(finding, Rect { y: list.bottom(), height: text_rows, ..rest }, buf, cx);
    }
}

fn rows(finding: &Finding, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let note = match (&finding.problem, &finding.found) {
        (Some(why), _) => Some(text::foreign(&format!("{} it cannot be searched: {why}", cx.glyphs.bad), Role::Bad)),
        (None, None) => Some(vec![Piece::own("searching …", Role::Dim)]),
        (None, Some(found)) if found.is_empty() && finding.is_busy() => {
            Some(vec![Piece::own("searching …", Role::Dim)])
        }
        (None, Some(found)) if found.is_empty() => {
            Some(vec![Piece::own("nothing that was ever retrieved holds these words", Role::Dim)])
        }
        (None, Some(_)) => None,
    };
    let mut body = area;
    if let Some(note) = note {
        text::put_pieces(buf, (area.x + 2, area.y), &note, usize::from(area.width.saturating_sub(3)), cx.theme);
        body = Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(1), ..area };
    }
    let found = finding.found.as_deref().unwrap_or_default();
    for (line, place) in finding.list.visible(body, finding.len()).enumerate() {
        let area = text::row(body, line as u16);
        let selected = place == finding.list.selected;
        let (pieces, right) = found.get(place).map_or_else(
            || (typed_row(finding), String::new()),
            |found| {
                let seen = format!("{}, {} ago", text::counted(found.traces, "trace"), age(found.last, cx.now));
                (found_row(found, cx), seen)
            },
        );
        let right_room = text::width(&right).min(usize::from(area.width) / 3);
        let room = usize::from(area.width).saturating_sub(right_room + 4);
        text::put_pieces(buf, (area.x + 2, area.y), &pieces, room, cx.theme);
        let x = area.right().saturating_sub(right_room as u16 + 1);
        text::put(buf, x, area.y, &right, right_room, cx.style(Role::Dim));
        gutter(buf, area, selected, false, if cx.covered { Focus::Elsewhere } else { Focus::Here }, cx);
    }
}

fn found_row(found: &FoundChunk, cx: &DrawCx) -> Vec<Piece> {
    let id = found.document_id.as_deref().unwrap_or(cx.glyphs.none);
    let mut pieces = text::foreign(id, Role::Text);
    let beginning: String = found.content.trim_start().chars().take(240).collect();
    pieces.push(Piece::own("  ", Role::Dim));
    pieces.extend(text::foreign(&beginning, Role::Dim));
    pieces
}

fn typed_row(finding: &Finding) -> Vec<Piece> {
    let mut pieces = vec![Piece::own("as typed  ", Role::Accent)];
    pieces.extend(text::foreign(finding.input.text().trim(), Role::Text));
    pieces
}

/// The whole text of what is under the cursor.
fn reading(finding: &Finding, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    for x in area.left()..area.right() {
        text::put(buf, x, area.y, cx.glyphs.horizontal, 1, cx.style(Role::Border));
    }
    let key = |action| cx.key(action, Context::Retrieval);
    let label = format!(" {} takes it, {} goes back ", key(Action::Open), key(Action::Back));
    text::put(buf, area.x + 1, area.y, &label, usize::from(area.width.saturating_sub(2)), cx.style(Role::Dim));
    let content = match finding.under_cursor() {
        Some(found) => found.content.as_str(),
        None => finding.input.text(),
    };
    let room = usize::from(area.width.saturating_sub(3)).max(1);
    let lines: Vec<Vec<Piece>> = content
        .lines()
        .take(60)
        .map(|line| text::foreign(&line.chars().take(2_000).collect::<String>(), Role::Text))
        .collect();
    for (row, y) in text::wrap_lines(&lines, room).iter().zip(area.top() + 1..area.bottom()) {
        text::put_pieces(buf, (area.x + 2, y), row, room, cx.theme);
    }
}

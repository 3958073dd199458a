//! What is shown where there is nothing: why, and what to press.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::screens::DrawCx;
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;

/// Draws a heading and lines of advice, the heading a third down; text is wrapped and may hold foreign parts.
pub fn draw(title: &str, lines: &[String], area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    message(title, lines, Role::Heading, area, buf, cx);
}

/// Draws what went wrong and what to do.
pub fn error(title: &str, lines: &[String], area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    message(&format!("{} {title}", cx.glyphs.bad), lines, Role::Bad, area, buf, cx);
}

fn message(title: &str, lines: &[String], role: Role, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let area = area.intersection(buf.area);
    let room = usize::from(area.width.saturating_sub(4)).min(76);
    if area.height == 0 || room == 0 {
        return;
    }
    let mut rows: Vec<Vec<Piece>> = text::wrap(&text::foreign(title, role), room);
    rows.push(Vec::new());
    for line in lines {
        rows.extend(text::wrap(&text::foreign(line, Role::Dim), room));
    }
    let spare = usize::from(area.height).saturating_sub(rows.len());
    let top = area.y + (spare / 3) as u16;
    for (row, y) in rows.iter().zip(top..area.bottom()) {
        text::put_pieces(buf, (area.x + 2, y), row, room, cx.theme);
    }
}

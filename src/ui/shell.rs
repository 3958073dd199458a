//! The frame around every screen: header, line of screens, footer, and what lies above.

use std::cell::Cell;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::action::{Action, Context};
use super::app::{App, Drawn};
use super::msg::{Progress, Severity};
use super::screens::{DrawCx, SCREENS, Screen, ScreenId, Status, Typing};
use super::text::{self, Piece};
use super::theme::Role;

/// The smallest terminal that shows more than one sentence.
const LEAST: (u16, u16) = (40, 10);

/// Draws the whole workbench; says where the terminal's cursor goes, where text is typed.
pub fn draw(app: &App, area: Rect, buf: &mut Buffer) -> Option<(u16, u16)> {
    let cursor = Cell::new(None);
    let cx = DrawCx {
        theme: &app.look.theme,
        keymap: &app.keymap,
        now: app.now,
        glyphs: app.look.glyphs,
        cursor: &cursor,
        covered: !app.overlays.is_empty(),
    };
    let area = area.intersection(buf.area);
    text::clear(buf, area, cx.style(Role::Text));
    if area.width < LEAST.0 || area.height < LEAST.1 {
        too_small(area, buf, &cx);
        *app.drawn.borrow_mut() = Drawn::default();
        return None;
    }
    header(app, text::row(area, 0), buf, &cx);
    let tabs = tabs(app, text::row(area, 1), buf, &cx);
    rule(text::row(area, 2), buf, &cx);
    rule(text::row(area, area.height - 2), buf, &cx);
    let screen = Rect { y: area.y + 3, height: area.height - 5, ..area };
    if let Some(current) = app.screen(app.current()) {
        current.draw(screen, buf, &cx);
    }
    footer(app, text::row(area, area.height - 1), buf, &cx);
    *app.drawn.borrow_mut() = Drawn { screen, tabs };
    if !app.overlays.is_empty() {
        cursor.set(None);
    }
    for overlay in &app.overlays {
        overlay.draw(area, buf, &cx);
    }
    cursor.get()
}

fn too_small(area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let sentence = format!("Hindcast needs {}×{}; this is {}×{}.", LEAST.0, LEAST.1, area.width, area.height);
    let rows = text::wrap(&[Piece::own(sentence, Role::Text)], usize::from(area.width));
    for (row, y) in rows.iter().zip(area.top()..area.bottom()) {
        text::put_pieces(buf, (area.x, y), row, usize::from(area.width), cx.theme);
    }
}

fn rule(area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    for x in area.left()..area.right() {
        text::put(buf, x, area.y, cx.glyphs.horizontal, 1, cx.style(Role::Border));
    }
}

fn header(app: &App, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let mut left = vec![Piece::own(" hindcast  ", Role::Accent)];
    left.extend(text::foreign(&app.workspace.name, Role::Heading));
    if let Some(branch) = &app.workspace.branch {
        left.push(Piece::own(format!("  {} ", cx.glyphs.branch), Role::Dim));
        left.extend(text::foreign(branch, Role::Text));
    }
    if app.workspace.changed > 0 {
        left.push(Piece::own(format!(" {} {} changed", cx.glyphs.mark, app.workspace.changed), Role::Warning));
    }
    let mut right = Vec::new();
    for job in app.jobs.values().take(2) {
        right.push(Piece::own(format!("{} ", cx.glyphs.running), Role::Accent));
        right.extend(text::foreign(&job.title, Role::Text));
        if let Progress::Counted { done, total } = job.progress {
            right.push(Piece::own(format!(" {done}/{total}"), Role::Text));
        }
        right.push(Piece::own("   ", Role::Text));
    }
    if app.jobs.len() > 2 {
        right.push(Piece::own(format!("+{} jobs   ", app.jobs.len() - 2), Role::Dim));
    }
    right.push(Piece::own(format!("${:.4} ", app.spent), Role::Text));
    ends(&left, &right, area, buf, cx);
}

/// Draws two texts at both ends of a line; the right one wins where both do not fit.
fn ends(left: &[Piece], right: &[Piece], area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let width = usize::from(area.width);
    let right_room = text::pieces_width(right).min(width);
    text::put_pieces(buf, (area.x, area.y), left, width.saturating_sub(right_room + 1), cx.theme);
    let x = area.right().saturating_sub(right_room as u16);
    text::put_pieces(buf, (x, area.y), right, right_room, cx.theme);
}

fn tabs(app: &App, area: Rect, buf: &mut Buffer, cx: &DrawCx) -> Vec<(Rect, ScreenId)> {
    let mut places = Vec::new();
    let right = vec![
        Piece::own(cx.key(Action::Help, Context::Global), Role::Key),
        Piece::own(" help  ", Role::Dim),
        Piece::own(cx.key(Action::Palette, Context::Global), Role::Key),
        Piece::own(" palette ", Role::Dim),
    ];
    let end = area.right().saturating_sub(text::pieces_width(&right) as u16);
    let narrow = area.width < 72;
    let mut x = area.x + 1;
    for spec in SCREENS {
        let current = spec.id == app.current();
        let key = cx.key(spec.go, Context::Global);
        let mut pieces = vec![Piece::own(key, Role::Key)];
        if current || !narrow {
            pieces.push(Piece::own(format!(" {}", spec.title), if current { Role::Heading } else { Role::Dim }));
        }
        let room = usize::from(end.saturating_sub(x));
        let used = text::put_pieces(buf, (x, area.y), &pieces, room, cx.theme);
        if current && used > 0 {
            let style = ratatui::style::Style::new().add_modifier(ratatui::style::Modifier::UNDERLINED);
            buf.set_style(Rect { x, width: used, ..area }, style);
        }
        places.push((Rect { x, width: used, ..area }, spec.id));
        x = x.saturating_add(used).saturating_add(3);
    }
    text::put_pieces(buf, (end, area.y), &right, usize::from(area.width), cx.theme);
    places
}

fn footer(app: &App, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let screen = app.screen(app.current());
    let status = screen.map_or_else(Status::default, Screen::status);
    let context = screen.map_or(Context::Global, Screen::context);
    let typing = screen.map_or(Typing::Off, Screen::typing);
    let right = vec![Piece::own(format!("{} ", status.counts), Role::Dim)];
    let mut left = vec![Piece::own(" ", Role::Text)];
    if !app.pending.is_empty() {
        left.extend(which_key(app, context));
    } else if let Some(held) = &app.held {
        let keys: Vec<String> = held.keys.iter().map(ToString::to_string).collect();
        left.push(Piece::own(format!("{} ", keys.join(" ")), Role::Accent));
        left.push(Piece::own("waits for what is being read   ", Role::Dim));
        left.extend(hints(&[(String::from("esc"), "forgets it")]));
    } else if let Some((_, toast)) = &app.toast {
        let (mark, word, role) = match toast.severity {
            Severity::Info => (cx.glyphs.good, "", Role::Good),
            Severity::Warning => (cx.glyphs.warning, "warning: ", Role::Warning),
            Severity::Error => (cx.glyphs.bad, "error: ", Role::Bad),
        };
        left.push(Piece::own(format!("{mark} {word}"), role));
        left.extend(text::foreign(&toast.text, Role::Text));
    } else if typing == Typing::Line {
        left.extend(hints(&[(String::from("enter"), "use it"), (cx.key(Action::Back, context), "leave")]));
    } else {
        let hint = |action: &Action| (cx.key(*action, context), action.row().title);
        let all: Vec<(String, &str)> = status.hints.iter().map(hint).collect();
        let room = usize::from(area.width).saturating_sub(text::pieces_width(&right) + 2);
        let fit = (0..=all.len()).rev().find(|count| text::pieces_width(&hints(&all[..*count])) <= room);
        left.extend(hints(&all[..fit.unwrap_or(0)]));
    }
    ends(&left, &right, area, buf, cx);
}

fn hints(all: &[(String, &str)]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (key, title) in all {
        pieces.push(Piece::own(key.clone(), Role::Key));
        pieces.push(Piece::own(format!(" {}   ", title.to_lowercase()), Role::Dim));
    }
    pieces
}

/// How a sequence that was begun can go on.
fn which_key(app: &App, context: Context) -> Vec<Piece> {
    let super::keymap::Lookup::Prefix(rest) = app.keymap.lookup(context, &app.pending) else { return Vec::new() };
    let pressed: Vec<String> = app.pending.iter().map(ToString::to_string).collect();
    let mut pieces = vec![Piece::own(format!("{} … ", pressed.join(" ")), Role::Accent)];
    for (keys, action) in rest {
        pieces.push(Piece::own(keys.to_string(), Role::Key));
        pieces.push(Piece::own(format!(" {}   ", action.row().title.to_lowercase()), Role::Dim));
    }
    pieces
}

//! How the SQL console looks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::console::{Console, Part, Phase};
use crate::ui::action::{Action, Context};
use crate::ui::screens::DrawCx;
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;
use crate::ui::widgets::empty;
use crate::ui::widgets::line_input::Active;
use crate::ui::widgets::table::Focus;

/// The least and most rows of the editor.
const EDITOR: (u16, u16) = (4, 14);

/// Draws the console.
pub fn draw(console: &Console, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let wanted = (console.editor.len() as u16 + 1).clamp(EDITOR.0, EDITOR.1);
    let editor = Rect { height: wanted.min(area.height / 2).max(1).min(area.height), ..area };
    let in_editor = console.part() == Part::Editor && !cx.covered;
    console.editor.draw(
        Rect { x: editor.x + 1.min(editor.width), width: editor.width.saturating_sub(2), ..editor },
        buf,
        cx,
        if in_editor { Active::Yes } else { Active::No },
    );
    let rest = Rect { y: editor.bottom(), height: area.height - editor.height, ..area };
    status_line(console, text::row(rest, 0), buf, cx);
    let body = Rect { y: rest.y + 1.min(rest.height), height: rest.height.saturating_sub(1), ..rest };
    result(console, body, buf, cx);
}

fn status_line(console: &Console, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let focus = console.part() == Part::Result;
    let (line, role) =
        if focus { (cx.glyphs.horizontal_focus, Role::BorderFocus) } else { (cx.glyphs.horizontal, Role::Border) };
    for x in area.left()..area.right() {
        text::put(buf, x, area.y, line, 1, cx.style(role));
    }
    let mut pieces = Vec::new();
    if console.offered.is_empty() {
        let (text, role) = match &console.phase {
            Phase::Idle => (" result ".to_owned(), Role::Dim),
            Phase::Running(since) => {
                let seconds = cx.now.since(*since) / 1_000_000_000;
                let stop = cx.key(Action::Back, Context::Sql);
                (format!(" {} running {seconds} s, {stop} stops ", cx.glyphs.running), Role::Accent)
            }
            Phase::Stopped => (" stopped ".to_owned(), Role::Warning),
            Phase::Done => {
                let result = &console.grid.result;
                let (left, right) = console.grid.more(area.width);
                let arrows = match (left, right) {
                    (true, true) => "  ‹ h l › more columns",
                    (true, false) => "  ‹ h more columns",
                    (false, true) => "  l › more columns",
                    (false, false) => "",
                };
                let first = if result.truncated { "the first " } else { "" };
                (format!(" {first}{} rows, {} columns{arrows} ", result.rows.len(), result.columns.len()), Role::Dim)
            }
            Phase::Failed(_) => (format!(" {} failed ", cx.glyphs.bad), Role::Bad),
        };
        pieces.push(Piece::own(text, role));
    } else {
        pieces.push(Piece::own(" ", Role::Text));
        for word in &console.offered {
            pieces.extend(text::foreign(word, Role::Accent));
            pieces.push(Piece::own("  ", Role::Text));
        }
    }
    text::put_pieces(buf, (area.x + 1, area.y), &pieces, usize::from(area.width.saturating_sub(2)), cx.theme);
}

fn result(console: &Console, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let key = |action| cx.key(action, Context::Sql);
    match &console.phase {
        Phase::Failed(why) => {
            let mut lines: Vec<String> = why.lines().map(str::to_owned).collect();
            lines.push(format!("{} runs it again, tab completes tables and columns.", key(Action::RunSql)));
            empty::error("The query could not be run", &lines, area, buf, cx);
        }
        Phase::Done if console.grid.result.rows.is_empty() => {
            empty::draw("No rows", &["The query is fine and nothing matches.".into()], area, buf, cx);
        }
        Phase::Idle => {
            let mut lines = vec![format!(
                "{} or {} runs the query; {} leaves. Queries only read.",
                key(Action::RunSql),
                cx.key(Action::Reload, Context::Global),
                key(Action::Back)
            )];
            let names = console.table_names();
            if !names.is_empty() {
                lines.push(format!("Tables and views: {}.", names.join(", ")));
            }
            empty::draw("SQL over traces, runs and prompts", &lines, area, buf, cx);
        }
        _ => {
            let here = console.part() == Part::Result && !cx.covered;
            console.grid.draw(area, if here { Focus::Here } else { Focus::Elsewhere }, buf, cx);
        }
    }
}

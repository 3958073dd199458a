//! How the screen of prompts looks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::rendered::Beside;
use super::screen::{LIST, LIVE, PromptsScreen, VERSIONS};
use super::source::DiffOf;
use super::versions_view;
use crate::ui::action::{Action, Context};
use crate::ui::effects::prompts::PromptRow;
use crate::ui::screens::traces::count;
use crate::ui::screens::{DrawCx, Phase};
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;
use crate::ui::widgets::editor::Editor;
use crate::ui::widgets::empty;
use crate::ui::widgets::line_input::Active;
use crate::ui::widgets::panes::Pane;
use crate::ui::widgets::table::{Focus, gutter};

/// Draws the screen.
pub fn draw(screen: &PromptsScreen, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let key = |action| cx.key(action, Context::Prompts);
    match &screen.list.phase {
        Phase::Loading => return empty::draw("Loading …", &["The prompts are being read.".into()], area, buf, cx),
        Phase::Failed(why) => {
            let retry = format!("{} tries again.", key(Action::Reload));
            return empty::error("The prompts could not be read", &[why.clone(), retry], area, buf, cx);
        }
        Phase::Ready if screen.list.listing.prompts.is_empty() => {
            let mut lines: Vec<String> = screen.list.listing.problems.clone();
            lines.extend([
                "Put prompt files into prompts/: .prompt (Dotprompt), .prompty, .prompt.yml (GitHub Models), .md or .txt."
                    .to_owned(),
                "`hindcast init` makes a workspace with a sample prompt.".to_owned(),
                format!("{} makes a new prompt, {} looks again.", key(Action::NewPrompt), key(Action::Reload)),
            ]);
            return empty::draw("No prompts yet", &lines, area, buf, cx);
        }
        Phase::Ready => {}
    }
    let mut body = area;
    if let Some(notice) = screen.list.notice() {
        let pieces = text::foreign(&format!(" {} {notice}", cx.glyphs.warning), Role::Warning);
        let rows = text::wrap(&pieces, usize::from(area.width.max(1)));
        let used = (rows.len() as u16).min(2).min(area.height / 3);
        for (row, y) in rows.iter().take(usize::from(used)).zip(area.top()..area.bottom()) {
            text::put_pieces(buf, (area.x, y), row, usize::from(area.width), cx.theme);
        }
        body = Rect { y: area.y + used, height: area.height - used, ..area };
    }
    let title = source_title(screen, body.width);
    if screen.source.editing.is_some() {
        for pane in screen.desk.draw(&[&title, "As sent"], body, buf, cx) {
            match pane.number {
                LIVE => live(screen, pane, buf, cx),
                _ => source(screen, pane, buf, cx),
            }
        }
        return;
    }
    let beside = match screen.beside {
        Beside::Versions => "Versions",
        Beside::Rendered => "As sent",
    };
    for pane in screen.panes.draw(&["Prompts", &title, beside], body, buf, cx) {
        match (pane.number, screen.beside) {
            (LIST, _) => list(screen, pane, buf, cx),
            (VERSIONS, Beside::Versions) => versions_view::draw(screen, pane, buf, cx),
            (VERSIONS, Beside::Rendered) => live(screen, pane, buf, cx),
            _ => source(screen, pane, buf, cx),
        }
    }
}

/// Whether a pane has the focus.
pub(super) fn focus_of(pane: Pane, cx: &DrawCx) -> Focus {
    if cx.covered { Focus::Elsewhere } else { pane.focus }
}

/// Safe text for the title of the text's pane.
fn source_title(screen: &PromptsScreen, width: u16) -> String {
    let source = &screen.source;
    let Some(name) = source.name() else { return "Text".to_owned() };
    let name = text::cut_middle(&text::foreign_plain(name), usize::from(width) / 3);
    if let Some(writing) = &source.editing {
        let state = if writing.editor.is_modified() { "editing, not saved" } else { "editing" };
        return format!("{name} {state}");
    }
    if let Some(shown) = &source.diff {
        return match &shown.view {
            Some(view) => format!(
                "{name} {} → {}{}  +{} -{}",
                text::foreign_plain(&shown.from),
                text::foreign_plain(&shown.to),
                if shown.of == DiffOf::Rendered { " as sent" } else { "" },
                view.counts.0,
                view.counts.1
            ),
            None => format!("{name} comparing …"),
        };
    }
    match source.version() {
        Some(version) => {
            let blame = if source.blame.is_some() { "  blame" } else { "" };
            format!("{name}@{}{blame}  {} tok", text::foreign_plain(&version.version), count(Some(version.tokens)))
        }
        None => name,
    }
}

fn list(screen: &PromptsScreen, pane: Pane, buf: &mut Buffer, cx: &DrawCx) {
    let mut area = pane.area;
    if screen.list.editing || !screen.list.filter.text().is_empty() {
        let line = text::row(area, 0);
        text::put(buf, line.x + 1, line.y, "/ ", 2, cx.style(Role::Key));
        let input = Rect { x: line.x + 3.min(line.width), width: line.width.saturating_sub(3), ..line };
        let active = if screen.list.editing { Active::Yes } else { Active::No };
        screen.list.filter.draw(input, buf, cx, active);
        area = Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(1), ..area };
    }
    let shown = screen.list.shown();
    if shown.is_empty() {
        text::put(buf, area.x + 2, area.y, "no prompt matches", usize::from(area.width), cx.style(Role::Dim));
    }
    for (line, at) in screen.list.state.visible(area, shown.len()).enumerate() {
        let line = text::row(area, line as u16);
        let Some(row) = shown.get(at) else { continue };
        let state = state_pieces(row, cx);
        let state_room = text::pieces_width(&state).min(usize::from(line.width) / 2);
        let room = usize::from(line.width).saturating_sub(state_room + 4);
        text::put_pieces(buf, (line.x + 2, line.y), &text::foreign(&row.name, Role::Text), room, cx.theme);
        let x = line.right().saturating_sub(state_room as u16 + 1);
        text::put_pieces(buf, (x, line.y), &state, state_room, cx.theme);
        gutter(buf, line, at == screen.list.state.selected, false, focus_of(pane, cx), cx);
    }
}

fn state_pieces(row: &PromptRow, cx: &DrawCx) -> Vec<Piece> {
    match row.state.as_deref() {
        None | Some("clean") => match &row.deployed {
            Some(version) => text::foreign(&format!("{} {version}", cx.glyphs.good), Role::Good),
            None => vec![Piece::own(row.format, Role::Dim)],
        },
        Some("conflict") => vec![Piece::own(format!("{} conflict", cx.glyphs.bad), Role::Bad)],
        Some(state) => vec![Piece::own(format!("{} {state}", cx.glyphs.mark), Role::Warning)],
    }
}

fn source(screen: &PromptsScreen, pane: Pane, buf: &mut Buffer, cx: &DrawCx) {
    let source = &screen.source;
    let mut area =
        Rect { x: pane.area.x + 1.min(pane.area.width), width: pane.area.width.saturating_sub(2), ..pane.area };
    if let Some(why) = &source.problem {
        return empty::error("This prompt could not be read", std::slice::from_ref(why), area, buf, cx);
    }
    let Some(history) = &source.history else {
        return empty::draw("Loading …", &[], area, buf, cx);
    };
    if let Some(writing) = &source.editing {
        return editor(&writing.editor, area, buf, cx);
    }
    if let Some(shown) = &source.diff {
        match &shown.view {
            Some(view) if view.is_same() => empty::draw("Nothing changed between these versions", &[], area, buf, cx),
            Some(view) => view.draw(area, buf, cx),
            None => empty::draw("Comparing …", &[], area, buf, cx),
        }
        return;
    }
    if let Some(search) = &source.search {
        let line = text::row(area, 0);
        text::put(buf, line.x, line.y, "/ ", usize::from(line.width), cx.style(Role::Key));
        let input = Rect { x: line.x + 2.min(line.width), width: line.width.saturating_sub(2), ..line };
        search.draw(input, buf, cx, Active::Yes);
        area = Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(1), ..area };
    }
    if let Some(mistake) = history.mistake.as_ref().filter(|_| source.versions.selected == 0) {
        let line = text::row(area, 0);
        let pieces = text::foreign(&format!("{} {mistake}", cx.glyphs.bad), Role::Bad);
        text::put_pieces(buf, (line.x, line.y), &pieces, usize::from(line.width), cx.theme);
        area = Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(1), ..area };
    }
    source.view.draw(&source.doc, area, buf, cx);
}

fn live(screen: &PromptsScreen, pane: Pane, buf: &mut Buffer, cx: &DrawCx) {
    let area = Rect { x: pane.area.x + 1.min(pane.area.width), width: pane.area.width.saturating_sub(2), ..pane.area };
    if screen.live.preview.is_none() {
        return empty::draw("Counting …", &[], area, buf, cx);
    }
    screen.live.view.draw(&screen.live.doc, area, buf, cx);
}

/// Draws the editor, and below it the command being typed or what is found at the cursor.
fn editor(editor: &Editor, mut area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let active = if cx.covered { Active::No } else { Active::Yes };
    let command = editor.command_line();
    let found = editor.mark_here();
    if area.height > 2 && (command.is_some() || found.is_some()) {
        area.height -= 1;
        let line = text::row(Rect { y: area.bottom(), height: 1, ..area }, 0);
        if let Some((sign, input)) = command {
            text::put(buf, line.x, line.y, &sign.to_string(), 1, cx.style(Role::Key));
            let rest = Rect { x: line.x + 1.min(line.width), width: line.width.saturating_sub(1), ..line };
            editor.draw(area, buf, cx, Active::No);
            return input.draw(rest, buf, cx, active);
        }
        if let Some(found) = found {
            let pieces = text::foreign(&format!("{} {found}", cx.glyphs.warning), Role::Warning);
            text::put_pieces(buf, (line.x, line.y), &pieces, usize::from(line.width), cx.theme);
        }
    }
    editor.draw(area, buf, cx, active);
}

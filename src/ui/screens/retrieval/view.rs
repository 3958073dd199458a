//! How the screen of retrieval looks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::answer_view::{self, tally};
use super::state::{ANSWER, CHUNKS, Mode, Part, Phase, Retrieval, Shows, Support, Writing};
use super::tries::Planning;
use super::trying::BOTH_FROM;
use super::{chunks_view, finding_view, tries_view};
use crate::domain::run::Case;
use crate::ui::action::{Action, Context};
use crate::ui::screens::DrawCx;
use crate::ui::screens::traces::{millis, short_id};
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;
use crate::ui::widgets::empty;
use crate::ui::widgets::panes::Pane;
use crate::ui::widgets::table::Focus;

/// Columns from which the heading names the retrievers.
const NAMES_FROM: u16 = 100;
/// Columns from which it names the model, too.
const MODEL_FROM: u16 = 150;

/// Draws the screen.
pub fn draw(state: &Retrieval, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    state.height.set(area.height);
    let Some(case) = shown(state, area, buf, cx) else { return };
    if let Mode::Finding(finding) = &state.mode {
        return finding_view::draw(finding, area, buf, cx);
    }
    heading(state, case, text::row(area, 0), buf, cx);
    let foot = foot(state, area, cx);
    let foot_rows = (foot.len() as u16).min(area.height.saturating_sub(1));
    let body = Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(1 + foot_rows), ..area };
    let (panes, tries) = split(state, body);
    if !panes.is_empty() {
        draw_panes(state, case, panes, buf, cx);
    }
    if !tries.is_empty() {
        tries_view::draw(state, tries, buf, cx);
    }
    for (row, y) in foot.iter().zip(body.bottom()..area.bottom()) {
        text::put_pieces(buf, (area.x + 1, y), row, usize::from(area.width.saturating_sub(2)), cx.theme);
    }
}

/// The rows at the foot: how an ablation and a judge stand, and what the next try would be.
fn foot(state: &Retrieval, area: Rect, cx: &DrawCx) -> Vec<Vec<Piece>> {
    let room = usize::from(area.width.saturating_sub(2)).max(1);
    let most = if area.height < BOTH_FROM { 2 } else { 3 };
    let mut rows = Vec::new();
    if let Some(line) = state.ablating.line() {
        let mut pieces = vec![Piece::own("ablation  ", Role::Accent)];
        pieces.extend(text::foreign(&line, Role::Text));
        rows.extend(text::wrap(&pieces, room).into_iter().take(most));
    }
    if let Some(line) = state.asking.line() {
        let mut pieces = vec![Piece::own("judge  ", Role::Accent)];
        pieces.extend(text::foreign(line, Role::Text));
        rows.extend(text::wrap(&pieces, room).into_iter().take(most));
    }
    if !state.changes.is_empty() || state.tries.planning != Planning::Closed {
        rows.extend(text::wrap(&tries_view::line(state, cx), room).into_iter().take(most));
    }
    rows
}

/// The case; where there is none, what to do is drawn.
fn shown<'a>(state: &'a Retrieval, area: Rect, buf: &mut Buffer, cx: &DrawCx) -> Option<&'a Case> {
    let key = |action| cx.key(action, Context::Retrieval);
    let again = format!("{} tries again, {} goes back.", key(Action::Reload), key(Action::Back));
    let id = state.trace_id.as_ref().map(|id| id.as_str().to_owned()).unwrap_or_default();
    match (&state.phase, &state.case) {
        (Phase::Ready, Some(case)) => return Some(case),
        (Phase::Missing, _) => {
            let lines = [format!("{id} is not in this workspace."), again];
            empty::draw("There is no such trace", &lines, area, buf, cx);
        }
        (Phase::NoCase, _) => {
            let why = "Nothing was answered in it, so there is nothing to support.".to_owned();
            empty::draw("This trace has no model call", &[why, again], area, buf, cx);
        }
        (Phase::Failed(why), _) => empty::error("The case could not be read", &[why.clone(), again], area, buf, cx),
        (Phase::Loading | Phase::Ready, _) => empty::draw("Loading …", &[format!("Trace {id}")], area, buf, cx),
        (Phase::Nothing, _) => {
            let how = format!(
                "Choose a trace on screen {} and press {} there: this screen shows which sentence of its answer rests on which chunk, and tries it with other chunks.",
                key(Action::GoTraces),
                cx.key(Action::Chunks, Context::Traces)
            );
            empty::draw("No case is open", &[how], area, buf, cx);
        }
    }
    None
}

/// Where panes and tries go; where both do not fit, the one that has the focus is shown alone.
fn split(state: &Retrieval, body: Rect) -> (Rect, Rect) {
    let nothing = Rect { height: 0, ..body };
    if state.tries.is_empty() {
        return (body, nothing);
    }
    if state.height.get() < BOTH_FROM {
        return if state.part == Part::Tries { (nothing, body) } else { (body, nothing) };
    }
    let tries = (body.height * 2 / 5).clamp(8, 24);
    let panes = Rect { height: body.height - tries, ..body };
    (panes, Rect { y: panes.bottom(), height: tries, ..body })
}

fn draw_panes(state: &Retrieval, case: &Case, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let answer_title = match &state.support {
        Support::Known(grounding) => format!("Answer {}", tally(grounding, cx.glyphs)),
        Support::Unknown if state.sentry.grounding.is_some() => format!("Answer {}", cx.glyphs.running),
        Support::Unknown | Support::Untold(_) => "Answer".to_owned(),
    };
    let (given, all) = (state.given(), case.chunks.len());
    let chunks = match given {
        _ if given == all => format!("Chunks {all}"),
        _ if given < all => format!("Chunks {given} of {all}"),
        _ => format!("Chunks {given}, recorded {all}"),
    };
    let is_beside = state.listed.iter().any(|one| one.there.is_some() || one.only_there);
    let other = state.other.as_ref().filter(|_| is_beside).map(|other| text::foreign_plain(&other.label));
    let chunks_title = other.map_or_else(|| chunks.clone(), |other| format!("{chunks} beside {other}"));
    let text_title = match (&state.mode, state.shows) {
        (Mode::Writing(writing), _) => format!("Chunk {}: being written", writing.named),
        (_, Shows::Request) => "As sent".to_owned(),
        (_, Shows::Chunk) => {
            state.row().map_or_else(|| "Text".to_owned(), |listed| format!("Chunk {}", listed.arranged.named))
        }
    };
    let elsewhere = state.part == Part::Tries;
    for pane in state.panes.draw(&[&answer_title, &chunks_title, &text_title], area, buf, cx) {
        let pane = if elsewhere { Pane { focus: Focus::Elsewhere, ..pane } } else { pane };
        match pane.number {
            ANSWER => answer_view::draw(state, pane, buf, cx),
            CHUNKS => chunks_view::draw(state, pane, buf, cx),
            _ => {
                let inside = Rect {
                    x: pane.area.x + 1.min(pane.area.width),
                    width: pane.area.width.saturating_sub(2),
                    ..pane.area
                };
                match &state.mode {
                    Mode::Writing(writing) => write(writing, inside, buf, cx),
                    Mode::Looking | Mode::Finding(_) => state.view.draw(&state.doc, inside, buf, cx),
                }
            }
        }
    }
}

fn write(writing: &Writing, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let foot = u16::from(area.height > 3);
    let body = Rect { height: area.height - foot, ..area };
    writing.area.draw(body, buf, cx, crate::ui::widgets::line_input::Active::Yes);
    if foot > 0 {
        let key = |action| cx.key(action, Context::Retrieval);
        let said = format!("{} or {} keeps it", key(Action::SaveText), key(Action::Back));
        text::put(buf, area.x, body.bottom(), &said, usize::from(area.width), cx.style(Role::Dim));
    }
}

/// The question, and what is known of the retrieval.
fn heading(state: &Retrieval, case: &Case, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let mut parts: Vec<String> = Vec::new();
    if let Some(around) = state.around.as_ref().filter(|_| area.width >= NAMES_FROM) {
        let steps = around.steps.iter().map(|step| {
            let name = text::foreign_plain(&step.name);
            format!("{} k={} {} ms", text::cut(&name, 20), step.returned, millis(step.duration_ns))
        });
        parts.extend(steps);
    }
    if let Support::Known(grounding) = &state.support
        && let Some(rate) = grounding.rate()
    {
        parts.push(format!("grounded {:.0} %", rate * 100.0));
    }
    parts.extend(case.model.as_deref().filter(|_| area.width >= MODEL_FROM).map(text::foreign_plain));
    parts.push(short_id(case.trace_id.as_str()));
    let right = parts.join(&format!(" {} ", cx.glyphs.dot));
    let right_room = text::width(&right).min(usize::from(area.width) / 2);
    let mut left = vec![Piece::own(" ", Role::Text)];
    left.extend(text::foreign(&case.question, Role::Heading));
    text::put_pieces(buf, (area.x, area.y), &left, usize::from(area.width).saturating_sub(right_room + 2), cx.theme);
    let x = area.right().saturating_sub(right_room as u16 + 1);
    text::put_pieces(buf, (x, area.y), &[Piece::own(right, Role::Dim)], right_room, cx.theme);
}

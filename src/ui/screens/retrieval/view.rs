//! How the screen of retrieval looks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::state::{ANSWER, CHUNKS, Phase, Retrieval, Support};
use crate::domain::chunk::Chunk;
use crate::domain::grounding::{GroundedSentence, Verdict};
use crate::domain::run::Case;
use crate::ui::action::{Action, Context};
use crate::ui::screens::DrawCx;
use crate::ui::screens::traces::{millis, short_id};
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;
use crate::ui::widgets::empty;
use crate::ui::widgets::panes::Pane;
use crate::ui::widgets::table::{Align, Column, Field, Focus, Table, Width, draw as draw_table, field, gutter};

const COLUMNS: [Column; 5] = [
    Column { title: "rank", width: Width::Fixed(4), align: Align::Right, from: 0 },
    Column { title: "document", width: Width::Fill(2), align: Align::Left, from: 0 },
    Column { title: "text", width: Width::Fill(3), align: Align::Left, from: 56 },
    Column { title: "score", width: Width::Fixed(7), align: Align::Right, from: 26 },
    Column { title: "for", width: Width::Fixed(3), align: Align::Right, from: 40 },
];

/// Draws the screen.
pub fn draw(state: &Retrieval, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let key = |action| cx.key(action, Context::Retrieval);
    let again = format!("{} tries again, {} goes back.", key(Action::Reload), key(Action::Back));
    let id = state.trace_id.as_ref().map(|id| id.as_str().to_owned()).unwrap_or_default();
    let case = match (&state.phase, &state.case) {
        (Phase::Ready, Some(case)) => case,
        (Phase::Missing, _) => {
            return empty::draw(
                "There is no such trace",
                &[format!("{id} is not in this workspace."), again],
                area,
                buf,
                cx,
            );
        }
        (Phase::NoCase, _) => {
            let why = "Nothing was answered in it, so there is nothing to support.".to_owned();
            return empty::draw("This trace has no model call", &[why, again], area, buf, cx);
        }
        (Phase::Failed(why), _) => {
            return empty::error("The case could not be read", &[why.clone(), again], area, buf, cx);
        }
        (Phase::Loading | Phase::Ready, _) => return empty::draw("Loading …", &[format!("Trace {id}")], area, buf, cx),
        (Phase::Nothing, _) => {
            let how = format!(
                "Choose a trace on screen {} and press {} there: this screen shows its chunks beside the answer, and lets you drop or edit chunks and replay.",
                key(Action::GoTraces),
                cx.key(Action::Chunks, Context::Traces)
            );
            return empty::draw("No case is open", &[how], area, buf, cx);
        }
    };
    heading(state, case, text::row(area, 0), buf, cx);
    let changed = u16::from(!state.changes.is_empty()).min(area.height.saturating_sub(1));
    let body = Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(1 + changed), ..area };
    let chunks_title = format!("Chunks {}", case.chunks.len());
    let text_title = state.chunk().map_or_else(|| "Text".to_owned(), |chunk| format!("Chunk {}", chunk.rank));
    for pane in state.panes.draw(&["Answer", &chunks_title, &text_title], body, buf, cx) {
        match pane.number {
            ANSWER => answer(state, pane, buf, cx),
            CHUNKS => chunks(state, case, pane, buf, cx),
            _ => {
                let inside = Rect {
                    x: pane.area.x + 1.min(pane.area.width),
                    width: pane.area.width.saturating_sub(2),
                    ..pane.area
                };
                state.view.draw(&state.doc, inside, buf, cx);
            }
        }
    }
    if changed > 0 {
        what_if(state, Rect { y: body.bottom(), height: changed, ..area }, buf, cx);
    }
}

/// The question, and what is known of the retrieval.
fn heading(state: &Retrieval, case: &Case, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let mut right = Vec::new();
    match &state.support {
        Support::Known(grounding) => {
            if let Some(rate) = grounding.rate() {
                right.push(Piece::own(format!("grounded {:.0} %  ", rate * 100.0), Role::Text));
            }
        }
        Support::Untold(_) | Support::Unknown => {}
    }
    right.extend(case.model.as_deref().map(|model| text::foreign(model, Role::Dim)).unwrap_or_default());
    right.push(Piece::own(
        format!("  {} ms  {} ", millis(case.duration_ns), short_id(case.trace_id.as_str())),
        Role::Dim,
    ));
    let right_room = text::pieces_width(&right).min(usize::from(area.width) / 2);
    let mut left = vec![Piece::own(" ", Role::Text)];
    left.extend(text::foreign(&case.question, Role::Heading));
    text::put_pieces(buf, (area.x, area.y), &left, usize::from(area.width).saturating_sub(right_room + 1), cx.theme);
    let x = area.right().saturating_sub(right_room as u16);
    text::put_pieces(buf, (x, area.y), &right, right_room, cx.theme);
}

/// The mark of a verdict; none for a sentence that claims nothing.
fn mark(verdict: Verdict, cx: &DrawCx) -> Piece {
    match verdict {
        Verdict::Supported => Piece::own(cx.glyphs.good, Role::Good),
        Verdict::Partial(_) => Piece::own(cx.glyphs.partial, Role::Warning),
        Verdict::Unsupported(_) => Piece::own(cx.glyphs.bad, Role::Bad),
        Verdict::Unsure => Piece::own("?", Role::Warning),
        Verdict::NoClaim => Piece::own(" ", Role::Dim),
    }
}

fn answer(state: &Retrieval, pane: Pane, buf: &mut Buffer, cx: &DrawCx) {
    let mut area = pane.area;
    if let Support::Untold(why) = &state.support {
        let note = text::wrap(&text::foreign(&format!("support not known: {why}"), Role::Dim), usize::from(area.width));
        for (row, y) in note.iter().take(2).zip(area.top()..area.bottom()) {
            text::put_pieces(buf, (area.x, y), row, usize::from(area.width), cx.theme);
        }
        let used = (note.len().min(2) as u16).min(area.height);
        area = Rect { y: area.y + used, height: area.height - used, ..area };
    }
    if state.sentences.is_empty() {
        text::put(
            buf,
            area.x + 2.min(area.width),
            area.y,
            "no answer was recorded",
            usize::from(area.width),
            cx.style(Role::Dim),
        );
        return;
    }
    let room = usize::from(area.width.saturating_sub(5));
    let rows: Vec<(usize, Vec<Piece>)> = state
        .sentences
        .iter()
        .enumerate()
        .flat_map(|(place, sentence)| {
            text::wrap(&text::foreign(&sentence.text, Role::Text), room).into_iter().map(move |row| (place, row))
        })
        .collect();
    let focus = if cx.covered { Focus::Elsewhere } else { pane.focus };
    // Scrolled by rows so that the whole sentence under the cursor is seen where it fits.
    let last = rows.iter().rposition(|(place, _)| *place == state.answer.selected).unwrap_or(0);
    let skipped = (last + 1).saturating_sub(usize::from(area.height));
    state.answer.visible(Rect { height: 0, ..area }, 0);
    let mut before = None;
    for ((place, row), y) in rows.iter().skip(skipped).zip(area.top()..area.bottom()) {
        let line = Rect { y, height: 1, ..area };
        text::put_pieces(buf, (area.x.saturating_add(4), y), row, room, cx.theme);
        if before != Some(*place) {
            text::put_pieces(buf, (area.x.saturating_add(2), y), &[mark_of(&state.sentences, *place, cx)], 1, cx.theme);
        }
        gutter(buf, line, *place == state.answer.selected, false, focus, cx);
        before = Some(*place);
    }
}

fn mark_of(sentences: &[GroundedSentence], place: usize, cx: &DrawCx) -> Piece {
    mark(sentences.get(place).map_or(Verdict::NoClaim, |sentence| sentence.verdict), cx)
}

fn chunks(state: &Retrieval, case: &Case, pane: Pane, buf: &mut Buffer, cx: &DrawCx) {
    if case.chunks.is_empty() {
        let lines = ["The recording has no retriever before this call.".to_owned()];
        return empty::draw("No chunks", &lines, pane.area, buf, cx);
    }
    let table = Table {
        columns: &COLUMNS,
        len: case.chunks.len(),
        state: &state.chunks,
        focus: if cx.covered { Focus::Elsewhere } else { pane.focus },
        marked: &|_| false,
        row: &|place| case.chunks.get(place).map_or_else(Vec::new, |chunk| fields(state, chunk, cx)),
    };
    draw_table(&table, pane.area, buf, cx);
}

fn fields(state: &Retrieval, chunk: &Chunk, cx: &DrawCx) -> Vec<Field> {
    let dropped = state.changes.drops(chunk.rank);
    let role = if dropped { Role::Dim } else { Role::Text };
    let mut document = Vec::new();
    if dropped {
        document.push(Piece::own("− drop ", Role::Warning));
    } else if state.changes.text(chunk.rank).is_some() {
        document.push(Piece::own("edited ", Role::Warning));
    }
    document.extend(text::foreign(chunk.document_id.as_deref().unwrap_or(cx.glyphs.none), role));
    let content: String = chunk.content.as_deref().unwrap_or(cx.glyphs.none).chars().take(300).collect();
    let supports = match &state.support {
        Support::Known(_) => state.supports(chunk.rank).to_string(),
        _ => cx.glyphs.none.to_owned(),
    };
    vec![
        field(chunk.rank.to_string(), Role::Dim),
        document,
        text::foreign(content.trim_start(), Role::Dim),
        field(chunk.score.map_or_else(|| cx.glyphs.none.to_owned(), |score| format!("{score:.4}")), role),
        field(supports, role),
    ]
}

fn what_if(state: &Retrieval, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let key = |action| cx.key(action, Context::Retrieval);
    let pieces = [
        Piece::own(" what if  ", Role::Accent),
        Piece::own(state.changes.words(), Role::Warning),
        Piece::own("   then ", Role::Dim),
        Piece::own(key(Action::Replay), Role::Key),
        Piece::own(" replays with these changes, ", Role::Dim),
        Piece::own(key(Action::ResetChunks), Role::Key),
        Piece::own(" takes them back", Role::Dim),
    ];
    text::put_pieces(buf, (area.x, area.y), &pieces, usize::from(area.width), cx.theme);
}

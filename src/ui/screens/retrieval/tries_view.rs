//! How tries look: the recorded answer and those of the tries side by side, with what supports them and what they cost.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::answer_view::{mark, sentence_pieces, tally};
use super::state::{Part, Retrieval, Support};
use super::tries::{Planning, Told, Try, TryAnswer, recorded};
use crate::domain::diff::Said;
use crate::domain::grounding::GroundedSentence;
use crate::domain::money::Money;
use crate::domain::run::ResultStatus;
use crate::ui::action::{Action, Context};
use crate::ui::effects::runs::Answered;
use crate::ui::screens::DrawCx;
use crate::ui::screens::runs::side_text;
use crate::ui::screens::traces::{millis, money, short_id};
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;

/// The least columns of an answer.
const LEAST: u16 = 34;
/// Rows above an answer.
const HEAD: u16 = 2;

/// Draws the tries.
pub fn draw(state: &Retrieval, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    if area.is_empty() {
        return;
    }
    title(state, text::row(area, 0), buf, cx);
    let body = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let columns = shown(area.width, state.tries.list.len(), state.tries.column);
    let width = body.width / (columns.len() as u16).max(1);
    for (place, column) in columns.iter().enumerate() {
        let x = body.x + place as u16 * width;
        let last = place + 1 == columns.len();
        let own = Rect { x, width: if last { body.right() - x } else { width }, ..body };
        one(state, *column, Rect { width: own.width.saturating_sub(u16::from(!last)), ..own }, buf, cx);
        if !last {
            for y in own.top()..own.bottom() {
                text::put(buf, own.right() - 1, y, cx.glyphs.vertical, 1, cx.style(Role::Border));
            }
        }
    }
}

/// Which columns are shown: the recorded answer first where two fit, then tries up to the one that keys are about.
fn shown(width: u16, tries: usize, focus: usize) -> Vec<usize> {
    let fit = usize::from(width / LEAST).max(1);
    if fit == 1 {
        return vec![focus.min(tries)];
    }
    if fit > tries {
        return (0..=tries).collect();
    }
    let beside = fit - 1;
    let last = focus.max(beside).min(tries);
    std::iter::once(0).chain(last + 1 - beside..=last).collect()
}

fn title(state: &Retrieval, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let focused = state.part == Part::Tries && !cx.covered;
    let (line, role) =
        if focused { (cx.glyphs.horizontal_focus, Role::BorderFocus) } else { (cx.glyphs.horizontal, Role::Border) };
    for x in area.left()..area.right() {
        text::put(buf, x, area.y, line, 1, cx.style(role));
    }
    let tries = &state.tries;
    let mut parts = vec![format!("Tries {}", tries.list.len())];
    parts.extend(state.trace_id.as_ref().map(|id| format!("what-if {}", short_id(id.as_str()))));
    parts.extend(tries.spent.map(|spent| format!("${}", money(Some(spent)))));
    parts.extend(tries.is_running().then(|| cx.glyphs.running.to_owned()));
    parts.extend((tries.waiting() > 0).then(|| format!("{} wait", tries.waiting())));
    let label = format!(" {} ", parts.join(&format!(" {} ", cx.glyphs.dot)));
    let style = cx.style(if focused { Role::BorderFocus } else { Role::Dim });
    text::put(buf, area.x + 1.min(area.width), area.y, &label, usize::from(area.width.saturating_sub(2)), style);
}

/// One column.
fn one(state: &Retrieval, column: usize, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let room = usize::from(area.width.saturating_sub(2));
    let (first, second) = head(state, column, cx);
    let cursor = column == state.tries.column && state.part == Part::Tries;
    for (row, pieces) in [first, second].iter().enumerate() {
        let line = text::row(area, row as u16);
        if !line.is_empty() {
            text::put_pieces(buf, (line.x + 1, line.y), pieces, room, cx.theme);
        }
    }
    if cursor && area.height > 0 {
        text::put(buf, area.x, area.y, cx.glyphs.cursor, 1, cx.style(Role::Accent));
    }
    let rows = rows(state, column, room.max(1), cx);
    let body = Rect { y: area.y + HEAD.min(area.height), height: area.height.saturating_sub(HEAD), ..area };
    let most = rows.len().saturating_sub(usize::from(body.height));
    for (row, y) in rows.iter().skip(state.tries.scroll.min(most)).zip(body.top()..body.bottom()) {
        text::put_pieces(buf, (body.x + 1, y), row, room, cx.theme);
    }
}

/// What an answer is, and its figures.
fn head(state: &Retrieval, column: usize, cx: &DrawCx) -> (Vec<Piece>, Vec<Piece>) {
    let dot = |parts: Vec<String>| parts.join(&format!(" {} ", cx.glyphs.dot));
    let Some(one) = column.checked_sub(1).and_then(|place| state.tries.list.get(place)) else {
        let mut parts = Vec::new();
        if let Support::Known(grounding) = &state.support {
            parts.push(tally(grounding, cx.glyphs));
        }
        if let Some(case) = &state.case {
            parts.push(format!("${}", money(case.cost.amount())));
            parts.push(format!("{} ms", millis(case.duration_ns)));
            parts.extend(case.model.as_deref().map(text::foreign_plain));
        }
        parts.retain(|part| !part.is_empty());
        return (vec![Piece::own("recorded", Role::Heading)], text::foreign(&dot(parts), Role::Dim));
    };
    let mut first = vec![Piece::own(format!("{} ", one.variant.as_str()), Role::Heading)];
    first.extend(text::foreign(&state.said(&one.edits), Role::Warning));
    let mut parts = Vec::new();
    match &one.grounding {
        Some(Ok(grounding)) => parts.push(tally(grounding, cx.glyphs)),
        Some(Err(_)) => parts.push("support not known".to_owned()),
        None => {}
    }
    if let Some(answered) = one.answered() {
        let cached = if answered.result.from_cache { " from the cache" } else { "" };
        parts.push(format!("${}{cached}", money(answered.result.cost_usd)));
        let nanos = answered.result.latency_ms.map(|millis| (millis * 1e6) as i64);
        parts.push(format!("{} ms", millis(nanos)));
    }
    parts.push(text::foreign_plain(&one.model));
    parts.retain(|part| !part.is_empty());
    (first, text::foreign(&dot(parts), Role::Dim))
}

/// The rows of an answer.
fn rows(state: &Retrieval, column: usize, room: usize, cx: &DrawCx) -> Vec<Vec<Piece>> {
    let Some(one) = column.checked_sub(1).and_then(|place| state.tries.list.get(place)) else {
        if state.sentences.is_empty() {
            return vec![vec![Piece::own("no answer was recorded", Role::Dim)]];
        }
        return sentence_rows(&state.sentences, room, cx);
    };
    match &one.answer {
        TryAnswer::Waiting(why) => text::wrap(&text::foreign(&format!("{} {why}", cx.glyphs.running), Role::Dim), room),
        TryAnswer::Streaming(text) => {
            let mut lines = text.lines().map(|line| text::foreign(line, Role::Text)).collect::<Vec<_>>();
            if lines.is_empty() {
                lines.push(Vec::new());
            }
            if let Some(last) = lines.last_mut() {
                last.push(Piece::own(cx.glyphs.cursor, Role::Accent));
            }
            text::wrap_lines(&lines, room)
        }
        TryAnswer::Done(answered) => done(state, one, answered, room, cx),
    }
}

fn done(state: &Retrieval, one: &Try, answered: &Answered, room: usize, cx: &DrawCx) -> Vec<Vec<Piece>> {
    if answered.result.status != ResultStatus::Ok {
        let why = answered.result.error.as_deref().unwrap_or("no reason was given");
        let text = format!("{} {}: {why}", cx.glyphs.bad, answered.result.status.as_str());
        return text::wrap(&text::foreign(&text, Role::Bad), room);
    }
    if state.tries.told == Told::Words {
        let recorded = state.case.as_ref().map(|case| recorded(case)).unwrap_or_default();
        let said: Said<'_> = answered.said();
        let diff = (!recorded.is_nothing()).then_some(answered.diff.as_deref()).flatten();
        let lines = side_text::answer(said, diff, cx.glyphs).lines;
        return lines.iter().flat_map(|line| line.wrapped(room)).collect();
    }
    match &one.grounding {
        Some(Ok(grounding)) if !grounding.sentences.is_empty() => sentence_rows(&grounding.sentences, room, cx),
        _ => {
            let text = answered.result.output_text.as_deref().unwrap_or_default();
            let lines: Vec<Vec<Piece>> = text.lines().map(|line| text::foreign(line, Role::Text)).collect();
            text::wrap_lines(&lines, room)
        }
    }
}

fn sentence_rows(sentences: &[GroundedSentence], room: usize, cx: &DrawCx) -> Vec<Vec<Piece>> {
    let of = |sentence: &GroundedSentence| {
        let rows = text::wrap(&sentence_pieces(sentence, cx.glyphs), room.saturating_sub(2).max(1));
        let verdict = sentence.standing();
        let glyphs = cx.glyphs;
        rows.into_iter().enumerate().map(move |(place, row)| {
            let lead = if place == 0 { mark(verdict, glyphs) } else { Piece::own(" ", Role::Text) };
            [vec![lead, Piece::own(" ", Role::Text)], row].concat()
        })
    };
    sentences.iter().flat_map(of).collect()
}

/// What the next try would be: the changes, and once it is asked for the plan.
pub fn line(state: &Retrieval, cx: &DrawCx) -> Vec<Piece> {
    let key = |action| Piece::own(cx.key(action, Context::Retrieval), Role::Key);
    let dim = |text: &str| Piece::own(text, Role::Dim);
    let changed = !state.changes.is_empty();
    let words = text::foreign(&state.said(&state.changes.edits()), if changed { Role::Warning } else { Role::Dim });
    let mut pieces = vec![Piece::own("what if  ", Role::Accent)];
    match &state.tries.planning {
        Planning::Closed => {
            pieces.extend(words);
            pieces.extend([dim("   "), key(Action::Replay), dim(" tries it  ")]);
            pieces.extend([key(Action::ShowRequest), dim(" as sent  "), key(Action::UndoChunks), dim(" undoes")]);
        }
        Planning::Pending { send } => {
            pieces.extend(words);
            let what =
                if *send { "   is sent as soon as the plan is there …" } else { "   the plan is being made …" };
            pieces.push(dim(what));
        }
        Planning::Refused(why) => {
            pieces.push(Piece::own(format!("{} ", cx.glyphs.bad), Role::Bad));
            pieces.extend(text::foreign(why, Role::Bad));
        }
        Planning::Ready(planned) => {
            let (order, plan) = planned.as_ref();
            let cost = match (plan.requests, plan.most == Money::ZERO) {
                (0, _) => "from the cache, $0".to_owned(),
                (requests, true) => format!("{}, $0", text::counted(requests, "request")),
                (requests, false) => {
                    let (about, most) = (money(Some(plan.estimate)), money(Some(plan.most)));
                    format!("{}, about ${about}, at most ${most}", text::counted(requests, "request"))
                }
            };
            pieces.extend(words);
            pieces.push(Piece::own(format!("   {cost}  to "), Role::Text));
            pieces.extend(text::foreign(&order.models.join(", "), Role::Text));
            if plan.skipped > 0 {
                pieces.extend(text::foreign(&format!("  {} left out", plan.skipped), Role::Warning));
            }
            pieces.extend([dim("   "), key(Action::Open), dim(" sends")]);
        }
    }
    pieces
}

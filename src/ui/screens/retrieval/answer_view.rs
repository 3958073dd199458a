//! How the answer looks: its sentences with the marks of grounding, and why for the one under the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::state::{Retrieval, Support};
use crate::domain::grounding::{GroundedSentence, Grounding, Lack, Verdict};
use crate::ui::action::{Action, Context};
use crate::ui::glyphs::Glyphs;
use crate::ui::screens::DrawCx;
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;
use crate::ui::widgets::panes::Pane;
use crate::ui::widgets::table::{Focus, gutter};

/// Rows for why, at the foot of the pane.
const WHY: u16 = 3;

/// The mark of a verdict; none for a sentence that claims nothing.
pub fn mark(verdict: Verdict, glyphs: &Glyphs) -> Piece {
    match verdict {
        Verdict::Supported => Piece::own(glyphs.good, Role::Good),
        Verdict::Partial(_) => Piece::own(glyphs.partial, Role::Warning),
        Verdict::Unsupported(_) => Piece::own(glyphs.bad, Role::Bad),
        Verdict::Unsure => Piece::own("?", Role::Warning),
        Verdict::NoClaim => Piece::own(" ", Role::Dim),
    }
}

/// A verdict in words.
const fn verdict_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Supported => "supported",
        Verdict::Partial(Lack::Contradicted) => "in part; the rest is contradicted",
        Verdict::Partial(Lack::Absent) => "in part; the rest is found nowhere",
        Verdict::Unsupported(Lack::Contradicted) => "contradicted by a chunk",
        Verdict::Unsupported(Lack::Absent) => "found in no chunk",
        Verdict::Unsure => "it cannot be told",
        Verdict::NoClaim => "claims nothing",
    }
}

/// How many sentences have which mark: `✗1 ~1 ✓2`; those without any are left out.
pub fn tally(grounding: &Grounding, glyphs: &Glyphs) -> String {
    let wrong = grounding.count(|verdict| matches!(verdict, Verdict::Unsupported(_)));
    let partial = grounding.count(|verdict| matches!(verdict, Verdict::Partial(_)));
    let unsure = grounding.count(|verdict| verdict == Verdict::Unsure);
    let good = grounding.count(|verdict| verdict == Verdict::Supported);
    let counts = [(glyphs.bad, wrong), (glyphs.partial, partial), ("?", unsure), (glyphs.good, good)];
    let parts = counts.iter().filter(|(_, count)| *count > 0).map(|(glyph, count)| format!("{glyph}{count}"));
    parts.collect::<Vec<_>>().join(" ")
}

/// A sentence as pieces: citations that are wrong are marked behind their marker.
pub fn sentence_pieces(sentence: &GroundedSentence, glyphs: &Glyphs) -> Vec<Piece> {
    let mut pieces = Vec::new();
    // A sentence over several lines is one here.
    let one_line = sentence.text.replace(['\n', '\r'], " ");
    let mut rest = one_line.as_str();
    for citation in &sentence.citations {
        let Some(at) = rest.find(&citation.marker).filter(|_| !citation.marker.is_empty()) else { continue };
        let (before, from) = rest.split_at(at);
        let (marker, after) = from.split_at(citation.marker.len());
        pieces.extend(text::foreign(before, Role::Text));
        let (role, sign) = match (citation.exists, citation.supports) {
            (true, true) => (Role::Dim, ""),
            (true, false) => (Role::Warning, glyphs.warning),
            (false, _) => (Role::Bad, glyphs.bad),
        };
        pieces.extend(text::foreign(marker, role));
        if !sign.is_empty() {
            pieces.push(Piece::own(sign, role));
        }
        rest = after;
    }
    pieces.extend(text::foreign(rest, Role::Text));
    pieces
}

/// A sentence as pieces; behind it the name of the judge whose mark it has.
fn with_judge(sentence: &GroundedSentence, glyphs: &Glyphs) -> Vec<Piece> {
    let mut pieces = sentence_pieces(sentence, glyphs);
    if let Some(judged) = &sentence.judged {
        pieces.push(Piece::own(" (", Role::Dim));
        pieces.extend(text::foreign(&judged.judge, Role::Dim));
        pieces.push(Piece::own(")", Role::Dim));
    }
    pieces
}

/// Draws the pane of the answer.
pub fn draw(state: &Retrieval, pane: Pane, buf: &mut Buffer, cx: &DrawCx) {
    let mut area = pane.area;
    state.drawn.borrow_mut().clear();
    if let Support::Untold(why) = &state.support {
        let note = text::wrap(&text::foreign(&format!("support not known: {why}"), Role::Dim), usize::from(area.width));
        let used = (note.len().min(2) as u16).min(area.height);
        put_rows(&note, Rect { height: used, ..area }, buf, cx);
        area = Rect { y: area.y + used, height: area.height - used, ..area };
    }
    if state.sentences.is_empty() {
        let style = cx.style(Role::Dim);
        text::put(buf, area.x + 2.min(area.width), area.y, "no answer was recorded", usize::from(area.width), style);
        return;
    }
    let known = matches!(state.support, Support::Known(_));
    let foot = if known && area.height > 2 * WHY { WHY } else { 0 };
    let body = Rect { height: area.height - foot, ..area };
    sentences(state, body, if cx.covered { Focus::Elsewhere } else { pane.focus }, buf, cx);
    if foot > 0 {
        why(state, Rect { y: body.bottom(), height: foot, ..area }, buf, cx);
    }
}

fn sentences(state: &Retrieval, area: Rect, focus: Focus, buf: &mut Buffer, cx: &DrawCx) {
    let room = usize::from(area.width.saturating_sub(5));
    let rows: Vec<(usize, Vec<Piece>)> = state
        .sentences
        .iter()
        .enumerate()
        .flat_map(|(place, sentence)| {
            text::wrap(&with_judge(sentence, cx.glyphs), room).into_iter().map(move |row| (place, row))
        })
        .collect();
    // Scrolled by rows so that the whole sentence under the cursor is seen where it fits.
    let last = rows.iter().rposition(|(place, _)| *place == state.answer.selected).unwrap_or(0);
    let first = rows.iter().position(|(place, _)| *place == state.answer.selected).unwrap_or(0);
    let skipped = (last + 1).saturating_sub(usize::from(area.height)).min(first);
    state.answer.visible(Rect { height: 0, ..area }, 0);
    let mut before = None;
    for ((place, row), y) in rows.iter().skip(skipped).zip(area.top()..area.bottom()) {
        let line = Rect { y, height: 1, ..area };
        text::put_pieces(buf, (area.x.saturating_add(4), y), row, room, cx.theme);
        if before != Some(*place) {
            let verdict = state.sentences.get(*place).map_or(Verdict::NoClaim, GroundedSentence::standing);
            text::put_pieces(buf, (area.x.saturating_add(2), y), &[mark(verdict, cx.glyphs)], 1, cx.theme);
        }
        gutter(buf, line, *place == state.answer.selected, false, focus, cx);
        state.drawn.borrow_mut().push((line, *place));
        before = Some(*place);
    }
}

/// Why the sentence under the cursor has its mark.
fn why(state: &Retrieval, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let Some(sentence) = state.sentence() else { return };
    let mut pieces = vec![Piece::own(format!("{} ", state.answer.selected + 1), Role::Dim)];
    pieces.extend(verdict_pieces(sentence, cx));
    for citation in sentence.citations.iter().filter(|citation| !(citation.exists && citation.supports)) {
        let (what, role) =
            if citation.exists { (" does not carry it", Role::Warning) } else { (" is no chunk", Role::Bad) };
        pieces.push(Piece::own("; ", Role::Dim));
        pieces.extend(text::foreign(&citation.marker, role));
        pieces.push(Piece::own(what, role));
    }
    let room = usize::from(area.width.saturating_sub(3));
    put_rows(&text::wrap(&pieces, room), Rect { x: area.x + 2, width: area.width.saturating_sub(3), ..area }, buf, cx);
}

/// The verdict of a sentence and why: a judge's with its name before the scorer's; where nobody can tell, whom to ask.
fn verdict_pieces(sentence: &GroundedSentence, cx: &DrawCx) -> Vec<Piece> {
    let role = |verdict| if verdict == Verdict::NoClaim { Role::Dim } else { mark(verdict, cx.glyphs).role };
    let mut pieces = Vec::new();
    let reason = |pieces: &mut Vec<Piece>, why: &str| {
        if !why.is_empty() {
            pieces.push(Piece::own(": ", Role::Dim));
            pieces.extend(text::foreign(why, Role::Text));
        }
    };
    if let Some(judged) = &sentence.judged {
        pieces.push(Piece::own(verdict_words(judged.verdict), role(judged.verdict)));
        pieces.push(Piece::own(", says ", Role::Dim));
        pieces.extend(text::foreign(&judged.judge, Role::Accent));
        reason(&mut pieces, &judged.why);
        pieces.push(Piece::own(format!("; the scorer: {}", verdict_words(sentence.verdict)), Role::Dim));
        return pieces;
    }
    pieces.push(Piece::own(verdict_words(sentence.verdict), role(sentence.verdict)));
    if sentence.verdict == Verdict::Unsure {
        let key = cx.key(Action::AskJudge, Context::Retrieval);
        pieces.push(Piece::own(" (", Role::Dim));
        pieces.push(Piece::own(key, Role::Key));
        pieces.push(Piece::own(" asks a model)", Role::Dim));
    }
    if sentence.verdict != Verdict::NoClaim {
        reason(&mut pieces, &sentence.why);
    }
    pieces
}

/// Draws rows of pieces, as many as fit; the last one says where there are more.
fn put_rows(rows: &[Vec<Piece>], area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    for (place, (row, y)) in rows.iter().zip(area.top()..area.bottom()).enumerate() {
        let cut = place + 1 == usize::from(area.height) && rows.len() > place + 1;
        let room = usize::from(area.width).saturating_sub(usize::from(cut));
        let used = text::put_pieces(buf, (area.x, y), row, room, cx.theme);
        // A row that does not fit says so itself.
        if cut && text::pieces_width(row) <= room {
            text::put(buf, area.x + used, y, cx.glyphs.ellipsis, 1, cx.style(Role::Dim));
        }
    }
}

//! How a chain looks: its steps beside the recorded ones.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::cells::Cell;
use super::chain_pane::content;
use super::list::variant_name;
use super::matrix_cells::result_mark;
use super::matrix_view::{first_characters, says_why_not, summary};
use super::run::RunView;
use crate::domain::chain::{AnswerFrom, AskedCall, ChainStep, RecordedChain, RecordedStep, StepRequest};
use crate::ui::screens::DrawCx;
use crate::ui::screens::traces::{count, millis, money};
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;

/// Columns below which both chains stand one below the other.
const TWO: u16 = 72;
/// The most characters of a text or of a tool's answer that are shown.
const LONGEST: usize = 2_000;
/// The most characters of a tool's answer.
const ANSWER: usize = 400;

/// Lines of one column.
type Lines = Vec<Vec<Piece>>;

/// Draws the chain of the case under the cursor.
pub fn draw(run: &RunView, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    if says_why_not(run, area, buf, cx) {
        return;
    }
    summary(run, text::row(area, 0), buf, cx);
    head(run, text::row(area, 2), buf, cx);
    let body = Rect { y: area.y + 3.min(area.height), height: area.height.saturating_sub(3), ..area };
    let blocks = blocks(run, cx);
    let room = usize::from(body.width.saturating_sub(2));
    let rows = if body.width < TWO { stacked(&blocks, room) } else { beside(&blocks, room, cx) };
    run.reading.laid_out(rows.len() as u16, body.height, Vec::new());
    question(run, rows.len(), text::row(area, 1), buf, cx);
    let from = usize::from(run.reading.scroll.get());
    for (row, y) in rows.iter().skip(from).zip(body.top()..body.bottom()) {
        text::put_pieces(buf, (body.x + 1.min(body.width), y), row, room, cx.theme);
    }
}

/// Which case it is, and how much of its chain is in view.
fn question(run: &RunView, rows: usize, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let Some((_, case)) = run.case().filter(|_| !area.is_empty()) else { return };
    let mut room = usize::from(area.width);
    if run.reading.most.get() > 0 {
        let first = usize::from(run.reading.scroll.get());
        let last = (first + usize::from(run.reading.height.get())).min(rows);
        let words = format!(" rows {}–{last} of {rows} ", first + 1);
        let width = text::width(&words);
        room = room.saturating_sub(width);
        text::put(buf, area.right().saturating_sub(width as u16), area.y, &words, width, cx.style(Role::Dim));
    }
    let mut pieces = vec![Piece::own(format!(" case {}/{}  ", run.state.selected + 1, run.rows.len()), Role::Dim)];
    pieces.extend(text::foreign(&first_characters(&case.question), Role::Heading));
    text::put_pieces(buf, (area.x, area.y), &pieces, room, cx.theme);
}

fn head(run: &RunView, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    if area.is_empty() {
        return;
    }
    let mut pieces = vec![Piece::own(" ", Role::Text)];
    if run.variants() > 1 {
        pieces.push(Piece::own(format!("‹{}/{}› ", run.variant() + 1, run.variants()), Role::Dim));
    }
    if let Some(variant) = run.row().and_then(|row| row.run.variants.get(run.variant())) {
        pieces.push(Piece::own(format!("{} ", text::foreign_plain(variant.id.as_str())), Role::Accent));
        pieces.extend(text::foreign(&variant_name(variant), Role::Heading));
    }
    if run.row().is_some_and(|row| row.run.samples > 1) {
        pieces.push(Piece::own(format!("  sample {}", run.sample + 1), Role::Accent));
    }
    if let Some(answered) = run.answer() {
        let result = &answered.result;
        pieces.push(Piece::own("  ", Role::Text));
        pieces.push(result_mark(result.status, cx));
        let nanos = result.latency_ms.map(|ms| (ms * 1e6) as i64);
        let cached = if result.from_cache { "  cached" } else { "" };
        let tokens = result.input_tokens.zip(result.output_tokens).map(|(input, output)| input + output);
        pieces.push(Piece::own(
            format!(
                " {}  {} ms  {} tok  ${}{cached}",
                result.status.as_str(),
                millis(nanos),
                count(tokens),
                money(result.cost_usd)
            ),
            Role::Text,
        ));
    }
    text::put_pieces(buf, (area.x, area.y), &pieces, usize::from(area.width), cx.theme);
}

/// A recorded step beside the replayed one; either may be missing.
struct Block {
    recorded: Lines,
    replayed: Lines,
}

fn blocks(run: &RunView, cx: &DrawCx) -> Vec<Block> {
    let none = RecordedChain::default();
    let chain = run.recorded_chain().unwrap_or(&none);
    let Some((case, _)) = run.case() else { return Vec::new() };
    let cell = run.cells.get(case, run.variant(), run.sample);
    let mut blocks = vec![Block {
        recorded: vec![vec![Piece::own("recorded", Role::Heading)]],
        replayed: vec![vec![Piece::own("replayed", Role::Heading)]],
    }];
    let steps: &[ChainStep] = match cell {
        Cell::Done(answered) => &answered.result.steps,
        _ => &[],
    };
    let first = steps.first().map_or(0, |step| step.step.saturating_sub(1) as usize);
    let mut shown = 0;
    for step in steps {
        let place = chain.steps.iter().position(|recorded| recorded.span_id == step.recorded_span_id);
        let place = place.filter(|place| *place >= shown);
        for skipped in shown..place.unwrap_or(shown) {
            let why = if skipped < first { "as recorded" } else { "not a request of its own" };
            blocks.push(Block {
                recorded: recorded_lines(chain, skipped, cx),
                replayed: vec![vec![Piece::own(why, Role::Dim)]],
            });
        }
        shown = place.map_or(shown, |place| place + 1);
        let recorded = place.map_or_else(
            || vec![vec![Piece::own(if run.reads_chain() { "reading …" } else { "no call of its own" }, Role::Dim)]],
            |place| recorded_lines(chain, place, cx),
        );
        blocks.push(Block { recorded, replayed: replayed_lines(step, cx) });
    }
    let mut rest = rest_of(cell, cx);
    for place in shown..chain.steps.len() {
        blocks.push(Block { recorded: recorded_lines(chain, place, cx), replayed: std::mem::take(&mut rest) });
    }
    if !rest.is_empty() {
        blocks.push(Block { recorded: Vec::new(), replayed: rest });
    }
    blocks
}

/// What stands behind the last replayed step.
fn rest_of(cell: &Cell, cx: &DrawCx) -> Lines {
    match cell {
        Cell::Empty => vec![vec![Piece::own("not sent yet", Role::Dim)]],
        Cell::Waiting(why) => vec![text::foreign(&format!("{} {why}", cx.glyphs.running), Role::Warning)],
        Cell::Streaming(answer) => {
            let mut lines = paragraphs(answer, Role::Text, LONGEST);
            if let Some(last) = lines.last_mut() {
                last.push(Piece::own(cx.glyphs.cursor, Role::Accent));
            }
            lines
        }
        Cell::Done(answered) => match (&answered.result.error, answered.result.status) {
            (Some(why), crate::domain::run::ResultStatus::Ok) => paragraphs(why, Role::Dim, LONGEST),
            (Some(why), status) => paragraphs(&format!("{}: {why}", status.as_str()), Role::Bad, LONGEST),
            (None, _) => Vec::new(),
        },
    }
}

fn recorded_lines(chain: &RecordedChain, place: usize, cx: &DrawCx) -> Lines {
    let Some(step) = chain.steps.get(place) else { return Vec::new() };
    let mut lines = vec![vec![Piece::own(format!("{} step {}", cx.glyphs.dot, place + 1), Role::Heading)]];
    lines.extend(said(step.text.as_deref()));
    for request in &step.requests {
        lines.push(text::foreign(&format!("→ {}", AskedCall::from(&request.call)), Role::Accent));
        let answer = request.answer.and_then(|place| chain.answers.get(place));
        match answer {
            Some(answer) => lines.extend(paragraphs(&format!("  ← {}", content(&answer.result)), Role::Text, ANSWER)),
            None => lines.push(vec![Piece::own("  ← no answer was recorded", Role::Dim)]),
        }
    }
    lines.extend(inserted(step));
    lines
}

fn inserted(step: &RecordedStep) -> Lines {
    let line = |message: &crate::domain::message::Message| {
        paragraphs(&format!("+ {}: {}", message.role.as_str(), message.content()), Role::Dim, ANSWER)
    };
    step.inserted.iter().flat_map(line).collect()
}

fn replayed_lines(step: &ChainStep, cx: &DrawCx) -> Lines {
    let same = if step.as_recorded { "the recorded request" } else { "another request than recorded" };
    let cached = if step.from_cache { ", cached" } else { "" };
    let mut lines = vec![vec![
        Piece::own(format!("{} step {}  ", cx.glyphs.dot, step.step), Role::Heading),
        Piece::own(format!("{same}{cached}"), Role::Dim),
    ]];
    lines.extend(said(step.output_text.as_deref()));
    for request in &step.requests {
        lines.extend(asked(request, cx));
    }
    for divergence in &step.divergences {
        lines.extend(paragraphs(&format!("{} {}", cx.glyphs.warning, divergence.told(None)), Role::Warning, LONGEST));
    }
    lines
}

fn asked(request: &StepRequest, cx: &DrawCx) -> Lines {
    let mut lines = vec![text::foreign(&format!("→ {}", AskedCall::from(&request.call)), Role::Accent)];
    if let Some(divergence) = &request.divergence {
        lines.extend(paragraphs(&format!("  {} {}", cx.glyphs.warning, divergence.told(None)), Role::Warning, LONGEST));
    }
    match &request.answer {
        Some(answer) => {
            let from = match answer.from {
                AnswerFrom::Recorded => String::new(),
                from => format!("{}: ", from.as_str()),
            };
            let role = if answer.from == AnswerFrom::Recorded { Role::Text } else { Role::Warning };
            lines.extend(paragraphs(&format!("  ← {from}{}", content(&answer.content)), role, ANSWER));
        }
        None if request.divergence.is_some() => lines.push(vec![Piece::own("  ← stopped here", Role::Bad)]),
        None => lines.push(vec![Piece::own("  ← the recording ends here", Role::Dim)]),
    }
    lines
}

fn said(answer: Option<&str>) -> Lines {
    answer.filter(|answer| !answer.is_empty()).map_or_else(Vec::new, |answer| paragraphs(answer, Role::Text, LONGEST))
}

/// Foreign text in lines, each made safe, no more than can be read.
fn paragraphs(foreign: &str, role: Role, most: usize) -> Lines {
    let end = foreign.char_indices().nth(most).map_or(foreign.len(), |(at, _)| at);
    let mut lines: Lines =
        foreign[..end].split('\n').map(|line| text::foreign(line.strip_suffix('\r').unwrap_or(line), role)).collect();
    if end < foreign.len() {
        lines.push(vec![Piece::own("(more in the trace)", Role::Dim)]);
    }
    lines
}

fn beside(blocks: &[Block], room: usize, cx: &DrawCx) -> Lines {
    let left = room.saturating_sub(3) / 2;
    let right = room.saturating_sub(3) - left;
    let mut rows = Vec::new();
    for block in blocks {
        let (recorded, replayed) = (text::wrap_lines(&block.recorded, left), text::wrap_lines(&block.replayed, right));
        for at in 0..recorded.len().max(replayed.len()) {
            let mut row = recorded.get(at).cloned().unwrap_or_default();
            let gap = left.saturating_sub(text::pieces_width(&row));
            row.push(Piece::own(" ".repeat(gap), Role::Text));
            row.push(Piece::own(format!(" {} ", cx.glyphs.vertical), Role::Border));
            row.extend(replayed.get(at).cloned().unwrap_or_default());
            rows.push(row);
        }
    }
    rows
}

fn stacked(blocks: &[Block], room: usize) -> Lines {
    let mut rows = Vec::new();
    for block in blocks.iter().skip(1) {
        for (name, lines) in [("recorded", &block.recorded), ("replayed", &block.replayed)] {
            if !lines.is_empty() {
                rows.push(vec![Piece::own(name, Role::Dim)]);
                rows.extend(text::wrap_lines(lines, room));
            }
        }
        rows.push(Vec::new());
    }
    rows
}

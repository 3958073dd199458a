//! How a case's answers look side by side.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::cells::{Cell, tokens};
use super::list::variant_name;
use super::matrix_view::{percent, result_mark, says_why_not, summary};
use super::run::{DiffAgainst, RunView};
use crate::domain::diff::{Change, DiffPiece, change_ratio};
use crate::domain::run::ResultStatus;
use crate::ui::effects::runs::{Answered, RunCase};
use crate::ui::screens::DrawCx;
use crate::ui::screens::traces::{count, millis, money};
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;

/// The least columns of an answer.
const LEAST: u16 = 32;
/// Columns of the terminal below which two answers are shown.
const WIDE: u16 = 100;
/// Answers less alike than this are shown as they are: the diff would be all of both.
const IN_COMMON: f64 = 0.25;
/// Characters of an answer that are drawn; more is in the trace.
const LONGEST: usize = 60_000;

/// Draws the case under the cursor.
pub fn draw(run: &RunView, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    if says_why_not(run, area, buf, cx) {
        return;
    }
    let Some((place, case)) = run.case() else { return };
    summary(run, text::row(area, 0), buf, cx);
    question(run, case, text::row(area, 1), buf, cx);
    let shown = shown(area.width, run.variants(), run.variant);
    let columns = shown.len() as u16 + 1;
    let foot = if area.height >= 18 { 6 } else { 2 };
    let body = Rect { y: area.y + 2.min(area.height), height: area.height.saturating_sub(2), ..area };
    let width = body.width.saturating_sub(columns - 1) / columns;
    let mut most = 0;
    for column in 0..columns {
        let x = body.x + column * (width + 1);
        let last = column + 1 == columns;
        let column_area = Rect { x, width: if last { body.right().saturating_sub(x) } else { width }, ..body };
        if !last {
            for y in body.top()..body.bottom() {
                text::put(buf, column_area.right(), y, cx.glyphs.vertical, 1, cx.style(Role::Border));
            }
        }
        let variant = (column > 0).then(|| shown.start + usize::from(column) - 1);
        most = most.max(answer_column(run, (place, case), variant, (column_area, foot), buf, cx));
    }
    run.most_scroll.set(most);
}

/// Which variants are shown beside the recorded answer.
fn shown(width: u16, variants: usize, first: usize) -> std::ops::Range<usize> {
    let fit = if width < WIDE { 1 } else { usize::from(width / LEAST).saturating_sub(1).max(1) }.min(variants);
    if fit == variants {
        return 0..variants;
    }
    let start = first.min(variants - fit);
    start..start + fit
}

fn question(run: &RunView, case: &RunCase, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    if area.is_empty() {
        return;
    }
    let against = match run.diff {
        DiffAgainst::Recorded => "diff with recorded".to_owned(),
        DiffAgainst::Baseline => {
            let baseline = run.measures.baseline.as_ref().map_or("baseline", |id| id.as_str());
            format!("diff with {}", text::foreign_plain(baseline))
        }
        DiffAgainst::Nothing => "diff off".to_owned(),
    };
    let mut right = vec![Piece::own(against, Role::Dim)];
    if run.row().is_some_and(|row| row.run.samples > 1) {
        right.push(Piece::own(format!("  sample {}", run.sample + 1), Role::Accent));
    }
    let right_width = text::pieces_width(&right);
    let room = usize::from(area.width).saturating_sub(right_width + 3);
    let mut pieces = vec![Piece::own(format!(" case {}/{}  ", run.state.selected + 1, run.rows.len()), Role::Dim)];
    pieces.extend(text::foreign(&super::matrix_view::first_characters(&case.question), Role::Heading));
    text::put_pieces(buf, (area.x, area.y), &pieces, room, cx.theme);
    let x = area.right().saturating_sub(right_width as u16 + 1);
    text::put_pieces(buf, (x, area.y), &right, right_width, cx.theme);
}

/// Draws one answer; says how far it could be scrolled.
fn answer_column(
    run: &RunView,
    (place, case): (usize, &RunCase),
    variant: Option<usize>,
    (area, foot): (Rect, u16),
    buf: &mut Buffer,
    cx: &DrawCx,
) -> u16 {
    let area = Rect { x: area.x + 1.min(area.width), width: area.width.saturating_sub(2), ..area };
    if area.is_empty() {
        return 0;
    }
    let room = usize::from(area.width);
    let head = text::row(area, 0);
    text::put_pieces(buf, (head.x, head.y), &title(run, variant), room, cx.theme);
    if variant == Some(run.variant) && run.variants() > 1 {
        let style = ratatui::style::Style::new().add_modifier(ratatui::style::Modifier::UNDERLINED);
        buf.set_style(head, style);
    }
    let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1 + foot), ..area };
    let cell = variant.map(|variant| run.cells.get(place, variant, run.sample));
    let rows = text::wrap_lines(&content(run, case, variant, cell, cx), room);
    let most = (rows.len() as u16).saturating_sub(body.height);
    let scroll = run.scroll.get().min(most);
    for (row, y) in rows.iter().skip(usize::from(scroll)).zip(body.top()..body.bottom()) {
        text::put_pieces(buf, (body.x, y), row, room, cx.theme);
    }
    let lines = foot_lines(run, case, variant, cell, (room, cx));
    for (line, y) in lines.iter().zip(body.bottom()..body.bottom().saturating_add(foot)) {
        text::put_pieces(buf, (area.x, y), line, room, cx.theme);
    }
    most
}

fn title(run: &RunView, variant: Option<usize>) -> Vec<Piece> {
    let Some(variant) = variant else { return vec![Piece::own("recorded", Role::Heading)] };
    let Some(found) = run.row().and_then(|row| row.run.variants.get(variant)) else { return Vec::new() };
    let mut pieces = Vec::new();
    if run.variants() > 1 {
        pieces.push(Piece::own(format!("‹{}/{}› ", variant + 1, run.variants()), Role::Dim));
    }
    pieces.push(Piece::own(format!("{} ", text::foreign_plain(found.id.as_str())), Role::Accent));
    pieces.extend(text::foreign(&variant_name(found), Role::Heading));
    pieces
}

fn content(run: &RunView, case: &RunCase, variant: Option<usize>, cell: Option<&Cell>, cx: &DrawCx) -> Vec<Vec<Piece>> {
    let Some(cell) = cell else {
        return case.answer.as_deref().map_or_else(
            || vec![vec![Piece::own("no text was recorded", Role::Dim)]],
            |answer| lines(&[(answer, Role::Text)]),
        );
    };
    match cell {
        Cell::Empty => vec![vec![Piece::own("not sent yet", Role::Dim)]],
        Cell::Waiting(why) => vec![text::foreign(&format!("{} {why}", cx.glyphs.running), Role::Warning)],
        Cell::Streaming(answer) => {
            let mut rows = lines(&[(answer.as_str(), Role::Text)]);
            if let Some(last) = rows.last_mut() {
                last.push(Piece::own(cx.glyphs.cursor, Role::Accent));
            }
            rows
        }
        Cell::Done(answered) => done(run, variant, answered),
    }
}

/// What changed, as far as it is to be shown and the texts have enough in common.
fn changes<'a>(run: &'a RunView, variant: Option<usize>, answered: &'a Answered) -> Changes<'a> {
    let pieces = match run.diff {
        DiffAgainst::Nothing => return Changes::Hidden,
        DiffAgainst::Recorded => answered.similarity.map(|_| answered.diff.as_slice()),
        DiffAgainst::Baseline => {
            variant.and_then(|variant| run.from_baseline.get(&variant)).map(|pieces| pieces.as_slice())
        }
    };
    match pieces {
        None => Changes::Hidden,
        Some(pieces) if change_ratio(pieces) > 1.0 - IN_COMMON => Changes::TooMany,
        Some(pieces) => Changes::Shown(pieces),
    }
}

/// What of the changes of an answer is shown.
enum Changes<'a> {
    /// None of them.
    Hidden,
    /// The texts have too little in common.
    TooMany,
    /// All.
    Shown(&'a [DiffPiece]),
}

fn done(run: &RunView, variant: Option<usize>, answered: &Answered) -> Vec<Vec<Piece>> {
    let mut rows = Vec::new();
    if answered.result.status != ResultStatus::Ok {
        let why = answered.result.error.as_deref().unwrap_or("no reason was given");
        rows.extend(lines(&[(&format!("{}: {why}", answered.result.status.as_str()), Role::Bad)]));
    }
    match (&answered.result.output_text, changes(run, variant, answered)) {
        (Some(_), Changes::Shown(pieces)) => rows.extend(diff_lines(pieces)),
        (Some(output), changes) => {
            rows.extend(lines(&[(output, Role::Text)]));
            if matches!(changes, Changes::TooMany) {
                rows.extend([Vec::new(), vec![Piece::own("too little in common for a word diff", Role::Dim)]]);
            }
        }
        (None, _) => {}
    }
    for call in &answered.result.tool_calls {
        rows.push(text::foreign(&format!("→ {} {}", call.name, call.arguments), Role::Accent));
    }
    if !answered.result.dropped.is_empty() {
        rows.push(Vec::new());
        let note = format!("not sent: {}", answered.result.dropped.join(", "));
        rows.extend(lines(&[(&note, Role::Dim)]));
    }
    rows
}

/// Text in lines, each made safe.
fn lines(parts: &[(&str, Role)]) -> Vec<Vec<Piece>> {
    let mut rows: Vec<Vec<Piece>> = vec![Vec::new()];
    for (part, role) in parts {
        let end = part.char_indices().nth(LONGEST).map_or(part.len(), |(at, _)| at);
        for (place, line) in part[..end].split('\n').enumerate() {
            if place > 0 {
                rows.push(Vec::new());
            }
            if let Some(row) = rows.last_mut() {
                row.extend(text::foreign(line.strip_suffix('\r').unwrap_or(line), *role));
            }
        }
    }
    rows
}

/// What changed, word by word; brackets say it where colour cannot.
pub fn diff_lines(pieces: &[DiffPiece]) -> Vec<Vec<Piece>> {
    let mut parts: Vec<(String, Role)> = Vec::new();
    for piece in pieces {
        let (open, close, role) = match piece.change {
            Change::Equal => ("", "", Role::Text),
            Change::Removed => ("[-", "-]", Role::Removed),
            Change::Added => ("{+", "+}", Role::Added),
        };
        parts.push((format!("{open}{}{close}", piece.text), role));
    }
    lines(&parts.iter().map(|(text, role)| (text.as_str(), *role)).collect::<Vec<_>>())
}

/// An amount with its sign, or that it is not known.
fn price(amount: Option<crate::domain::money::Money>) -> String {
    amount.map_or_else(|| "cost —".to_owned(), |amount| format!("${}", money(Some(amount))))
}

/// What the evaluators say of an answer, as many of them as have room.
fn scores(run: &RunView, answered: &Answered, room: usize, cx: &DrawCx) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (name, value) in run.measures.scores_of(&answered.result) {
        let text = format!("{name} {value}  ");
        if text::pieces_width(&pieces) + text::width(&text) > room {
            pieces.push(Piece::own(cx.glyphs.ellipsis, Role::Dim));
            break;
        }
        pieces.push(Piece::own(text, Role::Dim));
    }
    pieces
}

fn foot_lines(
    run: &RunView,
    case: &RunCase,
    variant: Option<usize>,
    cell: Option<&Cell>,
    (room, cx): (usize, &DrawCx),
) -> Vec<Vec<Piece>> {
    let line = |text: String, role| vec![Piece::own(text, role)];
    let ms = |value: Option<f64>| millis(value.map(|ms| (ms * 1e6) as i64));
    let rule = line(cx.glyphs.horizontal.repeat(room), Role::Border);
    let Some(variant) = variant else {
        let model = case.model.as_deref().map_or_else(Vec::new, |model| text::foreign(model, Role::Dim));
        return vec![
            line(format!("{} ms  ttft {} ms", ms(case.latency_ms), ms(case.ttft_ms)), Role::Text),
            line(format!("{} tok  {}", count(case.tokens), price(case.cost)), Role::Text),
            rule,
            line("over all cases".into(), Role::Dim),
            model,
        ];
    };
    let totals = run.cells.totals(variant);
    let mut own = match cell {
        Some(Cell::Done(answered)) => {
            let result = &answered.result;
            let cached = if result.from_cache { "  cached" } else { "" };
            vec![
                vec![
                    result_mark(result.status, cx),
                    Piece::own(format!(" {} alike  ", percent(answered.similarity)), Role::Text),
                    Piece::own(format!("{} ms  ttft {} ms", ms(result.latency_ms), ms(result.ttft_ms)), Role::Text),
                ],
                line(format!("{} tok  {}{cached}", count(tokens(answered)), price(result.cost_usd)), Role::Text),
            ]
        }
        _ => {
            vec![line(format!("{} ms", cx.glyphs.none), Role::Dim), line(format!("{} tok", cx.glyphs.none), Role::Dim)]
        }
    };
    if let Some(Cell::Done(answered)) = cell {
        own.push(scores(run, answered, room, cx));
    }
    own.extend([
        rule,
        vec![
            Piece::own(format!("{} ", cx.glyphs.good), Role::Good),
            Piece::own(format!("{}  ", totals.ok), Role::Text),
            Piece::own(format!("{} ", cx.glyphs.bad), if totals.failed > 0 { Role::Bad } else { Role::Dim }),
            Piece::own(format!("{}  {} alike", totals.failed, percent(totals.similarity)), Role::Text),
        ],
        line(
            format!("mean {} ms  {} tok  {}", ms(totals.latency_ms), count(totals.tokens), price(totals.cost)),
            Role::Text,
        ),
    ]);
    own
}

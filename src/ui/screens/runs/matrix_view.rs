//! How a run's matrix of cases by variants looks.

use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::list_view::status_pieces;
use super::matrix_cells::{cell_pieces, percent};
use super::measures::Room;
use super::measures_view;
use super::ordering::{Order, Shown};
use super::run::RunView;
use crate::domain::run::{RunStatus, Variant};
use crate::ui::action::{Action, Context};
use crate::ui::effects::runs::RunCase;
use crate::ui::screens::traces::{count, millis, money, short_id};
use crate::ui::screens::{DrawCx, Phase};
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;
use crate::ui::widgets::empty;
use crate::ui::widgets::table::{Focus, gutter};

/// Columns of a cell: with likeness, cost, milliseconds and tokens; without tokens; without milliseconds; alone.
const CELLS: [u16; 4] = [34, 26, 18, 9];
/// Rows of the head: the model, the prompt version, the units.
const HEADS: u16 = 3;
/// The least rows of the matrix that are left above the measures.
const LEAST_MATRIX: u16 = 8;
/// The least columns of the question.
const QUESTION: u16 = 18;

/// Draws the run: its summary, then the matrix.
pub fn draw(run: &RunView, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    if says_why_not(run, area, buf, cx) {
        return;
    }
    summary(run, text::row(area, 0), buf, cx);
    let below = measures_view::height(run);
    if run.measures.room == Room::All {
        let rest = Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(1), ..area };
        return measures_view::draw(run, rest, buf, cx);
    }
    let mut area = area;
    if run.measures.room == Room::Below && area.height >= below + LEAST_MATRIX {
        area.height -= below;
        measures_view::draw(run, Rect { y: area.bottom(), height: below, ..area }, buf, cx);
    }
    let (cell, shown) = layout(area.width, run.variants(), run.variant());
    let question = area.width.saturating_sub(7 + shown.len() as u16 * cell);
    heads(
        run,
        (question, cell, &shown),
        Rect { y: area.y + 1, height: area.height.saturating_sub(1).min(HEADS), ..area },
        buf,
        cx,
    );
    let foot = u16::from(area.height >= 8);
    let body =
        Rect { y: area.y + (1 + HEADS).min(area.height), height: area.height.saturating_sub(1 + HEADS + foot), ..area };
    let focus = if cx.covered { Focus::Elsewhere } else { Focus::Here };
    for (line, at) in run.state.visible(body, run.rows.len()).enumerate() {
        let Some((place, case)) =
            run.rows.get(at).and_then(|place| Some((*place, run.detail.as_ref()?.cases.get(*place)?)))
        else {
            continue;
        };
        let line = text::row(body, line as u16);
        row(run, (place, case), (question, cell, &shown), line, buf, cx);
        gutter(buf, line, at == run.state.selected, false, focus, cx);
    }
    if foot > 0 {
        totals(run, (question, cell, &shown), text::row(area, area.height - 1), buf, cx);
    }
}

/// Draws why there is nothing to show, where there is nothing; says whether it did.
pub fn says_why_not(run: &RunView, area: Rect, buf: &mut Buffer, cx: &DrawCx) -> bool {
    let key = |action| cx.key(action, Context::Run);
    let id = text::foreign_plain(run.run_id.as_str());
    match &run.phase {
        Phase::Loading => empty::draw("Loading …", &[format!("Run {id}")], area, buf, cx),
        Phase::Failed(why) => {
            let back = format!("{} goes back, {} tries again.", key(Action::Back), key(Action::Reload));
            empty::error("The run could not be read", &[why.clone(), back], area, buf, cx);
        }
        Phase::Ready if run.rows.is_empty() && run.shown == Shown::Changed => {
            let lines = [
                format!("{} shows all {}.", key(Action::OnlyChanged), text::counted(run.cases() as u64, "case")),
                format!("{} compares with another variant.", key(Action::Diff)),
            ];
            let title = format!("No case differs from {}", run.against_name());
            empty::draw(&title, &lines, area, buf, cx);
        }
        Phase::Ready if run.rows.is_empty() => {
            let lines = [
                "The traces of its cases are not in the index any more; import them again to see the answers."
                    .to_owned(),
                format!("{} goes back.", key(Action::Back)),
            ];
            empty::draw("This run has no cases to show", &lines, area, buf, cx);
        }
        Phase::Ready => return false,
    }
    true
}

/// One line about the run: status, answers, money.
pub fn summary(run: &RunView, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    if run.row().is_none() {
        return;
    }
    let mut pieces = vec![Piece::own(format!(" run {}  ", short_id(run.run_id.as_str())), Role::Heading)];
    pieces.extend(status_pieces(run.run_status(), cx));
    pieces.extend(troubles(run));
    let mut last = run.control.pieces(run.run_status(), cx);
    if run.shown == Shown::Changed {
        let from = if run.against.column() == 0 { String::new() } else { format!(" from {}", run.against_name()) };
        last.push(Piece::own(format!("  only changed{from}: {} of {}", run.rows.len(), run.cases()), Role::Accent));
    }
    if run.order != Order::Case {
        last.push(Piece::own(format!("  by {}", run.order.name()), Role::Accent));
    }
    let room = usize::from(area.width).saturating_sub(text::pieces_width(&pieces) + text::pieces_width(&last));
    pieces.extend(size(run, room).map(|size| Piece::own(size, Role::Text)));
    let room = usize::from(area.width).saturating_sub(text::pieces_width(&pieces) + text::pieces_width(&last));
    pieces.extend(spent(run, room).map(|spent| Piece::own(spent, Role::Dim)));
    pieces.append(&mut last);
    text::put_pieces(buf, (area.x, area.y), &pieces, usize::from(area.width), cx.theme);
}

/// Calls of a run that has ended that have no answer: failed ones, and those that nobody heard of again.
fn troubles(run: &RunView) -> Vec<Piece> {
    let Some(row) = run.row().filter(|_| run.run_status() != RunStatus::Running) else { return Vec::new() };
    let said = [(row.failed, "failed", Role::Bad), (row.unknown, "unknown", Role::Warning)];
    let said = said.into_iter().filter(|(count, ..)| *count > 0);
    said.map(|(count, word, role)| Piece::own(format!("  {count} {word}"), role)).collect()
}

/// How large the run is and how far it is: in the longest words that have room.
fn size(run: &RunView, room: usize) -> Option<String> {
    let row = run.row()?;
    let (cases, variants, samples) = (row.run.cases, row.run.variants.len() as u64, u64::from(row.run.samples));
    let (done, all) = (run.cells.done(), run.cells.all());
    let (of_each, many) =
        if samples > 1 { (format!(" × {samples} samples"), format!(" × {samples}")) } else { Default::default() };
    let whole = format!("  {} × {}{of_each}", text::counted(cases, "case"), text::counted(variants, "variant"));
    let words = [
        format!("{whole}  {done}/{all} answers"),
        format!("  {cases} × {variants}{many}  {done}/{all} answers"),
        format!("  {cases} × {variants}{many}  {done}/{all}"),
        format!("  {done}/{all}"),
    ];
    words.into_iter().find(|words| text::width(words) <= room)
}

/// What the run cost: in the longest words that have room.
fn spent(run: &RunView, room: usize) -> Option<String> {
    let row = run.row()?;
    let spent = money(run.spent);
    let cap = run.control.cap.or(row.run.max_cost).map(|cap| money(Some(cap)));
    let expected = row.run.estimated_cost.map_or_else(String::new, |cost| format!(", expected ${}", money(Some(cost))));
    let capped = cap.as_ref().map_or_else(|| ", no cap".to_owned(), |cap| format!(", cap ${cap}"));
    let short = cap.map_or_else(String::new, |cap| format!(" of ${cap}"));
    let words = [
        format!("  spent ${spent}{expected}{capped}"),
        format!("  spent ${spent}{capped}"),
        format!("  ${spent}{short}"),
        format!("  ${spent}"),
    ];
    words.into_iter().find(|words| text::width(words) <= room)
}

/// How wide a cell is and which variants are shown.
fn layout(width: u16, variants: usize, first: usize) -> (u16, std::ops::Range<usize>) {
    let room = width.saturating_sub(7 + QUESTION);
    for cell in CELLS {
        if usize::from(room / cell) >= variants {
            return (cell, 0..variants);
        }
    }
    let cell = CELLS[CELLS.len() - 1];
    let fit = usize::from(room / cell).max(1).min(variants);
    let start = first.min(variants.saturating_sub(fit));
    (cell, start..start + fit)
}

type Columns<'a> = (u16, u16, &'a std::ops::Range<usize>);

fn heads(run: &RunView, (question, cell, shown): Columns, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let (first, version, second) = (text::row(area, 0), text::row(area, 1), text::row(area, 2));
    if first.is_empty() {
        return;
    }
    text::put(buf, area.x + 2, first.y, "  #", 3, cx.style(Role::Dim));
    text::put(buf, area.x + 7, first.y, "question", usize::from(question.saturating_sub(1)), cx.style(Role::Dim));
    if shown.len() < run.variants() && !second.is_empty() {
        let more = format!("‹ {}–{} of {} variants ›", shown.start + 1, shown.end, run.variants());
        text::put(buf, area.x + 7, second.y, &more, usize::from(question.saturating_sub(1)), cx.style(Role::Accent));
    }
    let Some(row) = run.row() else { return };
    for (column, place) in shown.clone().enumerate() {
        let Some(variant) = row.run.variants.get(place) else { continue };
        let x = area.x + 7 + question + column as u16 * cell;
        let mut name = vec![Piece::own(format!("{} ", text::foreign_plain(variant.id.as_str())), Role::Accent)];
        let room = usize::from(cell.saturating_sub(1));
        name.extend(text::foreign(&short_model(variant, room.saturating_sub(text::pieces_width(&name))), Role::Text));
        text::put_pieces(buf, (x, first.y), &name, room, cx.theme);
        if !version.is_empty() {
            let asked = text::foreign(&format!("  {}", asked(variant)), Role::Dim);
            text::put_pieces(buf, (x, version.y), &asked, room, cx.theme);
        }
        if !second.is_empty() {
            let units = match cell {
                34.. => "  alike        $      ms     tok",
                26.. => "  alike        $      ms",
                18.. => "  alike        $",
                _ => "  alike",
            };
            text::put(buf, x, second.y, units, usize::from(cell - 1), cx.style(Role::Dim));
        }
    }
}

/// The model, without its provider where there is no room for it.
fn short_model(variant: &Variant, room: usize) -> String {
    let whole = variant.model.to_string();
    match whole.rsplit_once('/') {
        Some((_, model)) if text::width(&whole) > room => model.to_owned(),
        _ => whole,
    }
}

/// What a variant sends: the version of the prompt, or the recorded messages, and what else it changes.
fn asked(variant: &Variant) -> String {
    let changes = variant.overrides.in_words();
    match (&variant.prompt, changes.is_empty()) {
        (Some(prompt), true) => format!("@{}", prompt.version),
        (Some(prompt), false) => format!("@{}, {changes}", prompt.version),
        (None, true) => "as recorded".to_owned(),
        (None, false) => changes,
    }
}

fn row(
    run: &RunView,
    (place, case): (usize, &RunCase),
    (question, cell, shown): Columns,
    area: Rect,
    buf: &mut Buffer,
    cx: &DrawCx,
) {
    text::put(buf, area.x + 2, area.y, &format!("{:>3}", place + 1), 4, cx.style(Role::Dim));
    let asked = text::foreign(&first_characters(&case.question), Role::Text);
    text::put_pieces(buf, (area.x + 7, area.y), &asked, usize::from(question.saturating_sub(1)), cx.theme);
    for (column, variant) in shown.clone().enumerate() {
        let x = area.x.saturating_add(7 + question + column as u16 * cell);
        let pieces = cell_pieces(run.cells.samples(place, variant), cell, cx);
        text::put_pieces(buf, (x, area.y), &pieces, usize::from(cell - 1), cx.theme);
    }
}

/// No more of a long text than can be seen.
pub fn first_characters(text: &str) -> String {
    text.chars().take(400).collect()
}

fn totals(run: &RunView, (question, cell, shown): Columns, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    buf.set_style(area, cx.style(Role::Heading));
    text::put(buf, area.x + 7, area.y, "all cases", usize::from(question.saturating_sub(1)), cx.style(Role::Heading));
    for (column, variant) in shown.clone().enumerate() {
        let totals = run.cells.totals(variant);
        let x = area.x.saturating_add(7 + question + column as u16 * cell);
        let mut line = format!("  {:>5}", percent(totals.similarity));
        if cell >= 18 {
            let _ = write!(line, " {:>8}", money(totals.cost));
        }
        if cell >= 26 {
            let nanos = totals.latency_ms.map(|ms| (ms * 1e6) as i64);
            let _ = write!(line, " {:>7}", millis(nanos));
        }
        if cell >= 34 {
            let _ = write!(line, " {:>7}", count(totals.tokens));
        }
        text::put(buf, x, area.y, &line, usize::from(cell - 1), cx.style(Role::Heading));
    }
}

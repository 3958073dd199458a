//! How a case's answers look side by side.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::against::Against;
use super::figures::{self, Told};
use super::list::variant_name;
use super::matrix_view::{first_characters, says_why_not, summary};
use super::run::RunView;
use super::side_columns::{self, Column, align, shown};
use crate::ui::action::{Action, Context};
use crate::ui::effects::runs::RunCase;
use crate::ui::screens::DrawCx;
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;

/// Rows above the answers: the run, the case, the heads.
const ABOVE: u16 = 3;

/// Draws the case under the cursor.
pub fn draw(run: &RunView, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    if says_why_not(run, area, buf, cx) {
        return;
    }
    let Some((_, case)) = run.case() else { return };
    summary(run, text::row(area, 0), buf, cx);
    let told = Told::of(area.height, run.cases());
    let rule = u16::from(told >= Told::All);
    let foot = told.rows();
    let body =
        Rect { y: area.y + ABOVE.min(area.height), height: area.height.saturating_sub(ABOVE + rule + foot), ..area };
    let places = places(run, area);
    let mut columns: Vec<Column> =
        places.iter().map(|(column, place)| side_columns::column(run, *column, usize::from(place.width), cx)).collect();
    run.reading.columns.replace(places.iter().map(|(column, place)| (*column, place.right())).collect());
    let spots = align(&mut columns);
    let rows = columns.iter().map(|column| column.rows.len()).max().unwrap_or(0);
    run.reading.laid_out(u16::try_from(rows).unwrap_or(u16::MAX), body.height, spots);
    question(run, case, rows, text::row(area, 1), buf, cx);
    if let [(only, place)] = places.as_slice() {
        tabs(run, *only, Rect { y: area.y + 2, height: area.height.saturating_sub(2).min(1), ..*place }, buf, cx);
    } else {
        heads(run, &places, area, buf, cx);
    }
    let below = body.bottom() + rule;
    let narrowest = places.iter().map(|(_, place)| usize::from(place.width)).min().unwrap_or(0);
    if rule > 0 {
        legend(run, Rect { y: body.bottom(), height: 1, ..area }.intersection(area), buf, cx);
    }
    for ((column, place), content) in places.iter().zip(&columns) {
        rows_of(run, content, Rect { x: place.x, width: place.width, ..body }, buf, cx);
        let lines = figures::lines(run, *column, told, narrowest, cx);
        for (line, y) in lines.iter().zip(below..area.bottom()) {
            text::put_pieces(buf, (place.x, y), line, usize::from(place.width), cx.theme);
        }
    }
}

/// The columns shown with their places, less the blank at their left and the line at their right.
fn places(run: &RunView, area: Rect) -> Vec<(usize, Rect)> {
    let shown = shown(area.width, run.variants(), run.column, run.against.column());
    let count = shown.len() as u16;
    let width = area.width.saturating_sub(count - 1) / count;
    let place = |(at, column): (usize, usize)| {
        let x = area.x + at as u16 * (width + 1);
        let right = if at as u16 + 1 == count { area.right() } else { (x + width).min(area.right()) };
        (column, Rect { x: x + 1, width: right.saturating_sub(x + 2), ..area })
    };
    shown.into_iter().enumerate().map(place).collect()
}

fn question(run: &RunView, case: &RunCase, rows: usize, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    if area.is_empty() {
        return;
    }
    let mut words = vec![match run.against {
        Against::Nothing => "diff off".to_owned(),
        _ if area.width < 80 => format!("vs {}", run.against_name()),
        _ => format!("diff with {}", run.against_name()),
    }];
    let spots = run.reading.spots.borrow().len();
    match (run.reading.at.get(), spots) {
        (_, 0) => {}
        (Some(at), _) if area.width < 80 => words.push(format!("{}/{spots}", at + 1)),
        (Some(at), _) => words.push(format!("difference {} of {spots}", at + 1)),
        (None, _) if area.width < 80 => {}
        (None, _) => words.push(text::counted(spots as u64, "difference")),
    }
    if run.reading.most.get() > 0 && area.width >= 80 {
        let first = usize::from(run.reading.scroll.get());
        let last = (first + usize::from(run.reading.height.get())).min(rows);
        words.push(format!("rows {}–{last} of {rows}", first + 1));
    }
    let mut right = vec![Piece::own(words.join(&format!(" {} ", cx.glyphs.dot)), Role::Dim)];
    if let Some(samples) = run.row().map(|row| row.run.samples).filter(|samples| *samples > 1) {
        right.push(Piece::own(format!("  sample {} of {samples}", run.sample + 1), Role::Accent));
    }
    let right_width = text::pieces_width(&right);
    let room = usize::from(area.width).saturating_sub(right_width + 3);
    let mut pieces = vec![Piece::own(format!(" case {}/{}  ", run.state.selected + 1, run.rows.len()), Role::Dim)];
    pieces.extend(text::foreign(&first_characters(&case.question), Role::Heading));
    text::put_pieces(buf, (area.x, area.y), &pieces, room, cx.theme);
    let x = area.right().saturating_sub(right_width as u16 + 1);
    text::put_pieces(buf, (x, area.y), &right, right_width, cx.theme);
}

/// The head of each column, the focused one marked.
fn heads(run: &RunView, places: &[(usize, Rect)], area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let y = area.y + 2;
    for (at, (column, place)) in places.iter().enumerate() {
        if at > 0 {
            for y in y..area.bottom() {
                text::put(buf, place.x.saturating_sub(2), y, cx.glyphs.vertical, 1, cx.style(Role::Border));
            }
        }
        if y >= area.bottom() {
            continue;
        }
        let mut pieces = title(run, *column);
        // Columns that are not shown are told of at the ends of those beside the first.
        let before = if at == 1 { hidden(run, places, &|other| other < *column) } else { 0 };
        let after = if at > 0 && at + 1 == places.len() { hidden(run, places, &|other| other > *column) } else { 0 };
        if before > 0 {
            pieces.insert(0, Piece::own(format!("‹ +{before} "), Role::Accent));
        }
        if after > 0 {
            let more = format!(" +{after} ›");
            let room = usize::from(place.width).saturating_sub(text::width(&more));
            text::put_pieces(buf, (place.x, y), &pieces, room, cx.theme);
            text::put(buf, place.x + room as u16, y, &more, text::width(&more), cx.style(Role::Accent));
            focus(run, *column, *place, y, buf, cx);
            continue;
        }
        text::put_pieces(buf, (place.x, y), &pieces, usize::from(place.width), cx.theme);
        focus(run, *column, *place, y, buf, cx);
    }
}

/// How many columns are not shown on one side of those that are.
fn hidden(run: &RunView, places: &[(usize, Rect)], side: &dyn Fn(usize) -> bool) -> usize {
    let is_shown = |column: &usize| places.iter().any(|(shown, _)| shown == column);
    (0..=run.variants()).filter(|column| !is_shown(column) && side(*column)).count()
}

/// Marks the head of the column that keys are about.
fn focus(run: &RunView, column: usize, place: Rect, y: u16, buf: &mut Buffer, cx: &DrawCx) {
    if column == run.column {
        let style = Style::new().add_modifier(Modifier::UNDERLINED);
        buf.set_style(Rect { y, height: 1, ..place }.intersection(buf.area), style);
        text::put(buf, place.x.saturating_sub(1), y, cx.glyphs.cursor, 1, cx.style(Role::Accent));
    }
}

/// One column at a time: the names of all, the one shown marked, and the keys to the others.
fn tabs(run: &RunView, only: usize, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    if area.is_empty() {
        return;
    }
    let keys = format!("{} {}", cx.key(Action::Left, Context::Run), cx.key(Action::Right, Context::Run));
    let room = usize::from(area.width).saturating_sub(text::width(&keys) + 2);
    let short = |column: usize| if column == 0 { "recorded".to_owned() } else { run.letter(column - 1) };
    let mut pieces = Vec::new();
    for column in 0..=run.variants() {
        if column == only {
            pieces.push(Piece::own(cx.glyphs.cursor, Role::Accent));
            pieces.extend(title(run, column));
            pieces.push(Piece::own("  ", Role::Text));
        } else {
            pieces.push(Piece::own(format!("{}  ", short(column)), Role::Dim));
        }
    }
    text::put_pieces(buf, (area.x, area.y), &pieces, room, cx.theme);
    let x = area.right().saturating_sub(text::width(&keys) as u16);
    text::put(buf, x, area.y, &keys, text::width(&keys), cx.style(Role::Key));
}

fn title(run: &RunView, column: usize) -> Vec<Piece> {
    let Some(variant) = column.checked_sub(1) else {
        let mut pieces = vec![Piece::own("recorded", Role::Heading)];
        if let Some(model) = run.case().and_then(|(_, case)| case.model.as_deref()) {
            pieces.extend(text::foreign(&format!(" {model}"), Role::Dim));
        }
        return pieces;
    };
    let Some(found) = run.row().and_then(|row| row.run.variants.get(variant)) else { return Vec::new() };
    let mut pieces = vec![Piece::own(format!("{} ", run.letter(variant)), Role::Accent)];
    pieces.extend(text::foreign(&variant_name(found), Role::Heading));
    pieces
}

/// What the brackets mean, on the line below the answers.
fn legend(run: &RunView, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    for x in area.left()..area.right() {
        text::put(buf, x, area.y, cx.glyphs.horizontal, 1, cx.style(Role::Border));
    }
    if run.against == Against::Nothing || area.width < 70 {
        return;
    }
    let pieces = [
        Piece::own(" ", Role::Text),
        Piece::own("[-gone-]", Role::Removed),
        Piece::own(" ", Role::Text),
        Piece::own("{+new+}", Role::Added),
        Piece::own(" ", Role::Text),
        Piece::own("{~case or space~}", Role::Warning),
        Piece::own(" ", Role::Text),
    ];
    let width = text::pieces_width(&pieces) as u16;
    text::put_pieces(buf, (area.right().saturating_sub(width + 2), area.y), &pieces, usize::from(width), cx.theme);
}

/// Draws the rows of a column that are scrolled to, with the mark of the difference that was jumped to.
fn rows_of(run: &RunView, column: &Column, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let scroll = run.reading.scroll.get();
    let spot = run.reading.spot();
    for (at, y) in (scroll..).zip(area.top()..area.bottom()) {
        let Some(row) = column.rows.get(usize::from(at)) else { break };
        text::put_pieces(buf, (area.x, y), &row.pieces, usize::from(area.width), cx.theme);
        if row.changed && spot == Some(at) {
            text::put(buf, area.x.saturating_sub(1), y, cx.glyphs.cursor, 1, cx.style(Role::Mark));
        }
    }
    let above = usize::from(scroll).checked_sub(column.rows.len());
    if let (Some(above), true) = (above, area.height > 0) {
        let text = format!("ended {} up", text::counted(above as u64 + 1, "row"));
        text::put(buf, area.x, area.y, &text, usize::from(area.width), cx.style(Role::Dim));
    }
}

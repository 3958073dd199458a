//! How the list of traces looks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::list::List;
use super::show;
use crate::domain::span::SpanStatus;
use crate::store::GroundedCounts;
use crate::ui::action::{Action, Context};
use crate::ui::effects::traces::TraceRow;
use crate::ui::screens::{DrawCx, Phase};
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;
use crate::ui::widgets::empty;
use crate::ui::widgets::line_input::Active;
use crate::ui::widgets::table::{Align, Column, Field, Focus, Table, Width, draw as draw_table, field};

/// The place of the column that says how answers are grounded; it is left out where none is.
const GROUNDED: usize = 9;

const COLUMNS: [Column; 11] = [
    Column { title: "age", width: Width::Fixed(4), align: Align::Right, from: 0 },
    Column { title: "ok", width: Width::Fixed(2), align: Align::Left, from: 0 },
    Column { title: "name", width: Width::Fixed(16), align: Align::Left, from: 100 },
    Column { title: "question", width: Width::Fill(1), align: Align::Left, from: 0 },
    Column { title: "model", width: Width::Fixed(16), align: Align::Left, from: 80 },
    Column { title: "prompt", width: Width::Fixed(12), align: Align::Left, from: 120 },
    Column { title: "ms", width: Width::Fixed(7), align: Align::Right, from: 50 },
    Column { title: "tok", width: Width::Fixed(6), align: Align::Right, from: 70 },
    Column { title: "$", width: Width::Fixed(7), align: Align::Right, from: 70 },
    Column { title: "gnd", width: Width::Fixed(3), align: Align::Right, from: 50 },
    Column { title: "fb", width: Width::Fixed(4), align: Align::Right, from: 80 },
];

/// Heights from which the preview is shown.
const PREVIEW_FROM: u16 = 14;

/// Draws the list.
pub fn draw(list: &List, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    filter_line(list, text::row(area, 0), buf, cx);
    let mut body = Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(1), ..area };
    if let Some((position, message)) = &list.mistake {
        mistake(*position, message, text::row(body, 0), buf, cx);
        let used = 2.min(body.height);
        body = Rect { y: body.y + used, height: body.height - used, ..body };
    }
    if says_why_empty(list, body, buf, cx) {
        return;
    }
    let preview = if body.height >= PREVIEW_FROM { (body.height / 3).clamp(4, 12) } else { 0 };
    let table_area = Rect { height: body.height - preview, ..body };
    let grounded = list.pages.any(|row| row.grounded.is_some());
    let shown = |place: usize| grounded || place != GROUNDED;
    let columns: Vec<Column> =
        COLUMNS.iter().enumerate().filter(|(place, _)| shown(*place)).map(|(_, column)| *column).collect();
    let shown_fields = |row: &TraceRow| {
        fields(row, cx).into_iter().enumerate().filter(|(place, _)| shown(*place)).map(|(_, field)| field).collect()
    };
    draw_table(
        &Table {
            columns: &columns,
            len: list.pages.len(),
            state: &list.state,
            focus: if cx.covered { Focus::Elsewhere } else { Focus::Here },
            marked: &|row| list.is_marked(row),
            row: &|row| list.pages.get(row).map_or_else(unknown_row, shown_fields),
        },
        table_area,
        buf,
        cx,
    );
    if preview > 0
        && let Some(row) = list.selected()
    {
        draw_preview(row, Rect { y: table_area.bottom(), height: preview, ..body }, buf, cx);
    }
}

fn filter_line(list: &List, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    if area.is_empty() {
        return;
    }
    let key = cx.key(Action::Filter, Context::Traces);
    let counts = list.pages.counts();
    let right = match list.phase {
        Phase::Ready if !list.filter.text().is_empty() => format!("{} of {} ", counts.matched, counts.all),
        _ => String::new(),
    };
    let right_width = text::width(&right) as u16;
    let used = text::put(buf, area.x + 1, area.y, &format!("{key} "), usize::from(area.width), cx.style(Role::Key));
    let input = Rect { x: area.x + 1 + used, width: area.width.saturating_sub(used + right_width + 2), ..area };
    if list.filter.text().is_empty() && !list.editing {
        let hint = "filter: words, model:…, status:error, has:chunks, cost>$0.01, since:24h";
        text::put(buf, input.x, input.y, hint, usize::from(input.width), cx.style(Role::Dim));
    } else {
        list.filter.draw(input, buf, cx, if list.editing { Active::Yes } else { Active::No });
    }
    let x = area.right().saturating_sub(right_width);
    text::put(buf, x, area.y, &right, usize::from(right_width), cx.style(Role::Dim));
}

fn mistake(position: usize, message: &str, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let pieces = [
        Piece::own(
            format!("{}{} ", " ".repeat(position + 3), if cx.glyphs.full == "#" { "^" } else { "▲" }),
            Role::Bad,
        ),
        Piece::own(text::foreign_plain(message), Role::Bad),
    ];
    let needed = text::pieces_width(&pieces);
    let pieces = if needed <= usize::from(area.width) {
        pieces.to_vec()
    } else {
        vec![
            Piece::own(format!(" at {}: ", position + 1), Role::Bad),
            Piece::own(text::foreign_plain(message), Role::Bad),
        ]
    };
    text::put_pieces(buf, (area.x, area.y), &pieces, usize::from(area.width), cx.theme);
}

/// Draws why there is nothing to list, where there is nothing; says whether it did.
fn says_why_empty(list: &List, area: Rect, buf: &mut Buffer, cx: &DrawCx) -> bool {
    let key = |action| cx.key(action, Context::Traces);
    match &list.phase {
        Phase::Loading => empty::draw("Loading …", &["The index is being opened.".into()], area, buf, cx),
        Phase::Failed(why) => {
            let retry = format!("{} tries again, {} shows all messages.", key(Action::Reload), key(Action::Messages));
            empty::error("The traces could not be read", &[why.clone(), retry], area, buf, cx);
        }
        Phase::Ready if list.pages.len() > 0 => return false,
        Phase::Ready if list.filter.text().is_empty() => empty::draw(
            "No traces yet",
            &[
                "Put recorded traces (OTLP as JSON or protobuf, also .gz and .zst) into traces/, or".into(),
                "    hindcast import FILE".into(),
                format!("{} looks again. {} shows every key.", key(Action::Reload), key(Action::Help)),
            ],
            area,
            buf,
            cx,
        ),
        Phase::Ready => {
            let mut lines =
                vec![format!("{} clears the filter, {} changes it.", key(Action::Back), key(Action::Filter))];
            if list.filter.text().contains("has:unsupported") {
                lines.push(format!(
                    "No answer has a sentence that is known to be unsupported. What the scorer is unsure of is not \
                     among them: {} on a trace shows it.",
                    key(Action::Chunks)
                ));
            }
            empty::draw("No trace matches", &lines, area, buf, cx);
        }
    }
    true
}

fn unknown_row() -> Vec<Field> {
    vec![field("…", Role::Dim)]
}

/// The sign of a status: a glyph and its role.
pub fn status_piece(status: SpanStatus, cx: &DrawCx) -> Piece {
    match status {
        SpanStatus::Ok => Piece::own(cx.glyphs.good, Role::Good),
        SpanStatus::Error => Piece::own(cx.glyphs.bad, Role::Bad),
        SpanStatus::Unset => Piece::own(cx.glyphs.dot, Role::Dim),
    }
}

fn fields(row: &TraceRow, cx: &DrawCx) -> Vec<Field> {
    let optional = |text: Option<&str>| {
        text.map_or_else(|| field(cx.glyphs.none, Role::Dim), |text| text::foreign(text, Role::Dim))
    };
    let question = match (&row.question, &row.error) {
        (Some(question), Some(error)) if row.status == SpanStatus::Error => {
            let mut pieces = text::foreign(error, Role::Bad);
            pieces.push(Piece::own(format!(" {} ", cx.glyphs.dot), Role::Dim));
            pieces.extend(text::foreign(question, Role::Text));
            pieces
        }
        (Some(question), _) => text::foreign(question, Role::Text),
        (None, Some(error)) => text::foreign(error, Role::Bad),
        (None, None) => text::foreign(&row.name, Role::Dim),
    };
    vec![
        field(show::age(row.started_at, cx.now), Role::Dim),
        vec![status_piece(row.status, cx)],
        text::foreign(&row.name, Role::Text),
        question,
        optional(row.models.first().map(String::as_str)),
        optional(row.prompt.as_deref()),
        field(show::millis(row.duration_ns), Role::Text),
        field(show::count(row.tokens), Role::Text),
        field(show::money(row.cost), Role::Text),
        vec![grounded_piece(row.grounded, cx)],
        feedback(row.feedback, cx),
    ]
}

/// How the answer is grounded: how many sentences are unsupported, else how many are not decided or carried in part.
fn grounded_piece(counts: Option<GroundedCounts>, cx: &DrawCx) -> Piece {
    let sign = |glyph: &str, count: u64| if count > 9 { format!("{glyph}9+") } else { format!("{glyph}{count}") };
    match counts {
        None | Some(GroundedCounts { claims: 0, .. }) => Piece::own(cx.glyphs.none, Role::Dim),
        Some(counts) if counts.unsupported > 0 => Piece::own(sign(cx.glyphs.bad, counts.unsupported), Role::Bad),
        Some(counts) if counts.supported < counts.claims => {
            Piece::own(sign("?", counts.claims - counts.supported), Role::Warning)
        }
        Some(_) => Piece::own(cx.glyphs.good, Role::Good),
    }
}

/// The same in words, for the preview; nothing where no sentence is unsupported.
fn unsupported_words(counts: Option<GroundedCounts>) -> Option<String> {
    let counts = counts.filter(|counts| counts.unsupported > 0)?;
    let sentences = if counts.claims == 1 { "sentence" } else { "sentences" };
    Some(format!("{} of {} {sentences} unsupported", counts.unsupported, counts.claims))
}

/// What users said of the answer, from 0 for bad to 1 for good.
fn feedback(value: Option<f64>, cx: &DrawCx) -> Field {
    match value {
        None => field(cx.glyphs.none, Role::Dim),
        Some(value) => field(show::score(value), if value < 0.5 { Role::Bad } else { Role::Good }),
    }
}

fn draw_preview(row: &TraceRow, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    for x in area.left()..area.right() {
        text::put(buf, x, area.y, cx.glyphs.horizontal, 1, cx.style(Role::Border));
    }
    let room = usize::from(area.width.saturating_sub(2));
    let mut facts = vec![Piece::own(show::short_id(row.trace_id.as_str()), Role::Dim)];
    if let Some(words) = unsupported_words(row.grounded) {
        facts.push(Piece::own(format!("  {words}"), Role::Bad));
    }
    let time = row.started_at.to_rfc3339();
    facts.push(Piece::own(format!("  {} UTC  ", time.get(..19).unwrap_or(&time).replace('T', " ")), Role::Dim));
    for (place, model) in row.models.iter().take(3).enumerate() {
        facts.push(Piece::own(if place > 0 { ", " } else { "" }, Role::Dim));
        facts.extend(text::foreign(model, Role::Dim));
    }
    if let Some(prompt) = &row.prompt {
        facts.push(Piece::own(format!(" {} ", cx.glyphs.dot), Role::Dim));
        facts.extend(text::foreign(prompt, Role::Dim));
    }
    facts.push(Piece::own(format!(" {} {} spans, {} chunks", cx.glyphs.dot, row.spans, row.chunks), Role::Dim));
    if let Some(feedback) = row.feedback {
        facts.push(Piece::own(format!(" {} feedback {feedback:.2}", cx.glyphs.dot), Role::Warning));
    }
    let mut lines = vec![facts];
    let more = |text: &str, role| -> Vec<Vec<Piece>> {
        let shown: String = text.chars().take(room * usize::from(area.height)).collect();
        text::wrap(&text::foreign(&shown, role), room)
    };
    if let Some(question) = &row.question {
        lines.extend(more(question, Role::Heading).into_iter().take(2));
    }
    if let Some(error) = row.error.as_ref().filter(|_| row.status == SpanStatus::Error) {
        lines.extend(more(&format!("{} {error}", cx.glyphs.bad), Role::Bad).into_iter().take(2));
    }
    if let Some(answer) = &row.answer {
        lines.extend(more(answer, Role::Text));
    }
    for (line, y) in lines.iter().zip(area.top() + 1..area.bottom()) {
        text::put_pieces(buf, (area.x + 1, y), line, room, cx.theme);
    }
}

//! How the dialog before a replay looks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::order::{OrderForm, Plan};
use super::order_rows::Row;
use crate::domain::money::Money;
use crate::domain::run::CallsMode;
use crate::domain::run::ChunkEdit;
use crate::services::replay::{BaselineLane, Pacing};
use crate::ui::action::{Action, Context};
use crate::ui::effects::runs::{Ending, Offer, PlanSummary};
use crate::ui::screens::DrawCx;
use crate::ui::screens::traces::money;
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;
use crate::ui::widgets::empty;
use crate::ui::widgets::table::{Focus, gutter};

/// Draws the dialog.
pub fn draw(form: &OrderForm, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let key = |action| cx.key(action, Context::Replay);
    if let Some(why) = &form.problem {
        let lines = [why.clone(), format!("{} goes back, {} tries again.", key(Action::Back), key(Action::Reload))];
        return empty::error("Nothing can be replayed here", &lines, area, buf, cx);
    }
    let Some(offer) = &form.offer else {
        return empty::draw("Loading …", &["Cases, models and prompts are being read.".into()], area, buf, cx);
    };
    let top = heading(form, offer, area, buf, cx);
    let room = usize::from(area.width.saturating_sub(2));
    let mut notes = plan_lines(form, room, cx);
    let why = offer.no_baseline.as_deref().filter(|_| form.rows.get(form.state.selected) == Some(&Row::Baseline));
    if let Some(why) = why {
        notes.splice(0..0, text::wrap(&text::foreign(why, Role::Warning), room).into_iter().take(3));
    }
    let below = (notes.len() as u16 + 1).min(area.height.saturating_sub(top));
    let list = Rect { y: area.y + top, height: area.height.saturating_sub(top + below), ..area };
    let shown = form.state.visible(list, form.rows.len());
    for (line, at) in shown.clone().enumerate() {
        let Some(row) = form.rows.get(at) else { continue };
        let line = text::row(list, line as u16);
        let marked = draw_row(form, offer, *row, line, buf, cx);
        let focus = if cx.covered { Focus::Elsewhere } else { Focus::Here };
        gutter(buf, line, at == form.state.selected, marked, focus, cx);
    }
    let rule = text::row(Rect { y: list.bottom(), height: below, ..area }, 0);
    for x in rule.left()..rule.right() {
        text::put(buf, x, rule.y, cx.glyphs.horizontal, 1, cx.style(Role::Border));
    }
    let hidden = [(shown.start, "above"), (form.rows.len().saturating_sub(shown.end), "below")];
    let hidden = hidden.iter().filter(|(count, _)| *count > 0).map(|(count, place)| format!("{count} more {place}"));
    let hidden = hidden.collect::<Vec<_>>().join(", ");
    if !hidden.is_empty() && !rule.is_empty() {
        let words = format!(" {hidden} ");
        let width = text::width(&words);
        let x = rule.right().saturating_sub(width as u16 + 1).max(rule.x);
        text::put(buf, x, rule.y, &words, usize::from(rule.right() - x), cx.style(Role::Accent));
    }
    for (line, y) in notes.iter().zip(list.bottom() + 1..area.bottom()) {
        text::put_pieces(buf, (area.x + 1, y), line, usize::from(area.width.saturating_sub(2)), cx.theme);
    }
}

/// Says what is replayed; returns the rows used.
fn heading(form: &OrderForm, offer: &Offer, area: Rect, buf: &mut Buffer, cx: &DrawCx) -> u16 {
    let line = text::row(area, 0);
    if line.is_empty() {
        return 0;
    }
    let what = if offer.cases == 1 { "1 recorded call".to_owned() } else { format!("{} recorded calls", offer.cases) };
    let mut pieces = vec![Piece::own(format!(" Replay {what}  "), Role::Heading)];
    if form.of.traces.is_empty() && !form.of.filter.is_empty() {
        pieces.extend(text::foreign(&form.of.filter, Role::Accent));
        pieces.push(Piece::own("  ", Role::Text));
    }
    if let Some(question) = &offer.question {
        pieces.extend(text::foreign(&super::matrix_view::first_characters(question), Role::Text));
    }
    text::put_pieces(buf, (line.x, line.y), &pieces, usize::from(line.width), cx.theme);
    let edits: Vec<String> = form.of.chunks.iter().map(ChunkEdit::in_words).collect();
    if edits.is_empty() || area.height < 12 {
        return 1;
    }
    let line = text::row(area, 1);
    let words = text::foreign(&edits.join(", "), Role::Warning);
    text::put_pieces(buf, (line.x + 1, line.y), &words, usize::from(line.width), cx.theme);
    2
}

/// Draws a row; says whether it is marked.
fn draw_row(form: &OrderForm, offer: &Offer, row: Row, area: Rect, buf: &mut Buffer, cx: &DrawCx) -> bool {
    let room = usize::from(area.width.saturating_sub(3));
    let key = |action| cx.key(action, Context::Replay);
    let (mut pieces, right, marked) = match row {
        Row::Heading(title, help) => {
            let pieces = [Piece::own(format!("{title}  "), Role::Heading), Piece::own(help, Role::Dim)];
            text::put_pieces(buf, (area.x + 1, area.y), &pieces, room, cx.theme);
            return false;
        }
        Row::Model(place) => {
            let Some(model) = offer.models.get(place) else { return false };
            let role = if model.problem.is_some() { Role::Dim } else { Role::Text };
            let right = model.problem.as_ref().map_or_else(
                || {
                    let said = form.prices.iter().find(|price| price.model.to_string() == model.id);
                    let own = said.map(|price| format!("${} in  ${} out, as you say", price.input, price.output));
                    text::foreign(own.as_ref().unwrap_or(&model.price), Role::Dim)
                },
                |why| text::foreign(&format!("{} {why}", cx.glyphs.bad), Role::Warning),
            );
            (text::foreign(&model.id, role), right, form.models.get(place) == Some(&true))
        }
        Row::Prompt(place) => {
            let Some(prompt) = offer.prompts.get(place) else { return false };
            (text::foreign(prompt, Role::Text), Vec::new(), form.prompts.get(place) == Some(&true))
        }
        Row::Chunk(place) => {
            let Some((rank, document)) = offer.chunks.get(place) else { return false };
            let dropped = form.dropped.get(place) == Some(&true);
            let mut pieces = vec![Piece::own(format!("{rank:>2}  "), Role::Dim)];
            pieces.extend(text::foreign(document, if dropped { Role::Removed } else { Role::Text }));
            let right = if dropped { vec![Piece::own("left out", Role::Warning)] } else { Vec::new() };
            (pieces, right, !dropped)
        }
        Row::Cases => {
            let what = if form.of.traces.is_empty() {
                if form.of.filter.is_empty() { "every trace".to_owned() } else { form.of.filter.clone() }
            } else {
                text::counted(form.of.traces.len() as u64, "chosen trace")
            };
            (setting("cases", &what, Role::Text), hint(&format!("{} chooses others", key(Action::EditInPlace))), false)
        }
        Row::Limit => {
            let value = form.of.limit.map_or_else(|| "all".to_owned(), |limit| format!("{limit}, the newest"));
            (setting("at most", &value, Role::Text), hint(&format!("{} edits", key(Action::EditInPlace))), false)
        }
        Row::Calls => {
            let value = match form.calls {
                CallsMode::Answer => "the one that answered",
                CallsMode::All => "each on its own",
                CallsMode::Chain => "the agent's whole chain, tools from the recording",
            };
            (setting("calls", value, Role::Text), hint("h l change"), false)
        }
        Row::Samples => (setting("answers of each", &form.samples.to_string(), Role::Text), hint("h l change"), false),
        Row::Baseline => baseline(form, offer),
        Row::Ending => {
            let decided = form.ending == Ending::Decided;
            let value = if decided { "as soon as it is clear" } else { "when everything was asked" };
            (setting("ends", value, Role::Text), hint("space marks: stops early"), decided)
        }
        Row::Pacing => {
            let batch = form.pacing == Pacing::Batch;
            let value = if batch { "within a day, at half the price" } else { "at once" };
            (setting("answers come", value, Role::Text), hint("space marks: in batches"), batch)
        }
        Row::Parameters => {
            let value = if form.parameters.is_empty() { "as recorded".into() } else { form.parameters.join(" ") };
            (setting("parameters", &value, Role::Text), hint(&format!("{} edits", key(Action::EditInPlace))), false)
        }
        Row::Cap => {
            let value = form.max_cost.map_or_else(|| "none".to_owned(), |cap| format!("${}", money(Some(cap))));
            (
                setting("cap on the cost", &value, Role::Text),
                hint(&format!("{} edits", key(Action::EditInPlace))),
                false,
            )
        }
    };
    let right_room = text::pieces_width(&right).min(room / 2);
    pieces.insert(0, Piece::own(" ", Role::Text));
    text::put_pieces(buf, (area.x + 2, area.y), &pieces, room.saturating_sub(right_room + 1), cx.theme);
    let x = area.right().saturating_sub(right_room as u16 + 1);
    text::put_pieces(buf, (x, area.y), &right, right_room, cx.theme);
    marked
}

/// The row of the recorded model that is asked again.
fn baseline(form: &OrderForm, offer: &Offer) -> (Vec<Piece>, Vec<Piece>, bool) {
    let asked = form.baseline == BaselineLane::Asked;
    let value = if asked { "the recorded model is asked again" } else { "not asked" };
    let right = match &offer.no_baseline {
        Some(why) => text::foreign(why, Role::Dim),
        None if offer.unsteady > 0 => {
            hint(&format!("{} of {} recorded at a temperature above 0 or unknown", offer.unsteady, offer.cases))
        }
        None => hint("every case was recorded at temperature 0"),
    };
    (setting("baseline", value, Role::Text), right, asked)
}

fn setting(name: &str, value: &str, role: Role) -> Vec<Piece> {
    let mut pieces = vec![Piece::own(format!("{name:<17}"), Role::Dim)];
    pieces.extend(text::foreign(value, role));
    pieces
}

fn hint(text: &str) -> Vec<Piece> {
    vec![Piece::own(text, Role::Dim)]
}

/// The line that never leaves, and what the user should know.
fn plan_lines(form: &OrderForm, room: usize, cx: &DrawCx) -> Vec<Vec<Piece>> {
    let key = |action| cx.key(action, Context::Replay);
    let mut lines = Vec::new();
    match &form.plan {
        Plan::Pending => lines.push(vec![Piece::own("counting … · nothing is sent yet", Role::Dim)]),
        Plan::None(why) => {
            lines.extend(
                text::wrap(&text::foreign(&format!("{} {why}", cx.glyphs.bad), Role::Bad), room).into_iter().take(3),
            );
            lines.push(vec![Piece::own("nothing is sent", Role::Dim)]);
        }
        Plan::Ready(plan) => {
            lines.extend(text::wrap(&summary(plan, form.max_cost, cx), room).into_iter().take(3));
            lines.extend(warnings(plan, form.max_cost, &key(Action::EditInPlace), room, cx));
            lines.push(vec![
                Piece::own(key(Action::SendRun), Role::Key),
                Piece::own(if plan.most == Money::ZERO { " sends them   " } else { " asks once more   " }, Role::Dim),
                Piece::own(key(Action::Back), Role::Key),
                Piece::own(" leaves", Role::Dim),
            ]);
        }
    }
    lines
}

fn summary(plan: &PlanSummary, cap: Option<Money>, cx: &DrawCx) -> Vec<Piece> {
    let dot = cx.glyphs.dot;
    let over = cap.is_some_and(|cap| plan.estimate > cap);
    let requests = if plan.requests == 1 { "1 request".to_owned() } else { format!("{} requests", plan.requests) };
    let mut pieces = vec![Piece::own(requests, Role::Heading)];
    if plan.cached > 0 {
        pieces.push(Piece::own(format!(", {} more from the cache", plan.cached), Role::Dim));
    }
    if plan.most == Money::ZERO {
        pieces.push(Piece::own(format!(" {dot} free"), Role::Good));
    } else {
        let text = format!(" {dot} about ${}, at most ${}", money(Some(plan.estimate)), money(Some(plan.most)));
        pieces.push(Piece::own(text, if over { Role::Bad } else { Role::Text }));
    }
    let cap = cap.map_or_else(|| "no cap".to_owned(), |cap| format!("cap ${}", money(Some(cap))));
    pieces.push(Piece::own(format!(" {dot} {cap}"), Role::Text));
    pieces.push(Piece::own(format!(" {dot} nothing is sent yet"), Role::Good));
    pieces
}

fn warnings(plan: &PlanSummary, cap: Option<Money>, edit: &str, room: usize, cx: &DrawCx) -> Vec<Vec<Piece>> {
    let mut texts = Vec::new();
    if cap.is_some_and(|cap| plan.estimate > cap) {
        texts.push(format!(
            "This costs more than the cap: it will stop there. {edit} on the cap raises it, or choose less."
        ));
    } else if cap.is_some_and(|cap| plan.most > cap) {
        texts.push("Long answers could reach the cap; the run stops before it would be exceeded.".to_owned());
    }
    if plan.skipped > 0 {
        let why = plan.skip_reason.as_deref().unwrap_or("no reason was given");
        texts.push(format!("{} answers cannot be asked for: {why}", plan.skipped));
    }
    texts.extend(plan.notes.iter().cloned());
    let rows = texts.iter().flat_map(|warning| {
        text::wrap(&text::foreign(&format!("{} {warning}", cx.glyphs.warning), Role::Warning), room).into_iter().take(2)
    });
    rows.take(4).collect()
}

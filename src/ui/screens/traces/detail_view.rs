//! How one trace looks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::detail::{Detail, Phase, TREE};
use super::docs::Tab;
use super::list_view::status_piece;
use super::show;
use crate::domain::money::Money;
use crate::domain::span::{Span, SpanKind};
use crate::services::prompts::{MatchReport, Verdict};
use crate::ui::action::{Action, Context};
use crate::ui::screens::DrawCx;
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;
use crate::ui::widgets::line_input::Active;
use crate::ui::widgets::table::{Focus, gutter};
use crate::ui::widgets::tree::{TreeRow, bar};
use crate::ui::widgets::{empty, panes};

/// Rows from which the prompt has a line of its own.
const SHORT: u16 = 12;

/// Draws the trace.
pub fn draw(detail: &Detail, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let key = |action| cx.key(action, Context::Trace);
    let back = format!("{} goes back, {} tries again.", key(Action::Back), key(Action::Reload));
    let id = text::foreign_plain(detail.trace_id.as_str());
    match &detail.phase {
        Phase::Loading => return empty::draw("Loading …", &[format!("Trace {id}")], area, buf, cx),
        Phase::Missing => {
            return empty::draw(
                "There is no such trace",
                &[format!("{id} is not in this workspace."), back],
                area,
                buf,
                cx,
            );
        }
        Phase::Failed(why) => return empty::error("The trace could not be read", &[why.clone(), back], area, buf, cx),
        Phase::Ready => {}
    }
    summary(detail, text::row(area, 0), buf, cx);
    let mut used = 1;
    if let Some(report) = detail.matched.as_ref().filter(|report| says_something(report) && area.height >= SHORT) {
        let line = text::row(area, 1);
        text::put_pieces(buf, (line.x, line.y), &made_by(report, cx), usize::from(line.width), cx.theme);
        used = 2;
    }
    let body = Rect { y: area.y + used.min(area.height), height: area.height.saturating_sub(used), ..area };
    let content_title = content_title(detail);
    for pane in detail.panes.draw(&["Spans", &content_title], body, buf, cx) {
        match pane.number {
            TREE => tree(detail, pane, buf, cx),
            _ => content(detail, pane, buf, cx),
        }
    }
}

fn content_title(detail: &Detail) -> String {
    detail.selected().map_or_else(
        || "Span".to_owned(),
        |span| format!("{} {}", span.kind.as_str(), text::cut(&text::foreign_plain(&span.name), 40)),
    )
}

/// One line about the whole trace.
fn summary(detail: &Detail, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let spans = &detail.spans;
    let root = detail.rows.first().and_then(|row| spans.get(row.id));
    let mut pieces = vec![Piece::own(format!(" {}  ", show::short_id(detail.trace_id.as_str())), Role::Dim)];
    if let Some(root) = root {
        pieces.extend(text::foreign(&root.name, Role::Heading));
        pieces.push(Piece::own("  ", Role::Text));
        pieces.push(status_piece(root.status, cx));
        pieces.push(Piece::own(format!(" {}", root.status.as_str()), Role::Text));
        pieces.push(Piece::own(format!("  {} ms", show::millis(root.duration_ns())), Role::Text));
    }
    let (tokens, cost) = totals(spans);
    pieces.push(Piece::own(format!("  {} tok  ${}", show::count(tokens), show::money(cost)), Role::Text));
    let first = |value: &dyn Fn(&Span) -> Option<String>| spans.iter().find_map(value);
    for (name, value) in [
        ("session", first(&|span| span.session_id.as_ref().map(|id| id.as_str().to_owned()))),
        ("user", first(&|span| span.user_id.clone())),
        ("tenant", first(&|span| span.tenant_id.clone())),
    ] {
        if let Some(value) = value {
            pieces.push(Piece::own(format!("  {name} "), Role::Dim));
            pieces.push(Piece::own(show::short_id(&value), Role::Text));
        }
    }
    if let Some(root) = root {
        let time = root.started_at.to_rfc3339();
        pieces.push(Piece::own(format!("  {}", time.get(..19).unwrap_or(&time).replace('T', " ")), Role::Dim));
    }
    text::put_pieces(buf, (area.x, area.y), &pieces, usize::from(area.width), cx.theme);
}

/// Whether anything is known of the prompt that made the answer.
fn says_something(report: &MatchReport) -> bool {
    !report.matches.is_empty() || report.recorded.is_some()
}

/// Which prompt version made the answer, and whether the recording agrees.
fn made_by(report: &MatchReport, cx: &DrawCx) -> Vec<Piece> {
    let mut pieces = vec![Piece::own(" prompt ", Role::Dim)];
    match report.matches.first() {
        Some(best) => {
            pieces.extend(text::foreign(&format!("{}@{}", best.prompt, best.version), Role::Accent));
            let others = report.matches.len() - 1;
            let also = if others == 0 { String::new() } else { format!(", {others} more fit") };
            pieces.push(Piece::own(format!("  read off its messages{also}"), Role::Dim));
        }
        None => pieces.push(Piece::own("no version here can have made its messages", Role::Dim)),
    }
    let Some(recorded) = &report.recorded else { return pieces };
    let name = recorded.name.as_deref().unwrap_or_default();
    let version = recorded.version.as_deref().map(|version| format!("@{version}")).unwrap_or_default();
    let (mark, words, role) = match recorded.verdict {
        Verdict::Agrees => (cx.glyphs.good, "recorded", Role::Good),
        Verdict::Disagrees => (cx.glyphs.bad, "but recorded", Role::Warning),
        Verdict::Unknown => ("?", "recorded, and not known here:", Role::Dim),
    };
    pieces.push(Piece::own(format!("  {mark} {words} "), role));
    pieces.extend(text::foreign(&format!("{name}{version}"), role));
    pieces
}

/// Tokens and cost of the calls, as far as they are known.
fn totals(spans: &[Span]) -> (Option<u64>, Option<Money>) {
    let counting = || spans.iter().filter(|span| span.kind.counts_usage());
    let tokens: Vec<u64> = counting().filter_map(|span| span.usage.total()).collect();
    let cost: Vec<Money> = counting().filter_map(|span| span.cost.amount()).collect();
    ((!tokens.is_empty()).then(|| tokens.iter().sum()), (!cost.is_empty()).then(|| cost.into_iter().sum()))
}

fn tree(detail: &Detail, pane: panes::Pane, buf: &mut Buffer, cx: &DrawCx) {
    let area = pane.area;
    let begin = detail.spans.iter().map(|span| span.started_at).min().unwrap_or_default();
    let end = detail.spans.iter().map(|span| span.ended_at.unwrap_or(span.started_at)).max().unwrap_or_default();
    let total = end.since(begin);
    let focus = if cx.covered { Focus::Elsewhere } else { pane.focus };
    for (line, place) in detail.tree.visible(area, detail.rows.len()).enumerate() {
        let Some((row, span)) = detail.rows.get(place).and_then(|row| Some((row, detail.spans.get(row.id)?))) else {
            continue;
        };
        let line = text::row(area, line as u16);
        span_row(row, span, (begin.nanos(), total), line, buf, cx);
        gutter(buf, line, place == detail.tree.selected, false, focus, cx);
    }
}

/// The short name of a kind, for the tree.
const fn kind_name(kind: SpanKind) -> &'static str {
    match kind {
        SpanKind::Retriever => "retrieve",
        SpanKind::Reranker => "rerank",
        SpanKind::Embedding => "embed",
        SpanKind::Evaluator => "eval",
        SpanKind::Guardrail => "guard",
        other => other.as_str(),
    }
}

fn span_row(row: &TreeRow<usize>, span: &Span, (begin, total): (i64, i64), area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let number = show::millis(span.duration_ns());
    let number_room = 8.min(area.width);
    let bar_room = if area.width >= 44 { area.width / 4 } else { 0 };
    let name_room = area.width.saturating_sub(number_room + bar_room + 3);
    let mut pieces = vec![Piece::own(row.prefix(cx.glyphs), Role::Dim)];
    pieces.push(Piece::own(format!("{} ", kind_name(span.kind)), Role::Accent));
    pieces.extend(text::foreign(&span.name, Role::Text));
    if span.status == crate::domain::span::SpanStatus::Error {
        pieces.push(Piece::own(" ", Role::Text));
        pieces.push(status_piece(span.status, cx));
    }
    if let Some(model) = span.model() {
        pieces.push(Piece::own("  ", Role::Text));
        pieces.extend(text::foreign(model, Role::Dim));
    }
    text::put_pieces(buf, (area.x.saturating_add(2), area.y), &pieces, usize::from(name_room), cx.theme);
    if bar_room > 0 {
        let start = span.started_at.nanos().saturating_sub(begin);
        let end = span.ended_at.map_or(start, |end| end.nanos().saturating_sub(begin));
        let role = match span.kind {
            SpanKind::Llm => Role::Series1,
            SpanKind::Retriever | SpanKind::Reranker | SpanKind::Embedding => Role::Series3,
            SpanKind::Tool => Role::Series2,
            _ => Role::Dim,
        };
        let x = area.right().saturating_sub(number_room + bar_room);
        text::put(
            buf,
            x,
            area.y,
            &bar(start, end, total, usize::from(bar_room), cx.glyphs),
            usize::from(bar_room),
            cx.style(role),
        );
    }
    let text_width = text::width(&number) as u16;
    let x = area.right().saturating_sub(text_width.min(number_room));
    text::put(buf, x, area.y, &number, usize::from(number_room), cx.style(Role::Text));
}

fn content(detail: &Detail, pane: panes::Pane, buf: &mut Buffer, cx: &DrawCx) {
    let area = pane.area;
    tabs(detail, text::row(area, 0), buf, cx);
    let mut body = Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(1), ..area };
    body = Rect { x: body.x + 1.min(body.width), width: body.width.saturating_sub(2), ..body };
    if let Some(search) = &detail.search {
        let line = text::row(body, 0);
        text::put(buf, line.x, line.y, "/ ", usize::from(line.width), cx.style(Role::Key));
        let input = Rect { x: line.x + 2.min(line.width), width: line.width.saturating_sub(2), ..line };
        search.draw(input, buf, cx, Active::Yes);
        body = Rect { y: body.y + 1.min(body.height), height: body.height.saturating_sub(1), ..body };
    }
    detail.view.draw(&detail.doc, body, buf, cx);
}

fn tabs(detail: &Detail, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let mut places = Vec::new();
    let mut x = area.x + 1.min(area.width);
    for tab in Tab::ALL {
        let count =
            detail.selected().and_then(|span| tab.count(span)).map_or_else(String::new, |count| format!(" {count}"));
        let label = format!("{}{count}", tab.title());
        let room = area.right().saturating_sub(x);
        let current = tab == detail.tab;
        let style = if current {
            cx.style(Role::Accent).add_modifier(ratatui::style::Modifier::UNDERLINED | ratatui::style::Modifier::BOLD)
        } else {
            cx.style(Role::Dim)
        };
        let used = text::put(buf, x, area.y, &label, usize::from(room), style);
        places.push((Rect { x, width: used, ..area }, tab));
        x = x.saturating_add(used).saturating_add(2);
    }
    *detail.tab_areas.borrow_mut() = places;
}

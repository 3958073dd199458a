//! How the page of figures looks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::figures::{FiguresPage, Metric};
use crate::store::Figures;
use crate::ui::action::{Action, Context};
use crate::ui::effects::telemetry::Span;
use crate::ui::screens::traces::{count, millis, money};
use crate::ui::screens::{DrawCx, Phase};
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;
use crate::ui::widgets::chart::{self, Bar, Series, sparkline};
use crate::ui::widgets::empty;
use crate::ui::widgets::table::{Align, Column, Field, Focus, Table, Width, draw as draw_table, field};

const fn number(title: &'static str, width: u16, from: u16) -> Column {
    Column { title, width: Width::Fixed(width), align: Align::Right, from }
}

const COLUMNS: [Column; 9] = [
    Column { title: "model", width: Width::Fill(1), align: Align::Left, from: 0 },
    Column { title: "provider", width: Width::Fixed(14), align: Align::Left, from: 100 },
    number("calls", 8, 0),
    number("errors %", 8, 60),
    number("$", 10, 50),
    number("tokens", 11, 70),
    number("p50 ms", 8, 80),
    number("p95 ms", 8, 50),
    number("feedback", 8, 110),
];

/// Draws the page.
pub fn draw(page: &FiguresPage, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let key = |action| cx.key(action, Context::Telemetry);
    match &page.phase {
        Phase::Loading => return empty::draw("Loading …", &["The figures are being read.".into()], area, buf, cx),
        Phase::Failed(why) => {
            let retry = format!("{} tries again, {} opens the SQL console.", key(Action::Reload), key(Action::EditSql));
            return empty::error("The figures could not be read", &[why.clone(), retry], area, buf, cx);
        }
        Phase::Ready if page.has_none() => {
            let lines = [
                "Figures are made of recorded traces, and there are none yet.".to_owned(),
                "Put them into traces/ or import them with `hindcast import FILE`.".to_owned(),
                format!("{} looks again, {} opens the SQL console.", key(Action::Reload), key(Action::EditSql)),
            ];
            return empty::draw("No traces yet", &lines, area, buf, cx);
        }
        Phase::Ready => {}
    }
    range_line(page, text::row(area, 0), buf, cx);
    let figures = figure_lines(page, area.width, cx);
    let mut y = area.y + 1;
    for line in &figures {
        if y < area.bottom() {
            text::put_pieces(buf, (area.x + 1, y), line, usize::from(area.width.saturating_sub(2)), cx.theme);
        }
        y = y.saturating_add(1);
    }
    let rest = Rect { y: y.min(area.bottom()), height: area.bottom().saturating_sub(y), ..area };
    let models = page.figured.telemetry.by_model.len() as u16;
    let table = if rest.height < 10 { rest.height } else { (models + 1).clamp(3, rest.height / 2) };
    let charts = rest.height - table;
    if charts >= 5 {
        draw_charts(page, Rect { height: charts, ..rest }, buf, cx);
    }
    draw_models(page, Rect { y: rest.y + charts, height: table, ..rest }, buf, cx);
}

fn range_line(page: &FiguresPage, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let key = |action| cx.key(action, Context::Telemetry);
    let day = |time: crate::domain::time::Timestamp| {
        let text = time.to_rfc3339();
        text.get(..16).unwrap_or(&text).replace('T', " ")
    };
    let mut pieces = vec![Piece::own(format!(" {}  ", page.range.span.title()), Role::Heading)];
    if let (Some(since), Some(until)) = (page.figured.since, page.figured.until) {
        pieces.push(Piece::own(format!("{} – {} UTC  ", day(since), day(until)), Role::Dim));
    }
    pieces.push(Piece::own(format!("{} ", key(Action::Zoom)), Role::Key));
    pieces.push(Piece::own("range  ", Role::Dim));
    if page.range.span != Span::All {
        pieces.push(Piece::own(format!("{} {} ", key(Action::Earlier), key(Action::Later)), Role::Key));
        pieces.push(Piece::own("earlier, later  ", Role::Dim));
    }
    text::put_pieces(buf, (area.x, area.y), &pieces, usize::from(area.width), cx.theme);
}

/// The figures of the whole range, as many in a line as fit.
fn figure_lines(page: &FiguresPage, width: u16, cx: &DrawCx) -> Vec<Vec<Piece>> {
    let total = &page.figured.telemetry.total;
    let spark = if width >= 100 { 12 } else { 8 };
    let mut lines = vec![Vec::new()];
    for metric in Metric::ALL {
        let value = shown(metric, total);
        if metric == Metric::Feedback && total.feedback.is_none() {
            continue;
        }
        let known = metric.of(total).is_some();
        let mut line = if known { sparkline(&page.series(metric), spark, cx.glyphs) } else { String::new() };
        line.push_str("   ");
        let role = if metric == page.metric { Role::Accent } else { Role::Dim };
        let warn = metric == Metric::Errors && total.errors > 0;
        let figure = vec![
            Piece::own(format!("{} ", metric.title()), role),
            Piece::own(
                format!("{value}{} ", if warn { format!(" {}", cx.glyphs.warning) } else { String::new() }),
                Role::Heading,
            ),
            Piece::own(line, Role::Series1),
        ];
        let used = lines.last().map_or(0, |line| text::pieces_width(line));
        if used > 0 && used + text::pieces_width(&figure) > usize::from(width.saturating_sub(2)) {
            lines.push(Vec::new());
        }
        if let Some(line) = lines.last_mut() {
            line.extend(figure);
        }
    }
    lines
}

/// A metric's value as text, its unit is in its title.
fn shown(metric: Metric, figures: &Figures) -> String {
    match metric {
        Metric::Traces => count(Some(figures.count)),
        Metric::Errors => metric.of(figures).map_or_else(|| "—".to_owned(), |share| format!("{share:.1}")),
        Metric::Cost => money(figures.cost_usd),
        Metric::Tokens => count(figures.tokens),
        Metric::Latency => format!("p50 {} p95 {}", ms(figures.p50_ms), ms(figures.p95_ms)),
        Metric::Feedback => figures.feedback.map_or_else(|| "—".to_owned(), |mean| format!("{mean:.2}")),
    }
}

fn ms(value: Option<f64>) -> String {
    millis(value.map(|ms| (ms * 1e6) as i64))
}

fn draw_charts(page: &FiguresPage, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let two = area.width >= 90;
    let left = Rect { width: if two { area.width * 3 / 5 } else { area.width }, ..area };
    chart_title(page, text::row(left, 0), buf, cx);
    let body =
        Rect { y: left.y + 1, height: left.height.saturating_sub(1), width: left.width.saturating_sub(2), ..left };
    let series = if page.metric == Metric::Latency {
        vec![
            Series { name: "p50".into(), values: page.values(&|figures| figures.p50_ms, None) },
            Series { name: "p95".into(), values: page.values(&|figures| figures.p95_ms, None) },
        ]
    } else {
        vec![Series { name: page.metric.title().into(), values: page.series(page.metric) }]
    };
    let date = |time: Option<crate::domain::time::Timestamp>| {
        let text = time.map(crate::domain::time::Timestamp::to_rfc3339).unwrap_or_default();
        let part = if page.figured.interval < 86_400 { text.get(5..16) } else { text.get(..10) };
        part.unwrap_or_default().replace('T', " ")
    };
    chart::lines(&series, &date(page.figured.since), &date(page.figured.until), body, buf, cx);
    if two {
        let right = Rect { x: left.right(), width: area.width - left.width, ..area };
        for y in right.top()..right.bottom() {
            text::put(buf, right.x, y, cx.glyphs.vertical, 1, cx.style(Role::Border));
        }
        let right = Rect { x: right.x + 2, width: right.width.saturating_sub(3), ..right };
        let title = if page.metric == Metric::Traces { "calls".to_owned() } else { page.metric.title().to_owned() };
        text::put(buf, right.x, right.y, &format!("{title} by model"), usize::from(right.width), cx.style(Role::Dim));
        let bars: Vec<Bar> = page
            .figured
            .telemetry
            .by_model
            .iter()
            .map(|model| Bar {
                label: model.model.clone().unwrap_or_else(|| "not recorded".to_owned()),
                value: page.metric.of(&model.figures),
                number: match page.metric {
                    Metric::Latency => ms(model.figures.p95_ms),
                    metric => shown(metric, &model.figures),
                },
            })
            .collect();
        let body = Rect { y: right.y + 1, height: right.height.saturating_sub(1), ..right };
        chart::bars(&bars, body, buf, cx);
    }
}

fn chart_title(page: &FiguresPage, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let mut pieces = vec![Piece::own(" ", Role::Text)];
    for metric in Metric::ALL {
        let role = if metric == page.metric { Role::Accent } else { Role::Dim };
        let text =
            if metric == page.metric { format!("[{}] ", metric.title()) } else { format!(" {}  ", metric.title()) };
        pieces.push(Piece::own(text, role));
    }
    text::put_pieces(buf, (area.x, area.y), &pieces, usize::from(area.width.saturating_sub(1)), cx.theme);
}

fn draw_models(page: &FiguresPage, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let models = &page.figured.telemetry.by_model;
    if models.is_empty() {
        text::put(
            buf,
            area.x + 2,
            area.y,
            "no model calls in this range",
            usize::from(area.width),
            cx.style(Role::Dim),
        );
        return;
    }
    let row = |place: usize| -> Vec<Field> {
        let Some(model) = models.get(place) else { return Vec::new() };
        let figures = &model.figures;
        let text_of = |text: Option<&str>, role| {
            text.map_or_else(|| field("not recorded", Role::Dim), |text| text::foreign(text, role))
        };
        let errors = Metric::Errors.of(figures);
        vec![
            text_of(model.model.as_deref(), Role::Text),
            text_of(model.provider.as_deref(), Role::Dim),
            field(count(Some(figures.count)), Role::Text),
            field(
                shown(Metric::Errors, figures),
                if errors.is_some_and(|share| share > 0.0) { Role::Bad } else { Role::Text },
            ),
            field(money(figures.cost_usd), Role::Text),
            field(count(figures.tokens), Role::Text),
            field(ms(figures.p50_ms), Role::Text),
            field(ms(figures.p95_ms), Role::Text),
            field(shown(Metric::Feedback, figures), Role::Text),
        ]
    };
    draw_table(
        &Table {
            columns: &COLUMNS,
            len: models.len(),
            state: &page.state,
            focus: if cx.covered { Focus::Elsewhere } else { Focus::Here },
            marked: &|_| false,
            row: &row,
        },
        area,
        buf,
        cx,
    );
}

//! How the list of runs looks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::list::{List, variant_name};
use super::screen::requests;
use crate::domain::run::RunStatus;
use crate::ui::action::{Action, Context};
use crate::ui::effects::runs::RunRow;
use crate::ui::screens::traces::{age, money, short_id};
use crate::ui::screens::{DrawCx, Phase};
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;
use crate::ui::widgets::empty;
use crate::ui::widgets::line_input::Active;
use crate::ui::widgets::table::{Align, Column, Field, Focus, Table, Width, draw as draw_table, field};

const fn column(title: &'static str, width: u16, align: Align, from: u16) -> Column {
    Column { title, width: Width::Fixed(width), align, from }
}

const COLUMNS: [Column; 10] = [
    column("age", 4, Align::Right, 0),
    column("run", 12, Align::Left, 70),
    column("status", 13, Align::Left, 0),
    column("cases", 5, Align::Right, 0),
    column("answers", 9, Align::Right, 50),
    column("✓", 5, Align::Right, 80),
    column("✗", 4, Align::Right, 80),
    column("?", 4, Align::Right, 90),
    column("$ of cap", 15, Align::Right, 60),
    Column { title: "variants", width: Width::Fill(1), align: Align::Left, from: 0 },
];

/// The sign and word of a run's status.
pub fn status_pieces(status: RunStatus, cx: &DrawCx) -> Vec<Piece> {
    let (mark, role) = match status {
        RunStatus::Running => (cx.glyphs.running, Role::Accent),
        RunStatus::Completed => (cx.glyphs.good, Role::Good),
        RunStatus::Budget | RunStatus::Interrupted => (cx.glyphs.warning, Role::Warning),
        RunStatus::Failed => (cx.glyphs.bad, Role::Bad),
    };
    vec![Piece::own(format!("{mark} {}", status.as_str()), role)]
}

/// Draws the list.
pub fn draw(list: &List, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let key = |action| cx.key(action, Context::Runs);
    match &list.phase {
        Phase::Loading => return empty::draw("Loading …", &["The runs are being read.".into()], area, buf, cx),
        Phase::Failed(why) => {
            let retry = format!("{} tries again.", key(Action::Reload));
            return empty::error("The runs could not be read", &[why.clone(), retry], area, buf, cx);
        }
        Phase::Ready if list.has_none() => {
            let lines = [
                "A run sends recorded calls to other models, prompts or chunks and sets the answers beside the recorded ones."
                    .to_owned(),
                format!(
                    "{} shows the traces: mark some with {}, then {} opens the replay dialog. Nothing is sent before you say so; the built-in models cost nothing.",
                    key(Action::GoTraces),
                    cx.key(Action::Mark, Context::Traces),
                    cx.key(Action::Replay, Context::Traces)
                ),
            ];
            return empty::draw("No runs yet", &lines, area, buf, cx);
        }
        Phase::Ready => {}
    }
    let mut body = area;
    if list.editing || !list.filter.text().is_empty() {
        let line = text::row(area, 0);
        let used = text::put(buf, line.x + 1, line.y, &format!("{} ", key(Action::Filter)), 4, cx.style(Role::Key));
        let input = Rect { x: line.x + 1 + used, width: line.width.saturating_sub(used + 1), ..line };
        list.filter.draw(input, buf, cx, if list.editing { Active::Yes } else { Active::No });
        body = Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(1), ..area };
    }
    if list.len() == 0 {
        let lines = [format!("{} clears the filter.", key(Action::Back))];
        return empty::draw("No run matches", &lines, body, buf, cx);
    }
    draw_table(
        &Table {
            columns: &COLUMNS,
            len: list.len(),
            state: &list.state,
            focus: if cx.covered { Focus::Elsewhere } else { Focus::Here },
            marked: &|_| false,
            row: &|row| list.get(row).map_or_else(Vec::new, |row| fields(row, cx)),
        },
        body,
        buf,
        cx,
    );
}

fn fields(row: &RunRow, cx: &DrawCx) -> Vec<Field> {
    let count = |number: u64, role| {
        if number == 0 { field("0", Role::Dim) } else { field(number.to_string(), role) }
    };
    let cap = row.run.max_cost.map_or_else(|| "no cap".to_owned(), |cap| money(Some(cap)));
    let mut variants = Vec::new();
    if let Some(name) = &row.run.name {
        variants.extend(text::foreign(name, Role::Heading));
        variants.push(Piece::own("  ", Role::Dim));
    }
    for (place, variant) in row.run.variants.iter().enumerate() {
        if place > 0 {
            variants.push(Piece::own("  ", Role::Dim));
        }
        variants.push(Piece::own(format!("{} ", text::foreign_plain(variant.id.as_str())), Role::Accent));
        variants.extend(text::foreign(&variant_name(variant), Role::Text));
    }
    vec![
        field(age(row.run.created_at, cx.now), Role::Dim),
        field(short_id(row.run.run_id.as_str()), Role::Dim),
        status_pieces(row.status, cx),
        field(row.run.cases.to_string(), Role::Text),
        field(format!("{}/{}", row.results, requests(row)), Role::Text),
        count(row.ok, Role::Good),
        count(row.failed, Role::Bad),
        count(row.unknown, Role::Warning),
        field(format!("{} / {cap}", money(row.cost_usd)), Role::Text),
        variants,
    ]
}

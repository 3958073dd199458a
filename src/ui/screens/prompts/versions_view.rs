//! How the versions of a prompt look: one a line, and below them what is known of the one under the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::screen::PromptsScreen;
use super::view::focus_of;
use crate::domain::money::Money;
use crate::store::PromptUse;
use crate::ui::effects::prompts::VersionRow;
use crate::ui::screens::DrawCx;
use crate::ui::screens::traces::{age, count, money};
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;
use crate::ui::widgets::panes::Pane;
use crate::ui::widgets::table::gutter;

/// Rows that tell of the version under the cursor.
const ABOUT: u16 = 8;
/// The least rows of the list that are left above them.
const LEAST: u16 = 5;

/// Draws the versions.
pub fn draw(screen: &PromptsScreen, pane: Pane, buf: &mut Buffer, cx: &DrawCx) {
    let source = &screen.source;
    let Some(history) = &source.history else { return };
    let mut area = pane.area;
    if history.versions.is_empty() {
        text::put(buf, area.x + 2, area.y, "no versions yet", usize::from(area.width), cx.style(Role::Dim));
        return;
    }
    if area.height >= ABOUT + LEAST
        && let Some(version) = source.version()
    {
        area.height -= ABOUT;
        let below = Rect { y: area.bottom(), height: ABOUT, ..pane.area };
        about(version, source.used(version).as_ref(), below, buf, cx);
    }
    for (line, at) in source.versions.visible(area, history.versions.len()).enumerate() {
        let line = text::row(area, line as u16);
        let Some(version) = history.versions.get(at) else { continue };
        let pieces = pieces(version, source.used(version).as_ref(), cx);
        text::put_pieces(buf, (line.x + 2, line.y), &pieces, usize::from(line.width.saturating_sub(3)), cx.theme);
        gutter(buf, line, at == source.versions.selected, source.marked.contains(&at), focus_of(pane, cx), cx);
    }
}

fn pieces(version: &VersionRow, used: Option<&PromptUse>, cx: &DrawCx) -> Vec<Piece> {
    let work = version.version == "work";
    let mut pieces = vec![Piece::own(" ", Role::Text)];
    pieces.extend(text::foreign(&version.version, if work { Role::Warning } else { Role::Accent }));
    let when = version.committed_at.map_or_else(|| "now".to_owned(), |time| age(time, cx.now));
    pieces.push(Piece::own(format!("  {when:>4}  "), Role::Dim));
    pieces.push(Piece::own(format!("+{} ", version.added), Role::Added));
    pieces.push(Piece::own(format!("-{}  ", version.removed), Role::Removed));
    if let Some(used) = used.filter(|used| used.traces > 0) {
        pieces.push(Piece::own(format!("{}  ", text::counted(used.traces, "trace")), Role::Text));
    }
    let message = version.message.as_deref().and_then(|message| message.lines().next()).unwrap_or("not committed");
    pieces.extend(text::foreign(message, if work { Role::Dim } else { Role::Text }));
    pieces
}

/// Tells of a version: who, when, under which names, how long, and how it did.
fn about(version: &VersionRow, used: Option<&PromptUse>, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let rule = text::row(area, 0);
    for x in rule.left()..rule.right() {
        text::put(buf, x, rule.y, cx.glyphs.horizontal, 1, cx.style(Role::Border));
    }
    let mut lines: Vec<Vec<Piece>> = Vec::new();
    let mut who = text::foreign(version.author.as_deref().unwrap_or("not committed"), Role::Text);
    if let Some(time) = version.committed_at {
        let time = time.to_rfc3339();
        who.push(Piece::own(format!("  {}", time.get(..16).unwrap_or(&time).replace('T', " ")), Role::Dim));
    }
    lines.push(who);
    if let Some(commit) = &version.commit {
        let mut names = vec![Piece::own(commit.chars().take(12).collect::<String>(), Role::Dim)];
        for name in &version.names {
            names.push(Piece::own("  ", Role::Dim));
            names.extend(text::foreign(name, Role::Accent));
        }
        lines.push(names);
    }
    lines.push(vec![
        Piece::own(format!("{} tok", count(Some(version.tokens))), Role::Text),
        Piece::own(version.tokens_changed.map_or_else(String::new, |change| format!("  {change:+}")), Role::Dim),
    ]);
    lines.extend(usage(used, cx));
    if let Some(measured) = &version.measured {
        lines.push(text::foreign(&format!("measured: {measured}"), Role::Text));
    }
    for (line, y) in lines.iter().zip(area.top() + 1..area.bottom()) {
        text::put_pieces(buf, (area.x + 2, y), line, usize::from(area.width.saturating_sub(3)), cx.theme);
    }
}

fn usage(used: Option<&PromptUse>, cx: &DrawCx) -> Vec<Vec<Piece>> {
    let Some(used) = used else { return vec![vec![Piece::own("counting traces …", Role::Dim)]] };
    if used.traces == 0 {
        return vec![vec![Piece::own("no recorded trace names it", Role::Dim)]];
    }
    let share = used.errors as f64 / used.traces as f64 * 100.0;
    let each = used.cost_usd.map(|cost| Money::from_pico(cost.pico() / i128::from(used.traces)));
    let mut second = vec![Piece::own(
        format!("{} {share:.1} % errors", if used.errors > 0 { cx.glyphs.bad } else { cx.glyphs.good }),
        if used.errors > 0 { Role::Warning } else { Role::Text },
    )];
    if let Some(feedback) = used.feedback {
        let said = format!("  feedback {feedback:.2} of {}", text::counted(used.judged, "trace"));
        second.push(Piece::own(said, Role::Text));
    }
    vec![
        vec![
            Piece::own(text::counted(used.traces, "trace"), Role::Text),
            Piece::own(
                match used.cost_usd {
                    Some(cost) => format!("  ${}, ${} each", money(Some(cost)), money(each)),
                    None => "  cost not known".to_owned(),
                },
                Role::Dim,
            ),
        ],
        second,
    ]
}

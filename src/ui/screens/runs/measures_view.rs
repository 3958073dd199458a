//! How the measures of a run look: a line an evaluator, with the difference, its interval and what it comes to.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::run::RunView;
use crate::domain::evidence::Digits;
use crate::domain::ids::VariantId;
use crate::domain::statistics::Verdict;
use crate::services::compare::{Comparison, Difference};
use crate::ui::action::{Action, Context};
use crate::ui::screens::DrawCx;
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;

/// Columns of an evaluator's name.
const NAME: usize = 13;
/// Columns of a mean.
const MEAN: usize = 9;
/// Columns that a line needs for both means and a whole interval.
const WIDE: usize = 82;

/// Rows that the measures need.
pub fn height(run: &RunView) -> u16 {
    let lines = match &run.measures.comparison {
        Some(comparison) => comparison.evaluators.len() as u16,
        None => 1,
    };
    lines + 2
}

/// Draws them.
pub fn draw(run: &RunView, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let rule = text::row(area, 0);
    for x in rule.left()..rule.right() {
        text::put(buf, x, rule.y, cx.glyphs.horizontal, 1, cx.style(Role::Border));
    }
    let lines = lines(run, usize::from(area.width.saturating_sub(2)), cx);
    for (line, y) in lines.iter().zip(area.top() + 1..area.bottom()) {
        text::put_pieces(buf, (area.x + 1, y), line, usize::from(area.width.saturating_sub(2)), cx.theme);
    }
}

fn lines(run: &RunView, room: usize, cx: &DrawCx) -> Vec<Vec<Piece>> {
    if let Some(why) = &run.measures.problem {
        return vec![text::foreign(&format!("{} the answers could not be judged: {why}", cx.glyphs.bad), Role::Bad)];
    }
    let (Some(comparison), Some(row)) = (&run.measures.comparison, run.row()) else {
        return vec![vec![Piece::own("measuring …", Role::Dim)]];
    };
    let Some(variant) = row.run.variants.get(run.variant) else { return Vec::new() };
    let differences = run.measures.of(&variant.id);
    let mut lines = vec![head(run, &variant.id, &differences, room, cx)];
    for scored in &comparison.evaluators {
        let difference = differences.iter().find(|difference| difference.evaluator == scored.name);
        lines.push(line(comparison, &scored.name, &variant.id, difference.copied(), room, cx));
    }
    lines
}

fn head(run: &RunView, variant: &VariantId, differences: &[&Difference], room: usize, cx: &DrawCx) -> Vec<Piece> {
    let against = differences.first().map_or("", |difference| difference.baseline.as_str());
    let mut pieces = vec![Piece::own(format!("{:NAME$}", ""), Role::Dim)];
    let name = Piece::own(format!("{:>MEAN$}", short(variant.as_str(), MEAN - 1)), Role::Accent);
    if room < WIDE && !against.is_empty() {
        pieces.extend([name, Piece::own(" difference to ", Role::Dim)]);
        pieces.extend(text::foreign(against, Role::Dim));
        pieces.push(Piece::own(", and its 95 % interval", Role::Dim));
    } else {
        pieces.push(Piece::own(format!("{:>MEAN$}", short(against, MEAN - 1)), Role::Dim));
        pieces.extend([name, Piece::own(" difference, and its 95 % interval", Role::Dim)]);
    }
    let key = |action| cx.key(action, Context::Run);
    let help = if run.variants() > 1 {
        format!("   {} {} variant  {} baseline", key(Action::Left), key(Action::Right), key(Action::Baseline))
    } else {
        format!("   {} baseline", key(Action::Baseline))
    };
    if text::pieces_width(&pieces) + text::width(&help) <= room {
        pieces.push(Piece::own(help, Role::Dim));
    }
    pieces
}

fn short(name: &str, room: usize) -> String {
    text::cut(&text::foreign_plain(name), room)
}

fn line(
    comparison: &Comparison,
    evaluator: &str,
    variant: &VariantId,
    difference: Option<&Difference>,
    room: usize,
    cx: &DrawCx,
) -> Vec<Piece> {
    let mean = |of: &VariantId| {
        let totals = comparison.variants.iter().find(|totals| totals.variant == *of)?;
        totals.scores.get(evaluator).copied()
    };
    let mut pieces = vec![Piece::own(format!("{:NAME$}", short(evaluator, NAME - 1)), Role::Text)];
    let base = difference.and_then(|difference| mean(&difference.baseline));
    // Where an interval would be cut off, what the difference is to goes: it follows from the others.
    if room >= WIDE {
        pieces.push(Piece::own(format!("{:>MEAN$}", figure(base)), Role::Dim));
    }
    pieces.push(Piece::own(format!("{:>MEAN$}", figure(mean(variant))), Role::Text));
    let Some(difference) = difference else {
        pieces.push(Piece::own(format!("  {} nothing to compare with", cx.glyphs.none), Role::Dim));
        return pieces;
    };
    let (mark, role) = match difference.verdict {
        Verdict::Better => (cx.glyphs.good, Role::Good),
        Verdict::Worse => (cx.glyphs.bad, Role::Bad),
        Verdict::Higher | Verdict::Lower => (cx.glyphs.warning, Role::Warning),
        Verdict::NoDifference | Verdict::TooFew => (cx.glyphs.none, Role::Dim),
    };
    let (low, high) = (difference.low, difference.high);
    let numbers = [difference.mean_difference, low.unwrap_or_default(), high.unwrap_or_default()];
    let [mean_difference, from, to] = Digits::together(numbers).map(|digits| digits.to_string().replace('-', "−"));
    pieces.push(Piece::own(format!(" {mean_difference:>9}"), Role::Text));
    // What it comes to must not be cut off: it stands before the figures it follows from.
    pieces.push(Piece::own(format!("  {mark} {:<19}", difference.verdict.as_str()), role));
    if low.is_some() && high.is_some() {
        pieces.push(Piece::own(format!("  [{from}, {to}]"), Role::Dim));
    }
    pieces.push(Piece::own(format!("  {}", text::counted(difference.cases as u64, "case")), Role::Dim));
    pieces
}

/// A mean with as many digits as it needs.
pub fn figure(value: Option<f64>) -> String {
    let Some(value) = value else { return "—".to_owned() };
    match value.abs() {
        100.0.. => format!("{value:.0}"),
        10.0..100.0 => format!("{value:.1}"),
        0.001..10.0 => format!("{value:.3}"),
        size if size < 1e-9 => "0".to_owned(),
        _ => format!("{value:.6}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_the_digits_they_need() {
        let shown: Vec<String> =
            [0.0, 0.000_123, 0.5, 12.34, 1_234.5].into_iter().map(|value| figure(Some(value))).collect();
        assert_eq!(shown, ["0", "0.000123", "0.500", "12.3", "1234"]);
        assert_eq!(figure(None), "—");
    }
}

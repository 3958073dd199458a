//! How the measures of a run look: a line an evaluator, with the difference, its interval and what it comes to.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::run::RunView;
use crate::domain::evidence::Digits;
use crate::domain::ids::VariantId;
use crate::domain::statistics::Verdict;
use crate::services::compare::{Comparison, Difference, Steadiness};
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
        Some(comparison) => (comparison.evaluators.len() + design_lines(comparison).len()) as u16,
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
    let Some(variant) = row.run.variants.get(run.variant()) else { return Vec::new() };
    let differences = run.measures.of(&variant.id);
    let mut lines = vec![head(run, &variant.id, &differences, room, cx)];
    for scored in &comparison.evaluators {
        let difference = differences.iter().find(|difference| difference.evaluator == scored.name);
        lines.push(line(comparison, &scored.name, &variant.id, difference.copied(), room, cx));
    }
    lines.extend(design_lines(comparison).iter().map(|line| text::foreign(line, Role::Dim)));
    lines
}

/// How steady the baselines are, and what a run that may stop early has found out.
fn design_lines(comparison: &Comparison) -> Vec<String> {
    let of_itself = |steady: &Steadiness| {
        let name = steady.variant.as_str();
        let itself = match steady.repeated {
            0 => format!("{name}: one answer a case says nothing of how far it differs from itself"),
            cases => {
                format!("{name}: differs from itself in {} of {}", steady.unlike_itself, text::counted(cases, "case"))
            }
        };
        let recorded = steady.unlike_recorded.map(|share| format!(", from the recorded in {:.0} %", share * 100.0));
        itself + &recorded.unwrap_or_default()
    };
    let mut lines: Vec<String> = comparison.baselines.iter().map(of_itself).collect();
    lines.extend(comparison.decided.as_ref().filter(|decided| decided.saved_requests > 0).map(|decided| {
        let planned = text::counted(decided.planned_cases, "case");
        let saved = text::counted(decided.saved_requests, "request");
        format!("clear by {} after {} of {planned}: {saved} saved", decided.evaluator, decided.cases)
    }));
    lines
}

/// How far the baseline's scores move by themselves, in few letters.
fn own_noise(comparison: &Comparison, difference: &Difference) -> Option<String> {
    let steady = comparison.baselines.iter().find(|steady| steady.variant == difference.baseline)?;
    let score = steady.scores.iter().find(|score| score.evaluator == difference.evaluator)?;
    let flips = score.flips.map(|share| format!("  itself flips {:.0} %", share * 100.0));
    flips.or_else(|| score.spread.map(|spread| format!("  itself ±{}", figure(Some(spread)))))
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
    pieces.extend(own_noise(comparison, difference).map(|noise| Piece::own(noise, Role::Dim)));
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

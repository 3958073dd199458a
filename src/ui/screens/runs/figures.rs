//! What an answer cost and how long it took: figures, bars, and how far they are from the reference.

use super::cells::{Cell, tokens};
use super::matrix_cells::{percent, rating_mark, result_mark};
use super::run::RunView;
use crate::domain::money::Money;
use crate::ui::effects::runs::Answered;
use crate::ui::screens::DrawCx;
use crate::ui::screens::traces::{count, millis, money};
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;
use crate::ui::widgets::chart;

/// Columns of a name.
const NAME: usize = 5;
/// Columns of a figure.
const VALUE: usize = 9;
/// Columns of a distance.
const BESIDE: usize = 7;
/// Columns of a bar at most.
const BAR: usize = 24;

/// How much is told below an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    /// One line without bars.
    Least,
    /// The line about the answer, then cost and time; all four where two stand beside each other.
    Short,
    /// All four, a line each.
    All,
    /// And what all cases come to.
    Totals,
}

impl Told {
    /// What has room in an area of this height; the only case of a run is all of it.
    pub const fn of(height: u16, cases: usize) -> Self {
        match height {
            0..14 => Self::Least,
            14..18 => Self::Short,
            26.. if cases > 1 => Self::Totals,
            _ => Self::All,
        }
    }

    /// Rows that it takes.
    pub const fn rows(self) -> u16 {
        match self {
            Self::Least => 1,
            Self::Short => 3,
            Self::All => 6,
            Self::Totals => 9,
        }
    }
}

/// A measure of the answers to a case, by column: the recorded answer, then the variants.
struct Figure {
    name: &'static str,
    values: Vec<Option<f64>>,
    shown: Vec<String>,
}

/// The lines below the answer of a column; with the same `room` for all, bars can be compared.
pub fn lines(run: &RunView, column: usize, told: Told, room: usize, cx: &DrawCx) -> Vec<Vec<Piece>> {
    let all = figures(run);
    let reference = run.against.column();
    if told == Told::Least {
        return vec![least(run, column, &all, cx)];
    }
    let mut lines = vec![about(run, column, cx)];
    let pair = room >= 2 * (NAME + VALUE + BESIDE + 6) + 2;
    if told == Told::Short && pair {
        let half = (room - 2) / 2;
        for two in all.chunks(2) {
            let mut line = bar_line(&two[0], column, reference, half, cx);
            let used = text::pieces_width(&line);
            line.push(Piece::own(" ".repeat((half + 2).saturating_sub(used)), Role::Text));
            line.extend(two.get(1).map(|figure| bar_line(figure, column, reference, half, cx)).unwrap_or_default());
            lines.push(line);
        }
    } else if told == Told::Short {
        lines.extend([&all[0], &all[3]].map(|figure| bar_line(figure, column, reference, room, cx)));
    } else {
        lines.push(scores(run, column, room, cx));
        lines.extend(all.iter().map(|figure| bar_line(figure, column, reference, room, cx)));
    }
    if told == Told::Totals {
        lines.push(vec![Piece::own(cx.glyphs.horizontal.repeat(room), Role::Border)]);
        lines.extend(totals(run, column, room, cx));
    }
    lines
}

fn answer(run: &RunView, column: usize) -> Option<&Answered> {
    match run.cells.get(run.case()?.0, column.checked_sub(1)?, run.sample) {
        Cell::Done(answered) => Some(answered),
        _ => None,
    }
}

fn figures(run: &RunView) -> [Figure; 4] {
    let case = run.case().map(|(_, case)| case);
    let of = |recorded: Option<f64>, value: &dyn Fn(&Answered) -> Option<f64>| -> Vec<Option<f64>> {
        let others = (1..=run.variants()).map(|column| answer(run, column).and_then(value));
        std::iter::once(recorded).chain(others).collect()
    };
    let cost = of(case.and_then(|case| case.cost).map(Money::as_dollars), &|answer| {
        answer.result.cost_usd.map(Money::as_dollars)
    });
    let dollars = |value: &Option<f64>| {
        let amount = value.and_then(Money::from_dollars);
        amount.map_or_else(|| "—".to_owned(), |amount| format!("${}", money(Some(amount))))
    };
    let tokens = of(case.and_then(|case| case.tokens).map(|count| count as f64), &|answer| {
        tokens(answer).map(|count| count as f64)
    });
    let first = of(case.and_then(|case| case.ttft_ms), &|answer| answer.result.ttft_ms);
    let time = of(case.and_then(|case| case.latency_ms), &|answer| answer.result.latency_ms);
    let ms = |value: &Option<f64>| {
        value.map_or_else(|| "—".to_owned(), |ms| format!("{} ms", millis(Some((ms * 1e6) as i64))))
    };
    [
        Figure { name: "cost", shown: cost.iter().map(dollars).collect(), values: cost },
        Figure {
            name: "tok",
            shown: tokens.iter().map(|value| count(value.map(|count| count as u64))).collect(),
            values: tokens,
        },
        Figure { name: "ttft", shown: first.iter().map(ms).collect(), values: first },
        Figure { name: "time", shown: time.iter().map(ms).collect(), values: time },
    ]
}

/// A figure with its bar, which is as long as the largest of all answers allows, and its distance from the reference.
fn bar_line(figure: &Figure, column: usize, reference: usize, room: usize, cx: &DrawCx) -> Vec<Piece> {
    let value = figure.values.get(column).copied().flatten();
    let shown = figure.shown.get(column).map_or("—", String::as_str);
    let known = if value.is_some() { Role::Text } else { Role::Dim };
    let mut pieces =
        vec![Piece::own(format!("{:NAME$}", figure.name), Role::Dim), Piece::own(format!("{shown:>VALUE$} "), known)];
    let bar = room.saturating_sub(NAME + VALUE + 1 + BESIDE).min(BAR);
    let most = figure.values.iter().copied().flatten().fold(0.0, f64::max);
    let share = if most > 0.0 { value.unwrap_or(0.0) / most } else { 0.0 };
    let filled = chart::bar(share, bar, cx.glyphs);
    let role = if column == reference { Role::Dim } else { Role::Series1 };
    let blank = bar.saturating_sub(text::width(&filled));
    pieces.push(Piece::own(filled, role));
    pieces.push(Piece::own(" ".repeat(blank), Role::Text));
    if column != reference {
        pieces.extend(beside(value, figure.values.get(reference).copied().flatten()));
    }
    pieces
}

/// How far a figure is from that of the reference; more is never the better of these.
fn beside(value: Option<f64>, reference: Option<f64>) -> Option<Piece> {
    let (value, reference) = (value?, reference.filter(|reference| *reference > 0.0)?);
    let change = (value / reference - 1.0) * 100.0;
    let (text, role) = match change {
        900.0.. => (format!("×{:.0}", value / reference), Role::Warning),
        0.5.. => (format!("+{change:.0} %"), if change >= 10.0 { Role::Warning } else { Role::Text }),
        ..=-0.5 => (format!("−{:.0} %", -change), if change <= -10.0 { Role::Good } else { Role::Text }),
        _ => ("0 %".to_owned(), Role::Dim),
    };
    Some(Piece::own(format!("{text:>BESIDE$}"), role))
}

/// How the answer stands.
fn about(run: &RunView, column: usize, cx: &DrawCx) -> Vec<Piece> {
    let is_reference = column == run.against.column();
    let reference = || Piece::own("reference", Role::Accent);
    let Some(answered) = answer(run, column) else {
        return if column == 0 && is_reference { vec![reference()] } else { Vec::new() };
    };
    let mut pieces = vec![result_mark(answered.result.status, cx), Piece::own(" ", Role::Text)];
    if is_reference {
        pieces.push(reference());
    } else {
        let alike = match run.against.column() {
            0 => answered.similarity,
            _ => run.diff_of(column).map(|diff| 1.0 - diff.ratio()),
        };
        pieces.push(Piece::own(format!("{} alike", percent(alike)), Role::Text));
    }
    if let Some(mark) = rating_mark(answered.rating, cx) {
        let word = answered.rating.map_or("", crate::domain::score::Rating::as_str);
        let role = mark.role;
        pieces.extend([Piece::own("  ", Role::Text), mark, Piece::own(format!(" {word}"), role)]);
    }
    if answered.result.from_cache {
        pieces.push(Piece::own("  cached", Role::Dim));
    }
    pieces
}

/// All of it in one line.
fn least(run: &RunView, column: usize, all: &[Figure; 4], cx: &DrawCx) -> Vec<Piece> {
    let mut pieces = about(run, column, cx);
    let shown = |figure: &Figure| figure.shown.get(column).cloned().unwrap_or_default();
    let [cost, tokens, _, time] = all;
    pieces.push(Piece::own(format!("  {}  {} tok  {}", shown(time), shown(tokens), shown(cost)), Role::Text));
    pieces
}

/// What the evaluators say of an answer, as many of them as have room.
fn scores(run: &RunView, column: usize, room: usize, cx: &DrawCx) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let Some(answered) = answer(run, column) else { return pieces };
    for (name, value) in run.measures.scores_of(&answered.result) {
        let text = format!("{name} {value}  ");
        if text::pieces_width(&pieces) + text::width(&text) > room {
            pieces.push(Piece::own(cx.glyphs.ellipsis, Role::Dim));
            break;
        }
        pieces.push(Piece::own(text, Role::Dim));
    }
    pieces
}

fn totals(run: &RunView, column: usize, room: usize, cx: &DrawCx) -> Vec<Vec<Piece>> {
    let Some(variant) = column.checked_sub(1) else {
        let cases = text::counted(run.cases() as u64, "case");
        return vec![vec![Piece::own(format!("over all {cases}"), Role::Dim)]];
    };
    let totals = run.cells.totals(variant);
    let ms = |value: Option<f64>| millis(value.map(|ms| (ms * 1e6) as i64));
    let cost = totals.cost.map_or_else(|| "cost —".to_owned(), |amount| format!("${}", money(Some(amount))));
    let mut sum = cost;
    for part in [format!("mean {} ms", ms(totals.latency_ms)), format!("{} tok", count(totals.tokens))] {
        if text::width(&sum) + text::width(&part) + 2 <= room {
            sum = format!("{sum}  {part}");
        }
    }
    vec![
        vec![
            Piece::own(format!("{} ", cx.glyphs.good), Role::Good),
            Piece::own(format!("{}  ", totals.ok), Role::Text),
            Piece::own(format!("{} ", cx.glyphs.bad), if totals.failed > 0 { Role::Bad } else { Role::Dim }),
            Piece::own(format!("{}  {} alike", totals.failed, percent(totals.similarity)), Role::Text),
        ],
        vec![Piece::own(sum, Role::Text)],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_have_a_sign_and_say_when_they_are_large() {
        let shown = |value: f64| beside(Some(value), Some(100.0)).unwrap().text.trim().to_owned();
        assert_eq!([100.0, 64.0, 136.0, 1_250.0].map(shown), ["0 %", "−36 %", "+36 %", "×12"]);
        assert!(beside(Some(1.0), Some(0.0)).is_none() && beside(None, Some(1.0)).is_none());
    }
}

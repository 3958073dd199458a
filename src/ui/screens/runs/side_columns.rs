//! The columns of a case side by side: what stands in each, and rows that belong together at the same height.

use std::collections::BTreeMap;

use super::cells::Cell;
use super::run::RunView;
use super::side_text::{self, Flow, Line, Lines};
use crate::domain::answering_model::other_model;
use crate::ui::effects::runs::Answered;
use crate::ui::screens::DrawCx;
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;

/// The number of the lines below an answer, beyond those of any answer.
const AFTER: usize = usize::MAX;

/// A row of a column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    at: usize,
    /// What stands on it.
    pub pieces: Vec<Piece>,
    /// Whether something on it changed.
    pub changed: bool,
}

/// A column broken to its width.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its rows.
    pub rows: Vec<Row>,
    flow: Flow,
}

/// The least columns of an answer.
const LEAST: u16 = 28;
/// Columns of the terminal below which one answer is shown at a time.
const TWO: u16 = 80;
/// Columns shown at most: the recorded answer and four variants.
const MOST: usize = 5;

/// Which columns are shown: 0 is the recorded answer, then the variants. Where not all fit, the one that answers are
/// compared with comes first; the one in `focus` is always among them.
pub fn shown(width: u16, variants: usize, focus: usize, reference: usize) -> Vec<usize> {
    let fit = if width < TWO { 1 } else { usize::from(width / LEAST).clamp(2, MOST) };
    let focus = focus.min(variants);
    if fit == 1 {
        return vec![focus];
    }
    if fit > variants {
        return (0..=variants).collect();
    }
    let others: Vec<usize> = (0..=variants).filter(|column| *column != reference).collect();
    let beside = fit - 1;
    // In focus is the reference: the others stay where they would be for its neighbour.
    let at = others.iter().position(|column| *column >= focus).unwrap_or(others.len() - 1);
    // Columns move only where the one in focus would not be seen.
    let first = (at + 1).saturating_sub(beside);
    std::iter::once(reference).chain(others.into_iter().skip(first).take(beside)).collect()
}

/// What stands in a column, broken to `room`.
pub fn column(run: &RunView, column: usize, room: usize, cx: &DrawCx) -> Column {
    let lines = content(run, column, cx);
    let row = |line: &Line, pieces: Vec<Piece>| {
        // A blank line within a change does not end it.
        let changed = pieces.iter().any(|piece| side_text::is_change(piece.role)) || (line.within && pieces.is_empty());
        Row { at: line.at, pieces, changed }
    };
    let rows = lines.lines.iter().flat_map(|line| line.wrapped(room).into_iter().map(move |pieces| row(line, pieces)));
    Column { rows: rows.collect(), flow: lines.flow }
}

fn content(run: &RunView, column: usize, cx: &DrawCx) -> Lines {
    let own = |text: &str| Lines { lines: vec![Line::own(0, text, Role::Dim)], flow: Flow::Free };
    let Some((place, case)) = run.case() else { return own("") };
    let Some(variant) = column.checked_sub(1) else {
        return match case.said() {
            said if said.is_nothing() => own("no text was recorded"),
            said => side_text::answer(said, run.diff_of(0), cx.glyphs),
        };
    };
    match run.cells.get(place, variant, run.sample) {
        Cell::Empty => own("not sent yet"),
        Cell::Waiting(why) => Lines {
            lines: vec![Line {
                pieces: text::foreign(&format!("{} {why}", cx.glyphs.running), Role::Dim),
                ..Line::default()
            }],
            flow: Flow::Free,
        },
        Cell::Streaming(answer) => {
            let mut lines = side_text::plain(answer, Role::Text, cx.glyphs);
            if let Some(last) = lines.last_mut() {
                last.pieces.push(Piece::own(cx.glyphs.cursor, Role::Accent));
            }
            Lines { lines, flow: Flow::Free }
        }
        Cell::Done(answered) => done(run, column, answered, cx),
    }
}

fn done(run: &RunView, column: usize, answered: &Answered, cx: &DrawCx) -> Lines {
    let said = answered.said();
    let status = answered.result.status;
    let why = answered.result.error.as_deref();
    let mut lines = if status == crate::domain::run::ResultStatus::Ok {
        let mut lines = side_text::answer(said, run.diff_of(column), cx.glyphs);
        let other = other_model(&answered.result).map(|model| (format!("answered by {model}"), Role::Warning));
        let dropped = (!answered.result.dropped.is_empty())
            .then(|| (format!("left out: {}", answered.result.dropped.join(", ")), Role::Dim));
        for (note, role) in other.into_iter().chain(dropped) {
            lines.lines.push(Line { at: AFTER, ..Line::default() });
            lines
                .lines
                .extend(side_text::plain(&note, role, cx.glyphs).into_iter().map(|line| Line { at: AFTER, ..line }));
        }
        lines
    } else {
        let text = format!("{}: {}", status.as_str(), why.unwrap_or("no reason was given"));
        let mut lines = side_text::plain(&text, Role::Removed, cx.glyphs);
        if !said.is_nothing() {
            lines.push(Line::default());
            lines.extend(side_text::answer(said, None, cx.glyphs).lines);
        }
        Lines { lines, flow: Flow::Free }
    };
    if lines.lines.iter().all(|line| line.pieces.is_empty()) {
        lines.lines = vec![Line::own(0, "an empty answer", Role::Dim)];
    }
    lines
}

/// Puts rows that belong to the same line at the same height, and says where differences begin.
pub fn align(columns: &mut [Column]) -> Vec<u16> {
    let mut heights: BTreeMap<usize, usize> = BTreeMap::new();
    for column in columns.iter().filter(|column| column.flow == Flow::Aligned) {
        for (at, rows) in groups(&column.rows) {
            let height = heights.entry(at).or_default();
            *height = (*height).max(rows.len());
        }
    }
    for column in columns.iter_mut().filter(|column| column.flow == Flow::Aligned) {
        let own: BTreeMap<usize, Vec<Row>> = groups(&column.rows);
        let mut rows = Vec::with_capacity(heights.values().sum());
        let last = own.keys().next_back().copied().unwrap_or(0);
        for (at, height) in heights.range(..=last) {
            let mut block = own.get(at).cloned().unwrap_or_default();
            if *at != last {
                block.resize(*height, Row { at: *at, ..Row::default() });
            }
            rows.append(&mut block);
        }
        column.rows = rows;
    }
    let mut spots: Vec<u16> = columns
        .iter()
        .flat_map(|column| {
            let begins = |at: usize| column.rows[at].changed && (at == 0 || !column.rows[at - 1].changed);
            (0..column.rows.len()).filter(move |at| begins(*at)).filter_map(|at| u16::try_from(at).ok())
        })
        .collect();
    spots.sort_unstable();
    spots.dedup();
    spots
}

fn groups(rows: &[Row]) -> BTreeMap<usize, Vec<Row>> {
    let mut groups: BTreeMap<usize, Vec<Row>> = BTreeMap::new();
    for row in rows {
        groups.entry(row.at).or_default().push(row.clone());
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(rows: &[(usize, &str, bool)]) -> Column {
        let row = |(at, text, changed): &(usize, &str, bool)| Row {
            at: *at,
            pieces: vec![Piece::own(*text, Role::Text)],
            changed: *changed,
        };
        Column { rows: rows.iter().map(row).collect(), flow: Flow::Aligned }
    }

    #[test]
    fn the_same_line_stands_at_the_same_height() {
        let mut columns = [
            column(&[(0, "one", false), (1, "two", false), (2, "three", false)]),
            column(&[(0, "one", false), (0, "more", true), (0, "and more", true), (2, "three", true)]),
        ];
        let spots = align(&mut columns);
        let texts = |column: &Column| -> Vec<String> {
            column.rows.iter().map(|row| row.pieces.first().map_or(String::new(), |piece| piece.text.clone())).collect()
        };
        assert_eq!(texts(&columns[0]), ["one", "", "", "two", "three"]);
        assert_eq!(texts(&columns[1]), ["one", "more", "and more", "", "three"]);
        assert_eq!(spots, [1, 4]);
    }

    #[test]
    fn as_many_columns_as_fit_and_the_focus_is_always_seen() {
        assert_eq!(shown(60, 4, 0, 0), [0]);
        assert_eq!(shown(60, 4, 3, 0), [3]);
        assert_eq!(shown(80, 4, 1, 0), [0, 1]);
        assert_eq!(shown(80, 4, 4, 0), [0, 4]);
        assert_eq!(shown(120, 4, 0, 0), [0, 1, 2, 3]);
        assert_eq!(shown(120, 4, 4, 0), [0, 2, 3, 4]);
        assert_eq!(shown(200, 4, 2, 0), [0, 1, 2, 3, 4]);
        assert_eq!(shown(200, 7, 7, 0), [0, 4, 5, 6, 7]);
        assert_eq!(shown(120, 1, 1, 0), [0, 1]);
        assert_eq!(shown(120, 0, 1, 0), [0]);
        assert_eq!(shown(80, 4, 1, 2), [2, 1], "the reference comes first");
        assert_eq!(shown(80, 4, 2, 2), [2, 3]);
        assert_eq!(shown(80, 4, 0, 4), [4, 0]);
        assert_eq!(shown(200, 4, 1, 2), [0, 1, 2, 3, 4], "where all fit they stay in order");
    }
}

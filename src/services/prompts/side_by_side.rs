//! Two texts beside each other, line by line, with what changed within a line word by word.

use crate::domain::diff::{Change, DiffPiece, change_ratio, line_diff, word_diff};

/// Share of a line that may differ for it to count as the same line, changed; beyond, one line went and another came.
const MOST_CHANGED: f64 = 0.7;

/// One side of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// The line in its text, from 1.
    pub line: usize,
    /// The line without its end: equal pieces, and removed ones on the left or added ones on the right.
    pub pieces: Vec<DiffPiece>,
}

/// A line of the old text beside a line of the new one. It came from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SideRow {
    /// The line is in both.
    Same(Side, Side),
    /// The line was changed.
    Changed(Side, Side),
    /// The line is in the old text only.
    Removed(Side),
    /// The line is in the new text only.
    Added(Side),
}

impl SideRow {
    /// The line of the old text.
    pub const fn left(&self) -> Option<&Side> {
        match self {
            Self::Same(left, _) | Self::Changed(left, _) | Self::Removed(left) => Some(left),
            Self::Added(_) => None,
        }
    }

    /// The line of the new text.
    pub const fn right(&self) -> Option<&Side> {
        match self {
            Self::Same(_, right) | Self::Changed(_, right) | Self::Added(right) => Some(right),
            Self::Removed(_) => None,
        }
    }
}

/// Lines of one side that nothing stands beside yet.
type Waiting = Vec<(usize, String)>;

/// The lines of two texts beside each other, whole.
pub fn side_by_side(old: &str, new: &str) -> Vec<SideRow> {
    let mut rows = Vec::new();
    let (mut at_old, mut at_new) = (0, 0);
    let (mut removed, mut added): (Waiting, Waiting) = (Vec::new(), Vec::new());
    for piece in line_diff(old, new) {
        for line in piece.text.lines() {
            at_old += usize::from(piece.change != Change::Added);
            at_new += usize::from(piece.change != Change::Removed);
            match piece.change {
                Change::Removed => removed.push((at_old, line.to_owned())),
                Change::Added => added.push((at_new, line.to_owned())),
                Change::Equal => {
                    settle(&mut removed, &mut added, &mut rows);
                    rows.push(SideRow::Same(whole(at_old, line, Change::Equal), whole(at_new, line, Change::Equal)));
                }
            }
        }
    }
    settle(&mut removed, &mut added, &mut rows);
    rows
}

/// Puts lines that were replaced beside those that replaced them, in order, as long as they are alike.
fn settle(removed: &mut Waiting, added: &mut Waiting, rows: &mut Vec<SideRow>) {
    let mut added = std::mem::take(added).into_iter().peekable();
    let mut rest = Vec::new();
    for (at_old, old) in std::mem::take(removed) {
        let Some((at_new, new)) = added.peek() else {
            rest.push(SideRow::Removed(whole(at_old, &old, Change::Removed)));
            continue;
        };
        let pieces = word_diff(&old, new);
        if change_ratio(&pieces) <= MOST_CHANGED {
            rows.push(SideRow::Changed(side(at_old, &pieces, Change::Removed), side(*at_new, &pieces, Change::Added)));
            added.next();
        } else {
            rows.push(SideRow::Removed(whole(at_old, &old, Change::Removed)));
        }
    }
    rows.append(&mut rest);
    rows.extend(added.map(|(line, text)| SideRow::Added(whole(line, &text, Change::Added))));
}

fn whole(line: usize, text: &str, change: Change) -> Side {
    let pieces = if text.is_empty() { Vec::new() } else { vec![DiffPiece { change, text: text.to_owned() }] };
    Side { line, pieces }
}

fn side(line: usize, pieces: &[DiffPiece], own: Change) -> Side {
    let pieces = pieces.iter().filter(|piece| piece.change == Change::Equal || piece.change == own).cloned().collect();
    Side { line, pieces }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(side: &Side) -> String {
        side.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    #[test]
    fn changed_lines_stand_beside_each_other_and_both_texts_are_whole() {
        let (old, new) = ("same\nAnswer briefly.\ngone\nend\n", "same\nAnswer very briefly.\nend\nmore\n");
        let rows = side_by_side(old, new);
        let SideRow::Changed(left, right) = &rows[1] else { panic!("{rows:?}") };
        assert_eq!((left.line, right.line), (2, 2));
        assert!(right.pieces.iter().any(|piece| piece.change == Change::Added && piece.text.contains("very")));
        assert!(matches!(&rows[2], SideRow::Removed(side) if side.line == 3));
        assert!(matches!(rows.last(), Some(SideRow::Added(side)) if side.line == 4));
        let left: Vec<String> = rows.iter().filter_map(SideRow::left).map(text).collect();
        let right: Vec<String> = rows.iter().filter_map(SideRow::right).map(text).collect();
        assert_eq!((left.join("\n") + "\n", right.join("\n") + "\n"), (old.to_owned(), new.to_owned()));
    }

    #[test]
    fn lines_that_have_nothing_in_common_are_one_gone_and_one_come() {
        let rows = side_by_side("alpha beta\n", "42\n");
        assert!(matches!(rows.as_slice(), [SideRow::Removed(_), SideRow::Added(_)]), "{rows:?}");
    }
}

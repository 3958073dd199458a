//! What changed between two texts, word by word or line by line.

use similar::{ChangeTag, TextDiff};
use unicode_segmentation::UnicodeSegmentation;

/// Words and separators of one text beyond which [`word_diff`] compares lines: the worst case grows with their square.
const MAX_WORDS: usize = 8_000;
/// Lines of one text beyond which what lies between the common beginning and end counts as replaced as a whole.
const MAX_LINES: usize = 8_000;

/// What happened to a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// It is in both texts.
    Equal,
    /// It is in the old text only.
    Removed,
    /// It is in the new text only.
    Added,
}

/// A piece of one or both texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffPiece {
    /// What happened to it.
    pub change: Change,
    /// The text as it came.
    pub text: String,
}

/// The difference by words. Equal and removed pieces give the old text, equal and added pieces the new one.
///
/// A change of several words in a row is one removed and one added piece, the spaces between them included. Very long
/// texts are compared by lines.
pub fn word_diff(old: &str, new: &str) -> Vec<DiffPiece> {
    if old == new {
        return equal(old);
    }
    let old_words: Vec<&str> = old.split_word_bounds().take(MAX_WORDS + 1).collect();
    let new_words: Vec<&str> = new.split_word_bounds().take(MAX_WORDS + 1).collect();
    if old_words.len() > MAX_WORDS || new_words.len() > MAX_WORDS {
        return line_diff(old, new);
    }
    diff_slices(&old_words, &new_words)
}

/// The difference by lines. Equal and removed pieces give the old text, equal and added pieces the new one.
pub fn line_diff(old: &str, new: &str) -> Vec<DiffPiece> {
    if old == new {
        return equal(old);
    }
    let old_lines: Vec<&str> = old.split_inclusive('\n').collect();
    let new_lines: Vec<&str> = new.split_inclusive('\n').collect();
    if old_lines.len() > MAX_LINES || new_lines.len() > MAX_LINES {
        return replaced_middle(&old_lines, &new_lines);
    }
    diff_slices(&old_lines, &new_lines)
}

/// How much changed: 0 for equal texts, 1 where nothing is in both.
///
/// It is `1 - 2e / (o + n)` of the code points of equal pieces `e`, of the old text `o` and of the new one `n`; the
/// Sørensen-Dice distance.
pub fn change_ratio(pieces: &[DiffPiece]) -> f64 {
    let (mut shared, mut all) = (0_usize, 0_usize);
    for piece in pieces {
        let length = piece.text.chars().count();
        if piece.change == Change::Equal {
            shared += 2 * length;
            all += 2 * length;
        } else {
            all += length;
        }
    }
    if all == 0 { 0.0 } else { 1.0 - shared as f64 / all as f64 }
}

/// How deep a change goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nuance {
    /// Words differ.
    Words,
    /// Upper or lower case differs, and perhaps white space; nothing else.
    Case,
    /// White space differs and nothing else.
    Space,
}

/// A stretch of a difference, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stretch<'a> {
    /// It is in both texts.
    Equal(&'a str),
    /// What is removed and what stands in its place; one of them may be empty.
    Changed(&'a str, &'a str, Nuance),
}

/// The stretches of a difference: what is removed together with what is added in its place.
pub fn stretches(pieces: &[DiffPiece]) -> Vec<Stretch<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        let next = pieces.get(at + 1);
        let (old, new, used) = match (piece.change, next) {
            (Change::Equal, _) => {
                found.push(Stretch::Equal(&piece.text));
                at += 1;
                continue;
            }
            (Change::Removed, Some(next)) if next.change == Change::Added => {
                (piece.text.as_str(), next.text.as_str(), 2)
            }
            (Change::Removed, _) => (piece.text.as_str(), "", 1),
            (Change::Added, _) => ("", piece.text.as_str(), 1),
        };
        found.push(Stretch::Changed(old, new, nuance(old, new)));
        at += used;
    }
    found
}

/// How deep the change from one text to another goes.
fn nuance(old: &str, new: &str) -> Nuance {
    let ink = |text: &str| -> String { text.chars().filter(|c| !c.is_whitespace()).collect() };
    let (old, new) = (ink(old), ink(new));
    if old == new {
        Nuance::Space
    } else if old.to_lowercase() == new.to_lowercase() {
        Nuance::Case
    } else {
        Nuance::Words
    }
}

/// Whether a difference by words says more than both texts would: at least a quarter is in both, or half of the shorter.
pub fn is_readable(pieces: &[DiffPiece]) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
    let (mut shared, mut old, mut new) = (0, 0, 0);
    for piece in pieces {
        let length = letters(&piece.text);
        match piece.change {
            Change::Equal => shared += length,
            Change::Removed => old += length,
            Change::Added => new += length,
        }
    }
    let shorter = old.min(new) + shared;
    shorter == 0 || 2 * shared >= shorter || 8 * shared >= 2 * shared + old + new
}

fn equal(text: &str) -> Vec<DiffPiece> {
    let mut pieces = Pieces::default();
    pieces.push(Change::Equal, text);
    pieces.done()
}

fn diff_slices(old: &[&str], new: &[&str]) -> Vec<DiffPiece> {
    let diff = TextDiff::from_slices(old, new);
    let changes: Vec<(ChangeTag, &str)> =
        diff.iter_all_changes().map(|change| (change.tag(), *change.value_ref())).collect();
    let mut pieces = Pieces::default();
    for (index, &(tag, text)) in changes.iter().enumerate() {
        match tag {
            ChangeTag::Delete => pieces.push(Change::Removed, text),
            ChangeTag::Insert => pieces.push(Change::Added, text),
            ChangeTag::Equal => {
                let before_change = changes.get(index + 1).is_some_and(|&(tag, _)| tag != ChangeTag::Equal);
                let is_gap = text.chars().all(|c| c == ' ');
                if is_gap && before_change && pieces.is_replacing() {
                    pieces.push(Change::Removed, text);
                    pieces.push(Change::Added, text);
                } else {
                    pieces.push(Change::Equal, text);
                }
            }
        }
    }
    pieces.done()
}

/// Common lines at the beginning and the end, everything between replaced.
fn replaced_middle(old: &[&str], new: &[&str]) -> Vec<DiffPiece> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let mut pieces = Pieces::default();
    pieces.push(Change::Equal, &old[..head].concat());
    pieces.push(Change::Removed, &old[head..old.len() - tail].concat());
    pieces.push(Change::Added, &new[head..new.len() - tail].concat());
    pieces.push(Change::Equal, &old[old.len() - tail..].concat());
    pieces.done()
}

/// Collects pieces: neighbours of one kind become one, and what is removed stands before what is added.
#[derive(Default)]
struct Pieces {
    settled: Vec<DiffPiece>,
    removed: String,
    added: String,
}

impl Pieces {
    fn is_replacing(&self) -> bool {
        !self.removed.is_empty() && !self.added.is_empty()
    }

    fn push(&mut self, change: Change, text: &str) {
        match change {
            Change::Removed => self.removed.push_str(text),
            Change::Added => self.added.push_str(text),
            Change::Equal if text.is_empty() => {}
            Change::Equal => {
                self.settle();
                match self.settled.last_mut() {
                    Some(last) if last.change == Change::Equal => last.text.push_str(text),
                    _ => self.settled.push(DiffPiece { change, text: text.to_owned() }),
                }
            }
        }
    }

    fn settle(&mut self) {
        for (change, text) in [(Change::Removed, &mut self.removed), (Change::Added, &mut self.added)] {
            if !text.is_empty() {
                self.settled.push(DiffPiece { change, text: std::mem::take(text) });
            }
        }
    }

    fn done(mut self) -> Vec<DiffPiece> {
        self.settle();
        self.settled
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(pieces: &[DiffPiece]) -> String {
        pieces
            .iter()
            .map(|piece| match piece.change {
                Change::Equal => piece.text.clone(),
                Change::Removed => format!("[-{}-]", piece.text),
                Change::Added => format!("{{+{}+}}", piece.text),
            })
            .collect()
    }

    #[test]
    fn a_changed_phrase_is_one_piece() {
        assert_eq!(
            shown(&word_diff("Refunds take 30 days at most.", "Refunds take about 14 days at most.")),
            "Refunds take [-30-]{+about 14+} days at most."
        );
        assert_eq!(shown(&word_diff("the old cat sat", "one new cat sat")), "[-the old-]{+one new+} cat sat");
        assert_eq!(shown(&word_diff("same", "same")), "same");
        assert_eq!(shown(&word_diff("", "new")), "{+new+}");
        assert_eq!(shown(&line_diff("a\nb\nc\n", "a\nx\nc\n")), "a\n[-b\n-]{+x\n+}c\n");
    }

    #[test]
    fn the_ratio_is_0_for_equal_and_1_for_unlike_texts() {
        assert!(change_ratio(&word_diff("", "")).abs() < f64::EPSILON);
        assert!(change_ratio(&word_diff("a b", "a b")).abs() < f64::EPSILON);
        assert!((change_ratio(&word_diff("abc", "xyz")) - 1.0).abs() < f64::EPSILON);
        assert!((change_ratio(&word_diff("aa bb", "aa cc")) - 0.4).abs() < 1e-9);
    }

    #[test]
    fn very_long_texts_are_compared_more_coarsely() {
        let old: String = (0..20_000).fold(String::new(), |text, n| text + &format!("line {n}\n"));
        let new = old.replace("line 777\n", "row 777\n");
        let pieces = word_diff(&old, &new);
        assert_eq!(pieces.len(), 4);
        assert_eq!(pieces[1].text, "line 777\n");
    }

    #[test]
    fn case_and_white_space_are_told_from_words() {
        let deep = |old: &str, new: &str| -> Vec<Nuance> {
            let pieces = word_diff(old, new);
            let changed = |stretch: &Stretch<'_>| match stretch {
                Stretch::Changed(_, _, nuance) => Some(*nuance),
                Stretch::Equal(_) => None,
            };
            stretches(&pieces).iter().filter_map(changed).collect()
        };
        assert_eq!(deep("The limit is 60.", "the limit is 60."), [Nuance::Case]);
        assert_eq!(deep("One. Two.", "One.\nTwo."), [Nuance::Space]);
        assert_eq!(deep("a b", "a b\n"), [Nuance::Space]);
        assert_eq!(deep("the limit is 60", "The limit is 100"), [Nuance::Case, Nuance::Words]);
    }

    #[test]
    fn a_difference_is_readable_where_enough_is_in_both() {
        let readable = |old: &str, new: &str| is_readable(&word_diff(old, new));
        let long = "It is 60. ".to_owned() + &"Then wait and try again. ".repeat(30);
        assert!(readable("It is 60.", &long) && readable("", "") && readable("It is 60.", "It is 100."));
        assert!(!readable("Ask the sales team by telephone.", "600 requests per minute on Business."));
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_back(old in "[ab \n.]{0,40}", new in "[ab \n.]{0,40}") {
            for pieces in [word_diff(&old, &new), line_diff(&old, &new)] {
                let read = |without: Change| -> String {
                    pieces.iter().filter(|piece| piece.change != without).map(|piece| piece.text.as_str()).collect()
                };
                prop_assert_eq!(read(Change::Added), old.clone());
                prop_assert_eq!(read(Change::Removed), new.clone());
                prop_assert!((0.0..=1.0).contains(&change_ratio(&pieces)));
            }
        }
    }
}

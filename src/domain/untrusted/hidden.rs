//! Where a text holds what a reader does not see: the same classes and the same legitimate sequences as in drawing.

use std::ops::Range;

use super::cluster::{decoded, hidden_run};
use super::code_point::{is_forbidden, is_surely_fine, tag};
use super::{emoji, joiner};

/// What a run of code points hides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// Controls, invisible and format characters, joiners and selectors without a base, private use and unassigned ones.
    Invisible,
    /// Marks and overrides of the writing direction.
    Bidi,
    /// Tags or variation selectors in a row, with the text that they spell.
    Text(String),
}

/// A run of code points that a reader does not see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HiddenRun {
    /// The bytes of the run.
    pub range: Range<usize>,
    /// What it hides.
    pub hidden: Hidden,
    /// The code points by number and short name, such as `‹U+200B ZWSP›`; the first eight.
    pub names: String,
}

/// Code points named of one run.
const MOST_NAMED: usize = 8;

/// The hidden runs of a text, in order.
///
/// Line feeds, CR LF, tabs and a byte order mark at the start are no finding; nor are emoji sequences, joiners between
/// letters of a joining or Indic script, a single Braille blank, U+FFFD, and direction marks (LRM, RLM, ALM) in a line
/// with letters written from right to left.
pub fn hidden_runs(text: &str) -> Vec<HiddenRun> {
    let mut runs: Vec<HiddenRun> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.strip_suffix('\n').unwrap_or(line);
        let content = content.strip_suffix('\r').unwrap_or(content);
        if !content.chars().all(|c| c == '\t' || is_surely_fine(c)) {
            scan(content, start, &mut runs);
        }
        start += line.len();
    }
    runs
}

fn scan(line: &str, start: usize, runs: &mut Vec<HiddenRun>) {
    let places: Vec<(usize, char)> = line.char_indices().collect();
    let chars: Vec<char> = places.iter().map(|&(_, c)| c).collect();
    let from_right = chars.iter().any(|&c| is_from_right(c));
    let end_of = |at: usize| places.get(at).map_or(line.len(), |&(offset, _)| offset);
    let mut at = 0;
    while let Some(&(offset, c)) = places.get(at) {
        // Most characters begin nothing that has to be looked at more closely.
        if is_surely_fine(c) && !chars.get(at + 1).is_some_and(|&next| is_forbidden(next)) {
            at += 1;
            continue;
        }
        let emoji = emoji::sequence(&chars[at..]);
        if emoji > 1 {
            at += emoji;
            continue;
        }
        let spelled = hidden_run(&chars[at..]);
        let length = spelled.max(1);
        let hidden = if spelled > 0 {
            Some(Hidden::Text(chars[at..at + spelled].iter().filter_map(|&c| decoded(c)).collect()))
        } else {
            one(&chars, at, from_right, start == 0)
        };
        if let Some(hidden) = hidden {
            push(runs, start + offset..start + end_of(at + length), hidden, &chars[at..at + length]);
        }
        at += length;
    }
}

/// What the code point at an index hides by itself.
fn one(chars: &[char], at: usize, from_right: bool, first_line: bool) -> Option<Hidden> {
    let c = chars[at];
    if !is_forbidden(c) || matches!(c, '\t' | '\u{FFFD}') || joiner::joins(chars, at) {
        return None;
    }
    match c {
        '\u{FEFF}' if first_line && at == 0 => None,
        '\u{2800}' => {
            let row = chars.get(at + 1) == Some(&c) || (at > 0 && chars[at - 1] == c);
            (row || at == 0 || at + 1 == chars.len()).then_some(Hidden::Invisible)
        }
        '\u{061C}' | '\u{200E}' | '\u{200F}' => (!from_right).then_some(Hidden::Bidi),
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => Some(Hidden::Bidi),
        _ => Some(Hidden::Invisible),
    }
}

/// Adds a run; neighbours that hide the same are one.
fn push(runs: &mut Vec<HiddenRun>, range: Range<usize>, hidden: Hidden, chars: &[char]) {
    let named = |chars: &[char]| -> String { chars.iter().take(MOST_NAMED).map(|&c| tag(c)).collect() };
    if let Some(last) = runs.last_mut()
        && last.range.end == range.start
        && last.hidden == hidden
        && !matches!(hidden, Hidden::Text(_))
    {
        last.range.end = range.end;
        if last.names.matches('‹').count() < MOST_NAMED {
            last.names.push_str(&named(chars));
        }
        return;
    }
    runs.push(HiddenRun { range, hidden, names: named(chars) });
}

/// Letters of the scripts that are written from right to left.
fn is_from_right(c: char) -> bool {
    matches!(c, '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}' | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
        && c.is_alphabetic()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("plain text\r\n\twith a tab, ümlaut, 漢字 and “quotes”")]
    #[case("\u{FEFF}---\n")]
    #[case("family 👨‍👩‍👧, keycap 1️⃣, heart ❤️, flag 🏴󠁧󠁢󠁥󠁮󠁧󠁿")]
    #[case("می‌خواهم and क्‍ष")]
    #[case("שלום\u{200F}!")]
    #[case("⠓⠑⠀⠇")]
    fn what_is_legitimate_is_not_found(#[case] text: &str) {
        assert_eq!(hidden_runs(text), [], "{text:?}");
    }

    #[rstest]
    #[case("pay\u{200B}pal", 3..6, Hidden::Invisible, "‹U+200B ZWSP›")]
    #[case("a\u{200D}b", 1..4, Hidden::Invisible, "‹U+200D ZWJ›")]
    #[case("soft\u{AD}hyphen", 4..6, Hidden::Invisible, "‹U+00AD SHY›")]
    #[case("x\u{202E}y", 1..4, Hidden::Bidi, "‹U+202E RLO›")]
    #[case("left\u{200E}", 4..7, Hidden::Bidi, "‹U+200E LRM›")]
    #[case("\n\u{E0068}\u{E0069}", 1..9, Hidden::Text("hi".into()), "‹U+E0068›‹U+E0069›")]
    #[case("x\u{1b}[2J", 1..2, Hidden::Invisible, "‹U+001B›")]
    fn what_hides_is_found_with_its_place(
        #[case] text: &str,
        #[case] range: Range<usize>,
        #[case] hidden: Hidden,
        #[case] names: &str,
    ) {
        assert_eq!(hidden_runs(text), [HiddenRun { range, hidden, names: names.into() }]);
    }

    #[test]
    fn a_byte_order_mark_within_the_text_is_found() {
        assert_eq!(hidden_runs("a\n\u{FEFF}b").len(), 1);
    }
}

//! Text that holds more than plain letters: code point by code point, then cluster by cluster.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::code_point::{is_forbidden, is_surely_fine, marker, tag};
use super::line::SafeLine;
use super::{emoji, joiner};

/// Combining marks that a base may carry.
const MAX_MARKS: usize = 10;
/// Bytes that a cluster may have.
const MAX_BYTES: usize = 64;
/// Columns that a cluster may take, except for conjuncts of Brahmic scripts, which Unicode counts as one cluster.
const MAX_COLUMNS: usize = 2;
/// The beginnings of our own markers; data that looks like one gets its first `‹` shown as a marker.
const MARKER_STARTS: [&str; 3] = ["‹U+", "‹hidden:", "‹+"];

const BLANK_BRAILLE: char = '\u{2800}';

/// Adds the first `length` bytes of `text`; `edge` says whether they begin and end their line.
pub(super) fn push_stretch(line: &mut SafeLine, text: &str, length: usize, edge: (bool, bool)) {
    let chars: Vec<(usize, char)> = text[..length].char_indices().collect();
    let only: Vec<char> = chars.iter().map(|&(_, c)| c).collect();
    let mut plain = String::new();
    let mut at = 0;
    while let Some(&(offset, c)) = chars.get(at) {
        let emoji = emoji::sequence(&only[at..]);
        if emoji > 1 {
            plain.extend(&only[at..at + emoji]);
            at += emoji;
            continue;
        }
        let hidden = hidden_run(&only[at..]);
        if hidden > 0 {
            flush(line, &mut plain);
            push_hidden(line, &only[at..at + hidden]);
            at += hidden;
            continue;
        }
        let fine = if c == BLANK_BRAILLE {
            let alone = only.get(at + 1) != Some(&c) && (at == 0 || only[at - 1] != c);
            alone && !(edge.0 && at == 0) && !(edge.1 && at + 1 == only.len())
        } else {
            is_surely_fine(c) || !is_forbidden(c) || joiner::joins(&only, at)
        };
        if !fine {
            flush(line, &mut plain);
            line.push_marker(marker(c));
        } else if c == '‹' && MARKER_STARTS.iter().any(|start| text[offset..].starts_with(start)) {
            flush(line, &mut plain);
            line.push_marker(tag(c));
        } else {
            plain.push(c);
        }
        at += 1;
    }
    flush(line, &mut plain);
}

/// How many code points at the start carry hidden text: tags, or variation selectors in a row.
pub(super) fn hidden_run(chars: &[char]) -> usize {
    let tags = chars.iter().take_while(|c| matches!(c, '\u{E0000}'..='\u{E007F}')).count();
    if tags > 0 {
        return tags;
    }
    let selectors = chars.iter().take_while(|&&c| selector_byte(c).is_some()).count();
    if selectors > 1 { selectors } else { 0 }
}

/// The byte that a variation selector carries where text is hidden in them.
fn selector_byte(c: char) -> Option<u8> {
    match u32::from(c) {
        code @ 0xFE00..=0xFE0F => u8::try_from(code - 0xFE00).ok(),
        code @ 0xE0100..=0xE01EF => u8::try_from(code - 0xE0100 + 16).ok(),
        _ => None,
    }
}

/// The printable ASCII that a tag or variation selector stands for.
pub(super) fn decoded(c: char) -> Option<char> {
    let byte = match u32::from(c) {
        code @ 0xE0000..=0xE007F => u8::try_from(code - 0xE0000).ok(),
        _ => selector_byte(c),
    };
    byte.filter(|byte| matches!(byte, b' '..=b'~')).map(char::from)
}

/// Shows hidden text decoded, and what in it decodes to nothing printable by its code point.
fn push_hidden(line: &mut SafeLine, run: &[char]) {
    let mut text = String::new();
    for &c in run {
        if let Some(letter) = decoded(c) {
            text.push(letter);
        } else {
            push_quote(line, &mut text);
            line.push_marker(tag(c));
        }
    }
    push_quote(line, &mut text);
}

fn push_quote(line: &mut SafeLine, text: &mut String) {
    if !text.is_empty() {
        line.push_marker(format!("‹hidden: {text}›"));
        text.clear();
    }
}

/// Adds plain text cluster by cluster: one that has no base is shown by number, one that is overloaded by its base.
fn flush(line: &mut SafeLine, plain: &mut String) {
    for cluster in plain.graphemes(true) {
        let mut chars = cluster.chars();
        let Some(first) = chars.next() else { continue };
        let more = chars.count();
        let based = is_base(first);
        if based && (more == 0 || !is_overloaded(cluster)) {
            line.push_plain(cluster);
            continue;
        }
        if based {
            line.push_plain(first.encode_utf8(&mut [0; 4]));
        } else if !is_mark(first) && more > 0 && !is_overloaded(cluster) && cluster.width() > 0 {
            line.push_plain(cluster);
            continue;
        } else {
            line.push_marker(tag(first));
        }
        if more > 0 {
            line.push_marker(format!("‹+{more} marks›"));
        }
    }
    plain.clear();
}

fn is_mark(c: char) -> bool {
    !is_surely_fine(c) && c.general_category_group() == GeneralCategoryGroup::Mark
}

/// Whether a code point takes columns of its own; spacing vowel signs do.
fn is_base(c: char) -> bool {
    is_surely_fine(c) || c.width().unwrap_or(0) > 0
}

fn is_overloaded(cluster: &str) -> bool {
    let (mut marks, mut most) = (0, 0);
    for c in cluster.chars() {
        marks = if is_mark(c) || joiner::is_joiner(c) { marks + 1 } else { 0 };
        most = most.max(marks);
    }
    most > MAX_MARKS
        || cluster.len() > MAX_BYTES
        || (cluster.width() > MAX_COLUMNS && !cluster.chars().all(joiner::is_conjunct_part))
}

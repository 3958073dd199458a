//! The parts of an answer that are judged one by one: sentences, list items without their marks, rows of tables.

use std::ops::Range;

use crate::domain::sentences::{SentenceKind, sentences};

/// A part of an answer that is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// What it was cut from.
    pub(super) kind: SentenceKind,
    /// Where it stands in the answer, in bytes.
    pub(super) bytes: Range<usize>,
    /// The head of its table, for a row.
    pub(super) head: Option<Range<usize>>,
}

/// The parts of an answer, in order; heads and rules of tables are none.
pub(super) fn parts(answer: &str) -> Vec<Part> {
    let mut found = Vec::new();
    for sentence in sentences(answer) {
        let bytes = sentence.bytes.clone();
        match sentence.kind {
            SentenceKind::Table => rows(answer, bytes, &mut found),
            SentenceKind::ListItem | SentenceKind::Heading => {
                let start = bytes.start + mark(&answer[bytes.clone()]);
                found.push(Part { kind: sentence.kind, bytes: start..bytes.end, head: None });
            }
            SentenceKind::Prose | SentenceKind::Code => found.push(Part { kind: sentence.kind, bytes, head: None }),
        }
    }
    found.retain(|part| !part.bytes.is_empty());
    found
}

/// The bytes of the mark of a list item or heading, and the space after it.
fn mark(text: &str) -> usize {
    let rest = text.trim_start_matches('#');
    let rest = ["- ", "* ", "+ ", "• ", "– "].iter().find_map(|mark| rest.strip_prefix(mark)).unwrap_or(rest);
    let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = rest.len() - digits.len();
    let rest = if (1..=3).contains(&numbered) {
        digits.strip_prefix(". ").or_else(|| digits.strip_prefix(") ")).unwrap_or(rest)
    } else {
        rest
    };
    text.len() - rest.trim_start().len()
}

fn rows(answer: &str, table: Range<usize>, found: &mut Vec<Part>) {
    let mut start = table.start;
    let mut lines: Vec<Range<usize>> = Vec::new();
    for line in answer[table.clone()].split_inclusive('\n') {
        let from = start + line.len() - line.trim_start().len();
        let to = start + line.trim_end().len();
        start += line.len();
        if from < to {
            lines.push(from..to);
        }
    }
    let is_rule = |line: &Range<usize>| answer[line.clone()].chars().all(|c| matches!(c, '|' | '-' | ':' | ' ' | '='));
    let rule = lines.iter().position(is_rule);
    let head = rule.and_then(|rule| rule.checked_sub(1)).and_then(|place| lines.get(place).cloned());
    for line in &lines {
        if !is_rule(line) && Some(line) != head.as_ref() {
            found.push(Part { kind: SentenceKind::Table, bytes: line.clone(), head: head.clone() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_items_are_judged_alone() {
        let text = "Fees:\n1. One. Two\n- three\n\n| a | b |\n|---|:-:|\n| c | d |\n| e | f |\n";
        let found: Vec<&str> = parts(text).into_iter().map(|part| &text[part.bytes]).collect();
        assert_eq!(found, ["Fees:", "One. Two", "three", "| c | d |", "| e | f |"]);
    }
}

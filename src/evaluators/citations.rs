//! `citations`: the answer cites a chunk that it was given.

use std::collections::BTreeSet;

use super::evaluator::{Evaluator, Kind, Score, Subject};
use crate::domain::chunk::Chunk;
use crate::domain::statistics::Better;

/// Longest text between brackets that is looked at, in bytes.
const MOST_BYTES: usize = 300;

/// Yes where a marker names a chunk by rank or document id: `[2]`, `[1, 3]`, `[^1]`, `[doc-7]`, `【2†source】`,
/// `(doc-7)`. What markers name and no chunk is, is told. Answers without chunks have no score.
pub(super) struct Citations;

impl Evaluator for Citations {
    fn kind(&self) -> Kind {
        Kind::yes_no(Better::Higher)
    }

    fn evaluate(&self, subject: &Subject<'_>) -> Option<Score> {
        if subject.chunks.is_empty() {
            return None;
        }
        let mut cited = false;
        let mut missing: BTreeSet<&str> = BTreeSet::new();
        for (bracket, name) in names(subject.answer.text) {
            if subject.chunks.iter().any(|chunk| is_named(chunk, bracket, name)) {
                cited = true;
            } else if bracket != '(' && name.bytes().all(|byte| byte.is_ascii_digit()) {
                missing.insert(name);
            }
        }
        let score = Score::yes_no(cited);
        if missing.is_empty() {
            return Some(score);
        }
        let missing: Vec<&str> = missing.into_iter().take(5).collect();
        Some(score.because(format!("cites {}, which no chunk is", missing.join(", "))))
    }
}

fn is_named(chunk: &Chunk, bracket: char, name: &str) -> bool {
    let id = chunk.document_id.as_deref().is_some_and(|id| id.trim().eq_ignore_ascii_case(name));
    // A number in round brackets is a quantity more often than a source.
    id || (bracket != '(' && name.parse() == Ok(chunk.rank))
}

/// What stands between brackets, divided at commas and semicolons, with the bracket that opened it.
fn names(text: &str) -> Vec<(char, &str)> {
    let mut found = Vec::new();
    let mut open: Option<(char, usize)> = None;
    for (place, c) in text.char_indices() {
        match (c, open) {
            ('[' | '【' | '(', _) => open = Some((c, place + c.len_utf8())),
            (']' | '】' | ')', Some((bracket, start))) => {
                open = None;
                let closes = matches!((bracket, c), ('[', ']') | ('【', '】') | ('(', ')'));
                // `[text](address)` is a link.
                let link = c == ']' && text[place + 1..].starts_with('(');
                if closes && !link && place - start <= MOST_BYTES {
                    found.extend(text[start..place].split([',', ';']).map(|name| (bracket, bare(name))));
                }
            }
            _ => {}
        }
    }
    found
}

/// A name without the mark of a footnote, what comes after a dagger, or a word such as `source` before it.
fn bare(name: &str) -> &str {
    let name = name.split('†').next().unwrap_or_default().trim().trim_start_matches(['^', '#']);
    for word in ["source", "doc", "document", "chunk", "ref"] {
        let rest = name.get(..word.len()).filter(|start| start.eq_ignore_ascii_case(word)).map(|_| &name[word.len()..]);
        if let Some(rest) = rest.filter(|rest| rest.starts_with([' ', ':'])) {
            return rest.trim_start_matches([' ', ':']).trim();
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::super::evaluator::{Answer, Value};
    use super::*;
    use crate::domain::chunk::ChunkRole;

    fn judged(text: &str) -> Score {
        let chunk = |rank, id: &str| Chunk {
            role: ChunkRole::Retrieved,
            rank,
            document_id: Some(id.to_owned()),
            score: None,
            content: None,
            metadata: serde_json::Map::new(),
        };
        let chunks = [chunk(1, "billing-3"), chunk(2, "faq.md")];
        let answer = Answer { text, tool_calls: &[] };
        Citations.evaluate(&Subject { answer, chunks: &chunks, ..Subject::default() }).unwrap()
    }

    #[test]
    fn markers_name_chunks_by_rank_or_id() {
        for text in [
            "Five days [1].",
            "Five days [1, 2].",
            "Five days [9][2].",
            "Five days.[^2]",
            "Five days [billing-3].",
            "Five days (faq.md).",
            "Five days (source: FAQ.md).",
            "五日です【2†source】。",
            "Five days [Source 2].",
        ] {
            assert_eq!(judged(text).value, Value::YesNo(true), "{text}");
        }
    }

    #[test]
    fn other_brackets_cite_nothing() {
        for text in [
            "Five days.",
            "Five (1) days.",
            "See [2](https://example.com).",
            "An array: a[i], a[].",
            "Open [1",
            "Five days [1)",
        ] {
            assert_eq!(judged(text).value, Value::YesNo(false), "{text}");
        }
    }

    #[test]
    fn a_source_that_was_not_given_is_told() {
        let score = judged("Five days [7].");
        assert_eq!(score, Score::yes_no(false).because("cites 7, which no chunk is"));
        assert_eq!(judged("Five days [1][7].").value, Value::YesNo(true));
        let answer = Answer { text: "Five days [1].", tool_calls: &[] };
        assert_eq!(Citations.evaluate(&Subject { answer, ..Subject::default() }), None);
    }
}

//! `citations`: the answer cites a chunk that it was given.

use std::collections::BTreeSet;

use super::evaluator::{Evaluator, Kind, Score, Subject};
use crate::domain::grounding::markers;
use crate::domain::statistics::Better;

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
        for marker in markers(subject.answer.text) {
            if subject.chunks.iter().any(|chunk| marker.names(chunk)) {
                cited = true;
            } else if marker.is_number() {
                missing.insert(marker.name);
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

#[cfg(test)]
mod tests {
    use super::super::evaluator::{Answer, Value};
    use super::*;
    use crate::domain::chunk::{Chunk, ChunkRole};

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

//! What reviewers said of the documents of a trace, from its scores.

use crate::domain::golden::RelevantDocument;
use crate::domain::score::{RELEVANCE, Score, ScoreSource};

/// How well documents answer, from the scores of a trace, oldest first: the latest of each document counts. Programs keep
/// scores of this name whose label is a verdict: theirs do not count.
pub(super) fn relevant(oldest_first: &[Score]) -> Vec<RelevantDocument> {
    let mut found: Vec<(&str, Option<f64>)> = Vec::new();
    let given =
        |score: &&Score| score.name == RELEVANCE && score.source == ScoreSource::Human && score.result_id.is_none();
    for score in oldest_first.iter().filter(given) {
        let Some(document) = score.label.as_deref() else { continue };
        match found.iter_mut().find(|(known, _)| *known == document) {
            Some((_, grade)) => *grade = score.value,
            None => found.push((document, score.value)),
        }
    }
    let document = |(document, grade): (&str, Option<f64>)| {
        let grade = grade?.clamp(0.0, 255.0).ceil() as u8;
        Some(RelevantDocument { document_id: document.to_owned(), grade, ..RelevantDocument::default() })
    };
    found.into_iter().filter_map(document).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;

    fn score(document: &str, value: Option<f64>, source: ScoreSource) -> Score {
        Score {
            trace_id: "t1".into(),
            span_id: None,
            result_id: None,
            name: RELEVANCE.to_owned(),
            value,
            label: Some(document.to_owned()),
            explanation: None,
            source,
            created_at: Timestamp::from_nanos(1),
        }
    }

    #[test]
    fn the_latest_grade_of_a_reviewer_counts_and_can_be_taken_back() {
        let human = ScoreSource::Human;
        let scores = [
            score("a", Some(1.0), human),
            score("b", Some(2.0), human),
            score("a", Some(2.0), human),
            score("b", None, human),
            score("a", Some(0.0), ScoreSource::Llm),
        ];
        let found: Vec<_> = relevant(&scores).into_iter().map(|one| (one.document_id, one.grade)).collect();
        assert_eq!(found, [("a".to_owned(), 2)]);
    }
}

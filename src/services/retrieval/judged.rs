//! What reviewers and programs said of retrieved documents, kept as scores.

use std::collections::{BTreeMap, HashMap};

use crate::domain::cancel::Cancel;
use crate::domain::ids::TraceId;
use crate::domain::retrieval::{DocumentId, Grade, Judgements};
use crate::domain::score::{RELEVANCE, Score, ScoreSource};
use crate::error::AppError;
use crate::store::Store;

/// How well documents answer, by trace: the latest score that a reviewer gave each document and did not take back. Programs
/// keep scores of the same name whose label is a verdict and no document: theirs do not count.
pub fn judged_here(store: &Store, cancel: &Cancel) -> Result<HashMap<TraceId, Judgements>, AppError> {
    Ok(latest(&store.scores_named(RELEVANCE, cancel)?))
}

fn latest(oldest_first: &[Score]) -> HashMap<TraceId, Judgements> {
    let mut grades: HashMap<&TraceId, BTreeMap<&str, Option<Grade>>> = HashMap::new();
    for score in oldest_first.iter().filter(|score| score.source == ScoreSource::Human) {
        if let Some(document) = &score.label {
            let grade = score.value.map(|value| Grade::new(value.clamp(0.0, 255.0).ceil() as u8));
            grades.entry(&score.trace_id).or_default().insert(document, grade);
        }
    }
    let judgements = |documents: BTreeMap<&str, Option<Grade>>| -> Judgements {
        documents.into_iter().filter_map(|(document, grade)| Some((DocumentId::new(document), grade?))).collect()
    };
    grades.into_iter().map(|(trace, documents)| (trace.clone(), judgements(documents))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;
    use crate::services::notes;
    use crate::store::StoreOptions;

    #[test]
    fn the_latest_grade_counts_and_can_be_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path(), StoreOptions::default());
        let keep = |at, document: &str, grade: Option<u8>| {
            let given = notes::relevance(
                "t1".into(),
                &DocumentId::new(document),
                grade.map(Grade::new),
                Timestamp::from_nanos(at),
            );
            notes::keep(&store, &given).unwrap();
        };
        keep(1, "a", Some(1));
        keep(2, "b", Some(2));
        keep(3, "a", Some(2));
        keep(4, "b", None);
        let judged = judged_here(&store, &Cancel::new()).unwrap();
        let expected: Judgements = [(DocumentId::new("a"), Grade::new(2))].into_iter().collect();
        assert_eq!(judged[&TraceId::from("t1")], expected);
    }
}

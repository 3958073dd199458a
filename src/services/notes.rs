//! Notes and scores that a user keeps on a trace: in a journal first, then in the index.

use crate::domain::cancel::Cancel;
use crate::domain::ids::TraceId;
use crate::domain::retrieval::{DocumentId, Grade};
use crate::domain::run::RunResult;
use crate::domain::score::{NOTE, RATING, RELEVANCE, Rating, Score, ScoreSource};
use crate::domain::time::Timestamp;
use crate::error::AppError;
use crate::store::{Journal, JournalRecord, Store};

/// What the journals are called that scores and notes stand in; the process id keeps two writers apart.
const JOURNAL: &str = "scores";

/// The name of the scores that keep traces in sets; the label is the set's name, so that `score.set:NAME` finds them.
pub const SET: &str = "set";

/// The value of a score as a user writes it.
#[derive(Clone, Debug, PartialEq)]
pub enum ScoreValue {
    /// A number.
    Number(f64),
    /// Yes or no, kept as 1 or 0 and as the word.
    Verdict(bool, String),
    /// A word.
    Label(String),
}

impl ScoreValue {
    /// Reads a number, a yes or no, or a word; nothing else is refused but an empty text and numbers that are none.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(number) = text.parse::<f64>() {
            return number.is_finite().then_some(Self::Number(number));
        }
        match text.to_ascii_lowercase().as_str() {
            "" => None,
            "yes" | "true" | "pass" | "good" | "up" => Some(Self::Verdict(true, text.to_owned())),
            "no" | "false" | "fail" | "bad" | "down" => Some(Self::Verdict(false, text.to_owned())),
            _ => Some(Self::Label(text.to_owned())),
        }
    }
}

/// A note on a trace, given now.
pub fn note(trace_id: TraceId, text: &str, now: Timestamp) -> Score {
    Score { explanation: Some(text.to_owned()), ..blank(trace_id, NOTE, now) }
}

/// A reviewer's score of a trace, given now.
pub fn score(trace_id: TraceId, name: &str, value: &ScoreValue, why: Option<&str>, now: Timestamp) -> Score {
    let (number, label) = match value {
        ScoreValue::Number(number) => (Some(*number), None),
        ScoreValue::Verdict(verdict, word) => (Some(if *verdict { 1.0 } else { 0.0 }), Some(word.clone())),
        ScoreValue::Label(word) => (None, Some(word.clone())),
    };
    Score { value: number, label, explanation: why.map(str::to_owned), ..blank(trace_id, name, now) }
}

/// A reviewer's rating of a replayed answer, given now; `None` takes it back, which is kept as a score without a value.
pub fn rating(result: &RunResult, rating: Option<Rating>, now: Timestamp) -> Score {
    Score {
        span_id: Some(result.span_id.clone()),
        result_id: Some(result.result_id.clone()),
        value: rating.map(Rating::value),
        label: Some(rating.map_or("cleared", Rating::as_str).to_owned()),
        ..blank(result.trace_id.clone(), RATING, now)
    }
}

/// How well a document answers the question of a trace, given now by a reviewer; `None` takes it back.
pub fn relevance(trace_id: TraceId, document: &DocumentId, grade: Option<Grade>, now: Timestamp) -> Score {
    Score {
        value: grade.map(|grade| grade.get().into()),
        label: Some(document.as_str().to_owned()),
        ..blank(trace_id, RELEVANCE, now)
    }
}

/// Keeps a score: on disk in the journal when this returns, and in the index.
pub fn keep(store: &Store, given: &Score) -> Result<(), AppError> {
    let journal = Journal::open(store.state_dir(), &format!("{JOURNAL}-{}", std::process::id()))?;
    journal.append(&JournalRecord::Score { score: given.clone() })?;
    tracing::info!(trace_id = given.trace_id.as_str(), name = given.name, "kept a score");
    Ok(store.put_scores(std::slice::from_ref(given))?)
}

/// Keeps traces as a set, beside those that are in it already: on disk in the journal when this returns.
///
/// Membership judges nothing, so its source is a program and it does not count as feedback.
pub fn keep_set(store: &Store, name: &str, traces: &[TraceId], now: Timestamp) -> Result<(), AppError> {
    let member = |trace: &TraceId| Score {
        label: Some(name.to_owned()),
        source: ScoreSource::Code,
        ..blank(trace.clone(), SET, now)
    };
    let members: Vec<Score> = traces.iter().map(member).collect();
    let journal = Journal::open(store.state_dir(), &format!("{JOURNAL}-{}", std::process::id()))?;
    let records: Vec<JournalRecord> =
        members.iter().map(|score| JournalRecord::Score { score: score.clone() }).collect();
    journal.append_all(&records)?;
    Ok(store.put_scores(&members)?)
}

/// The trace whose id starts so.
pub fn trace(store: &Store, prefix: &str, cancel: &Cancel) -> Result<TraceId, AppError> {
    Ok(store.resolve_trace(prefix, cancel)?)
}

fn blank(trace_id: TraceId, name: &str, now: Timestamp) -> Score {
    Score {
        trace_id,
        span_id: None,
        result_id: None,
        name: name.to_owned(),
        value: None,
        label: None,
        explanation: None,
        source: ScoreSource::Human,
        created_at: now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbers_verdicts_or_words() {
        assert_eq!(ScoreValue::parse("0.5"), Some(ScoreValue::Number(0.5)));
        assert_eq!(ScoreValue::parse("-1"), Some(ScoreValue::Number(-1.0)));
        assert_eq!(ScoreValue::parse("Yes"), Some(ScoreValue::Verdict(true, "Yes".into())));
        assert_eq!(ScoreValue::parse("partial"), Some(ScoreValue::Label("partial".into())));
        assert_eq!(ScoreValue::parse(" "), None);
        assert_eq!(ScoreValue::parse("nan"), None);
    }

    #[test]
    fn a_score_is_in_the_journal_before_it_counts() {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::from_nanos(7);
        let given =
            score("t1".into(), "correctness", &ScoreValue::Verdict(false, "no".into()), Some("wrong limit"), now);
        let journal = Journal::open(folder.path(), JOURNAL).unwrap();
        journal.append(&JournalRecord::Score { score: given.clone() }).unwrap();
        let files = crate::store::journal::read_journals(folder.path()).unwrap();
        assert_eq!(files[0].records, [JournalRecord::Score { score: given.clone() }]);
        assert_eq!((given.value, given.source), (Some(0.0), ScoreSource::Human));
    }

    #[test]
    fn a_set_is_kept_in_the_journal_and_judges_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path(), crate::store::StoreOptions::default());
        let traces: Vec<TraceId> = vec!["t1".into(), "t2".into()];
        keep_set(&store, "hard", &traces, Timestamp::from_nanos(7)).unwrap();
        assert_eq!(store.score_labels(SET, &Cancel::new()).unwrap(), [("hard".to_owned(), 2)]);
        let files = crate::store::journal::read_journals(folder.path()).unwrap();
        let kept: Vec<_> = files[0].records.iter().collect();
        assert_eq!(kept.len(), 2);
        assert!(kept.iter().all(|record| matches!(record, JournalRecord::Score { score } if score.value.is_none())));
    }
}

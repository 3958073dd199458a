//! The questions of the lab: those of a file, else those that were recorded.

use std::collections::HashMap;

use super::ground_truth::GroundTruth;
use super::lab_order::LabOrder;
use super::recorded::Recorded;
use crate::domain::cancel::Cancel;
use crate::domain::ids::TraceId;
use crate::domain::retrieval::Judgements;
use crate::error::{AppError, ErrorKind};
use crate::store::{Store, TracesQuery};

/// Traces whose spans are read at once.
const AT_ONCE: usize = 256;

/// A question that retrievers are asked.
#[derive(Clone, Debug)]
pub struct LabQuestion {
    /// Its id, where it has one.
    pub id: Option<String>,
    /// The question.
    pub text: String,
    /// What is known to answer it; `None` where nothing is known.
    pub judged: Option<Judgements>,
    /// The newest trace that asked it.
    pub recorded: Option<Recorded>,
}

/// What is asked, and what could not be.
#[derive(Clone, Debug, Default)]
pub struct Questions {
    /// What is asked.
    pub all: Vec<LabQuestion>,
    /// Questions of files without text, that no trace asked.
    pub without_text: usize,
}

/// Puts together what an order asks.
pub fn questions(store: &Store, order: &LabOrder, cancel: &Cancel) -> Result<Questions, AppError> {
    let mut truth = GroundTruth::of_index(store, cancel)?;
    if let Some(file) = &order.questions {
        truth = truth.with_file(file)?;
    }
    let asked = truth.questions().len();
    for file in &order.files {
        truth = truth.with_file(file)?;
    }
    let recorded = recorded(store, order, cancel)?;
    let questions =
        if order.questions.is_some() { of_file(&truth, asked, &recorded) } else { of_traces(&truth, recorded) };
    if questions.all.is_empty() {
        return Err(AppError::new(ErrorKind::CheckFailed, "there is no question to ask").hint(
            "--questions FILE names questions; without it those of the traces that retrieved something are asked",
        ));
    }
    Ok(questions)
}

fn recorded(store: &Store, order: &LabOrder, cancel: &Cancel) -> Result<Vec<Recorded>, AppError> {
    let query = TracesQuery { filter: order.filter.clone(), limit: order.limit, ..TracesQuery::default() };
    let ids = store.trace_ids(&query, cancel)?;
    let mut all = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        let some: &[TraceId] = some;
        all.extend(store.spans_of(some, cancel)?.iter().filter_map(|spans| Recorded::of(spans)));
    }
    Ok(all)
}

fn of_traces(truth: &GroundTruth, recorded: Vec<Recorded>) -> Questions {
    let question = |recorded: Recorded| LabQuestion {
        id: recorded
            .question_id
            .clone()
            .or_else(|| truth.question(&recorded).and_then(|place| truth.questions()[place].id.clone())),
        text: recorded.question.clone(),
        judged: truth.of(&recorded),
        recorded: Some(recorded),
    };
    let all = recorded.into_iter().filter(|recorded| !recorded.question.trim().is_empty()).map(question).collect();
    Questions { all, without_text: 0 }
}

fn of_file(truth: &GroundTruth, asked: usize, recorded: &[Recorded]) -> Questions {
    let mut by_question: HashMap<usize, Vec<&Recorded>> = HashMap::new();
    for one in recorded {
        if let Some(place) = truth.question(one) {
            by_question.entry(place).or_default().push(one);
        }
    }
    let mut questions = Questions::default();
    for (place, question) in truth.questions().iter().take(asked).enumerate() {
        let asked_by = by_question.remove(&place).unwrap_or_default();
        // Traces come newest first.
        let newest = asked_by.first().copied().cloned();
        let text = question.text.clone().or_else(|| newest.as_ref().map(|recorded| recorded.question.clone()));
        match text {
            None => questions.without_text += 1,
            Some(text) => questions.all.push(LabQuestion {
                id: question.id.clone(),
                text,
                judged: Some(truth.of_question(place, &asked_by)),
                recorded: newest,
            }),
        }
    }
    questions
}

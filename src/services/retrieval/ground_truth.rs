//! Which documents answer a recorded question: what a file says, and over it what was said of the trace itself.

use std::collections::HashMap;
use std::path::Path;

use super::judged::judged_here;
use super::recorded::{Recorded, document_of};
use crate::domain::cancel::Cancel;
use crate::domain::grounding::{Answered, Scorer, Verdict};
use crate::domain::ids::TraceId;
use crate::domain::retrieval::{Grade, Judgements};
use crate::error::AppError;
use crate::importers::retrieval::{JudgedQuestion, read_ground_truth};
use crate::store::Store;

/// Whether the feedback of users counts as ground truth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Feedback {
    /// It says nothing of documents.
    #[default]
    Left,
    /// What the sentences of an answer with good feedback rest on is relevant. What was not retrieved stays unknown, so
    /// that recall is at its best.
    Counts,
}

/// Everything that is known about which documents answer which questions.
#[derive(Debug, Default)]
pub struct GroundTruth {
    questions: Vec<JudgedQuestion>,
    by_id: HashMap<String, usize>,
    by_trace: HashMap<TraceId, usize>,
    by_text: HashMap<String, usize>,
    here: HashMap<TraceId, Judgements>,
}

impl GroundTruth {
    /// What was said of traces of the index.
    pub fn of_index(store: &Store, cancel: &Cancel) -> Result<Self, AppError> {
        Ok(Self { here: judged_here(store, cancel)?, ..Self::default() })
    }

    /// With what a file says; its questions come behind those that are there.
    pub fn with_file(mut self, path: &Path) -> Result<Self, AppError> {
        for question in read_ground_truth(path)? {
            let place = self.questions.len();
            if let Some(id) = &question.id {
                self.by_id.entry(id.clone()).or_insert(place);
            }
            if let Some(trace) = &question.trace_id {
                self.by_trace.entry(trace.clone()).or_insert(place);
            }
            if let Some(text) = &question.text {
                self.by_text.entry(folded(text)).or_insert(place);
            }
            self.questions.push(question);
        }
        Ok(self)
    }

    /// The questions of the files.
    pub fn questions(&self) -> &[JudgedQuestion] {
        &self.questions
    }

    /// The question of the files that a trace asked: by the trace's id, the question's id, then its text.
    pub fn question(&self, recorded: &Recorded) -> Option<usize> {
        let trace = recorded.trace_id.as_str();
        self.by_trace
            .get(&recorded.trace_id)
            .or_else(|| self.by_id.get(recorded.question_id.as_deref()?))
            .or_else(|| self.by_id.get(trace))
            .or_else(|| self.by_text.get(&folded(&recorded.question)))
            .copied()
    }

    /// What is known of the documents for a trace; `None` where nothing is.
    pub fn of(&self, recorded: &Recorded) -> Option<Judgements> {
        let file = self.question(recorded).map(|place| &self.questions[place].judged);
        let mut judged = file.cloned();
        if let Some(here) = self.here.get(&recorded.trace_id) {
            judged.get_or_insert_default().add(here);
        }
        judged
    }

    /// What is known of a question of the files, with what was said of the traces that asked it.
    pub fn of_question(&self, place: usize, asked_by: &[&Recorded]) -> Judgements {
        let mut judged = self.questions[place].judged.clone();
        for recorded in asked_by {
            if let Some(here) = self.here.get(&recorded.trace_id) {
                judged.add(here);
            }
        }
        judged
    }
}

/// What the answer of a trace rests on: documents of which a sentence is supported or partly so.
pub fn rests_on(recorded: &Recorded) -> Judgements {
    let Some(case) = &recorded.case else { return Judgements::default() };
    let answer = case.answer.as_deref().unwrap_or_default();
    let grounding = Scorer::default().ground(&Answered { question: &case.question, answer, chunks: &case.chunks });
    let rests = |verdict: &Verdict| matches!(verdict, Verdict::Supported | Verdict::Partial(_));
    let ranks = grounding.sentences.iter().filter(|sentence| rests(&sentence.verdict));
    ranks
        .flat_map(|sentence| &sentence.evidence)
        .filter_map(|evidence| case.chunks.iter().find(|chunk| chunk.rank == evidence.rank))
        .filter_map(|chunk| Some((document_of(chunk)?, Grade::new(1))))
        .collect()
}

fn folded(text: &str) -> String {
    text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

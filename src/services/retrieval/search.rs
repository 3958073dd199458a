//! Asks the retrievers of the lab.

use std::collections::HashMap;

use super::command::CommandRetriever;
use super::desk::Desk;
use super::embedding::VectorSource;
use super::lab_order::RetrieverChoice;
use super::question::LabQuestion;
use super::ranked::Found;
use super::reranking::Reranking;
use crate::domain::cancel::Cancel;
use crate::domain::retrieval::{
    Bm25, Bm25Parameters, DenseIndex, DocumentId, Hit, Passage, RRF_K, RankedList, reciprocal_rank_fusion,
};
use crate::error::{AppError, ErrorKind};

/// How much of each ranking is kept, and goes into a fused one.
const DEPTH: usize = 100;

/// What one retriever found.
#[derive(Clone, Debug)]
pub struct Rankings {
    /// Its name.
    pub retriever: String,
    /// What it found for each question; `None` where it was not asked, or has no vector of it.
    pub found: Vec<Option<Vec<Found>>>,
    /// Why it stopped before the last question.
    pub failure: Option<AppError>,
}

/// What is searched with, made once for all questions.
pub(super) struct Searching<'a> {
    pub(super) passages: &'a [Passage],
    pub(super) questions: &'a [LabQuestion],
    pub(super) words: Bm25,
    pub(super) vectors: Option<(&'a VectorSource, DenseIndex)>,
    pub(super) cancel: &'a Cancel,
}

impl<'a> Searching<'a> {
    pub(super) fn new(
        passages: &'a [Passage],
        questions: &'a [LabQuestion],
        vectors: Option<(&'a VectorSource, DenseIndex)>,
        cancel: &'a Cancel,
    ) -> Self {
        let texts: Vec<String> = passages.iter().map(Passage::searched).collect();
        let words = Bm25::of(texts.iter().map(String::as_str), Bm25Parameters::default());
        Self { passages, questions, words, vectors, cancel }
    }

    /// Asks one retriever all questions.
    pub(super) fn ask(
        &self,
        choice: &RetrieverChoice,
        without: impl Iterator<Item = String>,
    ) -> Result<Rankings, AppError> {
        let found = match choice {
            RetrieverChoice::Bm25 => self.each(|question| Some(self.found(&self.by_words(question)))),
            RetrieverChoice::Dense => self.each(|question| Some(self.found(&self.by_vectors(question)?))),
            RetrieverChoice::Fused => self.each(|question| self.fused(question)),
            RetrieverChoice::Command(command) => return self.by_command(command, without),
        };
        Ok(Rankings { retriever: choice.name().to_owned(), found: found?, failure: None })
    }

    fn each(&self, search: impl Fn(&LabQuestion) -> Option<Vec<Found>>) -> Result<Vec<Option<Vec<Found>>>, AppError> {
        let ask = |question: &LabQuestion| {
            if self.cancel.is_cancelled() {
                return Err(AppError::new(ErrorKind::Interrupted, "stopped"));
            }
            Ok(search(question))
        };
        self.questions.iter().map(ask).collect()
    }

    fn found(&self, hits: &[Hit]) -> Vec<Found> {
        hits.iter().map(|hit| Found::of(&self.passages[hit.text], Some(hit.score))).collect()
    }

    fn by_words(&self, question: &LabQuestion) -> Vec<Hit> {
        let mut hits = self.words.search(&question.text);
        hits.truncate(DEPTH);
        hits
    }

    fn by_vectors(&self, question: &LabQuestion) -> Option<Vec<Hit>> {
        let (source, index) = self.vectors.as_ref()?;
        let mut hits = index.search(&source.of_question(question)?);
        hits.truncate(DEPTH);
        Some(hits)
    }

    fn fused(&self, question: &LabQuestion) -> Option<Vec<Found>> {
        let lists = [self.by_words(question), self.by_vectors(question)?];
        let places: HashMap<&DocumentId, usize> =
            lists.iter().flatten().map(|hit| (&self.passages[hit.text].id, hit.text)).collect();
        let ranked = lists
            .each_ref()
            .map(|hits| RankedList::of_ranks(hits.iter().map(|hit| self.passages[hit.text].id.clone())));
        let fused = reciprocal_rank_fusion(&ranked, RRF_K);
        let best = fused.documents().iter().take(DEPTH).filter_map(|id| places.get(id));
        Some(best.map(|place| Found::of(&self.passages[*place], None)).collect())
    }

    fn by_command(&self, command: &str, without: impl Iterator<Item = String>) -> Result<Rankings, AppError> {
        let mut retriever = CommandRetriever::start(command, without)?;
        let mut rankings =
            Rankings { retriever: command.to_owned(), found: vec![None; self.questions.len()], failure: None };
        for (place, question) in self.questions.iter().enumerate() {
            match retriever.search(&question.text, question.id.as_deref(), DEPTH, self.cancel) {
                Ok(found) => rankings.found[place] = Some(self.with_texts(found)),
                Err(error) if error.kind == ErrorKind::Interrupted => return Err(error),
                // An answer that comes late would be taken for that to the next question.
                Err(error) => {
                    rankings.failure = Some(error);
                    break;
                }
            }
        }
        Ok(rankings)
    }

    /// With the texts of the corpus where the command gives none.
    fn with_texts(&self, mut found: Vec<Found>) -> Vec<Found> {
        for one in found.iter_mut().filter(|one| one.text.is_empty()) {
            let known = self.passages.iter().find(|passage| passage.id == one.passage);
            let known = known.or_else(|| self.passages.iter().find(|passage| passage.document == one.document));
            if let Some(passage) = known {
                one.text = passage.text.clone();
                one.metadata = passage.metadata.clone();
            }
        }
        found
    }
}

/// The same rankings with their first `depth` passages in another order.
pub(super) fn reranked(
    rankings: &Rankings,
    questions: &[LabQuestion],
    depth: usize,
    reranking: &mut Reranking,
    desk: &mut Desk,
    progress: &mut dyn FnMut(&str),
) -> Result<Rankings, AppError> {
    let name = format!("{} + rerank", rankings.retriever);
    let mut other = Rankings { retriever: name, found: vec![None; questions.len()], failure: rankings.failure.clone() };
    for (place, (question, found)) in questions.iter().zip(&rankings.found).enumerate() {
        progress(&format!("reranking what {} found: {place} of {}", rankings.retriever, questions.len()));
        let Some(found) = found else { continue };
        let first = &found[..depth.min(found.len())];
        let texts: Vec<String> = first.iter().map(|one| one.text.to_string()).collect();
        match reranking.order(desk, &question.text, &texts) {
            Ok(order) => other.found[place] = Some(order.iter().map(|at| first[*at].clone()).collect()),
            Err(error) if error.kind == ErrorKind::Interrupted => return Err(error),
            Err(error) => {
                other.failure = Some(error);
                break;
            }
        }
    }
    Ok(other)
}

//! The retrieval lab: would another retriever have found it?

use super::corpus::Corpus;
use super::desk::Desk;
use super::embedding::{Estimate, VectorSource};
use super::evaluation::Measures;
use super::lab_order::{LabOrder, RetrieverChoice};
use super::question::{LabQuestion, Questions, questions};
use super::ranked::{Found, documents_of};
use super::recorded::{Recorded, document_of};
use super::reranking::Reranking;
use super::search::{Rankings, Searching, reranked};
use crate::domain::cancel::Cancel;
use crate::domain::money::Money;
use crate::domain::retrieval::{DocumentId, Judgements, Metric, MetricSummary, RankedList};
use crate::error::AppError;
use crate::services::Services;
use crate::store::Store;

/// The name of what was recorded among the retrievers.
pub const RECORDED: &str = "recorded";

/// A lab that is set up and has asked nobody yet.
pub struct Lab<'s> {
    services: &'s Services,
    order: LabOrder,
    corpus: Corpus,
    questions: Questions,
    vectors: Option<VectorSource>,
    reranking: Option<Reranking>,
    desk: Option<Desk>,
    cancel: Cancel,
}

/// What is about to be asked of providers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabPlan {
    /// Passages that are searched.
    pub passages: usize,
    /// Documents they are of.
    pub documents: usize,
    /// Questions that are asked.
    pub questions: usize,
    /// Requests to providers.
    pub requests: u64,
    /// Tokens that are sent, about.
    pub tokens: u64,
    /// What it costs, about.
    pub about: Money,
    /// What it costs at most.
    pub at_most: Money,
}

impl<'s> Lab<'s> {
    /// Reads corpus and questions, and what vectors there are.
    pub fn prepare(services: &'s Services, store: &Store, order: LabOrder, cancel: &Cancel) -> Result<Self, AppError> {
        if order.vectors.is_none()
            && let Some(choice) = order.retrievers.iter().find(|choice| choice.needs_vectors())
        {
            return Err(AppError::usage(format!("the retriever {} needs vectors", choice.name()))
                .hint("--embeddings names a file of vectors, or a model such as openai/text-embedding-3-small"));
        }
        let corpus = Corpus::read(store, &order, cancel)?;
        let questions = questions(store, &order, cancel)?;
        let vectors = order.vectors.as_ref().filter(|_| order.retrievers.iter().any(RetrieverChoice::needs_vectors));
        let vectors = vectors
            .map(|choice| VectorSource::open(services, store, choice, &corpus.passages, &questions.all))
            .transpose()?;
        let reranking = order.reranker.as_ref().map(|model| Reranking::open(services, model)).transpose()?;
        let asks = reranking.is_some() || matches!(vectors, Some(VectorSource::Model(_)));
        let desk = asks.then(|| Desk::open(services, order.max_cost, cancel)).transpose()?;
        Ok(Self { services, order, corpus, questions, vectors, reranking, desk, cancel: cancel.clone() })
    }

    /// What is about to be asked.
    pub fn plan(&self) -> LabPlan {
        let questions = self.questions.all.len();
        let mut plan = LabPlan {
            passages: self.corpus.passages.len(),
            documents: self.corpus.documents,
            questions,
            ..LabPlan::default()
        };
        let Some(desk) = &self.desk else { return plan };
        let vectors = self.vectors.as_ref().map(|vectors| vectors.estimate(desk));
        let reranks = self.reranking.as_ref().map(|reranking| {
            let depth = self.order.rerank_depth.min(self.corpus.passages.len());
            let mut sizes: Vec<u64> = self.corpus.passages.iter().map(|passage| passage.text.len() as u64).collect();
            sizes.sort_unstable_by(|a, b| b.cmp(a));
            let longest = self.questions.all.iter().map(|question| question.text.len()).max().unwrap_or(0);
            let bytes = sizes.iter().take(depth).sum::<u64>() + (longest * depth) as u64;
            let asked = (questions * self.order.retrievers.len()) as u64;
            reranking.estimate(desk, asked, depth as u64, bytes)
        });
        for Estimate { requests, tokens, about, at_most } in [vectors, reranks].into_iter().flatten() {
            plan.requests += requests;
            plan.tokens += tokens;
            plan.about += about;
            plan.at_most += at_most;
        }
        plan
    }

    /// Asks every retriever every question.
    pub fn run(mut self, progress: &mut dyn FnMut(&str)) -> Result<LabReport, AppError> {
        if let (Some(vectors), Some(desk)) = (&mut self.vectors, &mut self.desk) {
            vectors.fetch(desk, progress)?;
        }
        let mut notes = Vec::new();
        let index = self.vectors.as_ref().map(|vectors| vectors.index(&self.corpus.passages)).transpose()?;
        let dense = index.map(|(index, without)| {
            if let Some(first) = without.first() {
                let (count, of, id) = (without.len(), self.corpus.passages.len(), first.as_str());
                notes.push(format!("{count} of {of} passages have no vector, such as {id}: only bm25 finds them"));
            }
            index
        });
        progress("searching");
        let (passages, questions) = (&self.corpus.passages, &self.questions.all);
        let searching = Searching::new(passages, questions, self.vectors.as_ref().zip(dense), &self.cancel);
        let mut rankings = Vec::new();
        for choice in &self.order.retrievers {
            let found = searching.ask(choice, self.services.key_variables())?;
            let other = match (&mut self.reranking, &mut self.desk) {
                (Some(reranking), Some(desk)) => {
                    Some(reranked(&found, questions, self.order.rerank_depth, reranking, desk, progress)?)
                }
                _ => None,
            };
            rankings.push(found);
            rankings.extend(other);
        }
        let without_vector = rankings.iter().find(|rankings| rankings.retriever == "dense");
        let without_vector = without_vector.map_or(0, |dense| dense.found.iter().filter(|one| one.is_none()).count());
        if without_vector > 0 {
            notes.push(format!("{without_vector} of {} questions have no vector in the file", questions.len()));
        }
        if self.questions.without_text > 0 {
            notes.push(format!("{} questions have no text, and no trace asked them", self.questions.without_text));
        }
        if questions.iter().any(|question| question.recorded.is_some()) {
            rankings.insert(0, recorded(questions));
        }
        let (spent, requests) = self.desk.as_ref().map_or((Money::ZERO, 0), |desk| (desk.spent, desk.requests));
        Ok(LabReport {
            source: self.corpus.source,
            documents: self.corpus.documents,
            passages: self.corpus.passages.len(),
            measures: self.order.measures,
            questions: self.questions.all,
            rankings,
            spent,
            requests,
            notes,
        })
    }
}

fn recorded(questions: &[LabQuestion]) -> Rankings {
    let found = |recorded: &Recorded| {
        let chunk = |chunk: &crate::domain::chunk::Chunk| {
            let document = document_of(chunk).unwrap_or_else(|| DocumentId::new(format!("chunk {}", chunk.rank)));
            Found {
                passage: document.clone(),
                document,
                text: chunk.content.as_deref().unwrap_or_default().into(),
                score: chunk.score,
                metadata: chunk.metadata.clone().into(),
            }
        };
        recorded.chunks.iter().map(chunk).collect()
    };
    let found = questions.iter().map(|question| question.recorded.as_ref().map(found)).collect();
    Rankings { retriever: RECORDED.to_owned(), found, failure: None }
}

/// What came out of the lab.
#[derive(Clone, Debug)]
pub struct LabReport {
    /// Where the passages come from, in words.
    pub source: String,
    /// The documents.
    pub documents: usize,
    /// The passages they were cut into.
    pub passages: usize,
    /// What was measured.
    pub measures: Measures,
    /// The questions.
    pub questions: Vec<LabQuestion>,
    /// What each retriever found; what was recorded comes first, where anything was.
    pub rankings: Vec<Rankings>,
    /// What was spent.
    pub spent: Money,
    /// Requests that were answered.
    pub requests: u64,
    /// What the reader has to know.
    pub notes: Vec<String>,
}

/// Means of a retriever over a set of questions.
pub type Means = Vec<(Metric, Option<MetricSummary>)>;

impl LabReport {
    /// The largest cutoff: no metric looks further.
    pub fn depth(&self) -> usize {
        self.measures.cutoffs.iter().map(|cutoff| cutoff.get()).max().unwrap_or(1)
    }

    /// The judged questions that a retriever answered, with what it found.
    fn judged<'a>(&'a self, rankings: &'a Rankings) -> impl Iterator<Item = (usize, RankedList, &'a Judgements)> + 'a {
        self.questions.iter().zip(&rankings.found).enumerate().filter_map(|(place, (question, found))| {
            Some((place, documents_of(found.as_ref()?, self.depth()), question.judged.as_ref()?))
        })
    }

    /// The means over all judged questions that the retriever was asked.
    pub fn means(&self, rankings: &Rankings) -> Means {
        let cases: Vec<_> = self.judged(rankings).collect();
        self.measures.means(cases.iter().map(|(_, ranked, judged)| (ranked, *judged)))
    }

    /// The means over those of them that were recorded: what can be put beside the recorded retriever's.
    pub fn means_of_recorded(&self, rankings: &Rankings) -> Means {
        let cases: Vec<_> =
            self.judged(rankings).filter(|(place, ..)| self.questions[*place].recorded.is_some()).collect();
        self.measures.means(cases.iter().map(|(_, ranked, judged)| (ranked, *judged)))
    }

    /// The values of one ranking; `None` where it was not made, or no document is relevant.
    pub fn values(&self, rankings: &Rankings, place: usize) -> Option<Vec<(Metric, f64)>> {
        let found = rankings.found.get(place)?.as_ref()?;
        self.measures.of(&documents_of(found, self.depth()), self.questions.get(place)?.judged.as_ref()?)
    }

    /// The questions, the worst answered first: those that were recorded by what was recorded, then the others by what the
    /// first retriever found.
    pub fn worst_first(&self) -> Vec<usize> {
        let value = |place: usize| {
            self.rankings.iter().enumerate().find_map(|(retriever, rankings)| {
                let (_, value) = *self.values(rankings, place)?.last()?;
                Some((retriever, value))
            })
        };
        let key = |place: usize| value(place).unwrap_or((usize::MAX, 0.0));
        let mut places: Vec<usize> = (0..self.questions.len()).collect();
        places.sort_by(|a, b| {
            let (a, b) = (key(*a), key(*b));
            a.0.cmp(&b.0).then_with(|| a.1.total_cmp(&b.1))
        });
        places
    }
}

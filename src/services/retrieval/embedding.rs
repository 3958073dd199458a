//! Vectors of passages and questions: from a file, or from a provider, which is asked for what is not kept yet.

use super::desk::{Asked, Desk};
use super::lab_order::VectorChoice;
use super::question::LabQuestion;
use crate::domain::money::Money;
use crate::domain::retrieval::{DenseIndex, DocumentId, Passage};
use crate::domain::run::ModelId;
use crate::domain::span::Usage;
use crate::error::AppError;
use crate::importers::retrieval::{FileVectors, read_vectors};
use crate::providers::TextSide;
use crate::services::Services;
use crate::store::{Store, VectorKey, Vectors};

/// Bytes of texts in one request.
const MOST_BYTES: usize = 256 << 10;
/// Tokens that a model may add to each text.
const FRAME_TOKENS: u64 = 16;

/// Where vectors come from, with what of them is to be paid for.
pub(super) enum VectorSource {
    /// A file.
    File(FileVectors),
    /// A provider.
    Model(Box<ModelVectors>),
}

/// Vectors of a provider.
pub(super) struct ModelVectors {
    asked: Asked,
    kept: Vectors,
    /// Texts that are not kept yet, each once.
    missing: Vec<(TextSide, String)>,
}

/// What is to be asked for, and what it may cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Estimate {
    pub(super) requests: u64,
    pub(super) tokens: u64,
    pub(super) about: Money,
    pub(super) at_most: Money,
}

const fn purpose(side: TextSide) -> &'static str {
    match side {
        TextSide::Document => "document",
        TextSide::Question => "question",
    }
}

impl VectorSource {
    pub(super) fn open(
        services: &Services,
        store: &Store,
        choice: &VectorChoice,
        passages: &[Passage],
        questions: &[LabQuestion],
    ) -> Result<Self, AppError> {
        match choice {
            VectorChoice::File(path) => Ok(Self::File(read_vectors(path)?)),
            VectorChoice::Model(model) => {
                let vectors = ModelVectors::open(services, store, model, passages, questions)?;
                Ok(Self::Model(Box::new(vectors)))
            }
        }
    }

    pub(super) fn estimate(&self, desk: &Desk) -> Estimate {
        match self {
            Self::File(_) => Estimate::default(),
            Self::Model(vectors) => vectors.estimate(desk),
        }
    }

    /// Asks for what is missing; each request's vectors are on disk before the next is sent.
    pub(super) fn fetch(&mut self, desk: &mut Desk, progress: &mut dyn FnMut(&str)) -> Result<(), AppError> {
        match self {
            Self::File(_) => Ok(()),
            Self::Model(vectors) => vectors.fetch(desk, progress),
        }
    }

    /// The index of passages; which of them have no vector.
    pub(super) fn index(&self, passages: &[Passage]) -> Result<(DenseIndex, Vec<DocumentId>), AppError> {
        let mut without = Vec::new();
        let vectors: Vec<Vec<f32>> = passages
            .iter()
            .map(|passage| {
                let vector = match self {
                    Self::File(file) => file.documents.get(passage.id.as_str()).cloned(),
                    Self::Model(model) => model.get(TextSide::Document, &passage.searched()),
                };
                vector.unwrap_or_else(|| {
                    without.push(passage.id.clone());
                    Vec::new()
                })
            })
            .collect();
        if without.len() == passages.len() {
            let first = without.first().map(DocumentId::as_str).unwrap_or_default();
            return Err(AppError::usage(format!("the file of vectors has none of the passages, such as {first}"))
                .hint("its ids are those of the documents; of documents that are cut they are ID#1, ID#2 and so on"));
        }
        Ok((DenseIndex::of(vectors), without))
    }

    /// The vector of a question.
    pub(super) fn of_question(&self, question: &LabQuestion) -> Option<Vec<f32>> {
        match self {
            Self::File(file) => {
                let id = question.id.as_deref()?;
                file.questions.get(id).or_else(|| file.documents.get(id)).cloned()
            }
            Self::Model(model) => model.get(TextSide::Question, &question.text),
        }
    }
}

impl ModelVectors {
    fn open(
        services: &Services,
        store: &Store,
        model: &ModelId,
        passages: &[Passage],
        questions: &[LabQuestion],
    ) -> Result<Self, AppError> {
        let asked = Asked::of(services, model)?;
        if asked.provider.embeddings().is_none() {
            return Err(AppError::config(format!("no embeddings are asked of providers like {}", model.provider))
                .hint("they are of the kinds openai, openai-responses, azure, mistral, gemini and cohere"));
        }
        let kept = Vectors::open(store.state_dir(), &model.to_string())?;
        let texts = passages
            .iter()
            .map(|passage| (TextSide::Document, passage.searched()))
            .chain(questions.iter().map(|question| (TextSide::Question, question.text.clone())));
        let mut seen = std::collections::HashSet::new();
        let missing = texts.filter(|(side, text)| {
            let key = VectorKey::of(purpose(*side), text);
            kept.get(&key).is_none() && seen.insert(key)
        });
        let missing = missing.collect();
        Ok(Self { asked, kept, missing })
    }

    fn get(&self, side: TextSide, text: &str) -> Option<Vec<f32>> {
        self.kept.get(&VectorKey::of(purpose(side), text)).map(<[f32]>::to_vec)
    }

    /// The missing texts as requests: of one side each, and not too large.
    fn requests(&self) -> Vec<&[(TextSide, String)]> {
        let most = self.asked.provider.embeddings().map_or(1, crate::providers::EmbeddingEndpoint::most);
        let mut requests = Vec::new();
        let mut rest = self.missing.as_slice();
        while let Some((side, _)) = rest.first() {
            let mut bytes = 0;
            let fits = |(own, text): &&(TextSide, String)| {
                bytes += text.len();
                own == side && bytes <= MOST_BYTES
            };
            let count = rest.iter().take(most).take_while(fits).count().max(1);
            let (now, later) = rest.split_at(count);
            requests.push(now);
            rest = later;
        }
        requests
    }

    fn cost(&self, desk: &Desk, tokens: u64) -> Money {
        let usage = Usage { input: Some(tokens), output: Some(0), ..Usage::default() };
        self.asked.price.cost(&usage, desk.now).unwrap_or(Money::ZERO)
    }

    /// The most that texts can cost: a token for each byte.
    fn bound(&self, desk: &Desk, texts: &[(TextSide, String)]) -> (u64, Money) {
        let tokens = texts.iter().map(|(_, text)| text.len() as u64 + FRAME_TOKENS).sum();
        (tokens, self.asked.price.upper_bound(tokens, 0, desk.now).unwrap_or_else(|| self.cost(desk, tokens)))
    }

    fn estimate(&self, desk: &Desk) -> Estimate {
        let tokens = self.missing.iter().map(|(_, text)| text.len() as u64 / 4 + 1).sum();
        Estimate {
            requests: self.requests().len() as u64,
            tokens,
            about: self.cost(desk, tokens),
            at_most: self.bound(desk, &self.missing).1,
        }
    }

    fn fetch(&mut self, desk: &mut Desk, progress: &mut dyn FnMut(&str)) -> Result<(), AppError> {
        let requests: Vec<Vec<(TextSide, String)>> = self.requests().into_iter().map(<[_]>::to_vec).collect();
        let count = requests.len();
        for (done, request) in requests.into_iter().enumerate() {
            progress(&format!("asking {} for vectors: {done} of {count} requests", self.asked.model));
            let Some((side, _)) = request.first() else { continue };
            let texts: Vec<&str> = request.iter().map(|(_, text)| text.as_str()).collect();
            let bound = self.bound(desk, &request);
            let (provider, model) = (&self.asked.provider, self.asked.model.model.as_str());
            let now = desk.now;
            let embedded = desk.ask(
                &self.asked,
                bound,
                async || match provider.embeddings() {
                    Some(endpoint) => endpoint.embed(model, &texts, *side).await,
                    None => Err(no_endpoint()),
                },
                |embedded| {
                    let usage = Usage { input: embedded.input_tokens, output: Some(0), ..Usage::default() };
                    // What is not told is charged as the most it can be.
                    self.asked.price.cost(&usage, now).unwrap_or(bound.1)
                },
            )?;
            let keys = request.iter().map(|(side, text)| VectorKey::of(purpose(*side), text));
            self.kept.keep(keys.zip(embedded.vectors).collect())?;
        }
        self.missing.clear();
        Ok(())
    }
}

/// Cannot be: a provider without the endpoint was refused before.
pub(super) fn no_endpoint() -> crate::providers::CallError {
    crate::providers::CallError::new(crate::providers::CallErrorKind::Invalid, "the provider has no such endpoint")
}

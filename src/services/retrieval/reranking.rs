//! What was found put into another order by a model.

use std::collections::HashMap;

use super::desk::{Asked, Desk};
use super::embedding::{Estimate, no_endpoint};
use crate::domain::money::Money;
use crate::domain::run::ModelId;
use crate::domain::span::Usage;
use crate::error::AppError;
use crate::services::Services;

/// Documents that one billed search may order, and tokens of each beyond which it counts several times (Cohere's page on
/// how it bills).
const DOCUMENTS_OF_A_SEARCH: u64 = 100;
const TOKENS_OF_A_DOCUMENT: u64 = 500;

/// A model that orders documents.
pub(super) struct Reranking {
    asked: Asked,
    /// Orders that came, by question and documents: several retrievers may find the same.
    known: HashMap<(String, Vec<String>), Vec<usize>>,
}

impl Reranking {
    pub(super) fn open(services: &Services, model: &ModelId) -> Result<Self, AppError> {
        let asked = Asked::of(services, model)?;
        if asked.provider.reranking().is_none() {
            return Err(AppError::config(format!(
                "no order of documents is asked of providers like {}",
                model.provider
            ))
            .hint("they are of the kind cohere, or openai with the address of a server that has /rerank"));
        }
        Ok(Self { asked, known: HashMap::new() })
    }

    /// The cost of so many searches with so many tokens.
    fn cost(&self, desk: &Desk, searches: u64, tokens: u64) -> Money {
        if let Some(price) = self.asked.price.per_thousand_queries {
            return Money::from_pico(price.times(searches).pico().div_euclid(1_000));
        }
        let usage = Usage { input: Some(tokens), output: Some(0), ..Usage::default() };
        self.asked.price.cost(&usage, desk.now).unwrap_or(Money::ZERO)
    }

    /// What so many questions over documents of so many bytes may cost.
    pub(super) fn estimate(&self, desk: &Desk, questions: u64, documents: u64, bytes: u64) -> Estimate {
        let searches = documents.div_ceil(DOCUMENTS_OF_A_SEARCH).max(1) * questions;
        let tokens = bytes / 4 * questions;
        let worst = bytes.div_ceil(TOKENS_OF_A_DOCUMENT).max(documents).div_ceil(DOCUMENTS_OF_A_SEARCH).max(1);
        Estimate {
            requests: questions,
            tokens,
            about: self.cost(desk, searches, tokens),
            at_most: self.cost(desk, worst * questions, bytes * questions),
        }
    }

    /// The places of documents, the best first; those that the model leaves out follow as they were.
    pub(super) fn order(
        &mut self,
        desk: &mut Desk,
        question: &str,
        documents: &[String],
    ) -> Result<Vec<usize>, AppError> {
        let key = (question.to_owned(), documents.to_vec());
        if documents.is_empty() {
            return Ok(Vec::new());
        }
        if let Some(order) = self.known.get(&key) {
            return Ok(order.clone());
        }
        let texts: Vec<&str> = documents.iter().map(String::as_str).collect();
        let bytes = (question.len() * documents.len() + texts.iter().map(|text| text.len()).sum::<usize>()) as u64;
        let worst = self.estimate(desk, 1, documents.len() as u64, bytes).at_most;
        let (provider, model) = (&self.asked.provider, self.asked.model.model.as_str());
        let reranked = desk.ask(
            &self.asked,
            (bytes, worst),
            async || match provider.reranking() {
                Some(endpoint) => endpoint.rerank(model, question, &texts).await,
                None => Err(no_endpoint()),
            },
            |_| Money::ZERO,
        )?;
        let cost = match (reranked.searches, reranked.input_tokens) {
            // What is not told is charged as the most it can be.
            (None, None) => worst,
            (searches, tokens) => self.cost(desk, searches.unwrap_or(1), tokens.unwrap_or(bytes)),
        };
        desk.spent += cost;
        let mut order: Vec<usize> = reranked.order.iter().map(|(place, _)| *place).collect();
        let left: Vec<usize> = (0..documents.len()).filter(|place| !order.contains(place)).collect();
        order.extend(left);
        self.known.insert(key, order.clone());
        Ok(order)
    }
}

//! What a prompt costs on the model it was written for, and on the models it could move to.

use std::sync::Arc;

use super::tokens::{Counted, Tokenizer};
use crate::domain::money::Money;
use crate::domain::price::{Mode, PriceBook, PriceRow};
use crate::domain::run::ModelId;
use crate::domain::span::Usage;
use crate::domain::time::Timestamp;

/// Makers whose nearest model is shown beside the chosen one.
const MAKERS: [&str; 4] = ["openai", "anthropic", "google", "mistral"];
/// Calls that a cost is for.
const CALLS: i128 = 1_000;

/// Why a model is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CostOf {
    /// The prompt names it.
    Chosen,
    /// The configuration's defaults name it.
    Configured,
    /// Another maker's model of about the same price.
    Rival,
}

/// The cost of a thousand calls on a model.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelCost {
    /// `provider/model`, or the name alone where the prompt gives no provider.
    pub model: String,
    /// Why it is shown.
    pub of: CostOf,
    /// Tokens of the rendered messages, counted for this model.
    pub input_tokens: u64,
    /// How they were counted.
    pub counted: Counted,
    /// A thousand calls: the rendered messages in, an answer of the usual length out; `None` where the price is unknown.
    pub thousand_calls: Option<Money>,
}

/// A model with its price, found by the name that a prompt file gives it.
pub(super) fn find_model(prices: &PriceBook, name: &str) -> Option<Arc<PriceRow>> {
    match name.split_once('/') {
        Some((provider, model)) => prices.find(Some(provider), model).or_else(|| prices.find(None, model)),
        None => prices.find(None, name),
    }
}

/// The models to show: the prompt's own, the configured ones, and of each other maker the one nearest in price.
pub(super) fn shown(prices: &PriceBook, chosen: Option<&str>, configured: &[ModelId]) -> Vec<(String, CostOf)> {
    let mut models: Vec<(String, CostOf)> =
        chosen.into_iter().map(|model| (model.to_owned(), CostOf::Chosen)).collect();
    for id in configured.iter().map(ToString::to_string) {
        if !models.iter().any(|(known, _)| *known == id) {
            models.push((id, CostOf::Configured));
        }
    }
    let first = models.iter().find_map(|(name, _)| find_model(prices, name));
    let Some(input) = first.as_ref().and_then(|row| row.rates.input).filter(|price| *price > Money::ZERO) else {
        return models;
    };
    let own = first.map(|row| row.provider.clone()).unwrap_or_default();
    for maker in MAKERS.into_iter().filter(|maker| *maker != own) {
        if let Some(row) = nearest_in_price(prices, maker, input) {
            let id = format!("{}/{}", row.provider, row.model);
            if !models.iter().any(|(known, _)| *known == id) {
                models.push((id, CostOf::Rival));
            }
        }
    }
    models
}

/// A maker's model whose input price is nearest by ratio; of equals the newest price.
fn nearest_in_price(prices: &PriceBook, maker: &str, input: Money) -> Option<Arc<PriceRow>> {
    let distance = |row: &PriceRow| {
        let own = row.rates.input.map_or(0, Money::pico).max(1) as f64;
        (own / input.pico().max(1) as f64).ln().abs()
    };
    let rows = prices.rows().filter(|row| {
        row.provider == maker
            && row.mode == Mode::Chat
            && !row.retired
            && row.rates.input.is_some_and(|price| price > Money::ZERO)
    });
    rows.min_by(|a, b| distance(a).total_cmp(&distance(b)).then_with(|| b.effective_from.cmp(&a.effective_from)))
        .cloned()
}

/// The cost of a thousand calls with these texts and answers of `output` tokens.
pub(super) fn cost(
    prices: &PriceBook,
    (model, of): (String, CostOf),
    count: &dyn Fn(Tokenizer) -> u64,
    output: u64,
    at: Timestamp,
) -> ModelCost {
    let tokenizer = Tokenizer::of(Some(&model));
    let input_tokens = count(tokenizer);
    let usage = Usage { input: Some(input_tokens), output: Some(output), ..Usage::default() };
    let each = find_model(prices, &model).and_then(|row| row.cost(&usage, at));
    let thousand_calls = each.and_then(|each| each.pico().checked_mul(CALLS)).map(Money::from_pico);
    ModelCost { model, of, input_tokens, counted: tokenizer.counted(), thousand_calls }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_model_stands_before_configured_ones_and_rivals_of_about_its_price() {
        let prices = PriceBook::compiled_in();
        let configured = ["anthropic/claude-haiku-4-5".parse().unwrap()];
        let models = shown(&prices, Some("openai/gpt-4o-mini"), &configured);
        assert_eq!(models[0], ("openai/gpt-4o-mini".to_owned(), CostOf::Chosen));
        assert_eq!(models[1].1, CostOf::Configured);
        let own = find_model(&prices, "openai/gpt-4o-mini").unwrap().rates.input.unwrap().pico() as f64;
        let rivals: Vec<_> = models.iter().filter(|(_, of)| *of == CostOf::Rival).collect();
        assert!(rivals.len() >= 2, "{models:?}");
        for (name, _) in rivals {
            let price = find_model(&prices, name).unwrap().rates.input.unwrap().pico() as f64;
            assert!((0.05..20.0).contains(&(price / own)), "{name}");
        }
    }

    #[test]
    fn a_thousand_calls_cost_a_thousand_times_one() {
        let prices = PriceBook::compiled_in();
        let row = find_model(&prices, "gpt-4o-mini").unwrap();
        let usage = Usage { input: Some(1_000), output: Some(100), ..Usage::default() };
        let at = Timestamp::parse_rfc3339("2026-11-20T00:00:00Z").unwrap();
        let found = cost(&prices, ("gpt-4o-mini".into(), CostOf::Chosen), &|_| 1_000, 100, at);
        assert_eq!(found.thousand_calls.unwrap().pico(), row.cost(&usage, at).unwrap().pico() * 1_000);
        assert_eq!(found.counted, Counted::Exactly);
        let unknown = cost(&prices, ("nobody/nothing".into(), CostOf::Chosen), &|_| 10, 100, at);
        assert_eq!((unknown.thousand_calls, unknown.counted), (None, Counted::About));
    }
}

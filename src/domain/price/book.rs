//! The price of a model as this workspace sees it.

use std::collections::HashMap;
use std::sync::Arc;

use super::lookup::TABLE;
use super::normalise_provider;
use super::row::{PriceRow, Rates};
use crate::domain::money::Money;
use crate::domain::span::Usage;
use crate::domain::time::Timestamp;

/// A price from the configuration, in USD per million tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PriceOverride {
    /// Uncached input.
    pub input: Money,
    /// Output, reasoning included.
    pub output: Money,
    /// Input read from the cache; `None`: as input.
    pub cached_input: Option<Money>,
    /// Input written to the cache; `None`: as input.
    pub cache_write: Option<Money>,
}

/// How the models of a configured provider are priced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pricing {
    /// By the rows of this provider in the tables.
    Table(String),
    /// They cost nothing: built in, or served on loopback.
    Free,
    /// Not priced, unless the configuration prices the model itself.
    Unknown,
}

/// Prices: the user's own over the compiled-in tables. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct PriceBook {
    inner: Arc<Inner>,
}

#[derive(Clone, Debug, Default)]
struct Inner {
    /// By `provider/model`.
    overrides: HashMap<String, Arc<PriceRow>>,
    /// By the provider's name in the configuration.
    providers: HashMap<String, Pricing>,
}

impl PriceBook {
    /// The compiled-in tables only.
    pub fn compiled_in() -> Self {
        Self::default()
    }

    /// With a price of the configuration for `provider/model`.
    #[must_use]
    pub fn with_price(mut self, model: &str, price: PriceOverride) -> Self {
        let rates = Rates {
            input: Some(price.input),
            output: Some(price.output),
            cached_input: price.cached_input,
            cache_write: price.cache_write,
            reasoning: None,
        };
        let (provider, name) = model.split_once('/').unwrap_or(("", model));
        // What else is known of the model (limits, refused parameters) still holds.
        let known = self.find(Some(provider), name);
        let row = PriceRow {
            rates,
            tiers: Vec::new(),
            periods: Vec::new(),
            source: "configuration".to_owned(),
            ..known.map_or_else(|| PriceRow::flat(provider, name, rates, ""), |row| (*row).clone())
        };
        Arc::make_mut(&mut self.inner).overrides.insert(model.to_owned(), Arc::new(row));
        self
    }

    /// With the pricing of a configured provider.
    #[must_use]
    pub fn with_provider(mut self, name: &str, pricing: Pricing) -> Self {
        Arc::make_mut(&mut self.inner).providers.insert(name.to_owned(), pricing);
        self
    }

    /// The row of a model. `None` is an unknown price, never zero.
    ///
    /// In this order: the configuration's own price for `provider/model`; what the configuration says of the provider;
    /// the tables under the provider's normal name (exact id, alias, id without its date, longest prefix, router id).
    /// Without a provider the makers of models are asked in turn. With a provider that the tables do not know, the price
    /// is unknown even where a maker has a model of that name: another host may charge anything.
    pub fn find(&self, provider: Option<&str>, model: &str) -> Option<Arc<PriceRow>> {
        let Some(provider) = provider.filter(|name| !name.is_empty()) else {
            return TABLE.find(None, model).cloned();
        };
        if let Some(row) = self.inner.overrides.get(&format!("{provider}/{model}")) {
            return Some(Arc::clone(row));
        }
        match self.inner.providers.get(provider) {
            Some(Pricing::Free) => Some(Arc::new(free(provider, model))),
            Some(Pricing::Unknown) => None,
            Some(Pricing::Table(key)) => TABLE.find(Some(key), model).cloned(),
            None if provider == "builtin" => Some(Arc::new(free(provider, model))),
            None => TABLE.find(Some(&normalise_provider(provider)), model).cloned(),
        }
    }

    /// What a usage cost at a time; `None` where the price or a count is unknown.
    pub fn cost_of(&self, provider: Option<&str>, model: &str, usage: &Usage, at: Timestamp) -> Option<Money> {
        self.find(provider, model)?.cost(usage, at)
    }

    /// Every row: the configuration's, then the tables' current ones, then the historic ones.
    pub fn rows(&self) -> impl Iterator<Item = &Arc<PriceRow>> {
        let mut own: Vec<_> = self.inner.overrides.iter().collect();
        own.sort_by_key(|(name, _)| name.as_str());
        own.into_iter().map(|(_, row)| row).chain(TABLE.rows())
    }
}

fn free(provider: &str, model: &str) -> PriceRow {
    let nothing = Some(Money::ZERO);
    let rates = Rates { input: nothing, output: nothing, ..Rates::default() };
    PriceRow::flat(provider, model, rates, "runs on this machine")
}

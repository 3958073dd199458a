//! Which model a prompt file means, and what is known of it.

use std::sync::Arc;

use crate::domain::nearest::nearest;
use crate::domain::price::{Mode, PriceBook, PriceRow, Pricing, normalise_provider};

/// What is known of a model that a file names.
#[derive(Clone, Debug)]
pub enum Known {
    /// The model, with its limits and prices.
    Model(Arc<PriceRow>),
    /// Its provider, whose models are not listed: a server of the user's own, deployments, other hosts.
    Provider,
    /// Neither, with the nearest known model.
    Unknown(Option<String>),
}

impl Known {
    /// What is known of the model itself.
    pub const fn row(&self) -> Option<&Arc<PriceRow>> {
        match self {
            Self::Model(row) => Some(row),
            Self::Provider | Self::Unknown(_) => None,
        }
    }
}

/// Knows models.
pub trait ModelFacts {
    /// What is known of a model as a prompt file names it, with the provider where the file names one apart.
    fn find(&self, provider: Option<&str>, model: &str) -> Known;
}

/// Providers that prompt files name and the price tables do not list: publishers of GitHub Models, plugins of Genkit,
/// servers on the user's own machine.
const UNLISTED: [&str; 14] = [
    "ai21-labs",
    "cohere",
    "core42",
    "deepseek",
    "huggingface",
    "llamacpp",
    "lmstudio",
    "meta",
    "microsoft",
    "mistral-ai",
    "ollama",
    "openrouter",
    "vllm",
    "xai",
];

/// Providers at which a model's name is what its owner called the deployment.
const DEPLOYMENTS: [&str; 3] = ["azure", "foundry", "azure_openai"];

/// The models of a price book, and the providers that are configured.
pub struct PricedModels<'a> {
    book: &'a PriceBook,
    /// Name and pricing of each configured provider.
    providers: Vec<(String, Pricing)>,
}

impl<'a> PricedModels<'a> {
    /// The models of a price book; `providers` are the configured ones.
    pub fn new(book: &'a PriceBook, providers: impl IntoIterator<Item = (String, Pricing)>) -> Self {
        Self { book, providers: providers.into_iter().collect() }
    }

    fn at(&self, provider: &str, model: &str) -> Known {
        if DEPLOYMENTS.contains(&provider) {
            let row = self.book.find(Some("azure"), model).or_else(|| self.book.find(Some("openai"), model));
            return row.map_or(Known::Provider, Known::Model);
        }
        let configured = self.providers.iter().find(|(name, _)| name == provider).map(|(_, pricing)| pricing);
        let table = match configured {
            // Its price is known, its limits are not.
            Some(Pricing::Free | Pricing::Unknown) => return Known::Provider,
            Some(Pricing::Table(table)) => table.clone(),
            None => table_name(provider),
        };
        if let Some(row) = self.book.find(Some(&table), model) {
            return Known::Model(row);
        }
        let rows = || self.book.rows().filter(|row| row.provider == table && row.mode == Mode::Chat && !row.retired);
        if UNLISTED.contains(&provider) || table == "bedrock" || table == "vertex" {
            return Known::Provider;
        }
        if rows().next().is_some() {
            let near = nearest(model, rows().map(|row| row.model.as_str())).map(|near| format!("{provider}/{near}"));
            return Known::Unknown(near);
        }
        // The prefix may be misspelt, or belong to no provider at all.
        let names =
            self.providers.iter().map(|(name, _)| name.as_str()).chain(["openai", "anthropic", "google", "mistral"]);
        Known::Unknown(nearest(provider, names).map(|near| format!("{near}/{model}")))
    }
}

/// The provider's key in the price tables, from the names that prompt files use.
fn table_name(provider: &str) -> String {
    match provider {
        "googleai" => "google".to_owned(),
        "mistral-ai" => "mistral".to_owned(),
        other => normalise_provider(other),
    }
}

impl ModelFacts for PricedModels<'_> {
    fn find(&self, provider: Option<&str>, model: &str) -> Known {
        if model.contains("${") || model.contains("{{") {
            return Known::Provider;
        }
        if let Some(provider) = provider {
            return self.at(&provider.to_ascii_lowercase(), model);
        }
        if let Some((provider, rest)) = model.split_once('/') {
            return self.at(provider, rest);
        }
        if let Some(row) = self.book.find(None, model) {
            return Known::Model(row);
        }
        let makers = ["openai", "anthropic", "google", "mistral", "cohere", "xai", "deepseek"];
        let rows = self
            .book
            .rows()
            .filter(|row| row.mode == Mode::Chat && !row.retired && makers.contains(&row.provider.as_str()));
        Known::Unknown(nearest(model, rows.map(|row| row.model.as_str())).map(str::to_owned))
    }
}

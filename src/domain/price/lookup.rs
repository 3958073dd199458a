//! Finds the row of a model id, in the order that the tables are made for.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use super::row::{PriceRow, RawRow};

/// Makers of models, asked in this order where a recording names no provider.
const MAKERS: [&str; 11] = [
    "openai",
    "anthropic",
    "google",
    "mistral",
    "cohere",
    "xai",
    "deepseek",
    "moonshotai",
    "zai",
    "perplexity",
    "voyageai",
];

/// Region prefixes of Bedrock's inference profiles.
const BEDROCK_REGIONS: [&str; 9] = ["us-gov.", "us.", "eu.", "apac.", "jp.", "au.", "ca.", "sa.", "me."];

/// The compiled-in tables; read on first use.
pub(super) static TABLE: LazyLock<Table> = LazyLock::new(Table::compiled_in);

/// Rows with indexes over them.
pub(super) struct Table {
    rows: Vec<Arc<PriceRow>>,
    /// Rows of a provider.
    providers: HashMap<String, Provider>,
}

#[derive(Default)]
struct Provider {
    models: HashMap<String, usize>,
    aliases: HashMap<String, usize>,
    /// Prefixes, longest first.
    prefixes: Vec<(String, usize)>,
}

impl Table {
    fn compiled_in() -> Self {
        let mut rows = Vec::new();
        for text in [include_str!("current.json"), include_str!("historic.json")] {
            // A table that does not parse prices nothing; a unit test keeps that from happening.
            let raw: Vec<RawRow> = serde_json::from_str(text).unwrap_or_default();
            rows.extend(raw.into_iter().map(|raw| Arc::new(PriceRow::from(raw))));
        }
        Self::new(rows)
    }

    fn new(rows: Vec<Arc<PriceRow>>) -> Self {
        let mut providers: HashMap<String, Provider> = HashMap::new();
        for (index, row) in rows.iter().enumerate() {
            let provider = providers.entry(row.provider.clone()).or_default();
            provider.models.entry(row.model.clone()).or_insert(index);
            for alias in &row.aliases {
                provider.aliases.entry(alias.clone()).or_insert(index);
            }
            provider.prefixes.extend(row.alias_prefixes.iter().map(|prefix| (prefix.clone(), index)));
        }
        for provider in providers.values_mut() {
            provider.prefixes.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        }
        Self { rows, providers }
    }

    /// Every row, the current ones first.
    pub(super) fn rows(&self) -> &[Arc<PriceRow>] {
        &self.rows
    }

    /// The row of a model at a provider (by its normal name), or of its maker where no provider is known.
    pub(super) fn find(&self, provider: Option<&str>, model: &str) -> Option<&Arc<PriceRow>> {
        match provider {
            Some("bedrock") => self.find_bedrock(model),
            Some(provider) => self.find_at(provider, model),
            None => MAKERS.iter().find_map(|maker| self.find_at(maker, model)),
        }
    }

    fn find_at(&self, provider: &str, model: &str) -> Option<&Arc<PriceRow>> {
        if let Some(index) = self.providers.get(provider).and_then(|rows| rows.index_of(model)) {
            return self.rows.get(index);
        }
        // A router's id carries the provider: `openai/gpt-5.1`.
        let (router, rest) = model.rsplit_once('/')?;
        let maker = super::normalise_provider(router.rsplit('/').next()?);
        let index = self.providers.get(&maker)?.index_of(rest)?;
        self.rows.get(index)
    }

    fn find_bedrock(&self, model: &str) -> Option<&Arc<PriceRow>> {
        let rest = BEDROCK_REGIONS.iter().find_map(|region| model.strip_prefix(region));
        let exact = self.find_at("bedrock", model);
        let regional = || self.find_at("bedrock", &format!("regional.{}", rest.unwrap_or(model)));
        exact.or_else(regional).or_else(|| self.find_at("bedrock", rest?))
    }
}

impl Provider {
    fn index_of(&self, model: &str) -> Option<usize> {
        let named = |id: &str| self.models.get(id).or_else(|| self.aliases.get(id)).copied();
        named(model).or_else(|| undated(model).and_then(named)).or_else(|| {
            self.prefixes.iter().find(|(prefix, _)| model.starts_with(prefix.as_str())).map(|(_, index)| *index)
        })
    }
}

/// The id without a trailing `-YYYYMMDD`, `-YYYY-MM-DD`, `@version` or `-latest`; `None` where it has none of them.
fn undated(model: &str) -> Option<&str> {
    if let Some(rest) = model.strip_suffix("-latest") {
        return Some(rest);
    }
    if let Some((rest, _)) = model.rsplit_once('@') {
        return Some(rest);
    }
    ["-dddddddd", "-dddd-dd-dd"].into_iter().find_map(|shape| {
        let cut = model.len().checked_sub(shape.len())?;
        let (rest, tail) = model.split_at_checked(cut)?;
        let fits = tail.bytes().zip(shape.bytes()).all(|(byte, shape)| match shape {
            b'd' => byte.is_ascii_digit(),
            other => byte == other,
        });
        (fits && !rest.is_empty()).then_some(rest)
    })
}

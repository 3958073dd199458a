//! Tables that stand for files: prices and prompt versions are put into the index when a query names them.

use std::collections::BTreeMap;

use super::Services;
use super::prompts::{Prompts, Version};
use crate::domain::cancel::Cancel;
use crate::error::AppError;
use crate::store::{PriceEntry, PromptVersionEntry, Store};

impl Services {
    /// Brings the tables that a query names up to date; a query that names none of them costs nothing.
    pub fn fill_tables(&self, query: &str) -> Result<(), AppError> {
        let query = query.to_ascii_lowercase();
        if query.contains("prices") {
            self.store()?.set_prices(&self.price_entries()?)?;
        }
        if query.contains("prompt_versions") {
            fill_versions(self.store()?, self.prompts()?)?;
        }
        Ok(())
    }

    fn price_entries(&self) -> Result<Vec<PriceEntry>, AppError> {
        let entries = self.prices()?.rows().map(|row| PriceEntry {
            provider: row.provider.clone(),
            model: row.model.clone(),
            input_per_mtok: row.rates.input,
            output_per_mtok: row.rates.output,
            cached_input_per_mtok: row.rates.cached_input,
            cache_write_per_mtok: row.rates.cache_write,
            reasoning_per_mtok: row.rates.reasoning,
            effective_from: row.effective_from.clone(),
            source: row.source.clone(),
        });
        Ok(entries.collect())
    }
}

fn fill_versions(store: &Store, prompts: &Prompts) -> Result<(), AppError> {
    let mut entries: BTreeMap<String, Vec<PromptVersionEntry>> = BTreeMap::new();
    for (name, versions) in prompts.logs(&Cancel::new())? {
        let committed: Vec<PromptVersionEntry> = versions.into_iter().filter_map(entry).collect();
        if !committed.is_empty() {
            entries.insert(name, committed);
        }
    }
    Ok(store.set_prompt_versions(&entries)?)
}

/// The row of a committed version.
fn entry(version: Version) -> Option<PromptVersionEntry> {
    Some(PromptVersionEntry {
        commit: version.commit?.as_str().to_owned(),
        prompt_name: version.prompt,
        version: version.version,
        author: version.author.unwrap_or_default(),
        committed_at: version.committed_at?,
        message: version.message.unwrap_or_default().lines().next().unwrap_or_default().to_owned(),
        content_hash: version.content_hash,
        tokens: Some(version.tokens),
    })
}

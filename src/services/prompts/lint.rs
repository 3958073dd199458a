//! The linter with what a workspace knows: models and prices, recorded calls, the other prompts, the configuration.

use std::collections::{BTreeMap, HashMap};

use super::error::PromptsError;
use super::library::{PromptFile, Prompts, read_text};
use super::tokens::count_tokens;
use crate::domain::cancel::Cancel;
use crate::domain::lint::{Facts, Finding, Fingerprint, PricedModels, Recorded, Settings, Subject, Traffic, check};
use crate::domain::price::{PriceBook, Pricing};
use crate::domain::prompt::PromptFormat;
use crate::error::AppError;
use crate::services::Services;
use crate::store::{Cell, SqlLimits, Store};

/// Calls a day and the model of most calls, by prompt.
const CALLS: &str = "\
SELECT prompt_name, count(*), count(DISTINCT epoch_ms(started_at) // 86400000), mode(provider || '/' || model) \
FROM spans WHERE kind = 'llm' AND prompt_name IS NOT NULL GROUP BY prompt_name";

/// Values of variables in the newest 1,000 calls of each prompt: calls, different values, the largest value, and calls in
/// which the value is the trace's input.
const VALUES: &str = "\
WITH called AS (\
SELECT s.prompt_name, s.prompt_variables AS v, t.input_text FROM spans s LEFT JOIN traces t ON t.trace_id = s.trace_id \
WHERE s.kind = 'llm' AND s.prompt_name IS NOT NULL AND s.prompt_variables IS NOT NULL \
QUALIFY row_number() OVER (PARTITION BY s.prompt_name ORDER BY s.started_at DESC) <= 1000), \
named AS (SELECT *, unnest(json_keys(v)) AS name FROM called), \
valued AS (SELECT prompt_name, name, json_extract_string(v, '$.\"' || name || '\"') AS value, input_text FROM named \
WHERE regexp_full_match(name, '[A-Za-z0-9_-]+')) \
SELECT prompt_name, name, count(*), count(DISTINCT hash(value)), arg_max(value, strlen(value)), \
count(*) FILTER (trim(value) = trim(input_text) AND trim(value) != '') \
FROM valued WHERE value IS NOT NULL GROUP BY prompt_name, name";

/// What the linter knows of a workspace. Gathered once, it checks any number of texts without touching the disk.
#[derive(Clone, Debug)]
pub struct LintFacts {
    prices: PriceBook,
    providers: Vec<(String, Pricing)>,
    settings: Settings,
    today: String,
    traffic: HashMap<String, Traffic>,
    others: Vec<Fingerprint>,
    partials: BTreeMap<String, String>,
}

/// A prompt file that was checked.
#[derive(Clone, Debug)]
pub struct Linted {
    /// The prompt's name. It came from outside.
    pub prompt: String,
    /// The file's path from the workspace's directory, with slashes.
    pub path: String,
    /// What was found, in the order of the file.
    pub findings: Vec<Finding>,
}

impl LintFacts {
    /// Gathers what there is; without a store nothing is known of recorded calls. Reads every prompt, so not for the UI
    /// thread.
    pub fn gather(
        services: &Services,
        prompts: &Prompts,
        store: Option<&Store>,
        cancel: &Cancel,
    ) -> Result<Self, AppError> {
        let providers = services.providers()?;
        let mut today = services.clock().now().to_rfc3339();
        today.truncate("YYYY-MM-DD".len());
        Ok(Self {
            prices: services.prices()?.clone(),
            providers: providers.names().map(|name| (name.to_owned(), providers.pricing(name))).collect(),
            settings: services.config()?.lint.clone(),
            today,
            traffic: store.map(|store| traffic(store, cancel)).transpose()?.unwrap_or_default(),
            others: prompts.fingerprints()?,
            partials: prompts.partials(),
        })
    }

    /// Checks a text as the file of a prompt.
    pub fn check(&self, name: &str, format: PromptFormat, text: &str) -> Vec<Finding> {
        let models = PricedModels::new(&self.prices, self.providers.iter().cloned());
        let facts = Facts {
            models: &models,
            tokens: &count_tokens,
            traffic: self.traffic.get(name),
            others: &self.others,
            partials: &self.partials,
            today: Some(&self.today),
            settings: &self.settings,
        };
        check(&Subject { name, format, text }, &facts)
    }

    /// Checks a prompt's file as it is now.
    pub fn check_file(&self, prompts: &Prompts, file: &PromptFile) -> Result<Linted, PromptsError> {
        let text = read_text(&file.path)?;
        let top = prompts.directory().parent().unwrap_or(prompts.directory());
        let path = file.path.strip_prefix(top).unwrap_or(&file.path);
        let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        let findings = self.check(&file.name, file.format, &text);
        Ok(Linted { prompt: file.name.clone(), path: parts.join("/"), findings })
    }
}

impl Prompts {
    /// The fingerprints of all prompts that can be read, for telling near-duplicates.
    fn fingerprints(&self) -> Result<Vec<Fingerprint>, PromptsError> {
        let listing = self.list()?;
        let of = |file: &PromptFile| Some(Fingerprint::of(&file.name, file.format, &read_text(&file.path).ok()?));
        Ok(listing.prompts.iter().filter_map(of).collect())
    }
}

/// What was recorded of calls, by prompt.
fn traffic(store: &Store, cancel: &Cancel) -> Result<HashMap<String, Traffic>, AppError> {
    let mut traffic: HashMap<String, Traffic> = HashMap::new();
    for row in store.sql(CALLS, SqlLimits::default(), cancel)?.rows {
        let [Cell::Text(prompt), calls, days, model] = row.as_slice() else { continue };
        let model = if let Cell::Text(model) = model { Some(model.clone()) } else { None };
        let calls_per_day = count(calls) as f64 / count(days).max(1) as f64;
        traffic.insert(prompt.clone(), Traffic { calls_per_day, model, variables: BTreeMap::new() });
    }
    for row in store.sql(VALUES, SqlLimits::default(), cancel)?.rows {
        let [Cell::Text(prompt), Cell::Text(name), calls, distinct, largest, users] = row.as_slice() else { continue };
        let most_tokens = if let Cell::Text(value) = largest { count_tokens(value) } else { 0 };
        let recorded =
            Recorded { calls: count(calls), distinct: count(distinct), most_tokens, from_users: count(users) };
        traffic.entry(prompt.clone()).or_default().variables.insert(name.clone(), recorded);
    }
    Ok(traffic)
}

fn count(cell: &Cell) -> u64 {
    if let Cell::Int(number) = cell { u64::try_from(*number).unwrap_or(0) } else { 0 }
}

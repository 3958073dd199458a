//! Puts one configuration file over what is known so far.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::error::Mistake;
use super::model::{CacheSettings, Config, Defaults, EditorMode, PriceOverride, PromptSettings, Provider, Setting};
use super::reader::{Reader, Value};
use super::{check, lint};
use crate::domain::cache::{parse_age, parse_size};
use crate::domain::label::LabelKind;
use crate::domain::provider::{KeySource, ProviderKind};
use crate::domain::run::ModelId;

const ROOT: &[&str] = &[
    "theme",
    "mouse",
    "animation",
    "ascii",
    "editor_mode",
    "defaults",
    "cache",
    "prompts",
    "providers",
    "prices",
    "evaluators",
    "lint",
    "keys",
];
const PROMPTS: &[&str] = &["label", "label_kind"];
const CACHE: &[&str] = &["max_age", "max_size"];
const DEFAULTS: &[&str] = &[
    "models",
    "max_cost_usd",
    "max_cost_per_day_usd",
    "concurrency",
    "max_output_tokens",
    "max_chain_steps",
    "max_chain_tokens",
    "max_chain_repeats",
];
const PROVIDER: &[&str] = &[
    "kind",
    "base_url",
    "api_key_env",
    "api_key_cmd",
    "max_concurrency",
    "requests_per_minute",
    "tokens_per_minute",
    "timeout_seconds",
    "prices_as",
    "allow_http",
    "region",
    "project",
    "api_version",
];
const EVALUATOR: &[&str] = &["use"];
const PRICE: &[&str] = &["input", "output", "cached_input", "cache_write", "cache_write_1h"];

/// Most requests in flight that a configuration may ask for.
pub(super) const MOST_CONCURRENT: u32 = 256;
/// Most output tokens that a configuration may ask for.
pub(super) const MOST_OUTPUT: u32 = 10_000_000;
const MOST_STEPS: u32 = 10_000;

/// Reads one file's text over `config`; returns the mistakes in it.
pub(super) fn apply(config: &mut Config, path: &Path, text: &str) -> Vec<Mistake> {
    let mut reader = Reader::new(path, text);
    match DeTable::parse(text) {
        Ok(root) => root_table(&mut reader, config, root.get_ref()),
        Err(error) => {
            let at = error.span().unwrap_or(0..0);
            reader.wrong(at, "", format!("not valid TOML: {}", error.message()));
        }
    }
    // The parser sorts keys; the reader of the message goes through the file from top to bottom.
    reader.mistakes.sort_by_key(|mistake| mistake.line);
    reader.mistakes
}

/// Puts a value where one was read.
fn put<T>(slot: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *slot = value;
    }
}

fn put_some<T>(slot: &mut Option<T>, value: Option<T>) {
    if value.is_some() {
        *slot = value;
    }
}

fn root_table(reader: &mut Reader<'_>, config: &mut Config, root: &DeTable<'_>) {
    let workbench = &mut config.workbench;
    for (key, value) in root {
        let name = key.get_ref().as_ref();
        match name {
            "theme" => {
                let theme = reader.string(name, value);
                put(
                    &mut workbench.theme,
                    theme.map(|theme| Setting { value: Some(theme.value), source: theme.source }),
                );
            }
            "mouse" => put(&mut workbench.mouse, reader.boolean(name, value)),
            "animation" => put(&mut workbench.animation, reader.boolean(name, value)),
            "ascii" => put(&mut workbench.ascii, reader.boolean(name, value)),
            "editor_mode" => {
                let choices = EditorMode::ALL.map(|mode| (mode.as_str(), mode));
                put(&mut workbench.editor_mode, reader.one_of(name, value, &choices));
            }
            "defaults" => {
                if let Some(table) = reader.table(name, value) {
                    defaults(reader, &mut config.defaults, table);
                }
            }
            "cache" => {
                if let Some(table) = reader.table(name, value) {
                    cache(reader, &mut config.cache, table);
                }
            }
            "prompts" => {
                if let Some(table) = reader.table(name, value) {
                    prompts(reader, &mut config.prompts, table);
                }
            }
            "providers" => {
                for (name, key, value) in named(reader, name, value) {
                    if let Some(problem) = check::provider_name(&name) {
                        reader.wrong(value.span(), &key, problem);
                    } else if let Some(table) = reader.table(&key, value) {
                        provider(reader, config.providers.entry(name).or_default(), &key, table);
                    }
                }
            }
            "prices" => {
                for (name, key, value) in named(reader, name, value) {
                    let Ok(model) = name.parse::<ModelId>() else {
                        reader.wrong(value.span(), &key, "the table is named after a model: [prices.\"local/gemma3\"]");
                        continue;
                    };
                    if let Some(table) = reader.table(&key, value) {
                        price(reader, config.prices.entry(model).or_default(), &key, table);
                    }
                }
            }
            "evaluators" => {
                if let Some(list) = evaluators(reader, value) {
                    config.evaluators = list;
                }
            }
            "keys" => {
                for (context, key, value) in named(reader, name, value) {
                    if let Some(table) = reader.table(&key, value) {
                        let actions = config.keys.entry(context).or_default();
                        for (action, value) in table {
                            let action = action.get_ref().as_ref();
                            if let Some(list) = reader.strings(&format!("{key}.{action}"), value) {
                                actions.insert(action.to_owned(), list);
                            }
                        }
                    }
                }
            }
            "lint" => {
                if let Some(table) = reader.table(name, value) {
                    lint::read(reader, &mut config.lint, table);
                }
            }
            _ => reader.unknown(key.span(), "", name, ROOT),
        }
    }
}

/// The list of tables `[[evaluators]]`; those of a later file stand in the place of an earlier one's.
fn evaluators(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Vec<Setting<String>>> {
    let DeValue::Array(tables) = value.get_ref() else {
        reader.wrong(value.span(), "evaluators", "is a list of tables: [[evaluators]] with use = \"contains:refund\"");
        return None;
    };
    let mut list = Vec::new();
    for table in tables {
        let Some(fields) = reader.table("evaluators", table) else { continue };
        for (key, value) in fields {
            match key.get_ref().as_ref() {
                name @ "use" => list.extend(reader.string(&format!("evaluators.{name}"), value)),
                name => reader.unknown(key.span(), "evaluators", name, EVALUATOR),
            }
        }
        if !fields.contains_key("use") {
            reader.wrong(
                table.span(),
                "evaluators.use",
                "is missing; say which evaluator, such as use = \"similarity\"",
            );
        }
    }
    Some(list)
}

/// The tables within a table: name, full key, value.
fn named<'v, 'd>(reader: &mut Reader<'_>, key: &str, value: &'v Value<'d>) -> Vec<(String, String, &'v Value<'d>)> {
    let Some(table) = reader.table(key, value) else { return Vec::new() };
    let tables = table.iter().map(|(name, value)| {
        let name = name.get_ref().to_string();
        let bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        let full = if bare { format!("{key}.{name}") } else { format!("{key}.\"{name}\"") };
        (name, full, value)
    });
    tables.collect()
}

fn defaults(reader: &mut Reader<'_>, defaults: &mut Defaults, table: &DeTable<'_>) {
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        let full = format!("defaults.{name}");
        match name {
            "models" => {
                let Some(list) = reader.strings(&full, value) else { continue };
                let parsed: Result<Vec<ModelId>, _> = list.value.iter().map(|text| text.parse()).collect();
                match parsed {
                    Ok(models) => defaults.models = Setting { value: models, source: list.source },
                    Err(error) => reader.wrong(value.span(), &full, error.to_string()),
                }
            }
            "max_cost_usd" => put(&mut defaults.max_cost_usd, reader.money(&full, value)),
            "max_cost_per_day_usd" => {
                let most = reader.money(&full, value);
                put(
                    &mut defaults.max_cost_per_day_usd,
                    most.map(|most| Setting { value: Some(most.value), source: most.source }),
                );
            }
            "concurrency" => put(&mut defaults.concurrency, reader.small(&full, value, MOST_CONCURRENT)),
            "max_output_tokens" => put(&mut defaults.max_output_tokens, reader.small(&full, value, MOST_OUTPUT)),
            "max_chain_steps" => put(&mut defaults.max_chain_steps, reader.small(&full, value, MOST_STEPS)),
            "max_chain_tokens" => put(&mut defaults.max_chain_tokens, reader.small(&full, value, u32::MAX)),
            "max_chain_repeats" => put(&mut defaults.max_chain_repeats, reader.small(&full, value, MOST_STEPS)),
            _ => reader.unknown(key.span(), "defaults", name, DEFAULTS),
        }
    }
}

fn cache(reader: &mut Reader<'_>, cache: &mut CacheSettings, table: &DeTable<'_>) {
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        let full = format!("cache.{name}");
        match name {
            "max_age" => {
                put(&mut cache.max_age, reader.parsed(&full, value, parse_age, "an age such as \"30d\" or \"12h\""));
            }
            "max_size" => {
                put(
                    &mut cache.max_size,
                    reader.parsed(&full, value, parse_size, "a size such as \"500MB\" or \"1GB\""),
                );
            }
            _ => reader.unknown(key.span(), "cache", name, CACHE),
        }
    }
}

fn prompts(reader: &mut Reader<'_>, prompts: &mut PromptSettings, table: &DeTable<'_>) {
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        let full = format!("prompts.{name}");
        match name {
            "label" => put(&mut prompts.label, checked(reader, &full, value, check::label)),
            "label_kind" => {
                let choices = LabelKind::ALL.map(|kind| (kind.as_str(), kind));
                put(&mut prompts.label_kind, reader.one_of(&full, value, &choices));
            }
            _ => reader.unknown(key.span(), "prompts", name, PROMPTS),
        }
    }
}

fn provider(reader: &mut Reader<'_>, provider: &mut Provider, at: &str, table: &DeTable<'_>) {
    if let (Some(_), Some((key, _))) = (table.get("api_key_env"), table.get_key_value("api_key_cmd")) {
        let full = format!("{at}.api_key_cmd");
        reader.wrong(key.span(), &full, "api_key_env and api_key_cmd exclude each other; keep one of them");
    }
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        let full = format!("{at}.{name}");
        match name {
            "kind" => {
                let choices = ProviderKind::ALL.map(|kind| (kind.as_str(), kind));
                put_some(&mut provider.kind, reader.one_of(&full, value, &choices));
            }
            "base_url" => {
                let url = checked(reader, &full, value, check::base_url);
                put_some(&mut provider.base_url, url);
            }
            "api_key_env" => {
                let variable = checked(reader, &full, value, check::variable_name);
                put_some(
                    &mut provider.key,
                    variable.map(|s| Setting { value: KeySource::Env(s.value), source: s.source }),
                );
            }
            "api_key_cmd" => {
                let command = checked(reader, &full, value, check::command);
                put_some(
                    &mut provider.key,
                    command.map(|s| Setting { value: KeySource::Command(s.value), source: s.source }),
                );
            }
            "max_concurrency" => {
                put_some(&mut provider.max_concurrency, reader.small(&full, value, MOST_CONCURRENT));
            }
            "requests_per_minute" => {
                put_some(&mut provider.requests_per_minute, reader.small(&full, value, 10_000_000));
            }
            "timeout_seconds" => put_some(&mut provider.timeout_seconds, reader.small(&full, value, 86_400)),
            "tokens_per_minute" => {
                put_some(&mut provider.tokens_per_minute, reader.integer(&full, value, 1..1_000_000_000_001));
            }
            "prices_as" => put_some(&mut provider.prices_as, reader.string(&full, value)),
            "allow_http" => put_some(&mut provider.allow_http, reader.boolean(&full, value)),
            "region" => put_some(&mut provider.region, reader.string(&full, value)),
            "project" => put_some(&mut provider.project, reader.string(&full, value)),
            "api_version" => put_some(&mut provider.api_version, reader.string(&full, value)),
            _ if check::names_a_secret(name) => {
                let message = "a key is never kept in a file; put it into an environment variable and name that with \
                               api_key_env, or let a command print it with api_key_cmd; then take it out of this file \
                               and out of its history";
                reader.wrong(key.span(), &full, message);
            }
            _ => reader.unknown(key.span(), at, name, PROVIDER),
        }
    }
}

/// A string that passes a check, which says what is wrong without repeating a value that may be a secret.
fn checked(
    reader: &mut Reader<'_>,
    key: &str,
    value: &Value<'_>,
    check: impl Fn(&str) -> Option<String>,
) -> Option<Setting<String>> {
    let text = reader.string(key, value)?;
    match check(&text.value) {
        None => Some(text),
        Some(problem) => {
            reader.wrong(value.span(), key, problem);
            None
        }
    }
}

fn price(reader: &mut Reader<'_>, price: &mut PriceOverride, at: &str, table: &DeTable<'_>) {
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        let full = format!("{at}.{name}");
        let slot = match name {
            "input" => &mut price.input,
            "output" => &mut price.output,
            "cached_input" => &mut price.cached_input,
            "cache_write" => &mut price.cache_write,
            "cache_write_1h" => &mut price.cache_write_1h,
            _ => {
                reader.unknown(key.span(), at, name, PRICE);
                continue;
            }
        };
        put_some(slot, reader.money(&full, value));
    }
}

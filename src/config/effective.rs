//! What is set in the end, and by whom.

use super::model::{Config, Provider, Setting, Source};
use crate::domain::cache::{age_text, size_text};
use crate::domain::provider::KeySource;

/// One effective value, for `doctor` and for questions of the kind "who set this".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective {
    /// The key with its tables.
    pub key: String,
    /// The value as text.
    pub value: String,
    /// Where it was set.
    pub source: Source,
}

impl Config {
    /// Every effective value with its source, in the order of the file.
    pub fn effective(&self) -> Vec<Effective> {
        let mut list = Vec::new();
        let mut put = |key: String, value: String, source: &Source| {
            list.push(Effective { key, value, source: source.clone() });
        };
        let (d, w) = (&self.defaults, &self.workbench);
        put("theme".into(), w.theme.value.clone().unwrap_or_else(|| "by background".into()), &w.theme.source);
        put("mouse".into(), w.mouse.value.to_string(), &w.mouse.source);
        put("animation".into(), w.animation.value.to_string(), &w.animation.source);
        put("ascii".into(), w.ascii.value.to_string(), &w.ascii.source);
        put("editor_mode".into(), w.editor_mode.value.as_str().into(), &w.editor_mode.source);
        let models: Vec<String> = d.models.value.iter().map(ToString::to_string).collect();
        put("defaults.models".into(), models.join(", "), &d.models.source);
        put("defaults.max_cost_usd".into(), d.max_cost_usd.value.to_string(), &d.max_cost_usd.source);
        let day = &d.max_cost_per_day_usd;
        let a_day = day.value.map_or_else(|| "no limit".to_owned(), |most| most.to_string());
        put("defaults.max_cost_per_day_usd".into(), a_day, &day.source);
        put("defaults.concurrency".into(), d.concurrency.value.to_string(), &d.concurrency.source);
        put("defaults.max_output_tokens".into(), d.max_output_tokens.value.to_string(), &d.max_output_tokens.source);
        put("cache.max_age".into(), age_text(self.cache.max_age.value), &self.cache.max_age.source);
        put("cache.max_size".into(), size_text(self.cache.max_size.value), &self.cache.max_size.source);
        put("defaults.max_chain_steps".into(), d.max_chain_steps.value.to_string(), &d.max_chain_steps.source);
        put("defaults.max_chain_tokens".into(), d.max_chain_tokens.value.to_string(), &d.max_chain_tokens.source);
        put("defaults.max_chain_repeats".into(), d.max_chain_repeats.value.to_string(), &d.max_chain_repeats.source);
        put("prompts.label".into(), self.prompts.label.value.clone(), &self.prompts.label.source);
        let kind = &self.prompts.label_kind;
        put("prompts.label_kind".into(), kind.value.as_str().into(), &kind.source);
        for (name, provider) in &self.providers {
            provider.effective(&mut |key, value, source| put(format!("providers.{name}.{key}"), value, source));
        }
        for (model, price) in &self.prices {
            for (key, setting) in price.fields() {
                if let Some(setting) = setting {
                    put(format!("prices.\"{model}\".{key}"), setting.value.to_string(), &setting.source);
                }
            }
        }
        for setting in &self.evaluators {
            put("evaluators.use".into(), setting.value.clone(), &setting.source);
        }
        for (context, actions) in &self.keys {
            for (action, setting) in actions {
                put(format!("keys.{context}.{action}"), setting.value.join(" "), &setting.source);
            }
        }
        list
    }
}

impl Provider {
    fn effective(&self, put: &mut dyn FnMut(&str, String, &Source)) {
        fn one<T>(
            put: &mut dyn FnMut(&str, String, &Source),
            key: &str,
            setting: Option<&Setting<T>>,
            text: impl Fn(&T) -> String,
        ) {
            if let Some(setting) = setting {
                put(key, text(&setting.value), &setting.source);
            }
        }
        one(put, "kind", self.kind.as_ref(), ToString::to_string);
        one(put, "base_url", self.base_url.as_ref(), Clone::clone);
        if let Some(setting) = &self.key {
            let (key, text) = match &setting.value {
                KeySource::Env(name) => ("api_key_env", name),
                KeySource::Command(command) => ("api_key_cmd", command),
            };
            put(key, text.clone(), &setting.source);
        }
        one(put, "max_concurrency", self.max_concurrency.as_ref(), ToString::to_string);
        one(put, "requests_per_minute", self.requests_per_minute.as_ref(), ToString::to_string);
        one(put, "tokens_per_minute", self.tokens_per_minute.as_ref(), ToString::to_string);
        one(put, "timeout_seconds", self.timeout_seconds.as_ref(), ToString::to_string);
        one(put, "prices_as", self.prices_as.as_ref(), Clone::clone);
        one(put, "allow_http", self.allow_http.as_ref(), ToString::to_string);
        one(put, "region", self.region.as_ref(), Clone::clone);
        one(put, "project", self.project.as_ref(), Clone::clone);
        one(put, "api_version", self.api_version.as_ref(), Clone::clone);
    }
}

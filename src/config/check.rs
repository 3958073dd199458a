//! Rules for single values, and for values that only make sense together.

use std::net::IpAddr;

use super::error::Mistake;
use super::model::{Config, Provider, Setting, Source};
use crate::domain::provider::ProviderKind;

/// What is wrong with the name of a label: it becomes the end of a tag or branch.
pub(super) fn label(text: &str) -> Option<String> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let fine = text.chars().all(plain) && text.starts_with(char::is_alphanumeric) && !text.ends_with('.');
    let known = text == "work" || text.contains("..") || text.to_ascii_lowercase().ends_with(".lock");
    (!fine || known).then(|| "is no name of a label: letters, digits, hyphens and dots, such as production".to_owned())
}

/// What is wrong with a provider's name, if anything.
pub(super) fn provider_name(name: &str) -> Option<String> {
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')) {
        return Some("a provider's name has letters, digits, dots, dashes and underscores only".into());
    }
    (name == "recorded").then(|| "`recorded` stands for each case's own model; choose another name".into())
}

/// Whether a key's name is one that people give to a secret.
pub(super) fn names_a_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    let whole = ["key", "token", "secret", "password", "authorization", "auth", "bearer", "credentials"];
    let ends = ["_key", "_token", "_secret", "_password"];
    name == "apikey" || whole.contains(&name.as_str()) || ends.iter().any(|end| name.ends_with(end))
}

/// Whether a word has the look of a provider's key.
fn looks_like_a_key(word: &str) -> bool {
    const STARTS: [&str; 9] = ["sk-", "sk_", "AIza", "xai-", "gsk_", "ghp_", "AKIA", "hf_", "pplx-"];
    let word = word.trim_matches(|c: char| matches!(c, '"' | '\''));
    word.len() >= 16 && STARTS.iter().any(|start| word.starts_with(start))
}

/// What is wrong with the name of an environment variable; the name is not repeated, since it may be a key.
pub(super) fn variable_name(name: &str) -> Option<String> {
    let mut letters = name.chars();
    let good = letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '_');
    (!good || looks_like_a_key(name)).then(|| {
        "must be the name of an environment variable such as OPENAI_API_KEY; if this is the key itself, put it into \
         such a variable and take it out of this file and out of its history"
            .into()
    })
}

/// What is wrong with a command that prints a key; the command is not repeated, since it may hold one.
pub(super) fn command(text: &str) -> Option<String> {
    let Some(words) = shlex::split(text) else {
        return Some("has a quote that is never closed".into());
    };
    if words.iter().flat_map(|word| word.split('=')).any(looks_like_a_key) {
        return Some(
            "holds something that looks like a key; a key is never kept in a file: let the command fetch it from a \
             password manager, or use api_key_env"
                .into(),
        );
    }
    words.is_empty().then(|| "is empty".into())
}

/// What is wrong with an address; it is not repeated, since it may hold a password.
pub(super) fn base_url(url: &str) -> Option<String> {
    let Some(rest) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) else {
        return Some("must begin with https:// or http://".into());
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Some("must not hold a user or a password; name the key with api_key_env or api_key_cmd".into());
    }
    if authority.is_empty() || url.contains(char::is_whitespace) {
        return Some("is not an address such as http://127.0.0.1:8080/v1".into());
    }
    rest.contains(['?', '#']).then(|| "must not hold a query or a fragment".into())
}

/// Whether an address is on this machine.
fn is_loopback(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let host = host.to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Completes what can be told from the rest, and finds what does not fit together once all layers are there.
pub(super) fn complete(config: &mut Config) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for (name, provider) in &mut config.providers {
        if provider.kind.is_none() {
            match name.parse::<ProviderKind>() {
                Ok(kind) => provider.kind = Some(Setting::default_of(kind)),
                Err(_) => mistakes.push(mistake(
                    first_source(provider),
                    format!("providers.{name}.kind"),
                    "is missing; say which interface the provider speaks, such as kind = \"openai\"",
                )),
            }
        }
        let Some(url) = &provider.base_url else { continue };
        let allowed = provider.allow_http.as_ref().is_some_and(|setting| setting.value);
        if url.value.starts_with("http://") && !allowed && !is_loopback(&url.value) {
            mistakes.push(mistake(
                Some(&url.source),
                format!("providers.{name}.base_url"),
                "is plain http beyond this machine, so the key and the prompts would be readable on the way; use \
                 https, or set allow_http = true",
            ));
        }
    }
    mistakes
}

fn first_source(provider: &Provider) -> Option<&Source> {
    let sources = [
        provider.base_url.as_ref().map(|setting| &setting.source),
        provider.key.as_ref().map(|setting| &setting.source),
        provider.max_concurrency.as_ref().map(|setting| &setting.source),
        provider.requests_per_minute.as_ref().map(|setting| &setting.source),
        provider.tokens_per_minute.as_ref().map(|setting| &setting.source),
        provider.prices_as.as_ref().map(|setting| &setting.source),
        provider.allow_http.as_ref().map(|setting| &setting.source),
        provider.region.as_ref().map(|setting| &setting.source),
    ];
    sources.into_iter().flatten().next()
}

fn mistake(source: Option<&Source>, key: String, message: &str) -> Mistake {
    let (path, line) = match source {
        Some(Source::File { path, line }) => (Some(path.clone()), Some(*line)),
        _ => (None, None),
    };
    Mistake { path, line, key, message: message.to_owned() }
}

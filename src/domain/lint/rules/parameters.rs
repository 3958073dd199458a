//! `refused-parameter` and `unknown-parameter`: what the model's provider takes.

use std::ops::Range;

use serde_json::Value;

use super::super::context::Context;
use super::super::finding::Severity;
use super::super::rule::{Findings, Rule};
use crate::domain::nearest::nearest;
use crate::domain::price::{SAMPLING_PARAMETERS, normalise_provider};
use crate::domain::prompt::PromptFormat;

/// The rule for parameters that a request fails by.
pub static REFUSED: Rule = Rule {
    name: "refused-parameter",
    severity: Severity::Error,
    about: "The model or its provider refuses the parameter.",
    check: Some(check),
};

/// The rule for names that mean nothing.
pub static UNKNOWN: Rule = Rule {
    name: "unknown-parameter",
    severity: Severity::Warning,
    about: "No provider knows a parameter of this name, so it has no effect.",
    check: None,
};

/// What the provider's own interface has no field for, by the provider's key in the price tables.
const WITHOUT: [(&str, &[&str]); 6] = [
    ("openai", &["top_k", "min_p", "typical_p", "repetition_penalty"]),
    ("azure", &["top_k", "min_p", "typical_p", "repetition_penalty"]),
    (
        "anthropic",
        &[
            "seed",
            "presence_penalty",
            "frequency_penalty",
            "repetition_penalty",
            "logit_bias",
            "min_p",
            "typical_p",
            "n",
        ],
    ),
    ("google", &["logit_bias", "min_p", "typical_p", "repetition_penalty"]),
    ("bedrock", &["seed", "presence_penalty", "frequency_penalty", "logit_bias", "n"]),
    ("cohere", &["min_p", "typical_p", "repetition_penalty", "logit_bias", "n"]),
];

/// The parameters that GitHub Models reads.
const GITHUB: [&str; 3] = ["max_tokens", "temperature", "top_p"];

/// Options of Prompty's second version.
const PROMPTY: [&str; 10] = [
    "temperature",
    "max_output_tokens",
    "top_p",
    "top_k",
    "seed",
    "frequency_penalty",
    "presence_penalty",
    "stop_sequences",
    "reasoning_effort",
    "allow_multiple_tool_calls",
];

/// Long names of parameters of any provider; a name that is nearly one of them is a slip.
const COMMON: [&str; 31] = [
    "temperature",
    "presence_penalty",
    "frequency_penalty",
    "repetition_penalty",
    "logit_bias",
    "logprobs",
    "top_logprobs",
    "response_logprobs",
    "max_tokens",
    "max_output_tokens",
    "max_completion_tokens",
    "min_tokens",
    "stop_sequences",
    "random_seed",
    "candidate_count",
    "reasoning_effort",
    "verbosity",
    "response_format",
    "response_mime_type",
    "response_schema",
    "response_json_schema",
    "response_modalities",
    "tool_choice",
    "parallel_tool_calls",
    "thinking",
    "thinking_config",
    "thinking_budget",
    "safety_settings",
    "service_tier",
    "metadata",
    "reasoning",
];

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Ok(prompt) = &context.prompt else { return };
    for (written, value) in &prompt.parameters {
        let name = snake(written);
        let place = place(context, written);
        if let Some(why) = refused(context, &name, value) {
            findings.push(&REFUSED, place, format!("{why} refuses `{written}`."), "Take the parameter out.");
        } else if let Some(remedy) = unknown(context, written, &name) {
            let message = format!("`{written}` is no known parameter, so it has no effect.");
            findings.push(&UNKNOWN, place, message, remedy);
        }
    }
}

/// Who refuses a parameter.
fn refused(context: &Context<'_>, name: &str, value: &Value) -> Option<String> {
    let (model, known) = context.model.as_ref()?;
    if value.is_null() {
        return None;
    }
    if let Some(row) = known.row() {
        if !row.sampling_params && SAMPLING_PARAMETERS.contains(&name) {
            return Some(format!("The model `{model}`"));
        }
        if name == "tool_choice" && !row.forced_tool_use && is_forced(value) {
            return Some(format!("The model `{model}` takes no forced tool choice: it"));
        }
    }
    let provider = provider(context)?;
    let (_, without) = WITHOUT.iter().find(|(key, _)| *key == provider)?;
    without.contains(&name).then(|| format!("The interface of {provider}"))
}

fn is_forced(choice: &Value) -> bool {
    let word = choice.as_str().or_else(|| choice.get("type")?.as_str());
    word.is_some_and(|word| !matches!(word.to_ascii_lowercase().as_str(), "auto" | "none"))
}

/// The provider of the file's model by its key in the price tables, where the file or the tables say so.
pub(super) fn provider(context: &Context<'_>) -> Option<String> {
    let (name, known) = context.model.as_ref()?;
    if let Some(row) = known.row() {
        return Some(row.provider.clone());
    }
    let named = context.prompt.as_ref().ok()?.front.get("model").and_then(|model| model.get("provider")?.as_str());
    let prefix = named.or_else(|| name.split_once('/').map(|(prefix, _)| prefix))?;
    // Without a row, a prefix may be the name of a server of the user's own.
    let maker = matches!(known, super::super::models::Known::Unknown(_));
    maker.then(|| normalise_provider(if prefix == "googleai" { "google" } else { prefix }))
}

/// What to write in place of a name that means nothing; `None` where it may mean something.
fn unknown(context: &Context<'_>, written: &str, name: &str) -> Option<String> {
    let closed: Option<&[&str]> = match context.subject.format {
        PromptFormat::GithubModels => Some(&GITHUB),
        PromptFormat::Prompty if context.source.key(&["model", "options"]).is_some() => Some(&PROMPTY),
        _ => None,
    };
    let style = |near: &str| if written.contains('_') { near.to_owned() } else { camel(near) };
    if let Some(closed) = closed {
        if closed.contains(&name) || name == "additional_properties" {
            return None;
        }
        return Some(nearest(name, closed.iter().copied()).map_or_else(
            || {
                format!(
                    "The format's parameters are {}.",
                    closed.iter().map(|name| camel(name)).collect::<Vec<_>>().join(", ")
                )
            },
            |near| format!("Did you mean `{}`?", camel(near)),
        ));
    }
    if name.len() < 6 || COMMON.contains(&name) {
        return None;
    }
    let near = nearest(name, COMMON)?;
    // Plugins have parameters of their own: only what is a slip of one or two letters is surely meant otherwise.
    let slip = near.len().abs_diff(name.len()) <= 2 && near.chars().next() == name.chars().next();
    slip.then(|| format!("Did you mean `{}`?", style(near)))
}

/// A name with words divided by underscores, in lower case.
pub(super) fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for (index, c) in name.chars().enumerate() {
        if c.is_ascii_uppercase() && index > 0 && !snake.ends_with('_') {
            snake.push('_');
        }
        snake.push(if c == '-' { '_' } else { c.to_ascii_lowercase() });
    }
    snake
}

fn camel(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    let mut upper = false;
    for c in name.chars() {
        if c == '_' {
            upper = true;
        } else {
            camel.push(if std::mem::take(&mut upper) { c.to_ascii_uppercase() } else { c });
        }
    }
    camel
}

/// Where a parameter stands in the file.
pub(super) fn place(context: &Context<'_>, name: &str) -> Range<usize> {
    let source = &context.source;
    let paths: [&[&str]; 4] = [&["config"], &["modelParameters"], &["model", "options"], &["model", "parameters"]];
    let found = paths.iter().find_map(|path| {
        let whole: Vec<&str> = path.iter().copied().chain([name]).collect();
        source.key(&whole).or_else(|| source.key(path))
    });
    found.map_or_else(|| source.lines.line(1), |key| key.name.clone())
}

//! What `-m`, `-p` and `--set` say.

use serde_json::{Map, Value};

use crate::domain::run::{ModelChoice, ModelId, NotAModel, PromptVersionRef};
use crate::error::AppError;
use crate::services::prompts::Prompts;
use crate::services::replay::ReplayOrder;

/// The value of `-m`.
pub fn model(text: &str) -> Result<ModelChoice, AppError> {
    if text == "recorded" {
        return Ok(ModelChoice::Recorded);
    }
    text.parse().map(ModelChoice::Model).map_err(|error: NotAModel| {
        AppError::usage(error.to_string()).hint("hindcast models lists the models there are")
    })
}

/// The models of `-m`, else the configured ones; a mistake may be the rest of the filter.
pub fn models(texts: &[String], usual: &[ModelId], filter: &[String]) -> Result<Vec<ModelChoice>, AppError> {
    if texts.is_empty() {
        return Ok(usual.iter().cloned().map(ModelChoice::Model).collect());
    }
    texts.iter().map(|text| model(text).map_err(|error| dash_hint(error, "-m", text, filter))).collect()
}

/// The prompts of `-p`, each of which is there; a mistake may be the rest of the filter.
pub fn versions(texts: &[String], prompts: &Prompts, filter: &[String]) -> Result<Vec<PromptVersionRef>, AppError> {
    let found = texts.iter().map(|text| {
        let prompt = Prompts::reference(text);
        prompts.load(&prompt).map_err(|error| dash_hint(error.into(), "-p", &prompt.name, filter))?;
        Ok(prompt)
    });
    found.collect()
}

/// Parameters as `--set` says them.
pub fn parameters(set: &[String]) -> Result<Map<String, Value>, AppError> {
    set.iter()
        .map(|text| {
            ReplayOrder::parse_set(text)
                .ok_or_else(|| AppError::usage(format!("`--set {text}` is not K=V, such as temperature=0")))
        })
        .collect()
}

/// Adds a hint where the value of `-m` or `-p` may be the rest of a filter such as `-model:x`.
fn dash_hint(error: AppError, flag: &str, value: &str, filter: &[String]) -> AppError {
    if !value.contains(':') {
        return error;
    }
    let before = filter.join(" ");
    let space = if before.is_empty() { "" } else { " " };
    error.hint(format!(
        "if {flag}{value} belongs to the filter, put -- before the filter: -- {before}{space}{flag}{value}"
    ))
}

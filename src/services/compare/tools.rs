//! The evaluators of a comparison, ready to judge.

use std::path::Path;

use crate::config::{Config, nearest};
use crate::domain::run::Case;
use crate::error::AppError;
use crate::evaluators::{Evaluator, REGISTRY, Specification, SpecificationError};
use crate::services::Services;

/// Largest schema file, in bytes.
const MOST_BYTES: u64 = 4 << 20;

/// Evaluators by their specification, in order, each once.
pub struct Judges {
    pub(super) list: Vec<(String, Box<dyn Evaluator>)>,
}

impl Judges {
    /// Evaluators of specifications; files are read below `root`.
    pub fn new(specifications: &[Specification], root: &Path) -> Result<Self, SpecificationError> {
        let read = |name: &str| read_below(root, name);
        let mut list: Vec<(String, Box<dyn Evaluator>)> = Vec::new();
        for specification in specifications {
            let name = specification.to_string();
            if list.iter().all(|(known, _)| *known != name) {
                list.push((name, specification.build(&read)?));
            }
        }
        Ok(Self { list })
    }
}

/// Reads specifications as typed; a mistake names the nearest evaluator.
pub fn specifications(texts: &[String]) -> Result<Vec<Specification>, AppError> {
    texts.iter().map(|text| text.parse().map_err(|error| told(&error))).collect()
}

/// A mistake in a specification, for the user.
pub(super) fn told(error: &SpecificationError) -> AppError {
    let SpecificationError::Unknown(name) = error else { return AppError::usage(error.to_string()) };
    let usages: Vec<String> = REGISTRY.iter().map(crate::evaluators::Entry::usage).collect();
    let hint = nearest(name, REGISTRY.iter().map(|entry| entry.name)).map_or_else(
        || format!("there are {}", usages.join(", ")),
        |near| format!("the nearest is {near}; there are {}", usages.join(", ")),
    );
    AppError::usage(error.to_string()).hint(hint)
}

/// The specifications of `[[evaluators]]`; a mistake names its line.
pub(super) fn configured(config: &Config) -> Result<Vec<Specification>, AppError> {
    let read = |setting: &crate::config::Setting<String>| {
        setting.value.parse().map_err(|error| {
            let told = told(&error);
            AppError { message: format!("{}: {}", setting.source, told.message), ..AppError::config(String::new()) }
                .hint(told.hints.join("; "))
        })
    };
    config.evaluators.iter().map(read).collect()
}

/// The specifications asked for, else the configured ones, else the usual ones that have something to judge.
pub(super) fn chosen(
    asked: &[Specification],
    services: &Services,
    cases: &[Case],
    schemas: usize,
) -> Result<Vec<Specification>, AppError> {
    if !asked.is_empty() {
        return Ok(asked.to_vec());
    }
    let configured = configured(services.config()?)?;
    if !configured.is_empty() {
        return Ok(configured);
    }
    let mut names = vec!["similarity", "length", "latency", "cost", "refusal"];
    if cases.iter().any(|case| !case.chunks.is_empty()) {
        names.push("citations");
    }
    if schemas > 0 {
        names.push("json-schema");
    }
    names.into_iter().map(|name| name.parse().map_err(|error| told(&error))).collect()
}

/// A file of the workspace; a name that leads out of it is refused.
fn read_below(root: &Path, name: &str) -> Result<String, String> {
    let fail = |error: std::io::Error| format!("{}: {error}", root.join(name).display());
    let path = root.join(name).canonicalize().map_err(fail)?;
    if !root.canonicalize().is_ok_and(|root| path.starts_with(root)) {
        return Err("the file is outside the workspace".to_owned());
    }
    if std::fs::metadata(&path).map_err(fail)?.len() > MOST_BYTES {
        return Err("the file is larger than 4 MiB".to_owned());
    }
    std::fs::read_to_string(&path).map_err(fail)
}

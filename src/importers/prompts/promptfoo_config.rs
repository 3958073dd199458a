//! promptfoo's configuration: prompts with the providers and tests beside them.

use serde_json::{Map, Value};

use super::promptfoo::{prompt, prompts_of_file, refuse_program};
use super::{Found, Imported, Source, Unread, chat};
use crate::domain::prompt_exchange::{DraftTest, Losses};

/// Whether a file is a configuration: by its name, or by a list of prompts in it.
pub(super) fn is_config(file: &str, text: &str) -> bool {
    let lower = file.to_ascii_lowercase();
    if lower.starts_with("promptfooconfig.") {
        return true;
    }
    let structured = [".yaml", ".yml", ".json"].iter().any(|ending| lower.ends_with(ending)) || file == "-";
    structured && parse(text).is_ok_and(|config| config.contains_key("prompts"))
}

fn parse(text: &str) -> Result<Map<String, Value>, String> {
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(_) => serde_saphyr::from_str(text).map_err(|error| {
            format!("it is not valid YAML: {}", error.to_string().lines().next().unwrap_or_default())
        })?,
    };
    match value {
        Value::Object(map) => Ok(map),
        _ => Err("the configuration has to be a mapping of keys to values".to_owned()),
    }
}

pub(super) fn read(source: &Source<'_>, text: &str, found: &mut Found) {
    let config = match parse(text) {
        Ok(config) => config,
        Err(reason) => return found.add(source.path, Err(reason)),
    };
    let entries = match config.get("prompts") {
        Some(Value::Array(list)) => list.clone(),
        Some(one @ (Value::String(_) | Value::Object(_))) => vec![one.clone()],
        _ => return found.add(source.path, Err("the configuration has no `prompts`".to_owned())),
    };
    for (index, entry) in entries.iter().enumerate() {
        let number = index + 1;
        let at = format!("{}: prompt {number}", source.path);
        match texts(source, entry, number) {
            Err(reason) => found.unread.push(Unread { path: at, reason }),
            Ok(texts) => {
                for (name, text) in texts {
                    let read = prompt(&name, &text).map(|imported| with_config(imported, entry, &config));
                    found.add(&at, read);
                }
            }
        }
    }
}

/// The texts of one entry, with names.
fn texts(source: &Source<'_>, entry: &Value, number: usize) -> Result<Vec<(String, String)>, String> {
    let label =
        ["label", "id"].into_iter().find_map(|key| entry[key].as_str()).filter(|label| !label.contains("file://"));
    let raw = entry.as_str().or_else(|| entry["raw"].as_str()).or_else(|| entry["id"].as_str());
    let raw = raw.ok_or("the entry has no text: neither a string nor `raw` nor `id`")?;
    if entry.get("function").is_some() {
        return Err("it is a function that makes the prompt; run it, and import what it makes".to_owned());
    }
    let fallback = format!("prompt-{number}");
    let Some(path) = file_of(raw) else {
        return Ok(vec![(label.unwrap_or(&fallback).to_owned(), raw.to_owned())]);
    };
    if path.contains(['*', '?']) {
        return Err(format!("`{path}` names files by a pattern; import these files themselves"));
    }
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = file.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or(&fallback);
    if file.contains(':') {
        return Err(format!("`{path}` names a function in a program; run it, and import what it makes"));
    }
    refuse_program(file)?;
    let bytes = (source.load)(path)?;
    let text = String::from_utf8(bytes).map_err(|_| format!("{path} is not UTF-8 text"))?;
    let prompts = prompts_of_file(file, stem, &text).map_err(|reason| format!("{path}: {reason}"))?;
    match (prompts.len(), label) {
        (1, Some(label)) => Ok(prompts.into_iter().map(|(_, text)| (label.to_owned(), text)).collect()),
        _ => Ok(prompts),
    }
}

/// Endings of prompt files, which an entry may name without `file://`.
const ENDINGS: [&str; 12] =
    [".txt", ".md", ".j2", ".json", ".jsonl", ".yaml", ".yml", ".csv", ".js", ".ts", ".py", ".sh"];

/// The path where an entry names a file: with `file://`, or one line that ends like a prompt file.
fn file_of(text: &str) -> Option<&str> {
    if let Some(path) = text.strip_prefix("file://") {
        return Some(path);
    }
    let is_path = !text.contains(['\n', '{', ' ']) && ENDINGS.iter().any(|ending| text.ends_with(ending));
    is_path.then_some(text)
}

/// Adds what stands beside the prompts: description, model, tests, assertions.
fn with_config(imported: Imported, entry: &Value, config: &Map<String, Value>) -> Imported {
    let Imported { mut draft, losses: known } = imported;
    let mut losses = Losses::default();
    losses.extend(known);
    draft.description = config.get("description").and_then(Value::as_str).map(str::to_owned);
    provider(&mut draft, config, &mut losses);
    if let Value::Object(own) = &entry["config"] {
        chat::settings(&mut draft, own, &mut losses);
    }
    let tests = match config.get("tests") {
        Some(Value::Array(tests)) => tests.as_slice(),
        Some(Value::String(path)) => {
            losses.note_at("tests", format!("the tests in {path} are not read"), "import them as cases");
            &[]
        }
        _ => &[],
    };
    for test in tests {
        if let Some(Value::Object(vars)) = test.get("vars") {
            let loaded = vars.values().any(|value| value.as_str().is_some_and(|text| text.starts_with("file://")));
            if loaded {
                losses.note_at(
                    "tests",
                    "a variable of a test names a file, which is not read",
                    "write its text into the test data",
                );
            }
            draft.tests.push(DraftTest { variables: vars.clone() });
        }
        draft.checks.extend(test["assert"].as_array().into_iter().flatten().cloned());
    }
    let default = config.get("defaultTest").and_then(|test| test.get("assert"));
    draft.checks.extend(default.and_then(Value::as_array).into_iter().flatten().cloned());
    for key in ["scenarios", "nunjucksFilters", "redteam", "extensions"] {
        if config.contains_key(key) {
            losses.note_at(key, format!("`{key}` of the configuration is left out"), "keep it in promptfoo");
        }
    }
    Imported { draft, losses: losses.into_list() }
}

fn provider(draft: &mut crate::domain::prompt_exchange::PromptDraft, config: &Map<String, Value>, losses: &mut Losses) {
    let providers = match config.get("providers").or_else(|| config.get("targets")) {
        Some(Value::Array(list)) => list.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => return,
    };
    let Some(first) = providers.first() else { return };
    let id = first.as_str().or_else(|| first["id"].as_str());
    draft.model = id.map(model_name);
    if let Value::Object(own) = &first["config"] {
        let model = draft.model.clone();
        chat::settings(draft, own, losses);
        draft.model = model;
    }
    if providers.len() > 1 {
        let others: Vec<&str> =
            providers[1..].iter().filter_map(|other| other.as_str().or_else(|| other["id"].as_str())).collect();
        losses.note_at(
            "providers",
            format!("a prompt names one model: {} is kept, {} not", id.unwrap_or("the first"), others.join(", ")),
            "compare models with `hindcast replay -m`",
        );
    }
}

/// `openai:chat:gpt-4.1` as `openai/gpt-4.1`.
fn model_name(id: &str) -> String {
    let parts: Vec<&str> = id.split(':').collect();
    match parts.as_slice() {
        [provider, "chat" | "messages" | "completion" | "responses", model @ ..] if !model.is_empty() => {
            format!("{provider}/{}", model.join(":"))
        }
        [provider, model @ ..] if !model.is_empty() && !provider.contains('/') => {
            format!("{provider}/{}", model.join(":"))
        }
        _ => id.to_owned(),
    }
}

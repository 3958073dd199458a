//! The variables that a file declares.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::domain::prompt::{Prompt, PromptFormat};

/// The declared variables; `None` where there are none, or where a schema named by reference or open to more hides them.
pub(super) fn declared(prompt: &Prompt) -> Option<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    match prompt.format {
        PromptFormat::Dotprompt => {
            let input = prompt.front.get("input")?;
            names.extend(map_keys(input.get("default")));
            match input.get("schema") {
                Some(Value::Object(schema)) => {
                    let properties = schema.get("properties").and_then(Value::as_object);
                    if let (Some(Value::String(_)), Some(properties)) = (schema.get("type"), properties) {
                        if schema.get("additionalProperties").is_some_and(|more| *more != Value::Bool(false)) {
                            return None;
                        }
                        names.extend(properties.keys().cloned());
                    } else {
                        for key in schema.keys() {
                            let name = key.split('(').next().unwrap_or(key).trim().trim_end_matches('?');
                            if name.is_empty() {
                                return None;
                            }
                            names.insert(name.to_owned());
                        }
                    }
                }
                Some(_) => return None,
                None => {}
            }
        }
        PromptFormat::Prompty => {
            match prompt.front.get("inputs") {
                Some(Value::Array(list)) => {
                    names.extend(list.iter().filter_map(|input| Some(input.get("name")?.as_str()?.to_owned())));
                }
                other => names.extend(map_keys(other)),
            }
            names.extend(map_keys(prompt.front.get("sample")));
        }
        PromptFormat::GithubModels | PromptFormat::Text => {}
    }
    (!names.is_empty()).then_some(names)
}

fn map_keys(value: Option<&Value>) -> impl Iterator<Item = String> {
    value.and_then(Value::as_object).into_iter().flatten().map(|(key, _)| key.clone())
}

//! GitHub Models: one YAML file with a list of messages and plain `{{name}}`.

use serde_json::{Map, Value, json};

use super::yaml;
use crate::domain::message::Role;
use crate::domain::prompt_exchange::{
    Losses, Origin, PromptDraft, Section, Words, flatten, in_words, sections, write_plain,
};

pub(super) fn write(draft: &PromptDraft, losses: &mut Losses) -> Result<String, String> {
    let mut file = Map::new();
    let name = draft.name.rsplit('/').next().unwrap_or(&draft.name);
    file.insert("name".into(), name.into());
    if let Some(description) = &draft.description {
        file.insert("description".into(), description.clone().into());
    }
    if let Some(model) = &draft.model {
        if !model.contains('/') {
            losses.note_at(
                "model",
                format!("GitHub Models names models as publisher/name, and `{model}` has no publisher"),
                "write it as in openai/gpt-4o-mini",
            );
        }
        file.insert("model".into(), model.clone().into());
    }
    let parameters = in_words(&draft.parameters, Words::GithubModels, losses);
    if !parameters.is_empty() {
        file.insert("modelParameters".into(), Value::Object(parameters));
    }
    output(draft, &mut file);
    let messages = messages(draft, losses);
    if messages.is_empty() {
        return Err("the prompt has no text, so there are no messages to write".to_owned());
    }
    file.insert("messages".into(), Value::Array(messages));
    tests(draft, &mut file, losses);
    note_unplaced(draft, losses);
    yaml::write(&file)
}

fn output(draft: &PromptDraft, file: &mut Map<String, Value>) {
    if let Some(schema) = &draft.output.schema {
        file.insert("responseFormat".into(), "json_schema".into());
        let name = draft.ext.get("schemaName").and_then(Value::as_str).unwrap_or("answer");
        let schema = json!({"name": name, "strict": true, "schema": schema});
        let text = serde_json::to_string_pretty(&schema).unwrap_or_else(|_| schema.to_string());
        file.insert("jsonSchema".into(), text.into());
    } else if let Some(format) = &draft.output.format {
        let format = if format == "json" { "json_object" } else { format };
        file.insert("responseFormat".into(), format.into());
    }
}

fn messages(draft: &PromptDraft, losses: &mut Losses) -> Vec<Value> {
    losses.at("template");
    let flat = flatten(draft.body.clone(), &draft.defaults(), losses);
    let mut messages = Vec::new();
    for (index, section) in sections(&flat, &Role::User).iter().enumerate() {
        match section {
            Section::History(name) => losses.note_at(
                format!("placeholder {name}"),
                "GitHub Models has no place for earlier messages",
                "send them with the request by hand",
            ),
            Section::Message(role, nodes) => {
                losses.at(format!("message {} ({})", index + 1, role.as_str()));
                let role = match role {
                    Role::System | Role::User | Role::Assistant => role.as_str(),
                    other => {
                        let name = other.as_str();
                        losses.note(
                            format!("GitHub Models has no role `{name}`; it becomes `user`"),
                            "choose its role by hand",
                        );
                        "user"
                    }
                };
                messages.push(json!({"role": role, "content": write_plain(nodes, losses)}));
            }
        }
    }
    messages
}

fn tests(draft: &PromptDraft, file: &mut Map<String, Value>, losses: &mut Losses) {
    let mut rows: Vec<Value> = draft.tests.iter().map(|test| Value::Object(test.variables.clone())).collect();
    if rows.is_empty() {
        let defaults = draft.defaults();
        if !defaults.is_empty() {
            losses.note_at(
                "defaults",
                "GitHub Models has no default values; they become a row of test data",
                "give every variable where the prompt is used",
            );
            rows.push(Value::Object(defaults));
        }
    }
    if !rows.is_empty() {
        file.insert("testData".into(), Value::Array(rows));
    }
    if draft.origin == Origin::GithubModels && !draft.checks.is_empty() {
        file.insert("evaluators".into(), Value::Array(draft.checks.clone()));
    }
}

fn note_unplaced(draft: &PromptDraft, losses: &mut Losses) {
    let mut note = |there: bool, place: &str, what: &str, advice: &str| {
        if there {
            losses.note_at(place, format!("GitHub Models has no place for {what}"), advice);
        }
    };
    let declared = draft.variables.iter().any(|variable| {
        variable.description.is_some() || variable.schema.as_ref().is_some_and(|schema| schema["type"] != "string")
    });
    note(declared, "variables", "types and descriptions of variables", "say them in the description of the prompt");
    note(!draft.tools.is_empty(), "tools", "tools", "define them where the model is called");
    note(
        draft.connection.is_some(),
        "connection",
        "the connection to a provider",
        "set the provider up in hindcast.toml",
    );
    note(
        !draft.labels.is_empty() || !draft.tags.is_empty() || draft.version.is_some(),
        "labels, tags, version",
        "labels, tags and versions",
        "label the version you deploy with `hindcast prompt label`",
    );
    let ext: Vec<&str> = draft.ext.keys().map(String::as_str).filter(|name| *name != "schemaName").collect();
    note(
        !ext.is_empty(),
        "other fields",
        &format!("the fields {}", ext.join(", ")),
        "keep them elsewhere if something reads them",
    );
    if draft.origin != Origin::GithubModels && !draft.checks.is_empty() {
        losses.note_at(
            "evaluators",
            format!("{} evaluators or assertions are not carried over to GitHub Models", draft.checks.len()),
            "use the evaluators of `hindcast compare` in their place",
        );
    }
}

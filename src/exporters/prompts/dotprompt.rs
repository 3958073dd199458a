//! Dotprompt: YAML front matter and a Handlebars template.

use serde_json::{Map, Value, json};

use super::yaml;
use crate::domain::message::Role;
use crate::domain::prompt_exchange::{
    Losses, Node, Origin, PromptDraft, Section, Words, field, in_words, to_picoschema, walk, write_handlebars,
};

pub(super) fn write(draft: &PromptDraft, losses: &mut Losses) -> Result<String, String> {
    let front = front(draft, losses);
    let yaml = yaml::write(&front)?;
    let body = body(draft, losses);
    // Without front matter, a body that begins with dashes would be taken for one.
    if yaml.is_empty() && !body.trim_start().starts_with(['-', '#']) {
        Ok(body)
    } else {
        Ok(format!("---\n{yaml}---\n{body}"))
    }
}

fn front(draft: &PromptDraft, losses: &mut Losses) -> Map<String, Value> {
    let mut front = Map::new();
    if let Some(model) = &draft.model {
        front.insert("model".into(), model.clone().into());
    }
    if let Some(description) = &draft.description {
        front.insert("description".into(), description.clone().into());
    }
    if let Some(version) = &draft.version {
        front.insert("version".into(), version.clone().into());
    }
    let config = in_words(&draft.parameters, Words::Genkit, losses);
    if !config.is_empty() {
        front.insert("config".into(), Value::Object(config));
    }
    let input = input(draft, losses);
    if !input.is_empty() {
        front.insert("input".into(), Value::Object(input));
    }
    if draft.output.format.is_some() || draft.output.schema.is_some() {
        let format = draft.output.format.clone().unwrap_or_else(|| "json".to_owned());
        let mut output = Map::from_iter([("format".to_owned(), Value::from(format))]);
        if let Some(schema) = &draft.output.schema {
            output.insert("schema".into(), to_picoschema(schema).unwrap_or_else(|| schema.clone()));
        }
        front.insert("output".into(), Value::Object(output));
    }
    tools(draft, &mut front);
    ext(draft, &mut front, losses);
    front
}

fn input(draft: &PromptDraft, losses: &mut Losses) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut full = Map::new();
    let mut required = Vec::new();
    let mut needs_full = false;
    let mut defaults = Map::new();
    for variable in &draft.variables {
        if let Some(default) = &variable.default {
            defaults.insert(variable.name.clone(), default.clone());
        }
        let mut schema = variable.schema.clone().unwrap_or_else(|| json!({}));
        if let (Some(text), Value::Object(schema)) = (&variable.description, &mut schema) {
            schema.insert("description".into(), text.clone().into());
        }
        let needed = variable.required || variable.default.is_some();
        match field(&variable.name, &schema, needed) {
            Some((key, value)) => drop(fields.insert(key, value)),
            None => needs_full = true,
        }
        if variable.required {
            required.push(Value::from(variable.name.clone()));
        }
        full.insert(variable.name.clone(), schema);
    }
    let mut input = Map::new();
    if needs_full {
        input.insert("schema".into(), json!({"type": "object", "properties": full, "required": required}));
    } else if !fields.is_empty() {
        input.insert("schema".into(), Value::Object(fields));
    }
    if defaults.is_empty()
        && let Some(first) = draft.tests.first()
    {
        let known = first.variables.iter().filter(|(name, _)| draft.variable(name).is_some());
        defaults = known.map(|(name, value)| (name.clone(), value.clone())).collect();
        if !defaults.is_empty() {
            losses.note_at(
                "test data",
                "the first row of test data becomes the default values",
                "take the defaults out where a missing variable is to be a mistake",
            );
        }
    }
    if !defaults.is_empty() {
        input.insert("default".into(), Value::Object(defaults));
    }
    input
}

fn tools(draft: &PromptDraft, front: &mut Map<String, Value>) {
    if draft.tools.is_empty() {
        return;
    }
    let names: Vec<Value> = draft.tools.iter().map(|tool| tool.name.clone().into()).collect();
    front.insert("tools".into(), Value::Array(names));
    let defined = draft.tools.iter().filter(|tool| tool.parameters.is_some() || tool.description.is_some());
    let definitions: Vec<Value> = defined
        .map(|tool| {
            let mut definition = Map::from_iter([("name".to_owned(), Value::from(tool.name.clone()))]);
            if let Some(description) = &tool.description {
                definition.insert("description".into(), description.clone().into());
            }
            if let Some(schema) = &tool.parameters {
                definition.insert("inputSchema".into(), to_picoschema(schema).unwrap_or_else(|| schema.clone()));
            }
            Value::Object(definition)
        })
        .collect();
    if !definitions.is_empty() {
        front.insert("toolDefs".into(), Value::Array(definitions));
    }
}

/// Fields that only the origin knows stay under its name, where Dotprompt lets them be; what it never reads is said.
fn ext(draft: &PromptDraft, front: &mut Map<String, Value>, losses: &mut Losses) {
    let origin = draft.origin.as_str();
    let keep = |front: &mut Map<String, Value>, name: &str, value: Value| {
        front.insert(format!("{origin}.{name}"), value);
    };
    if !draft.labels.is_empty() {
        keep(front, "labels", json!(draft.labels));
    }
    if !draft.tags.is_empty() {
        keep(front, "tags", json!(draft.tags));
    }
    if draft.origin == Origin::Langfuse && draft.version.is_some() || !draft.labels.is_empty() || !draft.tags.is_empty()
    {
        losses.note_at(
            "labels, tags, version",
            "labels, tags and version of the origin are kept as a note that nothing reads",
            "label the version you deploy with `hindcast prompt label`",
        );
    }
    if draft.connection.is_some() {
        losses.note_at(
            "connection",
            "Dotprompt has no place for the connection to a provider",
            "set the provider up in hindcast.toml",
        );
    }
    super::note_unplaced(draft, "Dotprompt", losses);
    for (name, value) in &draft.ext {
        let own = draft.origin == Origin::Dotprompt;
        if own && name.contains('.') {
            front.insert(name.clone(), value.clone());
        } else {
            keep(front, name, value.clone());
        }
    }
}

fn body(draft: &PromptDraft, losses: &mut Losses) -> String {
    let sections = draft.sections();
    let mut text = String::new();
    let mut slots = 0;
    for (index, section) in sections.iter().enumerate() {
        match section {
            Section::History(name) => {
                slots += 1;
                if slots > 1 {
                    losses.note_at(
                        format!("placeholder {name}"),
                        format!("Dotprompt has one place for earlier messages; the placeholder `{name}` is left out"),
                        "give these messages with the history",
                    );
                    continue;
                }
                if name != "history" {
                    losses.note_at(
                        format!("placeholder {name}"),
                        format!("the placeholder `{name}` becomes Dotprompt's `{{{{history}}}}`"),
                        "give these messages as the history",
                    );
                }
                text.push_str("{{history}}\n");
            }
            Section::Message(role, nodes) => {
                losses.at(format!("message {} ({})", index + 1, role.as_str()));
                if let Role::Other(name) = role {
                    losses
                        .note(format!("Dotprompt has no role `{name}`; it becomes `user`"), "choose its role by hand");
                }
                let after_history =
                    matches!(index.checked_sub(1).map(|before| &sections[before]), Some(Section::History(_)));
                let implied = (index == 0 && *role == Role::User) || (after_history && *role == Role::Assistant);
                if !implied || sections.len() > 1 {
                    text.push_str(&write_handlebars(&[Node::Role(role.clone())], losses));
                }
                note_marks(nodes, losses);
                let written = write_handlebars(nodes, losses);
                text.push_str(written.trim_end_matches('\n'));
                text.push('\n');
            }
        }
    }
    text
}

/// Text that Dotprompt would take for a mark of its own.
fn note_marks(nodes: &[Node], losses: &mut Losses) {
    walk(nodes, &mut |node| match node {
        Node::Text(text) if text.contains("<<<dotprompt:") => losses.note(
            "the literal text `<<<dotprompt:` reads as a mark of a role or medium",
            "reword it: Dotprompt has no escape for it",
        ),
        _ => {}
    });
}

//! Prompty, version 2 of the format: YAML front matter and a Jinja2 template with a line for each role.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::yaml;
use crate::domain::message::Role;
use crate::domain::prompt_exchange::{
    Losses, Node, Origin, PromptDraft, Section, Words, identifier, in_words, renamed, to_properties, to_property, walk,
    write_jinja,
};

pub(super) fn write(draft: &PromptDraft, losses: &mut Losses) -> Result<String, String> {
    let draft = &with_jinja_names(draft, losses);
    let body = body(draft, losses);
    let yaml = yaml::write(&front(draft, losses))?;
    Ok(format!("---\n{yaml}---\n{body}"))
}

/// The draft with names that Jinja2 takes for its variables and slots.
fn with_jinja_names(draft: &PromptDraft, losses: &mut Losses) -> PromptDraft {
    let slots = draft.sections().into_iter().filter_map(|section| match section {
        Section::History(name) => Some(name),
        Section::Message(..) => None,
    });
    let all: Vec<String> = draft.variables.iter().map(|variable| variable.name.clone()).chain(slots).collect();
    let mut names = BTreeMap::new();
    for name in &all {
        let ascii: String = name.chars().map(|c| if c.is_ascii() { c } else { '_' }).collect();
        let plain = identifier(&ascii);
        if plain == *name {
            continue;
        }
        let taken = |free: &String| all.contains(free) || names.values().any(|used| used == free);
        let numbered = (2..).map(|number| format!("{plain}_{number}"));
        let Some(free) = std::iter::once(plain.clone()).chain(numbered).find(|free| !taken(free)) else { continue };
        losses.note_at(
            format!("variable {name}"),
            format!("the variable `{name}` becomes `{free}`: Jinja2 takes letters, digits and `_` only, and has words of its own"),
            format!("give its value as `{free}`"),
        );
        names.insert(name.clone(), free);
    }
    let mut draft = draft.clone();
    if names.is_empty() {
        return draft;
    }
    draft.body = renamed(draft.body, &names);
    for variable in &mut draft.variables {
        if let Some(new) = names.get(&variable.name) {
            variable.name.clone_from(new);
        }
    }
    draft
}

fn front(draft: &PromptDraft, losses: &mut Losses) -> Map<String, Value> {
    let mut front = Map::new();
    let name = draft.name.rsplit('/').next().unwrap_or(&draft.name);
    front.insert("name".into(), name.into());
    if let Some(description) = &draft.description {
        front.insert("description".into(), description.clone().into());
    }
    let metadata = metadata(draft);
    if !metadata.is_empty() {
        front.insert("metadata".into(), Value::Object(metadata));
    }
    if let Some(model) = model(draft, losses) {
        front.insert("model".into(), model);
    }
    let inputs = inputs(draft, losses);
    if !inputs.is_empty() {
        front.insert("inputs".into(), Value::Array(inputs));
    }
    if let Some(schema) = &draft.output.schema {
        let outputs = to_properties(schema);
        if outputs.is_empty() {
            losses.note_at(
                "output schema",
                "Prompty's outputs are a list of fields, which this schema has not",
                "check the answer in code",
            );
        } else {
            front.insert("outputs".into(), Value::Array(outputs));
        }
    } else if draft.output.format.as_deref() == Some("json") {
        losses.note_at(
            "output format",
            "Prompty asks for JSON by its fields only, and none are known",
            "list the fields under `outputs`",
        );
    }
    if !draft.tools.is_empty() {
        front.insert("tools".into(), tools(draft));
    }
    front.insert("template".into(), json!({"format": {"kind": "jinja2"}, "parser": {"kind": "prompty"}}));
    super::note_unplaced(draft, "Prompty", losses);
    front
}

fn metadata(draft: &PromptDraft) -> Map<String, Value> {
    let mut metadata = match draft.ext.get("metadata") {
        Some(Value::Object(metadata)) => metadata.clone(),
        _ => Map::new(),
    };
    if let Some(version) = &draft.version {
        metadata.insert("version".into(), version.clone().into());
    }
    if !draft.tags.is_empty() {
        metadata.insert("tags".into(), json!(draft.tags));
    }
    if !draft.labels.is_empty() {
        metadata.insert("labels".into(), json!(draft.labels));
    }
    let others = draft.ext.iter().filter(|(name, _)| *name != "metadata");
    let others: Map<String, Value> = others.map(|(name, value)| (name.clone(), value.clone())).collect();
    if !others.is_empty() {
        metadata.insert(draft.origin.as_str().to_owned(), Value::Object(others));
    }
    metadata
}

fn model(draft: &PromptDraft, losses: &mut Losses) -> Option<Value> {
    let mut model = Map::new();
    if let Some(id) = &draft.model {
        model.insert("id".into(), id.clone().into());
    }
    if let Some(Value::Object(connection)) = &draft.connection {
        for key in ["provider", "apiType"] {
            if let Some(value) = connection.get(key) {
                model.insert(key.into(), value.clone());
            }
        }
        if let Some(value) = connection.get("connection") {
            model.insert("connection".into(), value.clone());
        }
    }
    let options = in_words(&draft.parameters, Words::Prompty, losses);
    if !options.is_empty() {
        model.insert("options".into(), Value::Object(options));
    }
    match model.len() {
        0 => None,
        1 => draft.model.clone().map(Value::from).or(Some(Value::Object(model))),
        _ => Some(Value::Object(model)),
    }
}

fn inputs(draft: &PromptDraft, losses: &mut Losses) -> Vec<Value> {
    let first = draft.tests.first().map(|test| &test.variables);
    let mut inputs: Vec<Value> = draft
        .variables
        .iter()
        .map(|variable| {
            let mut property = Map::from_iter([("name".to_owned(), Value::from(variable.name.as_str()))]);
            let schema = variable.schema.clone().unwrap_or_else(|| json!({}));
            property.extend(to_property(&schema));
            if let Some(description) = &variable.description {
                property.insert("description".into(), description.clone().into());
            }
            if variable.required && variable.default.is_none() {
                property.insert("required".into(), true.into());
            }
            if let Some(default) = &variable.default {
                property.insert("default".into(), default.clone());
            } else if !variable.required && draft.origin != Origin::Prompty {
                let empty = empty(&schema);
                losses.note_at(
                    format!("variable {}", variable.name),
                    format!("`{}` may be missing, which Jinja2 refuses: it gets the default {empty}", variable.name),
                    "change the default where an empty value means something else",
                );
                property.insert("default".into(), empty);
            }
            if let Some(example) = first.and_then(|first| first.get(&variable.name)) {
                property.insert("example".into(), example.clone());
            }
            Value::Object(property)
        })
        .collect();
    for section in draft.sections() {
        let Section::History(name) = section else { continue };
        if !inputs.iter().any(|input| input["name"] == name.as_str()) {
            inputs.push(json!({"name": name, "kind": "thread"}));
        }
    }
    inputs
}

/// What an optional variable is where nothing is given, so that a condition on it fails and it prints nothing.
fn empty(schema: &Value) -> Value {
    match schema.get("type").and_then(Value::as_str) {
        Some("array") => json!([]),
        Some("object") => json!({}),
        Some("boolean") => json!(false),
        _ => json!(""),
    }
}

fn tools(draft: &PromptDraft) -> Value {
    let tools = draft.tools.iter().map(|tool| {
        let mut written = Map::from_iter([
            ("name".to_owned(), Value::from(tool.name.clone())),
            ("kind".to_owned(), Value::from("function")),
        ]);
        if let Some(description) = &tool.description {
            written.insert("description".into(), description.clone().into());
        }
        let parameters = tool.parameters.as_ref().map(to_properties).unwrap_or_default();
        if !parameters.is_empty() {
            written.insert("parameters".into(), Value::Array(parameters));
        }
        Value::Object(written)
    });
    Value::Array(tools.collect())
}

fn body(draft: &PromptDraft, losses: &mut Losses) -> String {
    let mut text = String::new();
    for (index, section) in draft.sections().iter().enumerate() {
        if !text.is_empty() {
            text.push('\n');
        }
        match section {
            Section::History(name) => text.extend(["{{", name, "}}\n"]),
            Section::Message(role, nodes) => {
                losses.at(format!("message {} ({})", index + 1, role.as_str()));
                let line = match role {
                    Role::System | Role::User | Role::Assistant => role.as_str(),
                    other => {
                        losses.note(
                            format!("Prompty has no role `{}`; it becomes `user`", other.as_str()),
                            "choose its role by hand",
                        );
                        "user"
                    }
                };
                let written = without_role_lines(&write_jinja(nodes, losses), nodes, losses);
                text.extend([line, ":\n", written.trim_end_matches('\n'), "\n"]);
            }
        }
    }
    text
}

/// Text with a line that reads as a mark of a role prints that line by a tag.
fn without_role_lines(written: &str, nodes: &[Node], losses: &mut Losses) -> String {
    let mut has_marks = false;
    walk(nodes, &mut |node| has_marks |= matches!(node, Node::Role(_)));
    if has_marks {
        return written.to_owned();
    }
    let mut text = String::new();
    for line in written.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        if is_role_line(content) {
            losses.note(
                format!("the literal line `{}` reads as the start of a message; a tag prints it", content.trim()),
                "reword the line: Prompty's own runtime refuses it where `format.strict` is on",
            );
            text.extend(["{{ '", content, "' }}", &line[content.len()..]]);
        } else {
            text.push_str(line);
        }
    }
    text
}

fn is_role_line(line: &str) -> bool {
    let Some(line) = line.trim().strip_suffix(':') else { return false };
    let line = line.trim_end();
    let line = line.strip_prefix('#').unwrap_or(line);
    let name = line.split('[').next().unwrap_or(line);
    (!line.contains('[') || line.ends_with(']'))
        && ["system", "developer", "user", "assistant"].iter().any(|role| name.eq_ignore_ascii_case(role))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_line_is_told_from_text() {
        for line in ["user:", "  System :", "#assistant:", "user[name=\"Ann\"]:"] {
            assert!(is_role_line(line), "{line}");
        }
        for line in ["user: hello", "users:", "tool:", "user[x:"] {
            assert!(!is_role_line(line), "{line}");
        }
    }
}

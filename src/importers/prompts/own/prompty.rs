//! Prompty of either version: template, inputs, outputs, tools, connection.

use serde_json::{Map, Value, json};

use super::fields::{others, variables};
use crate::domain::message::Role;
use crate::domain::prompt::Prompt;
use crate::domain::prompt_exchange::{
    DraftTest, DraftTool, Expression, Form, Losses, Node, PromptDraft, Syntax, bare_reference, from_properties,
    from_property, is_secret, joined, named, read as read_template, to_common, without_secrets,
};

/// Keys that are read into fields of the draft.
const KNOWN: [&str; 9] =
    ["name", "description", "version", "model", "inputs", "outputs", "tools", "template", "sample"];

pub(super) fn read(draft: &mut PromptDraft, prompt: &Prompt, losses: &mut Losses) -> Result<(), String> {
    draft.body = prompty_body(prompt, losses)?;
    let empty = json!([]);
    let inputs = prompt.front.get("inputs").unwrap_or(&empty);
    let kind = |property: &Value| property.get("kind").or_else(|| property.get("type")).cloned().unwrap_or_default();
    let fields = named(inputs).into_iter().filter(|(_, property)| kind(property) != "thread");
    let mut properties = Map::new();
    let mut required = Vec::new();
    let mut examples = Map::new();
    for (name, property) in fields {
        if let Some(medium @ ("image" | "file" | "audio")) = kind(&property).as_str() {
            losses.note_at(
                format!("input {name}"),
                format!("the kind `{medium}` of the input `{name}` becomes a text with its address"),
                "send the medium with the request",
            );
        }
        if property.get("required").and_then(Value::as_bool) == Some(true) {
            required.push(Value::from(name.as_str()));
        }
        if let Some(example) = property.get("example") {
            examples.insert(name.clone(), example.clone());
        }
        properties.insert(name, from_property(&property));
    }
    variables(draft, prompt, &json!({"type": "object", "properties": properties, "required": required}));
    if !examples.is_empty() {
        draft.tests.push(DraftTest { variables: examples });
    }
    if let Some(outputs) = prompt.front.get("outputs") {
        draft.output.schema = Some(from_properties(outputs));
    }
    tools(draft, prompt, losses);
    model(draft, prompt, losses);
    draft.ext = others(&prompt.front, &KNOWN);
    // The first version of the format has them beside `name`.
    for name in ["authors", "tags"] {
        let Some(value) = draft.ext.shift_remove(name) else { continue };
        let metadata = draft.ext.entry("metadata").or_insert_with(|| json!({}));
        if let Value::Object(metadata) = metadata {
            metadata.entry(name).or_insert(value);
        }
    }
    if let Some(Value::Object(metadata)) = draft.ext.get_mut("metadata") {
        metadata.shift_remove("version");
        if let Some(Value::Array(tags)) = metadata.shift_remove("tags") {
            draft.tags = tags.iter().filter_map(|tag| tag.as_str().map(str::to_owned)).collect();
        }
        if metadata.is_empty() {
            draft.ext.shift_remove("metadata");
        }
    }
    Ok(())
}

/// The template with a mark in the place of each role line, so that blocks may stand around several messages.
fn prompty_body(prompt: &Prompt, losses: &mut Losses) -> Result<Vec<Node>, String> {
    const MARK: &str = "\u{fffff}";
    if prompt.template.contains(MARK) {
        return Err(
            "the template holds the private character U+FFFFF, which stands for roles while it is read".to_owned()
        );
    }
    let mut marked = format!("{MARK}system{MARK}");
    for line in prompt.template.split_inclusive('\n') {
        match role_line(line) {
            Some((role, attributes)) => {
                if !attributes.is_empty() {
                    losses.note(
                        format!("the attributes `{attributes}` of a message are dropped"),
                        "nothing, unless a program reads them",
                    );
                }
                marked.extend([MARK, role.as_str(), MARK, "\n"]);
            }
            None => marked.push_str(line),
        }
    }
    let threads: Vec<String> = prompt
        .front
        .get("inputs")
        .map(named)
        .unwrap_or_default()
        .into_iter()
        .filter(|(_, property)| property["kind"] == "thread")
        .map(|(name, _)| name)
        .collect();
    let template = prompt.front.get("template");
    let kind = template
        .map(|template| template.pointer("/format/kind").or_else(|| template.get("format")).unwrap_or(template));
    let nodes = match kind.and_then(Value::as_str) {
        Some("mustache") => unescaped(read_template(&marked, Syntax::Mustache, losses)?),
        _ => read_template(&marked, Syntax::Jinja2, losses)?,
    };
    Ok(joined(unmarked(nodes, MARK, &threads)))
}

/// Prompty prints without HTML escape in Mustache too.
fn unescaped(nodes: Vec<Node>) -> Vec<Node> {
    let one = |node| match node {
        Node::Print(value, Form::Html) => Node::Print(value, Form::Text),
        other => other,
    };
    nodes.into_iter().map(|node| one(node).map_branches(&mut unescaped)).collect()
}

fn role_line(line: &str) -> Option<(String, String)> {
    let line = line.trim().strip_suffix(':')?.trim_end();
    let line = line.strip_prefix('#').unwrap_or(line);
    let (name, attributes) = line.split_once('[').map_or((line, ""), |(name, rest)| (name, rest));
    if !attributes.is_empty() && !attributes.ends_with(']') {
        return None;
    }
    let name = name.to_ascii_lowercase();
    let known = matches!(name.as_str(), "system" | "developer" | "user" | "assistant");
    known.then(|| (name, attributes.trim_end_matches(']').to_owned()))
}

fn unmarked(nodes: Vec<Node>, mark: &str, threads: &[String]) -> Vec<Node> {
    let mut all = Vec::new();
    for node in nodes {
        match node {
            Node::Text(text) => {
                for (index, piece) in text.split(mark).enumerate() {
                    let node =
                        if index % 2 == 1 { Node::Role(Role::parse(piece)) } else { Node::Text(piece.to_owned()) };
                    all.push(node);
                }
            }
            Node::Print(Expression::Path(path), _) if path.fields.is_empty() && threads.contains(&path.head) => {
                all.push(Node::History(path.head));
            }
            other => all.push(other.map_branches(&mut |branch| unmarked(branch, mark, threads))),
        }
    }
    all
}

fn tools(draft: &mut PromptDraft, prompt: &Prompt, losses: &mut Losses) {
    for tool in prompt.front.get("tools").and_then(Value::as_array).into_iter().flatten() {
        let Some(name) = tool["name"].as_str() else { continue };
        if let Some(kind @ ("mcp" | "openapi")) = tool["kind"].as_str() {
            losses.note_at(
                format!("tool {name}"),
                format!("the tool `{name}` of the kind `{kind}` is kept by its name only"),
                "define it where the model is called",
            );
        }
        draft.tools.push(DraftTool {
            name: name.to_owned(),
            description: tool["description"].as_str().map(str::to_owned),
            parameters: tool.get("parameters").map(|parameters| match parameters.get("type") {
                Some(Value::String(_)) => parameters.clone(),
                _ => from_properties(parameters),
            }),
        });
    }
}

/// The model's connection, with references to the environment in the place of keys.
fn model(draft: &mut PromptDraft, prompt: &Prompt, losses: &mut Losses) {
    if let Some(Value::Object(others)) = draft.parameters.shift_remove("additionalProperties") {
        draft.parameters.extend(to_common(&others));
    }
    for name in ["tools", "response_format"] {
        draft.parameters.shift_remove(name);
    }
    let Some(Value::Object(model)) = prompt.front.get("model") else { return };
    let mut connection = Map::new();
    let api = model.get("apiType").or_else(|| model.get("api"));
    if let Some(api) = api {
        if !matches!(api.as_str(), Some("chat") | None) {
            losses.note_at(
                "model",
                format!("the API type {api} is not `chat`, and prompts here are"),
                "call it where it is used",
            );
        }
        connection.insert("apiType".to_owned(), api.clone());
    }
    if let Some(provider) = model.get("provider") {
        connection.insert("provider".to_owned(), provider.clone());
    }
    let old = model.get("configuration").and_then(Value::as_object);
    if let Some(old) = old {
        let get = |name: &str| old.get(name).cloned();
        draft.model = draft.model.take().or_else(|| Some(get("azure_deployment")?.as_str()?.to_owned()));
        let mut new = Map::from_iter([("kind".to_owned(), Value::from("key"))]);
        if let Some(endpoint) = get("azure_endpoint") {
            new.insert("endpoint".to_owned(), endpoint);
        }
        if let Some(key) = get("api_key") {
            new.insert("apiKey".to_owned(), key);
        }
        connection.insert("connection".to_owned(), Value::Object(new));
    } else if let Some(given) = model.get("connection") {
        connection.insert("connection".to_owned(), given.clone());
    }
    let mut connection = Value::Object(connection);
    shorten_references(&mut connection);
    for name in without_secrets(&mut connection) {
        losses.note_at(
            format!("connection.{name}"),
            format!("`{name}` may hold a secret, so its value is not copied"),
            "keep keys in the environment, and name the variable as in ${env:NAME}",
        );
    }
    if connection.as_object().is_some_and(|map| !map.is_empty()) {
        draft.connection = Some(connection);
    }
}

/// A default behind a key's variable may be the key itself.
fn shorten_references(value: &mut Value) {
    if let Value::Object(map) = value {
        for (name, inner) in map.iter_mut() {
            if let Value::String(text) = inner {
                if is_secret(name)
                    && let Some(bare) = bare_reference(text)
                {
                    *text = bare;
                }
            } else {
                shorten_references(inner);
            }
        }
    }
}

//! Prompty: YAML front matter and a Jinja or Mustache template with a line such as `system:` before each message.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::error::PromptError;
use super::marks::Mark;
use super::model::{Inputs, Output, Prompt};
use super::printed::python;
use super::uses::{Boundary, Found, Layout, Placement};
use super::variable::{self, Variable, VariableKind};
use super::{PromptFormat, front, jinja, jinja_uses, mustache, prompty_messages};
use crate::domain::message::{Message, Role};

/// The template language of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Engine {
    Jinja,
    Mustache,
}

pub(super) fn parse(name: &str, text: &str) -> Result<Prompt, PromptError> {
    let divided = front::divide(text)?;
    let mut prompt = Prompt::new(name, PromptFormat::Prompty);
    divided.body.clone_into(&mut prompt.template);
    prompt.template_line = divided.body_line;
    prompt.template_offset = divided.body_offset;
    prompt.front = divided.front;
    let front = &prompt.front;
    let engine = engine(front)?;
    let declared = inputs(front);
    let threads = threads(front);
    let mut uses = found(&prompt, engine, &declared)?;
    let boundaries = boundaries(&prompt.template, &uses, &threads);
    uses.retain(|found| !threads.contains(&found.name));
    let layout = Layout { uses, boundaries, partials: Vec::new() };
    let placed = layout.place(text, divided.body_offset, &Role::System);
    let variables = declared.iter().filter(|variable| variable.kind != VariableKind::Thread).cloned().collect();
    let variables = variable::merge(variables, &layout.uses);
    read_front(&mut prompt);
    (prompt.uses, prompt.sections) = placed;
    prompt.variables = variables;
    Ok(prompt)
}

/// Which language the front matter names: version 2 by an object, version 1 by a word.
pub(super) fn engine(front: &Map<String, Value>) -> Result<Engine, PromptError> {
    let template = front.get("template");
    let named = template.and_then(|template| match template.get("format") {
        Some(Value::Object(format)) => format.get("kind"),
        Some(format) => Some(format),
        None => template.get("type").or(Some(template)).filter(|kind| kind.is_string()),
    });
    match named.and_then(Value::as_str) {
        None | Some("" | "*" | "jinja2" | "jinja") => Ok(Engine::Jinja),
        Some("mustache") => Ok(Engine::Mustache),
        Some(other) => {
            let message = format!("the template language `{other}` is not known; write jinja2 or mustache");
            Err(PromptError::new(message))
        }
    }
}

/// Model, parameters and metadata in the words of either version; references such as `${env:KEY}` stay as written.
fn read_front(prompt: &mut Prompt) {
    let front = &prompt.front;
    let model = front.get("model");
    prompt.model = match model {
        Some(Value::String(model)) => Some(model.clone()),
        other => {
            let of_version_1 = || other.and_then(|model| model.pointer("/configuration/azure_deployment"));
            other.and_then(|model| model.get("id")).or_else(of_version_1).and_then(Value::as_str).map(str::to_owned)
        }
    };
    let parameters = model.and_then(|model| model.get("options").or_else(|| model.get("parameters")));
    prompt.parameters = parameters.and_then(Value::as_object).cloned().unwrap_or_default();
    prompt.metadata = front::map(front, "metadata");
    prompt.version = front::text(&prompt.metadata, "version").or_else(|| front::text(front, "version"));
    prompt.description = front::text(front, "description");
    prompt.tags = front::texts(prompt.metadata.get("tags").or_else(|| front.get("tags")));
    let tools = front.get("tools").or_else(|| prompt.parameters.get("tools")).and_then(Value::as_array);
    let tool_name =
        |tool: &Value| tool.get("name").or_else(|| tool.pointer("/function/name"))?.as_str().map(str::to_owned);
    prompt.tools = tools.into_iter().flatten().filter_map(tool_name).collect();
    let schema = properties(front.get("outputs"), 0);
    let asked = prompt.parameters.get("response_format").and_then(|format| format.get("type")).and_then(Value::as_str);
    let format = schema.as_ref().map(|_| "json_schema".to_owned()).or_else(|| asked.map(str::to_owned));
    prompt.output = Output { format, schema };
}

/// Named properties of the front matter: a list of them, or a map by name.
fn entries(properties: Option<&Value>) -> Vec<(String, &Value)> {
    match properties {
        Some(Value::Array(list)) => {
            list.iter().filter_map(|property| Some((property.get("name")?.as_str()?.to_owned(), property))).collect()
        }
        Some(Value::Object(map)) => map.iter().map(|(name, property)| (name.clone(), property)).collect(),
        _ => Vec::new(),
    }
}

/// Declared inputs in the words of either version; the samples of version 1 are defaults.
pub(super) fn inputs(front: &Map<String, Value>) -> Vec<Variable> {
    let mut variables = Vec::new();
    for (name, property) in entries(front.get("inputs")) {
        let field = |key: &str| property.get(key);
        let kind = field("kind").or_else(|| field("type")).and_then(Value::as_str);
        let choices = field("enumValues").and_then(Value::as_array).cloned().unwrap_or_default();
        let default = field("default").or_else(|| field("sample")).filter(|value| !value.is_null()).cloned();
        variables.push(Variable {
            name,
            kind: kind.map_or(VariableKind::Any, VariableKind::parse),
            choices,
            description: field("description").and_then(Value::as_str).map(str::to_owned),
            declared: true,
            required: field("required").and_then(Value::as_bool).unwrap_or(false),
            default,
            used: false,
        });
    }
    for (name, value) in front::map(front, "sample") {
        match variables.iter_mut().find(|variable| variable.name == name) {
            Some(variable) => variable.default = variable.default.take().or(Some(value)),
            None => variables.push(Variable { name, declared: true, default: Some(value), ..Variable::default() }),
        }
    }
    variables
}

/// The inputs that stand for earlier messages.
pub(super) fn threads(front: &Map<String, Value>) -> Vec<String> {
    let threads = inputs(front).into_iter().filter(|variable| variable.kind == VariableKind::Thread);
    threads.map(|variable| variable.name).collect()
}

/// The JSON Schema of an object with these properties.
fn properties(list: Option<&Value>, depth: usize) -> Option<Value> {
    let entries = entries(list);
    if entries.is_empty() || depth > 32 {
        return None;
    }
    let (mut fields, mut required) = (Map::new(), Vec::new());
    for (name, property) in entries {
        if property.get("required").and_then(Value::as_bool) == Some(true) {
            required.push(json!(name));
        }
        fields.insert(name, property_schema(property, depth));
    }
    Some(json!({ "type": "object", "properties": fields, "required": required }))
}

fn property_schema(property: &Value, depth: usize) -> Value {
    let kind = property.get("kind").or_else(|| property.get("type")).and_then(Value::as_str).unwrap_or_default();
    let mut schema = match kind {
        "object" => properties(property.get("properties"), depth + 1).unwrap_or_else(|| json!({ "type": "object" })),
        "array" => {
            let items = property.get("items").filter(|_| depth <= 32).map(|items| property_schema(items, depth + 1));
            items.map_or_else(|| json!({ "type": "array" }), |items| json!({ "type": "array", "items": items }))
        }
        "float" => json!({ "type": "number" }),
        "string" | "integer" | "number" | "boolean" => json!({ "type": kind }),
        _ => json!({}),
    };
    for (key, field) in [("description", "description"), ("enumValues", "enum")] {
        if let (Some(value), Value::Object(map)) = (property.get(key), &mut schema) {
            map.insert(field.to_owned(), value.clone());
        }
    }
    schema
}

/// The uses in the template, threads included.
fn found(prompt: &Prompt, engine: Engine, declared: &[Variable]) -> Result<Vec<Found>, PromptError> {
    match engine {
        Engine::Jinja => {
            let (body, _) = body(prompt);
            let names = jinja::check(body).map_err(|fault| in_jinja(prompt, fault))?;
            Ok(jinja_uses::uses(&prompt.template, &names))
        }
        Engine::Mustache => {
            let (body, _) = body(prompt);
            let template = mustache::parse(body).map_err(|fault| in_mustache(prompt, &fault))?;
            let mut uses = mustache::uses(&template);
            let before = prompt.template.len() - body.len();
            for found in &mut uses {
                found.range = found.range.start + before..found.range.end + before;
            }
            let top: HashSet<String> = uses
                .iter()
                .filter(|found| found.placement == Placement::Always)
                .map(|found| found.name.clone())
                .chain(declared.iter().map(|variable| variable.name.clone()))
                .collect();
            // Within a section, a name that is used nowhere else is a field.
            uses.retain(|found| found.placement != Placement::Repeated || top.contains(&found.name));
            Ok(uses)
        }
    }
}

/// What is rendered, and how many lines of the template stand before it: white space before the body does not count.
fn body(prompt: &Prompt) -> (&str, u32) {
    let body = prompt.template.trim_start();
    let before = prompt.template.len() - body.len();
    (body, line_breaks(&prompt.template[..before]))
}

fn line_breaks(text: &str) -> u32 {
    u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX)
}

fn in_jinja(prompt: &Prompt, fault: jinja::Fault) -> PromptError {
    let first = prompt.template_line + body(prompt).1;
    PromptError { line: fault.line.map(|line| first + line.saturating_sub(1)), message: fault.message }
}

fn in_mustache(prompt: &Prompt, fault: &mustache::Fault) -> PromptError {
    let (body, before) = body(prompt);
    let breaks = line_breaks(body.get(..fault.at).unwrap_or(body));
    PromptError::at(prompt.template_line + before + breaks, fault.message.clone())
}

/// Role lines, and the places of earlier messages, after which the message before them goes on.
fn boundaries(template: &str, uses: &[Found], threads: &[String]) -> Vec<Boundary> {
    let mut boundaries = Vec::new();
    let mut at = 0;
    while at < template.len() {
        let (line, size) = python::first_line(&template[at..]);
        if let Some(role) = role_line(line) {
            boundaries.push(Boundary { range: at..at + size, role: Some(role) });
        }
        at += size;
    }
    let mut slots = Vec::new();
    for thread in uses.iter().filter(|found| threads.contains(&found.name)) {
        // The tag around the name.
        let start = template[..thread.range.start].rfind('{').map_or(thread.range.start, |at| at.saturating_sub(1));
        let end = template[thread.range.end..].find("}}").map_or(thread.range.end, |end| thread.range.end + end + 2);
        let before = boundaries.partition_point(|boundary| boundary.range.start < start);
        let role = before.checked_sub(1).map_or(Some(Role::System), |index| boundaries[index].role.clone());
        slots.push(Boundary { range: start..end, role });
    }
    boundaries.extend(slots);
    boundaries.sort_by_key(|boundary| boundary.range.start);
    boundaries
}

/// The role of a line such as `system:`, `# User :` or `user[name="x"]:`, if it is one.
pub(super) fn role_line(line: &str) -> Option<Role> {
    let line = line.trim().strip_suffix(':')?.trim_end();
    let line = line.strip_prefix('#').map_or(line, str::trim_start);
    let (name, attributes) = line.split_once('[').map_or((line, None), |(name, rest)| (name, Some(rest)));
    if !attributes.is_none_or(|attributes| attributes.strip_suffix(']').is_some_and(are_attributes)) {
        return None;
    }
    let name = name.to_ascii_lowercase();
    matches!(name.as_str(), "system" | "developer" | "user" | "assistant").then(|| Role::parse(&name))
}

/// Whether a text is one or more `key=value` or `key="value"`, with commas between them.
fn are_attributes(text: &str) -> bool {
    let mut rest = text;
    loop {
        let key = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let Some(value) = rest[key..].trim_start().strip_prefix('=').filter(|_| key > 0) else { return false };
        let value = value.trim_start();
        let after = match value.strip_prefix('"') {
            Some(quoted) => match quoted.split_once('"') {
                Some((_, after)) => after,
                None => return false,
            },
            None => &value[value.find(['"', ',', ']']).unwrap_or(value.len())..],
        };
        let after = after.trim_start();
        rest = after.strip_prefix(',').unwrap_or(after).trim_start();
        if rest.is_empty() {
            return true;
        }
    }
}

pub(super) fn render(
    prompt: &Prompt,
    mut variables: Map<String, Value>,
    inputs: &Inputs,
) -> Result<Vec<Message>, PromptError> {
    let mark = Mark::choose(&prompt.template, &variables);
    let (body, _) = body(prompt);
    let marked = marked(body, mark);
    let mut slots = prompty_messages::Slots::new(mark, &inputs.history);
    for name in threads(&prompt.front) {
        let given = variables.insert(name.clone(), Value::String(slots.of(&name)));
        slots.thread(&name, given.as_ref());
    }
    for (name, kind) in prompt.rich() {
        let given = variables.insert(name.to_owned(), Value::String(slots.of(name)));
        slots.media(name, kind, given.as_ref());
    }
    let rendered = match engine(&prompt.front)? {
        Engine::Jinja => jinja::render(&marked, &variables).map_err(|fault| in_jinja(prompt, fault))?,
        Engine::Mustache => {
            let template = mustache::parse(&marked).map_err(|fault| in_mustache(prompt, &fault))?;
            mustache::render(&template, &variables).map_err(|fault| in_mustache(prompt, &fault))?
        }
    };
    Ok(slots.messages(&rendered))
}

/// The template with marks for its role lines: set before rendering, so that a value with a line `user:` in it starts
/// no message. Its lines stay in their places, so that faults have theirs.
fn marked(template: &str, mark: Mark) -> String {
    let mut marked = String::with_capacity(template.len());
    let mut rest = template;
    while !rest.is_empty() {
        let (line, size) = python::first_line(rest);
        match role_line(line) {
            Some(_) => {
                let name = line.trim().trim_start_matches('#').trim_start();
                let end = name.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(name.len());
                marked.push_str(&mark.of(&name[..end].to_ascii_lowercase()));
                marked.push('\n');
            }
            None => marked.push_str(&rest[..size]),
        }
        rest = &rest[size..];
    }
    marked
}

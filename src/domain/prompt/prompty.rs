//! Prompty: YAML front matter and a Jinja template with a line such as `system:` before each message.

use std::collections::BTreeMap;

use minijinja::{Environment, ErrorKind, UndefinedBehavior};
use serde_json::{Map, Value};

use super::error::PromptError;
use super::marks::Mark;
use super::model::{Inputs, Prompt, Variable};
use super::pattern::{MessagePattern, Pattern};
use super::usage::Usage;
use super::{PromptFormat, front, plain};
use crate::domain::message::{Message, Role};

pub(super) fn parse(name: &str, text: &str) -> Result<Prompt, PromptError> {
    let divided = front::divide(text)?;
    let environment = Environment::new();
    let template = environment.template_from_str(divided.body).map_err(|error| located(&error, divided.body_line))?;
    let mut usage = Usage::default();
    let mut used: Vec<String> = template.undeclared_variables(false).into_iter().collect();
    used.sort_by_key(|name| divided.body.find(name.as_str()));
    let thread = threads(&divided.front);
    for name in used.iter().filter(|name| !thread.contains(name)) {
        usage.note(name, false);
    }
    if !divided.body.contains("{%") {
        plain::note_uses(divided.body, &mut usage);
    }
    let declared = inputs(&divided.front).into_iter().filter(|variable| !thread.contains(&variable.name)).collect();
    let model = divided.front.get("model");
    let parameters = model.and_then(|model| model.get("options").or_else(|| model.get("parameters")));
    let model = match model {
        Some(Value::String(model)) => Some(model.clone()),
        other => other.and_then(|model| model.get("id")).and_then(Value::as_str).map(str::to_owned),
    };
    let metadata = front::map(&divided.front, "metadata");
    Ok(Prompt {
        name: name.to_owned(),
        format: PromptFormat::Prompty,
        version: front::text(&metadata, "version").or_else(|| front::text(&divided.front, "version")),
        description: front::text(&divided.front, "description"),
        model,
        parameters: parameters.and_then(Value::as_object).cloned().unwrap_or_default(),
        variables: usage.variables(declared),
        template: divided.body.to_owned(),
        template_line: divided.body_line,
        front: divided.front,
    })
}

fn located(error: &minijinja::Error, first: u32) -> PromptError {
    let line = error.line().and_then(|line| u32::try_from(line).ok()).map(|line| first + line.saturating_sub(1));
    let message = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    let message =
        if error.kind() == ErrorKind::UndefinedError { format!("{message}: a variable has no value") } else { message };
    PromptError { line, message }
}

/// Declared inputs: a list of properties, or a map by name, in the words of either version of the format.
fn inputs(front: &Map<String, Value>) -> Vec<Variable> {
    let read = |name: &str, property: &Value| Variable {
        name: name.to_owned(),
        description: property.get("description").and_then(Value::as_str).map(str::to_owned),
        required: property.get("required").and_then(Value::as_bool).unwrap_or(false),
        default: property.get("default").or_else(|| property.get("sample")).cloned(),
        used: false,
    };
    match front.get("inputs") {
        Some(Value::Array(list)) => {
            list.iter().filter_map(|property| Some(read(property.get("name")?.as_str()?, property))).collect()
        }
        Some(Value::Object(map)) => map.iter().map(|(name, property)| read(name, property)).collect(),
        _ => Vec::new(),
    }
}

/// The inputs that stand for earlier messages.
fn threads(front: &Map<String, Value>) -> Vec<String> {
    let list = front.get("inputs").and_then(Value::as_array).into_iter().flatten();
    let threads = list.filter(|property| property["kind"] == "thread");
    threads.filter_map(|property| property["name"].as_str().map(str::to_owned)).collect()
}

/// The role of a line such as `system:` or `user[name="x"]:`, if it is one.
fn role_line(line: &str) -> Option<Role> {
    let line = line.trim().strip_suffix(':')?.trim_end();
    let line = line.strip_prefix('#').unwrap_or(line);
    let (name, attributes) = line.split_once('[').map_or((line, None), |(name, rest)| (name, Some(rest)));
    if attributes.is_some_and(|attributes| !attributes.ends_with(']')) {
        return None;
    }
    let name = name.to_ascii_lowercase();
    matches!(name.as_str(), "system" | "developer" | "user" | "assistant").then(|| Role::parse(&name))
}

pub(super) fn render(
    prompt: &Prompt,
    variables: &Map<String, Value>,
    inputs: &Inputs,
) -> Result<Vec<Message>, PromptError> {
    let mark = Mark::choose(&prompt.template, variables, inputs);
    // Marks are set before rendering, so that a value with a line `user:` in it starts no message.
    let mut marked = String::new();
    for line in prompt.template.split_inclusive('\n') {
        match role_line(line) {
            Some(role) => {
                marked.push_str(&mark.role(role.as_str()));
                marked.push('\n');
            }
            None => marked.push_str(line),
        }
    }
    let mut context: BTreeMap<String, minijinja::Value> =
        variables.iter().map(|(name, value)| (name.clone(), engine_value(value))).collect();
    for name in threads(&prompt.front) {
        context.insert(name, mark.history().into());
    }
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let rendered = environment.render_str(&marked, context).map_err(|error| located(&error, prompt.template_line))?;
    Ok(mark.messages(rendered.trim(), Role::System, &inputs.history))
}

/// A value as the template engine has it.
fn engine_value(value: &Value) -> minijinja::Value {
    match value {
        Value::Null => ().into(),
        Value::Bool(yes) => (*yes).into(),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => whole.into(),
            (None, Some(real)) => real.into(),
            (None, None) => number.to_string().into(),
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(list) => list.iter().map(engine_value).collect::<Vec<_>>().into(),
        Value::Object(map) => {
            map.iter().map(|(key, value)| (key.clone(), engine_value(value))).collect::<BTreeMap<_, _>>().into()
        }
    }
}

/// The template as a pattern; `None` where it has more than holes.
pub(super) fn pattern(prompt: &Prompt) -> Option<Pattern> {
    if prompt.template.contains("{%") || prompt.template.contains("{#") {
        return None;
    }
    let mut messages = vec![(Role::System, String::new())];
    for line in prompt.template.split_inclusive('\n') {
        match role_line(line) {
            Some(role) => messages.push((role, String::new())),
            None => messages.last_mut()?.1.push_str(line),
        }
    }
    let patterns = messages.into_iter().map(|(role, text)| {
        let mut message = MessagePattern::new(role);
        message.pieces = plain::pieces(&text);
        message
    });
    Some(Pattern::new(patterns.collect()))
}

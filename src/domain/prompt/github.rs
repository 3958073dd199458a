//! GitHub Models: one YAML file with a list of messages in which `{{name}}` is replaced, as gh-models f38cd97 does it.

use std::ops::Range;

use serde::Deserialize;
use serde_json::{Map, Value};
use serde_saphyr::Spanned;

use super::error::PromptError;
use super::limits::Budget;
use super::model::{Inputs, Output, Prompt};
use super::printed::go;
use super::uses::{Boundary, Found, Layout, Placement, Purpose};
use super::{PromptFormat, front, plain, variable};
use crate::domain::message::{Message, Role};

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    messages: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    role: String,
    content: Option<Spanned<String>>,
}

pub(super) fn parse(name: &str, text: &str) -> Result<Prompt, PromptError> {
    let front = front::mapping(text, 0)?;
    let file: File = front::read(text, 0)?;
    if file.messages.is_empty() {
        return Err(PromptError::new("the file has no `messages` with `role` and `content`"));
    }
    let mut prompt = Prompt::new(name, PromptFormat::GithubModels);
    prompt.output = output(&front)?;
    let layout = layout(text, &file);
    prompt.variables = variable::merge(Vec::new(), &layout.uses);
    let (uses, _) = layout.place(text, 0, &Role::User);
    prompt.uses = uses;
    prompt.sections = sections(text, &file);
    let texts = file.messages.iter().map(|entry| format!("{}:\n{}", entry.role, entry.text()));
    prompt.template = texts.collect::<Vec<_>>().join("\n");
    prompt.version = front::text(&front, "version");
    prompt.description = front::text(&front, "description");
    prompt.model = front::text(&front, "model");
    prompt.parameters = front::map(&front, "modelParameters");
    prompt.tags = front::texts(front.get("tags"));
    prompt.front = front;
    Ok(prompt)
}

impl Entry {
    fn text(&self) -> &str {
        self.content.as_ref().map_or("", |content| content.value.as_str())
    }

    /// The bytes of the content in the file, with its quotes or the mark of its block.
    fn range(&self, file: &str) -> Option<Range<usize>> {
        let span = self.content.as_ref()?.defined.span();
        let start = usize::try_from(span.byte_offset()?).ok()?;
        let end = start + usize::try_from(span.byte_len()?).ok()?;
        file.get(start..end).map(|_| start..end)
    }
}

/// The answer's format: a schema is JSON text, and has a name.
fn output(front: &Map<String, Value>) -> Result<Output, PromptError> {
    let format = front::text(front, "responseFormat");
    if let Some(format) = &format
        && !matches!(format.as_str(), "text" | "json_object" | "json_schema")
    {
        let known = "write text, json_object or json_schema";
        return Err(PromptError::new(format!("`responseFormat: {format}` is not known; {known}")));
    }
    let schema = match front.get("jsonSchema") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => match serde_json::from_str::<Value>(text) {
            Ok(schema @ Value::Object(_)) => Some(schema),
            Ok(_) => return Err(PromptError::new("`jsonSchema` has to be the text of a JSON object")),
            Err(error) => return Err(PromptError::new(format!("`jsonSchema` is not valid JSON: {error}"))),
        },
        Some(_) => {
            return Err(PromptError::new("`jsonSchema` has to be a text that holds JSON; write `jsonSchema: |-`"));
        }
    };
    if format.as_deref() == Some("json_schema")
        && !schema.as_ref().is_some_and(|schema| schema.get("name").is_some() && schema.get("schema").is_some())
    {
        let message = "`responseFormat: json_schema` needs a `jsonSchema` with `name` and `schema`";
        return Err(PromptError::new(message));
    }
    let schema = schema.map(|schema| schema.get("schema").cloned().unwrap_or(schema));
    Ok(Output { format, schema })
}

fn layout(text: &str, file: &File) -> Layout {
    let mut layout = Layout::default();
    for entry in &file.messages {
        let range = entry.range(text);
        let mut from = range.as_ref().map_or(0, |range| range.start);
        if let Some(range) = &range {
            let role = Some(Role::parse(&entry.role));
            layout.boundaries.push(Boundary { range: range.start..range.start, role });
        }
        for hole in plain::holes(entry.text(), plain::exact_name) {
            // As written in the file: in a quoted or folded text it stands further on than in the text it means.
            let written = format!("{{{{{}}}}}", hole.name);
            let end = range.as_ref().map_or(0, |range| range.end);
            let at = text.get(from..end).and_then(|rest| rest.find(&written)).map(|at| from + at + 2);
            let place = at.map_or_else(|| range.clone().unwrap_or(0..0), |at| at..at + hole.name.len());
            // Where escapes hide one, the others of this content have its place too.
            from = at.map_or(end, |at| at + hole.name.len() + 2);
            layout.uses.push(Found {
                name: hole.name.to_owned(),
                range: place,
                placement: Placement::Always,
                purpose: Purpose::Printed,
                optional: false,
            });
        }
    }
    layout.boundaries.sort_by_key(|boundary| boundary.range.start);
    layout
}

fn sections(text: &str, file: &File) -> Vec<super::uses::Section> {
    let mut lines = super::uses::Lines::of(text);
    let section = |entry: &Entry| {
        let range = entry.range(text)?;
        let line = lines.position(range.start).0;
        (!entry.text().trim().is_empty()).then(|| super::uses::Section {
            role: Some(Role::parse(&entry.role)),
            range,
            line,
        })
    };
    file.messages.iter().filter_map(section).collect()
}

/// Role and content of each message; a number is a text here too.
pub(super) fn list(front: &Map<String, Value>) -> Vec<(String, String)> {
    let messages = front.get("messages").and_then(Value::as_array).into_iter().flatten();
    messages.map(|message| (front_text(&message["role"]), front_text(&message["content"]))).collect()
}

fn front_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Values are put in once: a value that holds `{{name}}` stays as it is, where gh-models would go on replacing.
pub(super) fn render(
    prompt: &Prompt,
    variables: &Map<String, Value>,
    inputs: &Inputs,
) -> Result<Vec<Message>, PromptError> {
    let mut budget = Budget::default();
    let mut messages = Vec::new();
    for (role, content) in list(&prompt.front) {
        let known = ["system", "user", "assistant"].into_iter().find(|known| role.eq_ignore_ascii_case(known));
        let Some(known) = known else {
            let message = format!("`{role}` is no role; the roles are system, user and assistant");
            return Err(PromptError::new(message));
        };
        let holes = plain::holes(&content, |name| variables.contains_key(name).then_some(name));
        let text = plain::fill(&content, &holes, variables, &mut budget, go::print)?;
        messages.push(Message::text(Role::parse(known), text));
    }
    let at = messages.iter().rposition(|message| message.role == Role::User).unwrap_or(messages.len());
    messages.splice(at..at, inputs.history.iter().cloned());
    Ok(messages)
}

//! Dotprompt: YAML front matter and a Handlebars template.

use serde_json::{Map, Value};

use super::error::PromptError;
use super::hbs::{self, Fault, Sources};
use super::model::{Inputs, Output, Prompt};
use super::printed::javascript::is_space;
use super::{PromptFormat, dotprompt_messages, front, schema, variable};
use crate::domain::message::{Message, Role};

pub(super) fn parse(name: &str, text: &str) -> Result<Prompt, PromptError> {
    let divided = front::divide(text)?;
    let mut prompt = Prompt::new(name, PromptFormat::Dotprompt);
    divided.body.clone_into(&mut prompt.template);
    prompt.template_line = divided.body_line;
    prompt.template_offset = divided.body_offset;
    let front = divided.front;
    let (body, before) = body(&prompt);
    let template = hbs::parse(body).map_err(|fault| located(&prompt, &fault))?;
    let layout = hbs::layout(&template);
    let end = divided.body_offset + before + body.len();
    (prompt.uses, prompt.sections) = layout.place(&text[..end], divided.body_offset + before, &Role::User);
    let schema_of = |part: &Map<String, Value>| {
        let read = part.get("schema").filter(|schema| !schema.is_null()).map(schema::json_schema);
        read.transpose().map_err(|problem| PromptError::new(format!("the schema in the front matter: {problem}")))
    };
    let (input, output) = (front::map(&front, "input"), front::map(&front, "output"));
    let declared = variable::of_schema(schema_of(&input)?.as_ref(), &front::map(&input, "default"));
    prompt.variables = variable::merge(declared, &layout.uses);
    prompt.output = Output { format: front::text(&output, "format"), schema: schema_of(&output)? };
    prompt.version = front::text(&front, "version");
    prompt.description = front::text(&front, "description");
    prompt.model = front::text(&front, "model");
    prompt.parameters = front::map(&front, "config");
    prompt.tools = front::texts(front.get("tools"));
    let defined = front.get("toolDefs").and_then(Value::as_array).into_iter().flatten();
    prompt.tools.extend(defined.filter_map(|tool| Some(tool.get("name")?.as_str()?.to_owned())));
    prompt.metadata = namespaces(&front);
    prompt.tags = front::texts(front.get("tags"));
    prompt.partials = layout.partials;
    prompt.front = front;
    Ok(prompt)
}

/// What is rendered, and how many bytes of the template stand before it: a file with front matter is trimmed, one
/// without is not.
fn body(prompt: &Prompt) -> (&str, usize) {
    if prompt.template_line == 1 {
        return (&prompt.template, 0);
    }
    let trimmed = prompt.template.trim_start_matches(is_space);
    (trimmed.trim_end_matches(is_space), prompt.template.len() - trimmed.len())
}

/// Keys with a point in them: the last one parts the namespace from the field.
fn namespaces(front: &Map<String, Value>) -> Map<String, Value> {
    let mut ext = front::map(front, "ext");
    for (key, value) in front {
        let Some((namespace, field)) = key.rsplit_once('.') else { continue };
        let fields = ext.entry(namespace).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(fields) = fields {
            fields.insert(field.to_owned(), value.clone());
        }
    }
    ext
}

fn located(prompt: &Prompt, fault: &Fault) -> PromptError {
    let (body, before) = body(prompt);
    let end = (before + fault.at).min(before + body.len());
    let lines = memchr::memchr_iter(b'\n', &prompt.template.as_bytes()[..end]).count();
    PromptError::at(prompt.template_line + u32::try_from(lines).unwrap_or(0), fault.message.clone())
}

pub(super) fn render(
    prompt: &Prompt,
    variables: Map<String, Value>,
    inputs: &Inputs,
) -> Result<Vec<Message>, PromptError> {
    let template = hbs::parse(body(prompt).0).map_err(|fault| located(prompt, &fault))?;
    let variables = Value::Object(variables);
    let sources = Sources { variables: &variables, context: &inputs.context, partials: &inputs.partials };
    let pieces = hbs::render(&template, &sources).map_err(|fault| located(prompt, &fault))?;
    Ok(dotprompt_messages::messages(pieces, &inputs.history))
}

//! GitHub Models: one YAML file with a list of messages in which `{{name}}` is replaced.

use serde_json::{Map, Value};

use super::error::PromptError;
use super::model::{Inputs, Prompt};
use super::pattern::{MessagePattern, Pattern};
use super::usage::Usage;
use super::{PromptFormat, front, plain};
use crate::domain::message::{Message, Role};

pub(super) fn parse(name: &str, text: &str) -> Result<Prompt, PromptError> {
    let front = front::mapping(text, 0)?;
    let messages = list(&front);
    if messages.is_empty() {
        return Err(PromptError::new("the file has no `messages` with `role` and `content`"));
    }
    let mut usage = Usage::default();
    for (_, content) in &messages {
        plain::note_uses(content, &mut usage);
    }
    let template: Vec<String> = messages.iter().map(|(role, content)| format!("{role}:\n{content}")).collect();
    Ok(Prompt {
        name: name.to_owned(),
        format: PromptFormat::GithubModels,
        version: front::text(&front, "version"),
        description: front::text(&front, "description"),
        model: front::text(&front, "model"),
        parameters: front::map(&front, "modelParameters"),
        variables: usage.variables(Vec::new()),
        template: template.join("\n"),
        template_line: 1,
        front,
    })
}

fn list(front: &Map<String, Value>) -> Vec<(String, String)> {
    let messages = front.get("messages").and_then(Value::as_array).into_iter().flatten();
    messages
        .filter_map(|message| Some((message["role"].as_str()?.to_owned(), message["content"].as_str()?.to_owned())))
        .collect()
}

#[expect(clippy::unnecessary_wraps, reason = "the formats share one signature")]
pub(super) fn render(
    prompt: &Prompt,
    variables: &Map<String, Value>,
    inputs: &Inputs,
) -> Result<Vec<Message>, PromptError> {
    let mut messages: Vec<Message> = list(&prompt.front)
        .into_iter()
        .map(|(role, content)| Message::text(Role::parse(&role), plain::render(&content, variables).trim()))
        .collect();
    let at = messages.iter().rposition(|message| message.role == Role::User).unwrap_or(messages.len());
    messages.splice(at..at, inputs.history.iter().cloned());
    Ok(messages)
}

pub(super) fn pattern(prompt: &Prompt) -> Pattern {
    let messages = list(&prompt.front).into_iter().map(|(role, content)| {
        let mut message = MessagePattern::new(Role::parse(&role));
        message.pieces = plain::pieces(&content);
        message
    });
    Pattern::new(messages.collect())
}

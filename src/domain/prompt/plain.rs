//! Plain templates: text in which `{{name}}` is replaced, and nothing else means anything.

use serde_json::{Map, Value};

use super::PromptFormat;
use super::model::{Inputs, Prompt};
use super::pattern::{MessagePattern, Pattern, Piece};
use super::usage::Usage;
use crate::domain::message::{Message, Role};

/// Divides a template into literal text and holes.
pub(super) fn pieces(template: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = template;
    while let Some(open) = rest.find("{{") {
        let (before, from) = rest.split_at(open);
        literal.push_str(before);
        let name = from[2..].split_once("}}").map(|(name, after)| (name.trim(), after));
        match name {
            Some((name, after)) if is_name(name) => {
                if !literal.is_empty() {
                    pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                }
                pieces.push(Piece::Hole(name.to_owned()));
                rest = after;
            }
            _ => {
                literal.push_str("{{");
                rest = &from[2..];
            }
        }
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    pieces
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

/// Notes the holes of a template.
pub(super) fn note_uses(template: &str, usage: &mut Usage) {
    for piece in pieces(template) {
        if let Piece::Hole(name) = piece {
            usage.note(&name, true);
        }
    }
}

/// Replaces the holes; text stands as it is, any other value as JSON.
pub(super) fn render(template: &str, variables: &Map<String, Value>) -> String {
    let mut text = String::new();
    for piece in pieces(template) {
        match piece {
            Piece::Hole(name) => match variables.get(&name) {
                Some(Value::String(value)) => text.push_str(value),
                Some(Value::Null) | None => {}
                Some(value) => text.push_str(&value.to_string()),
            },
            Piece::Literal(literal) => text.push_str(&literal),
            Piece::Each(..) | Piece::Either(..) => {}
        }
    }
    text
}

pub(super) fn parse(name: &str, text: &str) -> Prompt {
    let mut usage = Usage::default();
    note_uses(text, &mut usage);
    Prompt {
        name: name.to_owned(),
        format: PromptFormat::Text,
        version: None,
        description: None,
        model: None,
        parameters: Map::new(),
        variables: usage.variables(Vec::new()),
        front: Map::new(),
        template: text.to_owned(),
        template_line: 1,
    }
}

pub(super) fn render_text(prompt: &Prompt, variables: &Map<String, Value>, inputs: &Inputs) -> Vec<Message> {
    let mut messages = inputs.history.clone();
    messages.push(Message::text(Role::User, render(&prompt.template, variables).trim()));
    messages
}

pub(super) fn pattern(prompt: &Prompt) -> Pattern {
    let mut message = MessagePattern::new(Role::User);
    message.pieces = pieces(&prompt.template);
    Pattern::new(vec![message])
}

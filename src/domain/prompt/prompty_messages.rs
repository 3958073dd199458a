//! Makes messages of what a Prompty template rendered to, as Python's `prompty` 2.1.0 does.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::marks::Mark;
use super::printed::python;
use super::variable::VariableKind;
use crate::domain::message::{Message, Part, Role};

/// Before the name of a variable in a mark; role names have none.
const SLOT: char = '@';

/// What the places of earlier messages and of media stand for.
pub(super) struct Slots<'h> {
    mark: Mark,
    history: &'h [Message],
    by_name: HashMap<String, Slot>,
    threads: Vec<String>,
}

enum Slot {
    Thread(Vec<Message>),
    Media(Part),
}

impl<'h> Slots<'h> {
    pub(super) fn new(mark: Mark, history: &'h [Message]) -> Self {
        Self { mark, history, by_name: HashMap::new(), threads: Vec::new() }
    }

    /// What the template prints for a variable that is no text.
    pub(super) fn of(&self, name: &str) -> String {
        self.mark.of(&format!("{SLOT}{name}"))
    }

    /// A thread stands for the history, else for the messages given as its value.
    pub(super) fn thread(&mut self, name: &str, given: Option<&Value>) {
        let given = given.and_then(Value::as_array).into_iter().flatten().filter_map(message);
        let messages = if self.history.is_empty() { given.collect() } else { self.history.to_vec() };
        self.by_name.insert(name.to_owned(), Slot::Thread(messages));
        self.threads.push(name.to_owned());
    }

    /// An image, file or recording stands for a part of a message of the user.
    pub(super) fn media(&mut self, name: &str, kind: VariableKind, given: Option<&Value>) {
        let mut source = String::new();
        if let Some(value) = given.filter(|value| !value.is_null()) {
            python::print(value, &mut source);
        }
        let value = match kind {
            VariableKind::Image => json!({ "type": "image", "source": { "url": source } }),
            VariableKind::Audio => json!({ "kind": "audio", "source": source }),
            _ => json!({ "kind": "file", "source": source }),
        };
        self.by_name.insert(name.to_owned(), Slot::Media(Part::Other { value }));
    }

    /// The messages of rendered text: text before the first role is the system's, line breaks at the edges of a message
    /// are dropped and other white space is kept. A thread without a place goes to the end; a history for which no
    /// thread is declared, before the last message of the user.
    pub(super) fn messages(&self, rendered: &str) -> Vec<Message> {
        let mut filled = Filled { messages: Vec::new(), any: false };
        for (role, content) in self.drafts(rendered) {
            self.fill(&role, &content, &mut filled);
        }
        let Filled { mut messages, any } = filled;
        if !any {
            for name in &self.threads {
                if let Some(Slot::Thread(thread)) = self.by_name.get(name) {
                    messages.extend(thread.iter().cloned());
                }
            }
        }
        if self.threads.is_empty() && !self.history.is_empty() {
            let at = messages.iter().rposition(|message| message.role == Role::User).unwrap_or(messages.len());
            messages.splice(at..at, self.history.iter().cloned());
        }
        messages
    }

    /// Role and content of each message, places not filled yet.
    fn drafts(&self, rendered: &str) -> Vec<(Role, String)> {
        let mut drafts = Vec::new();
        let mut role = Role::System;
        let mut content: Option<String> = None;
        for line in python::lines(rendered) {
            if let Some(name) = self.mark.word(line.trim()).filter(|word| !word.starts_with(SLOT)) {
                let next = Role::parse(name);
                let before = std::mem::replace(&mut role, next);
                drafts.extend(content.take().map(|content| (before, content)));
                continue;
            }
            match &mut content {
                None => content = Some(line.to_owned()),
                Some(content) => {
                    content.push('\n');
                    content.push_str(line);
                }
            }
        }
        drafts.extend(content.map(|content| (role, content)));
        drafts
    }

    /// Puts a message in, divided where a place stands in it.
    fn fill(&self, role: &Role, content: &str, filled: &mut Filled) {
        let mut text = String::new();
        let mut whole = true;
        for (index, piece) in self.mark.split(content.trim_matches('\n')).enumerate() {
            if index % 2 == 0 {
                text.push_str(piece);
                continue;
            }
            let slot = piece.strip_prefix(SLOT).and_then(|name| self.by_name.get(name));
            let Some(slot) = slot else {
                // A role line that white space control has put into another line is text.
                text.push_str(piece);
                text.push(':');
                continue;
            };
            whole = false;
            filled.push_text(role, text.trim());
            text.clear();
            filled.any = true;
            match slot {
                Slot::Thread(thread) => filled.messages.extend(thread.iter().cloned()),
                Slot::Media(part) => match filled.messages.last_mut() {
                    Some(last) if last.role == Role::User => last.parts.push(part.clone()),
                    _ => filled.messages.push(Message { role: Role::User, name: None, parts: vec![part.clone()] }),
                },
            }
        }
        if whole {
            filled.messages.push(Message::text(role.clone(), text));
        } else {
            filled.push_text(role, text.trim());
        }
    }
}

struct Filled {
    messages: Vec<Message>,
    /// Whether any place was met.
    any: bool,
}

impl Filled {
    fn push_text(&mut self, role: &Role, text: &str) {
        if !text.is_empty() {
            self.messages.push(Message::text(role.clone(), text));
        }
    }
}

/// A message given as a value.
fn message(value: &Value) -> Option<Message> {
    let role = value.get("role").and_then(Value::as_str).unwrap_or("user");
    let content = value.as_object()?.get("content");
    let part = |part: &Value| match part.get("value").or_else(|| part.get("text")).and_then(Value::as_str) {
        Some(text) => Part::Text { text: text.to_owned() },
        None => Part::Other { value: part.clone() },
    };
    let parts = match content {
        None => vec![Part::Text { text: String::new() }],
        Some(Value::Array(list)) => list.iter().map(part).collect(),
        Some(content) => {
            let mut text = String::new();
            python::print(content, &mut text);
            vec![Part::Text { text }]
        }
    };
    Some(Message { role: Role::parse(role), name: None, parts })
}

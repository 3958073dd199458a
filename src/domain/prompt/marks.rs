//! Role, history and media marks in rendered text.
//!
//! A mark is a JSON object between two copies of a character that occurs in no template and no value of the rendering,
//! so that no value can make one.

use serde_json::{Map, Value, json};

use super::model::Inputs;
use crate::domain::message::{Message, Part, Role};

/// The character around marks, chosen for one rendering.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark(char);

impl Mark {
    /// A private-use character that none of the texts holds.
    pub(super) fn choose(template: &str, variables: &Map<String, Value>, inputs: &Inputs) -> Self {
        let mut all = template.to_owned();
        all.push_str(&Value::Object(variables.clone()).to_string());
        for partial in inputs.partials.values() {
            all.push_str(partial);
        }
        let free = ('\u{f0000}'..='\u{ffffd}').find(|mark| !all.contains(*mark));
        // 65,534 different private characters in one prompt: then the last of them splits nothing but itself.
        Self(free.unwrap_or('\u{ffffd}'))
    }

    pub(super) fn role(self, name: &str) -> String {
        self.wrap(&json!({ "role": name }))
    }

    pub(super) fn history(self) -> String {
        self.wrap(&json!({ "history": true }))
    }

    pub(super) fn media(self, url: &str, kind: Option<&str>) -> String {
        self.wrap(&json!({ "media": { "url": url, "contentType": kind } }))
    }

    fn wrap(self, value: &Value) -> String {
        format!("{0}{value}{0}", self.0)
    }

    /// Makes messages of rendered text; text before the first mark has the role `first`.
    pub(super) fn messages(self, rendered: &str, first: Role, history: &[Message]) -> Vec<Message> {
        let mut drafts = vec![Draft { role: first, parts: Vec::new() }];
        let mut done = Vec::new();
        let mut slot = None;
        for (index, piece) in rendered.split(self.0).enumerate() {
            if index % 2 == 0 {
                if let Some(draft) = drafts.last_mut() {
                    draft.text(piece);
                }
                continue;
            }
            let mark: Value = serde_json::from_str(piece).unwrap_or_default();
            if let Some(role) = mark["role"].as_str() {
                drafts.push(Draft { role: Role::parse(role), parts: Vec::new() });
            } else if mark["history"] == Value::Bool(true) {
                done.extend(drafts.drain(..).filter_map(Draft::finish));
                slot.get_or_insert(done.len());
                drafts.push(Draft { role: Role::Assistant, parts: Vec::new() });
            } else if let (Some(draft), true) = (drafts.last_mut(), mark["media"].is_object()) {
                draft.parts.push(Part::Other { value: json!({ "media": mark["media"] }) });
            }
        }
        done.extend(drafts.into_iter().filter_map(Draft::finish));
        if !history.is_empty() {
            let before_last = done.iter().rposition(|message| message.role == Role::User).unwrap_or(done.len());
            let at = slot.unwrap_or(before_last);
            done.splice(at..at, history.iter().cloned());
        }
        done
    }
}

struct Draft {
    role: Role,
    parts: Vec<Part>,
}

impl Draft {
    fn text(&mut self, piece: &str) {
        match self.parts.last_mut() {
            Some(Part::Text { text }) => text.push_str(piece),
            _ if piece.is_empty() => {}
            _ => self.parts.push(Part::Text { text: piece.to_owned() }),
        }
    }

    fn finish(mut self) -> Option<Message> {
        if let Some(Part::Text { text }) = self.parts.first_mut() {
            *text = text.trim_start().to_owned();
        }
        if let Some(Part::Text { text }) = self.parts.last_mut() {
            *text = text.trim_end().to_owned();
        }
        self.parts.retain(|part| !matches!(part, Part::Text { text } if text.trim().is_empty()));
        (!self.parts.is_empty()).then_some(Message { role: self.role, name: None, parts: self.parts })
    }
}

//! Makes messages of what a Dotprompt template rendered to, as `toMessages` of npm's `dotprompt` 1.1.2 does.

use serde_json::{Map, Value, json};

use super::hbs::{Piece, spelled};
use super::printed::javascript::is_space;
use crate::domain::message::{Message, Part, Role};

/// The messages: text before the first role is the user's, text after the history the model's. Text of white space
/// alone between two marks is dropped, all other white space kept. Without a place of its own the history goes before
/// the last message where that is the user's, else to the end.
pub(super) fn messages(pieces: Vec<Piece>, history: &[Message]) -> Vec<Message> {
    let mut drafts = Drafts { done: Vec::new(), current: Draft::of(Role::User), run: Vec::new(), placed: false };
    for piece in pieces {
        match piece {
            Piece::Literal(text) => drafts.literal(&text, history),
            other => drafts.piece(other, history),
        }
    }
    drafts.end_run();
    drafts.end_message();
    let Drafts { mut done, placed, .. } = drafts;
    if !placed && !history.is_empty() {
        let users = done.last().is_some_and(|message| message.role == Role::User);
        let at = if users { done.len() - 1 } else { done.len() };
        done.splice(at..at, history.iter().cloned());
    }
    done
}

struct Drafts {
    done: Vec<Message>,
    current: Draft,
    /// What stands between two marks of role or history.
    run: Vec<Part>,
    /// Whether the history has been put in.
    placed: bool,
}

struct Draft {
    role: Role,
    parts: Vec<Part>,
}

impl Draft {
    const fn of(role: Role) -> Self {
        Self { role, parts: Vec::new() }
    }
}

impl Drafts {
    fn literal(&mut self, text: &str, history: &[Message]) {
        let mut from = 0;
        for (at, mark, end) in spelled(text) {
            self.text(&text[from..at]);
            self.piece(mark, history);
            from = end;
        }
        self.text(&text[from..]);
    }

    fn piece(&mut self, piece: Piece, history: &[Message]) {
        match piece {
            Piece::Literal(text) | Piece::Value(text) => self.text(&text),
            Piece::Role(name) => {
                self.end_run();
                if !self.current.parts.is_empty() {
                    self.end_message();
                }
                self.current.role = Role::parse(&name);
            }
            Piece::History => {
                self.end_run();
                self.end_message();
                self.done.extend(history.iter().cloned());
                self.placed |= !history.is_empty();
                self.current = Draft::of(Role::Assistant);
            }
            Piece::Media { url, kind } => {
                let mut media = Map::new();
                media.insert("url".to_owned(), Value::String(url));
                if let Some(kind) = kind {
                    media.insert("contentType".to_owned(), Value::String(kind));
                }
                self.run.push(Part::Other { value: json!({ "media": media }) });
            }
            Piece::Section(name) => {
                self.run.push(Part::Other { value: json!({ "metadata": { "purpose": name, "pending": true } }) });
            }
        }
    }

    fn text(&mut self, piece: &str) {
        match self.run.last_mut() {
            Some(Part::Text { text }) => text.push_str(piece),
            _ if piece.is_empty() => {}
            _ => self.run.push(Part::Text { text: piece.to_owned() }),
        }
    }

    /// Adds what stood between two marks to the message.
    fn end_run(&mut self) {
        for part in self.run.drain(..) {
            match (self.current.parts.last_mut(), part) {
                (Some(Part::Text { text }), Part::Text { text: more }) => text.push_str(&more),
                (_, part) => self.current.parts.push(part),
            }
        }
        let blank = |part: &Part| matches!(part, Part::Text { text } if text.chars().all(is_space));
        self.current.parts.retain(|part| !blank(part));
    }

    fn end_message(&mut self) {
        let ended = std::mem::replace(&mut self.current, Draft::of(Role::User));
        if !ended.parts.is_empty() {
            self.done.push(Message { role: ended.role, name: None, parts: ended.parts });
        }
    }
}

//! A template seen from the other side: literal text with holes.

use crate::domain::message::Role;

/// A piece of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Text as it stands.
    Literal(String),
    /// A variable's value; `this` is the item itself within a repetition.
    Hole(String),
    /// One repetition for each item of a list.
    Each(String, Vec<Piece>),
    /// One of two, whichever condition chose it.
    Either(Vec<Piece>, Vec<Piece>),
}

/// One message, or the place where earlier messages go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MessagePattern {
    /// The role; `None` for the place of earlier messages.
    pub(super) role: Option<Role>,
    pub(super) pieces: Vec<Piece>,
}

impl MessagePattern {
    pub(super) const fn new(role: Role) -> Self {
        Self { role: Some(role), pieces: Vec::new() }
    }

    pub(super) const fn history() -> Self {
        Self { role: None, pieces: Vec::new() }
    }
}

/// All messages of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    pub(super) messages: Vec<MessagePattern>,
}

impl Pattern {
    /// Trims the edges of each message and drops the empty ones, as rendering does.
    pub(super) fn new(mut messages: Vec<MessagePattern>) -> Self {
        for message in &mut messages {
            trim(&mut message.pieces);
        }
        messages.retain(|message| message.role.is_none() || !message.pieces.is_empty());
        Self { messages }
    }
}

fn trim(pieces: &mut Vec<Piece>) {
    while let Some(Piece::Literal(text)) = pieces.first_mut() {
        *text = text.trim_start().to_owned();
        if !text.is_empty() {
            break;
        }
        pieces.remove(0);
    }
    while let Some(Piece::Literal(text)) = pieces.last_mut() {
        *text = text.trim_end().to_owned();
        if !text.is_empty() {
            break;
        }
        pieces.pop();
    }
}

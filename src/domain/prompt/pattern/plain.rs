//! Plain templates as patterns.

use super::{Form, Piece, Reference, push_text};
use crate::domain::message::Role;
use crate::domain::prompt::github;
use crate::domain::prompt::model::Prompt;
use crate::domain::prompt::plain::{self, Span};

/// One text without roles.
pub(super) fn text(template: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    add(&mut pieces, plain::spans(template));
    pieces
}

/// The messages of a GitHub Models file.
pub(super) fn messages(prompt: &Prompt) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (role, content) in github::list(&prompt.front) {
        pieces.push(Piece::Role(Some(Role::parse(&role))));
        add(&mut pieces, plain::exact_spans(&content));
    }
    pieces
}

fn add(pieces: &mut Vec<Piece>, spans: Vec<Span>) {
    for span in spans {
        match span {
            Span::Literal(text) => push_text(pieces, &text),
            Span::Hole(name) => pieces.push(Piece::Hole(Some(Reference::variable(&name)), Form::Text)),
        }
    }
}

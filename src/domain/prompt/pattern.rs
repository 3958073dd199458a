//! A template seen from the other side: literal text with holes, choices and repetitions.
//!
//! A pattern says at least as much as its template: where the template does something that a pattern cannot say (a
//! filter, an expression), it has a hole without a name. Rendering with the values found decides in the end.

mod handlebars;
mod jinja;
mod jinja_blocks;
mod jinja_tokens;
mod plain;

use std::collections::BTreeMap;

use super::PromptFormat;
use super::model::Prompt;
use crate::domain::message::Role;

/// Deepest nesting of blocks and partials.
const MOST_DEPTH: usize = 32;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Reference {
    /// 0 for the variables, else the item of the repetition at this depth, counted from 1.
    pub(super) scope: usize,
    /// The keys below; empty for the item itself.
    pub(super) path: Vec<String>,
}

impl Reference {
    fn variable(name: &str) -> Self {
        Self { scope: 0, path: vec![name.to_owned()] }
    }

    /// A value below this one.
    fn below(&self, keys: &[String]) -> Self {
        Self { scope: self.scope, path: self.path.iter().chain(keys).cloned().collect() }
    }
}

/// How a value stands in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As it is.
    Text,
    /// As JSON.
    Json,
    /// The items of a list with this text between them.
    Joined(String),
}

/// What a choice depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Test {
    /// The value is there and neither empty, false nor 0.
    Truthy(Reference),
    /// The value is this text.
    Equals(Reference, String),
    /// The item of the repetition at this depth is the first.
    First(usize),
    /// The item of the repetition at this depth is the last.
    Last(usize),
    /// Anything else.
    Unknown,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Text as it stands.
    Literal(String),
    /// Where a message begins; `None` in a template that marks no roles.
    Role(Option<Role>),
    /// The place of earlier messages.
    History,
    /// A value; without a reference one that cannot be traced back to a variable.
    Hole(Option<Reference>, Form),
    /// The number of the current item of the repetition at a depth.
    Counter {
        /// The repetition, counted from 1.
        scope: usize,
        /// The number of the first item.
        first: usize,
    },
    /// One repetition for each item of a list.
    Each {
        /// The list, where it is a variable or part of one.
        list: Option<Reference>,
        /// What is said of each item.
        body: Vec<Piece>,
        /// What is said where the list is empty.
        otherwise: Vec<Piece>,
    },
    /// One of two.
    Choice {
        /// What decides.
        test: Test,
        /// Where the test holds.
        then: Vec<Piece>,
        /// Where it does not.
        otherwise: Vec<Piece>,
    },
}

/// A whole template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    pub(super) pieces: Vec<Piece>,
    /// Whether the template says which message has which role; one that does not may be sent in any.
    pub(super) marked: bool,
}

/// The template as a pattern; `None` where it does what no pattern can say.
pub(super) fn of(prompt: &Prompt, partials: &BTreeMap<String, String>) -> Option<Pattern> {
    let pieces = match prompt.format {
        PromptFormat::Dotprompt => handlebars::pieces(&prompt.template, partials)?,
        PromptFormat::Prompty => jinja::pieces(prompt)?,
        PromptFormat::GithubModels => plain::messages(prompt),
        PromptFormat::Text => plain::text(&prompt.template),
    };
    Some(arranged(pieces, prompt.format))
}

/// Puts the first role and the place of earlier messages where rendering puts them.
fn arranged(pieces: Vec<Piece>, format: PromptFormat) -> Pattern {
    let marked = holds_role(&pieces);
    if !marked {
        let mut all = vec![Piece::History, Piece::Role(None)];
        all.extend(pieces.into_iter().filter(|piece| *piece != Piece::History));
        return Pattern { pieces: all, marked };
    }
    let first = if format == PromptFormat::Prompty { Role::System } else { Role::User };
    let blank = |piece: &&Piece| matches!(piece, Piece::Literal(text) if text.trim().is_empty());
    let begins_marked = matches!(pieces.iter().find(|piece| !blank(piece)), Some(Piece::Role(_)));
    let mut all = if begins_marked { Vec::new() } else { vec![Piece::Role(Some(first))] };
    all.extend(pieces);
    let user = |piece: &Piece| *piece == Piece::Role(Some(Role::User));
    if !all.contains(&Piece::History)
        && let Some(at) = all.iter().rposition(user)
    {
        all.insert(at, Piece::History);
    }
    Pattern { pieces: all, marked }
}

fn holds_role(pieces: &[Piece]) -> bool {
    pieces.iter().any(|piece| match piece {
        Piece::Role(_) => true,
        Piece::Each { body, otherwise, .. } => holds_role(body) || holds_role(otherwise),
        Piece::Choice { then, otherwise, .. } => holds_role(then) || holds_role(otherwise),
        _ => false,
    })
}

/// Adds text, joined to the text before it.
fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    if text.is_empty() {
        return;
    }
    match pieces.last_mut() {
        Some(Piece::Literal(before)) => before.push_str(text),
        _ => pieces.push(Piece::Literal(text.to_owned())),
    }
}

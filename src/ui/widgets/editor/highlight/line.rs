//! What one line is read to: pieces with looks, and the state that the next line begins in.

use std::ops::Range;

use super::tag::Tag;
use super::{Syntax, body, yaml};
use crate::ui::theme::Role;

/// How a piece of text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// The style of a role.
    Role(Role),
    /// As the text around it, and bold.
    Strong,
    /// As the text around it, and italic.
    Emphasis,
}

/// A piece of a line with a look of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where it is in the line.
    pub range: Range<usize>,
    /// How it looks.
    pub look: Look,
}

/// Collects the pieces in a range, in order.
#[derive(Debug)]
pub struct Tokens {
    wanted: Range<usize>,
    /// The pieces so far.
    pub found: Vec<Token>,
}

impl Tokens {
    /// Collects nothing: only the state is wanted.
    pub const fn none() -> Self {
        Self { wanted: 0..0, found: Vec::new() }
    }

    /// Collects what touches a range.
    pub const fn within(wanted: Range<usize>) -> Self {
        Self { wanted, found: Vec::new() }
    }

    /// Whether nothing behind an offset is wanted, not even the state of the next line.
    pub const fn is_done(&self, at: usize) -> bool {
        self.wanted.end > 0 && at >= self.wanted.end
    }

    /// Adds a piece.
    pub fn add(&mut self, range: Range<usize>, look: Look) {
        if range.start < self.wanted.end && range.end > self.wanted.start && !range.is_empty() {
            self.found.push(Token { range, look });
        }
    }
}

/// Which part of a text a line is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The first line of a text that may have front matter.
    Top,
    /// The front matter.
    Front,
    /// A text that is YAML throughout.
    Yaml,
    /// The template.
    Body,
    /// A fenced block of code: the fence's character and length.
    Fence(u8, usize),
}

/// The state at the beginning of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// The part.
    pub part: Part,
    /// The tag that is open.
    pub tag: Option<Tag>,
}

impl State {
    /// The state at the beginning of a text.
    pub const fn first(syntax: Syntax) -> Self {
        let part = match syntax {
            Syntax::Plain => Part::Body,
            Syntax::Yaml => Part::Yaml,
            Syntax::Markdown | Syntax::Dotprompt | Syntax::Prompty => Part::Top,
        };
        Self { part, tag: None }
    }
}

/// Reads a line; says the state of the next.
pub fn lex(syntax: Syntax, number: usize, line: &str, state: State, tokens: &mut Tokens) -> State {
    // A byte order mark stands before the first line.
    let mark = if number == 0 && line.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let dashes = line[mark..].trim_end() == "---";
    match state.part {
        Part::Top | Part::Front if dashes => {
            tokens.add(0..line.len(), Look::Role(Role::CodeComment));
            let part = if state.part == Part::Top { Part::Front } else { Part::Body };
            State { part, tag: None }
        }
        // Dotprompt allows blank lines and comments before the front matter.
        Part::Top if line.trim().is_empty() => state,
        Part::Top => body::lex(syntax, line, State { part: Part::Body, tag: None }, tokens),
        Part::Front | Part::Yaml => yaml::lex(line, state, tokens),
        Part::Body | Part::Fence(..) => body::lex(syntax, line, state, tokens),
    }
}

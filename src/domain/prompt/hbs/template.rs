//! A template that was read.

use std::ops::Range;

use serde_json::Value;

/// The functions that Dotprompt allows: those of Handlebars and its own; all others fail.
pub(in crate::domain::prompt) const FUNCTIONS: [&str; 13] = [
    "if",
    "unless",
    "each",
    "with",
    "lookup",
    "log",
    "json",
    "role",
    "history",
    "section",
    "media",
    "ifEquals",
    "unlessEquals",
];

/// A template that was read.
#[derive(Clone, Debug)]
pub(in crate::domain::prompt) struct Template {
    /// Its source, which the ranges of its nodes point into.
    pub(in crate::domain::prompt) source: String,
    pub(in crate::domain::prompt) body: Vec<Node>,
}

/// A piece of a template.
#[derive(Clone, Debug)]
pub(in crate::domain::prompt) enum Node {
    Text(Text),
    /// `{{x}}`.
    Print(Call, Strip),
    /// `{{#x}}…{{/x}}`.
    Block(Box<Block>),
    /// `{{>x}}` and `{{#>x}}…{{/x}}`.
    Partial(Box<Partial>),
    /// `{{#*inline "x"}}…{{/inline}}`.
    Inline(Box<Inline>),
    /// A comment, which counts for the white space around it only.
    Comment(Strip),
}

/// Literal text: where it stands, and what of it is left after white space control.
#[derive(Clone, Debug)]
pub(in crate::domain::prompt) struct Text {
    pub(in crate::domain::prompt) whole: Range<usize>,
    pub(in crate::domain::prompt) kept: Range<usize>,
    pub(in crate::domain::prompt) left_stripped: bool,
    pub(in crate::domain::prompt) right_stripped: bool,
}

/// Which sides of a tag have a `~`.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::domain::prompt) struct Strip {
    pub(in crate::domain::prompt) open: bool,
    pub(in crate::domain::prompt) close: bool,
}

/// A name or function with what it is given.
#[derive(Clone, Debug)]
pub(in crate::domain::prompt) struct Call {
    pub(in crate::domain::prompt) name: Expression,
    pub(in crate::domain::prompt) params: Vec<Expression>,
    pub(in crate::domain::prompt) hash: Vec<(String, Expression)>,
    /// The whole tag, or the parentheses.
    pub(in crate::domain::prompt) span: Range<usize>,
}

impl Call {
    /// The function that is called, if it is one: a name with something given to it, or one that is known.
    pub(in crate::domain::prompt) fn function(&self) -> Option<&str> {
        let Expression::Path(path) = &self.name else { return None };
        let name = path.simple()?;
        (!self.params.is_empty() || !self.hash.is_empty() || FUNCTIONS.contains(&name)).then_some(name)
    }
}

/// Something that has a value.
#[derive(Clone, Debug)]
pub(in crate::domain::prompt) enum Expression {
    Path(Path),
    Literal(Value),
    Undefined,
    Call(Box<Call>),
}

/// A path such as `a.b`, `../a`, `@index` or `this`.
#[derive(Clone, Debug)]
pub(in crate::domain::prompt) struct Path {
    /// Whether it starts with `@`.
    pub(in crate::domain::prompt) data: bool,
    /// How many `../` stand before it.
    pub(in crate::domain::prompt) up: usize,
    pub(in crate::domain::prompt) parts: Vec<String>,
    /// Whether it starts with `.` or `this`, so that it can be no function.
    pub(in crate::domain::prompt) scoped: bool,
    pub(in crate::domain::prompt) span: Range<usize>,
}

impl Path {
    /// The name of a path of one name.
    pub(in crate::domain::prompt) fn simple(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [name] if !self.data && self.up == 0 && !self.scoped => Some(name),
            _ => None,
        }
    }
}

/// A block: what it is called with and its branches.
#[derive(Clone, Debug)]
pub(in crate::domain::prompt) struct Block {
    pub(in crate::domain::prompt) call: Call,
    /// The names after `as`.
    pub(in crate::domain::prompt) params: Vec<String>,
    pub(in crate::domain::prompt) program: Option<Vec<Node>>,
    pub(in crate::domain::prompt) inverse: Option<Vec<Node>>,
    /// Whether the inverse is the next of an `else if` chain.
    pub(in crate::domain::prompt) chained: bool,
    pub(in crate::domain::prompt) open_strip: Strip,
    pub(in crate::domain::prompt) inverse_strip: Strip,
    pub(in crate::domain::prompt) close_strip: Strip,
}

/// A partial that is put in.
#[derive(Clone, Debug)]
pub(in crate::domain::prompt) struct Partial {
    pub(in crate::domain::prompt) call: Call,
    /// What stands between the tags of a partial block: printed where there is no such partial.
    pub(in crate::domain::prompt) fallback: Option<Vec<Node>>,
    /// What each of its lines is moved in by.
    pub(in crate::domain::prompt) indent: String,
    pub(in crate::domain::prompt) open_strip: Strip,
    pub(in crate::domain::prompt) close_strip: Strip,
}

impl Partial {
    /// Its name, where the template spells it.
    pub(in crate::domain::prompt) fn name<'s>(&self, source: &'s str) -> Option<&'s str> {
        match &self.call.name {
            Expression::Path(path) => {
                let name = source.get(path.span.clone())?;
                Some(name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name))
            }
            Expression::Literal(Value::String(_)) => {
                let quoted = source.get(self.call.span.clone())?;
                let from = quoted.find(['"', '\''])?;
                let quote = quoted[from..].chars().next()?;
                quoted[from + 1..].split(quote).next()
            }
            Expression::Literal(_) | Expression::Undefined | Expression::Call(_) => None,
        }
    }
}

/// A partial that the template defines itself.
#[derive(Clone, Debug)]
pub(in crate::domain::prompt) struct Inline {
    pub(in crate::domain::prompt) name: Expression,
    pub(in crate::domain::prompt) body: Vec<Node>,
    pub(in crate::domain::prompt) open_strip: Strip,
    pub(in crate::domain::prompt) close_strip: Strip,
}

/// What is wrong with a template, and the byte at which.
#[derive(Clone, Debug)]
pub(in crate::domain::prompt) struct Fault {
    pub(in crate::domain::prompt) at: usize,
    pub(in crate::domain::prompt) message: String,
}

impl Fault {
    pub(super) fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into() }
    }
}

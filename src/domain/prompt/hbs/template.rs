//! A template that was read.

use std::ops::Range;

use serde_json::Value;

/// The functions that Dotprompt allows: those of Handlebars and its own; all others fail.
pub(in crate::domain) const FUNCTIONS: [&str; 13] = [
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
pub(in crate::domain) struct Template {
    /// Its source, which the ranges of its nodes point into.
    pub(in crate::domain) source: String,
    pub(in crate::domain) body: Vec<Node>,
}

/// A piece of a template.
#[derive(Clone, Debug)]
pub(in crate::domain) enum Node {
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
pub(in crate::domain) struct Text {
    pub(in crate::domain) whole: Range<usize>,
    pub(in crate::domain) kept: Range<usize>,
    pub(in crate::domain) left_stripped: bool,
    pub(in crate::domain) right_stripped: bool,
}

/// Which sides of a tag have a `~`.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::domain) struct Strip {
    pub(in crate::domain) open: bool,
    pub(in crate::domain) close: bool,
}

/// A name or function with what it is given.
#[derive(Clone, Debug)]
pub(in crate::domain) struct Call {
    pub(in crate::domain) name: Expression,
    pub(in crate::domain) params: Vec<Expression>,
    pub(in crate::domain) hash: Vec<(String, Expression)>,
    /// The whole tag, or the parentheses.
    pub(in crate::domain) span: Range<usize>,
}

impl Call {
    /// The function that is called, if it is one: a name with something given to it, or one that is known.
    pub(in crate::domain) fn function(&self) -> Option<&str> {
        let Expression::Path(path) = &self.name else { return None };
        let name = path.simple()?;
        (!self.params.is_empty() || !self.hash.is_empty() || FUNCTIONS.contains(&name)).then_some(name)
    }
}

/// Something that has a value.
#[derive(Clone, Debug)]
pub(in crate::domain) enum Expression {
    Path(Path),
    Literal(Value),
    Undefined,
    Call(Box<Call>),
}

/// A path such as `a.b`, `../a`, `@index` or `this`.
#[derive(Clone, Debug)]
pub(in crate::domain) struct Path {
    /// Whether it starts with `@`.
    pub(in crate::domain) data: bool,
    /// How many `../` stand before it.
    pub(in crate::domain) up: usize,
    pub(in crate::domain) parts: Vec<String>,
    /// Whether it starts with `.` or `this`, so that it can be no function.
    pub(in crate::domain) scoped: bool,
    pub(in crate::domain) span: Range<usize>,
}

impl Path {
    /// The name of a path of one name.
    pub(in crate::domain) fn simple(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [name] if !self.data && self.up == 0 && !self.scoped => Some(name),
            _ => None,
        }
    }
}

/// A block: what it is called with and its branches.
#[derive(Clone, Debug)]
pub(in crate::domain) struct Block {
    pub(in crate::domain) call: Call,
    /// The names after `as`.
    pub(in crate::domain) params: Vec<String>,
    pub(in crate::domain) program: Option<Vec<Node>>,
    pub(in crate::domain) inverse: Option<Vec<Node>>,
    /// Whether the inverse is the next of an `else if` chain.
    pub(in crate::domain) chained: bool,
    pub(in crate::domain) open_strip: Strip,
    pub(in crate::domain) inverse_strip: Strip,
    pub(in crate::domain) close_strip: Strip,
}

/// A partial that is put in.
#[derive(Clone, Debug)]
pub(in crate::domain) struct Partial {
    pub(in crate::domain) call: Call,
    /// What stands between the tags of a partial block: printed where there is no such partial.
    pub(in crate::domain) fallback: Option<Vec<Node>>,
    /// What each of its lines is moved in by.
    pub(in crate::domain) indent: String,
    pub(in crate::domain) open_strip: Strip,
    pub(in crate::domain) close_strip: Strip,
}

impl Partial {
    /// Its name, where the template spells it.
    pub(in crate::domain) fn name<'s>(&self, source: &'s str) -> Option<&'s str> {
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
pub(in crate::domain) struct Inline {
    pub(in crate::domain) name: Expression,
    pub(in crate::domain) body: Vec<Node>,
    pub(in crate::domain) open_strip: Strip,
    pub(in crate::domain) close_strip: Strip,
}

/// What is wrong with a template, and the byte at which.
#[derive(Clone, Debug)]
pub(in crate::domain) struct Fault {
    pub(in crate::domain) at: usize,
    pub(in crate::domain) message: String,
}

impl Fault {
    pub(super) fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into() }
    }
}

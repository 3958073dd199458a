//! Templates as a tree that no syntax owns: what is printed, chosen and repeated, with literal text unescaped.

use serde_json::Value;

use crate::domain::message::Role;

/// A template language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// `{{name}}` is replaced and nothing else means anything: Langfuse, GitHub Models, text.
    Plain,
    /// Mustache, with HTML escape as the standard has it.
    Mustache,
    /// Handlebars with Dotprompt's functions.
    Handlebars,
    /// Jinja2.
    Jinja2,
    /// Nunjucks, close to Jinja2.
    Nunjucks,
    /// Python's format strings as LangChain restricts them.
    FString,
}

impl Syntax {
    /// The language's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Mustache => "mustache",
            Self::Handlebars => "handlebars",
            Self::Jinja2 => "jinja2",
            Self::Nunjucks => "nunjucks",
            Self::FString => "f-string",
        }
    }

    /// Whether text of one can stand in the other.
    pub fn is_akin(self, other: Self) -> bool {
        let jinja = |syntax| matches!(syntax, Self::Jinja2 | Self::Nunjucks);
        self == other || (jinja(self) && jinja(other))
    }
}

/// A variable or loop item and the fields below it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    /// The variable's name, or that of the item of a loop around it.
    pub head: String,
    /// Field names and list positions.
    pub fields: Vec<String>,
}

impl Path {
    /// A path without fields.
    pub fn of(head: impl Into<String>) -> Self {
        Self { head: head.into(), fields: Vec::new() }
    }

    /// The path with dots.
    pub fn dotted(&self) -> String {
        let mut text = self.head.clone();
        for field in &self.fields {
            text.push('.');
            text.push_str(field);
        }
        text
    }
}

/// Something that has a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// A variable's value.
    Path(Path),
    /// The position in the innermost loop, from 0.
    Index,
    /// Whether the innermost loop is at its first item.
    First,
    /// Whether the innermost loop is at its last item.
    Last,
    /// A fixed value.
    Literal(Value),
}

/// How a value is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As text.
    Text,
    /// As JSON, with that many spaces a level; 0 is one line.
    Json(u8),
    /// As text with `& < > "` as HTML entities.
    Html,
}

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Neither missing nor false, 0 or empty.
    Truthy(Expression),
    /// Equal to another value.
    Equals(Expression, Expression),
    /// The contrary.
    Not(Box<Self>),
}

impl Test {
    /// The contrary of this condition.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// The same condition on other values.
    #[must_use]
    pub fn map_values(self, change: &dyn Fn(Expression) -> Expression) -> Self {
        match self {
            Self::Truthy(value) => Self::Truthy(change(value)),
            Self::Equals(one, other) => Self::Equals(change(one), change(other)),
            Self::Not(inner) => Self::Not(Box::new(inner.map_values(change))),
        }
    }
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Text as it comes out.
    Text(String),
    /// A value.
    Print(Expression, Form),
    /// The body once for each item of a list.
    Each {
        /// The list.
        list: Expression,
        /// The name of the item in the body.
        item: String,
        /// What is repeated.
        body: Vec<Self>,
        /// What stands there for an empty list.
        otherwise: Vec<Self>,
    },
    /// One of two.
    If {
        /// What decides.
        test: Test,
        /// Where it holds.
        then: Vec<Self>,
        /// Where it does not.
        otherwise: Vec<Self>,
    },
    /// What follows is said by this role.
    Role(Role),
    /// Earlier messages of the conversation go here.
    History(String),
    /// A picture or other medium.
    Media {
        /// Its address.
        url: Expression,
        /// Its media type.
        content_type: Option<Expression>,
    },
    /// What only its own syntax can say.
    Raw {
        /// That syntax.
        syntax: Syntax,
        /// The text in that syntax.
        source: String,
        /// What it is, for the reader.
        what: String,
        /// The nearest that other syntaxes can say.
        instead: Vec<Self>,
    },
}

impl Node {
    /// The bodies within.
    pub fn branches(&self) -> [&[Self]; 2] {
        match self {
            Self::Each { body, otherwise, .. } => [body, otherwise],
            Self::If { then, otherwise, .. } => [then, otherwise],
            Self::Raw { instead, .. } => [instead, &[]],
            _ => [&[], &[]],
        }
    }

    /// The same piece with its bodies changed.
    #[must_use]
    pub fn map_branches(self, change: &mut dyn FnMut(Vec<Self>) -> Vec<Self>) -> Self {
        match self {
            Self::Each { list, item, body, otherwise } => {
                Self::Each { list, item, body: change(body), otherwise: change(otherwise) }
            }
            Self::If { test, then, otherwise } => Self::If { test, then: change(then), otherwise: change(otherwise) },
            Self::Raw { syntax, source, what, instead } => Self::Raw { syntax, source, what, instead: change(instead) },
            other => other,
        }
    }
}

/// Joins neighbouring texts and drops empty ones, all the way down.
pub fn joined(nodes: Vec<Node>) -> Vec<Node> {
    let mut all: Vec<Node> = Vec::with_capacity(nodes.len());
    for node in nodes {
        match (all.last_mut(), node) {
            (_, Node::Text(text)) if text.is_empty() => {}
            (Some(Node::Text(before)), Node::Text(text)) => before.push_str(&text),
            (_, node) => all.push(node.map_branches(&mut joined)),
        }
    }
    all
}

/// Drops white space at both edges.
pub fn trimmed(mut nodes: Vec<Node>) -> Vec<Node> {
    while let Some(Node::Text(text)) = nodes.first_mut() {
        *text = text.trim_start().to_owned();
        if !text.is_empty() {
            break;
        }
        nodes.remove(0);
    }
    while let Some(Node::Text(text)) = nodes.last_mut() {
        *text = text.trim_end().to_owned();
        if !text.is_empty() {
            break;
        }
        nodes.pop();
    }
    nodes
}

/// One message of a template, or the place of earlier ones.
#[derive(Clone, Debug, PartialEq)]
pub enum Section {
    /// A message.
    Message(Role, Vec<Node>),
    /// Earlier messages, under the name of the variable that gives them.
    History(String),
}

/// Divides a template at the marks that stand outside of conditions and loops; text before the first has the role `first`.
pub fn sections(nodes: &[Node], first: &Role) -> Vec<Section> {
    let mut sections = Vec::new();
    let mut role = first.clone();
    let mut body = Vec::new();
    let close = |role: &Role, body: &mut Vec<Node>, sections: &mut Vec<Section>| {
        let body = trimmed(joined(std::mem::take(body)));
        if !body.is_empty() {
            sections.push(Section::Message(role.clone(), body));
        }
    };
    for node in nodes {
        match node {
            Node::Role(next) => {
                close(&role, &mut body, &mut sections);
                role = next.clone();
            }
            Node::History(name) => {
                close(&role, &mut body, &mut sections);
                sections.push(Section::History(name.clone()));
                role = Role::Assistant;
            }
            other => body.push(other.clone()),
        }
    }
    close(&role, &mut body, &mut sections);
    sections
}

/// Calls `visit` for every piece, outer ones first.
pub fn walk<'n>(nodes: &'n [Node], visit: &mut dyn FnMut(&'n Node)) {
    for node in nodes {
        visit(node);
        for branch in node.branches() {
            walk(branch, visit);
        }
    }
}

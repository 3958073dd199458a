//! Handlebars with Dotprompt's functions, read from the tree that the renderer reads.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::names::{item_of, words_in_tags};
use super::super::nodes::{Expression, Form, Node, Path, Syntax, Test};
use super::handlebars_scope::{Base, Scope, call_on};
use super::indent::indented;
use crate::domain::message::Role;
use crate::domain::prompt::hbs::{self, Block, Call, Partial, spelled};

/// Sources of partials by name.
pub type Partials = BTreeMap<String, String>;

/// Deepest nesting of partials.
const MOST_DEPTH: usize = 8;

pub(super) fn read(template: &str, partials: &Partials) -> Result<Vec<Node>, String> {
    let taken =
        std::iter::once(template).chain(partials.values().map(String::as_str)).flat_map(words_in_tags).collect();
    let mut reader = Reader { partials, scope: Scope::root(), taken, depth: 0 };
    let template = parse(template)?;
    reader.all(&template.body, &template.source)
}

fn parse(source: &str) -> Result<hbs::Template, String> {
    hbs::parse(source).map_err(|fault| {
        let line = 1 + source[..fault.at.min(source.len())].matches('\n').count();
        format!("line {line} of the template: {}", fault.message)
    })
}

struct Reader<'p> {
    partials: &'p Partials,
    scope: Scope,
    /// Names that a new item may not have.
    taken: Vec<String>,
    depth: usize,
}

impl Reader<'_> {
    fn all(&mut self, template: &[hbs::Node], source: &str) -> Result<Vec<Node>, String> {
        let mut nodes = Vec::new();
        for node in template {
            match node {
                hbs::Node::Text(text) => literal(&mut nodes, &source[text.kept.clone()]),
                hbs::Node::Comment(_) => {}
                hbs::Node::Print(call, _) => nodes.extend(self.print(call, source)),
                hbs::Node::Block(block) => nodes.extend(self.block(block, source)?),
                hbs::Node::Partial(partial) => nodes.extend(self.partial(partial, source)?),
                hbs::Node::Inline(_) => nodes.push(raw("a partial that the template defines itself")),
            }
        }
        Ok(nodes)
    }

    fn branch(&mut self, branch: Option<&Vec<hbs::Node>>, source: &str) -> Result<Vec<Node>, String> {
        branch.map_or_else(|| Ok(Vec::new()), |nodes| self.all(nodes, source))
    }

    fn print(&self, call: &Call, source: &str) -> Option<Node> {
        let named = |name: &str| call.hash.iter().find(|(known, _)| known == name).map(|(_, value)| value);
        let first = call.params.first();
        let read = match self.scope.function(call) {
            Some("role") => match first {
                Some(hbs::Expression::Literal(Value::String(role))) => Some(Node::Role(Role::parse(role))),
                _ => None,
            },
            Some("history") => Some(Node::History("history".to_owned())),
            // It writes to the log of the program that renders.
            Some("log") => return None,
            Some("section") => Some(section()),
            Some("media") => named("url").and_then(|url| self.scope.value(url)).map(|url| Node::Media {
                url,
                content_type: named("contentType").and_then(|kind| self.scope.value(kind)),
            }),
            Some("json") => indent_of(named("indent"))
                .and_then(|indent| Some(Node::Print(self.scope.value(first?)?, Form::Json(indent)))),
            Some("lookup") => self.scope.lookup(call).map(|value| Node::Print(value, Form::Text)),
            Some(_) => None,
            None => self.scope.named(&call.name).map(|value| Node::Print(value, Form::Text)),
        };
        Some(read.unwrap_or_else(|| raw(format!("the expression `{}`", &source[call.span.clone()]))))
    }

    fn block(&mut self, block: &Block, source: &str) -> Result<Vec<Node>, String> {
        let Some(name) = self.scope.function(&block.call) else { return self.section(block, source) };
        let params = &block.call.params;
        let subject = params.first().and_then(|subject| self.scope.value(subject));
        let other = params.get(1).and_then(|other| self.scope.value(other));
        let test = match (name, subject.clone(), other) {
            // `includeZero` makes a test of its own.
            ("if" | "unless", Some(subject), None) if block.call.hash.is_empty() => Some(Test::Truthy(subject)),
            ("ifEquals" | "unlessEquals", Some(subject), Some(other)) => Some(Test::Equals(subject, other)),
            _ => None,
        };
        if let Some(test) = test {
            let test = if name.starts_with("if") { test } else { test.negated() };
            let then = self.branch(block.program.as_ref(), source)?;
            let otherwise = self.branch(block.inverse.as_ref(), source)?;
            return Ok(vec![Node::If { test, then, otherwise }]);
        }
        match (name, subject) {
            ("each", Some(Expression::Path(list))) => self.each(block, list, source),
            ("with", Some(Expression::Path(path))) => {
                let value = Expression::Path(path.clone());
                let names = block.params.first().cloned().map(|name| (name, value.clone())).into_iter().collect();
                self.scope.enter(Base::Value(path), names);
                let then = self.branch(block.program.as_ref(), source);
                self.scope.leave();
                let otherwise = self.branch(block.inverse.as_ref(), source)?;
                Ok(vec![Node::If { test: Test::Truthy(value), then: then?, otherwise }])
            }
            (name, _) => self.only_here(name, block, source),
        }
    }

    /// `{{^x}}…{{/x}}` is a condition; what `{{#x}}…{{/x}}` is, the value decides when it is rendered.
    fn section(&mut self, block: &Block, source: &str) -> Result<Vec<Node>, String> {
        let name = call_on(&block.call, source);
        match self.scope.named(&block.call.name) {
            Some(subject) if block.program.is_none() => {
                let then = self.branch(block.inverse.as_ref(), source)?;
                Ok(vec![Node::If { test: Test::Truthy(subject).negated(), then, otherwise: Vec::new() }])
            }
            _ => self.only_here(name, block, source),
        }
    }

    fn only_here(&mut self, name: &str, block: &Block, source: &str) -> Result<Vec<Node>, String> {
        let instead = self.branch(block.program.as_ref(), source)?;
        let what = format!("the block `{name}`");
        Ok(vec![Node::Raw { syntax: Syntax::Handlebars, source: String::new(), what, instead }])
    }

    fn each(&mut self, block: &Block, list: Path, source: &str) -> Result<Vec<Node>, String> {
        let item = item_of(list.fields.last().unwrap_or(&list.head), &self.taken);
        self.taken.push(item.clone());
        let value = Path::of(item.as_str());
        let meanings = [Expression::Path(value.clone()), Expression::Index];
        let names = block.params.iter().cloned().zip(meanings).collect();
        self.scope.enter_loop(value, names);
        let body = self.branch(block.program.as_ref(), source);
        self.scope.leave();
        self.taken.pop();
        let otherwise = self.branch(block.inverse.as_ref(), source)?;
        Ok(vec![Node::Each { list: Expression::Path(list), item, body: body?, otherwise }])
    }

    /// A partial in its place, with its arguments; on a line of its own, its lines are moved in as that line is.
    fn partial(&mut self, partial: &Partial, source: &str) -> Result<Vec<Node>, String> {
        let name = partial.name(source);
        let Some((name, text)) = name.and_then(|name| Some((name, self.partials.get(name)?))) else {
            return match (&partial.fallback, name) {
                (Some(fallback), Some(_)) => self.all(fallback, source),
                (_, Some(name)) => Ok(vec![raw(format!("the partial `{name}`, which is not there"))]),
                (_, None) => Ok(vec![raw("a partial whose name only rendering tells")]),
            };
        };
        if self.depth >= MOST_DEPTH {
            return Err(format!("partials are nested deeper than {MOST_DEPTH}, at `{name}`"));
        }
        let template = parse(text).map_err(|error| format!("the partial `{name}`: {error}"))?;
        let outside = self.scope.enter_partial(partial);
        self.depth += 1;
        let nodes = self.all(&template.body, &template.source);
        self.depth -= 1;
        self.scope = outside;
        Ok(indented(nodes?, &partial.indent))
    }
}

/// How many spaces a level `json` is asked for, if they are spaces; the renderer takes ten at most.
fn indent_of(indent: Option<&hbs::Expression>) -> Option<u8> {
    match indent {
        None => Some(0),
        Some(hbs::Expression::Literal(Value::Number(indent))) => Some(indent.as_u64().unwrap_or(0).min(10) as u8),
        Some(_) => None,
    }
}

/// Text, with the marks that a template may spell out.
fn literal(nodes: &mut Vec<Node>, text: &str) {
    let mut from = 0;
    for (at, mark, end) in spelled(text) {
        nodes.push(Node::Text(text[from..at].to_owned()));
        nodes.push(match mark {
            hbs::Piece::Role(role) => Node::Role(Role::parse(&role)),
            hbs::Piece::History => Node::History("history".to_owned()),
            hbs::Piece::Media { url, kind } => Node::Media {
                url: Expression::Literal(Value::String(url)),
                content_type: kind.map(|kind| Expression::Literal(Value::String(kind))),
            },
            hbs::Piece::Section(_) | hbs::Piece::Literal(_) | hbs::Piece::Value(_) => section(),
        });
        from = end;
    }
    nodes.push(Node::Text(text[from..].to_owned()));
}

fn section() -> Node {
    raw("the function `section`, which marks a place for other programs")
}

fn raw(what: impl Into<String>) -> Node {
    Node::Raw { syntax: Syntax::Handlebars, source: String::new(), what: what.into(), instead: Vec::new() }
}

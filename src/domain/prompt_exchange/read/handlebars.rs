//! Handlebars with Dotprompt's functions, read from the tree of the engine that renders it.

use std::collections::BTreeMap;

use handlebars::template::{DecoratorTemplate, HelperTemplate, Parameter, Template, TemplateElement};
use serde_json::Value;

use super::super::names::{item_of, words_in_tags};
use super::super::nodes::{Expression, Form, Node, Path, Syntax, Test};
use crate::domain::message::Role;

/// Sources of partials by name.
pub type Partials = BTreeMap<String, String>;

/// Deepest nesting of partials.
const MOST_DEPTH: usize = 8;

pub(super) fn read(template: &str, partials: &Partials) -> Result<Vec<Node>, String> {
    let compiled = compile(&spelled_out(template))?;
    let taken =
        std::iter::once(template).chain(partials.values().map(String::as_str)).flat_map(words_in_tags).collect();
    let mut reader = Reader { partials, frames: Vec::new(), taken, depth: 0 };
    reader.all(&compiled)
}

fn compile(template: &str) -> Result<Template, String> {
    Template::compile(template).map_err(|error| {
        let line = error.pos().map(|(line, _)| format!("line {line} of the template: ")).unwrap_or_default();
        format!("{line}{}", error.reason())
    })
}

/// Marks that the template spells out, as the functions that make them.
fn spelled_out(template: &str) -> String {
    let mut text = template.replace("<<<dotprompt:history>>>", "{{history}}");
    for role in ["system", "user", "model", "tool"] {
        text = text.replace(&format!("<<<dotprompt:role:{role}>>>"), &format!("{{{{role \"{role}\"}}}}"));
    }
    text
}

/// What names mean in a block.
enum Frame {
    /// Fields of this value: `each`, `with`.
    Value(Path),
    /// Fields of a partial's arguments, else of what is around it.
    Arguments(BTreeMap<String, Expression>),
}

struct Reader<'p> {
    partials: &'p Partials,
    frames: Vec<Frame>,
    /// Names that a new item may not have.
    taken: Vec<String>,
    depth: usize,
}

/// The text of a path or of a function's name.
fn name_of(parameter: &Parameter) -> Option<&str> {
    match parameter {
        Parameter::Name(name) => Some(name),
        Parameter::Path(handlebars::Path::Relative((_, raw)) | handlebars::Path::Local((_, _, raw))) => Some(raw),
        _ => None,
    }
}

impl Reader<'_> {
    fn all(&mut self, template: &Template) -> Result<Vec<Node>, String> {
        let mut nodes = Vec::new();
        for element in &template.elements {
            match element {
                TemplateElement::RawString(text) => nodes.push(Node::Text(text.clone())),
                TemplateElement::Comment(_) => {}
                TemplateElement::Expression(expression) | TemplateElement::HtmlExpression(expression) => {
                    nodes.push(self.expression(expression));
                }
                TemplateElement::HelperBlock(block) => nodes.extend(self.block(block)?),
                TemplateElement::PartialExpression(partial) => {
                    let inline = matches!(nodes.last(), Some(Node::Text(text)) if text.ends_with([' ', '\t']));
                    let indent = partial.indent.as_deref().filter(|_| !inline).unwrap_or_default();
                    nodes.extend(self.partial(partial, indent)?);
                }
                _ => nodes.push(raw("a decorator or a partial block")),
            }
        }
        Ok(nodes)
    }

    fn branch(&mut self, template: Option<&Template>) -> Result<Vec<Node>, String> {
        template.map_or_else(|| Ok(Vec::new()), |template| self.all(template))
    }

    fn expression(&self, expression: &HelperTemplate) -> Node {
        let name = name_of(&expression.name).unwrap_or_default();
        let first = expression.params.first();
        let simple = expression.params.is_empty() && expression.hash.is_empty();
        let read = match name {
            "role" => match first {
                Some(Parameter::Literal(Value::String(role))) => Some(Node::Role(Role::parse(role))),
                _ => None,
            },
            "history" if simple => Some(Node::History("history".to_owned())),
            "section" => Some(raw("the function `section`, which marks a place for other programs")),
            "media" => expression.hash.get("url").and_then(|url| self.value(url)).map(|url| Node::Media {
                url,
                content_type: expression.hash.get("contentType").and_then(|kind| self.value(kind)),
            }),
            "json" => {
                let indent = match expression.hash.get("indent") {
                    Some(Parameter::Literal(Value::Number(indent))) => indent.as_u64().unwrap_or(0).min(16) as u8,
                    _ => 0,
                };
                first.and_then(|value| self.value(value)).map(|value| Node::Print(value, Form::Json(indent)))
            }
            _ if simple => self.value(&expression.name).map(|value| Node::Print(value, Form::Text)),
            _ => None,
        };
        read.unwrap_or_else(|| raw(format!("the expression `{{{{{name} …}}}}`")))
    }

    fn block(&mut self, block: &HelperTemplate) -> Result<Vec<Node>, String> {
        let name = name_of(&block.name).unwrap_or_default().to_owned();
        let subject = block.params.first().and_then(|subject| self.value(subject));
        let (then, inverse) = (block.template.as_ref(), block.inverse.as_ref());
        match (name.as_str(), subject) {
            ("if" | "unless", Some(subject)) => {
                let test = Test::Truthy(subject);
                let test = if name == "if" { test } else { test.negated() };
                Ok(vec![Node::If { test, then: self.branch(then)?, otherwise: self.branch(inverse)? }])
            }
            ("ifEquals" | "unlessEquals", Some(subject)) => {
                let Some(other) = block.params.get(1).and_then(|other| self.value(other)) else {
                    return Ok(vec![raw(format!("the block `{name}`"))]);
                };
                let test = Test::Equals(subject, other);
                let test = if name == "ifEquals" { test } else { test.negated() };
                Ok(vec![Node::If { test, then: self.branch(then)?, otherwise: self.branch(inverse)? }])
            }
            ("each", Some(Expression::Path(list))) => {
                let item = item_of(list.fields.last().unwrap_or(&list.head), &self.taken);
                self.taken.push(item.clone());
                let mut aliases = BTreeMap::new();
                if let Some(name) = block.block_param.as_ref().and_then(block_parameter) {
                    aliases.insert(name.to_owned(), Expression::Path(Path::of(item.as_str())));
                }
                self.frames.push(Frame::Value(Path::of(item.as_str())));
                let named = !aliases.is_empty();
                if named {
                    self.frames.push(Frame::Arguments(aliases));
                }
                let body = self.branch(then);
                self.frames.truncate(self.frames.len() - 1 - usize::from(named));
                self.taken.pop();
                let otherwise = self.branch(inverse)?;
                Ok(vec![Node::Each { list: Expression::Path(list), item, body: body?, otherwise }])
            }
            ("with", Some(Expression::Path(path))) => {
                self.frames.push(Frame::Value(path.clone()));
                let body = self.branch(then);
                self.frames.pop();
                let test = Test::Truthy(Expression::Path(path));
                Ok(vec![Node::If { test, then: body?, otherwise: self.branch(inverse)? }])
            }
            _ => {
                let instead = self.branch(then)?;
                Ok(vec![Node::Raw {
                    syntax: Syntax::Handlebars,
                    source: String::new(),
                    what: format!("the block `{name}`"),
                    instead,
                }])
            }
        }
    }

    /// A partial in its place, with its arguments; on a line of its own, its lines are indented as that line.
    fn partial(&mut self, partial: &DecoratorTemplate, indent: &str) -> Result<Vec<Node>, String> {
        let name = name_of(&partial.name).unwrap_or_default().trim_matches(['[', ']', '\'']).to_owned();
        let Some(source) = self.partials.get(&name) else {
            return Ok(vec![raw(format!("the partial `{name}`, which is not there"))]);
        };
        if self.depth >= MOST_DEPTH {
            return Err(format!("partials are nested deeper than {MOST_DEPTH}, at `{name}`"));
        }
        let arguments =
            partial.hash.iter().filter_map(|(name, value)| Some((name.clone(), self.value(value)?))).collect();
        let indented: String = source.split_inclusive('\n').flat_map(|line| [indent, line]).collect();
        let compiled = compile(&spelled_out(&indented)).map_err(|error| format!("the partial `{name}`: {error}"))?;
        let context = match partial.params.first().and_then(|context| self.value(context)) {
            Some(Expression::Path(path)) => Some(path),
            _ => None,
        };
        let depth = self.frames.len();
        if let Some(path) = context {
            self.frames.push(Frame::Value(path));
        }
        self.frames.push(Frame::Arguments(arguments));
        self.depth += 1;
        let nodes = self.all(&compiled);
        self.depth -= 1;
        self.frames.truncate(depth);
        nodes
    }

    fn value(&self, parameter: &Parameter) -> Option<Expression> {
        match parameter {
            Parameter::Literal(value) => Some(Expression::Literal(value.clone())),
            Parameter::Name(_) | Parameter::Path(_) => self.resolve(name_of(parameter)?),
            _ => None,
        }
    }

    /// What a path means here; `None` for the context variables that only Dotprompt's runtime knows.
    fn resolve(&self, raw: &str) -> Option<Expression> {
        match raw {
            "@index" => return Some(Expression::Index),
            "@first" => return Some(Expression::First),
            "@last" => return Some(Expression::Last),
            _ => {}
        }
        let mut frames = self.frames.as_slice();
        let mut rest = raw;
        if let Some(below) = rest.strip_prefix("@root") {
            frames = &[];
            rest = below.trim_start_matches(['.', '/']);
        } else if rest.starts_with('@') {
            return None;
        }
        while let Some(below) = rest.strip_prefix("../").or_else(|| (rest == "..").then_some("")) {
            let value = frames.iter().rposition(|frame| matches!(frame, Frame::Value(_)))?;
            frames = &frames[..value];
            rest = below;
        }
        let explicit = rest == "this" || rest == "." || rest.starts_with("this.") || rest.starts_with("this/");
        rest = rest.strip_prefix("this").filter(|_| explicit).unwrap_or(rest).trim_start_matches(['.', '/']);
        let fields = segments(rest);
        for frame in frames.iter().rev() {
            match frame {
                Frame::Arguments(arguments) => {
                    let Some(argument) = fields.first().and_then(|head| arguments.get(head)) else { continue };
                    return match argument {
                        Expression::Path(path) => {
                            let mut path = path.clone();
                            path.fields.extend(fields[1..].iter().cloned());
                            Some(Expression::Path(path))
                        }
                        other => Some(other.clone()),
                    };
                }
                Frame::Value(path) => {
                    let mut path = path.clone();
                    path.fields.extend(fields);
                    return Some(Expression::Path(path));
                }
            }
        }
        let mut fields = fields.into_iter();
        Some(Expression::Path(Path { head: fields.next()?, fields: fields.collect() }))
    }
}

fn block_parameter(parameter: &handlebars::template::BlockParam) -> Option<&str> {
    match parameter {
        handlebars::template::BlockParam::Single(name) | handlebars::template::BlockParam::Pair((name, _)) => {
            name_of(name)
        }
        _ => None,
    }
}

/// The names of a path such as `a.b`, `a/b`, `a.[b c]`.
fn segments(path: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let (name, after) = inside.split_once(']').unwrap_or((inside, ""));
            names.push(name.to_owned());
            rest = after.trim_start_matches(['.', '/']);
        } else {
            let end = rest.find(['.', '/']).unwrap_or(rest.len());
            names.push(rest[..end].to_owned());
            rest = rest[end..].trim_start_matches(['.', '/']);
        }
    }
    names
}

fn raw(what: impl Into<String>) -> Node {
    Node::Raw { syntax: Syntax::Handlebars, source: String::new(), what: what.into(), instead: Vec::new() }
}

//! Renders a template into text and marks.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use serde_json::{Map, Value};

use super::scope::{List, Turn, Val};
use super::template::{Block, Call, Expression, Fault, Node, Path, Template};
use crate::domain::prompt::limits::Budget;
use crate::domain::prompt::printed::javascript;

/// How deep blocks and partials may nest while a template is rendered.
const DEEPEST: usize = 80;

/// A piece of rendered text, or what stands between two.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::domain) enum Piece {
    /// Text that the template has; it may spell marks out.
    Literal(String),
    /// Text that came from a value.
    Value(String),
    Role(String),
    History,
    Media {
        url: String,
        kind: Option<String>,
    },
    Section(String),
}

/// What a template is rendered with.
pub(in crate::domain) struct Sources<'v> {
    /// The variables, an object.
    pub(in crate::domain) variables: &'v Value,
    /// What names with `@` mean, such as `state` and `auth`.
    pub(in crate::domain) context: &'v Map<String, Value>,
    pub(in crate::domain) partials: &'v BTreeMap<String, String>,
}

/// Renders a template; a fault within a partial has the place of its outermost call.
pub(in crate::domain) fn render(template: &Template, sources: &Sources<'_>) -> Result<Vec<Piece>, Fault> {
    let engine = Engine { sources, budget: RefCell::default(), parsed: RefCell::default() };
    let root = Val::Ref(sources.variables);
    let scope = Scope {
        source: &template.source,
        this: root.clone(),
        root: root.clone(),
        outer: List::new().with(root),
        turns: List::new(),
        names: List::new(),
        inline: List::new(),
        enclosed: None,
        depth: 0,
    };
    let mut out = Vec::new();
    engine.nodes(&template.body, &scope, &mut out)?;
    Ok(out)
}

/// One rendering.
pub(super) struct Engine<'v, 's> {
    pub(super) sources: &'s Sources<'v>,
    pub(super) budget: RefCell<Budget>,
    /// The partials that have files, once they were read.
    pub(super) parsed: RefCell<HashMap<String, Rc<Template>>>,
}

/// A body that a template gives to a partial, with the scope that it was written in.
pub(super) struct Enclosed<'v, 't> {
    pub(super) body: &'t [Node],
    pub(super) scope: Scope<'v, 't>,
}

/// A partial that a template defines itself, with the source that its nodes point into.
pub(super) struct Defined<'t> {
    pub(super) name: String,
    pub(super) body: &'t [Node],
    pub(super) source: &'t str,
}

/// What names mean at a place of a template.
#[derive(Clone)]
pub(super) struct Scope<'v, 't> {
    pub(super) source: &'t str,
    pub(super) this: Val<'v>,
    pub(super) root: Val<'v>,
    /// The contexts from this one outward.
    pub(super) outer: List<Val<'v>>,
    pub(super) turns: List<Turn>,
    /// The names of `as |a b|`.
    pub(super) names: List<(String, Val<'v>)>,
    /// Partials that templates define themselves.
    pub(super) inline: List<Defined<'t>>,
    /// What `@partial-block` stands for.
    pub(super) enclosed: Option<Rc<Enclosed<'v, 't>>>,
    /// How many blocks and partials stand around.
    pub(super) depth: usize,
}

impl<'v> Scope<'v, '_> {
    /// The scope one block or partial further in.
    fn deeper(&self, at: usize) -> Result<Self, Fault> {
        if self.depth >= DEEPEST {
            let message =
                format!("blocks and partials are nested more than {DEEPEST} deep; does a partial call itself?");
            return Err(Fault::new(at, message));
        }
        Ok(Self { depth: self.depth + 1, ..self.clone() })
    }

    /// The scope within a block whose context is `this`; the same context again is no new level.
    fn within(&self, this: Val<'v>) -> Self {
        let same = this.is(&self.this);
        let outer = if same { self.outer.clone() } else { self.outer.with(this.clone()) };
        Self { this, outer, ..self.clone() }
    }

    fn named(mut self, names: &[String], values: &[Val<'v>]) -> Self {
        for (name, value) in names.iter().zip(values) {
            self.names = self.names.with((name.clone(), value.clone()));
        }
        self
    }

    fn path(&self, path: &Path, context: &'v Map<String, Value>) -> Val<'v> {
        let mut parts = path.parts.iter();
        let start = if path.data {
            let Some(first) = parts.next() else { return Val::Undefined };
            if first == "root" {
                self.root.clone()
            } else {
                let turn = self.turns.entries().nth(path.up).and_then(|turn| turn.get(first));
                turn.or_else(|| context.get(first).map(Val::Ref)).unwrap_or(Val::Undefined)
            }
        } else if let Some((_, value)) =
            self.names.entries().find(|(name, _)| path.up == 0 && !path.scoped && path.parts.first() == Some(name))
        {
            parts.next();
            value.clone()
        } else if path.up == 0 {
            self.this.clone()
        } else {
            self.outer.entries().nth(path.up).cloned().unwrap_or(Val::Undefined)
        };
        parts.fold(start, |value, name| value.get(name))
    }
}

impl<'v> Engine<'v, '_> {
    pub(super) fn step(&self, at: usize) -> Result<(), Fault> {
        self.budget.borrow_mut().step().map_err(|message| Fault::new(at, message))
    }

    pub(super) fn value_text(&self, text: String, at: usize, out: &mut Vec<Piece>) -> Result<(), Fault> {
        self.budget.borrow_mut().write(text.len()).map_err(|message| Fault::new(at, message))?;
        match out.last_mut() {
            Some(Piece::Value(before)) => before.push_str(&text),
            _ if text.is_empty() => {}
            _ => out.push(Piece::Value(text)),
        }
        Ok(())
    }

    pub(super) fn nodes<'t>(
        &self,
        nodes: &'t [Node],
        scope: &Scope<'v, 't>,
        out: &mut Vec<Piece>,
    ) -> Result<(), Fault> {
        // Partials of the template's own hold for the whole block that they are defined in.
        let inline = self.defined(nodes, scope)?;
        let scope = &Scope { inline, ..scope.clone() };
        for node in nodes {
            self.node(node, scope, out)?;
        }
        Ok(())
    }

    fn node<'t>(&self, node: &'t Node, scope: &Scope<'v, 't>, out: &mut Vec<Piece>) -> Result<(), Fault> {
        match node {
            Node::Text(text) => {
                self.step(text.whole.start)?;
                let kept = &scope.source[text.kept.clone()];
                self.budget.borrow_mut().write(kept.len()).map_err(|message| Fault::new(text.whole.start, message))?;
                match out.last_mut() {
                    Some(Piece::Literal(before)) => before.push_str(kept),
                    _ if kept.is_empty() => {}
                    _ => out.push(Piece::Literal(kept.to_owned())),
                }
                Ok(())
            }
            Node::Print(call, _) => {
                self.step(call.span.start)?;
                self.print(call, scope, out)
            }
            Node::Block(block) => {
                self.step(block.call.span.start)?;
                self.block(block, &scope.deeper(block.call.span.start)?, out)
            }
            Node::Partial(partial) => {
                self.step(partial.call.span.start)?;
                self.partial(partial, &scope.deeper(partial.call.span.start)?, out)
            }
            Node::Inline(_) | Node::Comment(_) => Ok(()),
        }
    }

    pub(super) fn evaluate<'t>(&self, expression: &Expression, scope: &Scope<'v, 't>) -> Result<Val<'v>, Fault> {
        match expression {
            Expression::Path(path) => Ok(scope.path(path, self.sources.context)),
            Expression::Literal(value) => Ok(Val::own(value.clone())),
            Expression::Undefined => Ok(Val::Undefined),
            Expression::Call(call) => match call.function() {
                Some("lookup") => self.lookup(call, scope),
                Some("json") => self.json(call, scope).map(|text| Val::own(Value::String(text))),
                _ => Err(Fault::new(call.span.start, "only `lookup` and `json` give a value that can be used further")),
            },
        }
    }

    /// Renders a branch in the context that its function was called in.
    fn branch<'t>(
        &self,
        branch: Option<&'t Vec<Node>>,
        scope: &Scope<'v, 't>,
        out: &mut Vec<Piece>,
    ) -> Result<(), Fault> {
        let Some(nodes) = branch else { return Ok(()) };
        // Handlebars.js calls a function on an empty object where the context is nothing.
        match &scope.this {
            Val::Undefined => self.nodes(nodes, &scope.within(Val::own(Value::Object(Map::new()))), out),
            this if this.value() == Some(&Value::Null) => {
                let this = Val::own(Value::Object(Map::new()));
                self.nodes(nodes, &Scope { this, ..scope.clone() }, out)
            }
            _ => self.nodes(nodes, scope, out),
        }
    }

    fn block<'t>(&self, block: &'t Block, scope: &Scope<'v, 't>, out: &mut Vec<Piece>) -> Result<(), Fault> {
        let call = &block.call;
        let choose = |yes: bool| if yes { block.program.as_ref() } else { block.inverse.as_ref() };
        let named = scope.names.entries().any(|(name, _)| function_name(call) == Some(name));
        let name = call.function().filter(|_| !named);
        match name {
            Some("if" | "unless") => {
                if call.params.len() != 1 {
                    let name = name.unwrap_or_default();
                    return Err(Fault::new(call.span.start, format!("`{name}` takes one value")));
                }
                let value = self.param(call, 0, scope)?;
                let zero = value.is_zero() && self.named(call, "includeZero", scope)?.is_empty();
                let holds = !value.is_empty() && !zero;
                self.branch(choose(holds == (name == Some("if"))), scope, out)
            }
            Some("ifEquals" | "unlessEquals") => {
                let equal = self.param(call, 0, scope)?.is(&self.param(call, 1, scope)?);
                self.branch(choose(equal == (name == Some("ifEquals"))), scope, out)
            }
            Some("with") => {
                let value = self.param(call, 0, scope)?;
                if value.is_empty() {
                    return self.branch(choose(false), scope, out);
                }
                let inner = scope.within(value.clone()).named(&block.params, &[value]);
                self.branch(choose(true), &inner, out)
            }
            Some("each") => {
                let value = self.param(call, 0, scope)?;
                self.each(block, &value, scope, out)
            }
            Some(_) => self.print(call, scope, out),
            None => {
                let value = self.evaluate(&call.name, scope)?;
                match value.value() {
                    Some(Value::Bool(true)) => self.branch(choose(true), scope, out),
                    Some(Value::Bool(false) | Value::Null) => self.branch(choose(false), scope, out),
                    Some(Value::Array(_)) => self.each(block, &value, scope, out),
                    None if !matches!(value, Val::Merged(_)) => self.branch(choose(false), scope, out),
                    _ => self.branch(choose(true), &scope.within(value), out),
                }
            }
        }
    }

    fn each<'t>(
        &self,
        block: &'t Block,
        value: &Val<'v>,
        scope: &Scope<'v, 't>,
        out: &mut Vec<Piece>,
    ) -> Result<(), Fault> {
        let items: Vec<(Option<String>, Val<'v>)> = match value {
            Val::Ref(Value::Array(list)) => list.iter().map(|item| (None, Val::Ref(item))).collect(),
            Val::Ref(Value::Object(map)) => {
                javascript::members(map).into_iter().map(|(key, item)| (Some(key.clone()), Val::Ref(item))).collect()
            }
            Val::Own(_) | Val::Merged(_) => match value.to_value() {
                Some(Value::Array(list)) => list.into_iter().map(|item| (None, Val::own(item))).collect(),
                Some(Value::Object(map)) => {
                    let members = javascript::members(&map).into_iter();
                    members.map(|(key, item)| (Some(key.clone()), Val::own(item.clone()))).collect()
                }
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        let Some(last) = items.len().checked_sub(1) else { return self.branch(block.inverse.as_ref(), scope, out) };
        for (index, (key, item)) in items.into_iter().enumerate() {
            self.step(block.call.span.start)?;
            let name = Val::own(key.as_ref().map_or_else(|| Value::from(index), |key| Value::String(key.clone())));
            let mut inner = scope.within(item.clone()).named(&block.params, &[item, name]);
            inner.turns = scope.turns.with(Turn { index, key, last: index == last });
            if let Some(nodes) = &block.program {
                self.nodes(nodes, &inner, out)?;
            }
        }
        Ok(())
    }
}

/// The name that a call has if it is a single one.
pub(super) fn function_name(call: &Call) -> Option<&String> {
    match &call.name {
        Expression::Path(path) => path.parts.first().filter(|_| path.simple().is_some()),
        _ => None,
    }
}

/// A value as it is printed.
pub(super) fn text_of(value: &Val<'_>) -> String {
    let mut text = String::new();
    match value {
        Val::Merged(_) => text.push_str("[object Object]"),
        other => {
            if let Some(value) = other.value() {
                javascript::print(value, &mut text);
            }
        }
    }
    text
}

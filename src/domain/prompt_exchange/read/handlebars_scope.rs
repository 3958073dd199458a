//! What names mean at a place of a Handlebars template.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::nodes::{Expression, Path};
use crate::domain::prompt::hbs::{self, Call, Partial};

/// What `this` is.
#[derive(Clone, Debug)]
pub(super) enum Base {
    /// The variables of the prompt.
    Variables,
    /// A value.
    Value(Path),
    /// Something that has no name.
    Other,
}

impl Base {
    fn below(&self, names: &[String]) -> Option<Expression> {
        let path = match self {
            Self::Variables => Path { head: names.first()?.clone(), fields: names[1..].to_vec() },
            Self::Value(path) => {
                let mut path = path.clone();
                path.fields.extend_from_slice(names);
                path
            }
            Self::Other => return None,
        };
        Some(Expression::Path(path))
    }
}

/// A partial's arguments by name; nothing for a value that has no name here, which hides what stands under it all the
/// same.
type Arguments = BTreeMap<String, Option<Expression>>;

/// What names mean within one block or partial.
#[derive(Clone, Debug)]
struct Frame {
    base: Base,
    /// What stands over the fields of the base.
    over: Arguments,
    /// The names of `as |a b|`.
    names: BTreeMap<String, Expression>,
    /// How many loops stand around and within it.
    loops: usize,
}

/// What names mean at a place.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    /// From the outermost inward; nothing leads out of a partial.
    frames: Vec<Frame>,
}

impl Scope {
    /// The scope outside of all blocks.
    pub(super) fn root() -> Self {
        Self { frames: vec![Frame::of(Base::Variables)] }
    }

    /// Goes into a block with another `this`.
    pub(super) fn enter(&mut self, base: Base, names: BTreeMap<String, Expression>) {
        let loops = self.loops();
        self.frames.push(Frame { names, loops, ..Frame::of(base) });
    }

    /// Goes into a loop over items of this name.
    pub(super) fn enter_loop(&mut self, item: Path, names: BTreeMap<String, Expression>) {
        let loops = self.loops() + 1;
        self.frames.push(Frame { names, loops, ..Frame::of(Base::Value(item)) });
    }

    /// Goes out of the innermost block.
    pub(super) fn leave(&mut self) {
        self.frames.pop();
    }

    /// Goes into a partial; gives back the scope around it.
    pub(super) fn enter_partial(&mut self, partial: &Partial) -> Self {
        let within = self.frames.last();
        let (base, under) = match partial.call.params.first() {
            Some(context) => (self.base(context), Arguments::new()),
            None => (within.map_or(Base::Other, |frame| frame.base.clone()), self.over()),
        };
        let arguments = partial.call.hash.iter();
        let arguments = arguments.map(|(name, value)| (name.clone(), self.value(value)));
        let over = under.into_iter().chain(arguments).collect();
        let inner = Frame { over, loops: self.loops(), ..Frame::of(base) };
        std::mem::replace(self, Self { frames: vec![inner] })
    }

    fn loops(&self) -> usize {
        self.frames.last().map_or(0, |frame| frame.loops)
    }

    fn over(&self) -> Arguments {
        self.frames.last().map(|frame| frame.over.clone()).unwrap_or_default()
    }

    /// What becomes `this` where a value is given as a context.
    fn base(&self, context: &hbs::Expression) -> Base {
        match (context, self.value(context)) {
            (_, Some(Expression::Path(path))) => Base::Value(path),
            (hbs::Expression::Path(path), None) if path.parts.is_empty() || is_root(path) => Base::Variables,
            _ => Base::Other,
        }
    }

    /// The function that is called, unless a name of a block hides it.
    pub(super) fn function<'c>(&self, call: &'c Call) -> Option<&'c str> {
        call.function().filter(|name| !self.frames.iter().any(|frame| frame.names.contains_key(*name)))
    }

    /// The value that a tag of one name prints; a literal is a name too.
    pub(super) fn named(&self, name: &hbs::Expression) -> Option<Expression> {
        match name {
            hbs::Expression::Literal(Value::String(name)) => self.field(std::slice::from_ref(name)),
            hbs::Expression::Literal(name) => self.field(&[name.to_string()]),
            other => self.value(other),
        }
    }

    /// A parameter's value; `None` for what only Dotprompt's runtime can tell.
    pub(super) fn value(&self, expression: &hbs::Expression) -> Option<Expression> {
        match expression {
            hbs::Expression::Literal(value) => Some(Expression::Literal(value.clone())),
            hbs::Expression::Path(path) => self.path(path),
            hbs::Expression::Call(call) if call.function() == Some("lookup") => self.lookup(call),
            hbs::Expression::Call(_) | hbs::Expression::Undefined => None,
        }
    }

    /// The field of a value, where the template spells the field's name.
    pub(super) fn lookup(&self, call: &Call) -> Option<Expression> {
        let name = match call.params.get(1)? {
            hbs::Expression::Literal(Value::String(name)) => name.clone(),
            hbs::Expression::Literal(Value::Number(number)) => number.to_string(),
            _ => return None,
        };
        below(&self.value(call.params.first()?)?, &[name])
    }

    fn path(&self, path: &hbs::Path) -> Option<Expression> {
        let (first, keys) = match path.parts.split_first() {
            Some((first, keys)) => (Some(first.as_str()), keys),
            None => (None, &[][..]),
        };
        if path.data {
            return match first {
                Some("root") => Base::Variables.below(keys),
                Some("index") if path.up == 0 && self.loops() > 0 => Some(Expression::Index),
                Some("first") if path.up == 0 && self.loops() > 0 => Some(Expression::First),
                Some("last") if path.up == 0 && self.loops() > 0 => Some(Expression::Last),
                _ => None,
            };
        }
        let names = self.frames.iter().rev().filter(|_| path.up == 0 && !path.scoped);
        let own = first.and_then(|first| names.clone().find_map(|frame| Some((frame, frame.names.get(first)?))));
        match own {
            // The position of an outer loop has no name within the inner one.
            Some((frame, Expression::Index)) if frame.loops < self.loops() => None,
            Some((_, value)) => below(value, keys),
            None => self.frames.iter().rev().nth(path.up)?.field(&path.parts),
        }
    }

    fn field(&self, names: &[String]) -> Option<Expression> {
        self.frames.last()?.field(names)
    }
}

impl Frame {
    fn of(base: Base) -> Self {
        Self { base, over: Arguments::new(), names: BTreeMap::new(), loops: 0 }
    }

    fn field(&self, names: &[String]) -> Option<Expression> {
        let over = names.split_first().and_then(|(first, keys)| Some((self.over.get(first)?, keys)));
        match over {
            Some((value, keys)) => below(value.as_ref()?, keys),
            None => self.base.below(names),
        }
    }
}

fn below(value: &Expression, keys: &[String]) -> Option<Expression> {
    match value {
        Expression::Path(path) => Base::Value(path.clone()).below(keys),
        other => Some(other.clone()).filter(|_| keys.is_empty()),
    }
}

fn is_root(path: &hbs::Path) -> bool {
    path.data && path.parts == ["root"]
}

/// What a block is called on, as it is written.
pub(super) fn call_on<'s>(call: &Call, source: &'s str) -> &'s str {
    match &call.name {
        hbs::Expression::Path(path) => &source[path.span.clone()],
        _ => &source[call.span.clone()],
    }
}

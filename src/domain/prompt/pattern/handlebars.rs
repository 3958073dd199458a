//! Handlebars templates as patterns: names, paths, the blocks of Dotprompt, and partials in their places.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::{Form, MOST_DEPTH, Piece, Reference, Test, push_text};
use crate::domain::message::Role;
use crate::domain::prompt::hbs::{self, Block, Call, Expression, Node, Partial, Path, spelled};

/// What a name or path of a template means.
#[derive(Clone, Debug)]
enum Meaning {
    Value(Reference),
    Text(String),
    Index(usize),
    First(usize),
    Last(usize),
    /// Something that no variable can be read from, such as `@key`.
    Other,
}

impl Meaning {
    fn value(self) -> Option<Reference> {
        match self {
            Self::Value(reference) => Some(reference),
            _ => None,
        }
    }
}

/// What names mean within one block.
#[derive(Clone, Debug)]
struct Frame {
    /// What `this` is.
    base: Option<Reference>,
    /// The arguments of a partial, which stand over the fields of its base.
    over: HashMap<String, Meaning>,
    /// The names of `as |a b|`.
    names: HashMap<String, Meaning>,
}

impl Frame {
    fn of(base: Option<Reference>) -> Self {
        Self { base, over: HashMap::new(), names: HashMap::new() }
    }
}

struct Reader<'p> {
    partials: &'p BTreeMap<String, String>,
    frames: Vec<Frame>,
    /// How many repetitions stand around.
    scope: usize,
    depth: usize,
}

/// The pieces of a template; `None` where it does what no pattern can say.
pub(super) fn pieces(template: &str, partials: &BTreeMap<String, String>) -> Option<Vec<Piece>> {
    let root = Frame::of(Some(Reference { scope: 0, path: Vec::new() }));
    let mut reader = Reader { partials, frames: vec![root], scope: 0, depth: 0 };
    let template = hbs::parse(template).ok()?;
    reader.nodes(&template.body, &template.source)
}

impl Reader<'_> {
    fn nodes(&mut self, nodes: &[Node], source: &str) -> Option<Vec<Piece>> {
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return None;
        }
        let mut pieces = Vec::new();
        for node in nodes {
            match node {
                Node::Text(text) => literal(&mut pieces, &source[text.kept.clone()]),
                Node::Comment(_) => {}
                Node::Print(call, _) => self.print(call, &mut pieces)?,
                Node::Block(block) => self.block(block, source, &mut pieces)?,
                Node::Partial(partial) => self.partial(partial, source, &mut pieces)?,
                Node::Inline(_) => return None,
            }
        }
        self.depth -= 1;
        Some(pieces)
    }

    fn branch(&mut self, branch: Option<&Vec<Node>>, source: &str) -> Option<Vec<Piece>> {
        branch.map_or(Some(Vec::new()), |nodes| self.nodes(nodes, source))
    }

    fn print(&self, call: &Call, pieces: &mut Vec<Piece>) -> Option<()> {
        match call.function() {
            Some("role") => match call.params.first() {
                Some(Expression::Literal(Value::String(role))) => pieces.push(Piece::Role(Some(Role::parse(role)))),
                _ => return None,
            },
            Some("history") => history(pieces),
            // They stand between two texts, which a reader of messages joins with a line break.
            Some("section" | "media") => push_text(pieces, "\n"),
            Some("json") => pieces.push(Piece::Hole(self.expression(call.params.first()?).value(), Form::Json)),
            Some("lookup") => pieces.push(Piece::Hole(None, Form::Text)),
            Some("log") => {}
            Some(_) => return None,
            None => match self.expression(&call.name) {
                Meaning::Value(reference) => pieces.push(Piece::Hole(Some(reference), Form::Text)),
                Meaning::Text(text) => push_text(pieces, &text),
                Meaning::Index(scope) => pieces.push(Piece::Counter { scope, first: 0 }),
                _ => pieces.push(Piece::Hole(None, Form::Text)),
            },
        }
        Some(())
    }

    fn block(&mut self, block: &Block, source: &str, pieces: &mut Vec<Piece>) -> Option<()> {
        let Some(name) = block.call.function() else {
            // `{{#x}}` is a repetition where x is a list, and `{{^x}}` a choice whatever it is.
            let meaning = self.expression(&block.call.name);
            let otherwise = self.branch(block.inverse.as_ref(), source)?;
            let piece = match &block.program {
                None => Piece::Choice { test: truthy(meaning), then: Vec::new(), otherwise },
                Some(_) => Piece::Each { list: meaning.value(), body: self.each(block, source)?, otherwise },
            };
            pieces.push(piece);
            return Some(());
        };
        let meaning = self.expression(block.call.params.first()?);
        match name {
            "each" => {
                let body = self.each(block, source)?;
                let otherwise = self.branch(block.inverse.as_ref(), source)?;
                pieces.push(Piece::Each { list: meaning.value(), body, otherwise });
            }
            "with" => {
                let base = meaning.clone().value();
                let names = block.params.first().cloned().map(|name| (name, meaning.clone())).into_iter().collect();
                self.frames.push(Frame { names, ..Frame::of(base) });
                let then = self.branch(block.program.as_ref(), source);
                self.frames.pop();
                let otherwise = self.branch(block.inverse.as_ref(), source)?;
                pieces.push(Piece::Choice { test: truthy(meaning), then: then?, otherwise });
            }
            name => {
                let then = self.branch(block.program.as_ref(), source)?;
                let otherwise = self.branch(block.inverse.as_ref(), source)?;
                let (test, straight) = match name {
                    "if" => (truthy(meaning), true),
                    "unless" => (truthy(meaning), false),
                    "ifEquals" => (self.equals(meaning, block.call.params.get(1)?), true),
                    "unlessEquals" => (self.equals(meaning, block.call.params.get(1)?), false),
                    _ => return None,
                };
                let (then, otherwise) = if straight { (then, otherwise) } else { (otherwise, then) };
                pieces.push(Piece::Choice { test, then, otherwise });
            }
        }
        Some(())
    }

    /// What a block says of each item.
    fn each(&mut self, block: &Block, source: &str) -> Option<Vec<Piece>> {
        self.scope += 1;
        let item = Reference { scope: self.scope, path: Vec::new() };
        let meanings = [Meaning::Value(item.clone()), Meaning::Index(self.scope)];
        let names = block.params.iter().cloned().zip(meanings).collect();
        self.frames.push(Frame { names, ..Frame::of(Some(item)) });
        let body = self.branch(block.program.as_ref(), source);
        self.frames.pop();
        self.scope -= 1;
        body
    }

    /// A partial in its place; its arguments are names within it.
    fn partial(&mut self, partial: &Partial, source: &str, pieces: &mut Vec<Piece>) -> Option<()> {
        let Some(text) = self.partials.get(partial.name(source)?) else {
            pieces.extend(self.nodes(partial.fallback.as_ref()?, source)?);
            return Some(());
        };
        let (base, mut over) = match partial.call.params.first() {
            Some(context) => (self.expression(context).value(), HashMap::new()),
            None => self.frames.last().map(|frame| (frame.base.clone(), frame.over.clone()))?,
        };
        over.extend(partial.call.hash.iter().map(|(name, value)| (name.clone(), self.expression(value))));
        // Nothing leads out of a partial: neither names of blocks around it nor `../`.
        let outside = std::mem::replace(&mut self.frames, vec![Frame { over, ..Frame::of(base) }]);
        let template = hbs::parse(text).ok()?;
        let inner = self.nodes(&template.body, &template.source);
        self.frames = outside;
        for piece in indented(inner?, &partial.indent) {
            match piece {
                Piece::Literal(text) => push_text(pieces, &text),
                other => pieces.push(other),
            }
        }
        Some(())
    }

    fn equals(&self, meaning: Meaning, other: &Expression) -> Test {
        match (meaning, self.expression(other)) {
            (Meaning::Value(reference), Meaning::Text(text)) | (Meaning::Text(text), Meaning::Value(reference)) => {
                Test::Equals(reference, text)
            }
            _ => Test::Unknown,
        }
    }

    fn expression(&self, expression: &Expression) -> Meaning {
        match expression {
            Expression::Literal(Value::String(text)) => Meaning::Text(text.clone()),
            Expression::Path(path) => self.path(path).unwrap_or(Meaning::Other),
            _ => Meaning::Other,
        }
    }

    fn path(&self, path: &Path) -> Option<Meaning> {
        if path.data {
            let (first, keys) = path.parts.split_first()?;
            let scope = self.scope.checked_sub(path.up).filter(|scope| *scope > 0);
            return match (first.as_str(), scope) {
                ("root", _) => Some(Meaning::Value(Reference { scope: 0, path: keys.to_vec() })),
                ("index", Some(scope)) => Some(Meaning::Index(scope)),
                ("first", Some(scope)) => Some(Meaning::First(scope)),
                ("last", Some(scope)) => Some(Meaning::Last(scope)),
                _ => None,
            };
        }
        let named = path.parts.split_first().filter(|_| path.up == 0 && !path.scoped).and_then(|(first, keys)| {
            let meaning = self.frames.iter().rev().find_map(|frame| frame.names.get(first))?;
            Some((meaning, keys))
        });
        let frame = self.frames.iter().rev().nth(path.up);
        let argument = || path.parts.split_first().and_then(|(first, keys)| Some((frame?.over.get(first)?, keys)));
        match named.or_else(argument) {
            Some((Meaning::Value(reference), keys)) => Some(Meaning::Value(reference.below(keys))),
            Some((meaning, [])) => Some(meaning.clone()),
            Some(_) => None,
            None => Some(Meaning::Value(frame?.base.as_ref()?.below(&path.parts))),
        }
    }
}

fn truthy(meaning: Meaning) -> Test {
    match meaning {
        Meaning::Value(reference) => Test::Truthy(reference),
        Meaning::First(scope) => Test::First(scope),
        Meaning::Last(scope) => Test::Last(scope),
        _ => Test::Unknown,
    }
}

fn history(pieces: &mut Vec<Piece>) {
    pieces.extend([Piece::History, Piece::Role(Some(Role::Assistant))]);
}

/// Moves each line in that a partial begins.
fn indented(pieces: Vec<Piece>, indent: &str) -> Vec<Piece> {
    if indent.is_empty() {
        return pieces;
    }
    let mut moved = Vec::new();
    let mut at_start = true;
    for piece in pieces {
        let Piece::Literal(text) = piece else {
            if std::mem::take(&mut at_start) {
                push_text(&mut moved, indent);
            }
            moved.push(piece);
            continue;
        };
        for line in text.split_inclusive('\n') {
            if at_start {
                push_text(&mut moved, indent);
            }
            push_text(&mut moved, line);
            at_start = line.ends_with('\n');
        }
    }
    moved
}

/// Text, with the marks that a template may spell out.
fn literal(pieces: &mut Vec<Piece>, text: &str) {
    let mut from = 0;
    for (at, mark, end) in spelled(text) {
        push_text(pieces, &text[from..at]);
        match mark {
            hbs::Piece::Role(role) => pieces.push(Piece::Role(Some(Role::parse(&role)))),
            hbs::Piece::History => history(pieces),
            _ => push_text(pieces, "\n"),
        }
        from = end;
    }
    push_text(pieces, &text[from..]);
}

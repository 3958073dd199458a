//! Partials: other files, and what templates define themselves.

use std::rc::Rc;

use super::parser::parse;
use super::render::{Defined, Enclosed, Engine, Piece, Scope, text_of};
use super::scope::{List, Merged, Val};
use super::template::{Fault, Node, Partial, Template};

/// Most partials that templates may define themselves.
const MOST_DEFINED: usize = 1000;

impl<'v> Engine<'v, '_> {
    /// The partials that hold in `scope`, with those that are defined in a block.
    pub(super) fn defined<'t>(&self, nodes: &'t [Node], scope: &Scope<'v, 't>) -> Result<List<Defined<'t>>, Fault> {
        let mut list = scope.inline.clone();
        for node in nodes {
            if let Node::Inline(inline) = node {
                let name = text_of(&self.evaluate(&inline.name, scope)?);
                if list.entries().take(MOST_DEFINED).count() == MOST_DEFINED {
                    let message = format!("the templates define more than {MOST_DEFINED} partials themselves");
                    return Err(Fault::new(0, message));
                }
                list = list.with(Defined { name, body: &inline.body, source: scope.source });
            }
        }
        Ok(list)
    }

    /// Renders a partial where a template puts it in.
    pub(super) fn partial<'t>(
        &self,
        partial: &'t Partial,
        scope: &Scope<'v, 't>,
        out: &mut Vec<Piece>,
    ) -> Result<(), Fault> {
        let at = partial.call.span.start;
        let name = match partial.name(scope.source) {
            Some(name) => name.to_owned(),
            None => text_of(&self.evaluate(&partial.call.name, scope)?),
        };
        let base = match partial.call.params.first() {
            Some(context) => self.evaluate(context, scope)?,
            None => scope.this.clone(),
        };
        let mut over = Vec::new();
        for (key, value) in &partial.call.hash {
            over.push((key.clone(), self.evaluate(value, scope)?));
        }
        let this = if over.is_empty() { base } else { Val::Merged(Rc::new(Merged { base, over })) };
        let inner = Scope { outer: List::new().with(this.clone()), this, names: List::new(), ..scope.clone() };
        let mut written = Vec::new();
        self.named_partial(&name, partial, &inner, scope, &mut written)?;
        self.indented(written, &partial.indent, at, out)
    }

    fn named_partial<'t>(
        &self,
        name: &str,
        partial: &'t Partial,
        inner: &Scope<'v, 't>,
        scope: &Scope<'v, 't>,
        out: &mut Vec<Piece>,
    ) -> Result<(), Fault> {
        if name == "@partial-block" {
            let Some(enclosed) = &scope.enclosed else {
                return Err(Fault::new(partial.call.span.start, "there is no block around this for @partial-block"));
            };
            // Its own scope but for the context, in which the partial calls it.
            let own = Scope { this: inner.this.clone(), depth: inner.depth, ..enclosed.scope.clone() };
            return self.nodes(enclosed.body, &own, out);
        }
        let enclosed = partial.fallback.as_ref().map(|body| Rc::new(Enclosed { body, scope: scope.clone() }));
        let inline = match &partial.fallback {
            Some(body) => self.defined(body, scope)?,
            None => scope.inline.clone(),
        };
        let inner = Scope { enclosed: enclosed.or_else(|| scope.enclosed.clone()), inline, ..inner.clone() };
        if let Some(defined) = inner.inline.entries().find(|defined| defined.name == name) {
            return self.nodes(defined.body, &Scope { source: defined.source, ..inner.clone() }, out);
        }
        let Some(source) = self.sources.partials.get(name) else {
            if let Some(body) = &partial.fallback {
                return self.nodes(body, &Scope { depth: inner.depth, ..scope.clone() }, out);
            }
            let message = format!("there is no partial `{name}`: it would be the file `_{name}.prompt`");
            return Err(Fault::new(partial.call.span.start, message));
        };
        let within = |fault: Fault| {
            let line = 1 + source[..fault.at.min(source.len())].matches('\n').count();
            let message = format!("in the partial `{name}`, line {line}: {}", fault.message);
            Fault::new(partial.call.span.start, message)
        };
        let known = self.parsed.borrow().get(name).cloned();
        let template = if let Some(template) = known {
            template
        } else {
            let template = Rc::new(parse(source).map_err(within)?);
            self.parsed.borrow_mut().insert(name.to_owned(), Rc::clone(&template));
            template
        };
        self.file_partial(&template, &inner, out).map_err(within)
    }

    fn file_partial<'t>(
        &self,
        template: &'t Template,
        caller: &Scope<'v, 't>,
        out: &mut Vec<Piece>,
    ) -> Result<(), Fault> {
        self.nodes(&template.body, &Scope { source: &template.source, ..caller.clone() }, out)
    }

    /// Moves each line of what a partial wrote in, a mark counting as part of its line.
    fn indented(&self, written: Vec<Piece>, indent: &str, at: usize, out: &mut Vec<Piece>) -> Result<(), Fault> {
        if indent.is_empty() {
            out.extend(written);
            return Ok(());
        }
        let mut at_start = true;
        for piece in written {
            let (text, literal) = match &piece {
                Piece::Literal(text) => (text, true),
                Piece::Value(text) => (text, false),
                _ => {
                    if std::mem::take(&mut at_start) {
                        out.push(Piece::Literal(indent.to_owned()));
                    }
                    out.push(piece);
                    continue;
                }
            };
            let mut moved = String::new();
            for line in text.split_inclusive('\n') {
                if at_start {
                    self.budget.borrow_mut().write(indent.len()).map_err(|message| Fault::new(at, message))?;
                    moved.push_str(indent);
                }
                moved.push_str(line);
                at_start = line.ends_with('\n');
            }
            out.push(if literal { Piece::Literal(moved) } else { Piece::Value(moved) });
        }
        Ok(())
    }
}

//! Which variables of the prompt a template uses, and where its messages begin.

use super::template::{Block, Call, Expression, Node, Path, Template};
use crate::domain::message::Role;
use crate::domain::prompt::uses::{Boundary, Found, Layout, Placement, Purpose};

/// Reads what a template uses. In `each` and `with`, names mean fields of something else.
pub(in crate::domain::prompt) fn layout(template: &Template) -> Layout {
    let mut walk = Walk {
        source: &template.source,
        layout: Layout::default(),
        depth: 0,
        placement: Placement::Always,
        names: Vec::new(),
    };
    walk.nodes(&template.body);
    walk.layout
}

struct Walk<'t> {
    source: &'t str,
    layout: Layout,
    /// How many contexts stand around: none for the variables themselves.
    depth: usize,
    placement: Placement,
    /// Names of `as |a b|` around.
    names: Vec<&'t str>,
}

impl<'t> Walk<'t> {
    fn nodes(&mut self, nodes: &'t [Node]) {
        for node in nodes {
            match node {
                Node::Text(text) => self.spelled(text.whole.start, &self.source[text.whole.clone()]),
                Node::Print(call, _) => self.print(call),
                Node::Block(block) => self.block(block),
                Node::Partial(partial) => {
                    if let Some(name) = partial.name(self.source).filter(|name| !name.starts_with('@')) {
                        self.layout.note_partial(name);
                    }
                    self.arguments(&partial.call, Purpose::Printed);
                    if let Some(body) = &partial.fallback {
                        self.nodes(body);
                    }
                }
                Node::Inline(inline) => self.deeper(Placement::Conditional, 1, &[], &inline.body),
                Node::Comment(_) => {}
            }
        }
    }

    /// Marks that the text spells out.
    fn spelled(&mut self, from: usize, text: &str) {
        for (at, mark, end) in super::marks::spelled(text) {
            let role = match mark {
                super::Piece::Role(name) => Some(Role::parse(&name)),
                super::Piece::History => Some(Role::Assistant),
                _ => continue,
            };
            self.layout.boundaries.push(Boundary { range: from + at..from + end, role });
        }
    }

    fn print(&mut self, call: &Call) {
        let range = call.span.clone();
        match call.function() {
            Some("role") => {
                let role = match call.params.first() {
                    Some(Expression::Literal(name)) => name.as_str().map(Role::parse),
                    _ => None,
                };
                self.layout.boundaries.push(Boundary { range, role });
                self.arguments(call, Purpose::Tested);
            }
            Some("history") => self.layout.boundaries.push(Boundary { range, role: Some(Role::Assistant) }),
            Some("log") => self.arguments(call, Purpose::Tested),
            Some(_) => self.arguments(call, Purpose::Printed),
            None => self.expression(&call.name, Purpose::Printed),
        }
    }

    fn arguments(&mut self, call: &Call, purpose: Purpose) {
        for value in call.params.iter().chain(call.hash.iter().map(|(_, value)| value)) {
            self.expression(value, purpose);
        }
    }

    fn expression(&mut self, expression: &Expression, purpose: Purpose) {
        match expression {
            Expression::Path(path) => self.path(path, purpose),
            Expression::Call(call) => self.arguments(call, purpose),
            Expression::Literal(_) | Expression::Undefined => {}
        }
    }

    fn path(&mut self, path: &Path, purpose: Purpose) {
        let name = match path.parts.as_slice() {
            [root, name, ..] if path.data && root == "root" => name,
            [name, ..] if !path.data && path.up == self.depth => name,
            _ => return,
        };
        if path.up == 0 && !path.scoped && self.names.contains(&name.as_str()) {
            return;
        }
        let (range, placement) = (path.span.clone(), self.placement);
        self.layout.uses.push(Found { name: name.clone(), range, placement, purpose, optional: false });
    }

    fn block(&mut self, block: &'t Block) {
        let (purpose, inner, levels) = match block.call.function() {
            // A list, an object or a condition: only the value of a plain section tells.
            Some("each") | None => (Purpose::Entered, Placement::Repeated, 1),
            Some("with") => (Purpose::Entered, Placement::Conditional, 1),
            Some(_) => (Purpose::Tested, Placement::Conditional, 0),
        };
        if block.call.function().is_some() {
            self.arguments(&block.call, purpose);
        } else {
            self.expression(&block.call.name, purpose);
        }
        if let Some(body) = &block.program {
            self.deeper(inner, levels, &block.params, body);
        }
        if let Some(body) = &block.inverse {
            self.deeper(Placement::Conditional, 0, &[], body);
        }
    }

    fn deeper(&mut self, placement: Placement, levels: usize, names: &'t [String], body: &'t [Node]) {
        let (before, known) = (self.placement, self.names.len());
        // What is repeated stays so under a condition.
        if before != Placement::Repeated {
            self.placement = placement;
        }
        self.depth += levels;
        self.names.extend(names.iter().map(String::as_str));
        self.nodes(body);
        self.names.truncate(known);
        self.depth -= levels;
        self.placement = before;
    }
}

//! Reads what has a closing tag: blocks with their branches, partial blocks, inline partials, raw blocks.

use std::ops::Range;

use super::parser::{End, Parser, push_text};
use super::template::{Block, Call, Expression, Fault, Inline, Node, Partial, Strip};

/// How deep blocks may nest.
const DEEPEST: usize = 64;

impl Parser<'_> {
    /// Goes one block deeper while `read` reads what is in it.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        if self.depth >= DEEPEST {
            return Err(self.cursor.fault(format!("blocks are nested more than {DEEPEST} deep")));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    pub(super) fn block(&mut self, call: Call, params: Vec<String>, open_strip: Strip) -> Result<Block, Fault> {
        let name = span_of(&call.name, &call.span);
        let at = call.span.start;
        let mut block = Block {
            call,
            params,
            program: None,
            inverse: None,
            chained: false,
            open_strip,
            inverse_strip: Strip::default(),
            close_strip: Strip::default(),
        };
        self.deeper(|parser| parser.branches(&mut block, &name))?
            .map_err(|()| Fault::new(at, "this block is not closed"))?;
        Ok(block)
    }

    /// Reads the branches of a block up to its closing tag, with those of its `else if` chain.
    fn branches(&mut self, block: &mut Block, name: &Range<usize>) -> Result<Result<(), ()>, Fault> {
        let (nodes, end) = self.program()?;
        block.program = Some(nodes);
        match end {
            End::Source => return Ok(Err(())),
            End::Close(close, strip) => {
                self.same_name(name, &close)?;
                block.close_strip = strip;
            }
            End::Else(_, strip) => {
                block.inverse_strip = strip;
                let (nodes, end) = self.program()?;
                block.inverse = Some(nodes);
                match end {
                    End::Source => return Ok(Err(())),
                    End::Close(close, strip) => {
                        self.same_name(name, &close)?;
                        block.close_strip = strip;
                    }
                    End::Else(at, _) => return Err(Fault::new(at.start, "a second `else` in a block")),
                    End::Chain(call, ..) => return Err(Fault::new(call.span.start, "a second `else` in a block")),
                }
            }
            End::Chain(call, params, strip) => {
                block.inverse_strip = strip;
                block.chained = true;
                let mut next = Block {
                    call,
                    params,
                    program: None,
                    inverse: None,
                    chained: false,
                    open_strip: strip,
                    inverse_strip: Strip::default(),
                    close_strip: Strip::default(),
                };
                if self.deeper(|parser| parser.branches(&mut next, name))?.is_err() {
                    return Ok(Err(()));
                }
                block.close_strip = next.close_strip;
                block.inverse = Some(vec![Node::Block(Box::new(next))]);
            }
        }
        Ok(Ok(()))
    }

    fn same_name(&self, open: &Range<usize>, close: &Range<usize>) -> Result<(), Fault> {
        let (open, name) = (&self.cursor.source[open.clone()], &self.cursor.source[close.clone()]);
        if open == name {
            return Ok(());
        }
        Err(Fault::new(close.start, format!("`{name}` closes a block that was opened as `{open}`")))
    }

    /// What stands between the opening tag of a partial block or an inline partial and its closing tag.
    fn enclosed(&mut self, from: usize, name: &Range<usize>) -> Result<(Vec<Node>, Strip), Fault> {
        let (nodes, end) = self.deeper(Self::program)?;
        match end {
            End::Close(close, strip) => {
                self.same_name(name, &close)?;
                Ok((nodes, strip))
            }
            End::Source => Err(Fault::new(from, "this block is not closed")),
            other => Err(other.stray().unwrap_or_else(|| Fault::new(from, "this block is not closed"))),
        }
    }

    pub(super) fn partial_block(&mut self, from: usize, open: bool) -> Result<Node, Fault> {
        let call = self.cursor.call(from)?;
        let open_strip = self.end_of_tag(open)?;
        let call = Call { span: from..self.cursor.at, ..call };
        let (nodes, close_strip) = self.enclosed(from, &span_of(&call.name, &call.span))?;
        let indent = String::new();
        Ok(Node::Partial(Box::new(Partial { call, fallback: Some(nodes), indent, open_strip, close_strip })))
    }

    pub(super) fn inline(&mut self, from: usize, open: bool) -> Result<Node, Fault> {
        let call = self.cursor.call(from)?;
        let name = span_of(&call.name, &call.span);
        let inline = self.cursor.source.get(name.clone()) == Some("inline");
        let Some(first) = call.params.into_iter().next().filter(|_| inline) else {
            return Err(Fault::new(from, "of the decorators, only `{{#*inline \"name\"}}` is known"));
        };
        let open_strip = self.end_of_tag(open)?;
        let (body, close_strip) = self.enclosed(from, &name)?;
        Ok(Node::Inline(Box::new(Inline { name: first, body, open_strip, close_strip })))
    }

    /// `{{{{name}}}}…{{{{/name}}}}`: a block whose text is no template.
    pub(super) fn raw(&mut self, from: usize) -> Result<Node, Fault> {
        let (call, params) = self.opening(from)?;
        self.cursor.space();
        if !self.cursor.take("}}}}") {
            return Err(self.cursor.fault("expected `}}}}`"));
        }
        let name = self.cursor.source[span_of(&call.name, &call.span)].to_owned();
        let close = format!("{{{{{{{{/{name}}}}}}}}}");
        let Some(size) = self.cursor.rest().find(&close) else {
            return Err(Fault::new(from, "this block is not closed"));
        };
        let mut nodes = Vec::new();
        push_text(&mut nodes, self.cursor.at..self.cursor.at + size);
        self.cursor.at += size + close.len();
        let none = Strip::default();
        Ok(Node::Block(Box::new(Block {
            call,
            params,
            program: Some(nodes),
            inverse: None,
            chained: false,
            open_strip: none,
            inverse_strip: none,
            close_strip: none,
        })))
    }
}

/// Where the name of a call stands.
fn span_of(name: &Expression, call: &Range<usize>) -> Range<usize> {
    match name {
        Expression::Path(path) => path.span.clone(),
        Expression::Call(call) => call.span.clone(),
        Expression::Literal(_) | Expression::Undefined => call.clone(),
    }
}

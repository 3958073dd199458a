//! Reads a template into nodes.

use std::ops::Range;

use super::check::check;
use super::expressions::Cursor;
use super::space;
use super::template::{Block, Call, Expression, Fault, Inline, Node, Partial, Strip, Template, Text};
use crate::domain::prompt::printed::javascript::is_space;

/// How deep blocks may nest.
const DEEPEST: usize = 64;

/// Reads a template; functions that do not exist are a fault, as they can never be rendered.
pub(in crate::domain) fn parse(source: &str) -> Result<Template, Fault> {
    let mut parser = Parser { cursor: Cursor { source, at: 0 }, depth: 0 };
    let (mut body, end) = parser.program()?;
    if let Some(stray) = end.stray() {
        return Err(stray);
    }
    space::control(&mut body, source);
    Ok(Template { source: source.to_owned(), body })
}

/// What a run of nodes ended in.
enum End {
    Source,
    /// `{{/name}}`.
    Close(Range<usize>, Strip),
    /// `{{else}}`.
    Else(Range<usize>, Strip),
    /// `{{else if x}}`.
    Chain(Call, Vec<String>, Strip),
}

impl End {
    fn stray(self) -> Option<Fault> {
        match self {
            Self::Source => None,
            Self::Close(name, _) => Some(Fault::new(name.start, "this closes a block that was not opened")),
            Self::Else(at, _) => Some(Fault::new(at.start, "an `else` outside of a block")),
            Self::Chain(call, ..) => Some(Fault::new(call.span.start, "an `else` outside of a block")),
        }
    }
}

struct Parser<'s> {
    cursor: Cursor<'s>,
    depth: usize,
}

impl Parser<'_> {
    fn program(&mut self) -> Result<(Vec<Node>, End), Fault> {
        let mut nodes = Vec::new();
        loop {
            if !self.text(&mut nodes) {
                return Ok((nodes, End::Source));
            }
            if let Some(end) = self.tag(&mut nodes)? {
                return Ok((nodes, end));
            }
        }
    }

    /// Reads text up to the next tag; false where there is none. `\{{` is text up to the tag after it.
    fn text(&mut self, nodes: &mut Vec<Node>) -> bool {
        let source = self.cursor.source;
        loop {
            let from = self.cursor.at;
            let Some(found) = self.cursor.rest().find("{{") else {
                push_text(nodes, from..source.len());
                self.cursor.at = source.len();
                return false;
            };
            let tag = from + found;
            let before = &source[from..tag];
            self.cursor.at = tag;
            if !before.ends_with('\\') {
                push_text(nodes, from..tag);
                return true;
            }
            push_text(nodes, from..tag - 1);
            if before.ends_with("\\\\") {
                return true;
            }
            let next = source[tag + 2..].find("{{").map_or(source.len(), |at| tag + 2 + at);
            let backslashes = source[tag + 2..next].bytes().rev().take(2).take_while(|byte| *byte == b'\\').count();
            let end = if next == source.len() { next } else { next - backslashes };
            push_text(nodes, tag..end);
            self.cursor.at = end;
        }
    }

    /// Reads the tag at the cursor; some end the run of nodes.
    fn tag(&mut self, nodes: &mut Vec<Node>) -> Result<Option<End>, Fault> {
        let from = self.cursor.at;
        if self.cursor.take("{{{{") {
            nodes.push(self.raw(from)?);
            return Ok(None);
        }
        self.cursor.take("{{");
        let open = self.cursor.take("~");
        if self.cursor.take("!") {
            nodes.push(Node::Comment(self.comment(from, open)?));
        } else if self.cursor.take("#>") {
            nodes.push(self.partial_block(from, open)?);
        } else if self.cursor.take("#*") {
            nodes.push(self.inline(from, open)?);
        } else if self.cursor.take("#") {
            let (call, params) = self.opening(from)?;
            let strip = self.end_of_tag(open)?;
            nodes.push(Node::Block(Box::new(self.block(call, params, strip)?)));
        } else if self.cursor.take(">") {
            let call = self.cursor.call(from)?;
            let open_strip = self.end_of_tag(open)?;
            let close_strip = open_strip;
            nodes.push(Node::Partial(Box::new(Partial {
                call: Call { span: from..self.cursor.at, ..call },
                fallback: None,
                indent: String::new(),
                open_strip,
                close_strip,
            })));
        } else if self.cursor.take("/") {
            self.cursor.space();
            let name = self.name_of_close();
            return Ok(Some(End::Close(name, self.end_of_tag(open)?)));
        } else if let Some(end) = self.else_tag(from, open)? {
            return Ok(Some(end));
        } else if self.cursor.take("^") {
            let (call, params) = self.opening(from)?;
            let strip = self.end_of_tag(open)?;
            let mut block = self.block(call, params, strip)?;
            std::mem::swap(&mut block.program, &mut block.inverse);
            nodes.push(Node::Block(Box::new(block)));
        } else {
            nodes.push(self.print(from, open)?);
        }
        Ok(None)
    }

    fn print(&mut self, from: usize, open: bool) -> Result<Node, Fault> {
        let triple = self.cursor.take("{");
        if !triple {
            self.cursor.take("&");
        }
        let call = self.checked_call(from)?;
        let strip = if triple {
            self.cursor.space();
            if self.cursor.rest().starts_with("}}}}") {
                return Err(self
                    .cursor
                    .fault("a brace right after a tag is taken for a part of it; put a blank between"));
            }
            if !self.cursor.take("}") {
                return Err(self.cursor.fault("expected `}}}`"));
            }
            let close = self.cursor.take("~");
            self.closing(open, close)?
        } else {
            self.end_of_tag(open)?
        };
        Ok(Node::Print(Call { span: from..self.cursor.at, ..call }, strip))
    }

    fn checked_call(&mut self, from: usize) -> Result<Call, Fault> {
        let call = self.cursor.call(from)?;
        check(&call)?;
        Ok(call)
    }

    /// `{{else}}`, `{{^}}` or `{{else if x}}`, if the cursor is at one.
    fn else_tag(&mut self, from: usize, open: bool) -> Result<Option<End>, Fault> {
        let mut ahead = Cursor { source: self.cursor.source, at: self.cursor.at };
        let caret = ahead.take("^");
        if !caret {
            ahead.space();
            let word = ahead.take("else");
            if !word || !ahead.rest().starts_with(|c| is_space(c) || c == '~' || c == '}') {
                return Ok(None);
            }
        }
        ahead.space();
        let plain = ahead.rest().starts_with("}}") || ahead.rest().starts_with("~}}");
        if caret && !plain {
            return Ok(None);
        }
        self.cursor.at = ahead.at;
        if plain {
            let close = self.cursor.take("~");
            let strip = self.closing(open, close)?;
            return Ok(Some(End::Else(from..self.cursor.at, strip)));
        }
        let (call, params) = self.opening(from)?;
        let strip = self.end_of_tag(open)?;
        Ok(Some(End::Chain(call, params, strip)))
    }

    fn opening(&mut self, from: usize) -> Result<(Call, Vec<String>), Fault> {
        let call = self.checked_call(from)?;
        let params = self.cursor.block_params()?;
        Ok((call, params))
    }

    /// The end of a tag: `}}`, with a `~` where white space after it goes.
    fn end_of_tag(&mut self, open: bool) -> Result<Strip, Fault> {
        self.cursor.space();
        let close = self.cursor.take("~");
        if !close && self.cursor.rest().starts_with("}}}") {
            return Err(self.cursor.fault("a brace right after a tag is taken for a part of it; put a blank between"));
        }
        self.closing(open, close)
    }

    fn closing(&mut self, open: bool, close: bool) -> Result<Strip, Fault> {
        if !self.cursor.take("}}") {
            return Err(self.cursor.fault("a tag is not closed with `}}`, or what stands in it is not understood"));
        }
        Ok(Strip { open, close })
    }

    fn name_of_close(&mut self) -> Range<usize> {
        let from = self.cursor.at;
        let rest = self.cursor.rest();
        let size = rest.find(['}', '~']).unwrap_or(rest.len());
        self.cursor.at += size;
        from..from + rest[..size].trim_end_matches(is_space).len()
    }

    fn comment(&mut self, from: usize, open: bool) -> Result<Strip, Fault> {
        let long = self.cursor.rest().starts_with("--");
        let rest = self.cursor.rest();
        let end = if long {
            // The shortest that ends in `--}}` or `--~}}`.
            rest[2..].match_indices("--").map(|(at, _)| at + 4).find_map(|at| {
                let after = &rest[at..];
                let tilde = usize::from(after.starts_with('~'));
                after[tilde..].starts_with("}}").then_some((at + tilde + 2, tilde == 1))
            })
        } else {
            rest.find("}}").map(|at| (at + 2, rest[..at].ends_with('~')))
        };
        let Some((size, close)) = end else { return Err(Fault::new(from, "a comment is not closed")) };
        self.cursor.at += size;
        Ok(Strip { open, close })
    }

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

    fn block(&mut self, call: Call, params: Vec<String>, open_strip: Strip) -> Result<Block, Fault> {
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

    fn partial_block(&mut self, from: usize, open: bool) -> Result<Node, Fault> {
        let call = self.cursor.call(from)?;
        let open_strip = self.end_of_tag(open)?;
        let call = Call { span: from..self.cursor.at, ..call };
        let (nodes, close_strip) = self.enclosed(from, &span_of(&call.name, &call.span))?;
        let indent = String::new();
        Ok(Node::Partial(Box::new(Partial { call, fallback: Some(nodes), indent, open_strip, close_strip })))
    }

    fn inline(&mut self, from: usize, open: bool) -> Result<Node, Fault> {
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
    fn raw(&mut self, from: usize) -> Result<Node, Fault> {
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

fn push_text(nodes: &mut Vec<Node>, whole: Range<usize>) {
    if !whole.is_empty() {
        let kept = whole.clone();
        nodes.push(Node::Text(Text { whole, kept, left_stripped: false, right_stripped: false }));
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

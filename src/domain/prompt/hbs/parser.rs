//! Reads a template into nodes.

use std::ops::Range;

use super::check::check;
use super::expressions::Cursor;
use super::space;
use super::template::{Call, Fault, Node, Partial, Strip, Template, Text};
use crate::domain::prompt::printed::javascript::is_space;

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
pub(super) enum End {
    Source,
    /// `{{/name}}`.
    Close(Range<usize>, Strip),
    /// `{{else}}`.
    Else(Range<usize>, Strip),
    /// `{{else if x}}`.
    Chain(Call, Vec<String>, Strip),
}

impl End {
    pub(super) fn stray(self) -> Option<Fault> {
        match self {
            Self::Source => None,
            Self::Close(name, _) => Some(Fault::new(name.start, "this closes a block that was not opened")),
            Self::Else(at, _) => Some(Fault::new(at.start, "an `else` outside of a block")),
            Self::Chain(call, ..) => Some(Fault::new(call.span.start, "an `else` outside of a block")),
        }
    }
}

pub(super) struct Parser<'s> {
    pub(super) cursor: Cursor<'s>,
    pub(super) depth: usize,
}

impl Parser<'_> {
    pub(super) fn program(&mut self) -> Result<(Vec<Node>, End), Fault> {
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

    pub(super) fn opening(&mut self, from: usize) -> Result<(Call, Vec<String>), Fault> {
        let call = self.checked_call(from)?;
        let params = self.cursor.block_params()?;
        Ok((call, params))
    }

    /// The end of a tag: `}}`, with a `~` where white space after it goes.
    pub(super) fn end_of_tag(&mut self, open: bool) -> Result<Strip, Fault> {
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
}

pub(super) fn push_text(nodes: &mut Vec<Node>, whole: Range<usize>) {
    if !whole.is_empty() {
        let kept = whole.clone();
        nodes.push(Node::Text(Text { whole, kept, left_stripped: false, right_stripped: false }));
    }
}

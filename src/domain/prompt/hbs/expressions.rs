//! What stands within a tag: paths, literals, parameters and calls in parentheses.

use serde_json::{Number, Value};

use super::template::{Call, Expression, Fault, Path};
use crate::domain::prompt::printed::javascript::is_space;

/// How deep parentheses may nest.
const DEEPEST: usize = 32;

/// A place in a source that is read from left to right.
pub(super) struct Cursor<'s> {
    pub(super) source: &'s str,
    pub(super) at: usize,
}

impl<'s> Cursor<'s> {
    pub(super) fn rest(&self) -> &'s str {
        &self.source[self.at..]
    }

    pub(super) fn space(&mut self) {
        self.at = self.source.len() - self.rest().trim_start_matches(is_space).len();
    }

    pub(super) fn take(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    pub(super) fn fault(&self, message: impl Into<String>) -> Fault {
        Fault::new(self.at, message)
    }

    /// A name with its parameters, up to what is none of them.
    pub(super) fn call(&mut self, from: usize) -> Result<Call, Fault> {
        let name = self.expression(0)?;
        let (params, hash) = self.arguments(0)?;
        Ok(Call { name, params, hash, span: from..self.at })
    }

    #[expect(clippy::type_complexity, reason = "the two kinds of arguments")]
    fn arguments(&mut self, depth: usize) -> Result<(Vec<Expression>, Vec<(String, Expression)>), Fault> {
        let (mut params, mut hash) = (Vec::new(), Vec::new());
        loop {
            self.space();
            let rest = self.rest();
            if rest.is_empty() || rest.starts_with(['~', '}', ')']) || self.at_block_params() {
                return Ok((params, hash));
            }
            if let Some(key) = self.hash_key() {
                let value = self.expression(depth)?;
                hash.retain(|(known, _)| *known != key);
                hash.push((key, value));
            } else if hash.is_empty() {
                params.push(self.expression(depth)?);
            } else {
                return Err(self.fault("a plain parameter cannot stand after one with a name"));
            }
        }
    }

    /// The key of `key=value`, with the sign taken.
    fn hash_key(&mut self) -> Option<String> {
        let name = self.identifier()?;
        let mut ahead = Cursor { source: self.source, at: self.at + name.len() };
        ahead.space();
        ahead.take("=").then(|| {
            ahead.space();
            self.at = ahead.at;
            name.to_owned()
        })
    }

    fn at_block_params(&self) -> bool {
        self.rest()
            .strip_prefix("as")
            .is_some_and(|rest| rest.starts_with(is_space) && rest.trim_start_matches(is_space).starts_with('|'))
    }

    /// The names of `as |a b|`.
    pub(super) fn block_params(&mut self) -> Result<Vec<String>, Fault> {
        if !self.at_block_params() {
            return Ok(Vec::new());
        }
        self.at += 2;
        self.space();
        self.at += 1;
        let Some(end) = self.rest().find('|') else {
            return Err(self.fault("the names after `as` have no closing `|`"));
        };
        let names = self.rest()[..end].split(is_space).filter(|name| !name.is_empty()).map(str::to_owned).collect();
        self.at += end + 1;
        self.space();
        Ok(names)
    }

    /// Characters that may make a name.
    fn identifier(&self) -> Option<&'s str> {
        let rest = self.rest();
        let ends = |c: char| match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '-' | '$' | ':' | '?' => false,
            '!'..='~' => true,
            _ => is_space(c),
        };
        let end = rest.find(ends).unwrap_or(rest.len());
        (end > 0).then(|| &rest[..end])
    }

    fn expression(&mut self, depth: usize) -> Result<Expression, Fault> {
        self.space();
        let from = self.at;
        if self.take("(") {
            if depth >= DEEPEST {
                return Err(self.fault("parentheses are nested too deep"));
            }
            let name = self.expression(depth + 1)?;
            let (params, hash) = self.arguments(depth + 1)?;
            if !self.take(")") {
                return Err(self.fault("a parenthesis is not closed"));
            }
            return Ok(Expression::Call(Box::new(Call { name, params, hash, span: from..self.at })));
        }
        if let Some(quote) = self.rest().chars().next().filter(|c| matches!(c, '"' | '\'')) {
            return self.quoted(quote);
        }
        let word = self.identifier().unwrap_or_default();
        let whole = match self.rest()[word.len()..].chars().next() {
            None => true,
            Some(next) => is_space(next) || "~})]".contains(next),
        };
        if whole && !word.is_empty() {
            let literal = match word {
                "true" => Some(Expression::Literal(Value::Bool(true))),
                "false" => Some(Expression::Literal(Value::Bool(false))),
                "null" => Some(Expression::Literal(Value::Null)),
                "undefined" => Some(Expression::Undefined),
                _ => None,
            };
            if let Some(literal) = literal {
                self.at += word.len();
                return Ok(literal);
            }
        }
        if let Some((number, size)) = number(self.rest()) {
            self.at += size;
            return Ok(Expression::Literal(Value::Number(number)));
        }
        self.path()
    }

    fn quoted(&mut self, quote: char) -> Result<Expression, Fault> {
        let mut text = String::new();
        let mut characters = self.rest().char_indices().skip(1).peekable();
        while let Some((at, c)) = characters.next() {
            if c == quote {
                self.at += at + 1;
                return Ok(Expression::Literal(Value::String(text)));
            }
            // Only the quote itself can be escaped.
            match characters.peek() {
                Some((_, next)) if c == '\\' && *next == quote => {
                    text.push(quote);
                    characters.next();
                }
                _ => text.push(c),
            }
        }
        Err(self.fault("a quoted text is not closed"))
    }

    fn path(&mut self) -> Result<Expression, Fault> {
        let from = self.at;
        let data = self.take("@");
        let scoped = self.rest().starts_with('.')
            || self
                .rest()
                .strip_prefix("this")
                .is_some_and(|rest| rest.chars().next().is_none_or(|c| !c.is_ascii_alphanumeric() && c != '_'));
        let (mut up, mut parts) = (0, Vec::new());
        loop {
            if self.take("..") {
                if !parts.is_empty() {
                    return Err(self.fault("`..` can stand at the beginning of a path only"));
                }
                up += 1;
            } else if self.take(".") {
                if !parts.is_empty() {
                    return Err(self.fault("a path has two points in a row"));
                }
            } else if self.take("[") {
                let Some(end) = self.rest().find(']') else { return Err(self.fault("a `[` in a path is not closed")) };
                parts.push(self.rest()[..end].to_owned());
                self.at += end + 1;
            } else if let Some(name) = self.identifier() {
                self.at += name.len();
                if name != "this" {
                    parts.push(name.to_owned());
                } else if !parts.is_empty() {
                    return Err(self.fault("`this` can stand at the beginning of a path only"));
                }
            } else {
                return Err(self.fault("expected a name"));
            }
            if !self.rest().starts_with(['.', '/']) {
                return Ok(Expression::Path(Path { data, up, parts, scoped, span: from..self.at }));
            }
            self.at += 1;
        }
    }
}

/// A number at the beginning of a text, where it is a word of its own, and its size.
fn number(text: &str) -> Option<(Number, usize)> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let whole = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    if whole == 0 {
        return None;
    }
    let fraction = digits[whole..].strip_prefix('.').map_or(0, |rest| {
        let size = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        if size == 0 { 0 } else { size + 1 }
    });
    let size = text.len() - digits.len() + whole + fraction;
    let ends = text[size..].chars().next().is_none_or(|c| is_space(c) || "~})]".contains(c));
    let spelled = &text[..size];
    let number = spelled.parse::<i64>().map(Number::from).ok().or_else(|| Number::from_f64(spelled.parse().ok()?));
    number.filter(|_| ends).map(|number| (number, size))
}

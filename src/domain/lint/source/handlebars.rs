//! Dotprompt's Handlebars: tags, blocks and the variables in them.

use std::ops::Range;

use super::scope::{Block, Meaning, Nesting, Scope};
use super::{Piece, Token};
use crate::domain::prompt::hbs::FUNCTIONS;

/// The roles' and history marks, spelled out.
const MARK: &str = "<<<dotprompt:";

/// Scans a range of a file.
pub(super) fn scan(text: &str, range: Range<usize>) -> Vec<Piece> {
    let mut scanner =
        Scanner { text, end: range.end, literal: range.start, scope: Scope::default(), pieces: Vec::new() };
    scanner.run(range.start);
    scanner.pieces
}

struct Scanner<'t> {
    text: &'t str,
    end: usize,
    /// Where the literal text that is not yet a piece begins.
    literal: usize,
    scope: Scope,
    pieces: Vec<Piece>,
}

impl<'t> Scanner<'t> {
    fn run(&mut self, start: usize) {
        let mut at = start;
        while let Some(open) = self.text[at..self.end].find("{{").map(|found| at + found) {
            self.marks(open);
            if self.text[..open].ends_with('\\') && !self.text[..open].ends_with("\\\\") {
                at = self.after(open, "}}").unwrap_or(open + 2);
                continue;
            }
            let Some((inner, end)) = self.tag(open) else { break };
            self.flush(open);
            self.literal = end;
            self.read(open..end, inner);
            at = end;
        }
        self.marks(self.end);
        self.flush(self.end);
    }

    fn after(&self, from: usize, close: &str) -> Option<usize> {
        self.text[from..self.end].find(close).map(|found| from + found + close.len())
    }

    /// The inside of the tag at an offset, and where the tag ends; `None` where it is never closed.
    fn tag(&self, open: usize) -> Option<(&'t str, usize)> {
        let rest = &self.text[open..self.end];
        let bang = rest.trim_start_matches('{').trim_start_matches('~');
        let (lead, close) = if bang.starts_with("!--") {
            (2, "--}}")
        } else if rest.starts_with("{{{{") {
            (4, "}}}}")
        } else if rest.starts_with("{{{") {
            (3, "}}}")
        } else {
            (2, "}}")
        };
        // A comment may end in `--~}}`.
        let end = self.after(open + lead, close).or_else(|| self.after(open + lead, "}}"))?;
        let inner = self.text.get(open + lead..end)?.trim_end_matches('}');
        Some((inner.trim_matches('~').trim(), end))
    }

    fn flush(&mut self, to: usize) {
        if self.literal < to {
            let range = self.literal..to;
            self.pieces.push(Piece { range, token: Token::Text, nesting: self.scope.nesting() });
        }
        self.literal = to;
    }

    fn push(&mut self, range: Range<usize>, token: Token) {
        let nesting = self.scope.nesting();
        self.pieces.push(Piece { range, token, nesting });
    }

    /// Takes marks that the template spells out, up to an offset.
    fn marks(&mut self, to: usize) {
        while let Some(open) = self.text[self.literal..to].find(MARK).map(|found| self.literal + found) {
            let Some(end) = self.text[open..to].find(">>>").map(|found| open + found + 3) else { return };
            self.flush(open);
            let name = &self.text[open + MARK.len()..end - 3];
            let token = match name.strip_prefix("role:") {
                Some(role) => Token::Role(role.trim().to_owned()),
                None if name == "history" => Token::History,
                None => Token::Other,
            };
            self.push(open..end, token);
            self.literal = end;
        }
    }

    fn read(&mut self, range: Range<usize>, inner: &str) {
        let word = |text: &str| text.split_whitespace().next().unwrap_or_default().to_owned();
        let mut chars = inner.chars();
        match chars.next() {
            Some('!') => self.push(range, Token::Comment),
            Some('>') => {
                let rest = chars.as_str().trim_start();
                let values = self.values(rest.split_once(char::is_whitespace).map_or("", |(_, rest)| rest));
                self.push(range.clone(), Token::Partial(word(rest).trim_matches(['"', '\'']).to_owned()));
                if !values.is_empty() {
                    self.push(range, Token::Logic(values));
                }
            }
            Some('#' | '^') if !chars.as_str().trim().is_empty() => self.open(range, chars.as_str()),
            Some('/') => {
                self.scope.close(&word(chars.as_str()));
                self.push(range, Token::Other);
            }
            Some('^') => self.push(range, Token::Other),
            Some('&') => self.expression(range, chars.as_str().trim_start()),
            _ if inner == "else" => self.push(range, Token::Other),
            _ if inner.starts_with("else ") => {
                let values =
                    self.values(inner["else ".len()..].trim_start().split_once(' ').map_or("", |(_, rest)| rest));
                self.push(range, Token::Logic(values));
            }
            _ => self.expression(range, inner),
        }
    }

    fn open(&mut self, range: Range<usize>, inner: &str) {
        let inner = inner.trim_start_matches(['>', '*']).trim_start();
        let name = inner.split_whitespace().next().unwrap_or_default();
        let (arguments, own) = match inner.split_once(" as |") {
            Some((before, own)) => (before, own.trim_end_matches('|').split_whitespace().map(str::to_owned).collect()),
            None => (inner, Vec::new()),
        };
        let values = self.values(&arguments[name.len().min(arguments.len())..]);
        let changes = matches!(name, "each" | "with");
        if !FUNCTIONS.contains(&name) {
            if values.is_empty() && !arguments.trim().contains(' ') {
                // `{{#docs}}`: a section of Mustache, which works as `if` or `each`.
                let subject = self.resolve(name);
                let block = Block { name: name.to_owned(), nesting: Nesting::Loop, subject: subject.clone(), own };
                self.push(range, Token::Logic(subject.into_iter().collect()));
                return self.scope.open(block);
            }
            self.push(range.clone(), Token::Unknown(name.to_owned()));
        }
        let subject = changes.then(|| values.first().cloned()).flatten();
        let nesting = if name == "each" { Nesting::Loop } else { Nesting::Choice };
        self.push(range, Token::Logic(values));
        self.scope.open(Block { name: name.to_owned(), nesting, subject, own });
    }

    fn expression(&mut self, range: Range<usize>, inner: &str) {
        let name = inner.split_whitespace().next().unwrap_or_default();
        let rest = &inner[name.len()..];
        if rest.trim().is_empty() && !matches!(name, "history" | "role" | "section" | "media") {
            let token = self.resolve(name).map_or(Token::Other, |name| Token::Print(vec![name]));
            return self.push(range, token);
        }
        match name {
            "role" => self.push(range, Token::Role(rest.trim().trim_matches(['"', '\'']).to_owned())),
            "history" => self.push(range, Token::History),
            "section" => self.push(range, Token::Other),
            _ => {
                let values = self.values(rest);
                if !FUNCTIONS.contains(&name) {
                    self.push(range.clone(), Token::Unknown(name.to_owned()));
                }
                self.push(range, Token::Print(values));
            }
        }
    }

    /// The variables among the arguments of a function.
    fn values(&self, arguments: &str) -> Vec<String> {
        let mut values = Vec::new();
        let mut rest = arguments;
        let mut function = false;
        while let Some(c) = rest.chars().next() {
            match c {
                '"' | '\'' => {
                    let end = rest[1..].find(c).map_or(rest.len(), |found| found + 2);
                    rest = &rest[end..];
                }
                '(' => {
                    function = true;
                    rest = &rest[1..];
                }
                _ if c.is_whitespace() || c == ')' => rest = &rest[c.len_utf8()..],
                _ => {
                    let end =
                        rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '=')).unwrap_or(rest.len());
                    let word = &rest[..end];
                    rest = &rest[end..];
                    if let Some(value) = rest.strip_prefix('=') {
                        rest = value;
                    } else if !std::mem::take(&mut function)
                        && let Some(name) = self.resolve(word)
                        && !values.contains(&name)
                    {
                        values.push(name);
                    }
                }
            }
        }
        values
    }

    /// The variable that a path means; `None` for literals and for what is no variable.
    fn resolve(&self, path: &str) -> Option<String> {
        let (mut rest, mut up) = (path, 0);
        while let Some(further) = rest.strip_prefix("../") {
            rest = further;
            up += 1;
        }
        let rooted = rest.strip_prefix("@root.");
        let rest = rooted.unwrap_or(rest);
        let first = rest.trim_start_matches("./").split(['.', '/', '[']).next().unwrap_or_default();
        let literal = matches!(first, "true" | "false" | "null" | "undefined")
            || first.starts_with(|c: char| c.is_ascii_digit() || c == '-');
        if first.starts_with('@') || first.starts_with(['"', '\'']) || literal {
            return None;
        }
        if rooted.is_none() {
            match self.scope.meaning(first) {
                Meaning::Part(subject) if up == 0 => return Some(subject.to_owned()),
                Meaning::Nothing if up == 0 => return None,
                _ => {}
            }
            if let Some(subject) = self.scope.subject(up) {
                return Some(subject.to_owned());
            }
        }
        (!first.is_empty() && first != "this").then(|| first.to_owned())
    }
}

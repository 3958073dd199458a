//! Prompty's Jinja: expressions, statements and the lines that begin messages.

use std::ops::Range;

use super::scope::{Block, Meaning, Nesting, Scope};
use super::{Piece, Token};

/// Words of expressions that are no variables.
const WORDS: [&str; 14] =
    ["and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False", "None", "loop"];

/// Scans a range of a file; `threads` are the inputs that stand for earlier messages.
pub(super) fn scan(text: &str, range: Range<usize>, threads: &[&str]) -> Vec<Piece> {
    let mut scanner =
        Scanner { text, end: range.end, start: range.start, scope: Scope::default(), pieces: Vec::new(), threads };
    scanner.run();
    scanner.pieces
}

struct Scanner<'t, 'k> {
    text: &'t str,
    start: usize,
    end: usize,
    scope: Scope,
    pieces: Vec<Piece>,
    threads: &'k [&'k str],
}

impl Scanner<'_, '_> {
    fn run(&mut self) {
        let mut at = self.start;
        let mut literal = at;
        while let Some(open) = self.text[at..self.end].find('{').map(|found| at + found) {
            let close = match self.text.as_bytes().get(open + 1) {
                Some(b'{') => "}}",
                Some(b'%') => "%}",
                Some(b'#') => "#}",
                _ => {
                    at = open + 1;
                    continue;
                }
            };
            let Some(end) = self.text[open + 2..self.end].find(close).map(|found| open + 4 + found) else { break };
            self.literal(literal..open);
            let inner = self.text[open + 2..end - 2].trim_matches(['-', '+']).trim();
            let mut after = end;
            match close {
                "}}" => self.expression(open..end, inner),
                "#}" => self.push(open..end, Token::Comment),
                _ => after = self.statement(open..end, inner),
            }
            at = after;
            literal = after;
        }
        self.literal(literal..self.end);
    }

    fn push(&mut self, range: Range<usize>, token: Token) {
        let nesting = self.scope.nesting();
        self.pieces.push(Piece { range, token, nesting });
    }

    /// Literal text, divided at the lines that begin messages.
    fn literal(&mut self, range: Range<usize>) {
        let mut start = range.start;
        let mut offset = range.start;
        for line in self.text[range.clone()].split_inclusive('\n') {
            let end = offset + line.len();
            let begins = offset == self.start || self.text[..offset].ends_with('\n');
            let ends = line.ends_with('\n') || end == self.end;
            if begins
                && ends
                && let Some(role) = role_line(line)
            {
                if start < offset {
                    self.push(start..offset, Token::Text);
                }
                let indent = line.len() - line.trim_start().len();
                self.push(offset + indent..offset + line.trim_end().len(), Token::Role(role));
                start = end;
            }
            offset = end;
        }
        if start < range.end {
            self.push(start..range.end, Token::Text);
        }
    }

    fn expression(&mut self, range: Range<usize>, inner: &str) {
        let token = if self.threads.contains(&inner) { Token::History } else { Token::Print(self.variables(inner)) };
        self.push(range, token);
    }

    /// Takes a statement; returns where scanning goes on.
    fn statement(&mut self, range: Range<usize>, inner: &str) -> usize {
        let (word, rest) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
        match word {
            "raw" | "verbatim" => {
                let close = self.text[range.end..self.end].find("{%").map(|found| range.end + found);
                self.push(range.clone(), Token::Other);
                let close = close.unwrap_or(self.end);
                if range.end < close {
                    self.push(range.end..close, Token::Text);
                }
                return close;
            }
            "for" => {
                let (names, subject) = rest.split_once(" in ").unwrap_or((rest, ""));
                let values = self.variables(subject);
                let own = names.split(',').map(|name| name.trim_matches([' ', '(', ')']).to_owned()).collect();
                let subject = values.first().cloned();
                self.push(range.clone(), Token::Logic(values));
                self.scope.open(Block { name: "for".into(), nesting: Nesting::Loop, subject, own });
            }
            "if" => {
                self.push(range.clone(), Token::Logic(self.variables(rest)));
                self.scope.open(Block { name: "if".into(), nesting: Nesting::Choice, subject: None, own: Vec::new() });
            }
            "elif" => self.push(range.clone(), Token::Logic(self.variables(rest))),
            "set" => {
                let (names, value) = rest.split_once('=').unwrap_or((rest, ""));
                let values = self.variables(value);
                let own = names.split(',').map(|name| name.trim().to_owned()).collect();
                let subject = values.first().cloned();
                self.push(range.clone(), Token::Logic(values));
                self.scope.open(Block { name: "set".into(), nesting: Nesting::Once, subject, own });
            }
            _ => {
                if let Some(name) = word.strip_prefix("end") {
                    self.scope.close(name);
                }
                self.push(range.clone(), Token::Other);
            }
        }
        range.end
    }

    /// The variables of an expression, in order, each once.
    fn variables(&self, expression: &str) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let mut before = ' ';
        let mut word_before = "";
        let mut rest = expression;
        while let Some(c) = rest.chars().next() {
            if matches!(c, '"' | '\'') {
                let end = rest[1..].find(c).map_or(rest.len(), |found| found + 2);
                rest = &rest[end..];
                (before, word_before) = (c, "");
                continue;
            }
            if !(c.is_alphabetic() || c == '_') {
                let digits = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
                rest = &rest[if c.is_ascii_digit() { digits } else { c.len_utf8() }..];
                if !c.is_whitespace() {
                    (before, word_before) = (c, "");
                }
                continue;
            }
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            let word = &rest[..end];
            rest = &rest[end..];
            let next = rest.trim_start();
            let is_argument = next.starts_with('=') && !next.starts_with("==");
            let tested = word_before == "is" || (word_before == "not" && before == 'i');
            let is_variable = !matches!(before, '.' | '|')
                && !tested
                && !is_argument
                && !next.starts_with('(')
                && !WORDS.contains(&word);
            if is_variable
                && let Some(name) = self.resolve(word)
                && !names.contains(&name)
            {
                names.push(name);
            }
            // `is not defined`: the test's name is no variable either.
            before = if word_before == "is" && word == "not" { 'i' } else { 'a' };
            word_before = word;
        }
        names
    }

    fn resolve(&self, name: &str) -> Option<String> {
        match self.scope.meaning(name) {
            Meaning::Variable => Some(name.to_owned()),
            Meaning::Part(subject) => Some(subject.to_owned()),
            Meaning::Nothing => None,
        }
    }
}

/// The role of a line such as `system:` or `user[name="x"]:`, as written.
fn role_line(line: &str) -> Option<String> {
    let line = line.trim().strip_suffix(':')?.trim_end();
    let line = line.strip_prefix('#').unwrap_or(line).trim_start();
    let (name, attributes) = line.split_once('[').map_or((line, None), |(name, rest)| (name, Some(rest)));
    let closed = attributes.is_none_or(|attributes| attributes.ends_with(']'));
    let known = ["system", "developer", "user", "assistant"].iter().any(|role| name.eq_ignore_ascii_case(role));
    (closed && known).then(|| name.to_ascii_lowercase())
}

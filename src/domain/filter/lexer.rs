//! A filter's text as tokens.

use super::error::FilterError;

/// A token and the code points before it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub position: usize,
    pub kind: TokenKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind {
    Open,
    Close,
    /// `-` directly before what it negates, or `not`.
    Not,
    And,
    Or,
    /// `span(`
    SpanOpen,
    /// A bare word or a quoted phrase to search for.
    Text(String),
    Condition(RawCondition),
}

/// A condition as typed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RawCondition {
    /// The field's name up to the operator, the key of `score.` and `attr.` not included.
    pub name: String,
    /// The key after `score.` or `attr.`.
    pub key: Option<String>,
    pub op: Op,
    pub value: String,
    pub quoting: Quoting,
    pub value_position: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoting {
    Bare,
    Quoted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Is,
    IsNot,
    Lt,
    Le,
    Gt,
    Ge,
}

pub(super) fn lex(text: &str) -> Result<Vec<Token>, FilterError> {
    let mut lexer = Lexer { chars: text.chars().collect(), at: 0 };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next_token()? {
        tokens.push(token);
    }
    Ok(tokens)
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn next_token(&mut self) -> Result<Option<Token>, FilterError> {
        while self.peek(0).is_some_and(char::is_whitespace) {
            self.at += 1;
        }
        let position = self.at;
        let Some(first) = self.peek(0) else { return Ok(None) };
        let kind = match first {
            '(' => self.take(1, TokenKind::Open),
            ')' => self.take(1, TokenKind::Close),
            '-' => self.minus()?,
            '"' => self.phrase()?,
            _ => self.word_or_condition()?,
        };
        Ok(Some(Token { position, kind }))
    }

    fn take(&mut self, count: usize, kind: TokenKind) -> TokenKind {
        self.at += count;
        kind
    }

    fn minus(&mut self) -> Result<TokenKind, FilterError> {
        if self.peek(1).is_none_or(|next| next.is_whitespace() || next == ')') {
            return Err(FilterError::new(
                self.at,
                "`-` negates nothing",
                "a condition directly after it, or \"-\" in quotes to search for it",
            ));
        }
        Ok(self.take(1, TokenKind::Not))
    }

    fn phrase(&mut self) -> Result<TokenKind, FilterError> {
        let position = self.at;
        let phrase = self.quoted()?;
        if phrase.is_empty() {
            return Err(FilterError::new(position, "the phrase is empty", "text between the quotes"));
        }
        Ok(TokenKind::Text(phrase))
    }

    fn word_or_condition(&mut self) -> Result<TokenKind, FilterError> {
        if let Some(condition) = self.condition()? {
            return Ok(TokenKind::Condition(condition));
        }
        let letters = self.chars[self.at..].iter().take_while(|c| c.is_ascii_alphabetic()).count();
        let start: String = self.chars[self.at..self.at + letters].iter().collect::<String>().to_ascii_lowercase();
        let ends = self.peek(letters).is_none_or(|next| next.is_whitespace() || matches!(next, '(' | ')'));
        match start.as_str() {
            "span" if self.peek(letters) == Some('(') => return Ok(self.take(letters + 1, TokenKind::SpanOpen)),
            "not" if ends => return Ok(self.take(letters, TokenKind::Not)),
            "and" if ends => return Ok(self.take(letters, TokenKind::And)),
            "or" if ends => return Ok(self.take(letters, TokenKind::Or)),
            _ => {}
        }
        Ok(TokenKind::Text(self.bare()))
    }

    /// A field name, an operator and a value; `None` where no name is directly followed by an operator.
    fn condition(&mut self) -> Result<Option<RawCondition>, FilterError> {
        let start = self.at;
        if !self.peek(0).is_some_and(|c| c.is_ascii_alphabetic() || c == '_') {
            return Ok(None);
        }
        let name = self.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
        let keyed = name.eq_ignore_ascii_case("attr") || name.eq_ignore_ascii_case("score");
        let mut full_name = name;
        let mut key = None;
        if self.peek(0) == Some('.') {
            self.at += 1;
            if keyed && self.peek(0) == Some('"') {
                key = Some(self.quoted()?);
            } else {
                let rest = self
                    .take_while(|c| !c.is_whitespace() && !matches!(c, ':' | '=' | '<' | '>' | '!' | '(' | ')' | '"'));
                if keyed {
                    key = Some(rest);
                } else {
                    full_name = format!("{full_name}.{rest}");
                }
            }
        }
        let Some(op) = self.operator() else {
            self.at = start;
            return Ok(None);
        };
        if key.as_ref().is_some_and(String::is_empty) {
            return Err(FilterError::new(
                start,
                format!("`{full_name}.` has no name after the dot"),
                format!("{full_name}.NAME, as in `{full_name}.x`"),
            ));
        }
        let value_position = self.at;
        let (value, quoting) =
            if self.peek(0) == Some('"') { (self.quoted()?, Quoting::Quoted) } else { (self.bare(), Quoting::Bare) };
        Ok(Some(RawCondition { name: full_name, key, op, value, quoting, value_position }))
    }

    fn operator(&mut self) -> Option<Op> {
        let (op, length) = match (self.peek(0)?, self.peek(1)) {
            ('!', Some('=')) => (Op::IsNot, 2),
            ('<', Some('=')) => (Op::Le, 2),
            ('>', Some('=')) => (Op::Ge, 2),
            ('<', _) => (Op::Lt, 1),
            ('>', _) => (Op::Gt, 1),
            (':' | '=', _) => (Op::Is, 1),
            _ => return None,
        };
        self.at += length;
        Some(op)
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> String {
        let start = self.at;
        while self.peek(0).is_some_and(&accept) {
            self.at += 1;
        }
        self.chars[start..self.at].iter().collect()
    }

    /// Up to white space, a quote or a parenthesis that the word itself did not open.
    fn bare(&mut self) -> String {
        let start = self.at;
        let mut open = 0_usize;
        while let Some(c) = self.peek(0) {
            match c {
                '(' => open += 1,
                ')' if open == 0 => break,
                ')' => open -= 1,
                '"' => break,
                c if c.is_whitespace() => break,
                _ => {}
            }
            self.at += 1;
        }
        self.chars[start..self.at].iter().collect()
    }

    /// A quoted text; `\"` and `\\` stand for a quote and a backslash.
    fn quoted(&mut self) -> Result<String, FilterError> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        while let Some(c) = self.peek(0) {
            self.at += 1;
            match (c, self.peek(0)) {
                ('"', _) => return Ok(text),
                ('\\', Some(next @ ('"' | '\\'))) => {
                    text.push(next);
                    self.at += 1;
                }
                _ => text.push(c),
            }
        }
        Err(FilterError::new(start, "the quote is not closed", "a closing \""))
    }
}

//! Tokens to a tree.

use super::ast::{Compare, Condition, Expr, Field, Has, Pattern, Test};
use super::error::FilterError;
use super::field::{FIELDS, nearest};
use super::lexer::{Op, Quoting, RawCondition, Token, TokenKind, lex};
use super::value::{DayEdge, Unit, ValueReader, number_test};
use crate::domain::cause::Cause;
use crate::domain::span::{SpanKind, SpanStatus};
use crate::domain::time::Timestamp;

/// Parentheses and negations within each other; beyond it a filter is refused, so that no stack overflows.
const MAX_DEPTH: usize = 64;

const CONDITION: &str = "a word, a \"phrase\", field:value, or a group in parentheses";

pub(super) fn parse(text: &str, now: Timestamp) -> Result<Expr, FilterError> {
    let tokens = lex(text)?;
    if tokens.is_empty() {
        return Ok(Expr::All);
    }
    let mut parser = Parser { tokens, at: 0, end: text.chars().count(), values: ValueReader { now } };
    let expr = parser.or(0)?;
    match parser.peek() {
        None => Ok(expr),
        Some(token) => Err(FilterError::new(
            token.position,
            "this `)` closes nothing",
            "an opening ( before it, or \")\" in quotes to search for it",
        )),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    end: usize,
    values: ValueReader,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn or(&mut self, depth: usize) -> Result<Expr, FilterError> {
        let mut parts = vec![self.and(depth)?];
        while self.peek().is_some_and(|token| token.kind == TokenKind::Or) {
            self.at += 1;
            parts.push(self.and(depth)?);
        }
        Ok(Expr::or(parts))
    }

    fn and(&mut self, depth: usize) -> Result<Expr, FilterError> {
        let mut parts = vec![self.unary(depth)?];
        loop {
            match self.peek().map(|token| &token.kind) {
                None | Some(TokenKind::Or | TokenKind::Close) => return Ok(Expr::and(parts)),
                Some(TokenKind::And) => self.at += 1,
                Some(_) => {}
            }
            parts.push(self.unary(depth)?);
        }
    }

    fn unary(&mut self, depth: usize) -> Result<Expr, FilterError> {
        let Some(token) = self.peek().cloned() else {
            return Err(FilterError::new(self.end, "the filter ends too early", CONDITION));
        };
        if depth > MAX_DEPTH {
            return Err(FilterError::new(
                token.position,
                format!("more than {MAX_DEPTH} groups and negations within each other"),
                "a simpler filter",
            ));
        }
        self.at += 1;
        match token.kind {
            TokenKind::Not => Ok(Expr::Not(Box::new(self.unary(depth + 1)?))),
            TokenKind::Open => self.group(token.position, depth),
            TokenKind::SpanOpen => Ok(Expr::Span(Box::new(self.group(token.position, depth)?))),
            TokenKind::Text(text) => Ok(Expr::Text(text)),
            TokenKind::Condition(raw) => self.condition(token.position, &raw),
            TokenKind::Close => Err(FilterError::new(token.position, "nothing before this `)`", CONDITION)),
            TokenKind::And | TokenKind::Or => Err(FilterError::new(
                token.position,
                "nothing stands before this `and` or `or`",
                format!("{CONDITION}; put the word in quotes to search for it"),
            )),
        }
    }

    fn group(&mut self, opened: usize, depth: usize) -> Result<Expr, FilterError> {
        let inner = self.or(depth + 1)?;
        match self.peek().map(|token| &token.kind) {
            Some(TokenKind::Close) => {
                self.at += 1;
                Ok(inner)
            }
            _ => Err(FilterError::new(opened, "the parenthesis is not closed", "a closing )")),
        }
    }

    fn condition(&self, position: usize, raw: &RawCondition) -> Result<Expr, FilterError> {
        if raw.value.is_empty() && raw.quoting == Quoting::Bare {
            return Err(FilterError::new(
                raw.value_position,
                format!("`{}` has no value", raw.name),
                "a value directly after it, as in `field:value`",
            ));
        }
        let positive = match raw.name.to_ascii_lowercase().as_str() {
            "has" => has(raw)?,
            "since" => self.time_bound(raw, Compare::Ge, DayEdge::Start)?,
            "until" => self.time_bound(raw, Compare::Le, DayEdge::End)?,
            name => {
                let field = match (name, raw.key.clone()) {
                    ("score", Some(key)) => Field::Score(key),
                    ("attr", Some(key)) => Field::Attr(key),
                    _ => Field::from_name(name).ok_or_else(|| unknown_field(position, raw))?,
                };
                let test = self.test(&field, raw)?;
                Expr::Is(Condition { field, test })
            }
        };
        Ok(if raw.op == Op::IsNot { Expr::Not(Box::new(positive)) } else { positive })
    }

    fn time_bound(&self, raw: &RawCondition, op: Compare, edge: DayEdge) -> Result<Expr, FilterError> {
        only_equality(raw)?;
        let value = self.values.time(&raw.value, edge, raw.value_position)?;
        Ok(Expr::Is(Condition { field: Field::Time, test: Test::Compare { op, value } }))
    }

    fn test(&self, field: &Field, raw: &RawCondition) -> Result<Test, FilterError> {
        let position = raw.value_position;
        let op = match raw.op {
            Op::Is | Op::IsNot => None,
            Op::Lt => Some(Compare::Lt),
            Op::Le => Some(Compare::Le),
            Op::Gt => Some(Compare::Gt),
            Op::Ge => Some(Compare::Ge),
        };
        let unit = match field {
            Field::Cost => Unit::Usd,
            Field::Latency | Field::Ttft => Unit::Millis,
            Field::Tokens | Field::InputTokens | Field::OutputTokens => Unit::Plain,
            Field::Time => return self.values.time_test(op, &raw.value, position),
            Field::Score(_) | Field::Attr(_) => return open_test(field, op, raw),
            _ => {
                only_equality(raw)?;
                return text_test(field, raw);
            }
        };
        number_test(unit, op, &raw.value, position)
    }
}

/// A test of a field that may hold text or numbers.
fn open_test(field: &Field, op: Option<Compare>, raw: &RawCondition) -> Result<Test, FilterError> {
    let position = raw.value_position;
    if op.is_some() {
        return number_test(Unit::Plain, op, &raw.value, position);
    }
    if raw.quoting == Quoting::Bare {
        let numeric = matches!(field, Field::Score(_)) || raw.value.contains("..");
        if numeric && let Ok(test) = number_test(Unit::Plain, None, &raw.value, position) {
            return Ok(test);
        }
    }
    Ok(Test::Equals(pattern(raw)))
}

fn has(raw: &RawCondition) -> Result<Expr, FilterError> {
    only_equality(raw)?;
    Has::ALL.into_iter().find(|has| has.as_str().eq_ignore_ascii_case(&raw.value)).map(Expr::Has).ok_or_else(|| {
        FilterError::new(
            raw.value_position,
            format!("`has:` does not know `{}`", raw.value),
            choices(&raw.value, &Has::ALL.map(Has::as_str)),
        )
    })
}

fn only_equality(raw: &RawCondition) -> Result<(), FilterError> {
    if matches!(raw.op, Op::Is | Op::IsNot) {
        return Ok(());
    }
    Err(FilterError::new(
        raw.value_position.saturating_sub(1),
        format!("`{}` has no order to compare by", raw.name),
        format!("`{}:` or `{}!=`", raw.name, raw.name),
    ))
}

fn text_test(field: &Field, raw: &RawCondition) -> Result<Test, FilterError> {
    let mut pattern = pattern(raw);
    let known: &[&str] = match field {
        Field::Kind => &SpanKind::ALL.map(SpanKind::as_str),
        Field::Cause => &Cause::ALL.map(Cause::as_str),
        Field::Status => &[SpanStatus::Ok.as_str(), SpanStatus::Error.as_str(), SpanStatus::Unset.as_str()],
        _ => return Ok(Test::Equals(pattern)),
    };
    if let Pattern::Literal(text) = &mut pattern {
        text.make_ascii_lowercase();
        if !known.contains(&text.as_str()) {
            return Err(FilterError::new(
                raw.value_position,
                format!("`{}:` does not know `{}`", raw.name, raw.value),
                choices(&raw.value, known),
            ));
        }
    }
    Ok(Test::Equals(pattern))
}

fn pattern(raw: &RawCondition) -> Pattern {
    if raw.quoting == Quoting::Bare && raw.value.contains('*') {
        Pattern::Glob(raw.value.clone())
    } else {
        Pattern::Literal(raw.value.clone())
    }
}

fn choices(typed: &str, known: &[&str]) -> String {
    let all = known.join(", ");
    match nearest(typed, known.iter().copied()) {
        Some(word) => format!("`{word}`? Known are {all}"),
        None => format!("one of {all}"),
    }
}

fn unknown_field(position: usize, raw: &RawCondition) -> FilterError {
    let mut name = raw.name.clone();
    if let Some(key) = &raw.key {
        name = format!("{name}.{key}");
    }
    let expected = if name.eq_ignore_ascii_case("attr") || name.eq_ignore_ascii_case("score") {
        format!("{name}.NAME, as in `{name}.x`")
    } else if let Some(known) = nearest(&name, FIELDS.iter().map(|field| field.name.trim_end_matches('.'))) {
        format!("`{known}`? Put it in quotes to search for it as text")
    } else if name.contains('.') {
        format!("`attr.{name}` for an attribute, or quotes around it to search for it as text")
    } else {
        "a known field (such as model, status, cost, since), or quotes around it to search for it as text".to_owned()
    };
    FilterError::new(position, format!("there is no field `{name}`"), expected)
}

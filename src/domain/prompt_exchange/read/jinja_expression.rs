//! The expressions of Jinja that other languages can say too: paths, literals, a few filters and tests.

use serde_json::Value;

use super::super::nodes::{Expression, Form, Node, Path, Test};

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Name(String),
    Text(String),
    Number(String),
    Sign(&'static str),
}

const SIGNS: [&str; 15] = ["==", "!=", ".", "[", "]", "(", ")", "|", ",", "=", "-", "<", ">", "+", "~"];

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if first.is_alphabetic() || first == '_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            tokens.push(Token::Name(rest[..end].to_owned()));
            rest = &rest[end..];
        } else if first.is_ascii_digit() {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            tokens.push(Token::Number(rest[..end].to_owned()));
            rest = &rest[end..];
        } else if first == '"' || first == '\'' {
            let (text, after) = quoted(&rest[1..], first)?;
            tokens.push(Token::Text(text));
            rest = after;
        } else {
            let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign))?;
            tokens.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        }
        rest = rest.trim_start();
    }
    Some(tokens)
}

fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut said = String::new();
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            c if c == quote => return Some((said, &text[at + c.len_utf8()..])),
            '\\' => match characters.next()?.1 {
                'n' => said.push('\n'),
                't' => said.push('\t'),
                'r' => said.push('\r'),
                c @ ('\\' | '"' | '\'') => said.push(c),
                _ => return None,
            },
            c => said.push(c),
        }
    }
    None
}

struct Parser<'s> {
    tokens: Vec<Token>,
    at: usize,
    /// Names that are items of loops around.
    items: &'s [String],
}

/// A printed expression; `None` where other languages cannot say it.
pub(super) fn print(text: &str, items: &[String]) -> Option<Vec<Node>> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, items };
    let expression = parser.operand()?;
    let mut nodes = match expression {
        Expression::Literal(Value::String(text)) => vec![Node::Text(text)],
        other => vec![Node::Print(other, Form::Text)],
    };
    while parser.take(&Token::Sign("|")) {
        nodes = parser.filter(nodes)?;
    }
    parser.done().then_some(nodes)
}

/// What is left of a printed expression without its filters: the nearest that other languages can say.
pub(super) fn print_without_filters(text: &str, items: &[String]) -> Option<Vec<Node>> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, items };
    let expression = parser.operand()?;
    (parser.peek() == Some(&Token::Sign("|"))).then(|| vec![Node::Print(expression, Form::Text)])
}

/// A condition; `None` where other languages cannot say it.
pub(super) fn test(text: &str, items: &[String]) -> Option<Test> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, items };
    let condition = parser.test()?;
    parser.done().then_some(condition)
}

/// The two sides of `item in list`; `None` where it says more.
pub(super) fn repetition(text: &str, items: &[String]) -> Option<(String, Expression)> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, items };
    let Some(Token::Name(item)) = parser.next() else { return None };
    if !parser.take(&Token::Name("in".into())) {
        return None;
    }
    let list = parser.operand().filter(|list| matches!(list, Expression::Path(_)))?;
    parser.done().then_some((item, list))
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        self.at += 1;
        self.tokens.get(self.at - 1).cloned()
    }

    fn take(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn done(&self) -> bool {
        self.at == self.tokens.len()
    }

    fn test(&mut self) -> Option<Test> {
        if self.take(&Token::Name("not".into())) {
            return Some(self.test()?.negated());
        }
        let left = self.operand()?;
        if self.take(&Token::Sign("==")) {
            return Some(Test::Equals(left, self.operand()?));
        }
        if self.take(&Token::Sign("!=")) {
            return Some(Test::Equals(left, self.operand()?).negated());
        }
        Some(Test::Truthy(left))
    }

    fn operand(&mut self) -> Option<Expression> {
        let negative = self.take(&Token::Sign("-"));
        match self.next()? {
            Token::Text(text) if !negative => Some(Expression::Literal(Value::from(text))),
            Token::Number(number) => {
                let mut text = number;
                if self.peek() == Some(&Token::Sign("."))
                    && let Some(Token::Number(fraction)) = self.tokens.get(self.at + 1)
                {
                    text = format!("{text}.{fraction}");
                    self.at += 2;
                }
                let text = if negative { format!("-{text}") } else { text };
                serde_json::from_str(&text).ok().map(Expression::Literal)
            }
            Token::Name(name) if !negative => match name.as_str() {
                "true" | "True" => Some(Expression::Literal(true.into())),
                "false" | "False" => Some(Expression::Literal(false.into())),
                "none" | "None" | "null" => Some(Expression::Literal(Value::Null)),
                "not" | "in" | "is" | "and" | "or" | "if" | "else" => None,
                _ => self.path(name),
            },
            _ => None,
        }
    }

    fn path(&mut self, head: String) -> Option<Expression> {
        let mut fields = Vec::new();
        loop {
            if self.take(&Token::Sign(".")) {
                match self.next()? {
                    Token::Name(field) | Token::Number(field) => fields.push(field),
                    _ => return None,
                }
            } else if self.take(&Token::Sign("[")) {
                match self.next()? {
                    Token::Text(field) | Token::Number(field) => fields.push(field),
                    _ => return None,
                }
                if !self.take(&Token::Sign("]")) {
                    return None;
                }
            } else {
                break;
            }
        }
        if head == "loop" && !self.items.is_empty() {
            return match fields.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
                ["index0"] => Some(Expression::Index),
                ["first"] => Some(Expression::First),
                ["last"] => Some(Expression::Last),
                _ => None,
            };
        }
        Some(Expression::Path(Path { head, fields }))
    }

    /// A filter that other languages can say in their way.
    fn filter(&mut self, nodes: Vec<Node>) -> Option<Vec<Node>> {
        let Some(Token::Name(name)) = self.next() else { return None };
        let mut arguments = Vec::new();
        if self.take(&Token::Sign("(")) {
            while !self.take(&Token::Sign(")")) {
                if let (Some(Token::Name(_)), Some(Token::Sign("="))) = (self.peek(), self.tokens.get(self.at + 1)) {
                    self.at += 2;
                }
                match self.operand()? {
                    Expression::Literal(value) => arguments.push(value),
                    _ => return None,
                }
                self.take(&Token::Sign(","));
            }
        }
        let [Node::Print(expression, Form::Text)] = nodes.as_slice() else {
            return (name == "safe").then_some(nodes);
        };
        let expression = expression.clone();
        match (name.as_str(), arguments.as_slice()) {
            ("safe", []) => Some(nodes),
            ("tojson" | "dump", []) => Some(vec![Node::Print(expression, Form::Json(0))]),
            ("tojson" | "dump", [Value::Number(indent)]) => {
                let indent = u8::try_from(indent.as_u64()?.min(16)).ok()?;
                Some(vec![Node::Print(expression, Form::Json(indent))])
            }
            ("default" | "d", [Value::String(text), ..]) => Some(vec![Node::If {
                test: Test::Truthy(expression.clone()),
                then: nodes,
                otherwise: vec![Node::Text(text.clone())],
            }]),
            ("join", between) => {
                let between = match between {
                    [] => "",
                    [Value::String(text)] => text,
                    _ => return None,
                };
                let Expression::Path(list) = &expression else { return None };
                let item = super::super::names::item_of(&list.dotted(), self.items);
                let separator = Node::If {
                    test: Test::Truthy(Expression::First),
                    then: Vec::new(),
                    otherwise: vec![Node::Text(between.to_owned())],
                };
                let print = Node::Print(Expression::Path(Path::of(item.as_str())), Form::Text);
                let body = if between.is_empty() { vec![print] } else { vec![separator, print] };
                Some(vec![Node::Each { list: expression, item, body, otherwise: Vec::new() }])
            }
            _ => None,
        }
    }
}

//! Jinja2.

use serde_json::Value;

use super::super::loss::Losses;
use super::super::nodes::{Expression, Form, Node, Path, Syntax, Test};
use super::{Token, last_line, note_raw};

pub(super) fn write(nodes: &[Node], losses: &mut Losses) -> String {
    let mut writer = Writer { tokens: Vec::new(), losses };
    writer.all(nodes);
    lay_out(&writer.tokens)
}

/// Puts tokens one after another; a tag at the start of a line gets the line for itself where a dash can take it back.
fn lay_out(tokens: &[Token]) -> String {
    let mut text = String::new();
    for (index, token) in tokens.iter().enumerate() {
        // A brace right before a tag would become part of it.
        if !matches!(token, Token::Text(_)) && text.ends_with('{') {
            text.pop();
            text.push_str("{{ '{' }}");
        }
        match token {
            Token::Text(piece) | Token::Print(piece) => text.push_str(piece),
            Token::Edge(tag) => {
                let can_break = match tokens.get(index + 1) {
                    None => false,
                    Some(Token::Text(next)) => next.starts_with(|c: char| !c.is_whitespace()),
                    Some(_) => true,
                };
                if can_break && last_line(&text).is_empty() {
                    text.push_str(tag.strip_suffix("%}").unwrap_or(tag));
                    text.push_str("-%}\n");
                } else {
                    text.push_str(tag);
                }
            }
        }
    }
    text
}

struct Writer<'l> {
    tokens: Vec<Token>,
    losses: &'l mut Losses,
}

impl Writer<'_> {
    fn all(&mut self, nodes: &[Node]) {
        for node in nodes {
            self.one(node);
        }
    }

    fn edge(&mut self, tag: String) {
        self.tokens.push(Token::Edge(tag));
    }

    fn one(&mut self, node: &Node) {
        match node {
            Node::Text(text) => self.tokens.push(Token::Text(escaped(text))),
            Node::Print(expression, form) => self.print(expression, *form),
            Node::Each { list, item, body, otherwise } => {
                self.edge(format!("{{% for {item} in {} %}}", value(list)));
                self.all(body);
                if !otherwise.is_empty() {
                    self.edge("{% else %}".to_owned());
                    self.all(otherwise);
                }
                self.edge("{% endfor %}".to_owned());
            }
            Node::If { test, then, otherwise } => {
                self.choice("if", test, then, otherwise);
                self.edge("{% endif %}".to_owned());
            }
            // Whole messages are laid out by the format; what is left here stands within a block.
            Node::Role(role) => self.tokens.push(Token::Text(format!("\n{}:\n", role.as_str()))),
            Node::History(name) => self.tokens.push(Token::Print(format!("{{{{ {name} }}}}"))),
            Node::Media { url, .. } => {
                self.losses.note(
                    "a picture or other medium becomes its address in the text",
                    "declare an input of kind `image`, `file` or `audio` for it",
                );
                self.tokens.push(Token::Print(format!("{{{{ {} }}}}", value(url))));
            }
            Node::Raw { syntax, source, .. } if syntax.is_akin(Syntax::Jinja2) && !source.is_empty() => {
                self.tokens.push(Token::Print(source.clone()));
            }
            Node::Raw { what, instead, .. } => {
                note_raw(what, instead, Syntax::Jinja2, self.losses);
                self.all(instead);
            }
        }
    }

    fn print(&mut self, expression: &Expression, form: Form) {
        if let (Expression::Literal(Value::String(text)), Form::Text) = (expression, form) {
            self.tokens.push(Token::Text(escaped(text)));
            return;
        }
        let value = value(expression);
        self.tokens.push(Token::Print(match form {
            Form::Text => format!("{{{{ {value} }}}}"),
            Form::Html => format!("{{{{ {value} | e }}}}"),
            Form::Json(0) => format!("{{{{ {value} | tojson }}}}"),
            Form::Json(indent) => format!("{{{{ {value} | tojson(indent={indent}) }}}}"),
        }));
    }

    fn choice(&mut self, word: &str, condition: &Test, then: &[Node], otherwise: &[Node]) {
        self.edge(format!("{{% {word} {} %}}", test(condition)));
        self.all(then);
        match otherwise {
            [] => {}
            [Node::If { test, then, otherwise }] => self.choice("elif", test, then, otherwise),
            nodes => {
                self.edge("{% else %}".to_owned());
                self.all(nodes);
            }
        }
    }
}

fn test(condition: &Test) -> String {
    match condition {
        Test::Truthy(expression) => value(expression),
        Test::Equals(one, other) => format!("{} == {}", value(one), value(other)),
        Test::Not(inner) => match inner.as_ref() {
            Test::Equals(one, other) => format!("{} != {}", value(one), value(other)),
            other => format!("not {}", test(other)),
        },
    }
}

fn value(expression: &Expression) -> String {
    match expression {
        Expression::Path(path) => path_text(path),
        Expression::Index => "loop.index0".to_owned(),
        Expression::First => "loop.first".to_owned(),
        Expression::Last => "loop.last".to_owned(),
        Expression::Literal(Value::Null) => "none".to_owned(),
        Expression::Literal(Value::String(text)) => quoted(text),
        Expression::Literal(value) => value.to_string(),
    }
}

fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t");
    if text.contains('\'') && !text.contains('"') {
        format!("\"{text}\"")
    } else {
        format!("'{}'", text.replace('\'', "\\'"))
    }
}

fn path_text(path: &Path) -> String {
    let mut text = path.head.clone();
    for field in &path.fields {
        let identifier = field
            .chars()
            .enumerate()
            .all(|(at, c)| c == '_' || if at == 0 { c.is_alphabetic() } else { c.is_alphanumeric() });
        if identifier && !field.is_empty() {
            text.push('.');
            text.push_str(field);
        } else if field.chars().all(|c| c.is_ascii_digit()) {
            text.extend(["[", field.as_str(), "]"]);
        } else {
            text.extend(["[", quoted(field).as_str(), "]"]);
        }
    }
    text
}

/// Marks that open a tag are printed by a tag.
fn escaped(text: &str) -> String {
    let mut said = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        said.push_str(before);
        if let Some(next @ ('{' | '%' | '#')) = from[1..].chars().next() {
            said.push_str("{{ '{");
            said.push(next);
            said.push_str("' }}");
            rest = &from[2..];
        } else {
            said.push('{');
            rest = &from[1..];
        }
    }
    said.push_str(rest);
    said
}

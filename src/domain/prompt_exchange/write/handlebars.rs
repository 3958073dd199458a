//! Handlebars as Dotprompt has it.

use serde_json::Value;

use super::super::loss::Losses;
use super::super::nodes::{Expression, Form, Node, Path, Syntax, Test};
use super::{Token, last_line, note_raw};
use crate::domain::message::Role;
use crate::domain::prompt::hbs::FUNCTIONS;

/// Whether a variable of this name has to be written `{{this.name}}`.
pub fn is_reserved(name: &str) -> bool {
    name == "else" || FUNCTIONS.contains(&name)
}

pub(super) fn write(nodes: &[Node], losses: &mut Losses) -> String {
    let mut writer = Writer { tokens: Vec::new(), items: Vec::new(), losses };
    writer.all(nodes);
    lay_out(&writer.tokens)
}

/// Puts tokens one after another so that Handlebars, which takes the line of a lonely tag along, prints the same text.
fn lay_out(tokens: &[Token]) -> String {
    let mut text = String::new();
    for (index, token) in tokens.iter().enumerate() {
        match token {
            Token::Text(piece) => {
                // A brace right after a tag would be taken for a part of it.
                if piece.starts_with('}') && text.ends_with("}}") {
                    text.truncate(text.len() - 2);
                    text.push_str("~}} ");
                }
                // A backslash right before a tag would escape it; two print one.
                text.push_str(piece);
                let before_tag = !matches!(tokens.get(index + 1), None | Some(Token::Text(_)));
                if before_tag && piece.ends_with('\\') {
                    text.push('\\');
                }
            }
            Token::Print(tag) => push_tag(&mut text, tag),
            Token::Edge(tag) => {
                let line = last_line(&text);
                if line.is_empty() {
                    // The line is the tag's own: Handlebars drops it whole.
                    text.push_str(tag);
                    text.push('\n');
                    continue;
                }
                let follows_blank = match tokens.get(index + 1) {
                    None => true,
                    Some(Token::Text(next)) => next.split('\n').next().unwrap_or_default().trim().is_empty(),
                    Some(_) => false,
                };
                if line.trim().is_empty() && follows_blank {
                    // A comment before it keeps the white space on its line.
                    text.push_str("{{!}}");
                }
                push_tag(&mut text, tag);
            }
        }
    }
    text
}

/// A brace right before a tag would become part of it: a blank between them, taken back by a tilde, does not.
fn push_tag(text: &mut String, tag: &str) {
    if text.ends_with('{') {
        text.push_str(" {{~");
        text.push_str(&tag[2..]);
    } else {
        text.push_str(tag);
    }
}

struct Writer<'l> {
    tokens: Vec<Token>,
    items: Vec<String>,
    losses: &'l mut Losses,
}

impl Writer<'_> {
    fn all(&mut self, nodes: &[Node]) {
        for node in nodes {
            self.one(node);
        }
    }

    fn one(&mut self, node: &Node) {
        match node {
            Node::Text(text) => self.text(text),
            Node::Print(expression, form) => self.print(expression, *form),
            Node::Each { list, item, body, otherwise } => {
                let list = self.value(list);
                self.tokens.push(Token::Edge(format!("{{{{#each {list}}}}}")));
                self.items.push(item.clone());
                self.all(body);
                self.items.pop();
                self.otherwise(otherwise);
                self.tokens.push(Token::Edge("{{/each}}".to_owned()));
            }
            Node::If { test, then, otherwise } => self.choice(test, then, otherwise),
            Node::Role(role) => {
                let name = match role {
                    Role::Assistant => "model",
                    Role::Other(_) => "user",
                    other => other.as_str(),
                };
                self.tokens.push(Token::Edge(format!("{{{{role \"{name}\"}}}}")));
            }
            Node::History(_) => self.tokens.push(Token::Edge("{{history}}".to_owned())),
            Node::Media { url, content_type } => {
                let url = self.value(url);
                let kind = content_type.as_ref().map(|kind| format!(" contentType={}", self.value(kind)));
                self.tokens.push(Token::Print(format!("{{{{media url={url}{}}}}}", kind.unwrap_or_default())));
            }
            Node::Raw { what, instead, .. } => {
                note_raw(what, instead, Syntax::Handlebars, self.losses);
                self.all(instead);
            }
        }
    }

    fn print(&mut self, expression: &Expression, form: Form) {
        if let (Expression::Literal(Value::String(text)), Form::Text) = (expression, form) {
            self.text(text);
            return;
        }
        let value = self.value(expression);
        let tag = match form {
            Form::Json(0) => format!("{{{{json {value}}}}}"),
            Form::Json(indent) => format!("{{{{json {value} indent={indent}}}}}"),
            Form::Text | Form::Html => format!("{{{{{value}}}}}"),
        };
        if form == Form::Html {
            self.losses.note(
                format!("`{value}` was printed with HTML escape (`<` as `&lt;`) and is now printed as it is"),
                "nothing, unless the model is meant to see entities",
            );
        }
        self.tokens.push(Token::Print(tag));
    }

    fn choice(&mut self, test: &Test, then: &[Node], otherwise: &[Node]) {
        let (name, rest) = match test {
            Test::Truthy(value) => ("if", self.value(value)),
            Test::Equals(one, other) => ("ifEquals", format!("{} {}", self.value(one), self.value(other))),
            Test::Not(inner) => match inner.as_ref() {
                Test::Truthy(value) => ("unless", self.value(value)),
                Test::Equals(one, other) => ("unlessEquals", format!("{} {}", self.value(one), self.value(other))),
                Test::Not(inner) => return self.choice(inner, then, otherwise),
            },
        };
        self.tokens.push(Token::Edge(format!("{{{{#{name} {rest}}}}}")));
        self.all(then);
        self.otherwise(otherwise);
        self.tokens.push(Token::Edge(format!("{{{{/{name}}}}}")));
    }

    fn otherwise(&mut self, nodes: &[Node]) {
        if !nodes.is_empty() {
            self.tokens.push(Token::Edge("{{else}}".to_owned()));
            self.all(nodes);
        }
    }

    fn value(&self, expression: &Expression) -> String {
        match expression {
            Expression::Path(path) => self.path(path),
            Expression::Index => "@index".to_owned(),
            Expression::First => "@first".to_owned(),
            Expression::Last => "@last".to_owned(),
            Expression::Literal(value) => value.to_string(),
        }
    }

    /// The path from where it is written: fields of the item by themselves, others with a step out for each loop.
    fn path(&self, path: &Path) -> String {
        let fields: Vec<String> = path.fields.iter().map(|field| segment(field)).collect();
        let own = self.items.iter().rposition(|item| *item == path.head);
        let steps = own.map_or(self.items.len(), |own| self.items.len() - 1 - own);
        let mut names = fields;
        if own.is_none() {
            names.insert(0, segment(&path.head));
        }
        let names = names.join(".");
        let out = "../".repeat(steps);
        match (out.is_empty(), names.is_empty()) {
            (true, true) => "this".to_owned(),
            (true, false) if path.fields.len() + usize::from(own.is_none()) == 1 && is_reserved(&names) => {
                format!("this.{names}")
            }
            (true, false) => names,
            (false, true) => out.trim_end_matches('/').to_owned(),
            (false, false) => format!("{out}{names}"),
        }
    }

    /// Braces that open a tag get a backslash before them.
    fn text(&mut self, text: &str) {
        if text.contains("\\{{") {
            self.losses.note(
                "a backslash before two braces cannot be written in Handlebars",
                "put a blank between the backslash and the braces",
            );
        }
        self.tokens.push(Token::Text(text.replace("{{", "\\{{")));
    }
}

fn segment(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '$') || !c.is_ascii();
    if !name.is_empty() && name.chars().all(plain) && !matches!(name, "this" | "true" | "false" | "null") {
        name.to_owned()
    } else {
        format!("[{name}]")
    }
}

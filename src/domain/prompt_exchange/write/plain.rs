//! Plain templates: only holes, so whatever chooses or repeats becomes a variable or one of its branches first.

use serde_json::{Map, Value};

use super::super::loss::Losses;
use super::super::names::identifier;
use super::super::nodes::{Expression, Form, Node, Path, Syntax, Test, joined};
use super::super::read::is_plain_name;
use super::note_raw;

/// What conditions are taken to be where a format has none: the variables' defaults.
pub type Choices = Map<String, Value>;

/// Replaces blocks by what a plain template can say, with the choice made noted.
pub fn flatten(nodes: Vec<Node>, choices: &Choices, losses: &mut Losses) -> Vec<Node> {
    let mut flat = Vec::new();
    for node in nodes {
        match node {
            Node::Each { list, body, .. } => {
                let name = hole(&list);
                let shown = shown(&body);
                losses.note(
                    format!("the loop over `{name}` becomes the variable `{{{{{name}}}}}`"),
                    format!("give `{name}` as text that is ready, each item as `{shown}`"),
                );
                flat.push(Node::Print(Expression::Path(Path::of(name)), Form::Text));
            }
            Node::If { test, then, otherwise } => {
                let said = describe(&test);
                let chosen = holds(&test, choices);
                losses.note(
                    format!(
                        "the condition {said} is gone: the text is fixed as if it were {}",
                        if chosen { "true" } else { "false" }
                    ),
                    "write one prompt for each case, or give the text that depends on it as a variable",
                );
                flat.extend(flatten(if chosen { then } else { otherwise }, choices, losses));
            }
            Node::Raw { what, instead, .. } => {
                note_raw(&what, &instead, Syntax::Plain, losses);
                flat.extend(flatten(instead, choices, losses));
            }
            Node::Print(expression, form) => {
                if let Expression::Literal(value) = &expression {
                    flat.push(Node::Text(value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
                    continue;
                }
                let name = hole(&expression);
                note_form(&name, &expression, form, losses);
                flat.push(Node::Print(Expression::Path(Path::of(name)), Form::Text));
            }
            other => flat.push(other),
        }
    }
    joined(flat)
}

fn note_form(name: &str, expression: &Expression, form: Form, losses: &mut Losses) {
    match form {
        Form::Json(_) => losses.note(format!("`{name}` was printed as JSON"), format!("give `{name}` as JSON text")),
        Form::Html => losses.note(
            format!("`{name}` was printed with HTML escape (`<` as `&lt;`) and is now printed as it is"),
            "nothing, unless the model is meant to see entities",
        ),
        Form::Text => {}
    }
    match expression {
        Expression::Path(path) if path.dotted() != name => losses.note(
            format!("the path `{}` becomes the variable `{name}`", path.dotted()),
            format!("give `{name}` the value of `{}`", path.dotted()),
        ),
        _ => {}
    }
}

/// The name of the variable that stands for a value.
fn hole(expression: &Expression) -> String {
    match expression {
        Expression::Path(path) if path.fields.is_empty() && is_plain_name(&path.head) => path.head.clone(),
        Expression::Path(path) => identifier(&path.dotted()),
        Expression::Index => "index".to_owned(),
        Expression::First => "first".to_owned(),
        Expression::Last => "last".to_owned(),
        Expression::Literal(_) => "value".to_owned(),
    }
}

/// Whether a condition holds with these values; what has no value counts as given.
fn holds(condition: &Test, choices: &Choices) -> bool {
    let value = |expression: &Expression| match expression {
        Expression::Path(path) if path.fields.is_empty() => choices.get(&path.head).cloned(),
        Expression::Literal(value) => Some(value.clone()),
        _ => None,
    };
    match condition {
        Test::Truthy(expression) => match value(expression) {
            None => true,
            Some(Value::Bool(yes)) => yes,
            Some(Value::Null) => false,
            Some(Value::String(text)) => !text.is_empty(),
            Some(Value::Number(number)) => number.as_f64() != Some(0.0),
            Some(Value::Array(list)) => !list.is_empty(),
            Some(Value::Object(map)) => !map.is_empty(),
        },
        Test::Equals(one, other) => value(one).is_some_and(|one| Some(one) == value(other)),
        Test::Not(inner) => !holds(inner, choices),
    }
}

fn describe(test: &Test) -> String {
    let name = |expression: &Expression| match expression {
        Expression::Literal(value) => value.to_string(),
        Expression::Path(path) => path.dotted(),
        other => hole(other),
    };
    match test {
        Test::Truthy(expression) => format!("`{}`", name(expression)),
        Test::Equals(one, other) => format!("`{} = {}`", name(one), name(other)),
        Test::Not(inner) => format!("not {}", describe(inner)),
    }
}

/// A loop's body as its author would recognise it.
fn shown(body: &[Node]) -> String {
    let text = write(body, &mut Losses::default());
    let line: String = text.trim().replace('\n', "⏎").chars().take(80).collect();
    line
}

/// Braces cannot be escaped, so that literal text in the form of a hole is noted.
pub(super) fn write(nodes: &[Node], losses: &mut Losses) -> String {
    let mut text = String::new();
    for node in nodes {
        match node {
            Node::Text(piece) => {
                let holes = super::super::read::plain_holes(piece);
                for name in holes {
                    losses.note(
                        format!("the literal text `{{{{{name}}}}}` reads as a variable here, and cannot be escaped"),
                        "reword it, or give that variable the same text as its value",
                    );
                }
                text.push_str(piece);
            }
            Node::Print(expression, _) => text.extend(["{{", hole(expression).as_str(), "}}"]),
            Node::Media { url, .. } => {
                losses.note("a picture or other medium is left out", "send it with the request by hand");
                let _ = url;
            }
            Node::Role(_) | Node::History(_) | Node::Raw { .. } => {}
            Node::Each { body, .. } => text.push_str(&write(body, losses)),
            Node::If { then, .. } => text.push_str(&write(then, losses)),
        }
    }
    text
}

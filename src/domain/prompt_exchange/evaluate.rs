//! A template tree filled in without any template engine: what a conversion is checked against.

use serde_json::{Map, Value};

use super::nodes::{Expression, Form, Node, Path, Test};
use crate::domain::message::{Message, Role};

/// The messages that a tree makes of these variables; `None` where it holds what no other syntax can say.
pub fn evaluate(nodes: &[Node], variables: &Map<String, Value>) -> Option<Vec<Message>> {
    let mut evaluation =
        Evaluation { variables, items: Vec::new(), loops: Vec::new(), said: vec![(Role::User, String::new())] };
    evaluation.all(nodes)?;
    let messages = evaluation.said.into_iter().map(|(role, text)| (role, text.trim().to_owned()));
    Some(messages.filter(|(_, text)| !text.is_empty()).map(|(role, text)| Message::text(role, text)).collect())
}

struct Evaluation<'v> {
    variables: &'v Map<String, Value>,
    items: Vec<(String, Value)>,
    /// Position and number of items of the loops around.
    loops: Vec<(usize, usize)>,
    said: Vec<(Role, String)>,
}

impl Evaluation<'_> {
    fn all(&mut self, nodes: &[Node]) -> Option<()> {
        nodes.iter().try_for_each(|node| self.one(node))
    }

    fn one(&mut self, node: &Node) -> Option<()> {
        match node {
            Node::Text(text) => self.say(text),
            Node::Print(expression, form) => self.say(&printed(&self.value(expression), *form)),
            Node::Each { list, item, body, otherwise } => {
                let items = match self.value(list) {
                    Value::Array(items) => items,
                    Value::Object(map) => map.into_iter().map(|(_, value)| value).collect(),
                    _ => Vec::new(),
                };
                if items.is_empty() {
                    return self.all(otherwise);
                }
                let count = items.len();
                for (index, value) in items.into_iter().enumerate() {
                    self.items.push((item.clone(), value));
                    self.loops.push((index, count));
                    let done = self.all(body);
                    self.items.pop();
                    self.loops.pop();
                    done?;
                }
            }
            Node::If { test, then, otherwise } => {
                let branch = if self.holds(test) { then } else { otherwise };
                return self.all(branch);
            }
            Node::Role(role) => self.said.push((role.clone(), String::new())),
            Node::History(_) => self.said.push((Role::Assistant, String::new())),
            Node::Media { .. } | Node::Raw { .. } => return None,
        }
        Some(())
    }

    fn say(&mut self, text: &str) {
        if let Some((_, said)) = self.said.last_mut() {
            said.push_str(text);
        }
    }

    fn holds(&self, condition: &Test) -> bool {
        match condition {
            Test::Truthy(expression) => match self.value(expression) {
                Value::Null => false,
                Value::Bool(yes) => yes,
                Value::Number(number) => number.as_f64() != Some(0.0),
                Value::String(text) => !text.is_empty(),
                Value::Array(list) => !list.is_empty(),
                Value::Object(map) => !map.is_empty(),
            },
            Test::Equals(one, other) => self.value(one) == self.value(other),
            Test::Not(inner) => !self.holds(inner),
        }
    }

    fn value(&self, expression: &Expression) -> Value {
        let position = self.loops.last();
        match expression {
            Expression::Path(path) => self.find(path),
            Expression::Index => position.map_or(Value::Null, |(index, _)| (*index).into()),
            Expression::First => position.is_some_and(|(index, _)| *index == 0).into(),
            Expression::Last => position.is_some_and(|(index, count)| index + 1 == *count).into(),
            Expression::Literal(value) => value.clone(),
        }
    }

    fn find(&self, path: &Path) -> Value {
        let item = self.items.iter().rev().find(|(name, _)| *name == path.head).map(|(_, value)| value);
        let Some(mut value) = item.or_else(|| self.variables.get(&path.head)) else { return Value::Null };
        for field in &path.fields {
            let below = match value {
                Value::Array(list) => field.parse::<usize>().ok().and_then(|index| list.get(index)),
                other => other.get(field),
            };
            let Some(below) = below else { return Value::Null };
            value = below;
        }
        value.clone()
    }
}

fn printed(value: &Value, form: Form) -> String {
    let text = match (form, value) {
        (Form::Json(0), value) => return value.to_string(),
        (Form::Json(_), value) => return serde_json::to_string_pretty(value).unwrap_or_default(),
        (_, Value::Null) => String::new(),
        (_, Value::String(text)) => text.clone(),
        (_, value) => value.to_string(),
    };
    if form == Form::Html {
        return text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    }
    text
}

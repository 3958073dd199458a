//! What a template tells about its variables where nothing declares them.

use serde_json::{Map, Value, json};

use super::draft::DraftVariable;
use super::nodes::{Expression, Form, Node, Path, Test};

/// A variable as its template uses it.
#[expect(clippy::struct_excessive_bools, reason = "each is a way of using it, and all may be true")]
#[derive(Clone, Debug, Default)]
struct Use {
    name: String,
    /// Printed wherever the template goes.
    always: bool,
    listed: bool,
    tested: bool,
    printed: bool,
    /// Printed as JSON: it may be anything.
    json: bool,
    /// Fields of itself, or of its items where it is a list.
    fields: Vec<String>,
}

/// The variables of a template in the order of use, with a schema read off it.
pub fn variables(nodes: &[Node]) -> Vec<DraftVariable> {
    let mut uses = Uses { list: Vec::new(), items: Vec::new() };
    uses.all(nodes, true);
    uses.list.into_iter().map(Use::variable).collect()
}

/// The names of a template's variables in the order of use.
pub fn names(nodes: &[Node]) -> Vec<String> {
    variables(nodes).into_iter().map(|variable| variable.name).collect()
}

impl Use {
    fn variable(self) -> DraftVariable {
        let fields: Map<String, Value> =
            self.fields.iter().map(|field| (field.clone(), json!({"type": "string"}))).collect();
        let required: Vec<&String> = self.fields.iter().collect();
        let object = json!({
            "type": "object", "properties": fields, "required": required, "additionalProperties": true
        });
        let schema = match (self.listed, self.fields.is_empty()) {
            (true, true) => json!({"type": "array", "items": {"type": "string"}}),
            (true, false) => json!({"type": "array", "items": object}),
            (false, false) => object,
            (false, true) if self.json => json!({}),
            (false, true) if self.tested && !self.printed => json!({"type": "boolean"}),
            (false, true) => json!({"type": "string"}),
        };
        DraftVariable { name: self.name, schema: Some(schema), required: self.always, default: None, description: None }
    }
}

struct Uses {
    list: Vec<Use>,
    /// Items of the loops around, with the variable that they come from.
    items: Vec<(String, Option<String>)>,
}

impl Uses {
    fn all(&mut self, nodes: &[Node], always: bool) {
        for node in nodes {
            match node {
                Node::Text(_) | Node::Role(_) | Node::History(_) => {}
                Node::Print(expression, form) => self.note(expression, |used| {
                    used.json |= matches!(form, Form::Json(_));
                    used.printed |= !used.json;
                    used.always |= always;
                }),
                Node::Each { list, item, body, otherwise } => {
                    self.note(list, |used| {
                        used.listed = true;
                        used.always |= always && otherwise.is_empty();
                    });
                    let variable = match list {
                        Expression::Path(path) if path.fields.is_empty() && !self.is_item(&path.head) => {
                            Some(path.head.clone())
                        }
                        _ => None,
                    };
                    self.items.push((item.clone(), variable));
                    self.all(body, false);
                    self.items.pop();
                    self.all(otherwise, false);
                }
                Node::If { test, then, otherwise } => {
                    self.test(test);
                    self.all(then, false);
                    self.all(otherwise, false);
                }
                Node::Media { url, content_type } => {
                    for expression in std::iter::once(url).chain(content_type) {
                        self.note(expression, |used| {
                            used.printed = true;
                            used.always |= always;
                        });
                    }
                }
                Node::Raw { instead, .. } => self.all(instead, false),
            }
        }
    }

    fn is_item(&self, name: &str) -> bool {
        self.items.iter().any(|(item, _)| item == name)
    }

    fn test(&mut self, test: &Test) {
        match test {
            Test::Truthy(expression) => self.note(expression, |used| used.tested = true),
            Test::Equals(one, other) => {
                for expression in [one, other] {
                    self.note(expression, |used| used.printed = true);
                }
            }
            Test::Not(inner) => self.test(inner),
        }
    }

    fn note(&mut self, expression: &Expression, set: impl FnOnce(&mut Use)) {
        let Expression::Path(Path { head, fields }) = expression else { return };
        let field = fields.first().filter(|field| field.parse::<usize>().is_err()).cloned();
        let item = self.items.iter().rev().find(|(item, _)| item == head).map(|(_, variable)| variable.clone());
        match item {
            Some(None) => {}
            Some(Some(variable)) => {
                if let Some(used) = self.list.iter_mut().find(|used| used.name == variable) {
                    add(&mut used.fields, field);
                }
            }
            None => {
                let index = self.list.iter().position(|used| used.name == *head).unwrap_or_else(|| {
                    self.list.push(Use { name: head.clone(), ..Use::default() });
                    self.list.len() - 1
                });
                let used = &mut self.list[index];
                if fields.is_empty() {
                    set(used);
                } else {
                    add(&mut used.fields, field);
                }
            }
        }
    }
}

fn add(fields: &mut Vec<String>, field: Option<String>) {
    if let Some(field) = field
        && !fields.contains(&field)
    {
        fields.push(field);
    }
}

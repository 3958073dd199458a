//! Which variables a template uses, and which of them it cannot do without.

use serde_json::{Map, Value};

use super::model::Variable;

/// Variables in the order of use.
#[derive(Default)]
pub(super) struct Usage {
    /// Name, and whether it is printed wherever the template goes.
    names: Vec<(String, bool)>,
}

impl Usage {
    /// Notes a use; only the first part of a path counts.
    pub(super) fn note(&mut self, path: &str, always: bool) {
        let name = path.split(['.', '[', '/']).next().unwrap_or(path).trim();
        if name.is_empty() || name.starts_with('@') || name == "this" {
            return;
        }
        match self.names.iter_mut().find(|(known, _)| known == name) {
            Some((_, required)) => *required |= always,
            None => self.names.push((name.to_owned(), always)),
        }
    }

    /// The declared variables, then those that are only used.
    pub(super) fn variables(self, declared: Vec<Variable>) -> Vec<Variable> {
        let mut variables = declared;
        for variable in &mut variables {
            variable.used = self.names.iter().any(|(name, _)| *name == variable.name);
            let always = self.names.iter().any(|(name, always)| *name == variable.name && *always);
            variable.required = variable.default.is_none() && variable.used && (variable.required || always);
        }
        for (name, always) in self.names {
            if !variables.iter().any(|variable| variable.name == name) {
                variables.push(Variable { name, description: None, required: always, default: None, used: true });
            }
        }
        variables
    }
}

/// The variables that a Picoschema or JSON Schema declares.
pub(super) fn declared(schema: Option<&Value>, defaults: &Map<String, Value>) -> Vec<Variable> {
    let Some(schema) = schema.and_then(Value::as_object) else { return from_defaults(defaults) };
    let mut variables = Vec::new();
    if let (Some(Value::String(kind)), properties) = (schema.get("type"), schema.get("properties"))
        && kind == "object"
    {
        let required = schema.get("required").and_then(Value::as_array);
        for (name, property) in properties.and_then(Value::as_object).into_iter().flatten() {
            let description = property.get("description").and_then(Value::as_str).map(str::to_owned);
            let required = required.is_some_and(|list| list.iter().any(|entry| entry == name));
            variables.push(variable(name, description, required, defaults));
        }
    } else {
        for (key, value) in schema {
            let (name, kind) = key.split_once('(').map_or((key.as_str(), None), |(name, kind)| (name, Some(kind)));
            let optional = name.ends_with('?');
            let name = name.trim_end_matches('?').trim();
            if name.is_empty() {
                continue;
            }
            let described = kind.map(|kind| kind.trim_end_matches(')')).or(value.as_str());
            let description = described.and_then(|text| text.split_once(',')).map(|(_, text)| text.trim().to_owned());
            variables.push(variable(name, description, !optional, defaults));
        }
    }
    for extra in from_defaults(defaults) {
        if !variables.iter().any(|variable| variable.name == extra.name) {
            variables.push(extra);
        }
    }
    variables
}

fn from_defaults(defaults: &Map<String, Value>) -> Vec<Variable> {
    defaults.keys().map(|name| variable(name, None, false, defaults)).collect()
}

fn variable(name: &str, description: Option<String>, required: bool, defaults: &Map<String, Value>) -> Variable {
    Variable { name: name.to_owned(), description, required, default: defaults.get(name).cloned(), used: false }
}

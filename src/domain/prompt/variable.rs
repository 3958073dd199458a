//! The variables of a prompt: what its front matter declares, and what its template uses.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::uses::{Found, Placement, Purpose};

/// What kind of value a variable takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum VariableKind {
    /// Nothing is declared, or any kind.
    #[default]
    Any,
    /// Text.
    String,
    /// A number, whole or not.
    Number,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// A list.
    Array,
    /// Named fields.
    Object,
    /// One of the variable's choices.
    Enum,
    /// Null alone.
    Null,
    /// Earlier messages.
    Thread,
    /// The address or data of an image.
    Image,
    /// The address or data of a file.
    File,
    /// The address or data of a recording.
    Audio,
}

impl VariableKind {
    /// Reads a kind as either version of Prompty or JSON Schema spells it.
    pub(super) fn parse(text: &str) -> Self {
        match text {
            "string" => Self::String,
            "number" | "float" => Self::Number,
            "integer" => Self::Integer,
            "boolean" => Self::Boolean,
            "array" => Self::Array,
            "object" => Self::Object,
            "enum" => Self::Enum,
            "null" => Self::Null,
            "thread" => Self::Thread,
            "image" => Self::Image,
            "file" => Self::File,
            "audio" => Self::Audio,
            _ => Self::Any,
        }
    }
}

/// A variable of a prompt, declared in its front matter or used in its template.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// The kind of its value.
    pub kind: VariableKind,
    /// The values that it may have, where they are listed.
    pub choices: Vec<Value>,
    /// What the front matter says of it.
    pub description: Option<String>,
    /// Whether the front matter declares it.
    pub declared: bool,
    /// Whether rendering fails without it.
    pub required: bool,
    /// Its value where none is given.
    pub default: Option<Value>,
    /// Whether the template uses it.
    pub used: bool,
}

/// The declared variables, then those that are only used, in the order of use.
pub(super) fn merge(declared: Vec<Variable>, uses: &[Found]) -> Vec<Variable> {
    let mut variables = declared;
    let mut known: HashMap<String, usize> =
        variables.iter().enumerate().map(|(index, variable)| (variable.name.clone(), index)).collect();
    let mut printed_always = vec![false; variables.len()];
    for found in uses {
        let always = found.placement == Placement::Always && found.purpose == Purpose::Printed && !found.optional;
        let index = *known.entry(found.name.clone()).or_insert_with(|| {
            variables.push(Variable { name: found.name.clone(), ..Variable::default() });
            printed_always.push(false);
            variables.len() - 1
        });
        variables[index].used = true;
        printed_always[index] |= always;
    }
    for (variable, always) in variables.iter_mut().zip(printed_always) {
        variable.required = variable.default.is_none() && variable.used && (variable.required || always);
    }
    variables
}

/// The variables that a JSON Schema of an object declares, and those that have a default only.
pub(super) fn of_schema(schema: Option<&Value>, defaults: &Map<String, Value>) -> Vec<Variable> {
    let properties = schema.and_then(|schema| schema.get("properties")).and_then(Value::as_object);
    let required = schema.and_then(|schema| schema.get("required")).and_then(Value::as_array);
    let declared = properties.into_iter().flatten().map(|(name, property)| {
        let choices = property.get("enum").and_then(Value::as_array).cloned().unwrap_or_default();
        let kind = match property.get("type") {
            _ if !choices.is_empty() => VariableKind::Enum,
            Some(Value::String(kind)) => VariableKind::parse(kind),
            Some(Value::Array(kinds)) => {
                let named = kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null");
                named.map_or(VariableKind::Any, VariableKind::parse)
            }
            _ => VariableKind::Any,
        };
        Variable {
            name: name.clone(),
            kind,
            choices,
            description: property.get("description").and_then(Value::as_str).map(str::to_owned),
            declared: true,
            required: required.is_some_and(|list| list.iter().any(|entry| entry == name)),
            default: defaults.get(name).or_else(|| property.get("default")).cloned(),
            used: false,
        }
    });
    let mut variables: Vec<Variable> = declared.collect();
    for (name, value) in defaults {
        if !properties.is_some_and(|properties| properties.contains_key(name)) {
            let (name, default) = (name.clone(), Some(value.clone()));
            variables.push(Variable { name, declared: true, default, ..Variable::default() });
        }
    }
    variables
}

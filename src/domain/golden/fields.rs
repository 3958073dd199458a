//! Takes fields out of a JSON object; what is wrong is said with the field's name.

use serde_json::{Map, Value};

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("field {field}: {reason}")]
pub struct FieldError {
    /// The field as in `chunks[0].content`. Untrusted text.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

impl FieldError {
    pub(super) fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { field: field.into(), reason: reason.into() }
    }

    pub(super) fn wrong(field: impl Into<String>, wanted: &str, found: &Value) -> Self {
        Self::new(field, format!("expected {wanted}, found {}", kind_of(found)))
    }
}

/// An object whose fields are taken out one by one; what is left is not known.
pub(super) struct Fields {
    /// What stands before a field's name: empty, or `chunks[0].`.
    prefix: String,
    left: Map<String, Value>,
}

impl Fields {
    pub(super) fn new(prefix: String, fields: Map<String, Value>) -> Self {
        Self { prefix, left: fields }
    }

    /// A field's name in full.
    pub(super) fn name(&self, field: &str) -> String {
        format!("{}{field}", self.prefix)
    }

    /// The fields that were not taken.
    pub(super) fn rest(self) -> Map<String, Value> {
        self.left
    }

    /// A value; null is no value.
    pub(super) fn value(&mut self, field: &str) -> Option<Value> {
        self.left.shift_remove(field).filter(|value| !value.is_null())
    }

    /// A text.
    pub(super) fn text(&mut self, field: &str) -> Result<Option<String>, FieldError> {
        match self.value(field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(FieldError::wrong(self.name(field), "text", &other)),
        }
    }

    /// An object.
    pub(super) fn object(&mut self, field: &str) -> Result<Option<Map<String, Value>>, FieldError> {
        match self.value(field) {
            None => Ok(None),
            Some(Value::Object(object)) => Ok(Some(object)),
            Some(other) => Err(FieldError::wrong(self.name(field), "an object", &other)),
        }
    }

    /// A list, each item read; an item is given with its name as in `chunks[0]`.
    pub(super) fn list<T>(
        &mut self,
        field: &str,
        read: impl Fn(String, Value) -> Result<T, FieldError>,
    ) -> Result<Vec<T>, FieldError> {
        let name = self.name(field);
        match self.value(field) {
            None => Ok(Vec::new()),
            Some(Value::Array(list)) => {
                list.into_iter().enumerate().map(|(place, item)| read(format!("{name}[{place}]"), item)).collect()
            }
            Some(other) => Err(FieldError::wrong(name, "a list", &other)),
        }
    }
}

/// What a value is, in words.
pub(super) const fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

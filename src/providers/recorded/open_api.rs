//! Schemas as Gemini's older fields have them: a part of `OpenAPI` 3.0, with the names of types in capitals.
//!
//! Source: the type `Schema` of the package `google-genai`, 3.4.0, and the `OpenAPI` 3.0 specification, "Schema Object".

use serde_json::{Map, Value, json};

/// Names of types in capitals.
const TYPES: [&str; 7] = ["STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"];

/// The JSON schema that says the same. A JSON schema stays as it is.
pub fn json_schema(recorded: &Value) -> Value {
    match recorded {
        Value::Object(schema) => Value::Object(object(schema)),
        Value::Array(list) => list.iter().map(json_schema).collect(),
        other => other.clone(),
    }
}

fn object(recorded: &Map<String, Value>) -> Map<String, Value> {
    let in_capitals = recorded.get("type").and_then(Value::as_str).is_some_and(|name| TYPES.contains(&name));
    let mut schema = Map::with_capacity(recorded.len());
    for (name, value) in recorded {
        let value = match (name.as_str(), value) {
            ("type", Value::String(kind)) if in_capitals => json!(kind.to_ascii_lowercase()),
            // The order of fields and the mark of optional nulls have no names in JSON schema.
            ("propertyOrdering" | "property_ordering" | "nullable", _) if in_capitals => continue,
            // Names of fields may be anything; what they hold is a schema.
            ("properties", Value::Object(fields)) => {
                fields.iter().map(|(name, field)| (name.clone(), json_schema(field))).collect()
            }
            ("items" | "anyOf" | "any_of", value) => json_schema(value),
            (_, value) => value.clone(),
        };
        schema.insert(name.clone(), value);
    }
    if in_capitals && recorded.get("nullable") == Some(&Value::Bool(true)) {
        let kind = schema.get("type").cloned().unwrap_or_default();
        schema.insert("type".to_owned(), json!([kind, "null"]));
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_in_capitals_and_nulls() {
        let recorded = json!({"type": "OBJECT", "propertyOrdering": ["type"], "required": ["type"], "properties": {
            "type": {"type": "STRING", "nullable": true},
            "list": {"type": "ARRAY", "items": {"type": "INTEGER"}}}});
        let same = json!({"type": "object", "required": ["type"], "properties": {
            "type": {"type": ["string", "null"]},
            "list": {"type": "array", "items": {"type": "integer"}}}});
        assert_eq!(json_schema(&recorded), same);
        assert_eq!(json_schema(&same), same);
    }
}

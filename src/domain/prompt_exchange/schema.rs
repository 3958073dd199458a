//! Schemas of variables and answers in three forms: JSON Schema, Picoschema and Prompty's property list.

use serde_json::{Map, Value, json};

/// The JSON Schema of a Picoschema; a JSON Schema stays as it is.
pub fn from_picoschema(schema: &Value) -> Value {
    match schema {
        Value::String(text) => scalar(text),
        Value::Object(map) if is_json_schema(map) => schema.clone(),
        Value::Object(map) => object(map),
        _ => json!({}),
    }
}

/// A map with `type` beside words that JSON Schema does not have is a Picoschema with a field of that name.
fn is_json_schema(map: &Map<String, Value>) -> bool {
    const WORDS: [&str; 12] = [
        "type",
        "properties",
        "required",
        "items",
        "description",
        "enum",
        "additionalProperties",
        "$schema",
        "title",
        "default",
        "minItems",
        "maxItems",
    ];
    let kind = map.get("type").and_then(Value::as_str);
    let known = matches!(kind, Some("object" | "array" | "string" | "number" | "integer" | "boolean" | "null"));
    known && (map.contains_key("properties") || map.keys().all(|key| WORDS.contains(&key.as_str())))
}

fn scalar(text: &str) -> Value {
    let (kind, description) = text.split_once(',').map_or((text, ""), |(kind, rest)| (kind, rest));
    let mut schema = Map::new();
    if matches!(kind.trim(), "string" | "number" | "integer" | "boolean" | "null") {
        schema.insert("type".into(), kind.trim().into());
    }
    describe(&mut schema, description);
    Value::Object(schema)
}

fn describe(schema: &mut Map<String, Value>, description: &str) {
    if !description.trim().is_empty() {
        schema.insert("description".into(), description.trim().into());
    }
}

fn object(map: &Map<String, Value>) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    let mut additional = Value::Bool(false);
    for (key, value) in map {
        let (name, bracket) = key
            .split_once('(')
            .map_or((key.as_str(), ""), |(name, rest)| (name, rest.trim_end().strip_suffix(')').unwrap_or(rest)));
        let optional = name.trim_end().ends_with('?');
        let name = name.trim().trim_end_matches('?').to_owned();
        let (kind, description) = bracket.split_once(',').map_or((bracket, ""), |(kind, rest)| (kind, rest));
        let mut schema = match kind.trim() {
            "array" => json!({"type": "array", "items": from_picoschema(value)}),
            "enum" => json!({"enum": value}),
            "object" => value.as_object().map_or_else(|| json!({"type": "object"}), object),
            "*" | "" if key.trim_start().starts_with("(*") => {
                additional = from_picoschema(value);
                continue;
            }
            _ => from_picoschema(value),
        };
        if key.trim_start().starts_with("(*") {
            additional = from_picoschema(value);
            continue;
        }
        if let Value::Object(schema) = &mut schema {
            describe(schema, description);
        }
        if !optional {
            required.push(Value::from(name.clone()));
        }
        properties.insert(name, schema);
    }
    let mut schema = Map::new();
    schema.insert("type".into(), "object".into());
    schema.insert("properties".into(), Value::Object(properties));
    if !required.is_empty() {
        schema.insert("required".into(), Value::Array(required));
    }
    schema.insert("additionalProperties".into(), additional);
    Value::Object(schema)
}

/// A Picoschema map of an object's JSON Schema; `None` where only JSON Schema can say it.
pub fn to_picoschema(schema: &Value) -> Option<Value> {
    let map = schema.as_object()?;
    let known = ["type", "properties", "required", "additionalProperties", "description", "$schema", "title"];
    if map.get("type")?.as_str()? != "object" || map.keys().any(|key| !known.contains(&key.as_str())) {
        return None;
    }
    let required: Vec<&str> =
        map.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let mut fields = Map::new();
    for (name, property) in map.get("properties")?.as_object()? {
        if name.contains(['(', ')', '?', ',']) {
            return None;
        }
        let (key, value) = field(name, property, required.contains(&name.as_str()))?;
        fields.insert(key, value);
    }
    match map.get("additionalProperties") {
        None | Some(Value::Bool(false)) => {}
        Some(Value::Bool(true)) => drop(fields.insert("(*)".into(), "any".into())),
        Some(other) => drop(fields.insert("(*)".into(), Value::String(scalar_text(other)?))),
    }
    Some(Value::Object(fields))
}

/// One field of a Picoschema: its key with what stands in parentheses, and its value.
pub fn field(name: &str, schema: &Value, required: bool) -> Option<(String, Value)> {
    let map = schema.as_object()?;
    let mark = if required { "" } else { "?" };
    let description = map.get("description").and_then(Value::as_str).map(one_line);
    let bracket = |kind: &str| match &description {
        Some(text) => format!("{name}{mark}({kind}, {text})"),
        None => format!("{name}{mark}({kind})"),
    };
    if let Some(Value::Array(values)) = map.get("enum") {
        return Some((bracket("enum"), Value::Array(values.clone())));
    }
    match map.get("type").and_then(Value::as_str) {
        Some("array") => {
            let items = map.get("items").cloned().unwrap_or_else(|| json!({}));
            let value = match items.get("type").and_then(Value::as_str) {
                Some("object") => to_picoschema(&items)?,
                Some("array") => return None,
                _ if items.get("enum").is_some() => return None,
                _ => Value::String(scalar_text(&items)?),
            };
            Some((bracket("array"), value))
        }
        Some("object") if map.contains_key("properties") => Some((bracket("object"), to_picoschema(schema)?)),
        Some("object") => Some((bracket("object"), json!({"(*)": "any"}))),
        _ => Some((format!("{name}{mark}"), Value::String(scalar_text(schema)?))),
    }
}

fn scalar_text(schema: &Value) -> Option<String> {
    let map = schema.as_object()?;
    let kind = match map.get("type") {
        None => "any",
        Some(kind) => kind.as_str()?,
    };
    if kind == "object" || kind == "array" || map.keys().any(|key| !matches!(key.as_str(), "type" | "description")) {
        return None;
    }
    let description = map.get("description").and_then(Value::as_str);
    Some(description.map_or_else(|| kind.to_owned(), |text| format!("{kind}, {}", one_line(text))))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace(['(', ')'], "")
}

/// The JSON Schema of one of Prompty's properties, of either version of the format.
pub fn from_property(property: &Value) -> Value {
    let mut schema = Map::new();
    let kind = property.get("kind").or_else(|| property.get("type")).and_then(Value::as_str);
    let kind = match kind {
        Some("float") => Some("number"),
        Some(kind @ ("string" | "integer" | "number" | "boolean" | "array" | "object")) => Some(kind),
        Some("image" | "file" | "audio") => Some("string"),
        _ => None,
    };
    if let Some(kind) = kind {
        schema.insert("type".into(), kind.into());
    }
    if let Some(values) = property.get("enumValues") {
        schema.insert("enum".into(), values.clone());
    }
    if let Some(items) = property.get("items") {
        schema.insert("items".into(), from_property(items));
    }
    if let Some(Value::Object(inner)) = property.get("properties").map(from_properties) {
        schema.extend(inner.into_iter().filter(|(key, _)| key != "type"));
    }
    if let Some(Value::String(text)) = property.get("description") {
        schema.insert("description".into(), text.clone().into());
    }
    Value::Object(schema)
}

/// The JSON Schema of an object with these of Prompty's properties: a list, or a map by name.
pub fn from_properties(properties: &Value) -> Value {
    let mut fields = Map::new();
    let mut required = Vec::new();
    for (name, property) in named(properties) {
        if property.get("required").and_then(Value::as_bool) == Some(true) {
            required.push(Value::from(name.clone()));
        }
        fields.insert(name, from_property(&property));
    }
    let mut schema = Map::new();
    schema.insert("type".into(), "object".into());
    schema.insert("properties".into(), Value::Object(fields));
    if !required.is_empty() {
        schema.insert("required".into(), Value::Array(required));
    }
    Value::Object(schema)
}

/// Prompty's properties by name.
pub fn named(properties: &Value) -> Vec<(String, Value)> {
    match properties {
        Value::Array(list) => list
            .iter()
            .filter_map(|property| Some((property.get("name")?.as_str()?.to_owned(), property.clone())))
            .collect(),
        Value::Object(map) => map.iter().map(|(name, property)| (name.clone(), property.clone())).collect(),
        _ => Vec::new(),
    }
}

/// One of Prompty's properties: its kind with what belongs to it, without a name.
pub fn to_property(schema: &Value) -> Map<String, Value> {
    let mut property = Map::new();
    let kind = match schema.get("type").and_then(Value::as_str) {
        Some("number") => "float",
        Some(kind @ ("integer" | "boolean" | "array" | "object")) => kind,
        _ => "string",
    };
    property.insert("kind".into(), kind.into());
    if let Some(text) = schema.get("description") {
        property.insert("description".into(), text.clone());
    }
    if let Some(values) = schema.get("enum") {
        property.insert("enumValues".into(), values.clone());
    }
    if kind == "array" {
        let items = schema.get("items").map_or_else(|| to_property(&json!({})), to_property);
        property.insert("items".into(), Value::Object(items));
    }
    if schema.get("properties").is_some() {
        property.insert("properties".into(), Value::Array(to_properties(schema)));
    }
    property
}

/// Prompty's list of properties of an object's JSON Schema.
pub fn to_properties(schema: &Value) -> Vec<Value> {
    let required = schema.get("required").and_then(Value::as_array);
    let fields = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    fields
        .map(|(name, schema)| {
            let mut property = Map::from_iter([("name".to_owned(), Value::from(name.as_str()))]);
            property.extend(to_property(schema));
            if required.is_some_and(|list| list.iter().any(|entry| entry == name)) {
                property.insert("required".into(), true.into());
            }
            Value::Object(property)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picoschema_goes_to_json_schema_and_back() {
        let pico = json!({
            "question": "string, what the user asked",
            "lang?": "string",
            "docs(array, retrieved passages)": {"id": "string", "text": "string"},
            "tags(array)": "string",
            "tone(enum, style)": ["PLAIN", "FORMAL"],
            "type": "integer",
        });
        let schema = from_picoschema(&pico);
        assert_eq!(schema["required"], json!(["question", "docs", "tags", "tone", "type"]));
        assert_eq!(schema["properties"]["docs"]["items"]["properties"]["id"], json!({"type": "string"}));
        assert_eq!(schema["properties"]["tone"], json!({"enum": ["PLAIN", "FORMAL"], "description": "style"}));
        assert_eq!(to_picoschema(&schema), Some(pico));
    }

    #[test]
    fn what_picoschema_cannot_say_is_left_to_json_schema() {
        assert_eq!(
            to_picoschema(&json!({"type": "object", "properties": {"a": {"type": "string", "minLength": 2}}})),
            None
        );
        assert_eq!(to_picoschema(&json!({"type": "object", "properties": {}, "oneOf": []})), None);
        let full = json!({"type": "object", "properties": {"a": {"type": "string"}}});
        assert_eq!(from_picoschema(&full), full);
    }

    #[test]
    fn properties_go_to_json_schema_and_back() {
        let properties = json!([
            {"name": "question", "kind": "string", "required": true},
            {"name": "docs", "kind": "array", "items": {"kind": "object", "properties": [{"name": "id", "kind": "string"}]}},
            {"name": "share", "kind": "float"},
        ]);
        let schema = from_properties(&properties);
        assert_eq!(schema["properties"]["share"], json!({"type": "number"}));
        assert_eq!(Value::Array(to_properties(&schema)), properties);
    }
}

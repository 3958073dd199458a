//! Picoschema, the short form of JSON Schema in Dotprompt, as `PicoschemaParser` of npm dotprompt 1.1.2 reads it.

use serde_json::{Map, Value, json};

const SCALARS: [&str; 6] = ["any", "boolean", "integer", "null", "number", "string"];

/// How deep a schema may nest.
const DEEPEST: usize = 64;

/// The JSON Schema that a schema of the front matter stands for: itself, or what its short form means. The name of a
/// schema that the application defines elsewhere becomes a `$ref` to it. The error says what is not understood.
pub(super) fn json_schema(schema: &Value) -> Result<Value, String> {
    match schema {
        Value::String(text) => {
            let (kind, description) = described(text);
            if !SCALARS.contains(&kind) {
                return Ok(named(kind, description));
            }
            Ok(with_description(json!({ "type": kind }), description))
        }
        Value::Object(map) => {
            let kind = map.get("type").and_then(Value::as_str);
            if kind.is_some_and(|kind| SCALARS.contains(&kind) || matches!(kind, "object" | "array")) {
                return Ok(schema.clone());
            }
            if map.get("properties").is_some_and(|properties| properties.is_object() || properties.is_array()) {
                let mut full = map.clone();
                full.insert("type".to_owned(), json!("object"));
                return Ok(Value::Object(full));
            }
            pico(schema, 0)
        }
        other => Err(format!("a schema is a text or a mapping, not {other}")),
    }
}

fn pico(schema: &Value, depth: usize) -> Result<Value, String> {
    if depth > DEEPEST {
        return Err(format!("the schema nests more than {DEEPEST} deep"));
    }
    let map = match schema {
        Value::String(text) => {
            let (kind, description) = described(text);
            if !SCALARS.contains(&kind) {
                return Ok(named(kind, description));
            }
            let plain = if kind == "any" { json!({}) } else { json!({ "type": kind }) };
            return Ok(with_description(plain, description));
        }
        Value::Object(map) => map,
        other => return Err(format!("a schema holds texts and mappings only, not {other}")),
    };
    let (mut properties, mut required) = (Map::new(), Vec::new());
    let mut others = Value::Bool(false);
    for (key, value) in map {
        if key == "(*)" {
            others = pico(value, depth + 1)?;
            continue;
        }
        let (name, kind) = key.split_once('(').map_or((key.as_str(), None), |(name, kind)| (name, Some(kind)));
        let optional = name.ends_with('?');
        let name = name.strip_suffix('?').unwrap_or(name);
        if !optional {
            required.push(json!(name));
        }
        properties.insert(name.to_owned(), property(name, kind, optional, value, depth)?);
    }
    let mut object = Map::new();
    object.insert("type".to_owned(), json!("object"));
    object.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        object.insert("required".to_owned(), Value::Array(required));
    }
    object.insert("additionalProperties".to_owned(), others);
    Ok(Value::Object(object))
}

fn property(name: &str, kind: Option<&str>, optional: bool, value: &Value, depth: usize) -> Result<Value, String> {
    let Some(kind) = kind else {
        let mut property = pico(value, depth + 1)?;
        if optional {
            allow_null(&mut property);
        }
        return Ok(property);
    };
    let (kind, description) = described(kind.strip_suffix(')').unwrap_or(kind));
    let property = match kind {
        "array" => {
            let kind = if optional { json!(["array", "null"]) } else { json!("array") };
            json!({ "type": kind, "items": pico(value, depth + 1)? })
        }
        "object" => {
            let mut property = pico(value, depth + 1)?;
            if optional {
                allow_null(&mut property);
            }
            property
        }
        "enum" => {
            let mut choices = value.as_array().cloned().unwrap_or_default();
            if optional && !choices.contains(&Value::Null) {
                choices.push(Value::Null);
            }
            json!({ "enum": choices })
        }
        other => return Err(format!("`{name}({other})`: what stands in parentheses is array, object or enum")),
    };
    Ok(with_description(property, description))
}

/// Kind and description of `kind, description`.
fn described(text: &str) -> (&str, Option<&str>) {
    text.split_once(',').map_or((text, None), |(kind, rest)| (kind, Some(rest.trim_start_matches(' '))))
}

fn named(name: &str, description: Option<&str>) -> Value {
    with_description(json!({ "$ref": name }), description)
}

fn with_description(mut schema: Value, description: Option<&str>) -> Value {
    if let (Some(description), Value::Object(map)) = (description.filter(|text| !text.is_empty()), &mut schema) {
        map.insert("description".to_owned(), json!(description));
    }
    schema
}

fn allow_null(schema: &mut Value) {
    if let Some(kind) = schema.get_mut("type").filter(|kind| kind.is_string()) {
        *kind = json!([kind, "null"]);
    }
}

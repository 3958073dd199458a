//! The output schema that a prompt declares, as JSON Schema.

use serde_json::{Map, Value, json};

use crate::domain::prompt::{Prompt, PromptFormat};

/// Deepest nesting that is read.
const MOST_DEPTH: usize = 32;

const JSON_TYPES: [&str; 7] = ["string", "number", "integer", "boolean", "null", "object", "array"];

/// The schema: `output.schema` of Dotprompt (JSON Schema or Picoschema), `outputs` of Prompty, `jsonSchema` of GitHub
/// Models; `None` where the prompt declares none, or one that cannot be read.
pub(super) fn declared(prompt: &Prompt) -> Option<Value> {
    match prompt.format {
        PromptFormat::Dotprompt => picoschema(prompt.front.get("output")?.get("schema")?),
        PromptFormat::Prompty => properties(prompt.front.get("outputs")?, 0),
        PromptFormat::GithubModels => {
            let wrapped: Value = serde_json::from_str(prompt.front.get("jsonSchema")?.as_str()?).ok()?;
            wrapped.get("schema").cloned()
        }
        PromptFormat::Text => None,
    }
}

fn picoschema(schema: &Value) -> Option<Value> {
    let names_type = |map: &Map<String, Value>| {
        map.get("type").and_then(Value::as_str).is_some_and(|name| JSON_TYPES.contains(&name))
    };
    match schema {
        Value::Object(map) if names_type(map) || map.contains_key("$ref") || map.contains_key("anyOf") => {
            Some(schema.clone())
        }
        Value::Object(map) if map.get("properties").is_some_and(Value::is_object) => {
            let mut whole = map.clone();
            whole.insert("type".to_owned(), json!("object"));
            Some(Value::Object(whole))
        }
        other => pico_type(other, 0),
    }
}

/// A type of Picoschema: the name of a scalar with a description behind a comma, or a map of fields.
fn pico_type(value: &Value, depth: usize) -> Option<Value> {
    if depth > MOST_DEPTH {
        return None;
    }
    match value {
        Value::String(text) => match text.split(',').next().unwrap_or_default().trim() {
            "any" => Some(json!({})),
            name if JSON_TYPES.contains(&name) => Some(json!({ "type": name })),
            // The name of a schema that is registered elsewhere.
            _ => None,
        },
        Value::Object(fields) => pico_object(fields, depth),
        _ => None,
    }
}

fn pico_object(fields: &Map<String, Value>, depth: usize) -> Option<Value> {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    let mut others = json!(false);
    for (key, value) in fields {
        let (name, shape) = match key.split_once('(') {
            Some((name, shape)) => (name.trim(), shape.trim_end().trim_end_matches(')')),
            None => (key.trim(), ""),
        };
        let shape = shape.split(',').next().unwrap_or_default().trim();
        if name.is_empty() && shape == "*" {
            others = pico_type(value, depth + 1)?;
            continue;
        }
        let optional = name.ends_with('?');
        let name = name.trim_end_matches('?');
        let schema = match shape {
            "array" => json!({ "type": "array", "items": pico_type(value, depth + 1)? }),
            "enum" => json!({ "enum": value.as_array()? }),
            _ => pico_type(value, depth + 1)?,
        };
        properties.insert(name.to_owned(), if optional { or_null(&schema) } else { schema });
        if !optional {
            required.push(Value::from(name));
        }
    }
    Some(json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": others }))
}

fn or_null(schema: &Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

/// Properties of Prompty: a list with names, or a map by name.
fn properties(outputs: &Value, depth: usize) -> Option<Value> {
    let named: Vec<(String, &Value)> = match outputs {
        Value::Array(list) => {
            list.iter().map(|one| Some((one.get("name")?.as_str()?.to_owned(), one))).collect::<Option<_>>()?
        }
        Value::Object(map) => map.iter().map(|(name, one)| (name.clone(), one)).collect(),
        _ => return None,
    };
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for (name, one) in named {
        if one.get("required").and_then(Value::as_bool) == Some(true) {
            required.push(Value::from(name.as_str()));
        }
        properties.insert(name, property(one, depth + 1)?);
    }
    Some(json!({ "type": "object", "properties": properties, "required": required }))
}

fn property(one: &Value, depth: usize) -> Option<Value> {
    if depth > MOST_DEPTH {
        return None;
    }
    let kind = one.as_str().or_else(|| one.get("kind").and_then(Value::as_str)).unwrap_or("any");
    let mut schema = match kind {
        "string" | "integer" | "boolean" => json!({ "type": kind }),
        "float" | "number" => json!({ "type": "number" }),
        "array" => match one.get("items") {
            Some(items) => json!({ "type": "array", "items": property(items, depth + 1)? }),
            None => json!({ "type": "array" }),
        },
        "object" => match one.get("properties") {
            Some(fields) => properties(fields, depth + 1)?,
            None => json!({ "type": "object" }),
        },
        _ => json!({}),
    };
    if let Some(values) = one.get("enumValues").and_then(Value::as_array) {
        schema["enum"] = Value::Array(values.clone());
    }
    let nullable = one.get("nullable").and_then(Value::as_bool) == Some(true);
    Some(if nullable { or_null(&schema) } else { schema })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(format: PromptFormat, text: &str) -> Option<Value> {
        declared(&Prompt::parse("p", format, text).unwrap())
    }

    #[test]
    fn picoschema_becomes_json_schema() {
        let text = "---\noutput:\n  schema:\n    answer: string, what to say\n    source?: string\n    \
                    tags(array): string\n    mood(enum): [good, bad]\n    more(object):\n      n: integer\n    (*): number\n---\nHi";
        let nothing = json!({"type": "null"});
        let more = json!({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"],
            "additionalProperties": false});
        let expected = json!({
            "type": "object",
            "properties": {
                "answer": {"type": "string"},
                "source": {"anyOf": [{"type": "string"}, nothing]},
                "tags": {"type": "array", "items": {"type": "string"}},
                "mood": {"enum": ["good", "bad"]},
                "more": more,
            },
            "required": ["answer", "tags", "mood", "more"],
            "additionalProperties": {"type": "number"},
        });
        assert_eq!(of(PromptFormat::Dotprompt, text), Some(expected));
    }

    #[test]
    fn whole_schemas_are_taken_as_they_are() {
        let text = "---\noutput:\n  schema:\n    type: object\n    required: [a]\n---\nHi";
        assert_eq!(of(PromptFormat::Dotprompt, text), Some(json!({"type": "object", "required": ["a"]})));
        let text = "jsonSchema: '{\"name\": \"x\", \"schema\": {\"type\": \"array\"}}'\nmessages:\n  - role: user\n    content: Hi";
        assert_eq!(of(PromptFormat::GithubModels, text), Some(json!({"type": "array"})));
        assert_eq!(of(PromptFormat::Dotprompt, "---\noutput:\n  schema: Named\n---\nHi"), None);
        assert_eq!(of(PromptFormat::Dotprompt, "Hi"), None);
    }

    #[test]
    fn outputs_of_prompty_are_properties() {
        let text = "---\nname: x\noutputs:\n  - name: city\n    kind: string\n    required: true\n  - name: degrees\n    \
                    kind: float\n    nullable: true\n---\nsystem:\nHi";
        let expected = json!({
            "type": "object",
            "properties": {
                "city": {"type": "string"},
                "degrees": {"anyOf": [{"type": "number"}, {"type": "null"}]},
            },
            "required": ["city"],
        });
        assert_eq!(of(PromptFormat::Prompty, text), Some(expected));
    }
}

//! Recorded tool definitions in the form of chat completions.

use serde_json::{Value, json};

/// The definitions; `None` where there are none. What runs at the provider is left out and said: nothing is run.
///
/// Takes OpenAI's two forms, Anthropic's (`input_schema`), Gemini's (`functionDeclarations`) and OpenTelemetry's.
pub(super) fn to_wire(recorded: Option<&Value>, dropped: &mut Vec<String>) -> Option<Value> {
    let list = match recorded? {
        Value::Array(list) => list.as_slice(),
        one @ Value::Object(_) => std::slice::from_ref(one),
        _ => return None,
    };
    let mut tools = Vec::new();
    for tool in list {
        if let Some(declarations) = tool.get("functionDeclarations").or_else(|| tool.get("function_declarations")) {
            tools.extend(declarations.as_array().into_iter().flatten().filter_map(flat));
            continue;
        }
        let kind = tool.get("type").and_then(Value::as_str).unwrap_or("function");
        let known = match kind {
            "function" | "custom" if tool.get(kind).is_some() => Some(tool.clone()),
            "function" | "custom" => flat(tool),
            _ => None,
        };
        match known {
            Some(tool) => tools.push(tool),
            None => dropped.push(format!("tool of type {}", kind.chars().take(40).collect::<String>())),
        }
    }
    (!tools.is_empty()).then_some(Value::Array(tools))
}

/// A definition whose name stands beside its schema.
fn flat(tool: &Value) -> Option<Value> {
    let name = tool.get("name")?.as_str()?;
    let schema = ["parameters", "input_schema", "inputSchema", "parametersJsonSchema"]
        .iter()
        .find_map(|field| tool.get(*field))
        .cloned()
        .unwrap_or_else(|| json!({"type": "object", "properties": {}}));
    let mut function = json!({"name": name, "parameters": schema});
    for field in ["description", "strict"] {
        if let Some(value) = tool.get(field).filter(|value| !value.is_null()) {
            function[field] = value.clone();
        }
    }
    Some(json!({"type": "function", "function": function}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recorded_form() {
        let schema = json!({"type": "object"});
        let own = json!({"type": "function", "function": {"name": "a", "parameters": schema}});
        let recorded = json!([
            own,
            {"name": "a", "input_schema": schema},
            {"type": "function", "name": "a", "parameters": schema},
            {"functionDeclarations": [{"name": "a", "parameters": schema}]},
            {"type": "web_search"},
        ]);
        let mut dropped = Vec::new();
        let tools = to_wire(Some(&recorded), &mut dropped).unwrap();
        assert_eq!(tools, json!([own, own, own, own]));
        assert_eq!(dropped, ["tool of type web_search"]);
        assert_eq!(to_wire(Some(&json!([])), &mut Vec::new()), None);
    }
}

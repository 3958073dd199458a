//! Recorded tool definitions.

use serde_json::{Value, json};

use super::open_api::json_schema;
use super::tool_names::ToolNames;

/// A tool that a model may ask for.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolDefinition {
    /// Its name, as it is sent.
    pub name: String,
    /// What it does.
    pub description: Option<String>,
    /// The JSON schema of its arguments.
    pub schema: Value,
    /// Whether arguments must fit the schema exactly, where that was recorded.
    pub strict: Option<bool>,
    /// The definition as recorded, where it is one of chat completions already (custom tools too).
    pub chat: Option<Value>,
}

impl ToolDefinition {
    /// Whether it takes free text instead of arguments: only OpenAI's own APIs know such tools.
    pub fn is_custom(&self) -> bool {
        self.chat.as_ref().and_then(|chat| chat.get("type")).is_some_and(|kind| kind == "custom")
    }

    fn rename(&mut self, names: &ToolNames) {
        let sent = names.sent(&self.name);
        if sent == self.name {
            return;
        }
        if let Some(chat) = &mut self.chat {
            for kind in ["function", "custom"] {
                if let Some(name) = chat.get_mut(kind).and_then(|inner| inner.get_mut("name")) {
                    *name = Value::String(sent.to_owned());
                }
            }
        }
        self.name = sent.to_owned();
    }

    /// As chat completions write it.
    pub fn as_chat_tool(&self) -> Value {
        if let Some(chat) = &self.chat {
            return chat.clone();
        }
        let mut function = json!({"name": self.name, "parameters": self.schema});
        if let Some(description) = &self.description {
            function["description"] = Value::String(description.clone());
        }
        if let Some(strict) = self.strict {
            function["strict"] = Value::Bool(strict);
        }
        json!({"type": "function", "function": function})
    }
}

/// The definitions in order, under the names that are sent. What runs at the provider is left out and said: nothing is run;
/// and so is every name that is sent changed.
///
/// Takes OpenAI's two forms, Anthropic's (`input_schema`), Gemini's (`functionDeclarations`), Bedrock's (`toolSpec`) and
/// OpenTelemetry's.
pub fn definitions(recorded: Option<&Value>, names: &ToolNames, dropped: &mut Vec<String>) -> Vec<ToolDefinition> {
    let mut tools = read(recorded, dropped);
    for tool in &mut tools {
        tool.rename(names);
    }
    names.say(dropped);
    tools
}

/// The definitions under their recorded names.
pub(super) fn read(recorded: Option<&Value>, dropped: &mut Vec<String>) -> Vec<ToolDefinition> {
    let list = match recorded {
        Some(Value::Array(list)) => list.as_slice(),
        Some(one @ Value::Object(_)) => std::slice::from_ref(one),
        _ => return Vec::new(),
    };
    let mut tools = Vec::new();
    for tool in list {
        if let Some(declarations) = tool.get("functionDeclarations").or_else(|| tool.get("function_declarations")) {
            tools.extend(
                declarations.as_array().into_iter().flatten().filter_map(|one| flat(&json_schema_of(one), None)),
            );
            continue;
        }
        let kind = tool.get("type").and_then(Value::as_str).unwrap_or("function");
        let known = match kind {
            "function" | "custom" if tool.get(kind).is_some() => flat(&tool[kind], Some(tool)),
            "custom" => flat(tool, Some(&nested_custom(tool))),
            "function" => flat(tool.get("toolSpec").unwrap_or(tool), None),
            _ => None,
        };
        match known {
            Some(tool) => tools.push(tool),
            None => dropped.push(format!("tool of type {}", kind.chars().take(40).collect::<String>())),
        }
    }
    tools
}

/// A declaration of Gemini's with its parameters as JSON schema.
fn json_schema_of(declaration: &Value) -> Value {
    let mut declaration = declaration.clone();
    if let Some(parameters) = declaration.get_mut("parameters") {
        *parameters = json_schema(parameters);
    }
    declaration
}

/// A custom tool as Responses write it, in the form of chat completions.
fn nested_custom(tool: &Value) -> Value {
    let mut custom = tool.as_object().cloned().unwrap_or_default();
    custom.remove("type");
    if let Some(format) = custom.get_mut("format").and_then(Value::as_object_mut)
        && format.get("type").is_some_and(|kind| kind == "grammar")
        && !format.contains_key("grammar")
    {
        let mut grammar = std::mem::take(format);
        grammar.remove("type");
        format.insert("type".to_owned(), json!("grammar"));
        format.insert("grammar".to_owned(), Value::Object(grammar));
    }
    json!({"type": "custom", "custom": custom})
}

/// A definition whose name stands beside its schema.
fn flat(tool: &Value, chat: Option<&Value>) -> Option<ToolDefinition> {
    let schema = ["parameters", "input_schema", "inputSchema", "parametersJsonSchema"]
        .iter()
        .find_map(|field| tool.get(*field))
        .map(|schema| schema.get("json").unwrap_or(schema))
        .cloned()
        .unwrap_or_else(|| json!({"type": "object", "properties": {}}));
    Some(ToolDefinition {
        name: tool.get("name")?.as_str()?.to_owned(),
        description: tool.get("description").and_then(Value::as_str).map(str::to_owned),
        schema,
        strict: tool.get("strict").and_then(Value::as_bool),
        chat: chat.cloned(),
    })
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
            {"functionDeclarations": [{"name": "a", "parameters": {"type": "OBJECT"}}]},
            {"toolSpec": {"name": "a", "inputSchema": {"json": schema}}},
            {"type": "web_search"},
        ]);
        let mut dropped = Vec::new();
        let tools = definitions(Some(&recorded), &ToolNames::default(), &mut dropped);
        assert_eq!(tools.len(), 5);
        assert!(tools.iter().all(|tool| tool.as_chat_tool() == own));
        assert_eq!(dropped, ["tool of type web_search"]);
        assert!(definitions(Some(&json!([])), &ToolNames::default(), &mut Vec::new()).is_empty());
    }

    #[test]
    fn custom_tools_stay_custom() {
        let grammar = json!({"syntax": "lark", "definition": "start: \"a\""});
        let nested =
            json!({"type": "custom", "custom": {"name": "c", "format": {"type": "grammar", "grammar": grammar}}});
        let mut format = grammar.clone();
        format["type"] = json!("grammar");
        let flat = json!({"type": "custom", "name": "c", "format": format});
        for recorded in [nested.clone(), flat] {
            let tools = definitions(Some(&json!([recorded])), &ToolNames::default(), &mut Vec::new());
            assert!(tools[0].is_custom());
            assert_eq!(tools[0].as_chat_tool(), nested);
        }
    }
}

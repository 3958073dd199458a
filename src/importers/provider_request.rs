//! The bodies of requests to models, read back: messages, tools and parameters, whichever API they were written for.
//!
//! Chat completions and the servers that speak them, Responses, Messages, `generateContent`, Converse, and Cohere's chat.

use serde_json::{Map, Value, json};

use super::semconv::messages_from_value;
use crate::domain::message::{Message, Role};

/// What a request says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProviderRequest {
    /// The messages, instructions first.
    pub messages: Vec<Message>,
    /// The tools offered, as the GenAI conventions define them.
    pub tools: Vec<Value>,
    /// The parameters by their names in chat completions; `output_type` is `json` where the answer has to be JSON.
    pub parameters: Map<String, Value>,
}

/// Parameters by their names in chat completions, and what else they are called.
const PARAMETERS: [(&str, &[&str]); 10] = [
    ("temperature", &["temperature"]),
    ("top_p", &["top_p", "topP", "p"]),
    ("top_k", &["top_k", "topK", "k"]),
    (
        "max_tokens",
        &["max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens", "maxTokens", "num_predict"],
    ),
    ("stop", &["stop", "stop_sequences", "stopSequences"]),
    ("seed", &["seed", "random_seed"]),
    ("frequency_penalty", &["frequency_penalty", "frequencyPenalty"]),
    ("presence_penalty", &["presence_penalty", "presencePenalty"]),
    ("reasoning_effort", &["reasoning_effort", "effort"]),
    ("stream", &["stream"]),
];

/// Objects in which parameters stand.
const NESTED: [&str; 8] = [
    "generationConfig",
    "inferenceConfig",
    "additionalModelRequestFields",
    "options",
    "reasoning",
    "output_config",
    "outputConfig",
    "thinkingConfig",
];

/// Where an API says that the answer has to be JSON.
const JSON_FORMS: [&str; 6] = [
    "/response_format/type",
    "/text/format/type",
    "/output_config/format/type",
    "/outputConfig/textFormat/type",
    "/generationConfig/responseMimeType",
    "/format",
];

/// Reads a body; what is not there is left empty.
pub fn read(body: &Value) -> ProviderRequest {
    ProviderRequest { messages: messages(body), tools: tools(body), parameters: parameters(body) }
}

fn parameters(body: &Value) -> Map<String, Value> {
    let objects: Vec<&Value> = std::iter::once(body).chain(NESTED.iter().filter_map(|name| body.get(*name))).collect();
    let mut found = Map::new();
    for (name, names) in PARAMETERS {
        let value = objects.iter().find_map(|object| names.iter().find_map(|name| object.get(*name)));
        found.extend(value.filter(|value| !value.is_null()).map(|value| (name.to_owned(), value.clone())));
    }
    let is_json = |path: &&str| body.pointer(path).and_then(Value::as_str).is_some_and(|form| form.contains("json"));
    if JSON_FORMS.iter().any(is_json) {
        found.insert("output_type".to_owned(), json!("json"));
    }
    found
}

fn messages(body: &Value) -> Vec<Message> {
    let mut messages = Vec::new();
    let system = ["system", "instructions", "systemInstruction", "system_instruction"];
    for text in system.iter().filter_map(|name| body.get(*name)) {
        messages.extend(spoken("system", text.get("parts").unwrap_or(text)));
    }
    for list in ["messages", "input", "contents"].iter().filter_map(|name| body.get(*name)) {
        match list {
            Value::String(text) => messages.push(Message::text(Role::User, text.clone())),
            Value::Array(items) => items.iter().for_each(|item| messages.extend(message(item))),
            _ => {}
        }
    }
    messages
}

/// A message or an item of one of the APIs.
fn message(item: &Value) -> Vec<Message> {
    let text = |name: &str| item.get(name).and_then(Value::as_str);
    match text("type") {
        Some("function_call") => return spoken("assistant", &json!([generic(item)])),
        Some("function_call_output") => return spoken("tool", &json!([generic(item)])),
        Some("reasoning" | "item_reference") => return Vec::new(),
        _ => {}
    }
    let role = text("role").unwrap_or("user");
    let parts = item.get("parts").or_else(|| item.get("content")).unwrap_or(&Value::Null);
    if role == "tool" || item.get("tool_calls").is_some() {
        // The form of chat completions has calls and results beside the content.
        return messages_from_value(item.clone(), &Role::User);
    }
    let mut messages = spoken(role, parts);
    if let (Some(message), Some(name)) = (messages.first_mut(), text("name")) {
        message.name = Some(name.to_owned());
    }
    messages
}

/// A message of a role with these parts, or this text.
fn spoken(role: &str, parts: &Value) -> Vec<Message> {
    let parts = match parts {
        Value::Array(items) => items.iter().map(generic).collect(),
        other => other.clone(),
    };
    messages_from_value(json!([{"role": role, "content": parts}]), &Role::User)
}

/// A part in the form that all recorders share: Gemini's, Bedrock's and Responses' have keys of their own.
fn generic(part: &Value) -> Value {
    if let Some(call) = part.get("toolUse") {
        return json!({"type": "tool_call", "id": call["toolUseId"], "name": call["name"], "arguments": call["input"]});
    }
    if let Some(result) = part.get("toolResult") {
        let content = result.get("content").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let response = match content {
            [only] => only.get("json").or_else(|| only.get("text")).unwrap_or(only).clone(),
            more => Value::from(more),
        };
        return json!({"type": "tool_call_response", "id": result["toolUseId"], "response": response});
    }
    if let Some(call) = part.get("functionCall") {
        return json!({"type": "tool_call", "id": call.get("id"), "name": call["name"], "arguments": call["args"]});
    }
    if let Some(result) = part.get("functionResponse") {
        return json!({"type": "tool_call_response", "id": result.get("id"), "response": result["response"]});
    }
    match part.get("type").and_then(Value::as_str) {
        Some("function_call") => {
            json!({"type": "tool_call", "id": part["call_id"], "name": part["name"], "arguments": part["arguments"]})
        }
        Some("function_call_output") => {
            json!({"type": "tool_call_response", "id": part["call_id"], "response": part["output"]})
        }
        _ => part.clone(),
    }
}

fn tools(body: &Value) -> Vec<Value> {
    let list = body.get("tools").or_else(|| body.pointer("/toolConfig/tools"));
    let list = list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let declared = list.iter().flat_map(|tool| match tool.get("functionDeclarations").and_then(Value::as_array) {
        Some(declarations) => declarations.iter().collect(),
        None => vec![tool],
    });
    declared.map(definition).collect()
}

fn definition(tool: &Value) -> Value {
    let inner = ["function", "toolSpec"].iter().find_map(|name| tool.get(*name)).unwrap_or(tool);
    let schema = ["parameters", "input_schema", "inputSchema", "parametersJsonSchema"]
        .iter()
        .find_map(|name| inner.get(*name))
        .map(|schema| schema.get("json").unwrap_or(schema));
    let mut definition = json!({"type": "function", "name": inner.get("name")});
    for (name, value) in [("description", inner.get("description")), ("parameters", schema)] {
        if let Some(value) = value {
            definition[name] = value.clone();
        }
    }
    definition
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::{Part, ToolCall};

    /// The same conversation in the words of every API.
    fn forms() -> Vec<(&'static str, Value)> {
        let schema = json!({"type": "object"});
        vec![
            (
                "chat",
                json!({"temperature": 0.5, "max_tokens": 9, "response_format": {"type": "json_object"}, "messages": [
                {"role": "system", "content": "S"}, {"role": "user", "content": "Q"},
                {"role": "assistant", "content": null, "tool_calls": [
                    {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{\"x\":1}"}}]},
                {"role": "tool", "tool_call_id": "c1", "content": "R"}],
                "tools": [{"type": "function", "function": {"name": "f", "description": "D", "parameters": schema}}]}),
            ),
            (
                "responses",
                json!({"temperature": 0.5, "max_output_tokens": 9, "text": {"format": {"type": "json_schema"}},
                "instructions": "S", "input": [
                {"role": "user", "content": [{"type": "input_text", "text": "Q"}]},
                {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{\"x\":1}"},
                {"type": "function_call_output", "call_id": "c1", "output": "R"}],
                "tools": [{"type": "function", "name": "f", "description": "D", "parameters": schema}]}),
            ),
            (
                "anthropic",
                json!({"temperature": 0.5, "max_tokens": 9, "output_config": {"format": {"type": "json_schema"}},
                "system": [{"type": "text", "text": "S"}], "messages": [
                {"role": "user", "content": "Q"},
                {"role": "assistant", "content": [{"type": "tool_use", "id": "c1", "name": "f", "input": {"x": 1}}]},
                {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "R"}]}],
                "tools": [{"name": "f", "description": "D", "input_schema": schema}]}),
            ),
            (
                "gemini",
                json!({"systemInstruction": {"parts": [{"text": "S"}]}, "contents": [
                {"role": "user", "parts": [{"text": "Q"}]},
                {"role": "model", "parts": [{"functionCall": {"id": "c1", "name": "f", "args": {"x": 1}}}]},
                {"role": "user", "parts": [{"functionResponse": {"id": "c1", "name": "f", "response": "R"}}]}],
                "generationConfig": {"temperature": 0.5, "maxOutputTokens": 9, "responseMimeType": "application/json"},
                "tools": [{"functionDeclarations": [{"name": "f", "description": "D", "parametersJsonSchema": schema}]}]}),
            ),
            (
                "bedrock",
                json!({"system": [{"text": "S"}], "messages": [
                {"role": "user", "content": [{"text": "Q"}]},
                {"role": "assistant", "content": [{"toolUse": {"toolUseId": "c1", "name": "f", "input": {"x": 1}}}]},
                {"role": "user", "content": [{"toolResult": {"toolUseId": "c1", "content": [{"text": "R"}]}}]}],
                "inferenceConfig": {"temperature": 0.5, "maxTokens": 9},
                "outputConfig": {"textFormat": {"type": "json_schema"}},
                "toolConfig": {"tools": [{"toolSpec": {"name": "f", "description": "D", "inputSchema": {"json": schema}}}]}}),
            ),
        ]
    }

    #[test]
    fn every_api_says_the_same() {
        let call = ToolCall { id: Some("c1".into()), name: "f".into(), arguments: json!({"x": 1}) };
        for (api, body) in forms() {
            let request = read(&body);
            assert_eq!(
                request.messages[..2],
                [Message::text(Role::System, "S"), Message::text(Role::User, "Q")],
                "{api}"
            );
            assert_eq!(request.messages[2].parts, [Part::ToolCall(call.clone())], "{api}");
            let result = Part::ToolResult { id: Some("c1".into()), result: json!("R") };
            assert_eq!(request.messages[3].parts, [result], "{api}");
            assert_eq!(request.messages.len(), 4, "{api}");
            let wanted = json!({"temperature": 0.5, "max_tokens": 9, "output_type": "json"});
            assert_eq!(Value::Object(request.parameters), wanted, "{api}");
            let tool = json!({"type": "function", "name": "f", "description": "D", "parameters": {"type": "object"}});
            assert_eq!(request.tools, [tool], "{api}");
        }
        assert_eq!(read(&json!({"trace": "t", "question": "q"})), ProviderRequest::default());
    }
}

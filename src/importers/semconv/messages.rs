//! Messages from JSON, in the shapes that recorders use: GenAI parts, OpenAI, Anthropic, LangChain, AI SDK.

use serde_json::{Map, Value};

use super::attributes::{arguments, as_text, label, parsed};
use crate::domain::message::{Message, Part, Role, ToolCall};

/// Messages found in a value: a list of them, one of them, or plain text, which then has the role given.
pub fn from_value(value: Value, default_role: &Role) -> Vec<Message> {
    match parsed(value) {
        Value::Array(items) => items.into_iter().flat_map(|item| from_value(item, default_role)).collect(),
        Value::Object(mut members) => {
            if let Some(inner) = members.remove("messages").filter(Value::is_array) {
                return from_value(inner, default_role);
            }
            vec![from_object(members, default_role)]
        }
        Value::String(text) if !text.is_empty() => vec![Message::text(default_role.clone(), text)],
        _ => Vec::new(),
    }
}

/// System instructions of the GenAI conventions: a list of parts, or text.
pub fn system(value: Value) -> Option<Message> {
    let parts = parts_of(parsed(value));
    (!parts.is_empty()).then_some(Message { role: Role::System, name: None, parts })
}

/// The reason for stopping that an output message carries.
pub fn finish_reason(value: &Value) -> Option<String> {
    let first = match value {
        Value::Array(items) => items.first()?,
        other => other,
    };
    first.get("finish_reason").and_then(label)
}

fn from_object(mut members: Map<String, Value>, default_role: &Role) -> Message {
    // Choices and LangChain's wrappers hold the message one level down.
    for wrapper in ["message", "kwargs", "data"] {
        if let Some(Value::Object(inner)) = members.get(wrapper)
            && (inner.contains_key("content") || inner.contains_key("role") || inner.contains_key("tool_calls"))
        {
            let mut inner = inner.clone();
            if !inner.contains_key("tool_calls")
                && let Some(calls) = members.remove("tool_calls")
            {
                inner.insert("tool_calls".to_owned(), calls);
            }
            if !inner.contains_key("role")
                && let Some(kind) = members.remove("type").filter(|kind| kind != "constructor")
            {
                inner.entry("type").or_insert(kind);
            }
            return from_object(inner, default_role);
        }
    }
    let spoken = members.get("role").or_else(|| members.get("type").filter(|_| members.contains_key("content")));
    let role = spoken.and_then(Value::as_str).map_or_else(|| default_role.clone(), Role::parse);
    let name = members.get("name").and_then(label);
    let call_id = ["tool_call_id", "toolCallId"].iter().find_map(|key| members.get(*key).and_then(label));
    let mut parts = members.remove("reasoning_content").map(reasoning).unwrap_or_default();
    if let Some(list) = members.remove("parts") {
        parts.extend(parts_of(list));
    }
    match members.remove("content") {
        None | Some(Value::Null) => {}
        Some(content) if role == Role::Tool && call_id.is_some() => {
            parts.push(Part::ToolResult { id: call_id, result: tool_content(content) });
        }
        Some(content) => parts.extend(parts_of(content)),
    }
    if let Some(refusal) = members.remove("refusal").and_then(as_text).filter(|text| !text.is_empty()) {
        parts.push(Part::Text { text: refusal });
    }
    if let Some(Value::Array(calls)) = members.remove("tool_calls").map(parsed) {
        for call in calls {
            let call = tool_call(call);
            if !parts.contains(&call) {
                parts.push(call);
            }
        }
    }
    if let Some(call) = members.remove("function_call").filter(Value::is_object) {
        parts.push(tool_call(call));
    }
    Message { role, name, parts }
}

fn reasoning(value: Value) -> Vec<Part> {
    as_text(value).filter(|text| !text.is_empty()).map(|text| Part::Reasoning { text }).into_iter().collect()
}

/// A tool's result given as text parts is their text.
fn tool_content(content: Value) -> Value {
    if let Value::Array(items) = &content {
        let texts: Option<Vec<&str>> = items.iter().map(|item| item.get("text").and_then(Value::as_str)).collect();
        if let Some(texts) = texts.filter(|texts| !texts.is_empty()) {
            return Value::from(texts.join("\n"));
        }
    }
    content
}

/// Parts from text, from one part or from a list of them.
pub fn parts_of(value: Value) -> Vec<Part> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::String(text) => vec![Part::Text { text }],
        Value::Array(items) => items.into_iter().flat_map(parts_of).collect(),
        Value::Object(members) => vec![part(members)],
        other => vec![Part::Other { value: other }],
    }
}

fn part(mut members: Map<String, Value>) -> Part {
    let kind = members.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    match kind.as_str() {
        "" | "text" | "input_text" | "output_text" if has_text(&members) => {
            let text = ["content", "text"].iter().find_map(|key| members.remove(*key)).and_then(as_text);
            Part::Text { text: text.unwrap_or_default() }
        }
        // A signature must come back byte for byte when the turn is replayed, so that a part with one stays whole.
        "reasoning" | "thinking"
            if !["signature", "encrypted_content", "data"].iter().any(|key| members.contains_key(*key)) =>
        {
            let text = ["content", "text", "thinking"].iter().find_map(|key| members.remove(*key)).and_then(as_text);
            Part::Reasoning { text: text.unwrap_or_default() }
        }
        "tool_call" | "tool_use" | "tool-call" | "function" | "function_call" => tool_call(Value::Object(members)),
        "tool_call_response" | "tool_result" | "tool-result" => tool_result(members),
        _ => Part::Other { value: Value::Object(members) },
    }
}

fn has_text(members: &Map<String, Value>) -> bool {
    ["content", "text"].iter().any(|key| members.get(*key).is_some_and(Value::is_string))
}

fn tool_result(mut members: Map<String, Value>) -> Part {
    let id =
        ["id", "tool_call_id", "tool_use_id", "toolCallId"].iter().find_map(|key| members.get(*key).and_then(label));
    let result = ["response", "result", "output", "content"].iter().find_map(|key| members.remove(*key));
    let result = match result.unwrap_or(Value::Null) {
        // The AI SDK wraps results with their type.
        Value::Object(mut wrapped)
            if wrapped.len() == 2 && wrapped.contains_key("type") && wrapped.contains_key("value") =>
        {
            wrapped.remove("value").unwrap_or(Value::Null)
        }
        other => tool_content(other),
    };
    Part::ToolResult { id, result }
}

/// A tool call from any of its shapes.
fn tool_call(value: Value) -> Part {
    let Value::Object(mut members) = value else { return Part::Other { value } };
    let id = ["id", "toolCallId", "call_id"].iter().find_map(|key| members.get(*key).and_then(label));
    if let Some(Value::Object(function)) = members.remove("function") {
        members.extend(function);
    }
    let name = ["name", "toolName"].iter().find_map(|key| members.get(*key).and_then(label)).unwrap_or_default();
    let given = ["arguments", "args", "input"].iter().find_map(|key| members.remove(*key));
    Part::ToolCall(ToolCall { id, name, arguments: arguments(given.unwrap_or(Value::Null)) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn genai_parts() {
        let messages = from_value(
            json!(
                "[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"Hi\"}]},{\"role\":\"assistant\",\"parts\":[{\"type\":\"tool_call\",\"id\":\"c\",\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}]},{\"role\":\"tool\",\"parts\":[{\"type\":\"tool_call_response\",\"id\":\"c\",\"response\":\"ok\"}]}]"
            ),
            &Role::User,
        );
        assert_eq!(messages[0], Message::text(Role::User, "Hi"));
        assert_eq!(messages[1].tool_calls().next().unwrap().arguments, json!({"a": 1}));
        assert_eq!((messages[2].tool_call_id(), messages[2].content().as_str()), (Some("c"), "ok"));
    }

    #[test]
    fn openai_choices_and_langchain_wrappers() {
        let choice = json!([{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"Hello"}}]);
        assert_eq!(finish_reason(&choice).as_deref(), Some("stop"));
        assert_eq!(from_value(choice, &Role::Assistant), [Message::text(Role::Assistant, "Hello")]);
        let wrapped = json!([[{"lc":1,"type":"constructor","kwargs":{"content":"Weather?","type":"human"}}]]);
        assert_eq!(from_value(wrapped, &Role::User), [Message::text(Role::User, "Weather?")]);
        let tool = json!({"role":"tool","tool_call_id":"c1","content":"42"});
        assert_eq!(from_value(tool, &Role::User)[0].tool_call_id(), Some("c1"));
    }

    #[test]
    fn what_is_unknown_is_kept() {
        let message = &from_value(json!({"role":"user","parts":[{"type":"blob","content":"AA=="}]}), &Role::User)[0];
        assert_eq!(message.parts, [Part::Other { value: json!({"type":"blob","content":"AA=="}) }]);
        assert_eq!(from_value(json!("[1, 2"), &Role::User), [Message::text(Role::User, "[1, 2")]);
    }
}

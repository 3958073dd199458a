//! A request in the one form of all requests that ask the same.

use serde_json::{Map, Value};

use super::canonical::parsed;
use crate::domain::canonical_json::canonical_json;

/// Fields that say how an answer comes and who asked, and never what is asked. They are no part of a replay: the delivery
/// is the replay's own, and nothing about the recorded user or the price class is told to a provider again.
const APART: [&str; 12] = [
    "model",
    "stream",
    "stream_options",
    "user",
    "metadata",
    "store",
    "service_tier",
    "n",
    "safety_identifier",
    "prompt_cache_key",
    "extra_headers",
    "timeout",
];
/// The names of the most output tokens.
const LIMITS: [&str; 3] = ["max_completion_tokens", "max_output_tokens", "max_tokens"];

/// The canonical text of a request body in the form of chat completions.
///
/// Members by name and numbers in one form, as in [`canonical_json`]. Besides: what is null or empty is left out; a
/// content that is one text is that text; arguments of tool calls are compared as JSON; a tool definition is the same with
/// its fields beside its type (Responses) and below `function` (chat completions); an output limit is the same by each of
/// its names; ids of tool calls are numbered as they come, since each answer has its own; fields that say how the answer
/// comes and who asked are left out.
pub fn canonical_request(body: &Value) -> String {
    let Value::Object(members) = body else { return canonical_json(body) };
    let mut canonical = Map::new();
    for (name, value) in members {
        if APART.contains(&name.as_str()) || is_nothing(value) {
            continue;
        }
        let name = if LIMITS.contains(&name.as_str()) { "max_tokens" } else { name };
        let value = match name {
            "messages" => messages(value),
            "tools" => list(value, tool),
            "tool_choice" => tool_choice(value),
            _ => value.clone(),
        };
        canonical.insert(name.to_owned(), value);
    }
    canonical_json(&Value::Object(canonical))
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

fn list(value: &Value, each: impl Fn(&Value) -> Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.iter().map(each).collect()),
        other => other.clone(),
    }
}

/// Numbers of tool calls by their ids.
#[derive(Default)]
struct CallNumbers(Vec<String>);

impl CallNumbers {
    fn of(&mut self, id: &Value) -> Value {
        let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        let known = self.0.iter().rposition(|known| *known == id);
        let place = known.unwrap_or_else(|| {
            self.0.push(id);
            self.0.len() - 1
        });
        Value::from(place + 1)
    }
}

fn messages(value: &Value) -> Value {
    let numbers = std::cell::RefCell::new(CallNumbers::default());
    list(value, |one| message(one, &mut numbers.borrow_mut()))
}

fn message(message: &Value, numbers: &mut CallNumbers) -> Value {
    let Value::Object(members) = message else { return message.clone() };
    let mut canonical = Map::new();
    for (name, value) in members {
        let value = match name.as_str() {
            "content" => content(value),
            "tool_calls" => {
                Value::Array(value.as_array().into_iter().flatten().map(|call| tool_call(call, numbers)).collect())
            }
            "tool_call_id" => numbers.of(value),
            _ => value.clone(),
        };
        // Nothing said is said in three ways: no content, null, and the empty text.
        if !is_nothing(&value) && value.as_str() != Some("") {
            canonical.insert(name.clone(), value);
        }
    }
    Value::Object(canonical)
}

fn content(value: &Value) -> Value {
    match value.as_array().map(Vec::as_slice) {
        Some([only]) if only.get("type").and_then(Value::as_str) == Some("text") => {
            only.get("text").cloned().unwrap_or_default()
        }
        _ => value.clone(),
    }
}

fn tool_call(call: &Value, numbers: &mut CallNumbers) -> Value {
    let mut call = call.clone();
    if let Some(Value::Object(members)) = call.as_object_mut().and_then(|call| call.get_mut("function")) {
        let arguments = parsed(members.get("arguments").unwrap_or(&Value::Null));
        members.insert("arguments".to_owned(), arguments);
    }
    if let Some(members) = call.as_object_mut() {
        members.remove("index");
        if let Some(id) = members.get_mut("id") {
            *id = numbers.of(id);
        }
    }
    call
}

fn tool(tool: &Value) -> Value {
    let Value::Object(members) = tool else { return tool.clone() };
    if members.contains_key("function") {
        return tool.clone();
    }
    let mut function = members.clone();
    let kind = function.remove("type").unwrap_or_else(|| "function".into());
    serde_json::json!({"type": kind, "function": function})
}

fn tool_choice(choice: &Value) -> Value {
    match choice.as_str() {
        Some("any") => "required".into(),
        _ => choice.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_asks_the_same_is_the_same() {
        let one = json!({
            "model": "a", "stream": true, "temperature": 1.0, "max_tokens": 90, "user": "u", "tools": [],
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "Hi"}]},
                {"role": "assistant", "content": null, "tool_calls": [
                    {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{\"b\": 1, \"a\": 2.0}"}}]},
            ],
        });
        let other = json!({
            "messages": [
                {"content": "Hi", "role": "user"},
                {"role": "assistant", "tool_calls": [
                    {"index": 0, "type": "function", "id": "c", "function": {"arguments": "{\"a\":2,\"b\":1}", "name": "f"}}]},
            ],
            "model": "b", "max_completion_tokens": 90, "temperature": 1,
        });
        assert_eq!(canonical_request(&one), canonical_request(&other));
    }

    #[test]
    fn what_asks_for_something_else_is_not() {
        let request = |content: &str, limit: u32| json!({"messages": [{"role": "user", "content": content}], "max_tokens": limit});
        assert_ne!(canonical_request(&request("Hi", 1)), canonical_request(&request("Hi ", 1)));
        assert_ne!(canonical_request(&request("Hi", 1)), canonical_request(&request("Hi", 2)));
    }
}

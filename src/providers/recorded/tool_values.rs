//! Arguments and results of tools, for APIs that take one form of them only.

use serde_json::{Value, json};

/// The arguments of a call as a JSON object, for APIs that take nothing else.
pub fn object_arguments(arguments: &Value, tool: &str, dropped: &mut Vec<String>) -> Value {
    if arguments.is_object() {
        return arguments.clone();
    }
    dropped.push(format!("the form of the arguments of a call of {tool} (no JSON object)"));
    json!({"arguments": arguments})
}

/// A result as text: itself where it is one, else as JSON.
pub fn result_text(result: &Value) -> String {
    result.as_str().map_or_else(|| result.to_string(), str::to_owned)
}

//! Tool calls by their content: one text for all ways to write the same arguments.

use serde_json::{Map, Value};

use crate::domain::canonical_json::canonical_json;

/// A tool call by its content: the tool's name and the canonical text of its arguments.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallKey {
    /// The tool's name, as asked for.
    pub name: String,
    /// The arguments in their canonical form.
    pub arguments: String,
}

impl CallKey {
    /// The key of a call. Arguments that are the text of a JSON object count as that object; none at all as `{}`.
    pub fn of(name: &str, arguments: &Value) -> Self {
        Self { name: name.to_owned(), arguments: canonical_json(&parsed(arguments)) }
    }
}

/// Arguments as a value: a text that is a JSON object or list is read, and nothing is the empty object.
pub(super) fn parsed(arguments: &Value) -> Value {
    let text = match arguments {
        Value::Null => "",
        Value::String(text) => text.trim(),
        other => return other.clone(),
    };
    if text.is_empty() {
        return Value::Object(Map::new());
    }
    match serde_json::from_str::<Value>(text) {
        Ok(read @ (Value::Object(_) | Value::Array(_))) => read,
        _ => Value::String(text.to_owned()),
    }
}

/// Whether what a tool's span says it was called with is what a model asked for.
///
/// Recorders write the same arguments in three ways: as they are; the bare value of the only argument (LangChain); and as
/// a Python call, `{"args": […], "kwargs": {…}}` (OpenLLMetry).
pub(super) fn stands_for(executed: &Value, asked: &Value) -> bool {
    let (executed, asked) = (parsed(executed), parsed(asked));
    if canonical_json(&executed) == canonical_json(&asked) {
        return true;
    }
    let Value::Object(members) = &asked else { return false };
    match &executed {
        Value::String(text) => only_text(members) == Some(text.trim()),
        Value::Object(call) => python_call(call, members),
        _ => false,
    }
}

/// The text of the only member, where there is one member and it is a text.
pub(super) fn only_text(members: &Map<String, Value>) -> Option<&str> {
    let (_, value) = members.iter().next().filter(|_| members.len() == 1)?;
    value.as_str().map(str::trim)
}

fn python_call(call: &Map<String, Value>, asked: &Map<String, Value>) -> bool {
    let (Some(Value::Array(args)), Some(Value::Object(kwargs))) = (call.get("args"), call.get("kwargs")) else {
        return false;
    };
    if call.len() != 2 || args.len() + kwargs.len() != asked.len() {
        return false;
    }
    let same = |one: &Value, other: &Value| canonical_json(one) == canonical_json(other);
    let named = kwargs.iter().all(|(name, value)| asked.get(name).is_some_and(|wanted| same(value, wanted)));
    let rest = asked.iter().filter(|(name, _)| !kwargs.contains_key(*name)).map(|(_, value)| value);
    named && args.iter().zip(rest).all(|(value, wanted)| same(value, wanted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn key(arguments: &str) -> String {
        CallKey::of("t", &Value::String(arguments.into())).arguments
    }

    #[test]
    fn order_numbers_and_white_space_do_not_matter_but_texts_do() {
        let one = key("{ \"b\": 1.0, \"a\": [1e2, -0.0, null],\n\t\"c\": {\"y\": \"x  y\", \"x\": true} }");
        assert_eq!(one, "{\"a\":[100,0,null],\"b\":1,\"c\":{\"x\":true,\"y\":\"x  y\"}}");
        assert_eq!(
            one,
            CallKey::of("t", &json!({"c": {"x": true, "y": "x  y"}, "a": [100, 0, null], "b": 1})).arguments
        );
        assert_ne!(key("{\"a\":\"x  y\"}"), key("{\"a\":\"x y\"}"));
        assert_ne!(key("{\"a\":\"1\"}"), key("{\"a\":1}"));
        assert_ne!(key("{\"a\":null}"), key("{}"));
        assert_ne!(key("{\"a\":9007199254740993}"), key("{\"a\":9007199254740992}"));
    }

    #[test]
    fn no_arguments_are_the_empty_object() {
        assert_eq!(CallKey::of("t", &Value::Null), CallKey::of("t", &json!({})));
        assert_eq!(key("  "), "{}");
        assert_eq!(key("A-1006"), "\"A-1006\"");
    }

    #[test]
    fn the_forms_of_recorders_stand_for_what_was_asked() {
        let asked = json!({"order_id": "A-1", "percent": 50});
        assert!(stands_for(&json!({"percent": 50.0, "order_id": "A-1"}), &asked));
        assert!(stands_for(&json!({"args": ["A-1"], "kwargs": {"percent": 50}}), &asked));
        assert!(stands_for(&json!({"args": ["A-1", 50], "kwargs": {}}), &asked));
        assert!(stands_for(&json!("A-1"), &json!({"order_id": "A-1"})));
        assert!(!stands_for(&json!("A-1"), &asked));
        assert!(!stands_for(&json!({"args": [50, "A-1"], "kwargs": {}}), &asked));
        assert!(!stands_for(&json!({"args": ["A-1"], "kwargs": {}}), &asked));
        assert!(!stands_for(&json!("A-2"), &json!({"order_id": "A-1"})));
    }
}

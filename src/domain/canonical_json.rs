//! One text for all ways to write the same JSON.

use serde_json::{Map, Number, Value};

/// Whole numbers up to this size are the same as floating-point numbers: 2^53.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// JSON with the keys of objects in order and numbers written one way: `1.0` is `1`. Lists stay as they are.
///
/// As RFC 8785 has it but for the order of keys beyond ASCII, which here is that of their bytes.
pub fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut pairs: Vec<(&String, &Value)> = object.iter().collect();
            pairs.sort_unstable_by_key(|(key, _)| *key);
            Value::Object(pairs.into_iter().map(|(key, value)| (key.clone(), canonical(value))).collect::<Map<_, _>>())
        }
        Value::Array(list) => Value::Array(list.iter().map(canonical).collect()),
        Value::Number(number) => Value::Number(whole(number)),
        Value::Null | Value::Bool(_) | Value::String(_) => value.clone(),
    }
}

fn whole(number: &Number) -> Number {
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() <= WHOLE => Number::from(float as i64),
        _ => number.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn order_and_notation_make_no_difference() {
        let one: Value = serde_json::from_str(r#"{"b": [1.0, {"z": null, "a": -0.0}], "a": 0.5}"#).unwrap();
        assert_eq!(canonical(&one).to_string(), r#"{"a":0.5,"b":[1,{"a":0,"z":null}]}"#);
        let large = json!({"n": 1e300, "u": u64::MAX});
        assert_eq!(canonical(&large), large);
        assert_ne!(canonical(&json!([1, 2])), canonical(&json!([2, 1])));
    }
}

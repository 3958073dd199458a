//! One text for all ways to write the same JSON.

use serde_json::{Number, Value};

/// Above this a whole number in floating point may stand for several whole numbers: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The one text of all JSON texts that mean the same: what cache keys are made of, and what calls of tools are matched by.
///
/// Like RFC 8785 (JSON Canonicalization Scheme): members in the order of their names, no white space between tokens, and one
/// notation of a number (`1`, `1.0` and `1e0` are `1`, minus nought is `0`). Texts stay as they are, white space in them too,
/// and lists keep their order. It differs from the RFC in two points: names are in the order of their UTF-8 bytes, which is
/// another than that of UTF-16 units beyond U+FFFF only; and numbers that are no whole number up to 2^53 are written as
/// `serde_json` writes them, whole ones beyond it with all their digits, so that neighbours stay apart.
pub fn canonical_json(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
            sorted.sort_unstable_by_key(|(name, _)| *name);
            text.push('{');
            for (place, (name, member)) in sorted.into_iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                write(member, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        Value::Number(number) => text.push_str(&canonical_number(number)),
        Value::Null | Value::Bool(_) | Value::String(_) => text.push_str(&value.to_string()),
    }
}

fn canonical_number(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() <= EXACT => {
            // Minus nought is nought.
            format!("{:.0}", if float == 0.0 { 0.0 } else { float })
        }
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn order_and_notation_make_no_difference() {
        let one: Value = serde_json::from_str(r#"{"b": [1.0, {"z": null, "a": -0.0}], "a": 0.5}"#).unwrap();
        assert_eq!(canonical_json(&one), r#"{"a":0.5,"b":[1,{"a":0,"z":null}]}"#);
        assert_ne!(canonical_json(&json!([1, 2])), canonical_json(&json!([2, 1])));
        assert_ne!(canonical_json(&json!("a  b")), canonical_json(&json!("a b")));
    }

    #[test]
    fn numbers_are_the_same_only_where_they_are() {
        let written = json!([1e2, -3.0, 9_007_199_254_740_992.0, 1e300, 0.1, u64::MAX, 9_007_199_254_740_993_u64]);
        let text = "[100,-3,9007199254740992,1e+300,0.1,18446744073709551615,9007199254740993]";
        assert_eq!(canonical_json(&written), text);
    }

    #[test]
    fn texts_and_names_are_escaped_as_json_has_it() {
        let odd = json!({"\u{7}\"": "ä\n\u{1}/", "Z": {}, "a": []});
        assert_eq!(canonical_json(&odd), "{\"\\u0007\\\"\":\"ä\\n\\u0001/\",\"Z\":{},\"a\":[]}");
        assert_eq!(serde_json::from_str::<Value>(&canonical_json(&odd)).unwrap(), odd);
    }
}

//! YAML that people read: block scalars for long texts, quotes where needed, and proof that it reads back the same.

use serde_json::{Map, Value};
use serde_saphyr::{SerializerOptions, ser_options};

/// Writes a mapping; empty where it has no keys.
pub(super) fn write(map: &Map<String, Value>) -> Result<String, String> {
    if map.is_empty() {
        return Ok(String::new());
    }
    let plain = ser_options! { folded_wrap_chars: 100_000, compact_list_indent: false };
    let quoted = ser_options! { quote_all: true, prefer_block_scalars: false };
    for options in [plain, quoted] {
        if let Some(text) = written(map, options) {
            return Ok(text);
        }
    }
    Err("a value cannot be written as YAML so that it reads back the same".to_owned())
}

fn written(map: &Map<String, Value>, options: SerializerOptions) -> Option<String> {
    let text = serde_saphyr::to_string_with_options(map, options).ok()?;
    let text = text.trim_end_matches(['\n', ' ']).to_owned() + "\n";
    let same = serde_saphyr::from_str::<Map<String, Value>>(&text).is_ok_and(|read| read == *map);
    // A line of three dashes within a text would end the front matter around it.
    (same && !text.lines().any(|line| line.trim_end() == "---")).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn long_texts_are_block_scalars() {
        let map = json!({"name": "a", "messages": [{"role": "user", "content": "One.\nTwo: {{x}}\n  three"}], "on": "yes", "none": null});
        let text = write(map.as_object().unwrap()).unwrap();
        assert_eq!(
            text,
            "name: a\nmessages:\n  - role: user\n    content: |-\n      One.\n      Two: {{x}}\n        three\n\"on\": \"yes\"\nnone: null\n"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn any_text_reads_back(key in "\\PC{0,12}", value in "[ -~\n\t\r:#\\-{}\"'|>é\u{85}\u{2028}\u{feff}\u{1}]{0,40}") {
            let map = Map::from_iter([(key, Value::from(value.clone())), ("list".to_owned(), json!([value, {"a": [1, true, null, 0.5]}]))]);
            let text = write(&map).unwrap();
            prop_assert_eq!(serde_saphyr::from_str::<Map<String, Value>>(&text).unwrap(), map);
        }
    }
}

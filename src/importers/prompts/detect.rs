//! Which format a file has, told by its name and content.

use serde_json::Value;

use crate::domain::prompt_exchange::Origin;

/// The format; `None` where nothing shows it.
pub fn detect(file_name: &str, text: &str) -> Option<Origin> {
    let name = file_name.to_ascii_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if ends(&[".prompt.yml", ".prompt.yaml"]) {
        return Some(Origin::GithubModels);
    }
    if ends(&[".prompty"]) {
        return Some(Origin::Prompty);
    }
    if ends(&[".prompt"]) {
        return Some(Origin::Dotprompt);
    }
    if name.starts_with("promptfooconfig.") || ends(&[".jsonl", ".csv", ".j2", ".txt", ".md"]) {
        return Some(Origin::Promptfoo);
    }
    if text.trim_start().starts_with("---") && ends(&["-"]) {
        return None;
    }
    by_value(&structured(&name, text)?)
}

fn structured(name: &str, text: &str) -> Option<Value> {
    if let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    let yaml = name == "-" || [".yaml", ".yml"].iter().any(|ending| name.ends_with(ending));
    yaml.then(|| serde_saphyr::from_str(text).ok()).flatten()
}

fn by_value(value: &Value) -> Option<Origin> {
    let has = |value: &Value, key: &str| value.get(key).is_some();
    if let Value::Array(list) = value {
        let first = list.first()?;
        return if has(first, "role") && has(first, "content") { Some(Origin::Promptfoo) } else { by_value(first) };
    }
    let lc = |value: &Value| has(value, "lc") && has(value, "id") && has(value, "kwargs");
    if lc(value) || (has(value, "manifest") && (has(value, "commit_hash") || lc(&value["manifest"]))) {
        return Some(Origin::LangChain);
    }
    let of_langfuse = |value: &Value| has(value, "prompt") && (has(value, "labels") || has(value, "version"));
    let page = |value: &Value| value.get("data").and_then(Value::as_array).is_some() && has(value, "meta");
    if page(value)
        || of_langfuse(value)
        || (matches!(value["type"].as_str(), Some("text" | "chat")) && has(value, "prompt"))
    {
        return Some(Origin::Langfuse);
    }
    if has(value, "prompts") {
        return Some(Origin::Promptfoo);
    }
    if has(value, "messages") {
        return Some(Origin::GithubModels);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_told_by_name_and_content() {
        let cases: [(&str, &str, Option<Origin>); 11] = [
            ("a.prompt.yml", "", Some(Origin::GithubModels)),
            ("a.prompty", "", Some(Origin::Prompty)),
            ("a.prompt", "", Some(Origin::Dotprompt)),
            ("promptfooconfig.yaml", "", Some(Origin::Promptfoo)),
            ("x.json", r#"{"lc": 1, "id": ["a", "ChatPromptTemplate"], "kwargs": {}}"#, Some(Origin::LangChain)),
            ("x.json", r#"{"commit_hash": "a", "manifest": {}}"#, Some(Origin::LangChain)),
            ("-", r#"[{"type": "text", "name": "a", "prompt": "b", "version": 1}]"#, Some(Origin::Langfuse)),
            ("x.json", r#"{"data": [], "meta": {"page": 1}}"#, Some(Origin::Langfuse)),
            ("x.json", r#"[{"role": "user", "content": "x"}]"#, Some(Origin::Promptfoo)),
            ("x.yaml", "prompts: [a]\nproviders: [b]\n", Some(Origin::Promptfoo)),
            ("x.json", "{}", None),
        ];
        for (name, text, origin) in cases {
            assert_eq!(detect(name, text), origin, "{name} {text}");
        }
    }
}

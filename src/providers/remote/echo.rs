//! A provider's words without what they repeat of the request: errors and logs carry no prompts.

use memchr::memmem;
use serde_json::Value;

use super::super::replaced::replaced;

/// The shortest run of words that counts as repeated, in bytes, where it is a part of a longer text of the request.
const RUN: usize = 40;
/// The shortest text of the request that counts as repeated where it is there whole, in bytes.
const WHOLE: usize = 12;
/// What stands in the place of what was repeated.
const MARK: &str = "[request]";

/// The words with every longer piece of the request in them replaced. Names without a space (models, parameters, tools) stay:
/// they say what is wrong.
pub fn without_request(words: &str, request: &[u8]) -> String {
    if words.len() < WHOLE {
        return words.to_owned();
    }
    let body: Value = serde_json::from_slice(request).unwrap_or_default();
    let mut texts = Vec::new();
    collect(&body, &mut texts);
    let spoken = texts.join("\n");
    let mut clean = without_runs(words, &[spoken.as_bytes(), request]);
    for text in texts.iter().filter(|text| text.len() <= words.len()) {
        clean = clean.replace(text.as_str(), MARK);
    }
    clean
}

/// The texts in which something is said.
fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            let text = text.trim();
            if text.len() >= WHOLE && text.contains(char::is_whitespace) {
                texts.push(text.to_owned());
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(members) => members.values().for_each(|member| collect(member, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn without_runs(words: &str, sources: &[&[u8]]) -> String {
    replaced(words, MARK, |rest| {
        let is_repeated = |length: usize| {
            rest.get(..length)
                .is_some_and(|run| sources.iter().any(|source| memmem::find(source, run.as_bytes()).is_some()))
        };
        let ends: Vec<usize> = rest.char_indices().map(|(at, c)| at + c.len_utf8()).filter(|end| *end >= RUN).collect();
        let begins = ends.first().is_some_and(|end| is_repeated(*end));
        // What is repeated up to an end is repeated up to every earlier one.
        let last = if begins { ends.partition_point(|end| is_repeated(*end)).checked_sub(1) } else { None };
        last.and_then(|last| ends.get(last)).copied()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_was_said_is_not_said_again() {
        let question = "Why does \"Größe 漢字\" come back as question marks in the export of last week?\nPlease look.";
        let body = json!({"model": "claude-sonnet-4-5-20250929", "messages": [
            {"role": "user", "content": [{"type": "text", "text": question}]}, {"role": "user", "content": "My PIN is 4711"}]});
        let body = body.to_string();
        let without = |words: &str| without_request(words, body.as_bytes());
        assert_eq!(without(&format!("bad text: {question}")), "bad text: [request]");
        assert_eq!(without("bad text: My PIN is 4711!"), "bad text: [request]!");
        let part: String = question.chars().skip(20).take(50).collect();
        assert_eq!(without(&format!("near `{part}` there is an error")), "near `[request]` there is an error");
        assert_eq!(without(&format!("got {body}")), "got [request]");
        let plain = "no model claude-sonnet-4-5-20250929 for role user";
        assert_eq!(without(plain), plain);
    }
}

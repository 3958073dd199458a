//! Model parameters: their common names, and what each format calls them.

use serde_json::{Map, Value};

use super::loss::Losses;

/// A format's words for parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// Camel case, as Gemini's plugin for Genkit has them: Dotprompt.
    Genkit,
    /// Camel case of Prompty's second version.
    Prompty,
    /// The three that GitHub Models knows.
    GithubModels,
}

/// Common name, then every other name of it.
const NAMES: [(&str, &[&str]); 10] = [
    ("temperature", &[]),
    ("top_p", &["topP"]),
    ("top_k", &["topK"]),
    (
        "max_tokens",
        &["maxOutputTokens", "maxTokens", "max_output_tokens", "max_completion_tokens", "max_tokens_to_sample"],
    ),
    ("stop", &["stopSequences", "stop_sequences"]),
    ("seed", &["random_seed"]),
    ("frequency_penalty", &["frequencyPenalty"]),
    ("presence_penalty", &["presencePenalty"]),
    ("reasoning_effort", &["reasoningEffort"]),
    ("parallel_tool_calls", &["allowMultipleToolCalls"]),
];

/// The parameters under their common names; unknown ones keep theirs.
pub fn to_common(parameters: &Map<String, Value>) -> Map<String, Value> {
    let mut common = Map::new();
    for (name, value) in parameters {
        let known = NAMES.iter().find(|(known, others)| known == name || others.contains(&name.as_str()));
        common.insert(known.map_or_else(|| name.clone(), |(known, _)| (*known).to_owned()), value.clone());
    }
    common
}

/// Whether a name is a model parameter by any of its names.
pub fn is_known(name: &str) -> bool {
    NAMES.iter().any(|(known, others)| *known == name || others.contains(&name))
}

/// Whether a field may hold a secret.
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace(['-', '_'], "");
    ["apikey", "secret", "password", "authorization", "credential", "privatekey", "accesstoken", "bearer"]
        .iter()
        .any(|word| name.contains(word))
        || matches!(name.as_str(), "token" | "key" | "headers")
}

/// The parameters in a format's words; what it does not know is noted, and where `ext` can hold it, kept there.
pub fn in_words(common: &Map<String, Value>, words: Words, losses: &mut Losses) -> Map<String, Value> {
    let mut own = Map::new();
    let mut others = Map::new();
    for (name, value) in common {
        let word = match (words, name.as_str()) {
            (_, "temperature") => "temperature",
            (_, "top_p") => "topP",
            (Words::GithubModels, "max_tokens") => "maxTokens",
            (Words::GithubModels, name) => {
                losses.note_at(
                    format!("parameter {name}"),
                    format!("GitHub Models has no place for the parameter `{name}`"),
                    "set it where the model is called",
                );
                continue;
            }
            (_, "top_k") => "topK",
            (_, "max_tokens") => "maxOutputTokens",
            (_, "stop") => "stopSequences",
            (_, "seed") => "seed",
            (_, "frequency_penalty") => "frequencyPenalty",
            (_, "presence_penalty") => "presencePenalty",
            (_, "reasoning_effort") => "reasoningEffort",
            (Words::Prompty, "parallel_tool_calls") => "allowMultipleToolCalls",
            (Words::Prompty, name) => {
                others.insert(name.to_owned(), value.clone());
                continue;
            }
            (Words::Genkit, name) => name,
        };
        let list = word == "stopSequences" && value.is_string();
        own.insert(word.to_owned(), if list { Value::Array(vec![value.clone()]) } else { value.clone() });
    }
    if !others.is_empty() {
        own.insert("additionalProperties".to_owned(), Value::Object(others));
    }
    own
}

/// Takes out whatever may be a secret, at any depth; references to the environment stay. Says which fields went.
pub fn without_secrets(value: &mut Value) -> Vec<String> {
    let mut gone = Vec::new();
    match value {
        Value::Object(map) => {
            let names: Vec<String> = map.keys().cloned().collect();
            for name in names {
                let Some(inner) = map.get_mut(&name) else { continue };
                let secret = is_secret(&name) && !inner.is_boolean() && !inner.is_number() && !inner.is_null();
                let reference = inner.as_str().is_some_and(is_reference);
                if secret && !reference {
                    map.shift_remove(&name);
                    gone.push(name);
                } else {
                    gone.extend(without_secrets(inner));
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|inner| gone.extend(without_secrets(inner))),
        _ => {}
    }
    gone
}

/// Whether a text is a reference such as `${env:NAME}`, with no value after it.
fn is_reference(text: &str) -> bool {
    text.strip_prefix("${env:")
        .and_then(|rest| rest.strip_suffix('}'))
        .is_some_and(|name| !name.contains(':') || matches!(name.split_once(':'), Some((_, "" | "unset"))))
}

/// A field's value with the value after `${env:NAME:` taken out.
pub fn bare_reference(text: &str) -> Option<String> {
    let name = text.strip_prefix("${env:")?.strip_suffix('}')?;
    let name = name.split(':').next()?;
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    plain.then(|| format!("${{env:{name}}}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_of_parameters_are_translated() {
        let own = json!({"maxOutputTokens": 3, "topP": 0.5, "stopSequences": ["x"], "safety": 1});
        let common = to_common(own.as_object().unwrap());
        assert_eq!(Value::Object(common.clone()), json!({"max_tokens": 3, "top_p": 0.5, "stop": ["x"], "safety": 1}));
        assert_eq!(Value::Object(in_words(&common, Words::Genkit, &mut Losses::default())), own);
        let mut losses = Losses::default();
        let github = in_words(&common, Words::GithubModels, &mut losses);
        assert_eq!(Value::Object(github), json!({"maxTokens": 3, "topP": 0.5}));
        assert_eq!(losses.into_list().len(), 2);
    }

    #[test]
    fn secrets_go_and_references_stay() {
        let mut value = json!({"a": {"apiKey": "sk-1", "endpoint": "e"}, "b": [{"openai_api_key": "${env:K}", "api-key": "${env:K:sk-2}"}], "max_tokens": 3});
        assert_eq!(without_secrets(&mut value), ["apiKey", "api-key"]);
        assert_eq!(value, json!({"a": {"endpoint": "e"}, "b": [{"openai_api_key": "${env:K}"}], "max_tokens": 3}));
        assert_eq!(bare_reference("${env:K:sk-2}").as_deref(), Some("${env:K}"));
    }
}

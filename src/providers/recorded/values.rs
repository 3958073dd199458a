//! Values of parameters that every API writes in its own way.

use serde_json::Value;

/// Which tools the model may or must ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToolChoice {
    /// As it likes.
    Auto,
    /// None.
    None,
    /// At least one.
    Required,
    /// This one.
    Named(String),
}

impl ToolChoice {
    /// Whether the model must ask for a tool.
    pub const fn is_forced(&self) -> bool {
        matches!(self, Self::Required | Self::Named(_))
    }

    /// Reads OpenAI's, Anthropic's, Gemini's, Bedrock's, Cohere's and Mistral's forms.
    pub fn read(value: &Value) -> Option<Self> {
        let word = |word: &str| match word.to_ascii_lowercase().as_str() {
            "auto" => Some(Self::Auto),
            "none" => Some(Self::None),
            "any" | "required" => Some(Self::Required),
            _ => None,
        };
        let Value::Object(choice) = value else { return word(value.as_str()?) };
        if let Some(inner) = choice.get("toolChoice") {
            return Self::read(inner);
        }
        if let Some(config) = choice.get("functionCallingConfig").or_else(|| choice.get("function_calling_config")) {
            let allowed = config.get("allowedFunctionNames").or_else(|| config.get("allowed_function_names"));
            let only =
                allowed.and_then(Value::as_array).filter(|names| names.len() == 1).and_then(|names| names[0].as_str());
            return match only {
                Some(name) => Some(Self::Named(name.to_owned())),
                None => word(config.get("mode")?.as_str()?),
            };
        }
        for kind in ["auto", "any"] {
            if choice.contains_key(kind) {
                return word(kind);
            }
        }
        let name = [choice.get("name"), value.pointer("/function/name"), value.pointer("/tool/name")];
        let name = name.into_iter().flatten().find_map(Value::as_str);
        match (choice.get("type").and_then(Value::as_str), name) {
            (Some("tool" | "function") | None, Some(name)) => Some(Self::Named(name.to_owned())),
            (Some(kind), _) => word(kind),
            (None, None) => None,
        }
    }
}

/// The form that the answer has to have.
#[derive(Clone, Debug, PartialEq)]
pub enum Format {
    /// Text.
    Text,
    /// Some JSON.
    Json,
    /// JSON that fits a schema.
    Schema {
        /// The schema's name; `answer` where none was recorded.
        name: String,
        /// The schema.
        schema: Value,
        /// Whether it must fit exactly, where that was recorded.
        strict: Option<bool>,
    },
}

impl Format {
    /// Reads the forms of chat completions, Responses, Anthropic, Cohere and Bedrock.
    pub fn read(value: &Value) -> Option<Self> {
        let inner = value.get("json_schema").or_else(|| value.get("textFormat")).unwrap_or(value);
        match value.get("type").and_then(Value::as_str)? {
            "text" => Some(Self::Text),
            "json_object" => match value.get("schema").or_else(|| value.get("json_schema")) {
                Some(schema) => Some(Self::schema(schema.clone())),
                None => Some(Self::Json),
            },
            "json_schema" => {
                let schema = inner.get("schema").unwrap_or(inner);
                let schema = match schema {
                    Value::String(text) => serde_json::from_str(text).ok()?,
                    other => other.clone(),
                };
                let name = inner.get("name").and_then(Value::as_str).unwrap_or("answer").to_owned();
                Some(Self::Schema { name, schema, strict: inner.get("strict").and_then(Value::as_bool) })
            }
            _ => None,
        }
    }

    /// A schema without a name.
    pub fn schema(schema: Value) -> Self {
        Self::Schema { name: "answer".to_owned(), schema, strict: None }
    }
}

/// How much the model is to think before it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reasoning {
    /// Not at all.
    Off,
    /// As much as it finds fit.
    Adaptive,
    /// An effort, in the provider's word: `low`, `medium`, `high` and others.
    Effort(String),
    /// At most so many tokens.
    Budget(u64),
}

impl Reasoning {
    /// Reads `reasoning_effort`, `reasoning: {effort}`, `thinking: {type, budget_tokens}`, `thinkingConfig` and `think`.
    pub fn read(value: &Value) -> Option<Self> {
        let level = |level: &str| match level.to_ascii_lowercase().as_str() {
            "none" | "disabled" | "off" => Self::Off,
            "adaptive" | "dynamic" => Self::Adaptive,
            _ => Self::Effort(level.to_ascii_lowercase()),
        };
        match value {
            Value::Bool(true) => Some(Self::Adaptive),
            Value::Bool(false) => Some(Self::Off),
            Value::String(text) => Some(level(text)),
            Value::Object(map) => {
                let budget = ["budget_tokens", "token_budget", "thinkingBudget", "thinking_budget", "max_tokens"]
                    .iter()
                    .find_map(|name| map.get(*name).and_then(Value::as_i64));
                let effort = ["effort", "thinkingLevel", "thinking_level"].iter().find_map(|name| map.get(*name));
                let kind = map.get("type").and_then(Value::as_str);
                match (kind, budget, effort.and_then(Value::as_str)) {
                    (Some("disabled"), ..) | (_, Some(0), _) => Some(Self::Off),
                    (_, Some(-1), _) | (Some("enabled" | "adaptive"), None, None) => Some(Self::Adaptive),
                    (_, Some(budget), _) => Some(Self::Budget(u64::try_from(budget).ok()?)),
                    (_, None, Some(effort)) => Some(level(effort)),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tool_choices_of_every_api() {
        let named = || Some(ToolChoice::Named("f".into()));
        for form in [
            json!({"type": "function", "function": {"name": "f"}}),
            json!({"type": "function", "name": "f"}),
            json!({"type": "tool", "name": "f"}),
            json!({"tool": {"name": "f"}}),
            json!({"tools": [], "toolChoice": {"tool": {"name": "f"}}}),
            json!({"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]}}),
        ] {
            assert_eq!(ToolChoice::read(&form), named(), "{form}");
        }
        for form in [json!("required"), json!("any"), json!("REQUIRED"), json!({"type": "any"}), json!({"any": {}})] {
            assert_eq!(ToolChoice::read(&form), Some(ToolChoice::Required), "{form}");
        }
        assert_eq!(ToolChoice::read(&json!({"type": "none"})), Some(ToolChoice::None));
        assert_eq!(ToolChoice::read(&json!({"type": "allowed_tools"})), None);
    }

    #[test]
    fn formats_of_every_api() {
        let schema = json!({"type": "object"});
        for form in [
            json!({"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}),
            json!({"type": "json_schema", "name": "answer", "schema": schema}),
            json!({"type": "json_schema", "schema": schema.to_string()}),
            json!({"type": "json_object", "schema": schema}),
        ] {
            assert_eq!(Format::read(&form), Some(Format::schema(schema.clone())), "{form}");
        }
        assert_eq!(Format::read(&json!({"type": "json_object"})), Some(Format::Json));
    }

    #[test]
    fn reasoning_of_every_api() {
        assert_eq!(Reasoning::read(&json!("LOW")), Some(Reasoning::Effort("low".into())));
        assert_eq!(Reasoning::read(&json!({"effort": "none"})), Some(Reasoning::Off));
        assert_eq!(Reasoning::read(&json!({"type": "enabled", "budget_tokens": 2048})), Some(Reasoning::Budget(2048)));
        assert_eq!(Reasoning::read(&json!({"thinkingBudget": -1})), Some(Reasoning::Adaptive));
        assert_eq!(Reasoning::read(&json!({"thinkingBudget": 0})), Some(Reasoning::Off));
        assert_eq!(Reasoning::read(&json!(false)), Some(Reasoning::Off));
    }
}

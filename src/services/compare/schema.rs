//! The schema that an answer to a prompt has to fit.

use serde_json::Value;

use crate::domain::prompt::{Prompt, PromptFormat};

/// The JSON Schema of the answer; `None` where the prompt declares none. GitHub Models wraps it with a name.
pub(super) fn declared(prompt: &Prompt) -> Option<Value> {
    let schema = prompt.output.schema.as_ref()?;
    match prompt.format {
        PromptFormat::GithubModels => schema.get("schema").cloned(),
        PromptFormat::Dotprompt | PromptFormat::Prompty | PromptFormat::Text => Some(schema.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(format: PromptFormat, text: &str) -> Option<Value> {
        declared(&Prompt::parse("p", format, text).unwrap())
    }

    #[test]
    fn every_format_declares_the_schema_of_the_answer_itself() {
        let text = "---\noutput:\n  schema:\n    answer: string\n    source?: string\n---\nHi";
        let schema = of(PromptFormat::Dotprompt, text).unwrap();
        assert_eq!((&schema["type"], &schema["required"]), (&json!("object"), &json!(["answer"])));
        let text = "---\noutput:\n  schema:\n    type: object\n    required: [a]\n---\nHi";
        assert_eq!(of(PromptFormat::Dotprompt, text).unwrap()["required"], json!(["a"]));
        let text = "jsonSchema: '{\"name\": \"x\", \"schema\": {\"type\": \"array\"}}'\nmessages:\n  - role: user\n    content: Hi";
        assert_eq!(of(PromptFormat::GithubModels, text), Some(json!({"type": "array"})));
        let text = "---\nname: x\noutputs:\n  - name: city\n    kind: string\n    required: true\n---\nsystem:\nHi";
        assert_eq!(of(PromptFormat::Prompty, text).unwrap()["properties"]["city"], json!({"type": "string"}));
        assert_eq!(of(PromptFormat::Dotprompt, "Hi"), None);
    }
}

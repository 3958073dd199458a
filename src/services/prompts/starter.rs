//! What a new prompt's file begins with: it works as it is, and its comments say what can be changed.

use crate::domain::prompt::PromptFormat;

const DOTPROMPT: &str = r#"---
# A prompt in the Dotprompt format: this head in YAML, then a Handlebars template.
# model: openai/gpt-5-mini          # the model it is written for
# config:
#   temperature: 0.2
#   maxOutputTokens: 500
input:
  schema:
    question: string, what the user asked
    context?: string, the documents to answer from
---
{{role "system"}}
You answer questions for our customers.
Answer from the documents only. Where they do not hold the answer, say so.
{{#if context}}

<documents>
{{context}}
</documents>
{{/if}}
{{role "user"}}
{{question}}
"#;

const PROMPTY: &str = r"---
# A prompt in the Prompty format: this head in YAML, then a Jinja template.
name: NAME
# model:
#   id: gpt-5-mini                  # the model it is written for
#   options:
#     temperature: 0.2
#     maxOutputTokens: 500
inputs:
  - name: question
    kind: string
    required: true
  - name: context
    kind: string
    default: ''
---
system:
You answer questions for our customers.
Answer from the documents only. Where they do not hold the answer, say so.
{% if context %}

<documents>
{{context}}
</documents>
{% endif %}

user:
{{question}}
";

const GITHUB: &str = r"# A prompt in the format of GitHub Models: YAML, with variables in two braces.
name: NAME
description: Answers a question from documents
# model: openai/gpt-5-mini          # the model it is written for
# modelParameters:
#   temperature: 0.2
#   maxTokens: 500
messages:
  - role: system
    content: |
      You answer questions for our customers.
      Answer from the documents only. Where they do not hold the answer, say so.

      <documents>
      {{context}}
      </documents>
  - role: user
    content: '{{question}}'
";

const TEXT: &str = "Answer the question from the documents only. Where they do not hold the answer, say so.

<documents>
{{context}}
</documents>

{{question}}
";

/// The first text of a prompt.
pub(super) fn starter(name: &str, format: PromptFormat) -> String {
    match format {
        PromptFormat::Dotprompt => DOTPROMPT.to_owned(),
        // Quoted as JSON is, which YAML reads the same.
        PromptFormat::Prompty => PROMPTY.replace("NAME", &serde_json::Value::from(name).to_string()),
        PromptFormat::GithubModels => GITHUB.replace("NAME", &serde_json::Value::from(name).to_string()),
        PromptFormat::Text => TEXT.to_owned(),
    }
}

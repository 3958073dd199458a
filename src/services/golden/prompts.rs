//! Renders prompts for golden cases: as for any recorded call, and from question and chunks where the recording is gone.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::set::{Key, key};
use crate::domain::message::Message;
use crate::domain::prompt::{Inputs, Prompt, Purpose, VariableKind};
use crate::domain::run::{Case, PromptVersionRef};
use crate::services::prompts::{Prompts, Rendering};
use crate::services::replay::PromptRenderer;

/// Names of variables that the question is the value of.
const QUESTION: [&str; 7] = ["question", "query", "user_question", "user_query", "user_input", "input", "message"];

/// Names of variables that the chunks are the value of.
const CHUNKS: [&str; 8] = ["context", "contexts", "chunks", "documents", "docs", "passages", "snippets", "sources"];

/// The prompts of a workspace, for golden cases.
pub struct GoldenPrompts<'p> {
    prompts: &'p Prompts,
    rendering: Option<Rendering<'p>>,
    gone: HashSet<Key>,
}

impl<'p> GoldenPrompts<'p> {
    /// Prompts for cases of which those named have no recording.
    pub(super) const fn new(prompts: &'p Prompts, gone: HashSet<Key>) -> Self {
        Self { prompts, rendering: None, gone }
    }
}

impl PromptRenderer for GoldenPrompts<'_> {
    fn render(&self, case: &Case, prompt: &PromptVersionRef) -> Result<Vec<Message>, String> {
        if !self.gone.contains(&key(case)) {
            return match &self.rendering {
                Some(rendering) => rendering.render_for_case(case, prompt),
                None => self.prompts.render_for_case(case, prompt),
            };
        }
        let loaded = self.prompts.load(prompt).map_err(|error| error.to_string())?;
        let variables = values(&loaded.prompt, case);
        let missing = loaded.prompt.missing(&variables);
        if !missing.is_empty() {
            return Err(format!(
                "no value for {} of {prompt}: the case is not recorded in this workspace, and its line in golden.jsonl has \
                 no such field in `variables`",
                missing.join(", ")
            ));
        }
        self.prompts.render(prompt, &Inputs::of(variables)).map_err(|error| error.to_string())
    }

    fn content_hash(&self, prompt: &PromptVersionRef) -> Option<String> {
        self.prompts.content_hash(prompt)
    }

    fn for_many(&self) -> Option<Box<dyn PromptRenderer + '_>> {
        let rendering = Some(Rendering::new(self.prompts));
        Some(Box::new(GoldenPrompts { prompts: self.prompts, rendering, gone: self.gone.clone() }))
    }
}

/// The values of a prompt's variables for a case without recording: those that were kept with it; for a variable of the
/// usual names the question or the chunks.
fn values(prompt: &Prompt, case: &Case) -> Map<String, Value> {
    let mut values = case.prompt.variables.clone().unwrap_or_default();
    for variable in &prompt.variables {
        let name = variable.name.as_str();
        if values.contains_key(name) {
            continue;
        }
        let lower = name.to_lowercase();
        if QUESTION.contains(&lower.as_str()) {
            values.insert(name.to_owned(), case.question.as_str().into());
        } else if CHUNKS.contains(&lower.as_str()) {
            let entered = prompt.uses().iter().any(|used| used.name == name && used.purpose == Purpose::Entered);
            let is_list = variable.kind == VariableKind::Array || entered;
            values.insert(name.to_owned(), if is_list { as_list(case) } else { as_text(case) });
        }
    }
    values
}

/// The chunks one a line, each after its document's id or rank in brackets.
fn as_text(case: &Case) -> Value {
    let lines = case.chunks.iter().map(|chunk| {
        let rank = chunk.rank.to_string();
        format!("[{}] {}", chunk.document_id.as_deref().unwrap_or(&rank), chunk.content.as_deref().unwrap_or_default())
    });
    lines.collect::<Vec<_>>().join("\n").into()
}

/// The chunks as objects with the field names that templates usually ask for.
fn as_list(case: &Case) -> Value {
    let objects = case.chunks.iter().map(|chunk| {
        json!({
            "rank": chunk.rank,
            "id": chunk.document_id,
            "document_id": chunk.document_id,
            "content": chunk.content,
            "text": chunk.content,
        })
    });
    objects.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::chunk::{Chunk, ChunkRole};
    use crate::domain::prompt::PromptFormat;
    use crate::services::replay::testing::case;

    fn values_of(template: &str, kept: Option<Value>) -> Map<String, Value> {
        let prompt = Prompt::parse("p", PromptFormat::Dotprompt, template).unwrap();
        let mut case = case("t1");
        case.question = "How long?".to_owned();
        let chunk = |rank, id: Option<&str>, text: &str| Chunk {
            role: ChunkRole::Retrieved,
            rank,
            document_id: id.map(str::to_owned),
            score: None,
            content: Some(text.to_owned()),
            metadata: Map::new(),
        };
        case.chunks = vec![chunk(1, Some("d1"), "Five days."), chunk(2, None, "Or six.")];
        case.prompt.variables = kept.and_then(|kept| kept.as_object().cloned());
        values(&prompt, &case)
    }

    #[test]
    fn question_and_chunks_stand_in_for_variables_of_the_usual_names() {
        let text = values_of("{{context}} {{Question}} {{tone}}", None);
        assert_eq!(
            (&text["context"], &text["Question"]),
            (&json!("[d1] Five days.\n[2] Or six."), &json!("How long?"))
        );
        assert!(!text.contains_key("tone"), "nothing is made up for other names");
        let list = values_of("{{#each docs}}{{this.text}}{{/each}}", None);
        assert_eq!((&list["docs"][0]["text"], &list["docs"][1]["id"]), (&json!("Five days."), &Value::Null));
    }

    #[test]
    fn what_was_kept_with_the_case_goes_first() {
        let kept = values_of("{{context}} {{tone}}", Some(json!({"context": "as it was", "tone": "kind"})));
        assert_eq!((&kept["context"], &kept["tone"]), (&json!("as it was"), &json!("kind")));
    }
}

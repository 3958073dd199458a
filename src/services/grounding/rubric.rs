//! What a judge of grounding is asked: the workspace's own prompt, else the one that is compiled in.

use serde_json::{Map, Value};

use crate::domain::message::Message;
use crate::domain::prompt::{Inputs, Prompt, PromptFormat};
use crate::domain::run::{Case, PromptVersionRef};
use crate::error::AppError;
use crate::services::prompts::{Prompts, PromptsError};
use crate::services::replay::PromptRenderer;

/// The prompt's name: `prompts/grounding-judge.prompt`, or another format that prompts may have.
pub const RUBRIC_NAME: &str = "grounding-judge";

/// The prompt that is compiled in, as a file of its own would hold it.
pub const RUBRIC: &str = include_str!("grounding-judge.prompt");

/// The version that stands for the compiled-in prompt.
const COMPILED_IN: &str = "built-in";

/// The rubric of a judge.
#[derive(Clone, Debug)]
pub struct Rubric {
    /// The prompt and its version; `built-in` where the workspace has none of its own.
    pub reference: PromptVersionRef,
    text: String,
    prompt: Prompt,
}

impl Rubric {
    /// The workspace's own, as its file is now, else the compiled-in one.
    pub fn of(prompts: &Prompts) -> Result<Self, AppError> {
        match prompts.load(&Prompts::reference(RUBRIC_NAME)) {
            Ok(own) => {
                Ok(Self { reference: own.reference.clone(), text: own.text.clone(), prompt: own.prompt.clone() })
            }
            Err(PromptsError::NoPrompt { .. }) => Self::compiled_in(),
            Err(error) => Err(error.into()),
        }
    }

    fn compiled_in() -> Result<Self, AppError> {
        let prompt = Prompt::parse(RUBRIC_NAME, PromptFormat::Dotprompt, RUBRIC)
            .map_err(|error| AppError::internal(format!("the compiled-in rubric cannot be read: {error}")))?;
        let reference = PromptVersionRef { name: RUBRIC_NAME.to_owned(), version: COMPILED_IN.to_owned() };
        Ok(Self { reference, text: RUBRIC.to_owned(), prompt })
    }

    /// Whether it is the compiled-in one.
    pub fn is_compiled_in(&self) -> bool {
        self.reference.version == COMPILED_IN
    }

    /// The parameters that its file sets.
    pub(super) fn parameters(&self) -> &Map<String, Value> {
        &self.prompt.parameters
    }
}

/// Renders with the case's own variables; those of a case that is judged hold what is to be judged.
impl PromptRenderer for Rubric {
    fn render(&self, case: &Case, _prompt: &PromptVersionRef) -> Result<Vec<Message>, String> {
        let variables = case.prompt.variables.clone().unwrap_or_default();
        self.prompt.render(&Inputs::of(variables)).map_err(|error| format!("{}: {error}", self.reference))
    }

    fn content_hash(&self, _prompt: &PromptVersionRef) -> Option<String> {
        Some(blake3::hash(self.text.as_bytes()).to_hex().to_string())
    }
}

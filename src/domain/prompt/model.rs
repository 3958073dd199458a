//! A prompt as read from its file.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::error::PromptError;
use super::matching::{self, Match};
use super::{PromptFormat, dotprompt, github, plain, prompty};
use crate::domain::message::Message;

/// A variable of a prompt, declared in its front matter or used in its template.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// What the front matter says of it.
    pub description: Option<String>,
    /// Whether rendering fails without it.
    pub required: bool,
    /// Its value where none is given.
    pub default: Option<Value>,
    /// Whether the template uses it.
    pub used: bool,
}

/// A prompt as read from its file; everything in it came from outside.
#[derive(Clone, Debug, PartialEq)]
pub struct Prompt {
    /// Its path below `prompts/` without suffix.
    pub name: String,
    /// The file's format.
    pub format: PromptFormat,
    /// The version label in the file itself.
    pub version: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// The model it was written for, as the file names it.
    pub model: Option<String>,
    /// Model parameters, as the file names them.
    pub parameters: Map<String, Value>,
    /// Its variables: the declared ones, then the others in the order of use.
    pub variables: Vec<Variable>,
    /// The whole front matter, or the whole file where the format is YAML.
    pub front: Map<String, Value>,
    /// The template's text; for GitHub Models its messages, one after another.
    pub template: String,
    /// The template's first line in the file, from 1.
    pub template_line: u32,
}

/// What a prompt is rendered with.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// The variables' values. They are data: nothing in them is taken for a template or a role marker.
    pub variables: Map<String, Value>,
    /// Earlier messages of the conversation, for the history slot.
    pub history: Vec<Message>,
    /// Sources of partials by name.
    pub partials: BTreeMap<String, String>,
}

impl Inputs {
    /// Inputs of variables alone.
    pub fn of(variables: Map<String, Value>) -> Self {
        Self { variables, ..Self::default() }
    }
}

impl Prompt {
    /// Reads a prompt file.
    pub fn parse(name: &str, format: PromptFormat, text: &str) -> Result<Self, PromptError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        match format {
            PromptFormat::Dotprompt => dotprompt::parse(name, text),
            PromptFormat::Prompty => prompty::parse(name, text),
            PromptFormat::GithubModels => github::parse(name, text),
            PromptFormat::Text => Ok(plain::parse(name, text)),
        }
    }

    /// The required variables that `given` lacks.
    pub fn missing(&self, given: &Map<String, Value>) -> Vec<&str> {
        let lacks = |variable: &&Variable| variable.required && !given.contains_key(&variable.name);
        self.variables.iter().filter(lacks).map(|variable| variable.name.as_str()).collect()
    }

    /// Renders the messages; white space at the edges of each is dropped.
    pub fn render(&self, inputs: &Inputs) -> Result<Vec<Message>, PromptError> {
        let missing = self.missing(&inputs.variables);
        if !missing.is_empty() {
            let (noun, verb) = if missing.len() == 1 { ("variable", "has") } else { ("variables", "have") };
            return Err(PromptError::new(format!("the {noun} {} {verb} no value", missing.join(", "))));
        }
        let mut variables = Map::new();
        for variable in &self.variables {
            if let Some(default) = &variable.default {
                variables.insert(variable.name.clone(), default.clone());
            }
        }
        variables.extend(inputs.variables.clone());
        match self.format {
            PromptFormat::Dotprompt => dotprompt::render(self, &variables, inputs),
            PromptFormat::Prompty => prompty::render(self, &variables, inputs),
            PromptFormat::GithubModels => github::render(self, &variables, inputs),
            PromptFormat::Text => Ok(plain::render_text(self, &variables, inputs)),
        }
    }

    /// The values that the template's holes must have had to make these messages; `None` where it cannot have made them.
    pub fn match_messages(&self, messages: &[Message]) -> Option<Match> {
        let pattern = match self.format {
            PromptFormat::Dotprompt => dotprompt::pattern(self)?,
            PromptFormat::Prompty => prompty::pattern(self)?,
            PromptFormat::GithubModels => github::pattern(self),
            PromptFormat::Text => plain::pattern(self),
        };
        matching::find(&pattern, messages)
    }
}

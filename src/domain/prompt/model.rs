//! A prompt as read from its file.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::error::PromptError;
use super::uses::{Section, VariableUse};
use super::variable::{Variable, VariableKind};
use super::{PromptFormat, dotprompt, github, plain, prompty};
use crate::domain::message::Message;

/// What a prompt asks the model's answer to be.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Output {
    /// The format as the file names it: `json`, `text`, `json_schema`.
    pub format: Option<String>,
    /// The JSON Schema of the answer.
    pub schema: Option<Value>,
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
    /// What the answer is to be.
    pub output: Output,
    /// Names of the tools that it offers.
    pub tools: Vec<String>,
    /// Words that the file files it under.
    pub tags: Vec<String>,
    /// What else the file says of it: `metadata` of Prompty, keys with a point in Dotprompt (`ext` by namespace).
    pub metadata: Map<String, Value>,
    /// Names of the partials that its template puts in, each once; names that only rendering tells are not among them.
    pub partials: Vec<String>,
    /// The whole front matter, or the whole file where the format is YAML.
    pub front: Map<String, Value>,
    /// The template's text; for GitHub Models its messages, one after another.
    pub template: String,
    /// The template's first line in the file, from 1.
    pub template_line: u32,
    /// The template's first byte in the file; 0 for GitHub Models, whose messages stand in between.
    pub template_offset: usize,
    pub(super) uses: Vec<VariableUse>,
    pub(super) sections: Vec<Section>,
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
    /// What names with `@` mean in Dotprompt beside its own, by name: `state`, `auth`.
    pub context: Map<String, Value>,
}

impl Inputs {
    /// Inputs of variables alone.
    pub fn of(variables: Map<String, Value>) -> Self {
        Self { variables, ..Self::default() }
    }
}

impl Prompt {
    /// A prompt of which only name and format are known.
    pub(super) fn new(name: &str, format: PromptFormat) -> Self {
        Self {
            name: name.to_owned(),
            format,
            version: None,
            description: None,
            model: None,
            parameters: Map::new(),
            variables: Vec::new(),
            output: Output::default(),
            tools: Vec::new(),
            tags: Vec::new(),
            metadata: Map::new(),
            partials: Vec::new(),
            front: Map::new(),
            template: String::new(),
            template_line: 1,
            template_offset: 0,
            uses: Vec::new(),
            sections: Vec::new(),
        }
    }

    /// Reads a prompt file; a byte order mark before it is passed over.
    pub fn parse(name: &str, format: PromptFormat, file: &str) -> Result<Self, PromptError> {
        let text = file.strip_prefix('\u{feff}').unwrap_or(file);
        let mut prompt = match format {
            PromptFormat::Dotprompt => dotprompt::parse(name, text),
            PromptFormat::Prompty => prompty::parse(name, text),
            PromptFormat::GithubModels => github::parse(name, text),
            PromptFormat::Text => Ok(plain::parse(name, text)),
        }?;
        let mark = file.len() - text.len();
        if mark > 0 {
            prompt.template_offset += mark;
            let ranges = prompt.uses.iter_mut().map(|found| &mut found.range);
            for range in ranges.chain(prompt.sections.iter_mut().map(|section| &mut section.range)) {
                *range = range.start + mark..range.end + mark;
            }
        }
        Ok(prompt)
    }

    /// Whether rendering may put partials in.
    pub fn takes_partials(&self) -> bool {
        self.format == PromptFormat::Dotprompt && takes_partials(&self.template)
    }

    /// Every place at which the template uses a variable of the prompt, in the order of the file. Fields of a list's
    /// items are no variables, and what partials use is not among them.
    pub fn uses(&self) -> &[VariableUse] {
        &self.uses
    }

    /// The source of each message in the order of the file, empty ones left out. Where roles depend on the variables,
    /// these are the pieces between the marks: rendering may leave some out and repeat others.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// The required variables that `given` lacks.
    pub fn missing(&self, given: &Map<String, Value>) -> Vec<&str> {
        let lacks = |variable: &&Variable| variable.required && !given.contains_key(&variable.name);
        self.variables.iter().filter(lacks).map(|variable| variable.name.as_str()).collect()
    }

    /// Renders the messages as the format's own program does, to the character; a required variable without a value is
    /// an error. A value is data: where the program would take it for a template or a role, this does not.
    pub fn render(&self, inputs: &Inputs) -> Result<Vec<Message>, PromptError> {
        let missing = self.missing(&inputs.variables);
        if !missing.is_empty() {
            let (noun, verb) = if missing.len() == 1 { ("variable", "has") } else { ("variables", "have") };
            return Err(PromptError::new(format!("the {noun} {} {verb} no value", missing.join(", "))));
        }
        self.preview(inputs)
    }

    /// Renders with whatever is given. A variable without a value is what the format makes of it: nothing, or the tag
    /// as it stands in plain templates.
    pub fn preview(&self, inputs: &Inputs) -> Result<Vec<Message>, PromptError> {
        let mut variables = Map::new();
        for variable in &self.variables {
            if let Some(default) = &variable.default {
                variables.insert(variable.name.clone(), default.clone());
            }
        }
        variables.extend(inputs.variables.clone());
        match self.format {
            PromptFormat::Dotprompt => dotprompt::render(self, variables, inputs),
            PromptFormat::Prompty => prompty::render(self, variables, inputs),
            PromptFormat::GithubModels => github::render(self, &variables, inputs),
            PromptFormat::Text => plain::render_text(self, &variables, inputs),
        }
    }

    /// The variables whose values are media, by kind.
    pub(super) fn rich(&self) -> impl Iterator<Item = (&str, VariableKind)> {
        let rich = |kind| matches!(kind, VariableKind::Image | VariableKind::File | VariableKind::Audio);
        let rich = self.variables.iter().filter(move |variable| rich(variable.kind));
        rich.map(|variable| (variable.name.as_str(), variable.kind))
    }
}

/// Whether a Dotprompt template has tags that put partials in, those whose name only rendering tells among them.
pub fn takes_partials(template: &str) -> bool {
    ["{{>", "{{~>", "{{#>", "{{~#>"].iter().any(|tag| template.contains(tag))
}

//! A prompt between two formats: everything that any of them can say of it.

use serde_json::{Map, Value};

use super::nodes::{Node, Section, Syntax, sections};
use crate::domain::message::Role;

/// Where a prompt comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Google's Dotprompt.
    Dotprompt,
    /// Microsoft's Prompty, either version.
    Prompty,
    /// GitHub Models.
    GithubModels,
    /// Plain text or Markdown.
    Text,
    /// Langfuse's prompt management.
    Langfuse,
    /// A LangChain hub manifest or commit.
    LangChain,
    /// promptfoo's configuration or prompt files.
    Promptfoo,
}

impl Origin {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Dotprompt,
        Self::Prompty,
        Self::GithubModels,
        Self::Text,
        Self::Langfuse,
        Self::LangChain,
        Self::Promptfoo,
    ];

    /// The origin's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dotprompt => "dotprompt",
            Self::Prompty => "prompty",
            Self::GithubModels => "github-models",
            Self::Text => "text",
            Self::Langfuse => "langfuse",
            Self::LangChain => "langchain",
            Self::Promptfoo => "promptfoo",
        }
    }
}

/// A variable of a prompt.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftVariable {
    /// Its name.
    pub name: String,
    /// Its JSON Schema, where it is known.
    pub schema: Option<Value>,
    /// Whether the prompt cannot do without it.
    pub required: bool,
    /// Its value where none is given.
    pub default: Option<Value>,
    /// What it is.
    pub description: Option<String>,
}

/// A tool that the model may call.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftTool {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: Option<String>,
    /// The JSON Schema of its arguments.
    pub parameters: Option<Value>,
}

/// One row of test data.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftTest {
    /// The variables, and `expected` where the row has it.
    pub variables: Map<String, Value>,
}

/// What an answer has to look like.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DraftOutput {
    /// `json` or `text`, where it is said.
    pub format: Option<String>,
    /// The JSON Schema of the answer.
    pub schema: Option<Value>,
}

/// A prompt between two formats; everything in it came from outside.
#[derive(Clone, Debug, PartialEq)]
pub struct PromptDraft {
    /// Its name, with slashes for folders.
    pub name: String,
    /// Where it comes from.
    pub origin: Origin,
    /// The language that its templates were written in.
    pub syntax: Syntax,
    /// Its version there.
    pub version: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Deployment labels.
    pub labels: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// The template with its marks of roles; text before the first mark is the user's.
    pub body: Vec<Node>,
    /// Its variables.
    pub variables: Vec<DraftVariable>,
    /// The model it was written for.
    pub model: Option<String>,
    /// Model parameters by their common names, such as `max_tokens`; others as they are.
    pub parameters: Map<String, Value>,
    /// What an answer has to look like.
    pub output: DraftOutput,
    /// Tools.
    pub tools: Vec<DraftTool>,
    /// Test data.
    pub tests: Vec<DraftTest>,
    /// Evaluators or assertions, as their format writes them.
    pub checks: Vec<Value>,
    /// The connection to the provider, in Prompty's words and without secrets.
    pub connection: Option<Value>,
    /// What else its format says, by key.
    pub ext: Map<String, Value>,
}

impl PromptDraft {
    /// The default values of variables that have one, by name.
    pub fn defaults(&self) -> Map<String, Value> {
        let of = |variable: &DraftVariable| Some((variable.name.clone(), variable.default.clone()?));
        self.variables.iter().filter_map(of).collect()
    }

    /// A prompt with nothing in it.
    pub fn new(name: impl Into<String>, origin: Origin, syntax: Syntax) -> Self {
        Self {
            name: name.into(),
            origin,
            syntax,
            version: None,
            description: None,
            labels: Vec::new(),
            tags: Vec::new(),
            body: Vec::new(),
            variables: Vec::new(),
            model: None,
            parameters: Map::new(),
            output: DraftOutput::default(),
            tools: Vec::new(),
            tests: Vec::new(),
            checks: Vec::new(),
            connection: None,
            ext: Map::new(),
        }
    }

    /// The messages, where marks of roles stand outside of conditions and loops; else the message around them holds them.
    pub fn sections(&self) -> Vec<Section> {
        sections(&self.body, &Role::User)
    }

    /// Whether it is one message of the user: a text prompt.
    pub fn is_text(&self) -> bool {
        matches!(self.sections().as_slice(), [Section::Message(Role::User, _)] | [])
    }

    /// The variable of that name.
    pub fn variable(&self, name: &str) -> Option<&DraftVariable> {
        self.variables.iter().find(|variable| variable.name == name)
    }
}

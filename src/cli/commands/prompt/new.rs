//! `hindcast prompt new`: a new prompt.

use clap::ValueEnum;

use super::super::super::context::Context;
use super::done;
use crate::domain::prompt::PromptFormat;
use crate::error::{AppError, Exit};
use crate::services::prompts::Prompts;

/// A format of prompt files, as typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FormatName {
    /// Dotprompt: a YAML head and a Handlebars template
    #[default]
    Dotprompt,
    /// Prompty: a YAML head and a Jinja template
    Prompty,
    /// GitHub Models: YAML with {{variables}}
    GithubModels,
    /// Text with {{variables}}
    Text,
}

impl From<FormatName> for PromptFormat {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Dotprompt => Self::Dotprompt,
            FormatName::Prompty => Self::Prompty,
            FormatName::GithubModels => Self::GithubModels,
            FormatName::Text => Self::Text,
        }
    }
}

/// Makes it.
pub(super) fn new(
    prompts: &Prompts,
    prompt: &str,
    format: FormatName,
    context: &mut Context<'_>,
) -> Result<Exit, AppError> {
    let path = prompts.create(prompt, format.into())?.to_string_lossy().into_owned();
    let said = format!("{path}: edit it, then hindcast prompt commit {prompt} -m MESSAGE");
    done(&[("prompt", prompt), ("path", &path)], &said, context)
}

//! Writers of prompt files: a draft in, the file's text out, with what the format has no place for.

mod dotprompt;
mod github_models;
mod prompty;
mod text;
mod yaml;

use crate::domain::prompt::PromptFormat;
use crate::domain::prompt_exchange::{Losses, PromptDraft};

/// Writes a prompt in a format.
///
/// The error says why there is no such file.
pub fn write(draft: &PromptDraft, format: PromptFormat, losses: &mut Losses) -> Result<String, String> {
    match format {
        PromptFormat::Dotprompt => dotprompt::write(draft, losses),
        PromptFormat::Prompty => prompty::write(draft, losses),
        PromptFormat::GithubModels => github_models::write(draft, losses),
        PromptFormat::Text => Ok(text::write(draft, losses)),
    }
}

/// The ending of a format's files.
pub const fn ending(format: PromptFormat) -> &'static str {
    match format {
        PromptFormat::Dotprompt => ".prompt",
        PromptFormat::Prompty => ".prompty",
        PromptFormat::GithubModels => ".prompt.yml",
        PromptFormat::Text => ".md",
    }
}

/// Notes what a prompt file of this format has no place for, whatever it is.
fn note_unplaced(draft: &PromptDraft, format: &str, losses: &mut Losses) {
    if draft.tests.len() > 1 {
        losses.note_at(
            "test data",
            match draft.tests.len() - 1 {
                1 => format!("{format} has no place for 1 more row of test data"),
                more => format!("{format} has no place for {more} more rows of test data"),
            },
            "keep them where they are, or record them as cases",
        );
    }
    if !draft.checks.is_empty() {
        let count = draft.checks.len();
        let (noun, verb) =
            if count == 1 { ("evaluator or assertion", "is") } else { ("evaluators or assertions", "are") };
        losses.note_at(
            "evaluators",
            format!("{count} {noun} {verb} not carried over to {format}"),
            "use the evaluators of `hindcast compare` in their place",
        );
    }
}

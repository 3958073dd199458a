//! Hindcast's own formats, read into a draft.

mod dotprompt;
mod fields;
mod github;
mod prompty;

use super::chat;
use crate::domain::prompt::{Prompt, PromptFormat};
use crate::domain::prompt_exchange::{Losses, Origin, Partials, PromptDraft, Syntax, to_common};

/// Reads a file's text in one of the own formats.
pub(super) fn read_text(name: &str, origin: Origin, text: &str, losses: &mut Losses) -> Result<PromptDraft, String> {
    let format = match origin {
        Origin::Dotprompt => PromptFormat::Dotprompt,
        Origin::Prompty => PromptFormat::Prompty,
        Origin::GithubModels => PromptFormat::GithubModels,
        _ => PromptFormat::Text,
    };
    let prompt = Prompt::parse(name, format, text).map_err(|error| error.to_string())?;
    read(&prompt, &Partials::new(), losses)
}

/// Makes a draft of a prompt.
///
/// The error says what of its template cannot be read.
pub fn read(prompt: &Prompt, partials: &Partials, losses: &mut Losses) -> Result<PromptDraft, String> {
    let (origin, syntax) = match prompt.format {
        PromptFormat::Dotprompt => (Origin::Dotprompt, Syntax::Handlebars),
        PromptFormat::Prompty => (Origin::Prompty, Syntax::Jinja2),
        PromptFormat::GithubModels => (Origin::GithubModels, Syntax::Plain),
        PromptFormat::Text => (Origin::Text, Syntax::Plain),
    };
    let mut draft = PromptDraft::new(&prompt.name, origin, syntax);
    draft.version.clone_from(&prompt.version);
    draft.description.clone_from(&prompt.description);
    draft.model.clone_from(&prompt.model);
    draft.parameters = to_common(&prompt.parameters);
    losses.at("template");
    match prompt.format {
        PromptFormat::Dotprompt => dotprompt::read(&mut draft, prompt, partials)?,
        PromptFormat::Prompty => prompty::read(&mut draft, prompt, losses)?,
        PromptFormat::GithubModels => github::read(&mut draft, prompt, losses)?,
        PromptFormat::Text => chat::add(&mut draft, "user", prompt.template.trim(), Syntax::Plain, losses)?,
    }
    fields::drop_secrets(&mut draft, losses);
    Ok(draft)
}

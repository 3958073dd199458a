//! `hindcast prompt show`: a prompt as it is or was.

use serde_json::Value;

use super::super::super::context::Context;
use super::super::super::output::Format;
use super::document;
use crate::error::{AppError, Exit};
use crate::services::prompts::{Prompts, count_tokens};

/// Prints it.
pub(super) fn show(prompts: &Prompts, prompt: &str, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let loaded = prompts.load(&Prompts::reference(prompt))?;
    if matches!(context.out.format(), Format::Table | Format::Csv) {
        context.out.block("", &loaded.text)?;
        return Ok(Exit::Fine);
    }
    document(
        &[
            ("prompt", Value::from(loaded.reference.name.as_str())),
            ("version", Value::from(loaded.reference.version.as_str())),
            ("commit", Value::from(loaded.commit.as_ref().map(|commit| commit.as_str().to_owned()))),
            ("tokens", Value::from(count_tokens(&loaded.prompt.template))),
            ("text", Value::from(loaded.text.as_str())),
        ],
        context,
    )
}

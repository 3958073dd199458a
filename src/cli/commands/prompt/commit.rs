//! `hindcast prompt commit`: commits the prompt's file and nothing else.

use super::super::super::context::Context;
use super::{done, tell};
use crate::error::{AppError, Exit};
use crate::services::prompts::Prompts;

/// Does it.
pub(super) fn commit(
    prompts: &Prompts,
    prompt: &str,
    message: &str,
    context: &mut Context<'_>,
) -> Result<Exit, AppError> {
    let committed = prompts.commit(prompt, message)?;
    tell(&committed, context);
    let commit = &committed.commit;
    done(&[("prompt", prompt), ("commit", commit.as_str())], &format!("{prompt} at {}", commit.short()), context)
}

/// The commit message, with what a run measured at its end.
pub(super) fn with_evidence(
    prompt: &str,
    message: &str,
    run: Option<&str>,
    context: &mut Context<'_>,
) -> Result<String, AppError> {
    let Some(run) = run else { return Ok(message.to_owned()) };
    context.store()?;
    let evidence = crate::services::evidence::for_commit(context.services, prompt, run, &context.cancel)?;
    context.notices.clear();
    Ok(evidence.append_to(message))
}

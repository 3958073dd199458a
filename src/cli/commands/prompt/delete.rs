//! `hindcast prompt delete`: removes a prompt's file.

use super::super::super::context::Context;
use super::{done, tell};
use crate::error::{AppError, Exit};
use crate::services::prompts::{Commits, Prompts, PromptsError, Uncommitted};

/// Does it.
pub(super) fn delete(
    prompts: &Prompts,
    prompt: &str,
    commits: Commits,
    uncommitted: Uncommitted,
    context: &mut Context<'_>,
) -> Result<Exit, AppError> {
    let removed = prompts.delete(prompt, commits, uncommitted).map_err(|error| match error {
        PromptsError::Uncommitted { .. } => AppError::from(error).hint("--discard-changes deletes them too"),
        other => other.into(),
    })?;
    let path = removed.from.to_string_lossy().into_owned();
    let mut fields = vec![("prompt", prompt), ("path", path.as_str())];
    let said = match &removed.committed {
        Some(committed) => {
            tell(committed, context);
            fields.push(("commit", committed.commit.as_str()));
            format!(
                "{prompt} is deleted, in commit {}; hindcast prompt restore {prompt}@VERSION brings it back",
                committed.commit.short()
            )
        }
        None => format!("{path} is removed; it is not committed"),
    };
    done(&fields, &said, context)
}

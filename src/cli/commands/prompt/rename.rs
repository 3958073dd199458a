//! `hindcast prompt rename`: another name for a prompt.

use super::super::super::context::Context;
use super::{done, tell};
use crate::error::{AppError, Exit};
use crate::services::prompts::{Commits, Prompts};

/// Does it.
pub(super) fn rename(
    prompts: &Prompts,
    old: &str,
    new: &str,
    commits: Commits,
    context: &mut Context<'_>,
) -> Result<Exit, AppError> {
    let moved = prompts.rename(old, new, commits)?;
    let path = moved.to.unwrap_or_default().to_string_lossy().into_owned();
    let mut fields = vec![("prompt", new), ("former", old), ("path", path.as_str())];
    let said = match &moved.committed {
        Some(committed) => {
            tell(committed, context);
            fields.push(("commit", committed.commit.as_str()));
            format!("{old} is {new} now, in commit {}", committed.commit.short())
        }
        None => format!("{old} is {new} now; it is not committed"),
    };
    done(&fields, &said, context)
}

//! `hindcast prompt restore`: goes back to an old version.

use super::super::super::context::Context;
use super::{done, tell};
use crate::error::{AppError, Exit};
use crate::services::prompts::{Commits, Prompts};

/// Does it.
pub(super) fn restore(
    prompts: &Prompts,
    prompt: &str,
    commits: Commits,
    context: &mut Context<'_>,
) -> Result<Exit, AppError> {
    let reference = Prompts::reference(prompt);
    if !prompt.contains('@') {
        return Err(AppError::usage("the version to go back to is missing")
            .hint(format!("write {prompt}@VERSION; hindcast prompt log {prompt} lists the versions")));
    }
    let restored = prompts.restore_to(&reference, commits)?;
    if restored.kept_draft {
        context.notices.note("what the file held before was not committed; the workbench offers it as a draft");
    }
    let (name, version) = (reference.name.as_str(), reference.version.as_str());
    if let Some(committed) = &restored.committed {
        tell(committed, context);
        let said = format!("{name} is as at {version} again, in commit {}", committed.commit.short());
        return done(&[("prompt", name), ("version", version), ("commit", committed.commit.as_str())], &said, context);
    }
    let said = match commits {
        Commits::AtOnce => format!("{name} is as at {version} already; there is nothing to commit"),
        Commits::Later => format!("{name} is as at {version}; it is not committed"),
    };
    done(&[("prompt", name), ("version", version)], &said, context)
}

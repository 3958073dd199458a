//! `hindcast prompt`: prompts and their versions. One file a subcommand.

mod args;
mod blame;
mod commit;
mod convert;
mod delete;
mod diff;
mod import;
mod label;
mod lint;
mod list;
mod log;
mod matching;
mod new;
mod rename;
mod render;
mod restore;
mod show;
mod verify;

pub use args::{Action, Args};

use std::sync::Arc;

use serde_json::Value;

use super::super::context::Context;
use super::super::output::Format;
use crate::error::{AppError, Exit};
use crate::services::prompts::{Commits, Uncommitted};
use crate::vcs::Committed;

/// Does it.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let prompts = Arc::clone(context.services.prompts()?);
    match &args.action {
        Action::List => list::list(&prompts, context),
        Action::Show { prompt } => show::show(&prompts, prompt, context),
        Action::Log { prompt } => log::log(&prompts, prompt, context),
        Action::Diff { prompt, from, to, trace, side_by_side, rendered: _ } => {
            let view = if *side_by_side { diff::View::SideBySide } else { diff::View::Unified };
            diff::diff(&prompts, prompt, [from, to], trace.as_deref(), view, context)
        }
        Action::Blame { prompt } => blame::blame(&prompts, prompt, context),
        Action::Label { prompt, label } => label::label(&prompts, prompt, label.as_deref(), context),
        Action::New { prompt, file_format } => new::new(&prompts, prompt, *file_format, context),
        Action::Rename { old, new, no_commit } => rename::rename(&prompts, old, new, commits(*no_commit), context),
        Action::Delete { prompt, yes, discard_changes, no_commit } => {
            if !yes {
                return Err(AppError::usage(format!("deleting {prompt} needs --yes"))
                    .hint("its versions stay in the history; hindcast prompt restore brings one back"));
            }
            let uncommitted = if *discard_changes { Uncommitted::Discard } else { Uncommitted::Refuse };
            delete::delete(&prompts, prompt, commits(*no_commit), uncommitted, context)
        }
        Action::Lint { prompt } => lint::lint(&prompts, prompt.as_deref(), context),
        Action::Render { prompt, trace, var } => render::render(&prompts, prompt, trace.as_deref(), var, context),
        Action::Match { trace, span } => matching::find(&prompts, trace, span.as_deref(), context),
        Action::Commit { prompt, message, evidence } => {
            let message = commit::with_evidence(prompt, message, evidence.as_deref(), context)?;
            commit::commit(&prompts, prompt, &message, context)
        }
        Action::Verify { prompt } => verify::verify(prompt, context),
        Action::Restore { prompt, no_commit } => restore::restore(&prompts, prompt, commits(*no_commit), context),
        Action::Import(args) => import::import(&prompts, args, context),
        Action::Convert(args) => convert::convert(&prompts, args, context),
    }
}

/// What `--no-commit` asks for.
const fn commits(no_commit: bool) -> Commits {
    if no_commit { Commits::Later } else { Commits::AtOnce }
}

/// Says what a commit was, what hooks said, and where it is easy to lose.
fn tell(committed: &Committed, context: &Context<'_>) {
    if !committed.said.trim().is_empty() {
        context.notices.note(committed.said.trim());
    }
    if committed.branch.is_none() {
        let keep = "git switch -c NAME keeps it";
        context.notices.warning(&format!("{} is on no branch: HEAD is detached; {keep}", committed.commit.short()));
    }
}

/// Says what was done: a sentence, or a document in the other formats.
fn done(fields: &[(&str, &str)], sentence: &str, context: &mut Context<'_>) -> Result<Exit, AppError> {
    if matches!(context.out.format(), Format::Table | Format::Csv) {
        context.notices.note(sentence);
        return Ok(Exit::Fine);
    }
    let fields: Vec<(&str, Value)> = fields.iter().map(|(name, value)| (*name, Value::from(*value))).collect();
    document(&fields, context)
}

fn document(fields: &[(&str, Value)], context: &mut Context<'_>) -> Result<Exit, AppError> {
    context.out.document(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())?;
    Ok(Exit::Fine)
}

//! Requests about prompt files, performed with the prompts of the workspace.

use std::sync::Arc;

use super::highlight::highlight;
use super::prompts::{DiffLine, History, Listing, PromptRow, PromptsAnswer, PromptsRequest, Repo, VersionRow};
use super::worker::ServicesWorker;
use super::{Answer, Reply};
use crate::domain::diff::{Change, line_diff};
use crate::domain::run::PromptVersionRef;
use crate::error::AppError;
use crate::services::prompts::Prompts;
use crate::ui::msg::Msg;
use crate::vcs::Head;

/// Performs a request; what it returns as an error is answered as a failure.
pub fn perform(worker: &ServicesWorker, request: PromptsRequest, reply: &dyn Reply) -> Result<(), AppError> {
    let prompts = worker.services().prompts()?;
    let answer = match request {
        PromptsRequest::List => PromptsAnswer::Listing(Box::new(listing(worker, prompts)?)),
        PromptsRequest::History(name) => PromptsAnswer::History(Arc::new(history(prompts, &name)?)),
        PromptsRequest::Highlight { name, text } => PromptsAnswer::Highlighted(Arc::new(highlight(&name, &text))),
        PromptsRequest::Diff { old, new } => PromptsAnswer::Diff(Arc::new(diff(&old, &new))),
        PromptsRequest::Save { name, text } => {
            prompts.save(&name, &text)?;
            worker.tell_workspace(reply)?;
            PromptsAnswer::Saved
        }
        PromptsRequest::Draft { name, text } => {
            match text {
                Some(text) => prompts.save_draft(&name, &text)?,
                None => prompts.drop_draft(&name)?,
            }
            PromptsAnswer::DraftKept
        }
        PromptsRequest::Commit { name, message } => {
            let committed = prompts.commit(&name, &message)?;
            worker.tell_workspace(reply)?;
            PromptsAnswer::Committed { commit: committed.commit.short().to_owned() }
        }
        PromptsRequest::Restore { name, version } => {
            let kept = prompts.restore(&PromptVersionRef { name, version })?;
            reply.tell(Msg::DataChanged);
            PromptsAnswer::Restored { kept }
        }
    };
    reply.send(Answer::Prompts(answer));
    Ok(())
}

fn listing(worker: &ServicesWorker, prompts: &Prompts) -> Result<Listing, AppError> {
    let listing = prompts.list()?;
    let root = worker.services().workspace()?.root();
    let rows = listing.prompts.into_iter().map(|file| PromptRow {
        path: file.path.strip_prefix(root).unwrap_or(&file.path).to_string_lossy().into_owned(),
        state: file.state.map(|state| state.as_str().to_owned()),
        format: file.format.as_str(),
        name: file.name,
    });
    let (mut repo, mut operation) = (Repo::None, None);
    if let Some(why) = prompts.refused() {
        repo = Repo::Refused(why.to_owned());
    } else if let Some(repository) = prompts.repository() {
        repo = match repository.head() {
            Ok(Head::Branch(name) | Head::Unborn(name)) => Repo::Branch(name),
            Ok(Head::Detached(commit)) => Repo::Detached(commit.short().to_owned()),
            Err(error) => Repo::Refused(error.to_string()),
        };
        operation = repository.operation().ok().flatten().map(|operation| operation.as_str().to_owned());
    }
    Ok(Listing {
        prompts: rows.collect(),
        problems: listing.problems.iter().map(ToString::to_string).collect(),
        repo,
        operation,
    })
}

fn history(prompts: &Prompts, name: &str) -> Result<History, AppError> {
    let versions: Vec<VersionRow> = prompts
        .log(name)?
        .into_iter()
        .map(|version| VersionRow {
            version: version.version,
            author: version.author,
            committed_at: version.committed_at,
            message: version.message,
            tokens: version.tokens,
            added: version.added,
            removed: version.removed,
            text: version.text,
        })
        .collect();
    let mistake = match versions.first() {
        Some(newest) => prompts.check(name, &newest.text)?.map(|mistake| mistake.to_string()),
        None => None,
    };
    Ok(History { name: name.to_owned(), draft: prompts.draft(name)?, versions, mistake })
}

/// The lines of both texts, in order, with their numbers.
fn diff(old: &str, new: &str) -> Vec<DiffLine> {
    let (mut at_old, mut at_new) = (0, 0);
    let mut lines = Vec::new();
    for piece in line_diff(old, new) {
        for line in piece.text.lines() {
            let line = line.to_owned();
            at_old += usize::from(piece.change != Change::Added);
            at_new += usize::from(piece.change != Change::Removed);
            lines.push(match piece.change {
                Change::Equal => DiffLine::Same(at_old, at_new, line),
                Change::Removed => DiffLine::Removed(at_old, line),
                Change::Added => DiffLine::Added(at_new, line),
            });
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_the_numbers_of_their_text() {
        assert_eq!(
            diff("a\nb\nc\n", "a\nx\nc\n"),
            [
                DiffLine::Same(1, 1, "a".into()),
                DiffLine::Removed(2, "b".into()),
                DiffLine::Added(2, "x".into()),
                DiffLine::Same(3, 3, "c".into()),
            ]
        );
    }
}

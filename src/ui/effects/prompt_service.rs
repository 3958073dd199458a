//! Requests about prompt files, performed with the prompts of the workspace.

use std::sync::Arc;

use super::highlight::highlight;
use super::prompts::{DiffLine, History, Listing, PromptRow, PromptsAnswer, PromptsRequest, Repo, VersionRow};
use super::worker::ServicesWorker;
use super::{Answer, Reply};
use super::{prompt_changes, prompt_preview};
use crate::domain::cancel::Cancel;
use crate::domain::diff::{Change, line_diff};
use crate::domain::run::PromptVersionRef;
use crate::error::AppError;
use crate::services::evidence;
use crate::services::prompts::{Prompts, Saved};
use crate::ui::msg::Msg;
use crate::vcs::Head;

/// Performs a request; what it returns as an error is answered as a failure.
pub fn perform(worker: &ServicesWorker, request: PromptsRequest, reply: &dyn Reply) -> Result<(), AppError> {
    let prompts = worker.services().prompts()?;
    let answer = match request {
        PromptsRequest::List => PromptsAnswer::Listing(Box::new(listing(worker, prompts)?)),
        PromptsRequest::History(name) => PromptsAnswer::History(Arc::new(history(prompts, &name, reply.cancel())?)),
        PromptsRequest::Uses(name) => PromptsAnswer::Uses(Arc::new(prompt_preview::uses(worker, name, reply)?)),
        PromptsRequest::Cases(name) => PromptsAnswer::Cases(prompt_preview::cases(worker, &name, reply)?),
        PromptsRequest::Values { name, trace } => {
            PromptsAnswer::Values(prompt_preview::values(worker, &name, trace, reply)?.map(Arc::new))
        }
        PromptsRequest::Preview { name, text, values } => {
            PromptsAnswer::Preview(Arc::new(prompt_preview::preview(worker, &name, &text, values.as_deref(), reply)?))
        }
        PromptsRequest::Highlight { name, text } => PromptsAnswer::Highlighted(Arc::new(highlight(&name, &text))),
        PromptsRequest::Diff { old, new } => PromptsAnswer::Diff(Arc::new(diff(&old, &new))),
        PromptsRequest::DiffRendered { name, from, to, values } => {
            let sent = |version: &str| prompt_preview::sent(worker, &name, version, values.as_deref());
            PromptsAnswer::Diff(Arc::new(diff(&sent(&from)?, &sent(&to)?)))
        }
        PromptsRequest::Save { name, base, text } => match prompts.save_over(&name, &base, &text)? {
            Saved::Yes => {
                worker.tell_workspace(reply)?;
                PromptsAnswer::Saved
            }
            Saved::ChangedOutside(outside) => PromptsAnswer::ChangedOutside(Box::new(outside)),
        },
        PromptsRequest::Watch { name, base, text } => match prompts.changed_outside(&name, &base, &text)? {
            Some(outside) => PromptsAnswer::ChangedOutside(Box::new(outside)),
            None => PromptsAnswer::AsBefore,
        },
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
        PromptsRequest::Change(change) => {
            let (said, show) = prompt_changes::make(prompts, change)?;
            worker.tell_workspace(reply)?;
            reply.tell(Msg::DataChanged);
            PromptsAnswer::Changed { said, show }
        }
        PromptsRequest::CommitMeasured { name, message, run } => {
            worker.store(reply)?;
            let evidence = evidence::for_commit(worker.services(), &name, run.as_str(), reply.cancel())?;
            let committed = prompts.commit(&name, &evidence.append_to(&message))?;
            worker.tell_workspace(reply)?;
            reply.tell(Msg::DataChanged);
            let said = format!("committed {} with {}", committed.commit.short(), evidence.summary());
            PromptsAnswer::Changed { said, show: Some(name) }
        }
        PromptsRequest::Blame { name, version } => {
            let reference = PromptVersionRef { name, version };
            PromptsAnswer::Blamed(Arc::new(prompts.blame(&reference, reply.cancel())?))
        }
    };
    reply.send(Answer::Prompts(answer));
    Ok(())
}

fn listing(worker: &ServicesWorker, prompts: &Prompts) -> Result<Listing, AppError> {
    let listing = prompts.list()?;
    let root = worker.services().workspace()?.root();
    // Labels that cannot be read leave the list as it is.
    let deployed = prompts.deployed().unwrap_or_default();
    let rows = listing.prompts.into_iter().map(|file| PromptRow {
        deployed: deployed.get(&file.name).map(|deployed| deployed.version.clone()),
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
        deployed_label: prompts.label_scheme().deployed.clone(),
        editor: worker.services().config().map(|config| config.workbench.editor_mode.value).unwrap_or_default(),
    })
}

fn history(prompts: &Prompts, name: &str, cancel: &Cancel) -> Result<History, AppError> {
    let mut versions: Vec<VersionRow> = prompts
        .log_until(name, cancel)?
        .into_iter()
        .map(|version| VersionRow {
            measured: version.measured(),
            commit: version.commit.as_ref().map(|commit| commit.as_str().to_owned()),
            names: version.label.into_iter().chain(version.tags).collect(),
            version: version.version,
            author: version.author,
            committed_at: version.committed_at,
            message: version.message,
            tokens: version.tokens,
            tokens_changed: None,
            added: version.added,
            removed: version.removed,
            text: version.text,
        })
        .collect();
    let tokens: Vec<u64> = versions.iter().map(|version| version.tokens).collect();
    for (version, before) in versions.iter_mut().zip(tokens.iter().skip(1)) {
        version.tokens_changed = Some(version.tokens.cast_signed() - before.cast_signed());
    }
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

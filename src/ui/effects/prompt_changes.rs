//! Changes to prompt files by way of git.

use std::path::Path;

use super::prompts::Change;
use crate::domain::prompt::{PromptFormat, prompt_name};
use crate::domain::run::PromptVersionRef;
use crate::error::AppError;
use crate::services::prompts::{Commits, Prompts, Uncommitted};
use crate::vcs::Committed;

/// What was done, in a sentence, and the prompt to show now.
pub type Done = (String, Option<String>);

/// Makes a change.
pub fn make(prompts: &Prompts, change: Change) -> Result<Done, AppError> {
    Ok(match change {
        Change::New(text) => new(prompts, &text)?,
        Change::Rename { name, to } => {
            let moved = prompts.rename(&name, &to, Commits::AtOnce)?;
            (format!("{name} is {to} now{}", committed(moved.committed.as_ref())), Some(to))
        }
        Change::Delete(name) => {
            let moved = prompts.delete(&name, Commits::AtOnce, Uncommitted::Refuse)?;
            (format!("{name} is deleted{}", committed(moved.committed.as_ref())), None)
        }
        Change::Label { name, version, label } => {
            let reference = PromptVersionRef { name: name.clone(), version };
            let put = prompts.put_label(&reference, label.as_deref())?;
            let moved = put.from.map_or_else(String::new, |from| format!(", before {from}"));
            (format!("{} is {name}@{} now{moved}", put.reference, put.to), Some(name))
        }
        Change::Restore { name, version } => {
            let reference = PromptVersionRef { name: name.clone(), version: version.clone() };
            let restored = prompts.restore_to(&reference, Commits::AtOnce)?;
            let draft =
                if restored.kept_draft { "; the text before is kept as a draft, i goes on with it" } else { "" };
            (format!("{name} is as at {version}{}{draft}", committed(restored.committed.as_ref())), Some(name))
        }
    })
}

/// A new prompt: its ending tells its format, Dotprompt where it has none.
fn new(prompts: &Prompts, text: &str) -> Result<Done, AppError> {
    let (name, format) = prompt_name(Path::new(text)).unwrap_or_else(|| (text.to_owned(), PromptFormat::Dotprompt));
    prompts.create(&name, format)?;
    Ok((format!("{name} is there with a text to begin with; i writes it"), Some(name)))
}

fn committed(done: Option<&Committed>) -> String {
    done.map_or_else(|| ", not committed".to_owned(), |done| format!(", committed {}", done.commit.short()))
}

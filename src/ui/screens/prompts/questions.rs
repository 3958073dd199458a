//! What the screen of prompts asks and hands on.

use super::screen::PromptsScreen;
use crate::ui::action::Action;
use crate::ui::effect::{Ask, Confirm, Effect};
use crate::ui::msg::{ReplayOf, Target};

impl PromptsScreen {
    /// Asks for the message of a commit.
    pub(super) fn commit_question(&self) -> Vec<Effect> {
        let Some(row) = self.list.selected() else { return Vec::new() };
        let branch = self.list.branch().map_or_else(|| "no branch".to_owned(), |branch| format!("branch {branch}"));
        vec![Effect::Ask(Ask {
            action: Action::CommitPrompt,
            title: format!("Commit {} on {branch}", row.path),
            text: String::new(),
            hint: "what this change is for".into(),
        })]
    }

    /// Asks before the file is made what it was.
    pub(super) fn restore_question(&self) -> Vec<Effect> {
        let (Some(row), Some(version)) = (self.list.selected(), self.source.version()) else { return Vec::new() };
        vec![Effect::Confirm(Confirm {
            action: Action::RestorePrompt,
            title: format!("Make {} what it was at {}?", row.path, version.version),
            lines: vec!["What is in the file now is kept as a draft where it was not committed.".into()],
            yes: "restore",
        })]
    }

    /// Replays the cases of the prompt on the version under the cursor.
    pub(super) fn replay(&self) -> Vec<Effect> {
        let (Some(name), Some(version)) = (self.source.name(), self.source.version()) else { return Vec::new() };
        vec![Effect::Go(Target::Replay(ReplayOf {
            filter: format!("prompt:\"{}\"", name.replace('"', "")),
            prompt: Some(format!("{name}@{}", version.version)),
            ..ReplayOf::default()
        }))]
    }

    /// Copies text, path or command.
    pub(super) fn copy(&self, action: Action) -> Vec<Effect> {
        let (Some(row), Some(version)) = (self.list.selected(), self.source.version()) else { return Vec::new() };
        let (text, what) = match action {
            Action::CopyText => (crate::domain::untrusted::safe_plain_lines(&version.text), "prompt"),
            Action::CopyId => (row.path.clone(), "path"),
            _ => (format!("hindcast prompt show {}@{}", row.name, version.version), "command"),
        };
        vec![Effect::Copy { text, what: what.into() }]
    }

    /// The ending that tells an editor the language.
    pub(super) fn suffix(&self) -> &'static str {
        let path = self.list.selected().map(|row| row.path.as_str()).unwrap_or_default();
        let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
        if ["yml", "yaml"].contains(&ending) {
            ".yml"
        } else if ending == "prompty" {
            ".prompty"
        } else if ending == "prompt" {
            ".prompt"
        } else {
            ".md"
        }
    }
}

//! What the screen of prompts asks and hands on.

use super::screen::PromptsScreen;
use crate::ui::action::Action;
use crate::ui::effect::{Ask, Effect};
use crate::ui::msg::{ReplayOf, Target};

/// Recorded calls that versions are compared on, where the user does not choose others.
const USUAL_CASES: u32 = 50;

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

    /// Replays the newest cases of the prompt on the marked versions, or on the one under the cursor.
    pub(super) fn replay(&self) -> Vec<Effect> {
        let Some(name) = self.source.name() else { return Vec::new() };
        let prompts = self.source.chosen().iter().map(|version| format!("{name}@{}", version.version)).collect();
        // Traces that ran on it without saying so are known by id only.
        let traces = self.source.uses.as_ref().map(|uses| uses.traces.as_slice()).unwrap_or_default();
        vec![Effect::Go(Target::Replay(ReplayOf {
            traces: traces.iter().take(USUAL_CASES as usize).cloned().collect(),
            filter: format!("prompt:\"{}\"", name.replace('"', "")),
            prompts,
            limit: Some(USUAL_CASES),
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

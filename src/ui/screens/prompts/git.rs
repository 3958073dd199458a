//! What git does with a prompt: blame, labels, new, renamed and deleted files, old versions.

use super::screen::PromptsScreen;
use crate::ui::action::Action;
use crate::ui::effect::{Ask, Confirm, Effect};
use crate::ui::effects::Request;
use crate::ui::effects::prompts::{Change, PromptsRequest};
use crate::ui::msg::Toast;
use crate::ui::screens::{Cx, ScreenId};

impl PromptsScreen {
    /// Shows which version wrote each line, or the text alone again.
    pub(super) fn turn_blame(&mut self, cx: &Cx) -> Vec<Effect> {
        if self.source.blame.take().is_some() {
            return self.show_version(cx);
        }
        let (Some(name), Some(version)) = (self.source.name(), self.source.version()) else { return Vec::new() };
        let request = PromptsRequest::Blame { name: name.to_owned(), version: version.version.clone() };
        self.blaming.ask(ScreenId::Prompts, Request::Prompts(request), cx)
    }

    /// Asks what is to be done, and for what it needs.
    pub(super) fn ask_for_change(&self, action: Action) -> Vec<Effect> {
        let row = self.list.selected();
        let version = self.source.version().map(|version| version.version.as_str());
        match (action, row, version) {
            (Action::NewPrompt, ..) => vec![Effect::Ask(Ask {
                action,
                title: "New prompt".into(),
                text: String::new(),
                hint: "support/answer, or with an ending: .prompt .prompty .prompt.yml .md".into(),
            })],
            (Action::RenamePrompt, Some(row), _) => vec![Effect::Ask(Ask {
                action,
                title: format!("Rename {} and commit that", row.name),
                text: row.name.clone(),
                hint: "its history and labels go with it".into(),
            })],
            (Action::DeletePrompt, Some(row), _) => vec![Effect::Confirm(Confirm {
                action,
                title: format!("Delete {} and commit that?", row.path),
                lines: vec!["Its versions stay in git: `hindcast prompt restore` brings one back.".into()],
                yes: "delete",
            })],
            (Action::LabelVersion, Some(row), Some(version)) => vec![Effect::Ask(Ask {
                action,
                title: format!("Label {}@{version} as", row.name),
                text: self.list.listing.deployed_label.clone(),
                hint: "a tag in git that says what is deployed; it moves here from where it was".into(),
            })],
            (Action::RestorePrompt, Some(row), Some(version)) => vec![Effect::Confirm(Confirm {
                action,
                title: format!("Go back to {}@{version} with a new commit?", row.name),
                lines: vec!["What is in the file now is kept as a draft where it was not committed.".into()],
                yes: "restore",
            })],
            _ => Vec::new(),
        }
    }

    /// Does what was entered or confirmed.
    pub(super) fn change(&mut self, action: Action, text: &str, cx: &Cx) -> Vec<Effect> {
        let text = text.trim().to_owned();
        if text.is_empty() && matches!(action, Action::NewPrompt | Action::RenamePrompt) {
            return vec![Effect::Toast(Toast::warning("a prompt needs a name; nothing was done"))];
        }
        let name = self.source.name().map(str::to_owned);
        let version = self.source.version().map(|version| version.version.clone());
        let change = match (action, name, version) {
            (Action::NewPrompt, ..) => Change::New(text),
            (Action::RenamePrompt, Some(name), _) => Change::Rename { name, to: text },
            (Action::DeletePrompt, Some(name), _) => Change::Delete(name),
            (Action::LabelVersion, Some(name), Some(version)) => {
                Change::Label { name, version, label: (!text.is_empty()).then_some(text) }
            }
            (Action::RestorePrompt, Some(name), Some(version)) => Change::Restore { name, version },
            _ => return Vec::new(),
        };
        self.work(PromptsRequest::Change(change), cx)
    }
}

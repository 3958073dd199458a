//! Committing the prompt that a run measured, with what it measured.

use super::run::RunView;
use crate::ui::action::Action;
use crate::ui::effect::{Ask, Effect};
use crate::ui::effects::Request;
use crate::ui::effects::prompts::PromptsRequest;
use crate::ui::msg::Toast;
use crate::ui::screens::{Cx, ScreenId};

impl RunView {
    /// The prompt that the run measured as its file was, and is to be committed.
    pub(super) fn measured_prompt(&self) -> Option<&str> {
        let variants = &self.row()?.run.variants;
        let work = |at: usize| {
            let prompt = variants.get(at)?.prompt.as_ref()?;
            (prompt.version == "work").then_some(prompt.name.as_str())
        };
        work(self.variant()).or_else(|| (0..variants.len()).find_map(work))
    }

    /// Asks for the message.
    pub(super) fn commit_question(&self) -> Vec<Effect> {
        let Some(name) = self.measured_prompt() else { return Vec::new() };
        vec![Effect::Ask(Ask {
            action: Action::CommitMeasured,
            title: format!("Commit {name} with what this run measured"),
            text: String::new(),
            hint: "what this change is for".into(),
        })]
    }

    /// Commits the prompt with what was measured.
    pub(super) fn commit(&mut self, message: &str, cx: &Cx) -> Vec<Effect> {
        let Some(name) = self.measured_prompt().map(str::to_owned) else { return Vec::new() };
        if message.trim().is_empty() {
            return vec![Effect::Toast(Toast::warning("a commit needs a message; nothing was committed"))];
        }
        let message = message.trim().to_owned();
        let request = PromptsRequest::CommitMeasured { name, message, run: self.run_id.clone() };
        let (id, effect) = cx.request(ScreenId::Runs, Request::Prompts(request));
        self.committing = Some(id);
        vec![effect]
    }
}

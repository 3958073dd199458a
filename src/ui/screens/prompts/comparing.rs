//! Comparing two versions: their files, or what they would send.

use super::screen::{LIST, PromptsScreen, SOURCE};
use super::source::{DiffOf, Shown};
use crate::ui::effect::Effect;
use crate::ui::effects::Request;
use crate::ui::effects::prompts::PromptsRequest;
use crate::ui::msg::Toast;
use crate::ui::screens::{Cx, ScreenId};

impl PromptsScreen {
    /// Shows what changed between two versions, or the text again.
    pub(super) fn compare(&mut self, cx: &Cx) -> Vec<Effect> {
        if self.source.diff.take().is_some() {
            return self.show_version(cx);
        }
        self.show_diff(DiffOf::Source, cx)
    }

    /// Turns from the files to what they would send, and back.
    pub(super) fn compare_rendered(&mut self, cx: &Cx) -> Vec<Effect> {
        let of = match self.source.diff.as_ref().map(|shown| shown.of) {
            Some(DiffOf::Source) => DiffOf::Rendered,
            _ => DiffOf::Source,
        };
        self.show_diff(of, cx)
    }

    /// Puts both versions side by side, or one below the other.
    pub(super) fn turn_diff(&mut self) {
        if let Some(view) = self.source.diff.as_mut().and_then(|shown| shown.view.as_mut()) {
            view.turn();
        }
    }

    fn show_diff(&mut self, of: DiffOf, cx: &Cx) -> Vec<Effect> {
        let (Some((old, new)), Some(history)) = (self.source.pair(), self.source.history.clone()) else {
            return vec![Effect::Toast(Toast::info(
                "there is no version before this one; space marks another to compare with",
            ))];
        };
        let (Some(from), Some(to)) = (history.versions.get(old), history.versions.get(new)) else { return Vec::new() };
        self.source.diff = Some(Shown { of, from: from.version.clone(), to: to.version.clone(), view: None });
        let request = match of {
            DiffOf::Source => PromptsRequest::Diff { old: from.text.clone(), new: to.text.clone() },
            DiffOf::Rendered => PromptsRequest::DiffRendered {
                name: history.name.clone(),
                from: from.version.clone(),
                to: to.version.clone(),
                values: self.live.values.clone().filter(|_| self.live.name.as_deref() == Some(history.name.as_str())),
            },
        };
        if self.panes.focused() == LIST {
            self.panes.focus(SOURCE);
        }
        self.comparing.ask(ScreenId::Prompts, Request::Prompts(request), cx)
    }
}

//! What the screen of prompts does with answers.

use std::sync::Arc;

use super::diff_view::DiffView;
use super::screen::PromptsScreen;
use super::source::Source;
use crate::ui::effect::Effect;
use crate::ui::effects::prompts::{History, PromptsAnswer, PromptsRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::msg::{RequestId, Toast};
use crate::ui::screens::{Cx, Phase, ScreenId};
use crate::ui::widgets::list::ListState;
use crate::ui::widgets::text_view::TextView;

impl PromptsScreen {
    /// Takes an answer; one that nobody waits for is dropped.
    pub(super) fn answered(&mut self, id: RequestId, answer: &Answer, cx: &Cx) -> Vec<Effect> {
        if let Some(effects) = self.rendering_answered(id, answer, cx) {
            return effects;
        }
        if let Some(effects) = self.writing_answered(id, answer, cx) {
            return effects;
        }
        if self.blaming.take(id) {
            return match answer {
                Answer::Prompts(PromptsAnswer::Blamed(lines)) => {
                    self.source.blame = Some(Arc::clone(lines));
                    self.source.diff = None;
                    self.show_version(cx)
                }
                Answer::Failed(why) => vec![Effect::Toast(Toast::error(why.clone()))],
                _ => Vec::new(),
            };
        }
        if self.counting.take(id) {
            if let Answer::Prompts(PromptsAnswer::Uses(uses)) = answer {
                self.source.uses = Some(Arc::clone(uses));
            }
            return Vec::new();
        }
        if self.listing == Some(id) {
            self.listing = None;
            return self.listed(answer, cx);
        }
        if self.reading.as_ref().is_some_and(|(waiting, _)| *waiting == id) {
            self.reading = None;
            return self.read_is_there(answer, cx);
        }
        if self.colouring.as_ref().is_some_and(|(waiting, _)| *waiting == id) {
            if let (Some((_, text)), Answer::Prompts(PromptsAnswer::Highlighted(lines))) =
                (self.colouring.take(), answer)
            {
                self.source.put_colours(text, Arc::clone(lines));
            }
            return Vec::new();
        }
        if self.comparing.take(id) {
            match (&mut self.source.diff, answer) {
                (Some(shown), Answer::Prompts(PromptsAnswer::Diff(lines))) => shown.view = Some(DiffView::new(lines)),
                (_, Answer::Failed(why)) => {
                    self.source.diff = None;
                    let mut effects = self.show_version(cx);
                    effects.push(Effect::Toast(Toast::error(why.clone())));
                    return effects;
                }
                _ => {}
            }
            return Vec::new();
        }
        if self.working == Some(id) {
            self.working = None;
            return self.worked(answer, cx);
        }
        Vec::new()
    }

    pub(super) fn listed(&mut self, answer: &Answer, cx: &Cx) -> Vec<Effect> {
        match answer {
            Answer::Prompts(PromptsAnswer::Listing(listing)) => {
                let before = self.list.selected().map(|row| row.name.clone());
                self.list.listing = (**listing).clone();
                self.list.phase = Phase::Ready;
                let wanted = self.wanted.as_ref().map(|(name, _)| name.clone()).or(before);
                let found = wanted.as_deref().is_none_or(|name| self.list.select(name));
                let mut effects = self.read_history(cx);
                if let Some((name, _)) = self.wanted.as_ref().filter(|_| !found) {
                    let text = format!("there is no prompt `{name}` below prompts/ here");
                    effects.push(Effect::Toast(Toast::warning(text)));
                    self.wanted = None;
                }
                return effects;
            }
            Answer::Failed(why) => self.list.phase = Phase::Failed(why.clone()),
            _ => {}
        }
        Vec::new()
    }

    pub(super) fn read_is_there(&mut self, answer: &Answer, cx: &Cx) -> Vec<Effect> {
        match answer {
            Answer::Prompts(PromptsAnswer::History(history)) => self.show_history(history, cx),
            Answer::Failed(why) => {
                self.source = Source::default();
                self.source.problem = Some(why.clone());
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn show_history(&mut self, history: &Arc<History>, cx: &Cx) -> Vec<Effect> {
        let same = self.source.name() == Some(history.name.as_str());
        if !same {
            self.source.versions = ListState::default();
            self.source.marked.clear();
            self.source.uses = None;
            self.source.view = TextView::default();
            self.source.search = None;
        }
        self.source.history = Some(Arc::clone(history));
        self.source.problem = None;
        let request = Request::Prompts(PromptsRequest::Uses(history.name.clone()));
        let mut effects = self.counting.ask(ScreenId::Prompts, request, cx);
        let place = self.source.versions.selected.min(self.source.len().saturating_sub(1));
        self.source.versions.select(place);
        if let Some((_, Some(version))) = self.wanted.take() {
            let found = history.versions.iter().position(|known| known.version == version);
            match found {
                Some(place) => {
                    self.source.versions.select(place);
                }
                None => effects.push(Effect::Toast(Toast::info(format!(
                    "version {version} is not in the history of {}; the newest is shown",
                    history.name
                )))),
            }
        }
        effects.extend(self.show_version(cx));
        if history.draft.is_some() && !same {
            effects.push(Effect::Toast(Toast::info("a draft that was not saved is kept; i goes on with it")));
        }
        effects
    }

    pub(super) fn worked(&mut self, answer: &Answer, cx: &Cx) -> Vec<Effect> {
        let toast = match answer {
            Answer::Prompts(PromptsAnswer::Saved) => Toast::info("saved"),
            Answer::Prompts(PromptsAnswer::Committed { commit }) => Toast::info(format!("committed {commit}")),
            Answer::Prompts(PromptsAnswer::Changed { said, show }) => {
                if let Some(name) = show {
                    self.wanted = Some((name.clone(), None));
                }
                Toast::info(said.clone())
            }
            Answer::Failed(why) => return vec![Effect::Toast(Toast::error(why.clone()))],
            _ => return Vec::new(),
        };
        self.source.versions.select(0);
        let mut effects = self.read(cx);
        effects.push(Effect::Toast(toast));
        effects
    }
}

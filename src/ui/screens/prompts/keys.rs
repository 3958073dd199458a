//! What keys and the mouse do outside the editor, and which actions cannot be used.

use super::screen::PromptsScreen;
use super::source::Shown;
use crate::ui::action::Action;
use crate::ui::chord::Key;
use crate::ui::effect::Effect;
use crate::ui::input::{Mouse, MouseKind};
use crate::ui::msg::{Event, Toast};
use crate::ui::screens::Cx;
use crate::ui::widgets::list::Moved;

impl PromptsScreen {
    /// Keys while one line is typed: the filter or a search.
    pub(super) fn line(&mut self, event: &Event, cx: &Cx) -> Option<Vec<Effect>> {
        if let Some(search) = &mut self.source.search {
            match event {
                Event::Key(chord) if chord.key == Key::Enter => {
                    let needle = search.text().to_owned();
                    self.source.search = None;
                    let found = self.source.view.search(&needle, &self.source.doc);
                    if found == 0 && !needle.is_empty() {
                        return Some(vec![Effect::Toast(Toast::info(format!("`{needle}` is not in this text")))]);
                    }
                }
                Event::Key(chord) => {
                    search.key(*chord);
                }
                Event::Paste(text) => search.insert(text),
                Event::Action(Action::Back | Action::Cancel) => self.source.search = None,
                _ => return None,
            }
            return Some(Vec::new());
        }
        if !self.list.editing {
            return None;
        }
        match event {
            Event::Key(chord) if chord.key == Key::Enter => self.list.editing = false,
            Event::Action(Action::Back | Action::Cancel) => {
                self.list.editing = false;
                self.list.filter.set("");
            }
            Event::Key(chord) => {
                self.list.filter.key(*chord);
            }
            Event::Paste(text) => self.list.filter.insert(text),
            Event::Action(action) if self.move_list(*action) => return Some(self.read_history(cx)),
            _ => return None,
        }
        let last = self.list.shown().len().saturating_sub(1);
        self.list.state.select(self.list.state.selected.min(last));
        Some(self.read_history(cx))
    }

    pub(super) fn mouse(&mut self, mouse: Mouse, cx: &Cx) -> Vec<Effect> {
        self.panes.mouse(mouse);
        let len = self.list.shown().len();
        if self.list.state.mouse(mouse, len) == Moved::Yes {
            return self.read_history(cx);
        }
        if self.source.versions.mouse(mouse, self.source.len()) == Moved::Yes {
            return self.show_version(cx);
        }
        match (&self.source.diff, mouse.kind) {
            (Some(Shown { view: Some(view), .. }), MouseKind::WheelUp) => view.scroll(-3),
            (Some(Shown { view: Some(view), .. }), MouseKind::WheelDown) => view.scroll(3),
            _ => {
                self.source.view.mouse(mouse, &self.source.doc);
            }
        }
        Vec::new()
    }

    /// Why an action cannot be used now.
    pub(super) fn why_not(&self, action: Action) -> Option<String> {
        let row = self.list.selected();
        let state = row.and_then(|row| row.state.as_deref());
        match action {
            Action::Open
            | Action::EditInPlace
            | Action::EditExternal
            | Action::Diff
            | Action::Replay
            | Action::RenamePrompt
            | Action::DeletePrompt
            | Action::BlamePrompt
            | Action::CommitPrompt
                if row.is_none() =>
            {
                Some("no prompt is selected".into())
            }
            Action::CommitPrompt | Action::BlamePrompt if state.is_none() => {
                Some("there is no git repository here; `git init` makes one".into())
            }
            Action::CommitPrompt if state == Some("clean") => Some("the file is as committed; edit it first".into()),
            Action::RestorePrompt | Action::LabelVersion
                if self.source.version().is_none_or(|version| version.version == "work") =>
            {
                Some("put the cursor on a committed version first".into())
            }
            _ => None,
        }
    }
}

//! The screen of prompts.

use std::sync::Arc;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::diff_view::DiffView;
use super::list::{List, Phase};
use super::source::{Shown, Source};
use super::{SPEC, view};
use crate::ui::action::{Action, Context};
use crate::ui::chord::Key;
use crate::ui::effect::Effect;
use crate::ui::effects::prompts::{History, PromptsAnswer, PromptsRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::input::MouseKind;
use crate::ui::msg::{Event, RequestId, Target, TimerId, Toast};
use crate::ui::screens::{Cx, DrawCx, Screen, ScreenId, ScreenSpec, Status, Typing};
use crate::ui::text;
use crate::ui::widgets::line_input::LineInput;
use crate::ui::widgets::list::{ListState, Moved};
use crate::ui::widgets::panes::Panes;
use crate::ui::widgets::text_area::TextArea;
use crate::ui::widgets::text_view::TextView;

/// The pane of prompt files.
pub const LIST: usize = 0;
/// The pane of the text.
pub const SOURCE: usize = 1;
/// The pane of versions.
pub const VERSIONS: usize = 2;
/// How long typing must pause before the draft is kept.
const PAUSE: Duration = Duration::from_secs(2);
const DRAFT_TIMER: TimerId = TimerId(31);

/// The screen of prompts.
#[derive(Debug)]
pub struct PromptsScreen {
    /// The files.
    pub list: List,
    /// The prompt that is shown.
    pub source: Source,
    /// The panes.
    pub panes: Panes,
    /// What is to be shown once it is read: a prompt and its version.
    wanted: Option<(String, Option<String>)>,
    listing: Option<RequestId>,
    reading: Option<(RequestId, String)>,
    colouring: Option<(RequestId, String)>,
    comparing: Option<RequestId>,
    working: Option<RequestId>,
}

impl Default for PromptsScreen {
    fn default() -> Self {
        Self {
            list: List::default(),
            source: Source::default(),
            panes: Panes::new(&[2, 5, 3]),
            wanted: None,
            listing: None,
            reading: None,
            colouring: None,
            comparing: None,
            working: None,
        }
    }
}

fn ask(cx: &Cx, request: PromptsRequest) -> (RequestId, Effect) {
    cx.request(ScreenId::Prompts, Request::Prompts(request))
}

impl PromptsScreen {
    fn read(&mut self, cx: &Cx) -> Vec<Effect> {
        let (id, effect) = ask(cx, PromptsRequest::List);
        self.listing = Some(id);
        vec![effect]
    }

    fn read_history(&mut self, cx: &Cx) -> Vec<Effect> {
        let Some(name) = self.list.selected().map(|row| row.name.clone()) else { return Vec::new() };
        let mut effects: Vec<Effect> = self.reading.take().map(|(id, _)| Effect::Cancel(id)).into_iter().collect();
        let (id, effect) = ask(cx, PromptsRequest::History(name.clone()));
        self.reading = Some((id, name));
        effects.push(effect);
        effects
    }

    fn answered(&mut self, id: RequestId, answer: &Answer, cx: &Cx) -> Vec<Effect> {
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
        if self.comparing == Some(id) {
            self.comparing = None;
            if let (Some(shown), Answer::Prompts(PromptsAnswer::Diff(lines))) = (&mut self.source.diff, answer) {
                shown.view = Some(DiffView::new(lines));
            }
            return Vec::new();
        }
        if self.working == Some(id) {
            self.working = None;
            return self.worked(answer, cx);
        }
        Vec::new()
    }

    fn listed(&mut self, answer: &Answer, cx: &Cx) -> Vec<Effect> {
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

    fn read_is_there(&mut self, answer: &Answer, cx: &Cx) -> Vec<Effect> {
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

    fn show_history(&mut self, history: &Arc<History>, cx: &Cx) -> Vec<Effect> {
        let same = self.source.name() == Some(history.name.as_str());
        if !same {
            self.source.versions = ListState::default();
            self.source.marked = None;
            self.source.view = TextView::default();
            self.source.search = None;
        }
        self.source.history = Some(Arc::clone(history));
        self.source.problem = None;
        let mut effects = Vec::new();
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

    fn show_version(&mut self, cx: &Cx) -> Vec<Effect> {
        let Some(text) = self.source.show() else { return Vec::new() };
        let Some(path) = self.list.selected().map(|row| row.path.clone()) else { return Vec::new() };
        let mut effects: Vec<Effect> = self.colouring.take().map(|(id, _)| Effect::Cancel(id)).into_iter().collect();
        let (id, effect) = ask(cx, PromptsRequest::Highlight { name: path, text: text.clone() });
        self.colouring = Some((id, text));
        effects.push(effect);
        effects
    }

    fn worked(&mut self, answer: &Answer, cx: &Cx) -> Vec<Effect> {
        let toast = match answer {
            Answer::Prompts(PromptsAnswer::Saved) => Toast::info("saved"),
            Answer::Prompts(PromptsAnswer::Committed { commit }) => Toast::info(format!("committed {commit}")),
            Answer::Prompts(PromptsAnswer::Restored { kept: true }) => {
                Toast::info("restored; the text before is kept as a draft, i goes on with it")
            }
            Answer::Prompts(PromptsAnswer::Restored { kept: false }) => Toast::info("restored"),
            Answer::Failed(why) => return vec![Effect::Toast(Toast::error(why.clone()))],
            _ => return Vec::new(),
        };
        self.source.versions.select(0);
        let mut effects = self.read(cx);
        effects.push(Effect::Toast(toast));
        effects
    }

    fn work(&mut self, request: PromptsRequest, cx: &Cx) -> Vec<Effect> {
        let (id, effect) = ask(cx, request);
        self.working = Some(id);
        vec![effect]
    }

    fn keep_draft(&self, cx: &Cx) -> Vec<Effect> {
        match (self.source.unsaved(), self.source.name()) {
            (Some(text), Some(name)) => {
                vec![ask(cx, PromptsRequest::Draft { name: name.to_owned(), text: Some(text) }).1]
            }
            _ => Vec::new(),
        }
    }

    /// Keys and actions while the text is edited.
    fn edit(&mut self, event: &Event, cx: &Cx) -> Option<Vec<Effect>> {
        let name = self.source.name()?.to_owned();
        let (area, before) = self.source.editing.as_mut()?;
        let effects = match event {
            Event::Key(chord) => {
                area.key(*chord);
                vec![cx.timer(ScreenId::Prompts, DRAFT_TIMER, PAUSE)]
            }
            Event::Paste(text) => {
                area.insert(text);
                vec![cx.timer(ScreenId::Prompts, DRAFT_TIMER, PAUSE)]
            }
            Event::Timer(DRAFT_TIMER) => self.keep_draft(cx),
            Event::Action(Action::UndoText) => {
                area.undo();
                Vec::new()
            }
            Event::Action(Action::RedoText) => {
                area.redo();
                Vec::new()
            }
            Event::Action(Action::SaveText) => {
                let text = area.text();
                before.clone_from(&text);
                self.work(PromptsRequest::Save { name, text }, cx)
            }
            Event::Action(Action::Back) => {
                let draft = self.source.unsaved();
                let mut effects = self.keep_draft(cx);
                if draft.is_some() {
                    effects.push(Effect::Toast(Toast::info("not saved; the draft is kept, i goes on with it")));
                }
                self.source.leave_editor(draft);
                effects.extend(self.show_version(cx));
                effects
            }
            Event::Action(_) | Event::Mouse(_) => Vec::new(),
            _ => return None,
        };
        Some(effects)
    }

    fn begin_edit(&mut self) -> Vec<Effect> {
        let Some(history) = &self.source.history else { return Vec::new() };
        let before = self.source.newest().unwrap_or_default().to_owned();
        let text = history.draft.clone().unwrap_or_else(|| before.clone());
        self.source.editing = Some((TextArea::new(&text), before));
        self.source.diff = None;
        self.panes.focus(SOURCE);
        Vec::new()
    }

    fn compare(&mut self, cx: &Cx) -> Vec<Effect> {
        if self.source.diff.take().is_some() {
            return self.show_version(cx);
        }
        let (Some((old, new)), Some(history)) = (self.source.pair(), self.source.history.clone()) else {
            return vec![Effect::Toast(Toast::info(
                "there is no version before this one; space marks another to compare with",
            ))];
        };
        let (Some(from), Some(to)) = (history.versions.get(old), history.versions.get(new)) else { return Vec::new() };
        self.source.diff = Some(Shown { from: from.version.clone(), to: to.version.clone(), view: None });
        let (id, effect) = ask(cx, PromptsRequest::Diff { old: from.text.clone(), new: to.text.clone() });
        self.comparing = Some(id);
        if self.panes.focused() == LIST {
            self.panes.focus(SOURCE);
        }
        vec![effect]
    }

    fn act(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        if let Some(shown) = &self.source.diff
            && self.panes.focused() != LIST
            && !(self.panes.focused() == VERSIONS && matches!(action, Action::Up | Action::Down))
            && shown.view.as_ref().is_some_and(|view| view.act(action))
        {
            return Vec::new();
        }
        if self.panes.act(action) {
            return Vec::new();
        }
        match (self.panes.focused(), action) {
            (LIST, Action::Open | Action::Right) | (VERSIONS, Action::Open | Action::Left) => self.panes.focus(SOURCE),
            (SOURCE, Action::Left) => self.panes.focus(LIST),
            (SOURCE, Action::Right) => self.panes.focus(VERSIONS),
            (LIST, _) if self.move_list(action) => return self.read_history(cx),
            (VERSIONS, _) if self.source.versions.act(action, self.source.len()) != Moved::Elsewhere => {
                return self.show_version(cx);
            }
            (SOURCE, _) if self.source.view.act(action, &self.source.doc) => {}
            (_, Action::NextMatch | Action::PrevMatch) => {
                self.source.view.act(action, &self.source.doc);
            }
            _ => return self.act_on_prompt(action, cx),
        }
        Vec::new()
    }

    fn move_list(&mut self, action: Action) -> bool {
        let len = self.list.shown().len();
        self.list.state.act(action, len) != Moved::Elsewhere
    }

    fn act_on_prompt(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        match action {
            Action::Back | Action::Cancel => return self.back(action, cx),
            Action::Reload => return self.read(cx),
            Action::Filter if self.panes.focused() == SOURCE => self.source.search = Some(LineInput::default()),
            Action::Filter => {
                self.panes.focus(LIST);
                self.list.editing = true;
            }
            Action::Mark => {
                let here = self.source.versions.selected;
                self.source.marked = if self.source.marked == Some(here) { None } else { Some(here) };
                self.panes.focus(VERSIONS);
            }
            Action::Diff => return self.compare(cx),
            Action::EditInPlace => return self.begin_edit(),
            Action::EditExternal => {
                let text = self.source.newest().unwrap_or_default().to_owned();
                return vec![Effect::Edit { to: ScreenId::Prompts, action, text, suffix: self.suffix() }];
            }
            Action::CommitPrompt => return self.commit_question(),
            Action::RestorePrompt => return self.restore_question(),
            Action::Replay => return self.replay(),
            Action::CopyText | Action::CopyId | Action::CopyCli => return self.copy(action),
            _ => {}
        }
        Vec::new()
    }

    fn back(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        if self.source.diff.take().is_some() {
            return self.show_version(cx);
        }
        if self.source.view.needle().is_some() {
            self.source.view.search("", &self.source.doc);
        } else if self.source.marked.take().is_some() {
            return Vec::new();
        } else if !self.list.filter.text().is_empty() {
            self.list.filter.set("");
            return self.read_history(cx);
        } else if action == Action::Back {
            return vec![Effect::Back];
        }
        Vec::new()
    }

    /// Keys while one line is typed: the filter or a search.
    fn line(&mut self, event: &Event, cx: &Cx) -> Option<Vec<Effect>> {
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

    fn mouse(&mut self, mouse: crate::ui::input::Mouse, cx: &Cx) -> Vec<Effect> {
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
}

impl Screen for PromptsScreen {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn context(&self) -> Context {
        if self.source.editing.is_some() { Context::PromptEdit } else { Context::Prompts }
    }

    fn typing(&self) -> Typing {
        if self.source.editing.is_some() {
            Typing::Lines
        } else if self.list.editing || self.source.search.is_some() {
            Typing::Line
        } else {
            Typing::Off
        }
    }

    fn update(&mut self, event: &Event, cx: &Cx) -> Vec<Effect> {
        match event {
            Event::Answer(id, answer) => return self.answered(*id, answer, cx),
            Event::Shown => return if self.listing.is_none() { self.read(cx) } else { Vec::new() },
            Event::DataChanged => return self.read(cx),
            Event::Opened(Target::Prompt { name, version }) => {
                self.wanted = Some((name.clone(), version.clone()));
                self.list.filter.set("");
                return self.read(cx);
            }
            _ => {}
        }
        if let Some(effects) = self.edit(event, cx) {
            return effects;
        }
        if let Some(effects) = self.line(event, cx) {
            return effects;
        }
        match event {
            Event::Action(action) => self.act(*action, cx),
            Event::Mouse(mouse) => self.mouse(*mouse, cx),
            Event::Entered(Action::CommitPrompt, message) if message.trim().is_empty() => {
                vec![Effect::Toast(Toast::warning("a commit needs a message; nothing was committed"))]
            }
            Event::Entered(Action::CommitPrompt, message) => {
                let name = self.source.name().map(str::to_owned);
                let message = message.trim().to_owned();
                name.map_or_else(Vec::new, |name| self.work(PromptsRequest::Commit { name, message }, cx))
            }
            Event::Edited(Action::EditExternal, text) => match self.source.name() {
                Some(_) if self.source.newest() == Some(text.as_str()) => Vec::new(),
                Some(name) => {
                    let request = PromptsRequest::Save { name: name.to_owned(), text: text.clone() };
                    self.work(request, cx)
                }
                None => Vec::new(),
            },
            Event::Confirmed(Action::RestorePrompt) => {
                let wanted = self.source.name().zip(self.source.version());
                let request = wanted.map(|(name, version)| PromptsRequest::Restore {
                    name: name.to_owned(),
                    version: version.version.clone(),
                });
                request.map_or_else(Vec::new, |request| self.work(request, cx))
            }
            _ => Vec::new(),
        }
    }

    fn draw(&self, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
        view::draw(self, area, buf, cx);
    }

    fn disabled(&self, action: Action) -> Option<String> {
        let row = self.list.selected();
        let state = row.and_then(|row| row.state.as_deref());
        match action {
            Action::Open | Action::EditInPlace | Action::EditExternal | Action::Diff | Action::Replay
                if row.is_none() =>
            {
                Some("no prompt is selected".into())
            }
            Action::CommitPrompt if row.is_none() => Some("no prompt is selected".into()),
            Action::CommitPrompt if state.is_none() => {
                Some("there is no git repository here; `git init` makes one".into())
            }
            Action::CommitPrompt if state == Some("clean") => Some("the file is as committed; edit it first".into()),
            Action::RestorePrompt if self.source.version().is_none_or(|version| version.version == "work") => {
                Some("put the cursor on a committed version first".into())
            }
            _ => None,
        }
    }

    fn status(&self) -> Status {
        let counts = match &self.list.phase {
            Phase::Loading => "loading".to_owned(),
            Phase::Failed(_) => String::new(),
            Phase::Ready => text::counted(self.list.listing.prompts.len() as u64, "prompt"),
        };
        let mut hints = match (&self.source.editing, self.panes.focused()) {
            (Some(_), _) => vec![Action::SaveText, Action::UndoText, Action::RedoText, Action::Back],
            (None, VERSIONS) => {
                vec![Action::Mark, Action::Diff, Action::RestorePrompt, Action::Replay, Action::NextPane]
            }
            (None, _) if self.list.selected().is_none() => vec![Action::Reload, Action::Help],
            (None, _) => vec![
                Action::EditInPlace,
                Action::EditExternal,
                Action::Diff,
                Action::Replay,
                Action::NextPane,
                Action::CommitPrompt,
            ],
        };
        if self.list.selected().and_then(|row| row.state.as_deref()).is_some_and(|state| state != "clean")
            && self.source.editing.is_none()
        {
            hints.retain(|action| *action != Action::CommitPrompt);
            hints.insert(0, Action::CommitPrompt);
        }
        Status { hints, counts }
    }
}

//! The screen of prompts.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::list::List;
use super::live::Live;
use super::rendered::{Beside, Waiting};
use super::source::Source;
use super::{SPEC, view};
use crate::config::EditorMode;
use crate::services::prompts::Outside;
use crate::ui::action::{Action, Context};
use crate::ui::effect::Effect;
use crate::ui::effects::Request;
use crate::ui::effects::prompts::PromptsRequest;
use crate::ui::msg::{Event, RequestId, Target, Toast};
use crate::ui::screens::{Cx, DrawCx, Newest, Phase, Screen, ScreenId, ScreenSpec, Status, Typing};
use crate::ui::text;
use crate::ui::widgets::line_input::LineInput;
use crate::ui::widgets::list::Moved;
use crate::ui::widgets::panes::Panes;

/// The pane of prompt files.
pub const LIST: usize = 0;
/// The pane of the text.
pub const SOURCE: usize = 1;
/// The pane of versions, or of the prompt as it would be sent.
pub const VERSIONS: usize = 2;
/// The pane of the prompt as it would be sent, beside the text while it is written.
pub const LIVE: usize = 1;

/// The screen of prompts.
#[derive(Debug)]
pub struct PromptsScreen {
    /// The files.
    pub list: List,
    /// The prompt that is shown.
    pub source: Source,
    /// The panes.
    pub panes: Panes,
    /// The panes while the text is written: the text, and what it comes to.
    pub desk: Panes,
    /// What the third pane shows.
    pub beside: Beside,
    /// The prompt as it would be sent.
    pub live: Live,
    pub(super) waiting: Waiting,
    /// What is to be shown once it is read: a prompt and its version.
    pub(super) wanted: Option<(String, Option<String>)>,
    pub(super) listing: Option<RequestId>,
    pub(super) reading: Option<(RequestId, String)>,
    pub(super) colouring: Option<(RequestId, String)>,
    pub(super) comparing: Newest,
    pub(super) working: Option<RequestId>,
    pub(super) counting: Newest,
    pub(super) blaming: Newest,
    pub(super) watching: Option<RequestId>,
    /// The request that saves, and the text it saves.
    pub(super) saving: Option<(RequestId, String)>,
    /// Whether the editor is to be left once the text is saved.
    pub(super) leave_after_save: bool,
    /// Whether the draft is to be kept soon.
    pub(super) draft_due: bool,
    /// The editor's version whose text was looked at.
    pub(super) looked_at: Option<u64>,
    /// The keys that were chosen here for the editor, over those of the configuration.
    pub(super) keys: Option<EditorMode>,
    /// What another program wrote into the file, until the user says what becomes of it.
    pub(super) outside: Option<Outside>,
}

impl Default for PromptsScreen {
    fn default() -> Self {
        Self {
            list: List::default(),
            source: Source::default(),
            panes: Panes::new(&[2, 5, 3]),
            desk: Panes::new(&[5, 4]).turned_by(Action::ShowRendered, Context::PromptEdit),
            beside: Beside::default(),
            live: Live::default(),
            waiting: Waiting::default(),
            wanted: None,
            listing: None,
            reading: None,
            colouring: None,
            comparing: Newest::default(),
            working: None,
            counting: Newest::default(),
            blaming: Newest::default(),
            watching: None,
            saving: None,
            leave_after_save: false,
            draft_due: false,
            looked_at: None,
            keys: None,
            outside: None,
        }
    }
}

/// A request of this screen.
pub(super) fn ask(cx: &Cx, request: PromptsRequest) -> (RequestId, Effect) {
    cx.request(ScreenId::Prompts, Request::Prompts(request))
}

impl PromptsScreen {
    pub(super) fn read(&mut self, cx: &Cx) -> Vec<Effect> {
        let (id, effect) = ask(cx, PromptsRequest::List);
        self.listing = Some(id);
        vec![effect]
    }

    pub(super) fn read_history(&mut self, cx: &Cx) -> Vec<Effect> {
        let Some(name) = self.list.selected().map(|row| row.name.clone()) else { return Vec::new() };
        let mut effects: Vec<Effect> = self.reading.take().map(|(id, _)| Effect::Cancel(id)).into_iter().collect();
        let (id, effect) = ask(cx, PromptsRequest::History(name.clone()));
        self.reading = Some((id, name));
        effects.push(effect);
        effects
    }

    pub(super) fn show_version(&mut self, cx: &Cx) -> Vec<Effect> {
        let mut effects = self.look(cx);
        let Some(text) = self.source.show() else { return effects };
        let Some(path) = self.list.selected().map(|row| row.path.clone()) else { return effects };
        effects.extend(self.colouring.take().map(|(id, _)| Effect::Cancel(id)));
        let (id, effect) = ask(cx, PromptsRequest::Highlight { name: path, text: text.clone() });
        self.colouring = Some((id, text));
        effects.push(effect);
        effects
    }

    pub(super) fn work(&mut self, request: PromptsRequest, cx: &Cx) -> Vec<Effect> {
        let (id, effect) = ask(cx, request);
        self.working = Some(id);
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
            (VERSIONS, _)
                if self.beside == Beside::Versions
                    && self.source.versions.act(action, self.source.len()) != Moved::Elsewhere =>
            {
                return self.show_version(cx);
            }
            (VERSIONS, _) if self.beside == Beside::Rendered && self.live.view.act(action, &self.live.doc) => {}
            (SOURCE, _) if self.source.view.act(action, &self.source.doc) => {}
            (_, Action::NextMatch | Action::PrevMatch) => {
                self.source.view.act(action, &self.source.doc);
            }
            _ => return self.act_on_prompt(action, cx),
        }
        Vec::new()
    }

    pub(super) fn move_list(&mut self, action: Action) -> bool {
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
                if !self.source.marked.remove(&here) {
                    self.source.marked.insert(here);
                }
                self.beside = Beside::Versions;
                self.panes.focus(VERSIONS);
            }
            Action::Diff => return self.compare(cx),
            Action::SideBySide => self.turn_diff(),
            Action::ShowRendered if self.source.diff.is_some() => return self.compare_rendered(cx),
            Action::ShowRendered => return self.turn_beside(cx),
            Action::PickCase => return self.ask_for_cases(cx),
            Action::EditInPlace => return self.begin_edit(cx),
            Action::EditExternal => {
                let text = self.source.newest().unwrap_or_default().to_owned();
                return vec![Effect::Edit { to: ScreenId::Prompts, action, text, suffix: self.suffix() }];
            }
            Action::CommitPrompt => return self.commit_question(),
            Action::BlamePrompt => return self.turn_blame(cx),
            Action::RestorePrompt
            | Action::LabelVersion
            | Action::NewPrompt
            | Action::RenamePrompt
            | Action::DeletePrompt => return self.ask_for_change(action),
            Action::Replay => return self.replay(),
            Action::CopyText | Action::CopyId | Action::CopyCli => return self.copy(action),
            _ => {}
        }
        Vec::new()
    }

    fn back(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        if self.source.diff.take().is_some() || self.source.blame.take().is_some() {
            return self.show_version(cx);
        }
        if self.source.view.needle().is_some() {
            self.source.view.search("", &self.source.doc);
        } else if !self.source.marked.is_empty() {
            self.source.marked.clear();
            return Vec::new();
        } else if !self.list.filter.text().is_empty() {
            self.list.filter.set("");
            return self.read_history(cx);
        } else if action == Action::Back {
            return vec![Effect::Back];
        }
        Vec::new()
    }

    /// Where the cursor of the editor is, and what its keys mean now.
    fn place(&self) -> String {
        let Some(writing) = &self.source.editing else { return String::new() };
        let place = writing.editor.cursor();
        let mode = writing.editor.mode_label().unwrap_or_default();
        let pending = writing.editor.pending_keys();
        format!("{pending}  {mode}  {}:{}", place.line + 1, place.column + 1).trim_start().to_owned()
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
            Typing::Editor
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
            Event::Picked(Action::PickCase, picked) => {
                picked.first().map_or_else(Vec::new, |trace| self.case_picked(trace, cx))
            }
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
                    let base = self.source.newest().unwrap_or_default().to_owned();
                    let request = PromptsRequest::Save { name: name.to_owned(), base, text: text.clone() };
                    self.work(request, cx)
                }
                None => Vec::new(),
            },
            Event::Confirmed(action @ (Action::RestorePrompt | Action::DeletePrompt)) => self.change(*action, "", cx),
            Event::Entered(action @ (Action::NewPrompt | Action::RenamePrompt | Action::LabelVersion), text) => {
                self.change(*action, text, cx)
            }
            _ => Vec::new(),
        }
    }

    fn draw(&self, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
        view::draw(self, area, buf, cx);
    }

    fn disabled(&self, action: Action) -> Option<String> {
        self.why_not(action)
    }

    fn waits(&self, action: Action) -> bool {
        if self.source.editing.is_some() {
            return false;
        }
        let listing = self.list.phase == Phase::Loading && self.listing.is_some();
        let shown = self.source.name() == self.list.selected().map(|row| row.name.as_str());
        let reading = listing || (self.reading.is_some() && !shown);
        match action {
            Action::Replay => reading || (self.counting.is_under_way() && self.source.uses.is_none()),
            Action::Up | Action::Down | Action::PageUp | Action::PageDown | Action::Top | Action::Bottom => listing,
            Action::Open
            | Action::Mark
            | Action::Diff
            | Action::SideBySide
            | Action::ShowRendered
            | Action::PickCase
            | Action::EditInPlace
            | Action::EditExternal
            | Action::CommitPrompt
            | Action::BlamePrompt
            | Action::RestorePrompt
            | Action::LabelVersion
            | Action::RenamePrompt
            | Action::DeletePrompt
            | Action::CopyText
            | Action::CopyId
            | Action::CopyCli => reading,
            _ => false,
        }
    }

    fn status(&self) -> Status {
        let counts = match &self.list.phase {
            _ if self.source.editing.is_some() => self.place(),
            Phase::Loading => "loading".to_owned(),
            Phase::Failed(_) => String::new(),
            Phase::Ready => text::counted(self.list.listing.prompts.len() as u64, "prompt"),
        };
        let mut hints = match (&self.source.editing, self.panes.focused()) {
            (Some(_), _) => {
                vec![Action::SaveText, Action::ShowRendered, Action::PickCase, Action::NextFinding, Action::UndoText]
            }
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

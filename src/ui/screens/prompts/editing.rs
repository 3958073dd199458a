//! Writing a prompt in place.

use std::time::Duration;

use super::screen::{PromptsScreen, SOURCE, ask};
use super::source::Writing;
use crate::config::EditorMode;
use crate::domain::merge::Merged;
use crate::services::prompts::Outside;
use crate::ui::action::Action;
use crate::ui::chord::{Chord, Key};
use crate::ui::effect::{Choose, Effect, Pick, PickItem};
use crate::ui::effects::Answer;
use crate::ui::effects::prompts::{PromptsAnswer, PromptsRequest};
use crate::ui::input::Mouse;
use crate::ui::msg::{Event, RequestId, TimerId, Toast};
use crate::ui::screens::{Cx, ScreenId};
use crate::ui::widgets::editor::{Editor, Outcome, Style, Syntax, Unsaved};

/// The most that is lost when the program is killed while something is written.
const KEPT_EVERY: Duration = Duration::from_millis(500);
const DRAFT_TIMER: TimerId = TimerId(31);
/// How often the file is looked at for what other programs write.
const WATCHED_EVERY: Duration = Duration::from_secs(1);
const WATCH_TIMER: TimerId = TimerId(32);

/// What becomes of a file that both sides changed.
const BOTH: &str = "both";
const OURS: &str = "ours";
const THEIRS: &str = "theirs";

impl PromptsScreen {
    /// Keeps what is not saved, where that is another text than was kept last.
    pub(super) fn keep_draft(&mut self, cx: &Cx) -> Vec<Effect> {
        self.draft_due = false;
        let Some(name) = self.source.name().map(str::to_owned) else { return Vec::new() };
        let Some(writing) = &mut self.source.editing else { return Vec::new() };
        let version = writing.editor.version();
        if writing.kept == Some(version) {
            return Vec::new();
        }
        writing.kept = Some(version);
        let text = self.source.unsaved();
        vec![ask(cx, PromptsRequest::Draft { name, text }).1]
    }

    /// Begins to write, with the draft where one is kept.
    pub(super) fn begin_edit(&mut self, cx: &Cx) -> Vec<Effect> {
        let Some(history) = &self.source.history else { return Vec::new() };
        let base = self.source.newest().unwrap_or_default().to_owned();
        let mut editor = Editor::new(&base, self.style(), self.syntax());
        if let Some(draft) = &history.draft {
            editor.replace_all(draft);
        }
        self.source.editing = Some(Writing { editor, base, kept: None });
        self.source.diff = None;
        self.panes.focus(SOURCE);
        self.desk.focus(0);
        let mut effects = self.look(cx);
        self.mark_findings();
        effects.push(cx.timer(ScreenId::Prompts, WATCH_TIMER, WATCHED_EVERY));
        effects
    }

    fn style(&self) -> Style {
        match self.keys.unwrap_or(self.list.listing.editor) {
            EditorMode::Vim => Style::Vim,
            EditorMode::Plain | EditorMode::Emacs => Style::Plain,
        }
    }

    fn syntax(&self) -> Syntax {
        match self.suffix() {
            ".prompt" => Syntax::Dotprompt,
            ".prompty" => Syntax::Prompty,
            ".yml" => Syntax::Yaml,
            _ => Syntax::Markdown,
        }
    }

    /// Events while the text is written; `None` for those that mean something else here.
    pub(super) fn edit(&mut self, event: &Event, cx: &Cx) -> Option<Vec<Effect>> {
        let writing = self.source.editing.as_mut()?;
        let editor = &mut writing.editor;
        let effects = match event {
            Event::Key(chord) => {
                let mut effects = Vec::new();
                for chord in keys(*chord, editor.style()) {
                    effects.extend(self.key(chord, cx));
                }
                effects
            }
            Event::Paste(text) => {
                let outcome = editor.paste(text);
                self.done(outcome, cx)
            }
            Event::Mouse(mouse) => self.edit_mouse(*mouse, cx),
            Event::Timer(DRAFT_TIMER) => self.keep_draft(cx),
            Event::Timer(WATCH_TIMER) => self.watch(cx),
            Event::Action(Action::UndoText) => {
                let outcome = editor.undo();
                self.done(outcome, cx)
            }
            Event::Action(Action::RedoText) => {
                let outcome = editor.redo();
                self.done(outcome, cx)
            }
            Event::Action(Action::SaveText) => self.save(cx),
            Event::Action(Action::Back) => self.leave(cx),
            // Vim's other escape, and the copy of common editors.
            Event::Action(Action::Cancel) => self.key(Chord::ctrl('c'), cx),
            Event::Action(Action::ShowRendered) => {
                self.desk.act(Action::NextPane);
                Vec::new()
            }
            Event::Action(Action::NextFinding) => match editor.goto_next_mark() {
                Some(found) => vec![Effect::Toast(Toast::info(found))],
                None => vec![Effect::Toast(Toast::info("nothing is found wrong with this text"))],
            },
            Event::Action(Action::EditorKeys) => self.turn_keys(),
            Event::Action(Action::PickCase) => self.ask_for_cases(cx),
            Event::Action(Action::EditExternal) => self.edit_outside(),
            Event::Edited(Action::EditExternal, text) => {
                editor.replace_all(text);
                self.done(Outcome::Edited, cx)
            }
            Event::Picked(Action::SaveText, picked) => {
                picked.first().cloned().map_or_else(Vec::new, |choice| self.settle(&choice, cx))
            }
            Event::Action(_) => Vec::new(),
            _ => return None,
        };
        Some(effects)
    }

    fn key(&mut self, chord: Chord, cx: &Cx) -> Vec<Effect> {
        let Some(writing) = &mut self.source.editing else { return Vec::new() };
        let outcome = writing.editor.key(chord);
        self.done(outcome, cx)
    }

    /// Does what the editor asks for.
    fn done(&mut self, outcome: Outcome, cx: &Cx) -> Vec<Effect> {
        let mut effects = match outcome {
            Outcome::Edited | Outcome::Moved | Outcome::Ignored => Vec::new(),
            Outcome::Save => self.save(cx),
            Outcome::SaveAndQuit => {
                let mut effects = self.save(cx);
                self.leave_after_save = true;
                effects.retain(|effect| !matches!(effect, Effect::Back));
                effects
            }
            Outcome::Quit(Unsaved::Keep) if self.source.unsaved().is_some() => {
                vec![Effect::Toast(Toast::warning("not saved: :w saves, :q! gives it up, esc keeps a draft"))]
            }
            Outcome::Leave | Outcome::Quit(Unsaved::Keep) => self.leave(cx),
            Outcome::Quit(Unsaved::Discard) => self.give_up(cx),
            Outcome::Revert => {
                if let Some(writing) = &mut self.source.editing {
                    let base = writing.base.clone();
                    writing.editor.replace_all(&base);
                }
                Vec::new()
            }
            Outcome::ExternalEditor => self.edit_outside(),
            Outcome::Message(text) => vec![Effect::Toast(Toast::info(text))],
            Outcome::Copy(text) => vec![Effect::Copy { text, what: "text".into() }],
        };
        if self.source.editing.is_some() {
            effects.extend(self.written(cx));
        }
        effects
    }

    /// After anything that can have changed the text: the draft is kept soon, and what the text comes to is looked at.
    fn written(&mut self, cx: &Cx) -> Vec<Effect> {
        let Some(writing) = &self.source.editing else { return Vec::new() };
        let version = writing.editor.version();
        if self.looked_at == Some(version) {
            return Vec::new();
        }
        self.looked_at = Some(version);
        let mut effects = self.look(cx);
        if !std::mem::replace(&mut self.draft_due, true) {
            effects.push(cx.timer(ScreenId::Prompts, DRAFT_TIMER, KEPT_EVERY));
        }
        effects
    }

    fn save(&mut self, cx: &Cx) -> Vec<Effect> {
        let Some(name) = self.source.name().map(str::to_owned) else { return Vec::new() };
        let Some(writing) = &self.source.editing else { return Vec::new() };
        let (base, text) = (writing.base.clone(), writing.editor.text().to_owned());
        let (id, effect) = ask(cx, PromptsRequest::Save { name, base, text: text.clone() });
        self.saving = Some((id, text));
        vec![effect]
    }

    /// Leaves the editor; what is not saved is kept as a draft.
    fn leave(&mut self, cx: &Cx) -> Vec<Effect> {
        let draft = self.source.unsaved();
        let mut effects = self.keep_draft(cx);
        if draft.is_some() {
            effects.push(Effect::Toast(Toast::info("not saved; the draft is kept, i goes on with it")));
        }
        self.source.leave_editor(draft);
        effects.extend(self.show_version(cx));
        effects
    }

    /// Leaves the editor; what is not saved is forgotten.
    fn give_up(&mut self, cx: &Cx) -> Vec<Effect> {
        let Some(name) = self.source.name().map(str::to_owned) else { return Vec::new() };
        self.source.leave_editor(None);
        let mut effects = vec![ask(cx, PromptsRequest::Draft { name, text: None }).1];
        effects.extend(self.show_version(cx));
        effects
    }

    fn edit_outside(&self) -> Vec<Effect> {
        let Some(text) = self.source.current_text() else { return Vec::new() };
        vec![Effect::Edit { to: ScreenId::Prompts, action: Action::EditExternal, text, suffix: self.suffix() }]
    }

    fn edit_mouse(&mut self, mouse: Mouse, cx: &Cx) -> Vec<Effect> {
        if self.desk.mouse(mouse) == Some(super::screen::LIVE) {
            self.live.view.mouse(mouse, &self.live.doc);
            return Vec::new();
        }
        let Some(writing) = &mut self.source.editing else { return Vec::new() };
        let outcome = writing.editor.mouse(mouse);
        self.done(outcome, cx)
    }

    fn turn_keys(&mut self) -> Vec<Effect> {
        let Some(writing) = &mut self.source.editing else { return Vec::new() };
        let (style, mode, words) = match writing.editor.style() {
            Style::Plain => {
                (Style::Vim, EditorMode::Vim, "vim keys; editor_mode = \"vim\" in hindcast.toml keeps them")
            }
            Style::Vim => (Style::Plain, EditorMode::Plain, "plain keys"),
        };
        writing.editor.set_style(style);
        self.keys = Some(mode);
        vec![Effect::Toast(Toast::info(words))]
    }

    /// Shows what the linter found in the text as it was looked at last.
    pub(super) fn mark_findings(&mut self) {
        let Some(writing) = &mut self.source.editing else { return };
        // Marks of an older text are moved by the editor until newer ones come.
        if self.live.is_about(writing.editor.text()) {
            writing.editor.set_marks(self.live.marks());
        }
    }

    fn watch(&mut self, cx: &Cx) -> Vec<Effect> {
        let Some(name) = self.source.name().map(str::to_owned) else { return Vec::new() };
        let Some(writing) = &self.source.editing else { return Vec::new() };
        let (base, text) = (writing.base.clone(), writing.editor.text().to_owned());
        let (id, effect) = ask(cx, PromptsRequest::Watch { name, base, text });
        self.watching = Some(id);
        vec![effect]
    }

    /// Takes an answer to saving or watching; `None` where it is about something else.
    pub(super) fn writing_answered(&mut self, id: RequestId, answer: &Answer, cx: &Cx) -> Option<Vec<Effect>> {
        if self.watching == Some(id) {
            self.watching = None;
            let mut effects = match answer {
                Answer::Prompts(PromptsAnswer::ChangedOutside(outside)) => self.changed_outside(outside, cx),
                _ => Vec::new(),
            };
            if self.source.editing.is_some() {
                effects.push(cx.timer(ScreenId::Prompts, WATCH_TIMER, WATCHED_EVERY));
            }
            return Some(effects);
        }
        let (_, text) = self.saving.take_if(|(waiting, _)| *waiting == id)?;
        let leave = std::mem::take(&mut self.leave_after_save);
        Some(match answer {
            Answer::Prompts(PromptsAnswer::Saved) => self.saved(text, leave, cx),
            Answer::Prompts(PromptsAnswer::ChangedOutside(outside)) => {
                // Whoever saves is asked again, even where the question was left open before.
                self.outside = None;
                self.changed_outside(outside, cx)
            }
            Answer::Failed(why) => vec![Effect::Toast(Toast::error(why.clone()))],
            _ => Vec::new(),
        })
    }

    fn saved(&mut self, text: String, leave: bool, cx: &Cx) -> Vec<Effect> {
        if let Some(writing) = &mut self.source.editing {
            if writing.editor.text() == text {
                writing.editor.mark_saved();
            }
            writing.base = text;
        }
        self.source.versions.select(0);
        let mut effects = vec![Effect::Toast(Toast::info("saved"))];
        if leave {
            self.source.leave_editor(None);
        }
        effects.extend(self.read(cx));
        effects
    }

    /// Takes what another program wrote into the file.
    fn changed_outside(&mut self, outside: &Outside, cx: &Cx) -> Vec<Effect> {
        let unsaved = self.source.unsaved().is_some();
        let Some(writing) = &mut self.source.editing else { return Vec::new() };
        match &outside.merged {
            Merged::Clean(text) => {
                writing.editor.replace_all(text);
                writing.base.clone_from(&outside.text);
                let words = if unsaved {
                    "the file was changed by another program; both changes are in the text now, undo takes that back"
                } else {
                    "the file was changed by another program and read again"
                };
                let mut effects = vec![Effect::Toast(Toast::warning(words))];
                effects.extend(self.written(cx));
                effects
            }
            Merged::Conflict(_) => {
                let asked = self.outside.as_ref().is_some_and(|known| known.text == outside.text);
                self.outside = Some(outside.clone());
                if asked { Vec::new() } else { vec![Effect::Pick(conflict())] }
            }
        }
    }

    /// Does what was chosen for a file that both sides changed.
    fn settle(&mut self, choice: &str, cx: &Cx) -> Vec<Effect> {
        let Some(outside) = self.outside.take() else { return Vec::new() };
        let Some(writing) = &mut self.source.editing else { return Vec::new() };
        match (choice, &outside.merged) {
            (BOTH, Merged::Conflict(text) | Merged::Clean(text)) => writing.editor.replace_all(text),
            (THEIRS, _) => writing.editor.replace_all(&outside.text),
            _ => {}
        }
        writing.base = outside.text;
        self.written(cx)
    }
}

/// A chord as the editor is to take it: terminals send escape and a key right behind it as that key with alt.
fn keys(chord: Chord, style: Style) -> Vec<Chord> {
    if style == Style::Vim && chord.alt && matches!(chord.key, Key::Char(_)) {
        return vec![Chord::plain(Key::Esc), Chord { alt: false, ..chord }];
    }
    vec![chord]
}

fn conflict() -> Pick {
    let item = |value: &str, label: &str, detail: &str| PickItem {
        value: value.into(),
        label: label.into(),
        detail: detail.into(),
        ..PickItem::default()
    };
    Pick {
        action: Action::SaveText,
        title: "The file was changed by another program, in the same lines".into(),
        items: vec![
            item(BOTH, "put both into the text", "between <<<<<<< and >>>>>>>"),
            item(OURS, "go on with what is written here", "saving overwrites the file"),
            item(THEIRS, "take the file as it is now", "undo brings back what is written here"),
        ],
        choose: Choose::One,
    }
}

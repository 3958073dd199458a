//! The state of vim's modes, and the way of a key through it.

use std::collections::BTreeMap;

use super::mode::{Mode, Pending, Shape};
use super::motion::last_of;
use super::register::Registers;
use crate::ui::chord::{Chord, Key};
use crate::ui::widgets::editor::bracket::Find;
use crate::ui::widgets::editor::buffer::Change;
use crate::ui::widgets::editor::document::{Document, moved};
use crate::ui::widgets::editor::outcome::Outcome;
use crate::ui::widgets::editor::scope::Scope;
use crate::ui::widgets::line_input::LineInput;

/// How deep macros may press each other's keys.
const DEEPEST: usize = 20;
/// Keys that one command may press.
const MOST_KEYS: usize = 50_000;

/// Something typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// A key.
    Key(Chord),
    /// A pasted text.
    Paste(String),
}

/// What an insert session needs to know when it ends.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// How many times the text is put in.
    pub count: usize,
    /// What was typed since it began.
    pub typed: Vec<Typed>,
    /// Whether each repetition has a line of its own.
    pub opens: bool,
    /// Blanks that were put in by themselves, up to this offset; taken away where nothing follows.
    pub indent: Option<usize>,
    /// In replace mode, what was under each typed character.
    pub replaced: Vec<String>,
}

/// A change that `.` makes again.
#[derive(Clone, Debug)]
pub struct Repeat {
    /// The count it was given.
    pub count: Option<usize>,
    /// The keys without the count.
    pub typed: Vec<Typed>,
    /// The lines and characters that were selected.
    pub selected: Option<(Mode, usize, usize)>,
}

/// Vim's modes.
#[derive(Clone, Debug)]
pub struct Vim {
    /// The mode.
    pub mode: Mode,
    /// The command as far as it was typed.
    pub pending: Pending,
    /// The registers.
    pub registers: Registers,
    /// The line typed after `:`, `/` or `?`.
    pub line: LineInput,
    /// The lines typed before, the newest last.
    pub lines_before: Vec<(Mode, String)>,
    /// Where in them the user is.
    pub line_back: usize,
    /// The cursor when a search began, and the mode it began in.
    pub search_from: (usize, Option<Mode>),
    /// The other end of the selection.
    pub anchor: usize,
    /// The last selection.
    pub selected: Option<(Mode, usize, usize)>,
    /// Marked places.
    pub marks: BTreeMap<char, usize>,
    /// The last character that was looked for.
    pub find: Option<Find>,
    /// The insert session.
    pub session: Session,
    /// What `.` does.
    pub repeat: Option<Repeat>,
    /// What was typed of the command that goes on.
    pub command: Vec<Typed>,
    /// The count of that command.
    pub command_count: Option<usize>,
    /// The selection that the command works on.
    pub command_selected: Option<(Mode, usize, usize)>,
    /// Whether the command is one that `.` does again.
    pub repeatable: bool,
    /// The macro being recorded.
    pub recording: Option<(char, Vec<Typed>)>,
    /// Recorded macros.
    pub macros: BTreeMap<char, Vec<Typed>>,
    /// The macro played last.
    pub played: Option<char>,
    /// The last substitution.
    pub substitution: Option<super::substitute::Substitution>,
    /// The text's version when the command began.
    version: u64,
    /// Whether `.` is at work, which does not become what `.` does.
    repeating: bool,
    depth: usize,
    keys: usize,
}

impl Default for Vim {
    fn default() -> Self {
        Self {
            mode: Mode::Normal,
            pending: Pending::default(),
            registers: Registers::default(),
            line: LineInput::default(),
            lines_before: Vec::new(),
            line_back: 0,
            search_from: (0, None),
            anchor: 0,
            selected: None,
            marks: BTreeMap::new(),
            find: None,
            session: Session::default(),
            repeat: None,
            command: Vec::new(),
            command_count: None,
            command_selected: None,
            repeatable: false,
            recording: None,
            macros: BTreeMap::new(),
            played: None,
            substitution: None,
            version: 0,
            repeating: false,
            depth: 0,
            keys: 0,
        }
    }
}

impl Vim {
    /// Takes a key.
    pub fn key(&mut self, chord: Chord, scope: &mut Scope) -> Outcome {
        self.keys = 0;
        self.typed(&Typed::Key(chord), scope)
    }

    /// Takes a pasted text: never keys.
    pub fn paste(&mut self, text: &str, scope: &mut Scope) -> Outcome {
        self.keys = 0;
        self.typed(&Typed::Paste(text.to_owned()), scope)
    }

    fn typed(&mut self, typed: &Typed, scope: &mut Scope) -> Outcome {
        let version = scope.doc.buffer().version();
        if self.depth == 0
            && let Some((_, keys)) = &mut self.recording
        {
            keys.push(typed.clone());
        }
        let begins = self.pending.is_empty() && matches!(self.mode, Mode::Normal | Mode::Visual(_));
        if begins {
            if self.depth == 0 {
                scope.doc.close_step();
            }
            self.command.clear();
            self.command_count = None;
            self.command_selected = None;
            self.repeatable = true;
            self.version = version;
        }
        self.command.push(typed.clone());
        let outcome = match typed {
            Typed::Key(chord) => self.press(*chord, scope),
            Typed::Paste(text) => self.pasted(text, scope),
        };
        let edits = scope.sync();
        self.changed(&edits);
        self.settle(scope);
        let edited = scope.doc.buffer().version() != version;
        if edited && matches!(outcome, Outcome::Moved | Outcome::Ignored) { Outcome::Edited } else { outcome }
    }

    fn press(&mut self, chord: Chord, scope: &mut Scope) -> Outcome {
        let leaves = chord == Chord::plain(Key::Esc) || chord == Chord::ctrl('c') || chord == Chord::ctrl('[');
        match self.mode {
            Mode::Insert | Mode::Replace if leaves && self.pending.wait.is_none() => self.end_insert(scope),
            Mode::Command | Mode::Search(_) => self.line_key(chord, scope),
            _ if leaves => self.escape(chord, scope),
            Mode::Insert | Mode::Replace => self.insert_key(chord, scope),
            Mode::Normal | Mode::Visual(_) => self.command_key(chord, scope),
        }
    }

    /// Escape and ctrl-c outside insert mode: ends what is begun; escape with nothing begun leaves the editor.
    fn escape(&mut self, chord: Chord, scope: &mut Scope) -> Outcome {
        let pending = !self.pending.is_empty();
        self.pending = Pending::default();
        match self.mode {
            Mode::Visual(_) => {
                self.end_visual(scope);
                Outcome::Moved
            }
            _ if pending || self.mode != Mode::Normal => Outcome::Moved,
            _ if chord == Chord::plain(Key::Esc) => Outcome::Leave,
            _ => Outcome::Message("NORMAL; :q leaves, :wq saves and leaves".to_owned()),
        }
    }

    /// Takes a pasted text as text, whatever the mode.
    fn pasted(&mut self, text: &str, scope: &mut Scope) -> Outcome {
        match self.mode {
            Mode::Command | Mode::Search(_) => {
                self.line.insert(text);
                self.line_changed(scope)
            }
            Mode::Insert | Mode::Replace => {
                self.session.typed.push(Typed::Paste(text.to_owned()));
                scope.doc.insert(text);
                Outcome::Edited
            }
            Mode::Normal | Mode::Visual(_) => {
                self.pending = Pending::default();
                if matches!(self.mode, Mode::Visual(_)) {
                    let region = self.region(scope.doc);
                    super::operator::delete(&region, scope);
                    self.end_visual(scope);
                }
                scope.doc.insert(text);
                scope.doc.close_step();
                self.repeatable = false;
                Outcome::Edited
            }
        }
    }

    /// Presses recorded keys.
    pub fn feed(&mut self, typed: &[Typed], scope: &mut Scope) -> Outcome {
        if self.depth >= DEEPEST {
            return Outcome::Message("macros press each other's keys without end; stopped".to_owned());
        }
        self.depth += 1;
        let mut outcome = Outcome::Moved;
        for typed in typed {
            self.keys += 1;
            if self.keys > MOST_KEYS {
                outcome = Outcome::Message(format!("stopped after {MOST_KEYS} keys"));
                break;
            }
            outcome = self.typed(typed, scope);
            // A command that fails ends a macro, as in vim.
            if matches!(outcome, Outcome::Ignored | Outcome::Leave) {
                break;
            }
        }
        self.depth -= 1;
        outcome
    }

    /// Makes the last change again.
    pub fn again(&mut self, count: Option<usize>, scope: &mut Scope) -> Outcome {
        self.repeatable = false;
        let Some(repeat) = self.repeat.clone() else {
            return Outcome::Message("nothing was changed yet".to_owned());
        };
        let count = count.or(repeat.count);
        self.pending = Pending::default();
        if let Some((mode, lines, chars)) = repeat.selected {
            self.select_again(mode, lines, chars, scope);
        } else {
            self.pending.count = count;
        }
        self.repeating = true;
        let outcome = self.feed(&repeat.typed, scope);
        self.repeating = false;
        self.repeat = Some(Repeat { count, ..repeat });
        self.repeatable = false;
        if outcome == Outcome::Leave { Outcome::Moved } else { outcome }
    }

    /// After a key: keeps what `.` does, and the cursor on a character.
    fn settle(&mut self, scope: &mut Scope) {
        if self.mode == Mode::Normal && self.pending.is_empty() {
            let changed = scope.doc.buffer().version() != self.version;
            if self.repeatable && !self.repeating && changed && !self.command.is_empty() {
                self.repeat = Some(Repeat {
                    count: self.command_count,
                    typed: std::mem::take(&mut self.command),
                    selected: self.command_selected.take(),
                });
            }
        }
        self.hold(scope.doc);
    }

    /// Keeps the cursor on a character where the mode wants it there.
    pub fn hold(&self, doc: &mut Document) {
        // A line that is just being written may be the one behind a final line break.
        if matches!(self.mode, Mode::Insert | Mode::Replace) {
            return;
        }
        let buffer = doc.buffer();
        let line = doc.line().min(buffer.written_lines() - 1);
        let most = match self.mode {
            Mode::Normal => last_of(buffer, line),
            _ => buffer.end(line),
        };
        let held = doc.cursor().clamp(buffer.start(line), most);
        if held != doc.cursor() {
            doc.go_keeping_goal(held);
        }
    }

    /// Ends what is begun before the mouse puts the cursor somewhere else.
    pub fn clicked(&mut self, doc: &mut Document) {
        self.pending = Pending::default();
        if !matches!(self.mode, Mode::Insert | Mode::Replace) {
            self.mode = Mode::Normal;
        }
        doc.close_step();
    }

    /// Selects from the cursor on while the mouse is dragged.
    pub fn dragged(&mut self, doc: &Document) {
        if self.mode == Mode::Normal {
            self.mode = Mode::Visual(Shape::Chars);
            self.anchor = doc.cursor();
        }
    }

    /// Moves what is remembered by place with the text.
    pub fn changed(&mut self, changes: &[Change]) {
        for change in changes {
            for at in self.marks.values_mut() {
                *at = moved(*at, *change);
            }
            self.anchor = moved(self.anchor, *change);
            if let Some((_, one, other)) = &mut self.selected {
                *one = moved(*one, *change);
                *other = moved(*other, *change);
            }
        }
    }

    /// Leaves a command without doing it.
    pub fn refuse(&mut self, chord: Chord) -> Outcome {
        self.pending = Pending::default();
        self.repeatable = false;
        Outcome::Message(format!("{chord} means nothing here"))
    }
}

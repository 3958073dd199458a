//! Insert and replace mode.

use super::machine::{Session, Typed, Vim};
use super::mode::{Mode, Wait};
use crate::ui::chord::{Chord, Key};
use crate::ui::widgets::editor::class::Grain;
use crate::ui::widgets::editor::movement as to;
use crate::ui::widgets::editor::outcome::Outcome;
use crate::ui::widgets::editor::scope::{Scope, tab};

impl Vim {
    /// Begins to insert at the cursor.
    pub fn begin_insert(&mut self, count: usize, mode: Mode) {
        self.mode = mode;
        self.session = Session { count, ..Session::default() };
    }

    /// The commands that begin to insert.
    pub fn enter(&mut self, c: char, times: usize, scope: &mut Scope) -> Outcome {
        let line = scope.doc.line();
        let buffer = scope.doc.buffer();
        match c {
            'a' => {
                let at = buffer.next(scope.doc.cursor()).min(buffer.end(line));
                scope.doc.go(at);
            }
            'I' => scope.doc.go(to::first_written(buffer, line)),
            'A' => scope.doc.go(buffer.end(line)),
            _ => {}
        }
        self.begin_insert(times, if c == 'R' { Mode::Replace } else { Mode::Insert });
        if let 'o' | 'O' = c {
            self.session.opens = true;
            self.open_line(c, scope);
            return Outcome::Edited;
        }
        Outcome::Moved
    }

    /// Opens a line below or above with the indentation of this one.
    fn open_line(&mut self, c: char, scope: &mut Scope) {
        let buffer = scope.doc.buffer();
        let line = scope.doc.line();
        let indent = to::indent(buffer, line).to_owned();
        let line_break = buffer.line_break();
        if c == 'o' {
            let end = buffer.end(line);
            scope.doc.replace(end..end, &format!("{line_break}{indent}"));
            scope.doc.go(end + line_break.len() + indent.len());
        } else {
            let start = buffer.start(line);
            scope.doc.replace(start..start, &format!("{indent}{line_break}"));
            scope.doc.go(start + indent.len());
        }
        self.session.indent = (!indent.is_empty()).then_some(scope.doc.cursor());
    }

    /// A key that is text.
    pub fn insert_key(&mut self, chord: Chord, scope: &mut Scope) -> Outcome {
        if self.pending.wait.take() == Some(Wait::Insert) {
            return self.insert_register(chord, scope);
        }
        self.session.typed.push(Typed::Key(chord));
        match (chord.key, chord.ctrl, chord.alt) {
            (Key::Char(c), false, false) => self.type_text(c.encode_utf8(&mut [0; 4]), scope),
            (Key::Tab, false, false) => self.type_text(tab(scope), scope),
            (Key::Enter, ..) => {
                let line = scope.doc.line();
                self.drop_indent(scope);
                let start = scope.doc.buffer().start(line);
                // Blanks do not begin the new line, its indentation does.
                let rest = scope.doc.buffer().slice(scope.doc.cursor()..scope.doc.buffer().end(line));
                let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
                scope.doc.remove(scope.doc.cursor()..scope.doc.cursor() + blanks);
                let indent = to::indent(scope.doc.buffer(), line);
                let indent = indent[..indent.len().min(scope.doc.cursor() - start)].to_owned();
                scope.doc.insert(&format!("\n{indent}"));
                self.session.indent = (!indent.is_empty()).then_some(scope.doc.cursor());
            }
            (Key::Backspace, false, false) | (Key::Char('h'), true, false) => self.backspace(scope),
            (Key::Delete, ..) => {
                let cursor = scope.doc.cursor();
                let next = scope.doc.buffer().next(cursor);
                scope.doc.remove(cursor..next);
            }
            (Key::Backspace, ..) | (Key::Char('w'), true, false) => {
                let cursor = scope.doc.cursor();
                let start = scope.doc.buffer().start(scope.doc.line());
                if cursor == start {
                    self.backspace(scope);
                } else {
                    let from = to::previous_word(scope.doc.buffer(), cursor, Grain::Small).max(start);
                    scope.doc.remove(from..cursor);
                }
            }
            (Key::Char('u'), true, false) => {
                let start = scope.doc.buffer().start(scope.doc.line());
                let written = to::first_written(scope.doc.buffer(), scope.doc.line());
                let cursor = scope.doc.cursor();
                scope.doc.remove(if written < cursor { written..cursor } else { start..cursor });
            }
            (Key::Char('r'), true, false) => {
                self.session.typed.pop();
                self.pending.wait = Some(Wait::Insert);
                return Outcome::Moved;
            }
            _ => return self.insert_motion(chord, scope),
        }
        Outcome::Edited
    }

    fn insert_register(&mut self, chord: Chord, scope: &mut Scope) -> Outcome {
        let text = chord.typed().and_then(|name| self.registers.get(Some(name))).map(|register| register.text.clone());
        let Some(text) = text else { return Outcome::Message("that register is empty".to_owned()) };
        // Done again, it is the text and not the register.
        self.command.truncate(self.command.len().saturating_sub(2));
        self.command.push(Typed::Paste(text.clone()));
        self.session.typed.push(Typed::Paste(text.clone()));
        scope.doc.insert(&text);
        Outcome::Edited
    }

    fn type_text(&mut self, text: &str, scope: &mut Scope) {
        self.session.indent = None;
        if self.mode == Mode::Replace {
            let cursor = scope.doc.cursor();
            let buffer = scope.doc.buffer();
            let end = buffer.next(cursor).min(buffer.end(scope.doc.line()));
            self.session.replaced.push(buffer.slice(cursor..end).to_owned());
            scope.doc.replace(cursor..end, text);
            scope.doc.go(cursor + text.len());
        } else {
            scope.doc.insert(text);
        }
    }

    fn backspace(&mut self, scope: &mut Scope) {
        let cursor = scope.doc.cursor();
        let before = scope.doc.buffer().previous(cursor);
        if self.mode == Mode::Replace {
            // What was replaced comes back; what was there before the session stays.
            match self.session.replaced.pop() {
                Some(old) => {
                    scope.doc.replace(before..cursor, &old);
                    scope.doc.go(before);
                }
                None => scope.doc.go(before.max(scope.doc.buffer().start(scope.doc.line()))),
            }
            return;
        }
        scope.doc.remove(before..cursor);
    }

    /// Keys that move within insert mode: what is typed after them is a step of its own.
    fn insert_motion(&mut self, chord: Chord, scope: &mut Scope) -> Outcome {
        let buffer = scope.doc.buffer();
        let (cursor, line) = (scope.doc.cursor(), scope.doc.line());
        let at = match (chord.key, chord.ctrl) {
            (Key::Left, false) => buffer.previous(cursor).max(buffer.start(line)),
            (Key::Right, false) => buffer.next(cursor).min(buffer.end(line)),
            (Key::Left, true) => to::previous_word(buffer, cursor, Grain::Small),
            (Key::Right, true) => to::next_word(buffer, cursor, Grain::Small),
            (Key::Home, false) => buffer.start(line),
            (Key::End, false) => buffer.end(line),
            (Key::Home, true) => 0,
            (Key::End, true) => buffer.end(buffer.written_lines() - 1),
            (Key::Up | Key::Down | Key::PageUp | Key::PageDown, _) => {
                let back = matches!(chord.key, Key::Up | Key::PageUp);
                let rows = if matches!(chord.key, Key::Up | Key::Down) { 1 } else { scope.view.height() };
                crate::ui::widgets::editor::plain::rows(scope, rows, back);
                return self.moved_in_insert(scope);
            }
            _ => {
                self.session.typed.pop();
                return Outcome::Ignored;
            }
        };
        scope.doc.go(at);
        self.moved_in_insert(scope)
    }

    fn moved_in_insert(&mut self, scope: &mut Scope) -> Outcome {
        scope.doc.close_step();
        self.session.indent = None;
        self.session.count = 1;
        Outcome::Moved
    }

    /// Takes blanks away that were put in by themselves and that nothing follows.
    fn drop_indent(&mut self, scope: &mut Scope) {
        let cursor = scope.doc.cursor();
        let line = scope.doc.line();
        let buffer = scope.doc.buffer();
        if self.session.indent.take() == Some(cursor) && to::is_blank_line(buffer, line) {
            let range = buffer.start(line)..buffer.end(line);
            scope.doc.remove(range.clone());
            scope.doc.go(range.start);
        }
    }

    /// Ends insert mode; a count repeats what was typed.
    pub fn end_insert(&mut self, scope: &mut Scope) -> Outcome {
        let session = std::mem::take(&mut self.session);
        let mode = self.mode;
        if session.count > 1 && !session.typed.is_empty() {
            for _ in 1..session.count {
                if session.opens {
                    self.open_line('o', scope);
                }
                self.mode = mode;
                for typed in &session.typed {
                    match typed {
                        Typed::Key(chord) => {
                            self.insert_key(*chord, scope);
                        }
                        Typed::Paste(text) => scope.doc.insert(text),
                    }
                }
            }
        } else {
            self.session = session;
            self.drop_indent(scope);
        }
        self.mode = Mode::Normal;
        let cursor = scope.doc.cursor();
        let start = scope.doc.buffer().start(scope.doc.line());
        let at = scope.doc.buffer().previous(cursor).max(start);
        scope.doc.go(if cursor > start { at } else { cursor });
        Outcome::Moved
    }
}

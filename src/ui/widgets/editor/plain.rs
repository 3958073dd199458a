//! Plain mode: the keys of common editors.

use std::ops::Range;

use super::bracket::Way;
use super::buffer::Change;
use super::class::Grain;
use super::document::{Document, moved};
use super::movement as to;
use super::outcome::Outcome;
use super::scope::{Highlight, INDENT, Scope, tab};
use crate::ui::chord::{Chord, Key};
use crate::ui::widgets::line_input::LineInput;

/// What plain mode remembers.
#[derive(Clone, Debug, Default)]
pub struct Plain {
    /// The other end of the selection.
    pub anchor: Option<usize>,
    register: String,
    typing: Typing,
    /// What is searched for, while it is typed, and the cursor before.
    pub search: Option<(LineInput, usize)>,
}

/// What the last key did, where the next may go on with it as one step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Typing {
    #[default]
    Nothing,
    Letters,
    Blanks,
    Deleting,
}

impl Plain {
    /// What is selected.
    pub fn selection(&self, doc: &Document) -> Option<Range<usize>> {
        let anchor = doc.buffer().snap(self.anchor?);
        let range = anchor.min(doc.cursor())..anchor.max(doc.cursor());
        (!range.is_empty()).then_some(range)
    }

    /// Moves the selection's end with text that was changed from outside.
    pub fn changed(&mut self, changes: &[Change]) {
        for change in changes {
            self.anchor = self.anchor.map(|at| moved(at, *change));
        }
    }

    /// Takes a key.
    pub fn key(&mut self, chord: Chord, scope: &mut Scope) -> Outcome {
        let outcome = self.press(chord, scope);
        scope.sync();
        outcome
    }

    fn press(&mut self, chord: Chord, scope: &mut Scope) -> Outcome {
        if self.search.is_some() {
            return self.search_key(chord, scope);
        }
        if let Some(outcome) = self.edit(chord, scope) {
            return outcome;
        }
        self.typing = Typing::Nothing;
        scope.doc.close_step();
        let (ctrl, shift) = (chord.ctrl, chord.shift);
        match chord.key {
            Key::Esc if self.anchor.take().is_some() => return Outcome::Moved,
            Key::Esc if scope.search.highlight == Highlight::On => {
                scope.search.highlight = Highlight::Off;
                return Outcome::Moved;
            }
            Key::Esc => return Outcome::Leave,
            Key::Char('f') if ctrl => {
                self.search = Some((LineInput::default(), scope.doc.cursor()));
                return Outcome::Moved;
            }
            Key::F(3) => return find(scope, if shift { Way::Back } else { Way::Forward }),
            Key::Char('c') if ctrl => return self.copy(scope),
            _ => {}
        }
        let before = scope.doc.cursor();
        if !self.go(chord, scope) {
            return Outcome::Ignored;
        }
        if shift {
            self.anchor.get_or_insert(before);
        } else if let Some(anchor) = self.anchor.take() {
            // Without ctrl an arrow first ends the selection at its side.
            match chord.key {
                Key::Left if !ctrl => scope.doc.go(anchor.min(before)),
                Key::Right if !ctrl => scope.doc.go(anchor.max(before)),
                _ => {}
            }
        }
        Outcome::Moved
    }

    /// Keys that change the text.
    fn edit(&mut self, chord: Chord, scope: &mut Scope) -> Option<Outcome> {
        match (chord.key, chord.ctrl, chord.alt) {
            (Key::Char(c), false, false) => {
                let kind = if c.is_whitespace() { Typing::Blanks } else { Typing::Letters };
                self.step(kind, scope);
                self.insert(c.encode_utf8(&mut [0; 4]), scope);
            }
            (Key::Enter, false, false) => {
                self.step(Typing::Nothing, scope);
                let buffer = scope.doc.buffer();
                let line = scope.doc.line();
                let indent = to::indent(buffer, line);
                let kept = indent.len().min(scope.doc.cursor() - buffer.start(line));
                let indent = format!("\n{}", &indent[..kept]);
                self.insert(&indent, scope);
            }
            (Key::Tab, false, false) => {
                self.step(Typing::Blanks, scope);
                self.insert(tab(scope), scope);
            }
            (Key::BackTab, ..) => {
                self.step(Typing::Nothing, scope);
                let buffer = scope.doc.buffer();
                let start = buffer.start(scope.doc.line());
                let blanks = buffer.slice(start..scope.doc.buffer().end(scope.doc.line()));
                let blanks = blanks.bytes().take_while(|byte| *byte == b' ').count().min(INDENT.len());
                scope.doc.remove(start..start + blanks);
            }
            (Key::Backspace, ctrl, alt) => self.backspace(ctrl || alt, scope),
            // What terminals send for ctrl-backspace.
            (Key::Char('h' | 'w'), true, _) => self.backspace(true, scope),
            (Key::Delete, ctrl, _) => {
                self.step(Typing::Deleting, scope);
                if !self.remove_selected(scope) {
                    let (buffer, cursor) = (scope.doc.buffer(), scope.doc.cursor());
                    let end = if ctrl { to::next_word(buffer, cursor, Grain::Small) } else { buffer.next(cursor) };
                    scope.doc.remove(cursor..end);
                }
            }
            (Key::Char('k'), true, _) => {
                self.step(Typing::Nothing, scope);
                let (buffer, cursor) = (scope.doc.buffer(), scope.doc.cursor());
                let end = buffer.end(scope.doc.line());
                let end = if end == cursor { buffer.next(cursor) } else { end };
                scope.doc.remove(cursor..end);
            }
            (Key::Char('z'), true, _) => return Some(self.history(scope, Document::undo)),
            (Key::Char('y'), true, _) => return Some(self.history(scope, Document::redo)),
            (Key::Char('x'), true, _) => {
                self.step(Typing::Nothing, scope);
                let range = self.selected_or_line(scope);
                scope.doc.buffer().slice(range.clone()).clone_into(&mut self.register);
                scope.doc.remove(range.clone());
                scope.doc.go(range.start);
                self.anchor = None;
                return Some(Outcome::Copy(self.register.clone()));
            }
            (Key::Char('v'), true, _) => {
                self.step(Typing::Nothing, scope);
                let text = self.register.clone();
                if text.is_empty() {
                    return Some(Outcome::Message(
                        "nothing was copied here yet; the terminal pastes its own".to_owned(),
                    ));
                }
                self.insert(&text, scope);
            }
            _ => return None,
        }
        Some(Outcome::Edited)
    }

    /// Begins another step of the history where another kind of typing begins.
    fn step(&mut self, kind: Typing, scope: &mut Scope) {
        let goes_on = kind != Typing::Nothing
            && (kind == self.typing || (kind, self.typing) == (Typing::Blanks, Typing::Letters));
        if !goes_on || self.anchor.is_some() {
            scope.doc.close_step();
        }
        self.typing = kind;
    }

    /// Puts text in, in the place of what is selected.
    pub fn insert(&mut self, text: &str, scope: &mut Scope) {
        self.remove_selected(scope);
        scope.doc.insert(text);
    }

    /// Takes a pasted text, as a step of its own.
    pub fn paste(&mut self, text: &str, scope: &mut Scope) -> Outcome {
        if let Some((line, _)) = &mut self.search {
            line.insert(text);
            return self.look(scope);
        }
        scope.doc.close_step();
        self.insert(text, scope);
        scope.doc.close_step();
        self.typing = Typing::Nothing;
        scope.sync();
        Outcome::Edited
    }

    fn remove_selected(&mut self, scope: &mut Scope) -> bool {
        let selection = self.selection(scope.doc);
        self.anchor = None;
        let Some(range) = selection else { return false };
        scope.doc.remove(range.clone());
        scope.doc.go(range.start);
        true
    }

    fn backspace(&mut self, word: bool, scope: &mut Scope) {
        self.step(Typing::Deleting, scope);
        if self.remove_selected(scope) {
            return;
        }
        let (buffer, cursor) = (scope.doc.buffer(), scope.doc.cursor());
        let start = buffer.start(scope.doc.line());
        let from = if word && cursor > start {
            to::previous_word(buffer, cursor, Grain::Small).max(start)
        } else {
            buffer.previous(cursor)
        };
        scope.doc.remove(from..cursor);
    }

    fn selected_or_line(&self, scope: &Scope) -> Range<usize> {
        let buffer = scope.doc.buffer();
        let line = scope.doc.line();
        self.selection(scope.doc).unwrap_or_else(|| buffer.start(line)..buffer.break_end(line))
    }

    fn copy(&mut self, scope: &Scope) -> Outcome {
        let range = self.selected_or_line(scope);
        scope.doc.buffer().slice(range).clone_into(&mut self.register);
        Outcome::Copy(self.register.clone())
    }

    fn history(&mut self, scope: &mut Scope, step: fn(&mut Document) -> Option<super::document::Undone>) -> Outcome {
        self.anchor = None;
        self.typing = Typing::Nothing;
        match step(scope.doc) {
            Some(undone) => {
                scope.doc.go(undone.last);
                Outcome::Edited
            }
            None => Outcome::Message("there is nothing more".to_owned()),
        }
    }

    /// Keys that move; says whether this is one.
    #[allow(clippy::unused_self, reason = "beside its siblings")]
    fn go(&self, chord: Chord, scope: &mut Scope) -> bool {
        let buffer = scope.doc.buffer();
        let (cursor, line) = (scope.doc.cursor(), scope.doc.line());
        let at = match (chord.key, chord.ctrl, chord.alt) {
            (Key::Left, false, false) => buffer.previous(cursor),
            (Key::Right, false, false) => buffer.next(cursor),
            (Key::Left, ..) => to::previous_word(buffer, cursor, Grain::Small),
            (Key::Right, ..) => to::next_word(buffer, cursor, Grain::Small),
            (Key::Home, true, _) => 0,
            (Key::End, true, _) => buffer.len(),
            // First to the first letter, from there to the line's start.
            (Key::Home, ..) => {
                let written = to::first_written(buffer, line);
                if cursor == written { buffer.start(line) } else { written }
            }
            (Key::End, ..) => buffer.end(line),
            (Key::Up, true, _) => to::paragraph_up(buffer, cursor),
            (Key::Down, true, _) => to::paragraph_down(buffer, cursor, buffer.lines()),
            (Key::Up, ..) => {
                rows(scope, 1, true);
                return true;
            }
            (Key::Down, ..) => {
                rows(scope, 1, false);
                return true;
            }
            (Key::PageUp | Key::PageDown, ..) => {
                let page = scope.view.height().saturating_sub(1).max(1);
                rows(scope, page, chord.key == Key::PageUp);
                return true;
            }
            _ => return false,
        };
        scope.doc.go(at);
        true
    }

    fn search_key(&mut self, chord: Chord, scope: &mut Scope) -> Outcome {
        let Some((line, from)) = &mut self.search else { return Outcome::Ignored };
        match chord.key {
            Key::Esc => {
                scope.doc.go(*from);
                scope.search.highlight = Highlight::Off;
                self.search = None;
                Outcome::Moved
            }
            Key::Enter => {
                let empty = line.text().is_empty();
                self.search = None;
                if empty { find(scope, Way::Forward) } else { Outcome::Moved }
            }
            Key::Down | Key::F(3) if !chord.shift => find(scope, Way::Forward),
            Key::Up | Key::F(3) => find(scope, Way::Back),
            _ => {
                line.key(chord);
                self.look(scope)
            }
        }
    }

    /// Goes to what is found from where the search began.
    fn look(&mut self, scope: &mut Scope) -> Outcome {
        let Some((line, from)) = &self.search else { return Outcome::Ignored };
        scope.doc.go(*from);
        if line.text().is_empty() {
            scope.search.highlight = Highlight::Off;
            return Outcome::Moved;
        }
        let found = scope.search.set(line.text(), Way::Forward).and_then(|()| {
            // What stands at the cursor counts too.
            let before = scope.doc.buffer().previous(*from);
            scope.search.go(scope.doc, if before == *from { scope.doc.buffer().len() } else { before }, Way::Forward)
        });
        match found {
            Ok((at, _)) => {
                scope.doc.go(at);
                Outcome::Moved
            }
            Err(why) => Outcome::Message(why),
        }
    }
}

fn find(scope: &mut Scope, way: Way) -> Outcome {
    scope.search.highlight = Highlight::On;
    match scope.search.go(scope.doc, scope.doc.cursor(), way) {
        Ok((at, words)) => {
            scope.doc.go(at);
            Outcome::Message(words)
        }
        Err(why) => Outcome::Message(why),
    }
}

/// Moves by rows as they are seen; up from the first row goes to the text's start, down from the last to its end.
pub fn rows(scope: &mut Scope, count: usize, back: bool) {
    let cursor = scope.doc.cursor();
    let column = match scope.doc.goal {
        Some(goal) => goal,
        None => scope.view.column(scope.doc.buffer(), cursor),
    };
    let way = if back { Way::Back } else { Way::Forward };
    let at = scope.view.rows_away(scope.doc.buffer(), cursor, column, count, way);
    scope.doc.go_keeping_goal(at);
    scope.doc.goal = Some(column);
}

//! Visual mode: what is selected, and what is done with it.

use std::ops::Range;

use super::machine::Vim;
use super::mode::{Mode, Pending, Shape, Wait};
use super::operator::{Operator, Region, delete};
use super::put::{Joint, join, put};
use super::register::Taken;
use crate::ui::chord::Chord;
use crate::ui::widgets::editor::bracket::Way;
use crate::ui::widgets::editor::document::Document;
use crate::ui::widgets::editor::outcome::Outcome;
use crate::ui::widgets::editor::scope::Scope;

impl Vim {
    /// Begins to select at the cursor.
    pub fn begin_visual(&mut self, shape: Shape, scope: &Scope) -> Outcome {
        self.mode = Mode::Visual(shape);
        self.anchor = scope.doc.cursor();
        self.repeatable = false;
        Outcome::Moved
    }

    /// Ends the selection and remembers it for `gv`.
    pub fn end_visual(&mut self, scope: &Scope) {
        if matches!(self.mode, Mode::Visual(_)) {
            self.selected = Some((self.mode, self.anchor, scope.doc.cursor()));
            self.mode = Mode::Normal;
        }
    }

    /// Selects again what was selected last.
    pub fn reselect(&mut self, scope: &mut Scope) -> Outcome {
        let Some((mode, anchor, cursor)) = self.selected else {
            return Outcome::Message("nothing was selected yet".to_owned());
        };
        self.mode = mode;
        self.anchor = anchor.min(scope.doc.buffer().len());
        scope.doc.go(cursor);
        Outcome::Moved
    }

    /// Selects a text object; one that goes on with the selection extends it.
    pub fn select(&mut self, region: &Region, scope: &mut Scope) -> Outcome {
        self.pending = Pending::default();
        let buffer = scope.doc.buffer();
        let range = region.range(buffer);
        if matches!(region, Region::Lines(..)) {
            self.mode = Mode::Visual(Shape::Lines);
        }
        let last = buffer.previous(range.end).max(range.start);
        if self.anchor == scope.doc.cursor() {
            self.anchor = range.start;
        }
        scope.doc.go(last);
        Outcome::Moved
    }

    /// The bytes that are selected, for drawing.
    pub fn selection(&self, doc: &Document) -> Option<Range<usize>> {
        let Mode::Visual(_) = self.mode else { return None };
        Some(self.region(doc).range(doc.buffer()))
    }

    /// What is selected.
    pub fn region(&self, doc: &Document) -> Region {
        let buffer = doc.buffer();
        let anchor = buffer.snap(self.anchor);
        let (start, end) = (anchor.min(doc.cursor()), anchor.max(doc.cursor()));
        match self.mode {
            Mode::Visual(Shape::Lines) => Region::Lines(buffer.line_at(start), buffer.line_at(end)),
            _ => Region::Chars(start..buffer.next(end)),
        }
    }

    /// How many lines are selected, and how many characters in the last of them, for `.`.
    fn extent(&self, doc: &Document) -> (Mode, usize, usize) {
        let buffer = doc.buffer();
        let range = self.region(doc).range(buffer);
        let (first, last) = (buffer.line_at(range.start), buffer.line_at(buffer.previous(range.end).max(range.start)));
        let from = if first == last { range.start } else { buffer.start(last) };
        (self.mode, last - first, buffer.slice(from..range.end).chars().count())
    }

    /// Selects as much again as a command had selected, from the cursor on.
    pub fn select_again(&mut self, mode: Mode, lines: usize, chars: usize, scope: &mut Scope) {
        let buffer = scope.doc.buffer();
        self.anchor = scope.doc.cursor();
        self.mode = mode;
        let line = (scope.doc.line() + lines).min(buffer.written_lines() - 1);
        let from = if lines == 0 { scope.doc.cursor() } else { buffer.start(line) };
        let end = buffer.end(line);
        let mut at = from;
        for _ in 1..chars {
            at = buffer.next(at).min(end);
        }
        scope.doc.go(at);
    }

    /// An operator on the selection.
    pub fn operate_selected(&mut self, operator: Operator, scope: &mut Scope) -> Outcome {
        let region = self.region(scope.doc);
        let times = self.pending.times().unwrap_or(1);
        self.keep_command(scope);
        let start = region.range(scope.doc.buffer()).start;
        self.end_visual(scope);
        if !matches!(operator, Operator::Delete | Operator::Change) {
            scope.doc.go(start);
        }
        self.finish(operator, &region, times.min(100), scope)
    }

    /// Keeps what is needed to do the command again: its keys and how much was selected.
    fn keep_command(&mut self, scope: &Scope) {
        self.command_selected = Some(self.extent(scope.doc));
        self.repeatable = true;
    }

    /// `r` on the selection.
    pub fn replace_selected(&mut self, c: char, scope: &mut Scope) -> Outcome {
        let range = self.region(scope.doc).range(scope.doc.buffer());
        self.keep_command(scope);
        self.end_visual(scope);
        self.pending = Pending::default();
        let text = scope.doc.buffer().slice(range.clone());
        let new: String =
            text.chars().map(|old| if matches!(old, '\n' | '\r') || c == '\n' { old } else { c }).collect();
        scope.doc.replace(range.clone(), &new);
        scope.doc.go(range.start);
        Outcome::Edited
    }

    /// A command of visual mode.
    pub fn visual_key(&mut self, c: char, chord: Chord, scope: &mut Scope) -> Outcome {
        if let Some(operator) = Operator::of(c) {
            return self.operate_selected(operator, scope);
        }
        match c {
            'x' => self.operate_selected(Operator::Delete, scope),
            's' => self.operate_selected(Operator::Change, scope),
            'u' => self.operate_selected(Operator::Lower, scope),
            'U' => self.operate_selected(Operator::Upper, scope),
            '~' => self.operate_selected(Operator::Toggle, scope),
            'D' | 'X' => self.whole_lines(Operator::Delete, scope),
            'C' | 'S' | 'R' => self.whole_lines(Operator::Change, scope),
            'Y' => self.whole_lines(Operator::Yank, scope),
            'r' => {
                self.pending.wait = Some(Wait::Replace);
                Outcome::Moved
            }
            'J' => self.join_selected(scope),
            'p' | 'P' => self.put_selected(scope),
            'o' => {
                let cursor = scope.doc.cursor();
                scope.doc.go(self.anchor);
                self.anchor = cursor;
                self.pending = Pending::default();
                Outcome::Moved
            }
            'v' | 'V' => {
                let shape = if c == 'v' { Shape::Chars } else { Shape::Lines };
                self.pending = Pending::default();
                if self.mode == Mode::Visual(shape) {
                    self.end_visual(scope);
                } else {
                    self.mode = Mode::Visual(shape);
                }
                Outcome::Moved
            }
            'I' | 'A' => {
                let range = self.region(scope.doc).range(scope.doc.buffer());
                self.end_visual(scope);
                self.repeatable = false;
                self.pending = Pending::default();
                scope.doc.go(if c == 'I' { range.start } else { range.end });
                self.begin_insert(1, Mode::Insert);
                Outcome::Moved
            }
            _ => self.refuse(chord),
        }
    }

    fn whole_lines(&mut self, operator: Operator, scope: &mut Scope) -> Outcome {
        self.mode = Mode::Visual(Shape::Lines);
        self.operate_selected(operator, scope)
    }

    fn join_selected(&mut self, scope: &mut Scope) -> Outcome {
        let (_, lines, _) = self.extent(scope.doc);
        let first = scope.doc.buffer().line_at(self.anchor.min(scope.doc.cursor()));
        self.keep_command(scope);
        self.end_visual(scope);
        self.pending = Pending::default();
        join(first, lines + 1, Joint::Blank, scope)
    }

    /// Puts a register in the place of the selection, which goes to the unnamed one.
    fn put_selected(&mut self, scope: &mut Scope) -> Outcome {
        let register = match self.register() {
            Ok(register) => register,
            Err(outcome) => {
                self.pending = Pending::default();
                return outcome;
            }
        };
        let region = self.region(scope.doc);
        let lines = matches!(region, Region::Lines(..));
        let times = self.pending.times().unwrap_or(1).min(1_000);
        self.keep_command(scope);
        self.end_visual(scope);
        self.pending = Pending::default();
        let range = region.range(scope.doc.buffer());
        let old = scope.doc.buffer().slice(range.clone()).to_owned();
        let shape = if lines { Shape::Lines } else { Shape::Chars };
        let _ = self.registers.keep(None, &old, shape, Taken::Deleted);
        match (lines, register.shape) {
            (true, Shape::Lines) => {
                let ends = range.end < scope.doc.buffer().len() || scope.doc.buffer().text().ends_with('\n');
                let text = scope.doc.with_line_breaks(&register.text.repeat(times));
                let text = if ends { text.as_str() } else { text.trim_end_matches('\n').trim_end_matches('\r') };
                scope.doc.replace(range.clone(), text);
                scope.doc.go(range.start);
            }
            (true, Shape::Chars) => {
                let (first, last) = (scope.doc.buffer().line_at(range.start), scope.doc.buffer().previous(range.end));
                let end = scope.doc.buffer().end(scope.doc.buffer().line_at(last));
                scope.doc.remove(scope.doc.buffer().start(first)..end);
                scope.doc.go(range.start);
                put(&register, Way::Back, times, scope);
                scope.doc.go(range.start);
            }
            (false, Shape::Lines) => {
                let line_break = scope.doc.buffer().line_break();
                let text = scope.doc.with_line_breaks(&register.text.repeat(times));
                scope.doc.replace(range.clone(), &format!("{line_break}{text}"));
                scope.doc.go(range.start + line_break.len());
            }
            (false, Shape::Chars) => {
                delete(&region, scope);
                put(&register, Way::Back, times, scope);
            }
        }
        Outcome::Edited
    }
}

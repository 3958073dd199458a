//! Commands of normal mode, and what they share with visual mode.

use super::machine::Vim;
use super::mode::{Extent, Mode, Pending, Shape, Wait, command_of};
use super::motion::{Motion, Purpose};
use super::operator::{Operator, Region, cased};
use super::put::{Joint, join};
use crate::ui::chord::{Chord, Key};
use crate::ui::widgets::editor::bracket::{Again, Stop, Way};
use crate::ui::widgets::editor::class::{Class, Grain, class};
use crate::ui::widgets::editor::movement as to;
use crate::ui::widgets::editor::outcome::Outcome;
use crate::ui::widgets::editor::scope::Scope;
use crate::ui::widgets::line_input::LineInput;

impl Vim {
    /// A key of a command.
    pub fn command_key(&mut self, chord: Chord, scope: &mut Scope) -> Outcome {
        self.pending.keys.push_str(&shown(chord));
        if let Some(wait) = self.pending.wait {
            return self.awaited(wait, chord, scope);
        }
        if chord.ctrl {
            return self.ctrl_key(chord, scope);
        }
        if let Key::PageUp | Key::PageDown = chord.key {
            return self.page(if chord.key == Key::PageUp { Way::Back } else { Way::Forward }, 1, scope);
        }
        let Some(c) = command_of(chord) else { return self.refuse(chord) };
        if chord.key == Key::Char(c) && self.pending.digit(c) {
            // A count is not part of what is done again: it may be another then.
            self.command.pop();
            return Outcome::Moved;
        }
        let visual = matches!(self.mode, Mode::Visual(_));
        let wait = match c {
            '"' => Some(Wait::Register),
            'f' => Some(Wait::Find(Way::Forward, Stop::On)),
            'F' => Some(Wait::Find(Way::Back, Stop::On)),
            't' => Some(Wait::Find(Way::Forward, Stop::Before)),
            'T' => Some(Wait::Find(Way::Back, Stop::Before)),
            'g' => Some(Wait::G),
            'z' if self.pending.operator.is_none() => Some(Wait::Scroll),
            '\'' => Some(Wait::GoMark(Shape::Lines)),
            '`' => Some(Wait::GoMark(Shape::Chars)),
            'i' if visual || self.pending.operator.is_some() => Some(Wait::Object(Extent::Inner)),
            'a' if visual || self.pending.operator.is_some() => Some(Wait::Object(Extent::Around)),
            _ => None,
        };
        if wait.is_some() {
            self.pending.wait = wait;
            return Outcome::Moved;
        }
        if let Some((operator, _)) = self.pending.operator
            && operator.is_own(c)
        {
            return self.own_lines(operator, scope);
        }
        if let Some(motion) = self.motion_of(c, scope) {
            return self.go(motion, scope);
        }
        if let '/' | '?' | ':' = c {
            return self.begin_line(c, scope);
        }
        if visual {
            return self.visual_key(c, chord, scope);
        }
        if self.pending.operator.is_some() {
            return self.refuse(chord);
        }
        if let Some(operator) = Operator::of(c) {
            self.pending.operator = Some((operator, self.pending.count.take()));
            return Outcome::Moved;
        }
        self.normal_command(c, chord, scope)
    }

    /// The motion of a key, where it is one.
    fn motion_of(&self, c: char, scope: &Scope) -> Option<Motion> {
        use Motion as M;
        Some(match c {
            'h' => M::Left,
            'l' => M::Right,
            ' ' => M::Onward,
            'k' => M::Up,
            'j' => M::Down,
            '0' => M::LineStart,
            '^' => M::FirstWritten,
            '$' => M::LineEnd,
            '|' => M::Column,
            'w' => M::Word(Grain::Small),
            'W' => M::Word(Grain::Big),
            'e' => M::WordEnd(Grain::Small),
            'E' => M::WordEnd(Grain::Big),
            'b' => M::WordBack(Grain::Small),
            'B' => M::WordBack(Grain::Big),
            '}' => M::Paragraph(Way::Forward),
            '{' => M::Paragraph(Way::Back),
            ')' => M::Sentence(Way::Forward),
            '(' => M::Sentence(Way::Back),
            'G' => M::LastLine,
            '%' => M::Partner,
            '+' => M::Lines(Way::Forward),
            '-' => M::Lines(Way::Back),
            '_' => M::LinesHere,
            ';' => M::Find(self.find?, Again::Yes),
            ',' => M::Find(self.find?.reversed(), Again::Yes),
            'n' | 'N' => {
                let way = if c == 'n' { scope.search.way } else { reversed(scope.search.way) };
                M::To(self.found(way, scope)?, Shape::Chars)
            }
            _ => return None,
        })
    }

    /// Does a motion, or what the operator does with it.
    pub fn go(&mut self, motion: Motion, scope: &mut Scope) -> Outcome {
        let from = scope.doc.cursor();
        let count = self.pending.times();
        let operator = self.pending.operator.map(|(operator, _)| operator);
        let purpose = if operator.is_some() { Purpose::Operate } else { Purpose::Move };
        // `cw` on a word is `ce` that can stay in it.
        if let (Some(Operator::Change), Motion::Word(grain)) = (operator, motion)
            && scope.doc.buffer().char_at(from).is_some_and(|c| class(c, grain) != Class::Blank)
        {
            let end = change_end(scope, from, grain, count.unwrap_or(1));
            return self.finish(Operator::Change, &Region::Chars(from..end), 1, scope);
        }
        let Some(target) = motion.target(scope.doc, count, purpose) else {
            self.pending = Pending::default();
            self.repeatable = false;
            return Outcome::Ignored;
        };
        if let Some(operator) = operator {
            scope.doc.goal = None;
            let region = Region::of(scope.doc.buffer(), from, target, operator);
            // An operator over lines begins at the upper end.
            if !matches!(operator, Operator::Delete | Operator::Change) && target.at < from {
                scope.doc.go(target.at);
            }
            return self.finish(operator, &region, 1, scope);
        }
        if matches!(motion, Motion::LastLine | Motion::FirstLine | Motion::To(..) | Motion::Partner) {
            self.marks.insert('\'', from);
        }
        if matches!(motion, Motion::Up | Motion::Down | Motion::LineEnd) {
            scope.doc.go_keeping_goal(target.at);
        } else {
            scope.doc.go(target.at);
        }
        if let Motion::Find(find, Again::No) = motion {
            self.find = Some(find);
        }
        self.pending = Pending::default();
        Outcome::Moved
    }

    /// Ends a command with what its operator does.
    pub fn finish(&mut self, operator: Operator, region: &Region, times: usize, scope: &mut Scope) -> Outcome {
        self.command_count = self.pending.times();
        let outcome = self.operate(operator, region, times, scope);
        self.pending = Pending::default();
        if operator == Operator::Yank {
            self.repeatable = false;
        }
        outcome
    }

    /// An operator on its own line: `dd`, `3>>`.
    pub fn own_lines(&mut self, operator: Operator, scope: &mut Scope) -> Outcome {
        let buffer = scope.doc.buffer();
        let line = scope.doc.line();
        let last = buffer.written_lines() - 1;
        let times = self.pending.times().unwrap_or(1);
        // A count beyond the end takes what there is, from the cursor's line on.
        let region = Region::Lines(line, (line + times - 1).min(last));
        if matches!(operator, Operator::Lower | Operator::Upper | Operator::Toggle) {
            scope.doc.go(scope.doc.buffer().start(line));
        }
        self.finish(operator, &region, 1, scope)
    }

    /// Commands that are neither motions nor operators.
    fn normal_command(&mut self, c: char, chord: Chord, scope: &mut Scope) -> Outcome {
        let count = self.pending.times();
        let times = count.unwrap_or(1);
        let waits = match c {
            'r' => Some(Wait::Replace),
            'm' => Some(Wait::SetMark),
            'Z' => Some(Wait::Leave),
            '@' => Some(Wait::Play),
            'q' if self.recording.is_none() => Some(Wait::Record),
            _ => None,
        };
        if waits.is_some() {
            self.pending.wait = waits;
            return Outcome::Moved;
        }
        // Commands that are short for an operator with a motion.
        let short = match c {
            'x' => Some((Operator::Delete, Motion::Right)),
            'X' => Some((Operator::Delete, Motion::Left)),
            's' => Some((Operator::Change, Motion::Right)),
            'D' => Some((Operator::Delete, Motion::LineEnd)),
            'C' => Some((Operator::Change, Motion::LineEnd)),
            _ => None,
        };
        if let Some((operator, motion)) = short {
            return self.short(operator, motion, scope);
        }
        match c {
            'S' => return self.own_lines(Operator::Change, scope),
            'Y' => return self.own_lines(Operator::Yank, scope),
            'p' | 'P' => {
                self.command_count = count;
                let outcome = self.put(if c == 'p' { Way::Forward } else { Way::Back }, times, scope);
                self.pending = Pending::default();
                return outcome;
            }
            _ => {}
        }
        self.command_count = count;
        self.pending = Pending::default();
        match c {
            'i' | 'a' | 'I' | 'A' | 'o' | 'O' | 'R' => self.enter(c, times, scope),
            'u' => {
                self.repeatable = false;
                Self::undo(times, scope)
            }
            '.' => self.again(count, scope),
            'J' => join(scope.doc.line(), times, Joint::Blank, scope),
            '~' => Self::toggle(times, scope),
            'v' => self.begin_visual(Shape::Chars, scope),
            'V' => self.begin_visual(Shape::Lines, scope),
            'q' => {
                if let Some((name, mut keys)) = self.recording.take() {
                    keys.pop();
                    self.macros.insert(name, keys);
                }
                Outcome::Moved
            }
            '*' | '#' => self.search_word(if c == '*' { Way::Forward } else { Way::Back }, scope),
            'n' | 'N' => scope
                .search
                .go(scope.doc, scope.doc.cursor(), scope.search.way)
                .map_or_else(Outcome::Message, |(_, words)| Outcome::Message(words)),
            'H' | 'M' | 'L' => {
                let last = scope.view.height() - 1;
                let rows = match c {
                    'H' => 0,
                    'M' => last / 2,
                    _ => last,
                };
                let at = scope.view.at_row(scope.doc.buffer(), rows);
                let at = to::first_written(scope.doc.buffer(), scope.doc.buffer().line_at(at));
                scope.doc.go(at);
                Outcome::Moved
            }
            '&' => self.substitute_again(scope),
            _ => self.refuse(chord),
        }
    }

    fn short(&mut self, operator: Operator, motion: Motion, scope: &mut Scope) -> Outcome {
        let (from, times) = (scope.doc.cursor(), self.pending.times());
        match motion.target(scope.doc, times, Purpose::Operate) {
            Some(target) => {
                scope.doc.goal = None;
                let buffer = scope.doc.buffer();
                // `D` never takes whole lines.
                let region = match Region::of(buffer, from, target, Operator::Change) {
                    Region::Lines(..) => {
                        Region::Chars(from..buffer.next(target.at).min(buffer.end(buffer.line_at(target.at))))
                    }
                    Region::Chars(range) => Region::Chars(range),
                };
                self.finish(operator, &region, 1, scope)
            }
            // On an empty line there is nothing to take, and `s` still begins to insert.
            None if operator == Operator::Change => self.finish(operator, &Region::Chars(from..from), 1, scope),
            None => {
                self.pending = Pending::default();
                self.repeatable = false;
                Outcome::Ignored
            }
        }
    }

    fn toggle(times: usize, scope: &mut Scope) -> Outcome {
        let buffer = scope.doc.buffer();
        let (from, end) = (scope.doc.cursor(), buffer.end(scope.doc.line()));
        let mut to = from;
        for _ in 0..times {
            to = buffer.next(to).min(end);
        }
        let text = cased(buffer.slice(from..to), Operator::Toggle);
        scope.doc.replace(from..to, &text);
        scope.doc.go(from + text.len());
        Outcome::Edited
    }

    /// Begins to type a command or a pattern.
    fn begin_line(&mut self, c: char, scope: &mut Scope) -> Outcome {
        self.search_from = (scope.doc.cursor(), Some(self.mode));
        self.line = LineInput::default();
        self.line_back = 0;
        if c == ':' {
            self.repeatable = false;
            if let Mode::Visual(shape) = self.mode {
                self.line = LineInput::new("'<,'>");
                self.selected = Some((Mode::Visual(shape), self.anchor, scope.doc.cursor()));
            } else if let Some(count) = self.pending.times() {
                self.line = LineInput::new(format!(".,.+{}", count - 1));
            }
            self.pending = Pending::default();
        }
        self.mode = match c {
            ':' => Mode::Command,
            '/' => Mode::Search(Way::Forward),
            _ => Mode::Search(Way::Back),
        };
        Outcome::Moved
    }
}

/// Where `cw` ends: the end of the count-th word, this one included.
fn change_end(scope: &Scope, from: usize, grain: Grain, count: usize) -> usize {
    let buffer = scope.doc.buffer();
    let kind = |at: usize| buffer.char_at(at).map(|c| class(c, grain));
    let mut end = from;
    for place in 0..count {
        if place > 0 || kind(buffer.next(end)) == kind(end) {
            end = to::word_end(buffer, end, grain).max(end);
        }
    }
    buffer.next(end).min(buffer.end(buffer.line_at(end)))
}

/// The other way.
pub const fn reversed(way: Way) -> Way {
    match way {
        Way::Forward => Way::Back,
        Way::Back => Way::Forward,
    }
}

/// A key as it is shown while a command waits for more.
fn shown(chord: Chord) -> String {
    match chord.typed() {
        Some(c) if !crate::domain::untrusted::is_forbidden(c) => c.to_string(),
        Some(_) => String::new(),
        None => format!("<{chord}>"),
    }
}

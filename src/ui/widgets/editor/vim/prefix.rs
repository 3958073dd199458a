//! Commands of more than one key: what follows `g`, `r`, `f`, `m`, `"`, `@` and the like.

use super::machine::Vim;
use super::mode::{Extent, Mode, Pending, Shape, Wait};
use super::motion::Motion;
use super::object::object;
use super::operator::Operator;
use super::put::{Joint, join};
use super::register::Registers;
use crate::ui::chord::{Chord, Key};
use crate::ui::widgets::editor::bracket::{Again, Find, Way};
use crate::ui::widgets::editor::class::Grain;
use crate::ui::widgets::editor::outcome::{Outcome, Unsaved};
use crate::ui::widgets::editor::scope::Scope;

impl Vim {
    /// The key that a command waited for.
    pub fn awaited(&mut self, wait: Wait, chord: Chord, scope: &mut Scope) -> Outcome {
        self.pending.wait = None;
        let c = match (chord.typed(), chord.key) {
            (Some(c), _) => c,
            (None, Key::Enter) => '\n',
            (None, Key::Tab) => '\t',
            _ => return self.refuse(chord),
        };
        match wait {
            Wait::Register | Wait::Insert if !Registers::is_name(c) => self.refuse(chord),
            Wait::Register | Wait::Insert => {
                self.pending.register = Some(c);
                Outcome::Moved
            }
            Wait::Find(way, stop) => {
                let find = Find { what: c, way, stop };
                self.find = Some(find);
                self.go(Motion::Find(find, Again::No), scope)
            }
            Wait::Replace => self.replace_with(c, scope),
            Wait::SetMark if c.is_ascii_lowercase() || c == '\'' => {
                self.marks.insert(c, scope.doc.cursor());
                self.pending = Pending::default();
                Outcome::Moved
            }
            Wait::GoMark(shape) => {
                if let Some(at) = self.place_of(c) {
                    return self.go(Motion::To(at.min(scope.doc.buffer().len()), shape), scope);
                }
                self.pending = Pending::default();
                Outcome::Message(format!("mark {c} is not set; m{c} sets it"))
            }
            Wait::G => self.g_key(c, chord, scope),
            Wait::Scroll => self.scroll_key(c, chord, scope),
            Wait::Leave => {
                self.pending = Pending::default();
                match c {
                    'Z' => Outcome::SaveAndQuit,
                    'Q' => Outcome::Quit(Unsaved::Discard),
                    _ => self.refuse(chord),
                }
            }
            Wait::Object(extent) => self.object_key(c, extent, chord, scope),
            Wait::Record if c.is_ascii_alphabetic() => {
                self.recording = Some((c.to_ascii_lowercase(), Vec::new()));
                self.pending = Pending::default();
                Outcome::Message(format!("recording @{c}; q ends it"))
            }
            Wait::Play => self.play(c, scope),
            Wait::SetMark | Wait::Record => self.refuse(chord),
        }
    }

    fn place_of(&self, name: char) -> Option<usize> {
        match (name, self.selected) {
            ('<', Some((_, one, other))) => Some(one.min(other)),
            ('>', Some((_, one, other))) => Some(one.max(other)),
            ('`', _) => self.marks.get(&'\'').copied(),
            _ => self.marks.get(&name).copied(),
        }
    }

    fn object_key(&mut self, c: char, extent: Extent, chord: Chord, scope: &mut Scope) -> Outcome {
        let count = self.pending.times().unwrap_or(1);
        let found = object(scope.doc.buffer(), scope.doc.cursor(), c, extent, count.min(1_000));
        let Some(region) = found else { return self.refuse(chord) };
        match self.pending.operator {
            Some((operator, _)) => {
                if !matches!(operator, Operator::Delete | Operator::Change) {
                    scope.doc.go(region.range(scope.doc.buffer()).start);
                }
                self.finish(operator, &region, 1, scope)
            }
            None => self.select(&region, scope),
        }
    }

    fn play(&mut self, c: char, scope: &mut Scope) -> Outcome {
        let name = if c == '@' { self.played } else { Some(c.to_ascii_lowercase()) };
        let times = self.pending.times().unwrap_or(1);
        self.pending = Pending::default();
        let Some((name, keys)) = name.and_then(|name| Some((name, self.macros.get(&name)?.clone()))) else {
            return Outcome::Message(format!("nothing is recorded in @{c}; q{c} records"));
        };
        self.played = Some(name);
        let mut outcome = Outcome::Moved;
        for _ in 0..times {
            outcome = self.feed(&keys, scope);
            if !matches!(outcome, Outcome::Moved | Outcome::Edited) {
                break;
            }
        }
        self.repeatable = false;
        outcome
    }

    /// `r`: other characters in the place of those under the cursor.
    fn replace_with(&mut self, c: char, scope: &mut Scope) -> Outcome {
        if matches!(self.mode, Mode::Visual(_)) {
            return self.replace_selected(c, scope);
        }
        let times = self.pending.times().unwrap_or(1);
        self.command_count = self.pending.times();
        self.pending = Pending::default();
        let buffer = scope.doc.buffer();
        let (from, end) = (scope.doc.cursor(), buffer.end(scope.doc.line()));
        let mut to = from;
        for _ in 0..times {
            if to >= end {
                self.repeatable = false;
                return Outcome::Ignored;
            }
            to = buffer.next(to);
        }
        if c == '\n' {
            let line_break = buffer.line_break();
            scope.doc.replace(from..to, line_break);
            scope.doc.go(from + line_break.len());
        } else {
            scope.doc.replace(from..to, &c.to_string().repeat(times));
            let last = scope.doc.buffer().previous(from + c.len_utf8() * times);
            scope.doc.go(last);
        }
        Outcome::Edited
    }

    fn g_key(&mut self, c: char, chord: Chord, scope: &mut Scope) -> Outcome {
        if let Some((operator, _)) = self.pending.operator
            && Operator::of_g(c) == Some(operator)
        {
            return self.own_lines(operator, scope);
        }
        let motion = match c {
            'g' => Some(Motion::FirstLine),
            'e' => Some(Motion::WordEndBack(Grain::Small)),
            'E' => Some(Motion::WordEndBack(Grain::Big)),
            '_' => Some(Motion::LastWritten),
            _ => None,
        };
        if let Some(motion) = motion {
            return self.go(motion, scope);
        }
        let times = self.pending.times();
        match (c, Operator::of_g(c)) {
            (_, Some(operator)) if matches!(self.mode, Mode::Visual(_)) => self.operate_selected(operator, scope),
            (_, Some(operator)) if self.pending.operator.is_none() => {
                self.pending.operator = Some((operator, self.pending.count.take()));
                Outcome::Moved
            }
            ('j' | 'k', _) => {
                let way = if c == 'j' { Way::Forward } else { Way::Back };
                let column = match scope.doc.goal {
                    Some(goal) => goal,
                    None => scope.view.column(scope.doc.buffer(), scope.doc.cursor()),
                };
                let at = scope.view.rows_away(scope.doc.buffer(), scope.doc.cursor(), column, times.unwrap_or(1), way);
                self.pending = Pending::default();
                scope.doc.go_keeping_goal(at);
                scope.doc.goal = Some(column);
                Outcome::Moved
            }
            ('0' | '$', _) => {
                let (start, end) = scope.view.row_ends(scope.doc.buffer(), scope.doc.cursor());
                let at = if c == '0' { start } else { end };
                self.go(Motion::To(at, Shape::Chars), scope)
            }
            ('J', _) => {
                self.command_count = times;
                let line = scope.doc.line();
                self.pending = Pending::default();
                join(line, times.unwrap_or(2), Joint::Bare, scope)
            }
            ('v', _) => {
                self.pending = Pending::default();
                self.reselect(scope)
            }
            _ => self.refuse(chord),
        }
    }
}

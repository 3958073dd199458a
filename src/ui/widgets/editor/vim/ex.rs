//! Commands after `:`, and the line on which they and patterns are typed.

use super::machine::Vim;
use super::mode::{Mode, Pending, Shape};
use super::operator::{Operator, Region, shift};
use super::put::{Joint, join};
use super::substitute::Substitution;
use crate::ui::chord::{Chord, Key};
use crate::ui::widgets::editor::bracket::Way;
use crate::ui::widgets::editor::draw::Numbers;
use crate::ui::widgets::editor::layout::Wrap;
use crate::ui::widgets::editor::movement as to;
use crate::ui::widgets::editor::outcome::{Outcome, Unsaved};
use crate::ui::widgets::editor::scope::{Highlight, Scope};
use crate::ui::widgets::line_input::LineInput;

/// The first and the last of some lines.
type Lines = (usize, usize);

/// Lines typed before that are kept.
const KEPT: usize = 100;

impl Vim {
    /// A key while a command or a pattern is typed.
    pub fn line_key(&mut self, chord: Chord, scope: &mut Scope) -> Outcome {
        let leaves = chord == Chord::plain(Key::Esc) || chord == Chord::ctrl('c') || chord == Chord::ctrl('[');
        match chord.key {
            _ if leaves => self.leave_line(scope),
            Key::Backspace if self.line.text().is_empty() => self.leave_line(scope),
            Key::Enter => self.line_entered(scope),
            Key::Up | Key::Down => {
                let line = self.line_before(chord.key == Key::Up);
                self.line.set(line);
                self.line_changed(scope)
            }
            _ => {
                self.line.key(chord);
                self.line_changed(scope)
            }
        }
    }

    fn line_before(&mut self, older: bool) -> String {
        let of_mode = |mode: Mode| matches!(mode, Mode::Command);
        let same: Vec<&String> = self
            .lines_before
            .iter()
            .filter(|(mode, _)| of_mode(*mode) == of_mode(self.mode))
            .map(|(_, line)| line)
            .collect();
        self.line_back = if older { (self.line_back + 1).min(same.len()) } else { self.line_back.saturating_sub(1) };
        if self.line_back == 0 { String::new() } else { same[same.len() - self.line_back].clone() }
    }

    fn back_from_line(&mut self) {
        self.mode = match self.search_from.1 {
            Some(Mode::Visual(shape)) if self.mode != Mode::Command => Mode::Visual(shape),
            _ => Mode::Normal,
        };
    }

    fn leave_line(&mut self, scope: &mut Scope) -> Outcome {
        if matches!(self.mode, Mode::Search(_)) {
            scope.doc.go(self.search_from.0);
        }
        self.back_from_line();
        self.pending = Pending::default();
        Outcome::Moved
    }

    /// After the line changed: a search shows what it would find.
    pub fn line_changed(&mut self, scope: &mut Scope) -> Outcome {
        let Mode::Search(way) = self.mode else { return Outcome::Moved };
        scope.doc.go(self.search_from.0);
        if !self.line.text().is_empty()
            && scope.search.set(self.line.text(), way).is_ok()
            && let Ok((at, _)) = scope.search.go(scope.doc, self.search_from.0, way)
        {
            scope.doc.go(at);
        }
        Outcome::Moved
    }

    fn line_entered(&mut self, scope: &mut Scope) -> Outcome {
        let text = self.line.text().to_owned();
        if !text.is_empty() {
            self.lines_before.push((self.mode, text.clone()));
            if self.lines_before.len() > KEPT {
                self.lines_before.remove(0);
            }
        }
        self.line = LineInput::default();
        let Mode::Search(way) = self.mode else {
            if let Some(Mode::Visual(_)) = self.search_from.1 {
                let at = scope.doc.cursor().min(self.anchor);
                scope.doc.go(at);
            }
            self.mode = Mode::Normal;
            self.pending = Pending::default();
            return self.execute(text.trim(), scope);
        };
        scope.doc.go(self.search_from.0);
        self.back_from_line();
        let set = if text.is_empty() { Ok(()) } else { scope.search.set(&text, way) };
        let found = set.and_then(|()| {
            scope.search.way = way;
            scope.search.highlight = Highlight::On;
            scope.search.go(scope.doc, scope.doc.cursor(), way)
        });
        match found {
            Ok((at, words)) => {
                let operates = self.pending.operator.is_some();
                let outcome = self.go(super::motion::Motion::To(at, Shape::Chars), scope);
                if operates { outcome } else { Outcome::Message(words) }
            }
            Err(why) => {
                self.pending = Pending::default();
                Outcome::Message(why)
            }
        }
    }

    /// Does a command as typed after `:`.
    pub fn execute(&mut self, command: &str, scope: &mut Scope) -> Outcome {
        let (range, rest) = match self.range(command, scope) {
            Ok(found) => found,
            Err(why) => return Outcome::Message(why),
        };
        let rest = rest.trim();
        let name_len = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let (name, arguments) = rest.split_at(name_len);
        let here = scope.doc.line();
        let (first, last) = range.unwrap_or((here, here));
        match (name, arguments.trim()) {
            ("", "") if range.is_some() => {
                let at = to::first_written(scope.doc.buffer(), last);
                scope.doc.go(at);
                Outcome::Moved
            }
            ("", "") => Outcome::Moved,
            ("w" | "write", "") => Outcome::Save,
            ("q" | "quit", "") => Outcome::Quit(Unsaved::Keep),
            ("q" | "quit", "!") => Outcome::Quit(Unsaved::Discard),
            ("wq" | "x" | "xit", "" | "!") => Outcome::SaveAndQuit,
            ("e" | "edit", "!") => Outcome::Revert,
            ("noh" | "nohlsearch", "") => {
                scope.search.highlight = Highlight::Off;
                Outcome::Moved
            }
            ("set" | "se", option) => set(option, scope),
            ("u" | "undo", "") => Self::undo(1, scope),
            ("s" | "substitute", _) => self.substitute((first, last), arguments.trim(), scope),
            ("d" | "delete", "") => self.on_lines(Operator::Delete, first, last, scope),
            ("y" | "yank", "") => self.on_lines(Operator::Yank, first, last, scope),
            ("j" | "join", "") => {
                let lines = if range.is_some() { last - first + 1 } else { 2 };
                let outcome = join(first, lines, Joint::Blank, scope);
                let at = to::first_written(scope.doc.buffer(), first);
                scope.doc.go(at);
                outcome
            }
            ("", shifts) if shifts.chars().all(|c| c == '>') => {
                shift(Operator::Indent, first, last, shifts.len(), scope);
                Outcome::Edited
            }
            ("", shifts) if shifts.chars().all(|c| c == '<') => {
                shift(Operator::Outdent, first, last, shifts.len(), scope);
                Outcome::Edited
            }
            _ => Outcome::Message(format!(
                "`:{command}` is no command here; there are :w :q :q! :wq :x :e! :N :s :d :y :j :> :< :noh :set :u"
            )),
        }
    }

    fn on_lines(&mut self, operator: Operator, first: usize, last: usize, scope: &mut Scope) -> Outcome {
        self.operate(operator, &Region::Lines(first, last), 1, scope)
    }

    /// The lines that a command begins with, and the rest of it.
    fn range<'a>(&self, command: &'a str, scope: &Scope) -> Result<(Option<Lines>, &'a str), String> {
        let last = scope.doc.buffer().written_lines() - 1;
        if let Some(rest) = command.strip_prefix('%') {
            return Ok((Some((0, last)), rest));
        }
        let (first, rest) = self.address(command, scope)?;
        let Some(first) = first else { return Ok((None, rest)) };
        let Some(rest) = rest.trim_start().strip_prefix(',') else { return Ok((Some((first, first)), rest)) };
        let (second, rest) = self.address(rest.trim_start(), scope)?;
        let second = second.unwrap_or_else(|| scope.doc.line());
        Ok((Some((first.min(second), first.max(second))), rest))
    }

    /// A line: `12`, `.`, `$`, `'a`, each with `+3` or `-3`.
    fn address<'a>(&self, text: &'a str, scope: &Scope) -> Result<(Option<usize>, &'a str), String> {
        let buffer = scope.doc.buffer();
        let last = buffer.written_lines() - 1;
        let mut chars = text.chars();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (mut line, mut rest) = match chars.next() {
            Some('.') => (scope.doc.line(), &text[1..]),
            Some('$') => (last, &text[1..]),
            Some('\'') => {
                let name = chars.next().ok_or("a mark has a name: 'a")?;
                let selected = self.selected.map(|(_, one, other)| (one.min(other), one.max(other)));
                let at = match (name, selected) {
                    ('<', Some((start, _))) => Some(start),
                    ('>', Some((_, end))) => Some(end),
                    _ => self.marks.get(&name).copied(),
                };
                let at = at.ok_or_else(|| format!("mark {name} is not set"))?;
                (buffer.line_at(at.min(buffer.len())), chars.as_str())
            }
            Some('+' | '-') => (scope.doc.line(), text),
            _ if digits > 0 => (text[..digits].parse::<usize>().unwrap_or(usize::MAX).max(1) - 1, &text[digits..]),
            _ => return Ok((None, text)),
        };
        while let Some(sign) = rest.chars().next().filter(|c| matches!(c, '+' | '-')) {
            let digits = rest[1..].bytes().take_while(u8::is_ascii_digit).count();
            let by = rest[1..=digits].parse().unwrap_or(1);
            line = if sign == '+' { line.saturating_add(by) } else { line.saturating_sub(by) };
            rest = &rest[1 + digits..];
        }
        Ok((Some(line.min(last)), rest))
    }

    /// `:s` as typed, or the last one again.
    fn substitute(&mut self, lines: (usize, usize), arguments: &str, scope: &mut Scope) -> Outcome {
        let parsed = if arguments.is_empty() {
            self.substitution.clone().ok_or_else(|| "nothing was substituted yet".to_owned())
        } else {
            let last = scope.search.pattern.as_ref().map(|pattern| pattern.source().to_owned());
            Substitution::parse(arguments, last.as_deref())
        };
        match parsed {
            Ok(substitution) => {
                let outcome = substitution.run(lines, scope);
                self.substitution = Some(substitution);
                outcome
            }
            Err(why) => Outcome::Message(why),
        }
    }

    /// `&`: the last substitution on this line.
    pub fn substitute_again(&mut self, scope: &mut Scope) -> Outcome {
        let line = scope.doc.line();
        match &self.substitution {
            Some(substitution) => substitution.once().run((line, line), scope),
            None => Outcome::Message("nothing was substituted yet".to_owned()),
        }
    }
}

/// Sets how the text is shown.
fn set(option: &str, scope: &mut Scope) -> Outcome {
    match option {
        "wrap" => scope.view.layout.set_wrap(Wrap::Soft),
        "nowrap" => scope.view.layout.set_wrap(Wrap::Off),
        "number" | "nu" => *scope.numbers = Numbers::On,
        "nonumber" | "nonu" => *scope.numbers = Numbers::Off,
        "hlsearch" | "hls" => scope.search.highlight = Highlight::On,
        "nohlsearch" | "nohls" => scope.search.highlight = Highlight::Off,
        _ => {
            return Outcome::Message(format!(
                "`{option}` is no option here; there are wrap, nowrap, number, nonumber, hlsearch, nohlsearch"
            ));
        }
    }
    Outcome::Moved
}

/// The way that a search began with, for the sign before it.
pub const fn sign(mode: Mode) -> Option<char> {
    match mode {
        Mode::Command => Some(':'),
        Mode::Search(Way::Forward) => Some('/'),
        Mode::Search(Way::Back) => Some('?'),
        _ => None,
    }
}

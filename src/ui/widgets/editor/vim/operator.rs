//! Operators: what is done with what a motion, an object or a selection takes.

use std::ops::Range;

use super::machine::Vim;
use super::mode::{Mode, Shape};
use super::motion::{Reach, Target, last_of};
use super::register::Taken;
use crate::ui::widgets::editor::buffer::Buffer;
use crate::ui::widgets::editor::movement as to;
use crate::ui::widgets::editor::outcome::Outcome;
use crate::ui::widgets::editor::scope::{INDENT, Scope};

/// An operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `d`.
    Delete,
    /// `c`.
    Change,
    /// `y`.
    Yank,
    /// `>`.
    Indent,
    /// `<`.
    Outdent,
    /// `=`: the indentation of the written line above.
    Reindent,
    /// `gu`.
    Lower,
    /// `gU`.
    Upper,
    /// `g~`.
    Toggle,
}

impl Operator {
    /// The operator of a key.
    pub const fn of(c: char) -> Option<Self> {
        Some(match c {
            'd' => Self::Delete,
            'c' => Self::Change,
            'y' => Self::Yank,
            '>' => Self::Indent,
            '<' => Self::Outdent,
            '=' => Self::Reindent,
            _ => return None,
        })
    }

    /// The operator of a key after `g`.
    pub const fn of_g(c: char) -> Option<Self> {
        Some(match c {
            'u' => Self::Lower,
            'U' => Self::Upper,
            '~' => Self::Toggle,
            _ => return None,
        })
    }

    /// Whether a key means the operator's own line, as in `dd` and `gUU`.
    pub const fn is_own(self, c: char) -> bool {
        matches!(
            (self, c),
            (Self::Delete, 'd')
                | (Self::Change, 'c')
                | (Self::Yank, 'y')
                | (Self::Indent, '>')
                | (Self::Outdent, '<')
                | (Self::Reindent, '=')
                | (Self::Lower, 'u')
                | (Self::Upper, 'U')
                | (Self::Toggle, '~')
        )
    }
}

/// A part of the text that an operator works on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Region {
    /// From an offset to another.
    Chars(Range<usize>),
    /// Lines, both included.
    Lines(usize, usize),
}

impl Region {
    /// What lies between the cursor and a motion's target, by vim's rules.
    pub fn of(buffer: &Buffer, from: usize, target: Target, operator: Operator) -> Self {
        let (start, end) = (from.min(target.at), from.max(target.at));
        let (first, last) = (buffer.line_at(start), buffer.line_at(end));
        let indented = start <= to::first_written(buffer, first);
        match target.reach {
            Reach::Lines => Self::Lines(first, last),
            Reach::Exclusive if last > first && end == buffer.start(last) => {
                if indented {
                    Self::Lines(first, last - 1)
                } else {
                    Self::Chars(start..buffer.end(last - 1))
                }
            }
            Reach::Exclusive => Self::Chars(start..end),
            Reach::Inclusive => {
                let end = buffer.next(end).min(buffer.end(last));
                let rest_blank = buffer.slice(end..buffer.end(last)).trim().is_empty();
                if operator == Operator::Delete && last > first && indented && rest_blank {
                    Self::Lines(first, last)
                } else {
                    Self::Chars(start..end)
                }
            }
        }
    }

    /// The bytes, line breaks of whole lines included.
    pub fn range(&self, buffer: &Buffer) -> Range<usize> {
        match self {
            Self::Chars(range) => range.clone(),
            Self::Lines(first, last) => buffer.start(*first)..buffer.break_end(*last),
        }
    }

    /// The text for a register.
    fn text(&self, buffer: &Buffer) -> (String, Shape) {
        let mut text = buffer.slice(self.range(buffer)).to_owned();
        let shape = if matches!(self, Self::Lines(..)) { Shape::Lines } else { Shape::Chars };
        if shape == Shape::Lines && !text.ends_with('\n') {
            text.push('\n');
        }
        (text, shape)
    }
}

impl Vim {
    /// Does what an operator does to a region.
    pub fn operate(&mut self, operator: Operator, region: &Region, times: usize, scope: &mut Scope) -> Outcome {
        let name = self.pending.register;
        let range = region.range(scope.doc.buffer());
        match operator {
            Operator::Yank => {
                let (text, shape) = region.text(scope.doc.buffer());
                let lines = text.matches('\n').count();
                let copied = self.registers.keep(name, &text, shape, Taken::Yanked);
                if let Region::Chars(range) = region {
                    scope.doc.go(range.start);
                }
                return match copied {
                    Some(text) => Outcome::Copy(text),
                    None if lines > 2 => Outcome::Message(format!("{lines} lines yanked")),
                    None => Outcome::Moved,
                };
            }
            Operator::Delete | Operator::Change => {
                let (text, shape) = region.text(scope.doc.buffer());
                let copied = self.registers.keep(name, &text, shape, Taken::Deleted);
                if operator == Operator::Delete {
                    delete(region, scope);
                } else {
                    self.change(region, scope);
                }
                if let Some(text) = copied {
                    return Outcome::Copy(text);
                }
            }
            Operator::Lower | Operator::Upper | Operator::Toggle => {
                let text = cased(scope.doc.buffer().slice(range.clone()), operator);
                let cursor = scope.doc.cursor();
                scope.doc.replace(range.clone(), &text);
                scope.doc.go(if matches!(region, Region::Lines(..)) { cursor } else { range.start });
            }
            Operator::Indent | Operator::Outdent | Operator::Reindent => {
                let (first, last) = lines_of(region, scope.doc.buffer());
                shift(operator, first, last, times, scope);
            }
        }
        Outcome::Edited
    }

    /// Removes a region and goes on in insert mode; of whole lines an empty one stays, with its indentation.
    fn change(&mut self, region: &Region, scope: &mut Scope) {
        let range = match region {
            Region::Chars(range) => range.clone(),
            Region::Lines(first, last) => {
                let buffer = scope.doc.buffer();
                to::first_written(buffer, *first).min(buffer.end(*first))..buffer.end(*last)
            }
        };
        scope.doc.remove(range.clone());
        scope.doc.go(range.start);
        self.begin_insert(1, Mode::Insert);
    }
}

fn lines_of(region: &Region, buffer: &Buffer) -> (usize, usize) {
    match region {
        Region::Chars(range) => (buffer.line_at(range.start), buffer.line_at(range.end)),
        Region::Lines(first, last) => (*first, *last),
    }
}

/// Removes a region; the cursor goes where vim puts it.
pub fn delete(region: &Region, scope: &mut Scope) {
    match region {
        Region::Chars(range) => {
            scope.doc.remove(range.clone());
            scope.doc.go(range.start);
        }
        Region::Lines(first, last) => {
            let buffer = scope.doc.buffer();
            let (mut start, end) = (buffer.start(*first), buffer.break_end(*last));
            // The last line has no break behind it that could go.
            if end == buffer.end(*last) && *first > 0 {
                start = buffer.end(first - 1);
            }
            scope.doc.remove(start..end);
            let buffer = scope.doc.buffer();
            let line = (*first).min(buffer.written_lines() - 1);
            scope.doc.go(to::first_written(buffer, line).min(last_of(buffer, line)));
        }
    }
}

/// A text in another case.
pub fn cased(text: &str, operator: Operator) -> String {
    match operator {
        Operator::Lower => text.to_lowercase(),
        Operator::Upper => text.to_uppercase(),
        _ => {
            text.chars()
                .flat_map(|c| {
                    if c.is_uppercase() { c.to_lowercase().collect::<Vec<_>>() } else { c.to_uppercase().collect() }
                })
                .collect()
        }
    }
}

/// Moves lines to the right or left.
pub fn shift(operator: Operator, first: usize, last: usize, times: usize, scope: &mut Scope) {
    let buffer = scope.doc.buffer();
    let last = last.min(buffer.written_lines() - 1);
    let like = (0..first).rev().find(|line| !to::is_blank_line(buffer, *line));
    let like = like.map_or_else(String::new, |line| to::indent(buffer, line).to_owned());
    let mut text = String::new();
    for line in first..=last {
        let old = to::indent(buffer, line);
        let rest = &buffer.line(line)[old.len()..];
        let indent = match operator {
            _ if to::is_empty_line(buffer, line) => String::new(),
            Operator::Indent => format!("{}{old}", INDENT.repeat(times)),
            Operator::Outdent => outdented(old, times).to_owned(),
            _ => like.clone(),
        };
        text.push_str(&indent);
        text.push_str(rest);
        if line < last {
            text.push_str(buffer.slice(buffer.end(line)..buffer.break_end(line)));
        }
    }
    let range = buffer.start(first)..buffer.end(last);
    if buffer.slice(range.clone()) != text {
        scope.doc.replace(range, &text);
    }
    let at = to::first_written(scope.doc.buffer(), first);
    scope.doc.go(at);
}

/// An indentation without some steps: tabs, or as many blanks as a step has.
fn outdented(indent: &str, times: usize) -> &str {
    let mut rest = indent;
    for _ in 0..times {
        let blanks = rest.bytes().take_while(|byte| *byte == b' ').count().min(INDENT.len());
        rest = rest.strip_prefix('\t').unwrap_or(&rest[blanks..]);
    }
    rest
}

//! Motions: where a command goes, and what an operator takes on the way.

use super::mode::Shape;
use crate::ui::widgets::editor::bracket::{Again, Find, Way, partner};
use crate::ui::widgets::editor::buffer::Buffer;
use crate::ui::widgets::editor::cells::{column_of, offset_at};
use crate::ui::widgets::editor::class::Grain;
use crate::ui::widgets::editor::document::Document;
use crate::ui::widgets::editor::movement as to;

/// A motion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Motion {
    /// `h`.
    Left,
    /// `l`.
    Right,
    /// `space`.
    Onward,
    /// `k`.
    Up,
    /// `j`.
    Down,
    /// `0`.
    LineStart,
    /// `^`.
    FirstWritten,
    /// `$`.
    LineEnd,
    /// `g_`.
    LastWritten,
    /// `|`.
    Column,
    /// `w`, `W`.
    Word(Grain),
    /// `e`, `E`.
    WordEnd(Grain),
    /// `b`, `B`.
    WordBack(Grain),
    /// `ge`, `gE`.
    WordEndBack(Grain),
    /// `}`, `{`.
    Paragraph(Way),
    /// `)`, `(`.
    Sentence(Way),
    /// `gg`.
    FirstLine,
    /// `G`.
    LastLine,
    /// `%`.
    Partner,
    /// `f`, `F`, `t`, `T`, `;`, `,`.
    Find(Find, Again),
    /// `+`, `-`.
    Lines(Way),
    /// `_`.
    LinesHere,
    /// To an offset: a mark, a match.
    To(usize, Shape),
}

/// How far an operator takes what a motion passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Up to the target.
    Exclusive,
    /// The target's character too.
    Inclusive,
    /// Whole lines.
    Lines,
}

/// Where a motion goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The offset.
    pub at: usize,
    /// What an operator takes.
    pub reach: Reach,
}

/// Whether an operator waits for the motion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The cursor moves.
    Move,
    /// An operator takes what lies between.
    Operate,
}

/// Repeats a step; `None` where not even the first changes anything.
fn repeat(from: usize, count: usize, step: impl Fn(usize) -> usize) -> Option<usize> {
    let mut at = from;
    for _ in 0..count {
        let next = step(at);
        if next == at {
            break;
        }
        at = next;
    }
    (at != from).then_some(at)
}

impl Motion {
    /// Where the motion goes from the cursor; `None` where it cannot.
    pub fn target(self, doc: &mut Document, count: Option<usize>, purpose: Purpose) -> Option<Target> {
        let times = count.unwrap_or(1);
        let from = doc.cursor();
        let buffer = doc.buffer();
        let lines = buffer.written_lines();
        let line = buffer.line_at(from).min(lines - 1);
        let (start, end) = (buffer.start(line), buffer.end(line));
        let exclusive = |at| Some(Target { at, reach: Reach::Exclusive });
        let inclusive = |at| Some(Target { at, reach: Reach::Inclusive });
        let whole = |at| Some(Target { at, reach: Reach::Lines });
        let first = |line: usize| whole(to::first_written(buffer, line.min(lines - 1)));
        match self {
            Self::Left => exclusive(repeat(from, times, |at| buffer.previous(at).max(start))?),
            Self::Right => {
                let most = if purpose == Purpose::Operate { end } else { last_of(buffer, line) };
                exclusive(repeat(from, times, |at| buffer.next(at).min(most))?)
            }
            Self::Onward => exclusive(repeat(from, times, |at| {
                let next = buffer.next(at);
                let line = buffer.line_at(at);
                if next >= buffer.end(line) && line + 1 < lines && purpose == Purpose::Move {
                    buffer.start(line + 1)
                } else {
                    next.min(buffer.end(lines - 1))
                }
            })?),
            Self::Up | Self::Down => {
                let to = if self == Self::Up {
                    line.checked_sub(times.min(line.max(1)))?
                } else {
                    (line + times).min(lines - 1)
                };
                if to == line {
                    return None;
                }
                whole(at_goal(doc, to))
            }
            Self::LineStart => exclusive(start),
            Self::FirstWritten => exclusive(to::first_written(buffer, line)),
            Self::LineEnd => {
                let line = (line + times - 1).min(lines - 1);
                let last = last_of(buffer, line);
                doc.goal = Some(usize::MAX);
                inclusive(last)
            }
            Self::LastWritten => {
                let line = (line + times - 1).min(lines - 1);
                let text = buffer.line(line).trim_end();
                inclusive(buffer.snap((buffer.start(line) + text.len()).saturating_sub(1)).max(buffer.start(line)))
            }
            Self::Column => exclusive(start + offset_at(buffer.line(line), 0, end - start, times - 1)),
            Self::Word(grain) => word(buffer, from, times, grain, purpose),
            Self::WordEnd(grain) => inclusive(repeat(from, times, |at| to::word_end(buffer, at, grain).max(at))?),
            Self::WordBack(grain) => exclusive(repeat(from, times, |at| to::previous_word(buffer, at, grain))?),
            Self::WordEndBack(grain) => inclusive(repeat(from, times, |at| to::previous_word_end(buffer, at, grain))?),
            Self::Paragraph(Way::Forward) => {
                let at = repeat(from, times, |at| to::paragraph_down(buffer, at, lines))?;
                if at == buffer.end(lines - 1) && !to::is_empty_line(buffer, lines - 1) {
                    inclusive(buffer.previous(at))
                } else {
                    exclusive(at)
                }
            }
            Self::Paragraph(Way::Back) => exclusive(repeat(from, times, |at| to::paragraph_up(buffer, at))?),
            Self::Sentence(Way::Forward) => exclusive(repeat(from, times, |at| to::sentence(buffer, at).1)?),
            Self::Sentence(Way::Back) => exclusive(repeat(from, times, |at| {
                let begin = to::sentence(buffer, at).0;
                if begin < at || at == 0 { begin } else { to::sentence(buffer, buffer.previous(at)).0 }
            })?),
            Self::FirstLine => first(count.map_or(0, |count| count - 1)),
            Self::LastLine => first(count.map_or(lines, |count| count) - 1),
            Self::Partner => match count {
                Some(percent) => first((percent.min(100) * lines).div_ceil(100).max(1) - 1),
                None => inclusive(partner(buffer, from)?),
            },
            Self::Find(find, again) => {
                let at = find.from(buffer, from, times, again)?;
                if find.way == Way::Forward { inclusive(at) } else { exclusive(at) }
            }
            Self::Lines(Way::Forward) => {
                if line + 1 < lines {
                    first(line + times)
                } else {
                    None
                }
            }
            Self::Lines(Way::Back) => {
                if line > 0 {
                    first(line.saturating_sub(times))
                } else {
                    None
                }
            }
            Self::LinesHere => first(line + times - 1),
            Self::To(at, Shape::Chars) => exclusive(at),
            Self::To(at, Shape::Lines) => first(buffer.line_at(at)),
        }
    }
}

/// The next word; an operator stops at the end of the last word's line.
fn word(buffer: &Buffer, from: usize, times: usize, grain: Grain, purpose: Purpose) -> Option<Target> {
    let end = buffer.end(buffer.written_lines() - 1);
    let step = |at| to::next_word(buffer, at, grain).min(end);
    if purpose == Purpose::Move {
        let at = repeat(from, times, step)?;
        return Some(Target { at, reach: Reach::Exclusive });
    }
    let before = if times > 1 { repeat(from, times - 1, step).unwrap_or(from) } else { from };
    let mut at = step(before);
    let line_end = buffer.end(buffer.line_at(before));
    let blank = buffer.char_at(before).is_none_or(char::is_whitespace);
    if at > line_end && !blank && line_end > before {
        at = line_end;
        // Blanks behind the last word of the line are taken with it only where they end it.
    }
    (at > from).then_some(Target { at, reach: Reach::Exclusive })
}

/// The last character of a line; its start where it is empty.
pub fn last_of(buffer: &Buffer, line: usize) -> usize {
    let (start, end) = (buffer.start(line), buffer.end(line));
    if end > start { buffer.previous(end) } else { start }
}

/// The offset in another line at the column that moving up and down aims at.
fn at_goal(doc: &mut Document, line: usize) -> usize {
    let buffer = doc.buffer();
    let here = buffer.line_at(doc.cursor());
    let goal = doc.goal.unwrap_or_else(|| column_of(buffer.line(here), 0, doc.cursor() - buffer.start(here)));
    let text = buffer.line(line);
    let at = buffer.start(line) + offset_at(text, 0, text.len(), goal);
    let at = at.min(last_of(buffer, line));
    doc.goal = Some(goal);
    at
}

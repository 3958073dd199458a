//! Modes, and what a command that is not complete yet waits for.

use super::operator::Operator;
use crate::ui::chord::{Chord, Key};
use crate::ui::widgets::editor::bracket::{Stop, Way};

/// A mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Keys are commands.
    Normal,
    /// Keys are text.
    Insert,
    /// Keys are text in the place of what is there.
    Replace,
    /// Motions extend the selection.
    Visual(Shape),
    /// A command after `:` is typed.
    Command,
    /// What to search for is typed.
    Search(Way),
}

impl Mode {
    /// The mode's name for the footer.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Normal => "NORMAL",
            Self::Insert => "INSERT",
            Self::Replace => "REPLACE",
            Self::Visual(Shape::Chars) => "VISUAL",
            Self::Visual(Shape::Lines) => "VISUAL LINE",
            Self::Command => "COMMAND",
            Self::Search(_) => "SEARCH",
        }
    }
}

/// Whether characters or whole lines are meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// Characters.
    #[default]
    Chars,
    /// Whole lines.
    Lines,
}

/// How much of a text object is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What is in it: `iw`.
    Inner,
    /// All of it: `aw`.
    Around,
}

/// What the next key says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// The name of a register.
    Register,
    /// The character to find.
    Find(Way, Stop),
    /// The character to put in place.
    Replace,
    /// The name of the mark to set.
    SetMark,
    /// The name of the mark to go to: to its place, or to its line.
    GoMark(Shape),
    /// What follows `g`.
    G,
    /// What follows `z`.
    Scroll,
    /// What follows `Z`.
    Leave,
    /// A text object.
    Object(Extent),
    /// The register to record keys in.
    Record,
    /// The register whose keys are pressed.
    Play,
    /// The register to insert.
    Insert,
}

/// A command as far as it was typed.
#[derive(Clone, Debug, Default)]
pub struct Pending {
    /// How many times.
    pub count: Option<usize>,
    /// The operator that waits for a motion, and the count before it.
    pub operator: Option<(Operator, Option<usize>)>,
    /// The register.
    pub register: Option<char>,
    /// What the next key says.
    pub wait: Option<Wait>,
    /// The keys, to be shown.
    pub keys: String,
}

/// Larger counts are cut.
const MOST: usize = 100_000;

impl Pending {
    /// Takes a digit of a count; says whether it is one.
    pub fn digit(&mut self, c: char) -> bool {
        let Some(digit) = c.to_digit(10).filter(|digit| *digit > 0 || self.count.is_some()) else { return false };
        self.count = Some((self.count.unwrap_or(0) * 10 + digit as usize).min(MOST));
        true
    }

    /// The counts before and behind the operator, multiplied.
    pub fn times(&self) -> Option<usize> {
        let before = self.operator.and_then(|(_, count)| count);
        match (before, self.count) {
            (Some(one), Some(other)) => Some((one * other).min(MOST)),
            (one, other) => one.or(other),
        }
    }

    /// Whether nothing was typed yet.
    pub const fn is_empty(&self) -> bool {
        self.count.is_none() && self.operator.is_none() && self.register.is_none() && self.wait.is_none()
    }
}

/// The character of a command that a key stands for.
pub fn command_of(chord: Chord) -> Option<char> {
    if chord.ctrl || chord.alt {
        return None;
    }
    Some(match chord.key {
        Key::Char(c) => c,
        Key::Left | Key::Backspace => 'h',
        Key::Right => 'l',
        Key::Up => 'k',
        Key::Down => 'j',
        Key::Home => '0',
        Key::End => '$',
        Key::Enter => '+',
        Key::Delete => 'x',
        _ => return None,
    })
}

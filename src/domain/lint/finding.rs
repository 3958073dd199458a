//! What a rule says, and where.

use std::ops::Range;

use super::rule::Rule;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; it fails no check.
    Info,
    /// Most likely a mistake.
    Warning,
    /// The prompt does not work, or must not be kept as it is.
    Error,
}

impl Severity {
    /// Every severity, the gravest first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Info];

    /// The severity's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }

    /// Whether a finding of this severity fails the check.
    pub const fn fails(self) -> bool {
        matches!(self, Self::Warning | Self::Error)
    }
}

/// A place in a file as editors count: lines and columns from 1, a column a Unicode code point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

/// Something that a rule has to say about a prompt file.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// How much it weighs.
    pub severity: Severity,
    /// Where it begins.
    pub start: Position,
    /// Where it ends: the place after its last character.
    pub end: Position,
    /// The same as bytes of the file.
    pub bytes: Range<usize>,
    /// What is wrong, in one sentence. Parts of it may come from the file.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// Offsets to positions.
#[derive(Debug)]
pub(super) struct Lines<'t> {
    text: &'t str,
    /// The offset at which each line begins.
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// The position of an offset on a character's edge.
    pub(super) fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let index = self.starts.partition_point(|&start| start <= offset).saturating_sub(1);
        let before = self.text.get(self.starts[index]..offset).unwrap_or_default();
        let number = |count: usize| u32::try_from(count + 1).unwrap_or(u32::MAX);
        // A byte order mark takes no column in an editor.
        let mark = usize::from(index == 0 && before.starts_with('\u{FEFF}'));
        Position { line: number(index), column: number(before.chars().count() - mark) }
    }

    /// The bytes of a line, counted from 1, without white space at its edges.
    pub(super) fn line(&self, line: u32) -> Range<usize> {
        let index = (line.max(1) as usize - 1).min(self.starts.len() - 1);
        let start = self.starts[index];
        let end = self.starts.get(index + 1).map_or(self.text.len(), |next| next - 1);
        let whole = &self.text[start..end];
        let content = whole.trim();
        let begin = if content.is_empty() { start } else { start + whole.len() - whole.trim_start().len() };
        begin..begin + content.len()
    }
}

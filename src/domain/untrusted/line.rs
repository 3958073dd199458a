//! A line of safe text.

use crate::domain::width::display_width;

/// A piece of a safe line.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Piece {
    /// Text as it came; it holds no line break, no control and nothing invisible, and begins with a visible character.
    Plain(String),
    /// A sign of ours for something that must not be drawn, such as `‹U+202E RLO›`; drawn in the theme's hidden style.
    Marker(String),
}

impl Piece {
    /// The text to draw.
    pub fn text(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Marker(text) => text,
        }
    }

    /// Whether it is a sign of ours.
    pub const fn is_marker(&self) -> bool {
        matches!(self, Self::Marker(_))
    }
}

/// One line that is safe to draw: no line breaks, no controls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SafeLine {
    /// The pieces from left to right; no two plain ones in a row, none empty.
    pub pieces: Vec<Piece>,
}

impl SafeLine {
    /// The line's width in columns.
    pub fn width(&self) -> usize {
        self.pieces.iter().map(|piece| display_width(piece.text())).sum()
    }

    /// The line as plain text, markers included.
    pub fn text(&self) -> String {
        self.pieces.iter().map(Piece::text).collect()
    }

    /// The number of markers in it.
    pub fn markers(&self) -> usize {
        self.pieces.iter().filter(|piece| piece.is_marker()).count()
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    pub(crate) fn push_plain(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.pieces.last_mut() {
            Some(Piece::Plain(last)) => last.push_str(text),
            _ => self.pieces.push(Piece::Plain(text.to_owned())),
        }
    }

    pub(crate) fn push_marker(&mut self, text: impl Into<String>) {
        self.pieces.push(Piece::Marker(text.into()));
    }
}

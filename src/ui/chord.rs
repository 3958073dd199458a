//! Keys as users write them: `ctrl-s`, `g g`, `space`, `f1`.

use std::fmt;

/// A key without modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// A printable character; capitals are characters of their own.
    Char(char),
    /// The return key.
    Enter,
    /// The escape key.
    Esc,
    /// The tabulator key.
    Tab,
    /// Tab with shift.
    BackTab,
    /// The key that deletes backward.
    Backspace,
    /// The key that deletes forward.
    Delete,
    /// The insert key.
    Insert,
    /// To the start.
    Home,
    /// To the end.
    End,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// A function key, from 1.
    F(u8),
}

/// A key with its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Chord {
    /// The key.
    pub key: Key,
    /// Whether ctrl is held.
    pub ctrl: bool,
    /// Whether alt is held.
    pub alt: bool,
    /// Whether shift is held; never for characters, whose capital says it.
    pub shift: bool,
}

impl Chord {
    /// Whether it is a letter that is typed as it is.
    pub const fn is_text(&self) -> bool {
        matches!(self.key, Key::Char(_)) && !self.ctrl && !self.alt
    }

    /// A key alone.
    pub const fn plain(key: Key) -> Self {
        Self { key, ctrl: false, alt: false, shift: false }
    }

    /// A character alone.
    pub const fn char(c: char) -> Self {
        Self::plain(Key::Char(c))
    }

    /// A character with ctrl.
    pub const fn ctrl(c: char) -> Self {
        Self { key: Key::Char(c), ctrl: true, alt: false, shift: false }
    }

    /// The character that this chord types into a text, where it types one.
    pub const fn typed(self) -> Option<char> {
        match (self.key, self.ctrl, self.alt) {
            (Key::Char(c), false, false) => Some(c),
            _ => None,
        }
    }

    /// Reads one chord such as `ctrl-s`, `shift-g` or `F1`.
    pub fn parse(text: &str) -> Result<Self, ChordError> {
        let wrong = || ChordError(text.to_owned());
        let mut chord = Self::plain(Key::Esc);
        let mut rest = text;
        loop {
            let lower = rest.to_ascii_lowercase();
            let cut = if lower.len() > 5 && lower.starts_with("ctrl-") {
                chord.ctrl = true;
                5
            } else if lower.len() > 4 && lower.starts_with("alt-") {
                chord.alt = true;
                4
            } else if lower.len() > 6 && lower.starts_with("shift-") {
                chord.shift = true;
                6
            } else {
                break;
            };
            rest = &rest[cut..];
        }
        chord.key = key_named(rest).ok_or_else(wrong)?;
        Ok(chord.normal())
    }

    /// The one form in which equal keys are equal: `shift-g` is `G`, `shift-tab` is `backtab`, ctrl ignores case.
    #[must_use]
    pub fn normal(mut self) -> Self {
        match self.key {
            Key::Char(c) => {
                if self.ctrl {
                    self.key = Key::Char(c.to_ascii_lowercase());
                } else if self.shift {
                    self.key = Key::Char(c.to_uppercase().next().unwrap_or(c));
                }
                self.shift = false;
            }
            Key::Tab if self.shift => {
                self.key = Key::BackTab;
                self.shift = false;
            }
            Key::BackTab => self.shift = false,
            _ => {}
        }
        self
    }
}

const NAMED: [(&str, Key); 22] = [
    ("space", Key::Char(' ')),
    ("enter", Key::Enter),
    ("return", Key::Enter),
    ("esc", Key::Esc),
    ("escape", Key::Esc),
    ("tab", Key::Tab),
    ("backtab", Key::BackTab),
    ("backspace", Key::Backspace),
    ("delete", Key::Delete),
    ("del", Key::Delete),
    ("insert", Key::Insert),
    ("home", Key::Home),
    ("end", Key::End),
    ("pageup", Key::PageUp),
    ("pgup", Key::PageUp),
    ("pagedown", Key::PageDown),
    ("pgdn", Key::PageDown),
    ("up", Key::Up),
    ("down", Key::Down),
    ("left", Key::Left),
    ("right", Key::Right),
    ("minus", Key::Char('-')),
];

fn key_named(name: &str) -> Option<Key> {
    let mut chars = name.chars();
    if let (Some(only), None) = (chars.next(), chars.next()) {
        return (!only.is_control()).then_some(Key::Char(only));
    }
    let lower = name.to_ascii_lowercase();
    if let Some((_, key)) = NAMED.iter().find(|(known, _)| *known == lower) {
        return Some(*key);
    }
    let number: u8 = lower.strip_prefix('f')?.parse().ok()?;
    (1..=24).contains(&number).then_some(Key::F(number))
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (held, name) in [(self.ctrl, "ctrl-"), (self.alt, "alt-"), (self.shift, "shift-")] {
            if held {
                f.write_str(name)?;
            }
        }
        match self.key {
            Key::BackTab => f.write_str("shift-tab"),
            Key::F(number) => write!(f, "f{number}"),
            Key::Char(' ') => f.write_str("space"),
            Key::Char(c) => write!(f, "{c}"),
            key => f.write_str(NAMED.iter().find(|(_, known)| *known == key).map_or("?", |(name, _)| name)),
        }
    }
}

/// Chords pressed one after the other, such as `g g`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sequence(pub Vec<Chord>);

impl Sequence {
    /// Reads chords separated by white space.
    pub fn parse(text: &str) -> Result<Self, ChordError> {
        let chords: Vec<Chord> = text.split_whitespace().map(Chord::parse).collect::<Result<_, _>>()?;
        if chords.is_empty() { Err(ChordError(text.to_owned())) } else { Ok(Self(chords)) }
    }

    /// Whether one of the two begins with the other, so that both could be meant.
    pub fn clashes(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0) || other.0.starts_with(&self.0)
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, chord) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str(" ")?;
            }
            chord.fmt(f)?;
        }
        Ok(())
    }
}

/// A text that names no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no key: write one such as `ctrl-s`, `g g`, `space`, `f1` or `G`")]
pub struct ChordError(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_keys_are_equal_however_they_are_written() {
        assert_eq!(Chord::parse("shift-g"), Chord::parse("G"));
        assert_eq!(Chord::parse("CTRL-S"), Ok(Chord::ctrl('s')));
        assert_eq!(Chord::parse("shift-tab"), Ok(Chord::plain(Key::BackTab)));
        assert_eq!(Chord::parse("F12"), Ok(Chord::plain(Key::F(12))));
        assert_eq!(Chord::parse("-"), Ok(Chord::char('-')));
        assert!(Chord::parse("hyper-x").is_err());
        assert!(Sequence::parse("  ").is_err());
    }

    #[test]
    fn what_is_shown_is_read_back() {
        for text in ["g g", "ctrl-s", "alt-enter", "space", "f1", "G", "shift-tab", "?", "ctrl-up", "-"] {
            assert_eq!(Sequence::parse(text).unwrap().to_string(), text);
        }
    }
}

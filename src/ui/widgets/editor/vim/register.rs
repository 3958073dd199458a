//! Registers: what was deleted and yanked.

use std::collections::BTreeMap;

use super::mode::Shape;

/// What a register holds; its line breaks are LF.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Register {
    /// The text; whole lines end with a line break.
    pub text: String,
    /// Whether whole lines were taken.
    pub shape: Shape,
}

/// The registers.
#[derive(Clone, Debug, Default)]
pub struct Registers {
    unnamed: Register,
    named: BTreeMap<char, Register>,
}

/// How a text came into a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It was copied.
    Yanked,
    /// It was deleted.
    Deleted,
}

impl Registers {
    /// Whether a character names a register.
    pub const fn is_name(c: char) -> bool {
        c.is_ascii_alphanumeric() || matches!(c, '"' | '_' | '+' | '*' | '-')
    }

    /// Keeps a text; gives it back where it is for the system's clipboard.
    pub fn keep(&mut self, name: Option<char>, text: &str, shape: Shape, taken: Taken) -> Option<String> {
        let register = Register { text: text.replace("\r\n", "\n"), shape };
        let mut clipboard = None;
        match name {
            Some('_') => return None,
            Some(name @ ('+' | '*')) => {
                clipboard = Some(register.text.clone());
                self.named.insert(name, register.clone());
            }
            Some(name) if name.is_ascii_uppercase() => {
                let kept = self.named.entry(name.to_ascii_lowercase()).or_default();
                let mut text = register.text;
                if shape == Shape::Lines || kept.shape == Shape::Lines {
                    for text in [&mut kept.text, &mut text] {
                        if !text.is_empty() && !text.ends_with('\n') {
                            text.push('\n');
                        }
                    }
                    kept.shape = Shape::Lines;
                }
                kept.text.push_str(&text);
                self.unnamed = kept.clone();
                return None;
            }
            Some(name) if name != '"' => {
                self.named.insert(name, register.clone());
            }
            _ if taken == Taken::Yanked => {
                self.named.insert('0', register.clone());
            }
            _ => self.push_deleted(&register),
        }
        self.unnamed = register;
        clipboard
    }

    /// Moves what was deleted before one register on; less than a line goes to `-`.
    fn push_deleted(&mut self, register: &Register) {
        if register.shape == Shape::Chars && !register.text.contains('\n') {
            self.named.insert('-', register.clone());
            return;
        }
        for place in ('1'..='8').rev() {
            if let Some(kept) = self.named.remove(&place) {
                self.named.insert(char::from(place as u8 + 1), kept);
            }
        }
        self.named.insert('1', register.clone());
    }

    /// What a register holds.
    pub fn get(&self, name: Option<char>) -> Option<&Register> {
        match name {
            None | Some('"') => Some(&self.unnamed).filter(|register| !register.text.is_empty()),
            Some(name) => self.named.get(&name.to_ascii_lowercase()),
        }
    }
}

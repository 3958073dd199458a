//! What kind of character a character is, where words are told apart.

/// A kind of character; a word is a run of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Spaces, tabs and line breaks.
    Blank,
    /// Punctuation and symbols.
    Mark,
    /// Letters, digits and the underscore.
    Word,
    /// Hiragana.
    Hiragana,
    /// Katakana.
    Katakana,
    /// Han.
    Han,
    /// Hangul.
    Hangul,
    /// Emoji and other pictures.
    Picture,
}

/// How finely words are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    /// Runs of one kind of character: vim's word.
    Small,
    /// Whatever stands between blanks: vim's WORD.
    Big,
}

/// The kind of a character.
pub fn class(c: char, grain: Grain) -> Class {
    if c.is_whitespace() {
        return Class::Blank;
    }
    if grain == Grain::Big {
        return Class::Word;
    }
    match c {
        '_' => Class::Word,
        '\0'..='\x7f' => {
            if c.is_ascii_alphanumeric() {
                Class::Word
            } else {
                Class::Mark
            }
        }
        '\u{3040}'..='\u{309f}' => Class::Hiragana,
        '\u{30a0}'..='\u{30ff}' => Class::Katakana,
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3fffd}' => {
            Class::Han
        }
        '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7a3}' => Class::Hangul,
        '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' => Class::Picture,
        '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' => {
            Class::Mark
        }
        // Combining marks belong to the letter before them.
        _ if c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c) => Class::Word,
        '\u{a1}'..='\u{bf}' | '\u{d7}' | '\u{f7}' | '\u{20a0}'..='\u{2bff}' => Class::Mark,
        _ => Class::Word,
    }
}

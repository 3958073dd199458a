//! A text read once: its words, numbers and marks, with all that is looked up about each.

use std::ops::Range;

use super::lexicon::Lexicon;
use super::stems::{hash, stem};
use super::vectors::{Vectors, WordId};
use crate::domain::lexical::{Rarity, is_stop_word};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A word with content of its own.
    Content,
    /// A word that only joins others.
    Function,
    /// Digits, with the points, commas and colons within.
    Digits,
    /// A sign: punctuation, currency, per cent.
    Mark(char),
}

/// A token of a text.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// What it is.
    pub(super) kind: TokenKind,
    /// Its first byte.
    pub(super) start: u32,
    /// The byte after its last.
    pub(super) end: u32,
    /// The hash of the lower-case word.
    pub(super) word: u64,
    /// The hash of its stem.
    pub(super) stem: u64,
    /// The hash of its first five letters, 0 for shorter words.
    pub(super) prefix: u64,
    /// Its vector, where listed.
    pub(super) vector: Option<WordId>,
    /// How much it weighs; 0 for all but content words.
    pub(super) weight: f32,
    /// Its senses, as bits.
    pub(super) senses: u32,
    /// Whether it starts with a capital letter.
    pub(super) capital: bool,
}

impl Token {
    /// Whether it is a word with content.
    pub(super) fn is_content(&self) -> bool {
        self.kind == TokenKind::Content
    }

    /// Whether it has one of these senses.
    pub(super) fn has(&self, senses: u32) -> bool {
        self.senses & senses != 0
    }

    /// Where it stands, in bytes.
    pub(super) fn bytes(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Reads texts, with the rarity of words at hand.
pub(super) struct Reader<'a> {
    rarity: &'a Rarity,
    /// What a word that no sentence holds weighs there.
    most: f32,
    /// How much the workspace's rarity counts beside that of English, from 0 to 0.5.
    share: f32,
    vectors: &'static Vectors,
    lexicon: &'static Lexicon,
    lower: String,
    stem: String,
}

impl<'a> Reader<'a> {
    /// A reader with a workspace's rarity of words.
    pub(super) fn new(rarity: &'a Rarity) -> Self {
        // No word holds a space, so this one is as rare as can be; its weight tells how many sentences were counted.
        let most = rarity.weight(" ") as f32;
        let sentences = (most.exp() - 2.0).max(0.0) / 2.0;
        Self {
            rarity,
            most: most.max(0.1),
            share: 0.5 * sentences / (sentences + 100.0),
            vectors: Vectors::get(),
            lexicon: Lexicon::get(),
            lower: String::new(),
            stem: String::new(),
        }
    }

    /// The tokens of a part of a text, without what stands in `skipped` (in order, bytes of the text).
    pub(super) fn read(&mut self, text: &str, part: Range<usize>, skipped: &[Range<usize>], out: &mut Vec<Token>) {
        let mut at = part.start;
        let mut skipped = skipped.iter().filter(|range| range.end > part.start).peekable();
        while at < part.end {
            if let Some(range) = skipped.peek()
                && range.start <= at
            {
                at = at.max(range.end);
                skipped.next();
                continue;
            }
            let Some(c) = text[at..part.end].chars().next() else { break };
            at = if c.is_whitespace() {
                at + c.len_utf8()
            } else if c.is_ascii_digit() {
                digits(text, at, part.end, out)
            } else if is_spaceless(c) {
                self.pair(text, at, part.end, out)
            } else if c.is_alphabetic() {
                self.word(text, at, part.end, out)
            } else {
                let end = at + c.len_utf8();
                out.push(bare(TokenKind::Mark(c), at, end));
                end
            };
        }
    }

    fn word(&mut self, text: &str, start: usize, limit: usize, out: &mut Vec<Token>) -> usize {
        let mut end = start;
        self.lower.clear();
        let mut chars = text[start..limit].char_indices().peekable();
        while let Some((place, c)) = chars.next() {
            let inner = matches!(c, '\'' | '’') && chars.peek().is_some_and(|(_, next)| next.is_alphabetic());
            if inner {
                self.lower.push('\'');
            } else if c.is_ascii_digit() || (c.is_alphabetic() && !is_spaceless(c)) {
                self.lower.extend(c.to_lowercase());
            } else {
                break;
            }
            end = start + place + c.len_utf8();
        }
        let capital = text[start..].starts_with(char::is_uppercase);
        let token = self.looked_up(start, end, capital);
        out.push(token);
        end
    }

    fn looked_up(&mut self, start: usize, end: usize, capital: bool) -> Token {
        let word = hash(&self.lower);
        let senses =
            self.lexicon.senses(word) | if self.lower.ends_with("n't") { super::lexicon::sense::NEGATION } else { 0 };
        let function = is_stop_word(&self.lower) || self.lower.len() < 2 || senses & FUNCTION_SENSES != 0;
        let mut token = bare(if function { TokenKind::Function } else { TokenKind::Content }, start, end);
        token.word = word;
        token.capital = capital;
        token.senses = senses;
        token.stem = hash(stem(&self.lower, &mut self.stem));
        if self.lower.len() > 5 {
            let five = self.lower.char_indices().nth(5).map_or(self.lower.len(), |(place, _)| place);
            token.prefix = hash(&self.lower[..five]);
        }
        if !function {
            token.vector = self.vectors.find(&self.lower);
            let english = Vectors::rarity(token.vector);
            let own = self.rarity.weight(&self.lower) as f32 / self.most * 6.5;
            token.weight = english * (1.0 - self.share) + own * self.share;
        }
        token
    }

    /// A pair of neighbouring characters of a script without spaces, as a word.
    fn pair(&mut self, text: &str, start: usize, limit: usize, out: &mut Vec<Token>) -> usize {
        let mut chars = text[start..limit].chars();
        let first = chars.next().map_or(1, char::len_utf8);
        if let Some(second) = chars.next().filter(|c| is_spaceless(*c)) {
            let end = start + first + second.len_utf8();
            let mut token = bare(TokenKind::Content, start, end);
            token.word = hash(&text[start..end]);
            token.stem = token.word;
            token.weight = 2.5;
            token.senses = self.lexicon.senses(token.word);
            out.push(token);
        } else if out.last().is_none_or(|before| before.end as usize <= start) {
            let mut token = bare(TokenKind::Function, start, start + first);
            token.word = hash(&text[start..start + first]);
            token.stem = token.word;
            out.push(token);
        }
        start + first
    }
}

const FUNCTION_SENSES: u32 = super::lexicon::sense::FOREIGN
    | super::lexicon::sense::NEGATION
    | super::lexicon::sense::WRITER
    | super::lexicon::sense::READER;

fn bare(kind: TokenKind, start: usize, end: usize) -> Token {
    Token {
        kind,
        start: start as u32,
        end: end as u32,
        word: 0,
        stem: 0,
        prefix: 0,
        vector: None,
        weight: 0.0,
        senses: 0,
        capital: false,
    }
}

/// Digits with single points, commas, colons between digits, and spaces that group thousands.
fn digits(text: &str, start: usize, limit: usize, out: &mut Vec<Token>) -> usize {
    let bytes = text.as_bytes();
    let digit = |at: usize| at < limit && bytes[at].is_ascii_digit();
    let mut end = start;
    while digit(end) || (end > start && end < limit && matches!(bytes[end], b'.' | b',' | b':') && digit(end + 1)) {
        end += 1;
    }
    // `1 200`: a group of three after a space that does not break.
    for space in ["\u{202f}", "\u{a0}", " "] {
        let group = end + space.len();
        let grouped = end - start <= 3
            && text[end..limit].starts_with(space)
            && (0..3).all(|place| digit(group + place))
            && !digit(group + 3);
        if grouped {
            end = group + 3;
            break;
        }
    }
    out.push(bare(TokenKind::Digits, start, end));
    end
}

/// Whether a character is of a script that is written without spaces between words.
pub(super) fn is_spaceless(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{0e00}'..='\u{0e7f}' | '\u{20000}'..='\u{2ffff}')
}

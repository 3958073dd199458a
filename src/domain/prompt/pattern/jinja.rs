//! Jinja templates of Prompty as patterns: what names, paths, filters and conditions mean.

use std::collections::HashSet;

use super::jinja_blocks::Reader;
use super::jinja_tokens::{Word, tokens};
use super::{Form, Piece, Reference, Test, push_text};
use crate::domain::message::Role;
use crate::domain::prompt::VariableKind;
use crate::domain::prompt::model::Prompt;
use crate::domain::prompt::printed::python;
use crate::domain::prompt::prompty::{self, Engine};

/// The pieces of a Prompty file's template; `None` where it does what no pattern can say.
pub(super) fn pieces(prompt: &Prompt) -> Option<Vec<Piece>> {
    if prompty::engine(&prompt.front).ok()? != Engine::Jinja {
        return None;
    }
    // Role lines are marked first, as rendering does, so that they are found within blocks too.
    let mark = ('\u{f0000}'..='\u{ffffd}').find(|mark| !prompt.template.contains(*mark))?;
    let mut marked = String::new();
    let mut rest = prompt.template.as_str();
    while !rest.is_empty() {
        let (line, size) = python::first_line(rest);
        match prompty::role_line(line) {
            Some(role) => {
                marked.push(mark);
                marked.push_str(role.as_str());
                marked.push(mark);
                marked.push('\n');
            }
            None => marked.push_str(&rest[..size]),
        }
        rest = &rest[size..];
    }
    let threads = prompty::inputs(&prompt.front).into_iter().filter(|input| input.kind == VariableKind::Thread);
    let media = prompt.rich().map(|(name, _)| name.to_owned()).collect();
    let mut reader = Reader::new(tokens(&marked)?, mark, threads.map(|input| input.name).collect(), media);
    reader.all()
}

/// Text in which role lines are marked.
pub(super) fn marked_text(pieces: &mut Vec<Piece>, text: &str, mark: char) {
    for (index, part) in text.split(mark).enumerate() {
        if index % 2 == 0 {
            push_text(pieces, part);
        } else {
            pieces.push(Piece::Role(Some(Role::parse(part))));
        }
    }
}

/// What names mean at a place of a template.
pub(super) struct Names {
    /// The names of the repetitions around, outermost first: the item's name, and whether its items are known.
    pub(super) items: Vec<String>,
    /// Names that `set` gave another meaning.
    pub(super) hidden: HashSet<String>,
    /// The inputs that stand for earlier messages.
    pub(super) threads: Vec<String>,
    /// The inputs that are pictures, files or sound.
    pub(super) media: Vec<String>,
}

/// A value that an expression starts with, and the filters after it.
pub(super) struct Expression<'w> {
    pub(super) value: Operand,
    pub(super) filters: Vec<(&'w str, Vec<&'w Word>)>,
}

/// The value of an expression.
pub(super) enum Operand {
    Value(Reference),
    Text(String),
    /// `loop.index` and `loop.index0` of the repetition at a depth.
    Counter {
        scope: usize,
        first: usize,
    },
    First(usize),
    Last(usize),
    Thread,
    Media,
    Other,
}

impl Names {
    /// Reads an expression without operators; others are `Operand::Other`.
    pub(super) fn expression<'w>(&self, words: &'w [Word]) -> Expression<'w> {
        let other = Expression { value: Operand::Other, filters: Vec::new() };
        let mut parts = split(words, '|').into_iter();
        let Some(value) = parts.next() else { return other };
        let mut filters = Vec::new();
        for part in parts {
            let Some(Word::Name(name)) = part.first() else { return other };
            let arguments = part[1..].iter().filter(|word| !matches!(word, Word::Sign('(' | ')' | ','))).collect();
            filters.push((name.as_str(), arguments));
        }
        Expression { value: self.operand(value), filters }
    }

    fn operand(&self, words: &[Word]) -> Operand {
        match words {
            [Word::Text(text)] => Operand::Text(text.clone()),
            [Word::Sign('('), inner @ .., Word::Sign(')')] => self.operand(inner),
            [Word::Name(first), rest @ ..] => self.path(first, rest).unwrap_or(Operand::Other),
            _ => Operand::Other,
        }
    }

    /// `a`, `a.b` or `a["b"]`.
    fn path(&self, first: &str, mut rest: &[Word]) -> Option<Operand> {
        let mut keys = Vec::new();
        loop {
            rest = match rest {
                [] => break,
                [Word::Sign('.'), Word::Name(key), after @ ..]
                | [Word::Sign('['), Word::Text(key), Word::Sign(']'), after @ ..] => {
                    keys.push(key.clone());
                    after
                }
                _ => return None,
            };
        }
        if first == "loop" && !self.items.is_empty() {
            let scope = self.items.len();
            return Some(match keys.as_slice() {
                [key] if key == "index" => Operand::Counter { scope, first: 1 },
                [key] if key == "index0" => Operand::Counter { scope, first: 0 },
                [key] if key == "first" => Operand::First(scope),
                [key] if key == "last" => Operand::Last(scope),
                _ => Operand::Other,
            });
        }
        if self.hidden.contains(first) || matches!(first, "true" | "false" | "none" | "True" | "False" | "None") {
            return None;
        }
        if self.threads.iter().any(|thread| thread == first) {
            return Some(Operand::Thread);
        }
        if self.media.iter().any(|media| media == first) {
            return Some(Operand::Media);
        }
        let reference = match self.items.iter().rposition(|name| name == first) {
            Some(at) => Reference { scope: at + 1, path: Vec::new() },
            None => Reference::variable(first),
        };
        Some(Operand::Value(reference.below(&keys)))
    }

    /// What `{{ … }}` prints.
    pub(super) fn output(&self, words: &[Word]) -> Piece {
        let Expression { value, filters } = self.expression(words);
        let form = match filters.as_slice() {
            [] => Form::Text,
            [("tojson", _)] => Form::Json,
            [("join", arguments)] => match arguments.as_slice() {
                [Word::Text(between)] if !between.is_empty() => Form::Joined(between.clone()),
                _ => return Piece::Hole(None, Form::Text),
            },
            // Of what these print they print the same once more.
            filters if filters.iter().all(|(name, _)| IDEMPOTENT.contains(name)) => Form::Text,
            _ => return Piece::Hole(None, Form::Text),
        };
        match value {
            Operand::Value(reference) => Piece::Hole(Some(reference), form),
            Operand::Text(text) if filters.is_empty() => Piece::Literal(text),
            Operand::Counter { scope, first } if filters.is_empty() => Piece::Counter { scope, first },
            Operand::Thread => Piece::History,
            // It stands between two texts, which a reader of messages joins with a line break.
            Operand::Media => Piece::Literal("\n".to_owned()),
            _ => Piece::Hole(None, Form::Text),
        }
    }

    /// What a condition depends on, and whether it holds where the test does.
    pub(super) fn test(&self, words: &[Word]) -> (Test, bool) {
        if let [Word::Name(not), rest @ ..] = words
            && not == "not"
        {
            let (test, straight) = self.test(rest);
            return (test, !straight);
        }
        let equal =
            words.windows(2).position(|pair| pair[1] == Word::Sign('=') && matches!(pair[0], Word::Sign('=' | '!')));
        if let Some(at) = equal {
            let straight = words[at] == Word::Sign('=');
            let test = match (self.operand(&words[..at]), self.operand(&words[at + 2..])) {
                (Operand::Value(reference), Operand::Text(text)) | (Operand::Text(text), Operand::Value(reference)) => {
                    Test::Equals(reference, text)
                }
                _ => Test::Unknown,
            };
            return (test, straight);
        }
        let (words, straight) = match words {
            [value @ .., Word::Name(is), Word::Name(defined)] if is == "is" && defined == "defined" => (value, true),
            [value @ .., Word::Name(is), Word::Name(not), Word::Name(defined)]
                if is == "is" && not == "not" && defined == "defined" =>
            {
                (value, false)
            }
            words => (words, true),
        };
        let Expression { value, filters } = self.expression(words);
        let test = match value {
            Operand::Value(reference) if filters.iter().all(|(name, after)| says_not_empty(name, after)) => {
                Test::Truthy(reference)
            }
            Operand::First(scope) => Test::First(scope),
            Operand::Last(scope) => Test::Last(scope),
            _ => Test::Unknown,
        };
        (test, straight)
    }
}

const IDEMPOTENT: [&str; 11] =
    ["trim", "upper", "lower", "title", "capitalize", "safe", "string", "default", "d", "e", "escape"];

/// Whether a filter in a condition asks for no more than that there is something: `| trim`, `| length`, `| length > 0`.
fn says_not_empty(filter: &str, after: &[&Word]) -> bool {
    match (filter, after) {
        ("trim" | "length" | "count", []) => true,
        ("length" | "count", [Word::Sign('>'), Word::Number(number)]) => number == "0",
        _ => false,
    }
}

/// Divides words at a sign outside of brackets.
fn split(words: &[Word], sign: char) -> Vec<&[Word]> {
    let mut parts = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    for (at, word) in words.iter().enumerate() {
        match word {
            Word::Sign('(' | '[') => depth += 1,
            Word::Sign(')' | ']') => depth = depth.saturating_sub(1),
            Word::Sign(found) if *found == sign && depth == 0 => {
                parts.push(&words[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&words[start..]);
    parts
}

//! A prompt file as text with places: front matter, messages by role, variables where they are used, literal text.
//!
//! The scanners are forgiving: a file that a format's own reader refuses still has the places that can be told.

mod handlebars;
mod jinja;
mod plain;
mod scope;
#[cfg(test)]
mod tests;
mod yaml;

use std::borrow::Cow;
use std::ops::Range;

pub(super) use scope::Nesting;
pub(super) use yaml::Key;

use super::finding::Lines;
use crate::domain::message::Role;
use crate::domain::prompt::PromptFormat;

/// What a piece of a template does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// Literal text.
    Text,
    /// Prints the values of these variables.
    Print(Vec<String>),
    /// Decides or repeats by these variables.
    Logic(Vec<String>),
    /// A comment of the template language.
    Comment,
    /// Begins a message of this role, as written.
    Role(String),
    /// The place of earlier messages.
    History,
    /// A partial of this name.
    Partial(String),
    /// A function of this name that no one knows.
    Unknown(String),
    /// Anything else that prints no text of its own.
    Other,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Its bytes in the file.
    pub(super) range: Range<usize>,
    /// What it does.
    pub(super) token: Token,
    /// Whether it stands in a condition or a loop.
    pub(super) nesting: Nesting,
}

/// A message of a template.
#[derive(Clone, Debug)]
pub(super) struct Section {
    /// The role; `Other` holds one that the format does not know.
    pub(super) role: Role,
    /// Where the role is named; empty at the beginning of the body where it is the format's own.
    pub(super) mark: Range<usize>,
    /// The pieces up to the next message.
    pub(super) pieces: Vec<Piece>,
}

impl Section {
    /// Where the section's content begins and ends.
    pub(super) fn body(&self) -> Range<usize> {
        match (self.pieces.first(), self.pieces.last()) {
            (Some(first), Some(last)) => first.range.start..last.range.end,
            _ => self.mark.end..self.mark.end,
        }
    }
}

/// A prompt file with its places.
#[derive(Debug)]
pub(super) struct Source<'t> {
    /// The file.
    pub(super) text: &'t str,
    /// The file with the line breaks of quoted scalars written out, byte for byte as long.
    pub(super) view: Cow<'t, str>,
    /// Positions of offsets.
    pub(super) lines: Lines<'t>,
    /// The YAML; the whole file where the format is YAML.
    pub(super) front: Option<Range<usize>>,
    /// The template; empty where the format is YAML.
    pub(super) body: Range<usize>,
    /// The keys of the YAML.
    pub(super) keys: Vec<Key>,
    /// The messages in the order of the file; the one that no marker begins is left out where nothing is in it.
    pub(super) sections: Vec<Section>,
}

impl<'t> Source<'t> {
    /// Scans a file.
    pub(super) fn scan(text: &'t str, format: PromptFormat) -> Self {
        let (front, body) = match format {
            PromptFormat::GithubModels => (Some(0..text.len()), 0..0),
            PromptFormat::Text => (None, after_mark(text)..text.len()),
            PromptFormat::Dotprompt | PromptFormat::Prompty => divide(text),
        };
        let keys = front.clone().map(|front| yaml::keys(text, front)).unwrap_or_default();
        let mut view = Cow::Borrowed(text);
        let sections = match format {
            PromptFormat::Dotprompt => assemble(handlebars::scan(text, body.clone()), body.start, &Role::User),
            PromptFormat::Prompty => {
                let pieces = jinja::scan(text, body.clone(), &threads(text, &keys));
                assemble(pieces, body.start, &Role::System)
            }
            PromptFormat::Text => {
                assemble(plain::scan(text, body.clone(), plain::Blanks::Taken), body.start, &Role::User)
            }
            PromptFormat::GithubModels => {
                if let Some(written) = yaml::write_breaks(text, &keys) {
                    view = Cow::Owned(written);
                }
                github(text, &keys)
            }
        };
        Self { text, view, lines: Lines::new(text), front, body, keys, sections }
    }

    /// The text of a range, with the line breaks of quoted scalars written out.
    pub(super) fn slice(&self, range: Range<usize>) -> &str {
        self.view.get(range).unwrap_or_default()
    }

    /// The key at a path of the YAML.
    pub(super) fn key(&self, path: &[&str]) -> Option<&Key> {
        self.keys.iter().find(|key| key.path.iter().eq(path))
    }

    /// Every piece of every message, in the order of the file.
    pub(super) fn pieces(&self) -> impl Iterator<Item = &Piece> {
        self.sections.iter().flat_map(|section| &section.pieces)
    }

    /// Every variable that a piece uses, with the piece.
    pub(super) fn uses(&self) -> impl Iterator<Item = (&str, &Piece)> {
        self.pieces().flat_map(|piece| {
            let names = match &piece.token {
                Token::Print(names) | Token::Logic(names) => names.as_slice(),
                _ => &[],
            };
            names.iter().map(move |name| (name.as_str(), piece))
        })
    }

    /// The literal text of the messages, piece by piece.
    pub(super) fn literals(&self) -> impl Iterator<Item = (&Section, Range<usize>)> {
        self.sections.iter().flat_map(|section| {
            let texts = section.pieces.iter().filter(|piece| piece.token == Token::Text);
            texts.map(move |piece| (section, piece.range.clone()))
        })
    }
}

fn after_mark(text: &str) -> usize {
    if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 }
}

/// Front matter and body, as the formats' reader divides them.
fn divide(text: &str) -> (Option<Range<usize>>, Range<usize>) {
    let mut offset = after_mark(text);
    let whole = (None, offset..text.len());
    let mut yaml = None;
    for line in text[offset..].split_inclusive('\n') {
        let content = line.trim_end();
        match yaml {
            None if content == "---" => yaml = Some(offset + line.len()),
            None if content.trim_start().is_empty() || content.starts_with('#') => {}
            None => return whole,
            Some(start) if content == "---" => return (Some(start..offset), offset + line.len()..text.len()),
            Some(_) => {}
        }
        offset += line.len();
    }
    yaml.map_or(whole, |start| (Some(start..text.len()), text.len()..text.len()))
}

/// Divides pieces into messages at the roles.
fn assemble(pieces: Vec<Piece>, start: usize, first: &Role) -> Vec<Section> {
    let mut sections = vec![Section { role: first.clone(), mark: start..start, pieces: Vec::new() }];
    for piece in pieces {
        match &piece.token {
            Token::Role(name) => {
                sections.push(Section { role: Role::parse(name), mark: piece.range, pieces: Vec::new() });
            }
            _ => {
                if let Some(section) = sections.last_mut() {
                    section.pieces.push(piece);
                }
            }
        }
    }
    sections
}

/// The messages of a GitHub Models file.
fn github(text: &str, keys: &[Key]) -> Vec<Section> {
    let mut sections = Vec::new();
    for index in 0.. {
        let index = index.to_string();
        let find = |name: &str| keys.iter().find(|key| key.path.iter().eq(["messages", &index, name]));
        let Some(role) = find("role") else { break };
        let content = find("content").map_or(role.value.end..role.value.end, |key| key.value.clone());
        sections.push(Section {
            role: Role::parse(yaml::unquoted(&text[role.value.clone()])),
            mark: role.value.clone(),
            pieces: plain::scan(text, content, plain::Blanks::Refused),
        });
    }
    sections
}

/// The inputs of a Prompty file that stand for earlier messages.
fn threads<'t>(text: &'t str, keys: &[Key]) -> Vec<&'t str> {
    let is_thread = |key: &&Key| key.is_at("inputs", "kind") && yaml::unquoted(&text[key.value.clone()]) == "thread";
    let name = |key: &Key| {
        let name = keys.iter().find(|other| other.is_at("inputs", "name") && other.path[..2] == key.path[..2])?;
        Some(yaml::unquoted(&text[name.value.clone()]))
    };
    keys.iter().filter(is_thread).filter_map(name).collect()
}

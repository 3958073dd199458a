//! A line of YAML: key, value, comment, and template tags in it.

use super::line::{Look, State, Tokens};
use super::tag::Tag;
use crate::ui::theme::Role;

const WORDS: [&str; 7] = ["true", "false", "null", "~", "yes", "no", "[]"];

/// Reads a line of YAML.
pub fn lex(line: &str, state: State, tokens: &mut Tokens) -> State {
    let at = match state.tag {
        Some(tag) => match tag.lex(line, 0, tokens) {
            Some(end) => end,
            None => return state,
        },
        None => key(line, tokens),
    };
    values(line, at, State { tag: None, ..state }, tokens)
}

/// The key at a line's beginning; says where its value begins.
fn key(line: &str, tokens: &mut Tokens) -> usize {
    let start = line.len() - line.trim_start_matches([' ', '-']).len();
    let rest = &line[start..];
    let name = match rest.as_bytes().first() {
        Some(quote @ (b'"' | b'\'')) => rest[1..].find(char::from(*quote)).map(|at| at + 2),
        Some(b'#' | b'{' | b'[') | None => None,
        _ => rest.find(": ").or_else(|| rest.ends_with(':').then(|| rest.len() - 1)),
    };
    match name.filter(|end| rest[*end..].starts_with(':') && !rest[..*end].contains(" #")) {
        Some(end) => {
            tokens.add(start..start + end, Look::Role(Role::CodeKey));
            start + end + 1
        }
        None => start,
    }
}

fn values(line: &str, from: usize, state: State, tokens: &mut Tokens) -> State {
    let bytes = line.as_bytes();
    let (mut at, mut begin) = (from, from);
    while at < bytes.len() {
        match bytes[at] {
            b'#' if at == 0 || bytes[at - 1] == b' ' => {
                plain(line, begin, at, tokens);
                tokens.add(at..line.len(), Look::Role(Role::CodeComment));
                return state;
            }
            b'{' => {
                if let Some(tag) = Tag::opening(&line[at..]) {
                    plain(line, begin, at, tokens);
                    let Some(end) = tag.lex(line, at, tokens) else { return State { tag: Some(tag), ..state } };
                    (at, begin) = (end, end);
                    continue;
                }
                at += 1;
            }
            _ => at += 1,
        }
    }
    plain(line, begin, line.len(), tokens);
    state
}

/// A value without tags.
fn plain(line: &str, from: usize, to: usize, tokens: &mut Tokens) {
    let text = &line[from..to];
    let start = from + text.len() - text.trim_start().len();
    let text = text.trim();
    let number = text.parse::<f64>().is_ok() || WORDS.contains(&text);
    let role = if number { Role::CodeNumber } else { Role::CodeString };
    tokens.add(start..start + text.len(), Look::Role(role));
}

//! A line of a template: Markdown, tags and role markers.

use super::Syntax;
use super::line::{Look, Part, State, Tokens};
use super::tag::Tag;
use crate::ui::theme::Role;

/// Longer runs of backticks open no code: so many lengths need not be looked for.
const MOST_TICKS: usize = 8;

/// Reads a line of a template.
pub fn lex(syntax: Syntax, line: &str, state: State, tokens: &mut Tokens) -> State {
    let mut inline = Inline { line, state, tokens, base: None, missing: [false; MOST_TICKS + 4] };
    if let Some(tag) = state.tag {
        return match tag.lex(line, 0, inline.tokens) {
            Some(end) => {
                inline.state.tag = None;
                inline.rest(end)
            }
            None => state,
        };
    }
    let start = line.len() - line.trim_start().len();
    if let Some((fence, length)) = fence(&line[start..]) {
        inline.tokens.add(0..line.len(), Look::Role(Role::CodeComment));
        let part = match state.part {
            Part::Fence(open, least) if open == fence && length >= least => Part::Body,
            Part::Fence(..) => state.part,
            _ => Part::Fence(fence, length),
        };
        return State { part, ..state };
    }
    if matches!(state.part, Part::Fence(..)) {
        inline.base = Some(Look::Role(Role::CodeString));
        return inline.rest(0);
    }
    if syntax == Syntax::Prompty && is_role(line) {
        inline.tokens.add(start..line.trim_end().len(), Look::Role(Role::Mark));
        return state;
    }
    let rest = &line[start..];
    let hashes = rest.bytes().take_while(|byte| *byte == b'#').count();
    if (1..=6).contains(&hashes) && rest[hashes..].starts_with(' ') {
        inline.base = Some(Look::Role(Role::Heading));
        return inline.rest(start);
    }
    let bullet = bullet(rest);
    if bullet > 0 {
        inline.tokens.add(start..start + bullet, Look::Role(Role::Accent));
    } else if rest.starts_with('>') {
        inline.base = Some(Look::Role(Role::Dim));
    }
    inline.rest(start + bullet)
}

/// The character and length of the fence that a line is.
fn fence(text: &str) -> Option<(u8, usize)> {
    let first = *text.as_bytes().first()?;
    if first != b'`' && first != b'~' {
        return None;
    }
    let length = text.bytes().take_while(|byte| *byte == first).count();
    (length >= 3 && !text[length..].contains('`')).then_some((first, length))
}

/// Bytes of the sign that begins an item of a list, its blank included.
fn bullet(text: &str) -> usize {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let sign = match text.as_bytes().get(digits) {
        Some(b'-' | b'*' | b'+') if digits == 0 => 1,
        Some(b'.' | b')') if (1..10).contains(&digits) => digits + 1,
        _ => return 0,
    };
    if text[sign..].starts_with(' ') { sign + 1 } else { 0 }
}

/// Whether a line of Prompty begins a message: `system:`, `# user[name="Ann"]:`.
fn is_role(line: &str) -> bool {
    let text = line.trim();
    let text = text.strip_prefix('#').unwrap_or(text).trim_start();
    let Some(text) = text.strip_suffix(':') else { return false };
    let text = text.trim_end();
    let name = text.split('[').next().unwrap_or_default().to_ascii_lowercase();
    matches!(name.as_str(), "assistant" | "developer" | "system" | "user")
        && (text.len() == name.len() || text.ends_with(']'))
}

/// Reads what stands within a line.
struct Inline<'a, 't> {
    line: &'a str,
    state: State,
    tokens: &'t mut Tokens,
    /// The look of what has none of its own.
    base: Option<Look>,
    /// Signs that nothing in the rest of the line closes, so that no sign is looked for twice.
    missing: [bool; MOST_TICKS + 4],
}

impl Inline<'_, '_> {
    fn rest(mut self, from: usize) -> State {
        let bytes = self.line.as_bytes();
        let (mut at, mut begin) = (from, from);
        while let Some(found) = next_sign(&bytes[at..]).map(|place| at + place) {
            if self.tokens.is_done(begin) {
                return self.state;
            }
            if let Some(tag) = Tag::opening(&self.line[found..]) {
                self.base(begin, found);
                let Some(end) = tag.lex(self.line, found, self.tokens) else {
                    return State { tag: Some(tag), ..self.state };
                };
                (at, begin) = (end, end);
                continue;
            }
            let (end, look) = self.span(found);
            if let Some(look) = look {
                self.base(begin, found);
                self.tokens.add(found..end, look);
                begin = end;
            }
            at = end;
        }
        self.base(begin, self.line.len());
        self.state
    }

    fn base(&mut self, from: usize, to: usize) {
        if let Some(look) = self.base {
            self.tokens.add(from..to, look);
        }
    }

    /// A span that begins with a sign: where it ends and how it looks, or where the sign ends if it opens none.
    fn span(&mut self, at: usize) -> (usize, Option<Look>) {
        let bytes = self.line.as_bytes();
        let sign = bytes[at];
        let run = bytes[at..].iter().take_while(|byte| **byte == sign).count();
        let pass = (at + run, None);
        if matches!(self.state.part, Part::Fence(..)) {
            return pass;
        }
        match sign {
            b'\\' => {
                ((at + 1 + self.line[at + 1..].chars().next().map_or(0, char::len_utf8)).min(self.line.len()), None)
            }
            b'`' if run <= MOST_TICKS => self.closed(at, run, run - 1, Look::Role(Role::CodeString)).unwrap_or(pass),
            b'<' if self.line[at..].starts_with("<<<dotprompt:") => {
                let end = self.line[at..].find(">>>").map_or(self.line.len(), |place| at + place + 3);
                (end, Some(Look::Role(Role::Mark)))
            }
            b'*' | b'_' if run <= 2 => {
                let before = self.line[..at].chars().next_back();
                let after = self.line[at + run..].chars().next();
                // Within a word `_` is a part of a name.
                let opens = after.is_some_and(|c| !c.is_whitespace() && c != char::from(sign))
                    && (sign == b'*' || before.is_none_or(|c| !c.is_alphanumeric()));
                if !opens {
                    return pass;
                }
                let look = if run == 2 { Look::Strong } else { Look::Emphasis };
                let place = MOST_TICKS + 2 * usize::from(sign == b'_') + run - 1;
                self.closed(at, run, place, look).unwrap_or(pass)
            }
            _ => pass,
        }
    }

    /// The span from a sign to the same sign again.
    fn closed(&mut self, at: usize, run: usize, place: usize, look: Look) -> Option<(usize, Option<Look>)> {
        if self.missing[place] {
            return None;
        }
        let sign = &self.line[at..at + run];
        let found = self.line[at + run..].find(sign).map(|found| at + run + found + run);
        if found.is_none() {
            self.missing[place] = true;
        }
        found.map(|end| (end, Some(look)))
    }
}

/// Where the next character stands that may begin something.
fn next_sign(bytes: &[u8]) -> Option<usize> {
    let one = memchr::memchr3(b'{', b'`', b'*', bytes);
    let bytes = &bytes[..one.unwrap_or(bytes.len())];
    memchr::memchr3(b'_', b'<', b'\\', bytes).or(one)
}

//! `:s/pattern/replacement/flags`.

use regex::Captures;

use super::motion::last_of;
use crate::ui::widgets::editor::outcome::Outcome;
use crate::ui::widgets::editor::scope::Scope;
use crate::ui::widgets::editor::search::Pattern;

/// A substitution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Substitution {
    pattern: String,
    replacement: String,
    scope: Matches,
    /// Whether it only counts.
    counts: Count,
}

/// Which matches of a line are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Matches {
    First,
    All,
}

/// Whether matches are replaced or counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Count {
    Replace,
    Only,
}

impl Substitution {
    /// Reads what follows `s`; an empty pattern is the last one.
    pub fn parse(text: &str, last: Option<&str>) -> Result<Self, String> {
        let wrong = || "write :s/what/with what/ and g for all in a line, i or I for the case, n to count".to_owned();
        let mut chars = text.chars();
        let sign = chars.next().filter(|c| !c.is_alphanumeric() && *c != '\\' && *c != '"').ok_or_else(wrong)?;
        let mut parts = vec![String::new()];
        while let Some(c) = chars.next() {
            if c == sign && parts.len() < 3 {
                parts.push(String::new());
                continue;
            }
            let Some(part) = parts.last_mut() else { break };
            part.push(c);
            if c == '\\'
                && let Some(next) = chars.next()
            {
                if next == sign {
                    part.pop();
                }
                part.push(next);
            }
        }
        let mut parts = parts.into_iter();
        let mut pattern = parts.next().filter(|part| !part.is_empty()).or(last.map(str::to_owned)).ok_or_else(wrong)?;
        let replacement = parts.next().unwrap_or_default();
        let mut new = Self { pattern: String::new(), replacement, scope: Matches::First, counts: Count::Replace };
        for flag in parts.next().unwrap_or_default().chars() {
            match flag {
                'g' => new.scope = Matches::All,
                'i' => pattern.push_str("\\c"),
                'I' => pattern.push_str("\\C"),
                'n' => new.counts = Count::Only,
                'e' | '&' | ' ' => {}
                _ => return Err(wrong()),
            }
        }
        new.pattern = pattern;
        Ok(new)
    }

    /// The same for the first match of a line.
    #[must_use]
    pub fn once(&self) -> Self {
        Self { scope: Matches::First, ..self.clone() }
    }

    /// Substitutes in lines, as one edit.
    pub fn run(&self, (first, last): (usize, usize), scope: &mut Scope) -> Outcome {
        let way = scope.search.way;
        if let Err(why) = scope.search.set(&self.pattern, way) {
            return Outcome::Message(why);
        }
        let Some(regex) = scope.search.pattern.as_ref().map(Pattern::regex).cloned() else { return Outcome::Ignored };
        let buffer = scope.doc.buffer();
        let range = buffer.start(first)..buffer.end(last);
        let line_break = buffer.line_break();
        let text = buffer.text();
        let (mut out, mut copied, mut at) = (String::new(), range.start, range.start);
        let (mut found, mut lines, mut last_place) = (0, 0, range.start);
        let mut line_done = None;
        while at <= range.end {
            let Some(captures) = regex.captures_at(text, at) else { break };
            let Some(whole) =
                captures.get(0).filter(|whole| whole.start() <= range.end && whole.end() <= buffer.break_end(last))
            else {
                break;
            };
            let line = buffer.line_at(whole.start());
            at = if whole.is_empty() { after(text, whole.end()) } else { whole.end() };
            if line_done == Some(line) && self.scope == Matches::First {
                at = buffer.break_end(line).max(at);
                continue;
            }
            if line_done != Some(line) {
                lines += 1;
            }
            line_done = Some(line);
            found += 1;
            out.push_str(&text[copied..whole.start()]);
            out.push_str(&expand(&self.replacement, &captures, line_break));
            last_place = range.start + out.len();
            copied = whole.end();
        }
        if found == 0 {
            return Outcome::Message(format!("`{}` is not in these lines", self.pattern));
        }
        if self.counts == Count::Only {
            return Outcome::Message(format!("{found} matches on {lines} lines"));
        }
        let end = range.end.max(copied);
        out.push_str(&text[copied..end]);
        scope.doc.replace(range.start..end, &out);
        let buffer = scope.doc.buffer();
        let line = buffer.line_at(last_place).min(buffer.written_lines() - 1);
        scope.doc.go(buffer.start(line).min(last_of(buffer, line)));
        if found == 1 { Outcome::Edited } else { Outcome::Message(format!("{found} substitutions on {lines} lines")) }
    }
}

/// The offset behind the character at an offset; behind the text's end too, so that a search there ends.
fn after(text: &str, at: usize) -> usize {
    at + text[at..].chars().next().map_or(1, char::len_utf8)
}

/// What a replacement stands for: `&` and `\0` the match, `\1` to `\9` its groups, `\r` and `\n` a line break, `\t` a tab.
fn expand(replacement: &str, captures: &Captures, line_break: &str) -> String {
    let mut out = String::new();
    let mut chars = replacement.chars();
    let group = |number: usize| captures.get(number).map_or("", |found| found.as_str());
    while let Some(c) = chars.next() {
        match c {
            '&' => out.push_str(group(0)),
            '\\' => match chars.next() {
                Some(digit @ '0'..='9') => out.push_str(group(digit as usize - '0' as usize)),
                Some('r' | 'n') => out.push_str(line_break),
                Some('t') => out.push('\t'),
                Some(other) => out.push(other),
                None => out.push('\\'),
            },
            _ => out.push(c),
        }
    }
    out
}

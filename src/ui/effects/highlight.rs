//! The colours of prompt files and code: which role a piece of text has.

use std::sync::OnceLock;

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;

/// Longer texts and lines stay plain: the work grows with them.
const LONGEST: usize = 400_000;
const LONGEST_LINE: usize = 4_000;

fn syntaxes() -> &'static SyntaxSet {
    static SYNTAXES: OnceLock<SyntaxSet> = OnceLock::new();
    SYNTAXES.get_or_init(two_face::syntax::extra_newlines)
}

fn syntax(name: &str) -> &'static SyntaxReference {
    let set = syntaxes();
    let lower = name.to_lowercase();
    let endings: &[&str] = match lower.rsplit('.').next().unwrap_or_default() {
        "yml" | "yaml" => &["yml"],
        "prompt" => &["hbs", "md"],
        "prompty" => &["jinja2", "md"],
        "sql" => &["sql"],
        "md" => &["md"],
        _ => &[],
    };
    endings
        .iter()
        .find_map(|ending| set.find_syntax_by_extension(ending))
        .unwrap_or_else(|| set.find_syntax_plain_text())
}

/// A text in lines of safe pieces with roles.
pub fn highlight(name: &str, text: &str) -> Vec<Vec<Piece>> {
    let plain = |line: &str| text::foreign(line, Role::Text);
    if text.len() > LONGEST {
        return text.lines().map(plain).collect();
    }
    let (set, mut front) = (syntaxes(), FrontMatter::Before);
    let yaml = set.find_syntax_by_extension("yml").unwrap_or_else(|| set.find_syntax_plain_text());
    let mut body = Colours::new(syntax(name));
    let mut head = Colours::new(yaml);
    text.lines()
        .enumerate()
        .map(|(number, line)| {
            if line.len() > LONGEST_LINE {
                return plain(line);
            }
            let dashes = line.trim_end() == "---";
            front = match front {
                FrontMatter::Before if number == 0 && dashes => FrontMatter::Inside,
                FrontMatter::Inside if dashes => {
                    front = FrontMatter::After;
                    return text::foreign(line, Role::CodeComment);
                }
                FrontMatter::Before => FrontMatter::After,
                same => same,
            };
            if front == FrontMatter::Inside { head.line(line, set) } else { body.line(line, set) }
        })
        .collect()
}

/// Where in a file with front matter a line is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FrontMatter {
    Before,
    Inside,
    After,
}

struct Colours {
    state: ParseState,
    stack: ScopeStack,
}

impl Colours {
    fn new(syntax: &SyntaxReference) -> Self {
        Self { state: ParseState::new(syntax), stack: ScopeStack::new() }
    }

    fn line(&mut self, line: &str, set: &SyntaxSet) -> Vec<Piece> {
        let with_end = format!("{line}\n");
        let Ok(changes) = self.state.parse_line(&with_end, set) else { return text::foreign(line, Role::Text) };
        let mut pieces = Vec::new();
        let mut from = 0;
        for (at, change) in changes {
            let at = at.min(line.len());
            if at > from
                && let Some(part) = line.get(from..at)
            {
                pieces.extend(text::foreign(part, role(self.stack.as_slice())));
                from = at;
            }
            if self.stack.apply(&change).is_err() {
                break;
            }
        }
        if let Some(rest) = line.get(from..).filter(|rest| !rest.is_empty()) {
            pieces.extend(text::foreign(rest, role(self.stack.as_slice())));
        }
        pieces
    }
}

/// The role of the innermost scope that has one.
fn role(scopes: &[Scope]) -> Role {
    const ROLES: [(&str, Role); 14] = [
        ("comment", Role::CodeComment),
        ("constant.numeric", Role::CodeNumber),
        ("constant.language", Role::CodeNumber),
        ("punctuation.definition.string", Role::CodeString),
        ("string.unquoted.plain.out.yaml", Role::CodeString),
        ("string", Role::CodeString),
        ("entity.name.tag.yaml", Role::CodeKey),
        ("entity.name", Role::CodeKey),
        ("keyword", Role::CodeKey),
        ("storage", Role::CodeKey),
        ("variable.parameter", Role::CodeKey),
        ("support.function", Role::CodeKey),
        ("meta.template.expression", Role::CodeKey),
        ("markup.heading", Role::Heading),
    ];
    for scope in scopes.iter().rev() {
        let name = scope.build_string();
        if let Some((_, role)) = ROLES.iter().find(|(beginning, _)| name.starts_with(beginning)) {
            return *role;
        }
    }
    Role::Text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(lines: &[Vec<Piece>]) -> Vec<String> {
        lines.iter().map(|line| line.iter().map(|piece| piece.text.as_str()).collect()).collect()
    }

    #[test]
    fn the_text_stays_and_keys_of_the_front_matter_are_coloured() {
        let text = "---\nmodel: local/gemma3\n---\nAnswer {{question}}.";
        let lines = highlight("answer.prompt", text);
        assert_eq!(plain(&lines).join("\n"), text);
        assert!(lines[1].iter().any(|piece| piece.role == Role::CodeKey), "{:?}", lines[1]);
    }

    #[test]
    fn hidden_characters_are_made_visible_in_code_too() {
        let lines = highlight("a.md", "x\u{202e}y");
        assert!(lines[0].iter().any(|piece| piece.role == Role::Hidden));
    }
}

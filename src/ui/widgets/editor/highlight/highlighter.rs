//! The states of all lines, kept up with the text.

use std::ops::Range;

use super::Syntax;
use super::line::{self, State, Token, Tokens};
use crate::ui::widgets::editor::buffer::{Buffer, Change};

/// The state at the beginning of every line.
#[derive(Clone, Debug)]
pub struct Highlighter {
    syntax: Syntax,
    states: Vec<State>,
}

impl Highlighter {
    /// Reads a text.
    pub fn new(syntax: Syntax, buffer: &Buffer) -> Self {
        let mut new = Self { syntax, states: vec![State::first(syntax); buffer.lines()] };
        new.read(buffer, 0, buffer.lines());
        new
    }

    /// Reads again what edits may have changed.
    pub fn changed(&mut self, changes: &[Change], buffer: &Buffer) {
        for change in changes {
            let inserted = std::iter::repeat_n(State::first(self.syntax), change.lines_inserted);
            self.states.splice(change.line + 1..=change.line + change.lines_removed, inserted);
        }
        let Some(first) = changes.iter().map(|change| change.line).min() else { return };
        // After several edits the lines between them may stand elsewhere: all that follows is read.
        let until = match changes {
            [change] => change.line + change.lines_inserted,
            _ => self.states.len(),
        };
        self.read(buffer, first, until);
    }

    /// Reads from a line on, at least up to `until`, then until a line begins as it did.
    fn read(&mut self, buffer: &Buffer, from: usize, until: usize) {
        if self.syntax == Syntax::Plain {
            return;
        }
        for line in from..self.states.len().saturating_sub(1) {
            let next = line::lex(self.syntax, line, buffer.line(line), self.states[line], &mut Tokens::none());
            if line >= until && self.states[line + 1] == next {
                return;
            }
            self.states[line + 1] = next;
        }
    }

    /// What in a range of a line has a look of its own, in order; offsets count within the line.
    pub fn tokens(&self, buffer: &Buffer, line: usize, wanted: Range<usize>) -> Vec<Token> {
        let mut tokens = Tokens::within(wanted);
        if self.syntax != Syntax::Plain
            && let Some(state) = self.states.get(line)
        {
            line::lex(self.syntax, line, buffer.line(line), *state, &mut tokens);
        }
        tokens.found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Look;
    use super::*;
    use crate::ui::theme::Role;

    fn looks(syntax: Syntax, text: &str) -> Vec<(String, Look)> {
        let buffer = Buffer::new(text);
        let highlighter = Highlighter::new(syntax, &buffer);
        (0..buffer.lines())
            .flat_map(|line| {
                let tokens = highlighter.tokens(&buffer, line, 0..buffer.line(line).len());
                tokens
                    .into_iter()
                    .map(|token| (buffer.line(line)[token.range].to_owned(), token.look))
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    fn has(found: &[(String, Look)], text: &str, look: Look) -> bool {
        found.iter().any(|(known, other)| known == text && *other == look)
    }

    #[test]
    fn a_dotprompt_has_its_parts_in_their_colours() {
        let text = "---\nmodel: local/gemma3 # ours\nconfig:\n  temperature: 0.2\n---\n{{role \"system\"}}\n# Head\n\
                    Answer **now** in `code`, {{#if lang}}x{{/if}}.\n- one\n{{!-- a\nb --}}\n";
        let found = looks(Syntax::Dotprompt, text);
        assert!(has(&found, "model", Look::Role(Role::CodeKey)), "{found:?}");
        assert!(has(&found, "# ours", Look::Role(Role::CodeComment)));
        assert!(has(&found, "0.2", Look::Role(Role::CodeNumber)));
        assert!(has(&found, "{{role \"system\"}}", Look::Role(Role::Mark)));
        assert!(has(&found, "# Head", Look::Role(Role::Heading)));
        assert!(has(&found, "**now**", Look::Strong));
        assert!(has(&found, "`code`", Look::Role(Role::CodeString)));
        assert!(has(&found, "{{#if lang}}", Look::Role(Role::CodeKey)));
        assert!(has(&found, "- ", Look::Role(Role::Accent)));
        assert!(has(&found, "b --}}", Look::Role(Role::CodeComment)));
    }

    #[test]
    fn prompty_roles_jinja_and_fences() {
        let found =
            looks(Syntax::Prompty, "---\nname: x\n---\nsystem:\n{% for d in \"docs\" %}\n```\n# no head\n```\n");
        assert!(has(&found, "system:", Look::Role(Role::Mark)), "{found:?}");
        assert!(has(&found, "\"docs\"", Look::Role(Role::CodeString)));
        assert!(has(&found, "# no head", Look::Role(Role::CodeString)));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn reading_after_edits_is_reading_anew(
            text in "(---\n|`{3}\n|\\{\\{a|\\}\\}|a: 'b|\\{%|# x\n|\n|\\*\\*|é){0,12}",
            edits in proptest::collection::vec((0..40_usize, 0..6_usize, "(---\n|`{3}|\n|\\}\\}|\\{\\{!--)?"), 1..5)
        ) {
            let mut buffer = Buffer::new(&text);
            let mut kept = Highlighter::new(Syntax::Dotprompt, &buffer);
            for (at, len, with) in edits {
                let (change, _) = buffer.replace(at..at + len, &with);
                kept.changed(&[change], &buffer);
                let fresh = Highlighter::new(Syntax::Dotprompt, &buffer);
                prop_assert_eq!(&kept.states, &fresh.states);
                for line in 0..buffer.lines() {
                    let mut end = 0;
                    for token in kept.tokens(&buffer, line, 0..buffer.line(line).len()) {
                        prop_assert!(token.range.start >= end && buffer.line(line).get(token.range.clone()).is_some());
                        end = token.range.end;
                    }
                }
            }
        }
    }
}

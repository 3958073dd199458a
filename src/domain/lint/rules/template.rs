//! `template-error`: the file cannot be read or rendered.

use super::super::context::Context;
use super::super::finding::Severity;
use super::super::rule::{Findings, Rule};
use super::super::source::{Piece, Token};
use crate::domain::nearest::nearest;
use crate::domain::prompt::hbs::FUNCTIONS;

/// The rule.
pub static RULE: Rule = Rule {
    name: "template-error",
    severity: Severity::Error,
    about: "The front matter or the template has a mistake, so the prompt cannot be rendered.",
    check: Some(check),
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let lines = &context.source.lines;
    if let Some(error) = context.prompt.as_ref().err().or(context.broken.as_ref()) {
        let line = error.line.unwrap_or(1);
        // A function that no one knows is said at its tag.
        let is_told =
            |piece: &Piece| matches!(piece.token, Token::Unknown(_)) && lines.position(piece.range.start).line == line;
        if !context.source.pieces().any(is_told) {
            let remedy = "Correct the line; the prompt cannot be used as it is.";
            findings.push(&RULE, lines.line(line), sentence(&error.message), remedy);
            return;
        }
    }
    for piece in context.source.pieces() {
        match &piece.token {
            Token::Unknown(name) => {
                let remedy = nearest(name, FUNCTIONS).map_or_else(
                    || format!("Use one of the functions {}.", FUNCTIONS.join(", ")),
                    |near| format!("Did you mean `{near}`?"),
                );
                let message = format!("`{name}` is no function of Dotprompt, so rendering fails here.");
                findings.push(&RULE, piece.range.clone(), message, remedy);
            }
            Token::Partial(name) if !context.facts.partials.contains_key(name) => {
                let near = nearest(name, context.facts.partials.keys().map(String::as_str));
                let remedy = near.map_or_else(
                    || format!("Add the file `_{name}.prompt` below prompts/, or take the line out."),
                    |near| format!("Did you mean `{near}`?"),
                );
                let message = format!("There is no partial `{name}`, so rendering fails here.");
                findings.push(&RULE, piece.range.clone(), message, remedy);
            }
            _ => {}
        }
    }
}

/// A message as a sentence.
fn sentence(message: &str) -> String {
    let mut chars = message.trim_end_matches('.').chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", chars.as_str())
}

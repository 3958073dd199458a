//! `missing-role`, `empty-role` and `unknown-role`: messages without an owner or without text.

use super::super::context::Context;
use super::super::finding::Severity;
use super::super::rule::{Findings, Rule};
use super::super::source::{Section, Token};
use crate::domain::message::Role;
use crate::domain::nearest::nearest;
use crate::domain::prompt::PromptFormat;

/// The rule for prompts that ask nothing.
pub static MISSING: Rule = Rule {
    name: "missing-role",
    severity: Severity::Warning,
    about: "No message has the role user, which most models need to answer.",
    check: Some(check),
};

/// The rule for messages without text.
pub static EMPTY: Rule =
    Rule { name: "empty-role", severity: Severity::Warning, about: "A message is empty.", check: None };

/// The rule for roles that no provider knows.
pub static UNKNOWN: Rule = Rule {
    name: "unknown-role",
    severity: Severity::Error,
    about: "A message has a role that the format does not know.",
    check: None,
};

const DOTPROMPT: [&str; 4] = ["system", "user", "model", "tool"];
const OTHERS: [&str; 4] = ["system", "developer", "user", "assistant"];

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Ok(prompt) = &context.prompt else { return };
    let sections = &context.source.sections;
    if sections.is_empty() || context.broken.is_some() {
        return;
    }
    let known = if prompt.format == PromptFormat::Dotprompt { DOTPROMPT } else { OTHERS };
    for (index, section) in sections.iter().enumerate() {
        if let Role::Other(name) = &section.role {
            let near = nearest(name, known).map(|near| format!("Did you mean `{near}`? "));
            let message = format!("`{name}` is no role of a message.");
            let remedy = format!("{}The roles are {}.", near.unwrap_or_default(), known.join(", "));
            findings.push(&UNKNOWN, section.mark.clone(), message, remedy);
        }
        // A message whose role nothing names begins the file: it is there only if something is in it.
        let implied = section.mark.is_empty();
        let conditional = section.pieces.is_empty() && index + 1 < sections.len() && implied;
        if is_empty(context, section) && !conditional && (!implied || sections.len() == 1) {
            let place = if implied { context.source.lines.line(prompt.template_line) } else { section.mark.clone() };
            let what = if implied { "The prompt" } else { "This message" };
            let message = format!("{what} is empty.");
            findings.push(&EMPTY, place, message, "Write its text, or take it out.");
        }
    }
    let is_user = |section: &Section| section.role == Role::User && !is_empty(context, section);
    let may_hold = |token: &Token| matches!(token, Token::History | Token::Partial(_));
    let open = context.source.pieces().any(|piece| may_hold(&piece.token));
    let nameless = sections.iter().any(|section| matches!(section.role, Role::Other(_)));
    let empty = sections.iter().all(|section| is_empty(context, section));
    if !open && !nameless && !empty && !sections.iter().any(is_user) {
        let first = sections.iter().find(|section| !is_empty(context, section));
        let place = first
            .filter(|section| !section.mark.is_empty())
            .map_or_else(|| context.source.lines.line(prompt.template_line), |section| section.mark.clone());
        let message = "No message has the role user, which most models need to answer.";
        findings.push(&MISSING, place, message, "Put what is asked into a message of the role user.");
    }
}

/// Whether nothing in a section can become text.
fn is_empty(context: &Context<'_>, section: &Section) -> bool {
    section.pieces.iter().all(|piece| match &piece.token {
        Token::Text => context.source.slice(piece.range.clone()).trim().is_empty(),
        Token::Comment | Token::Logic(_) | Token::Role(_) => true,
        Token::Other => !context.source.slice(piece.range.clone()).contains("media"),
        Token::Print(_) | Token::History | Token::Partial(_) | Token::Unknown(_) => false,
    })
}

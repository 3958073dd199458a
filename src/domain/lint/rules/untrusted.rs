//! `untrusted-in-system` and `undelimited-variable`: text of others where a model may take it for instructions.

use std::collections::BTreeSet;

use super::super::context::Context;
use super::super::finding::Severity;
use super::super::rule::{Findings, Rule};
use super::super::source::{Nesting, Piece, Section, Token};
use super::parameters::snake;
use super::text::{code, pair, tags, within};
use crate::domain::message::Role;

/// The rule for system messages.
pub static IN_SYSTEM: Rule = Rule {
    name: "untrusted-in-system",
    severity: Severity::Warning,
    about: "A variable that carries text of others stands in a system message, where models take it for instructions.",
    check: Some(check),
};

/// The rule for running text.
pub static UNDELIMITED: Rule = Rule {
    name: "undelimited-variable",
    severity: Severity::Warning,
    about: "A variable that carries text of others stands in running text with instructions after it and nothing around it.",
    check: None,
};

/// Whose text a variable carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Author {
    /// An end user's.
    User,
    /// That of documents which were found for the call.
    Documents,
}

const USER: [&str; 28] = [
    "question",
    "query",
    "input",
    "message",
    "messages",
    "msg",
    "utterance",
    "user",
    "history",
    "chat_history",
    "conversation",
    "transcript",
    "text",
    "body",
    "email",
    "email_body",
    "ticket",
    "review",
    "comment",
    "complaint",
    "feedback",
    "request",
    "customer_message",
    "customer_request",
    "last_message",
    "raw_text",
    "search_query",
    "prompt",
];
const DOCUMENTS: [&str; 22] = [
    "docs",
    "doc",
    "documents",
    "document",
    "context",
    "contexts",
    "content",
    "contents",
    "passages",
    "passage",
    "results",
    "search_results",
    "sources",
    "articles",
    "article",
    "webpage",
    "page",
    "html",
    "evidence",
    "snippets",
    "knowledge",
    "excerpts",
];
/// What an application says of its user, rather than what the user says.
const ABOUT_USERS: [&str; 14] = [
    "user_id",
    "user_name",
    "user_locale",
    "user_lang",
    "user_language",
    "user_role",
    "user_tier",
    "user_plan",
    "user_timezone",
    "user_country",
    "user_type",
    "user_profile",
    "user_age",
    "user_level",
];

fn author(context: &Context<'_>, variable: &str) -> Option<Author> {
    let name = snake(variable);
    if context.recorded(variable).is_from_users() || USER.contains(&name.as_str()) {
        return Some(Author::User);
    }
    if name.starts_with("user_") && !ABOUT_USERS.contains(&name.as_str()) {
        return Some(Author::User);
    }
    let found = DOCUMENTS.contains(&name.as_str()) || name.starts_with("chunk") || name.starts_with("retrieved");
    found.then_some(Author::Documents)
}

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    for section in &context.source.sections {
        match section.role {
            Role::System => in_system(context, section, findings),
            Role::User => undelimited(context, section, findings),
            _ => {}
        }
    }
}

/// The untrusted variables that a section prints, each where it first does.
fn printed<'c>(context: &'c Context<'_>, section: &'c Section) -> impl Iterator<Item = (&'c str, Author, &'c Piece)> {
    let mut seen = BTreeSet::new();
    let names = section.pieces.iter().filter_map(|piece| match &piece.token {
        Token::Print(names) => Some(names.iter().map(move |name| (name.as_str(), piece))),
        _ => None,
    });
    names.flatten().filter_map(move |(name, piece)| {
        let author = author(context, name)?;
        seen.insert(name).then_some((name, author, piece))
    })
}

fn in_system(context: &Context<'_>, section: &Section, findings: &mut Findings<'_>) {
    for (name, author, piece) in printed(context, section) {
        let (severity, whose) = match author {
            Author::User => (Severity::Warning, "text of end users"),
            // Many careful prompts give documents so; whoever can write one of them can still give orders.
            Author::Documents => (Severity::Info, "text of documents"),
        };
        let message = format!(
            "`{name}` carries {whose} and stands in a system message, where a model takes what it says for instructions."
        );
        let remedy = format!("Put `{name}` into a user message, between delimiters.");
        findings.push_as(&IN_SYSTEM, severity, piece.range.clone(), message, remedy);
    }
}

fn undelimited(context: &Context<'_>, section: &Section, findings: &mut Findings<'_>) {
    let start = section.body().start;
    let text = context.source.slice(section.body());
    let mut apart = None;
    for (name, _, piece) in printed(context, section) {
        if piece.nesting == Nesting::Loop {
            continue;
        }
        let (from, to) = (piece.range.start - start, piece.range.end - start);
        if !is_running(text, from, to) {
            continue;
        }
        let apart = apart.get_or_insert_with(|| {
            let code = code(text);
            let tags = tags(text, &code);
            let (pairs, _) = pair(&tags);
            let pairs: Vec<_> = pairs.iter().map(|(open, close)| open.range.start..close.range.end).collect();
            (code, pairs)
        });
        if within(&apart.0, from) || apart.1.iter().any(|range| range.contains(&from)) {
            continue;
        }
        let message =
            format!("`{name}` stands in running text with instructions after it, so its end cannot be told from them.");
        let remedy = format!(
            "Set `{name}` apart: on lines of its own, in quotes, or between tags such as <{name}> and </{name}>."
        );
        findings.push(&UNDELIMITED, piece.range.clone(), message, remedy);
    }
}

const OPENING: [char; 14] = ['"', '\'', '`', '“', '‘', '„', '«', '»', '>', '(', '[', '{', '|', '*'];
const CLOSING: [char; 14] = ['"', '\'', '`', '”', '’', '“', '»', '«', '<', ')', ']', '}', '|', '*'];

/// Whether a variable stands in running text that goes on after it.
fn is_running(text: &str, from: usize, to: usize) -> bool {
    let line_start = text[..from].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[to..].find('\n').map_or(text.len(), |at| to + at);
    let (before, after) = (text[line_start..from].trim(), text[to..line_end].trim());
    if before.ends_with(OPENING) && after.starts_with(CLOSING) {
        return false;
    }
    if words(after) >= 2 {
        return true;
    }
    // It ends its line: a label before it, or nothing, sets it apart.
    let label = before.is_empty() || before.ends_with([':', '=', '-', '#', '>', '*', '|', '.', ')', ']']);
    !label && words(&text[line_end..]) >= 2
}

/// Words of literal text; tags of the template count for none.
fn words(text: &str) -> usize {
    let mut count = 0;
    let mut depth = 0_usize;
    for word in text.split_whitespace().take(200) {
        let opens = word.matches("{{").count() + word.matches("{%").count();
        let closes = word.matches("}}").count() + word.matches("%}").count();
        if depth == 0 && opens == 0 && word.chars().any(char::is_alphabetic) {
            count += 1;
        }
        depth = (depth + opens).saturating_sub(closes);
    }
    count
}

//! `undeclared-variable` and `unused-variable`: what the template uses against what the file declares.

use std::collections::BTreeSet;

use super::super::context::Context;
use super::super::finding::Severity;
use super::super::rule::{Findings, Rule};
use super::super::source::Token;
use crate::domain::nearest::nearest;
use crate::domain::prompt::PromptFormat;

/// The rule for what is used.
pub static UNDECLARED: Rule = Rule {
    name: "undeclared-variable",
    severity: Severity::Warning,
    about: "The template uses a variable that the file's inputs do not declare.",
    check: Some(check),
};

/// The rule for what is declared.
pub static UNUSED: Rule = Rule {
    name: "unused-variable",
    severity: Severity::Warning,
    about: "The file declares an input that the template never uses.",
    check: None,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(declared) = &context.declared else { return };
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for (name, piece) in context.source.uses() {
        if used.insert(name) && !declared.contains(name) {
            let remedy = nearest(name, declared.iter().map(String::as_str)).map_or_else(
                || format!("Declare `{name}` among the inputs."),
                |near| format!("Declare it among the inputs, or write `{near}` if that is meant."),
            );
            let message = format!("`{name}` is used here but not declared among the inputs.");
            findings.push(&UNDECLARED, piece.range.clone(), message, remedy);
        }
    }
    if context.broken.is_some() {
        return;
    }
    for name in declared.iter().filter(|name| !used.contains(name.as_str()) && !is_used_elsewhere(context, name)) {
        let message = format!("`{name}` is declared but never used.");
        let remedy = format!("Use it in the template, or take `{name}` out of the inputs.");
        findings.push(&UNUSED, place(context, name), message, remedy);
    }
}

/// Whether a variable may be used where the scanner does not look: in a partial, or in what it takes for a literal.
fn is_used_elsewhere(context: &Context<'_>, name: &str) -> bool {
    let thread = context
        .source
        .pieces()
        .any(|piece| piece.token == Token::History && context.source.slice(piece.range.clone()).contains(name));
    thread
        || context.source.pieces().any(|piece| match &piece.token {
            Token::Partial(partial) => context.facts.partials.get(partial).is_none_or(|text| text.contains(name)),
            _ => false,
        })
}

/// Where a variable is declared.
fn place(context: &Context<'_>, name: &str) -> std::ops::Range<usize> {
    let source = &context.source;
    let named = |path: &[String]| match (context.subject.format, path) {
        (PromptFormat::Dotprompt, [input, schema, key]) => {
            input == "input"
                && matches!(schema.as_str(), "schema" | "default")
                && key.split('(').next().unwrap_or(key).trim().trim_end_matches('?') == name
        }
        (PromptFormat::Dotprompt, [input, schema, properties, key]) => {
            input == "input" && schema == "schema" && properties == "properties" && key == name
        }
        (PromptFormat::Prompty, [inputs, key]) => matches!(inputs.as_str(), "inputs" | "sample") && key == name,
        _ => false,
    };
    if let Some(key) = source.keys.iter().find(|key| named(&key.path)) {
        return key.name.clone();
    }
    let item = source.keys.iter().find(|key| {
        matches!(key.path.as_slice(), [inputs, _, field] if inputs == "inputs" && field == "name")
            && source.slice(key.value.clone()).trim_matches(['"', '\'']) == name
    });
    let table = || source.key(&["input"]).or_else(|| source.key(&["inputs"])).map(|key| key.name.clone());
    item.map(|key| key.value.clone()).or_else(table).unwrap_or_else(|| source.lines.line(1))
}

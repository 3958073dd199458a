//! `output-limit` and `context-exceeded`: lengths against what the model takes.

use serde_json::Value;

use super::super::context::Context;
use super::super::finding::Severity;
use super::super::rule::{Findings, Rule};
use super::parameters::{place, provider, snake};

/// The rule for the answer's limit.
pub static OUTPUT: Rule = Rule {
    name: "output-limit",
    severity: Severity::Error,
    about: "The limit of the answer is more than the model can give, no number of tokens, or missing where it is required.",
    check: Some(check),
};

/// The rule for everything together.
pub static CONTEXT: Rule = Rule {
    name: "context-exceeded",
    severity: Severity::Error,
    about: "Prompt, variables and answer together do not fit into the model's context window.",
    check: None,
};

const NAMES: [&str; 4] = ["max_tokens", "max_output_tokens", "max_completion_tokens", "num_predict"];

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Ok(prompt) = &context.prompt else { return };
    let limit = prompt.parameters.iter().find(|(name, _)| NAMES.contains(&snake(name).as_str()));
    let row = context.model.as_ref().and_then(|(_, known)| known.row());
    let mut output = 0;
    if let Some((name, value)) = limit {
        match (value.as_u64(), row.and_then(|row| row.max_output)) {
            (Some(tokens), Some(most)) if tokens > most => {
                let model = context.model.as_ref().map_or("", |(name, _)| name);
                let message = format!("`{name}` asks for {tokens} tokens, but `{model}` answers with at most {most}.");
                findings.push(&OUTPUT, place(context, name), message, format!("Write {most} or less."));
            }
            (Some(1..), _) => {}
            _ if is_open(value) => {}
            _ => {
                let message = format!("`{name}` has to be a whole number of tokens from 1 up.");
                findings.push(&OUTPUT, place(context, name), message, "Write a number such as 1024.");
            }
        }
        output = value.as_u64().unwrap_or(0);
    } else if provider(context).as_deref() == Some("anthropic") {
        let source = &context.source;
        let key = source.key(&["model", "id"]).or_else(|| source.key(&["model"]));
        let place = key.map_or_else(|| source.lines.line(1), |key| key.value.clone());
        let message = "The file sets no output limit, which Anthropic's interface requires.";
        findings.push_as(
            &OUTPUT,
            Severity::Info,
            place,
            message,
            "Set the largest answer in tokens, so that it does not depend on who sends the prompt.",
        );
    }
    exceeded(context, findings, output);
}

/// Values that stand for no number: none, a reference, and -1 or -2 of Ollama.
fn is_open(value: &Value) -> bool {
    value.is_null() || matches!(value.as_i64(), Some(-2 | -1)) || value.as_str().is_some_and(|text| text.contains('$'))
}

fn exceeded(context: &Context<'_>, findings: &mut Findings<'_>, output: u64) {
    let Some(row) = context.priced() else { return };
    let Some(window) = row.context_window else { return };
    let mut names: Vec<&str> = context.source.uses().map(|(name, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    let recorded: u64 = names.iter().map(|name| context.recorded(name).most_tokens).sum();
    // A token is at least a byte, so that short prompts need no count.
    let bytes: u64 = context.source.literals().map(|(_, range)| range.len() as u64).sum();
    if bytes + output + recorded <= window {
        return;
    }
    let template: u64 =
        context.source.literals().map(|(_, range)| (context.facts.tokens)(context.source.slice(range))).sum();
    let sum = template + output + recorded;
    if sum <= window {
        return;
    }
    let largest = if recorded > 0 { format!(", the largest recorded values {recorded}") } else { String::new() };
    let message = format!(
        "The template has {template} tokens{largest} and the answer up to {output}: {sum} in all, but the context window of \
         `{}/{}` has {window}.",
        row.provider, row.model
    );
    let start = context.source.sections.first().map_or(0, |section| section.body().start);
    let place = context.source.lines.line(context.source.lines.position(start).line);
    let remedy = "Shorten the text, allow fewer or shorter documents, lower the output limit, or choose a model with a larger window.";
    findings.push(&CONTEXT, place, message, remedy);
}

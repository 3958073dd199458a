//! `foreign-syntax`: template syntax of another format, which is sent to the model as it stands.

use std::ops::Range;

use super::super::context::Context;
use super::super::finding::Severity;
use super::super::rule::{Findings, Rule};
use super::super::source::Token;
use super::pattern::{Pattern, compile, matches};
use super::text::{code, within};
use crate::domain::prompt::PromptFormat;

/// The rule.
pub static RULE: Rule = Rule {
    name: "foreign-syntax",
    severity: Severity::Warning,
    about: "The text holds template syntax that the file's format does not know, so the model gets it as it stands.",
    check: Some(check),
};

static JINJA: Pattern = Pattern::new(|| {
    compile(r"\{%-?\s*(?:if|elif|else|endif|for|endfor|set|raw|endraw|macro|endmacro|include)\b[^%\n]*%\}")
});
static HANDLEBARS: Pattern = Pattern::new(|| {
    compile(
        r#"\{\{~?(?:[#/]\s*(?:if|unless|each|with|ifEquals|unlessEquals)\b[^}\n]*|role\s+"[a-z]+"|history|>\s*[\w/-]+)\s*~?\}\}"#,
    )
});
static BLANKS: Pattern = Pattern::new(|| compile(r"\{\{(?: +[\w-]+ *| *[\w-]+ +)\}\}"));
static SINGLE: Pattern = Pattern::new(|| compile(r"\{[A-Za-z_][\w-]*\}"));

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let format = context.subject.format;
    let source = &context.source;
    for section in &source.sections {
        let body = section.body();
        let text = source.slice(body.clone());
        if !text.contains('{') {
            continue;
        }
        let code = code(text);
        let mut add = |range: Range<usize>, message: String, remedy: &str| {
            let literal = section.pieces.iter().any(|piece| {
                piece.token == Token::Text
                    && piece.range.start <= body.start + range.start
                    && body.start + range.end <= piece.range.end
            });
            if literal && !within(&code, range.start) {
                findings.push(&RULE, body.start + range.start..body.start + range.end, message, remedy);
            }
        };
        if format != PromptFormat::Prompty {
            for found in matches(&JINJA, text) {
                let message = format!("`{}` is Jinja, which a {} file does not know.", found.as_str(), format.as_str());
                add(found.range(), message, remedy(format));
            }
        }
        if matches!(format, PromptFormat::GithubModels | PromptFormat::Text) {
            for found in matches(&HANDLEBARS, text) {
                let message =
                    format!("`{}` is Handlebars, which a {} file does not know.", found.as_str(), format.as_str());
                add(found.range(), message, remedy(format));
            }
        }
        if format == PromptFormat::GithubModels {
            for found in matches(&BLANKS, text) {
                let message =
                    format!("`{}` is not replaced: GitHub Models allows no blanks within the braces.", found.as_str());
                add(found.range(), message, "Take the blanks out.");
            }
        }
        for found in matches(&SINGLE, text) {
            let name = found.as_str().trim_matches(['{', '}']);
            let inside = text[..found.start()].ends_with(['{', '$']) || text[found.end()..].starts_with('}');
            if !inside && is_meant(context, name) {
                let message = format!("`{{{name}}}` is not replaced: a variable stands in two pairs of braces.");
                add(found.range(), message, "Write two braces at each side.");
            }
        }
    }
}

/// Whether single braces are surely meant as a variable: it is declared, and used nowhere.
fn is_meant(context: &Context<'_>, name: &str) -> bool {
    context.declared.as_ref().is_some_and(|declared| declared.contains(name))
        && !context.source.uses().any(|(used, _)| used == name)
}

const fn remedy(format: PromptFormat) -> &'static str {
    match format {
        PromptFormat::Dotprompt => "Write it in Handlebars: {{#if x}}, {{#each xs}}, {{! a comment }}.",
        PromptFormat::Prompty => "Write it in Jinja.",
        PromptFormat::GithubModels | PromptFormat::Text => {
            "These files know {{name}} only: decide before rendering, or keep the prompt as .prompt or .prompty."
        }
    }
}

#[cfg(test)]
pub(in super::super) fn compiles() -> bool {
    [&JINJA, &HANDLEBARS, &BLANKS, &SINGLE].iter().all(|pattern| pattern.is_some())
}

//! `unclosed-delimiter`: a tag or a code fence that sets text apart and never ends.

use super::super::context::Context;
use super::super::finding::Severity;
use super::super::rule::{Findings, Rule};
use super::text::{End, Tag, code, fence, pair, tags};

/// The rule.
pub static RULE: Rule = Rule {
    name: "unclosed-delimiter",
    severity: Severity::Warning,
    about: "A tag or code fence around a text is opened and not closed, or closed and never opened.",
    check: Some(check),
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    // A tag may be closed in another message, as in a conversation that is quoted: only one that is closed nowhere is found.
    let whole: Vec<(usize, &str)> = context
        .source
        .sections
        .iter()
        .map(|section| (section.body().start, context.source.slice(section.body())))
        .collect();
    for &(start, text) in &whole {
        let code = code(text);
        let tags = tags(text, &code);
        let (pairs, alone) = pair(&tags);
        for tag in alone {
            let missing = if tag.end == End::Open { format!("</{}>", tag.name) } else { format!("<{}>", tag.name) };
            let elsewhere = whole.iter().any(|&(other, text)| other != start && text.contains(&missing));
            if !sets_apart(text, tag) || elsewhere || pairs.iter().any(|(open, _)| open.name == tag.name) {
                continue;
            }
            let written = &text[tag.range.clone()];
            let (verb, remedy) = match tag.end {
                End::Open => ("opened and never closed", format!("Write `{missing}` where the text ends.")),
                End::Close => ("closed and never opened", format!("Write `{missing}` where the text begins.")),
            };
            let range = start + tag.range.start..start + tag.range.end;
            findings.push(&RULE, range, format!("`{written}` is {verb}."), remedy);
        }
        open_fence(start, text, findings);
    }
}

/// Whether a tag sets text apart rather than being spoken of: alone on its line, or next to a variable.
fn sets_apart(text: &str, tag: &Tag<'_>) -> bool {
    let (before, after) = (&text[..tag.range.start], &text[tag.range.end..]);
    let begins = before.is_empty() || before.trim_end_matches([' ', '\t']).ends_with('\n');
    let ends = after.is_empty() || after.trim_start_matches([' ', '\t', '\r']).starts_with('\n');
    let variable = if tag.end == End::Open { after.starts_with("{{") } else { before.ends_with("}}") };
    (begins && ends) || variable
}

fn open_fence(start: usize, text: &str, findings: &mut Findings<'_>) {
    let mut open: Option<(usize, &str)> = None;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        if let Some(found) = fence(trimmed) {
            open = match open {
                Some((_, mark)) if found.starts_with(mark) && found.len() == trimmed.len() => None,
                Some(still) => Some(still),
                None => Some((offset + line.len() - line.trim_start().len(), found)),
            };
        }
        offset += line.len();
    }
    if let Some((at, mark)) = open {
        let range = start + at..start + at + mark.len();
        findings.push(
            &RULE,
            range,
            "This code fence is opened and never closed.",
            format!("Write `{mark}` where the code ends."),
        );
    }
}

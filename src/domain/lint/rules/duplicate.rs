//! `near-duplicate` and `repeated-instruction`: the same text twice.

use std::collections::HashMap;

use super::super::context::Context;
use super::super::finding::Severity;
use super::super::fingerprint::Fingerprint;
use super::super::rule::{Findings, Rule};
use super::text::{code, within};

/// The rule for two prompts.
pub static NEAR: Rule = Rule {
    name: "near-duplicate",
    severity: Severity::Info,
    about: "Another prompt has nearly the same text.",
    check: Some(check),
};

/// The rule for two lines.
pub static REPEATED: Rule = Rule {
    name: "repeated-instruction",
    severity: Severity::Info,
    about: "A message says the same line twice.",
    check: Some(repeated),
};

/// The share of runs of words in common from which two prompts are nearly the same.
const LEAST: f64 = 0.9;
/// Runs of words below which a prompt is too short to be compared.
const SHORTEST: usize = 25;
/// Characters from which a line is an instruction worth naming.
const LONG: usize = 40;

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if context.facts.others.is_empty() {
        return;
    }
    let name = context.subject.name;
    let own = Fingerprint::of_source(name, &context.source);
    if own.len() < SHORTEST {
        return;
    }
    let others = context.facts.others.iter().filter(|other| !are_variants(name, &other.name));
    let alike = others.filter_map(|other| Some((own.likeness(other, LEAST)?, other)));
    let Some((share, other)) = alike.max_by(|a, b| a.0.total_cmp(&b.0)) else { return };
    let start = context.source.sections.iter().find(|section| !section.pieces.is_empty());
    let line = context.source.lines.position(start.map_or(0, |section| section.body().start)).line;
    let message = format!("{:.0} % of this text stands in the prompt `{}` too.", (share * 100.0).floor(), other.name);
    let remedy = "Keep one of the two, or put what they share into a partial.";
    findings.push(&NEAR, context.source.lines.line(line), message, remedy);
}

/// Whether two names are variants of one prompt (`answer.de` and `answer.fr`), or the same one.
fn are_variants(a: &str, b: &str) -> bool {
    let stem = |name: &str| {
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
        (folder.to_owned(), file.split('.').next().unwrap_or(file).to_owned())
    };
    stem(a) == stem(b)
}

fn repeated(context: &Context<'_>, findings: &mut Findings<'_>) {
    for section in &context.source.sections {
        let start = section.body().start;
        let text = context.source.slice(section.body());
        let code = code(text);
        let mut seen: HashMap<&str, usize> = HashMap::new();
        let mut offset = 0;
        for line in text.split_inclusive('\n') {
            let said = line.trim();
            let at = offset + line.len() - line.trim_start().len();
            offset += line.len();
            let instruction =
                said.len() >= LONG && said.split(' ').count() >= 6 && !said.contains("{{") && !said.contains("{%");
            if !instruction || within(&code, at) {
                continue;
            }
            if let Some(&first) = seen.get(said) {
                let line = context.source.lines.position(start + first).line;
                let message = format!("This line stands in the message already, in line {line}.");
                findings.push(&REPEATED, start + at..start + at + said.len(), message, "Say it once.");
            } else {
                seen.insert(said, at);
            }
        }
    }
}

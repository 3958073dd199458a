//! `unknown-rule`: a switch in the file that switches nothing off.

use super::super::context::Context;
use super::super::finding::Severity;
use super::super::rule::{Findings, Rule};
use super::super::{RULES, rule, settings};
use crate::domain::nearest::nearest;

/// The rule.
pub static RULE: Rule = Rule {
    name: "unknown-rule",
    severity: Severity::Warning,
    about: "A switch in the file names a rule that does not exist.",
    check: Some(check),
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    for (name, place) in settings::switches(context.subject, &context.source) {
        if rule(name).is_none() {
            let remedy = nearest(name, RULES.iter().map(|rule| rule.name)).map_or_else(
                || "Take the name out; the findings show the names of rules.".to_owned(),
                |near| format!("Did you mean `{near}`?"),
            );
            findings.push(&RULE, place, format!("There is no rule `{name}` to switch off."), remedy);
        }
    }
}

//! The linter for prompts: what is wrong with a prompt file, where, and what to do about it.
//!
//! One file a rule or a pair of rules; one line in [`RULES`] adds one. Every rule keeps silent where it cannot be sure.

mod compile;
mod context;
mod declared;
mod finding;
mod fingerprint;
mod models;
mod rule;
#[cfg(test)]
mod rule_tests;
mod rules;
mod settings;
mod source;
#[cfg(test)]
mod tests;

pub use context::{Facts, Recorded, Subject, Traffic};
pub use finding::{Finding, Position, Severity};
pub use fingerprint::Fingerprint;
pub use models::{Known, ModelFacts, PricedModels};
pub use rule::Rule;
pub use settings::Settings;

use context::Context;
use rule::Findings;

/// Every rule, by name.
pub static RULES: [&Rule; 26] = [
    &rules::hidden::BIDI,
    &rules::format::RULE,
    &rules::limits::CONTEXT,
    &rules::roles::EMPTY,
    &rules::foreign::RULE,
    &rules::hidden::INVISIBLE,
    &rules::roles::MISSING,
    &rules::duplicate::NEAR,
    &rules::limits::OUTPUT,
    &rules::personal::RULE,
    &rules::parameters::REFUSED,
    &rules::duplicate::REPEATED,
    &rules::model::RETIRED,
    &rules::secret::RULE,
    &rules::hidden::TAG,
    &rules::template::RULE,
    &rules::delimiter::RULE,
    &rules::variables::UNDECLARED,
    &rules::untrusted::UNDELIMITED,
    &rules::model::UNKNOWN,
    &rules::parameters::UNKNOWN,
    &rules::roles::UNKNOWN,
    &rules::switch::RULE,
    &rules::prefix::RULE,
    &rules::untrusted::IN_SYSTEM,
    &rules::variables::UNUSED,
];

/// The rule of a name.
pub fn rule(name: &str) -> Option<&'static Rule> {
    RULES.into_iter().find(|rule| rule.name == name)
}

/// Checks a prompt file; the findings stand in the order of the file.
///
/// The time grows with the length of the text, tokens counted at most once; nothing is read or written.
pub fn check(subject: &Subject<'_>, facts: &Facts<'_>) -> Vec<Finding> {
    let context = Context::new(subject, facts);
    let mut findings = Findings::new(&context);
    for check in RULES.iter().filter_map(|rule| rule.check) {
        check(&context, &mut findings);
    }
    let off = settings::switches(subject, &context.source);
    let mut list = findings.into_list();
    list.retain(|finding| {
        let name = finding.rule.name;
        !facts.settings.disabled.contains(name) && !off.iter().any(|(switched, _)| *switched == name)
    });
    for finding in &mut list {
        if let Some(severity) = facts.settings.severity.get(finding.rule.name) {
            finding.severity = *severity;
        }
    }
    list.sort_by_key(|finding| (finding.bytes.start, std::cmp::Reverse(finding.severity), finding.rule.name));
    list
}

//! What a rule is.

use super::context::Context;
use super::finding::{Finding, Severity};
use std::ops::Range;

/// A rule of the linter. Its name is public: configuration, switches in files and reports use it.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Its name in kebab case.
    pub name: &'static str,
    /// How much its findings weigh unless the configuration says otherwise or a finding is milder.
    pub severity: Severity,
    /// What it finds, in one sentence.
    pub about: &'static str,
    /// Looks for it; a check that serves several rules stands with the first of them.
    pub(super) check: Option<fn(&Context<'_>, &mut Findings<'_>)>,
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Rule {}

/// Collects what the rules say about one file.
pub(super) struct Findings<'c> {
    context: &'c Context<'c>,
    found: Vec<Finding>,
}

impl<'c> Findings<'c> {
    pub(super) const fn new(context: &'c Context<'c>) -> Self {
        Self { context, found: Vec::new() }
    }

    /// Adds a finding at the rule's own severity.
    pub(super) fn push(
        &mut self,
        rule: &'static Rule,
        bytes: Range<usize>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.push_as(rule, rule.severity, bytes, message, remedy);
    }

    /// Adds a finding that weighs less than the rule's others.
    pub(super) fn push_as(
        &mut self,
        rule: &'static Rule,
        severity: Severity,
        bytes: Range<usize>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let lines = &self.context.source.lines;
        self.found.push(Finding {
            rule,
            severity,
            start: lines.position(bytes.start),
            end: lines.position(bytes.end),
            bytes,
            message: message.into(),
            remedy: remedy.into(),
        });
    }

    pub(super) fn into_list(self) -> Vec<Finding> {
        self.found
    }
}

//! Regular expressions that are compiled once.

use std::sync::LazyLock;

use regex::{Match, Regex};

/// An expression of the source; one that does not compile finds nothing, and a test keeps that from happening.
pub(super) type Pattern = LazyLock<Option<Regex>>;

/// Compiles an expression. `\b`, `\d` and `\w` mean ASCII: their Unicode forms keep the engine from its fast way.
pub(super) fn compile(source: &str) -> Option<Regex> {
    let ascii = source.replace(r"\b", r"(?-u:\b)").replace(r"\d", "[0-9]").replace(r"\w", "[0-9A-Za-z_]");
    Regex::new(&ascii).ok()
}

/// Everything that an expression matches.
pub(super) fn matches<'t>(pattern: &'static Pattern, text: &'t str) -> impl Iterator<Item = Match<'t>> {
    pattern.as_ref().into_iter().flat_map(|regex| regex.find_iter(text))
}

/// Whether an expression matches anywhere.
pub(super) fn is_match(pattern: &Pattern, text: &str) -> bool {
    pattern.as_ref().is_some_and(|regex| regex.is_match(text))
}

//! Rules that are switched off or weigh differently, by the configuration and in the file itself.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::context::Subject;
use super::finding::Severity;
use super::source::{Source, Token};
use crate::domain::prompt::PromptFormat;

/// What the configuration says about rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Rules that are off, by name.
    pub disabled: BTreeSet<&'static str>,
    /// Rules that weigh differently, by name.
    pub severity: BTreeMap<&'static str, Severity>,
}

/// What begins a switch in a file; the names of the rules follow, with commas between.
const SWITCH: &str = "hindcast-lint:";

/// The switches of a file: the rules' names as written, with their places.
///
/// They stand in comments: `# hindcast-lint: disable=rule` in YAML, `{{! … }}` and `{# … #}` in templates, `<!-- … -->` in
/// texts, where the comment is a part of the message.
pub(super) fn switches<'t>(subject: &Subject<'t>, source: &Source<'t>) -> Vec<(&'t str, Range<usize>)> {
    let mut found = Vec::new();
    for (at, _) in subject.text.match_indices(SWITCH) {
        let Some(rest) = in_comment(subject, source, at) else { continue };
        let list = rest[SWITCH.len()..].trim_start();
        let Some(names) = list.strip_prefix("disable=") else { continue };
        let start = at + SWITCH.len() + (rest.len() - SWITCH.len() - list.len()) + "disable=".len();
        let mut offset = 0;
        for name in names.split(',') {
            let end = name.trim_start().find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(usize::MAX);
            let word = name.trim_start();
            let word = &word[..end.min(word.len())];
            // `--` closes comments, so it belongs to no name.
            let word = word.split("--").next().unwrap_or(word);
            let from = start + offset + (name.len() - name.trim_start().len());
            if !word.is_empty() {
                found.push((word, from..from + word.len()));
            }
            if end != usize::MAX && !name.trim_start()[end..].trim().is_empty() {
                break;
            }
            offset += name.len() + 1;
        }
    }
    found
}

/// The rest of the comment's line from an offset on; `None` where that is in no comment.
fn in_comment<'t>(subject: &Subject<'t>, source: &Source<'t>, at: usize) -> Option<&'t str> {
    let text = subject.text;
    let line_start = text[..at].rfind('\n').map_or(0, |found| found + 1);
    let line_end = text[at..].find('\n').map_or(text.len(), |found| at + found);
    let before = &text[line_start..at];
    let is_yaml = source.front.as_ref().is_some_and(|front| at < front.end);
    let fits = if is_yaml {
        before.trim_end().ends_with('#') && before.trim_end_matches(['#', ' ', '\t']).len() < before.len()
    } else if subject.format == PromptFormat::Text {
        before.trim_end().ends_with("<!--")
    } else {
        source.pieces().any(|piece| piece.token == Token::Comment && piece.range.contains(&at))
    };
    fits.then(|| &text[at..line_end])
}

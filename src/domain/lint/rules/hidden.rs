//! `invisible-character`, `bidi-character` and `tag-character`: what a reader of the file does not see and a model reads.

use super::super::context::Context;
use super::super::finding::Severity;
use super::super::rule::{Findings, Rule};
use crate::domain::untrusted::{Hidden, hidden_runs};

/// The rule for characters without a look of their own.
pub static INVISIBLE: Rule = Rule {
    name: "invisible-character",
    severity: Severity::Warning,
    about: "The text holds controls or characters that no reader sees.",
    check: Some(check),
};

/// The rule for characters that turn the writing direction.
pub static BIDI: Rule = Rule {
    name: "bidi-character",
    severity: Severity::Warning,
    about: "The text holds characters that change the writing direction, so that it reads otherwise than it is.",
    check: None,
};

/// The rule for text in characters that are never drawn.
pub static TAG: Rule = Rule {
    name: "tag-character",
    severity: Severity::Error,
    about: "The text hides other text in tag characters or variation selectors.",
    check: None,
};

/// Most characters of hidden text that are shown.
const MOST_SHOWN: usize = 120;

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    for run in hidden_runs(context.source.text) {
        let what = run.names.trim_matches(['‹', '›']).replace("›‹", ", ");
        match run.hidden {
            Hidden::Invisible => {
                let message = format!("Invisible here: {what}; a model reads it although nobody sees it.");
                findings.push(
                    &INVISIBLE,
                    run.range,
                    message,
                    "Delete it, or type the visible character that is meant.",
                );
            }
            Hidden::Bidi => {
                let message =
                    format!("The writing direction changes here ({what}), so the line reads otherwise than it is.");
                findings.push(&BIDI, run.range, message, "Delete it; right-to-left letters need no such mark.");
            }
            Hidden::Text(text) if text.is_empty() => {
                let message = format!("Characters that are never drawn stand here: {what}.");
                findings.push(&TAG, run.range, message, "Delete them.");
            }
            Hidden::Text(text) => {
                let mut shown: String = text.chars().take(MOST_SHOWN).collect();
                if shown.len() < text.len() {
                    shown.push('…');
                }
                let message = format!("Hidden text stands here, which models read: “{shown}”.");
                findings.push(&TAG, run.range, message, "Delete it; find out where the text was copied from.");
            }
        }
    }
}

//! `unknown-model` and `retired-model`: the model that the file names.

use super::super::context::Context;
use super::super::finding::Severity;
use super::super::models::Known;
use super::super::rule::{Findings, Rule};

/// The rule for models that no one knows.
pub static UNKNOWN: Rule = Rule {
    name: "unknown-model",
    severity: Severity::Warning,
    about: "The model belongs to no configured provider and stands in no price list.",
    check: Some(check),
};

/// The rule for models that are gone or going.
pub static RETIRED: Rule = Rule {
    name: "retired-model",
    severity: Severity::Warning,
    about: "The provider has retired the model, or will on an announced date.",
    check: None,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some((name, known)) = &context.model else { return };
    let source = &context.source;
    let key = source.key(&["model", "id"]).or_else(|| source.key(&["model"]));
    let place = key.map_or_else(|| source.lines.line(1), |key| key.value.clone());
    match known {
        Known::Unknown(near) => {
            let remedy = near.as_ref().map_or_else(
                || {
                    "Write it as provider/model, or add its provider to hindcast.toml; `hindcast models` lists them."
                        .into()
                },
                |near| format!("Did you mean `{near}`? `hindcast models` lists what is known."),
            );
            let message = format!("The model `{name}` belongs to no configured provider and stands in no price list.");
            findings.push(&UNKNOWN, place, message, remedy);
        }
        Known::Model(row) => {
            let date = row.retires_on.as_deref();
            let gone = date.zip(context.facts.today).is_some_and(|(date, today)| date <= today);
            if gone || (row.retired && date.is_none()) {
                let when = date.map(|date| format!(" since {date}")).unwrap_or_default();
                let message = format!("The model `{name}` is retired or superseded{when}.");
                findings.push(
                    &RETIRED,
                    place,
                    message,
                    "Choose a model that is still offered, and compare the two first.",
                );
            } else if let (Some(date), Some(_)) = (date, context.facts.today) {
                let message = format!("The model `{name}` is to be retired on {date}.");
                let remedy = "Choose its successor in time, and compare the two first.";
                findings.push_as(&RETIRED, Severity::Info, place, message, remedy);
            }
        }
        Known::Provider => {}
    }
}

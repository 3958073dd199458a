//! `hindcast prompt verify`: checks what a commit claims to have measured against the journal.

use serde_json::{Value, json};

use super::super::super::context::Context;
use super::super::super::output::Format;
use super::super::super::terminal::Paint;
use super::document;
use crate::error::{AppError, Exit};
use crate::services::evidence::{Check, Outcome, Verification, verify as checked};
use crate::services::prompts::Prompts;
use crate::vcs::CommitId;

/// Prints every check; exit code 1 where one differs, or where the commit has no evidence.
pub(super) fn verify(prompt: &str, context: &mut Context<'_>) -> Result<Exit, AppError> {
    context.store()?;
    let verification = checked(context.services, &Prompts::reference(prompt), &context.cancel)?;
    context.notices.clear();
    if matches!(context.out.format(), Format::Table | Format::Csv) {
        page(&verification, context)?;
    } else {
        let checks: Vec<Value> = verification.checks.iter().map(object).collect();
        let evidence = verification.evidence.as_ref().map(crate::domain::evidence::Evidence::summary);
        let version = &verification.version;
        document(
            &[
                ("prompt", Value::from(version.prompt.as_str())),
                ("version", Value::from(version.version.as_str())),
                ("commit", Value::from(version.commit.as_ref().map(CommitId::as_str))),
                ("evidence", Value::from(evidence)),
                ("verified", Value::from(verification.holds())),
                ("checks", Value::from(checks)),
            ],
            context,
        )?;
    }
    Ok(if verification.holds() { Exit::Fine } else { Exit::CheckFailed })
}

fn object(check: &Check) -> Value {
    let agrees = check.outcome == Outcome::Agrees;
    json!({"check": check.check, "agrees": agrees, "said": check.said, "found": check.found})
}

fn page(verification: &Verification, context: &mut Context<'_>) -> Result<(), AppError> {
    let version = &verification.version;
    let commit = version.commit.as_ref().map_or("", CommitId::short);
    let out = &mut context.out;
    out.head(&format!("{}@{} · {commit}", version.prompt, version.version))?;
    if verification.checks.is_empty() {
        out.line("no evidence: the commit's message says nothing of what was measured")?;
    }
    for check in &verification.checks {
        if check.outcome == Outcome::Agrees {
            out.painted(&[(Some(Paint::Good), "✓ "), (None, &format!("{}: {}", check.check, check.said))])?;
            continue;
        }
        out.painted(&[(Some(Paint::Bad), "✗ "), (None, &format!("{}: the commit says {}", check.check, check.said))])?;
        out.line(&format!("  {}  found: {}", " ".repeat(check.check.len()), check.found))?;
    }
    Ok(())
}

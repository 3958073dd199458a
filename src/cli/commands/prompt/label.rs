//! `hindcast prompt label`: what is deployed, and deploying a version.

use super::super::super::cell::Cell;
use super::super::super::context::Context;
use super::super::super::table::{Column, Table};
use super::done;
use crate::error::{AppError, Exit};
use crate::services::prompts::Prompts;
use crate::vcs::CommitId;

/// Puts a label on a version, or lists the labels.
pub(super) fn label(
    prompts: &Prompts,
    prompt: &str,
    label: Option<&str>,
    context: &mut Context<'_>,
) -> Result<Exit, AppError> {
    if prompt.contains('@') {
        return put(prompts, prompt, label, context);
    }
    if let Some(label) = label {
        return Err(AppError::usage("the version to label is missing")
            .hint(format!("write {prompt}@VERSION {label}; hindcast prompt log {prompt} lists the versions")));
    }
    list(prompts, prompt, context)
}

fn put(prompts: &Prompts, prompt: &str, label: Option<&str>, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let put = prompts.put_label(&Prompts::reference(prompt), label)?;
    let (kind, name) = (put.kind.as_str(), put.reference.as_str());
    let former = put.from.as_deref().or_else(|| put.from_commit.as_ref().map(CommitId::short));
    let said = match former {
        Some(from) if put.from_commit.as_ref() == Some(&put.commit) => {
            format!("the {kind} {name} is on {from} already")
        }
        Some(from) => format!("the {kind} {name} moved from {from} to {}", put.to),
        None => format!("the {kind} {name} is on {}", put.to),
    };
    let mut fields = vec![("reference", name), ("kind", kind), ("version", &put.to), ("commit", put.commit.as_str())];
    fields.extend(former.map(|from| ("from", from)));
    done(&fields, &said, context)
}

fn list(prompts: &Prompts, prompt: &str, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let columns = vec![
        Column::id("label", "label"),
        Column::id("version", "version"),
        Column::id("deployed", "deployed"),
        Column::id("kind", "kind"),
        Column::id("scope", "for"),
        Column::hidden("reference"),
        Column::id("commit", "commit"),
    ];
    let mut table = Table::new("labels", columns);
    for label in prompts.labels(prompt)? {
        table.push(vec![
            Cell::Text(label.label),
            Cell::text(label.version),
            Cell::Flag(label.deployed),
            Cell::Text(label.kind.as_str().to_owned()),
            Cell::Text(label.scope.as_str().to_owned()),
            Cell::Text(label.reference),
            Cell::Text(label.commit.as_str().to_owned()),
        ]);
    }
    context.out.rows(&table)?;
    if table.rows.is_empty() {
        let label = &prompts.label_scheme().deployed;
        context.notices.note(&format!("no labels; hindcast prompt label {prompt}@VERSION puts {label} on a version"));
    }
    Ok(Exit::Fine)
}

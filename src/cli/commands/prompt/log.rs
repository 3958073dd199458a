//! `hindcast prompt log`: the versions of a prompt.

use super::super::super::cell::Cell;
use super::super::super::context::Context;
use super::super::super::table::{Column, Table};
use crate::error::{AppError, Exit};
use crate::services::prompts::Prompts;
use crate::vcs::{CommitId, Repository};

/// Prints them, newest first.
pub(super) fn log(prompts: &Prompts, prompt: &str, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let mut table = Table::new(
        "versions",
        vec![
            Column::id("version", "version"),
            Column::hidden("prompt_name"),
            Column::hidden("commit"),
            Column::id("committed_at", "committed (UTC)"),
            Column::id("author", "author"),
            Column::number("tokens", "tok"),
            Column::number("tokens_change", "±tok"),
            Column::number("added", "+"),
            Column::number("removed", "-"),
            Column::text("labels", "labels"),
            Column::hidden("tags"),
            Column::hidden("branches"),
            Column::hidden("path"),
            Column::hidden("content_hash"),
            Column::text("measured", "measured"),
            Column::text("message", "message"),
        ],
    );
    for version in prompts.log_until(prompt, &context.cancel)? {
        let summary = version.summary().map(str::to_owned);
        let measured = version.measured();
        table.push(vec![
            Cell::Text(version.version),
            Cell::Text(version.prompt),
            Cell::text(version.commit.as_ref().map(CommitId::as_str)),
            Cell::maybe(version.committed_at, Cell::Time),
            Cell::text(version.author),
            Cell::Count(version.tokens.into()),
            Cell::Count(version.tokens_change.into()),
            Cell::Count(version.added as i128),
            Cell::Count(version.removed as i128),
            Cell::List(version.labels),
            Cell::List(version.tags),
            Cell::List(version.branches),
            Cell::Text(version.path.to_string_lossy().into_owned()),
            Cell::Text(version.content_hash),
            Cell::text(measured),
            Cell::text(summary),
        ]);
    }
    context.out.rows(&table)?;
    if prompts.repository().is_some_and(Repository::is_shallow) {
        context.notices.note("this clone is shallow: older versions may be missing; git fetch --unshallow gets them");
    }
    Ok(Exit::Fine)
}

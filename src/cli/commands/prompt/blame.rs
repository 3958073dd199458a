//! `hindcast prompt blame`: which version wrote each line.

use super::super::super::cell::Cell;
use super::super::super::context::Context;
use super::super::super::table::{Column, Table};
use crate::error::{AppError, Exit};
use crate::services::prompts::Prompts;
use crate::vcs::CommitId;

/// Prints it.
pub(super) fn blame(prompts: &Prompts, prompt: &str, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let columns = vec![
        Column::number("line", "line"),
        Column::id("version", "version"),
        Column::hidden("commit"),
        Column::id("committed_at", "committed (UTC)"),
        Column::id("author", "author"),
        Column::text("text", "text"),
    ];
    let mut table = Table::new("lines", columns);
    for line in prompts.blame(&Prompts::reference(prompt), &context.cancel)? {
        table.push(vec![
            Cell::Count(line.line as i128),
            Cell::Text(line.version),
            Cell::text(line.commit.as_ref().map(CommitId::as_str)),
            Cell::maybe(line.committed_at, Cell::Time),
            Cell::text(line.author),
            Cell::Text(line.text),
        ]);
    }
    context.out.rows(&table)?;
    Ok(Exit::Fine)
}
